"""A night in which nothing changed stores a handful of rows, and both files grow by next to nothing."""

from __future__ import annotations

import itertools
from pathlib import Path

from tests.bench import month

N_NIGHTS = 9
MAX_ROWS = 100
"""A day for each mart, and the closing rates: another reading of all boards, even if nothing closed, changes each."""


def test_a_night_without_changes_adds_next_to_nothing(tmp_path: Path) -> None:
    measured = []
    for number in range(N_NIGHTS):
        recordings = month.record_night(tmp_path / "recordings", number, N_NIGHTS, ["lever"])
        measured.append(month.night(tmp_path / "data", recordings, number == 0))
    stored = [cost.n_rows for cost in measured]
    assert stored[0] > 1_000, "marts have rows"
    assert max(after - before for before, after in itertools.pairwise(stored)) <= MAX_ROWS
    for name in ("market_used", "work_used"):
        assert month.growth(measured, name) < month.MAX_GROWTH, (name, [getattr(cost, name) for cost in measured])
