"""A night in which nothing changed stores a handful of rows, and both files grow by next to nothing."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from tests.bench import month

N_NIGHTS = 6
BLOCK = 262_144
OTHER_FIELDS = ("market", "work", "work_used", "n_rows", "seconds", "memory")
MAX_ROWS = 100
"""A day for each mart, and the closing rates: another reading of all boards, even if nothing closed, changes each."""


@pytest.mark.long
def test_a_night_without_changes_adds_next_to_nothing(tmp_path: Path) -> None:
    costs = []
    for number in range(N_NIGHTS):
        recordings = month.record_night(tmp_path / "recordings", number, N_NIGHTS, ["lever"])
        costs.append(month.night(tmp_path / "data", recordings, number == 0))
    counts = [cost.n_rows for cost in costs]
    assert counts[0] > 1_000, "marts have rows"
    assert max(after - before for before, after in itertools.pairwise(counts)) <= MAX_ROWS
    for name in ("market_used", "work_used"):
        assert not month.has_grown(costs, name), (name, [getattr(cost, name) for cost in costs])


@pytest.mark.parametrize(
    ("blocks", "has_grown"),
    [
        ([121, 128, 130, 130, 132, 131, 133, 129, 131], False),
        ([121, 128, 130, 130, 132, 131, 135, 131, 133], False),
        ([121, 128, 130, 131, 133, 134, 136, 137, 139], True),
        ([121, 150, 180, 180, 181, 180, 182, 181, 180], False),
    ],
    ids=["swings", "the same nights once more", "a block and a half each night", "settles after a change"],
)
def test_a_swing_is_no_growth(blocks: list[int], has_grown: bool) -> None:
    costs = [
        month.Night(is_changed=number == 0, market_used=size * BLOCK, **dict.fromkeys(OTHER_FIELDS, 0))
        for number, size in enumerate(blocks)
    ]
    assert month.has_grown(costs, "market_used") == has_grown
