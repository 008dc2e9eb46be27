"""Places, workplaces and scopes by hand: how many there are, how many are held out, and how many must be read right."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.accuracy.cases_by_hand import PLACES, SCOPES, WORKPLACES, score_by_hand
from tests.accuracy.scorecard import DECLARED
from tests.accuracy.scoring import Figure, Score

FLOORS = {
    "places.hand": 0.97,
    "places.hand.held_out": 0.92,
    "workplaces.hand": 0.97,
    "workplaces.hand.held_out": 0.82,
    "scopes.hand": 0.90,
    "scopes.hand.held_out": 0.80,
}
MIN_LANGUAGES = 10


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def figures() -> dict[str, Figure]:
    tally = Score()
    score_by_hand(tally)
    return {figure.name: figure for figure in tally.figures()}


@pytest.mark.parametrize(("path", "least"), [(PLACES, 150), (WORKPLACES, 150), (SCOPES, 60)])
def test_a_third_of_the_cases_is_held_out(path: Path, least: int) -> None:
    rows = _rows(path)
    assert len(rows) >= least
    assert len(rows) // 3 == sum(row["held_out"] == "1" for row in rows)


def test_workplaces_are_in_many_languages() -> None:
    assert len({row["language"] for row in _rows(WORKPLACES)}) >= MIN_LANGUAGES


@pytest.mark.parametrize("name", FLOORS)
def test_no_share_falls_below_its_floor(figures: dict[str, Figure], name: str) -> None:
    assert figures[name].value >= FLOORS[name]


def test_every_figure_is_declared(figures: dict[str, Figure]) -> None:
    assert figures.keys() <= DECLARED.keys()
