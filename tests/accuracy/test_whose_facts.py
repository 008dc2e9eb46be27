"""Facts of somebody else are no demand: the texts written by hand do not fall below these shares of right facts."""

from __future__ import annotations

import csv

import pytest

from tests.accuracy.scorecard import WHOSE
from tests.accuracy.scoring import Score, is_in_taxonomy, skill_of
from tests.accuracy.whose_facts import score_whose

FLOORS = {
    "whose.tuned.years": 1.0,
    "whose.tuned.degree": 0.94,
    "whose.tuned.skills": 0.96,
    "whose.held.years": 0.94,
    "whose.held.degree": 0.95,
    "whose.held.skills": 0.96,
}


@pytest.fixture(scope="module")
def figures() -> dict[str, float]:
    tally = Score()
    score_whose(WHOSE, tally)
    return {figure.name: figure.value for figure in tally.figures()}


@pytest.mark.parametrize("figure", FLOORS)
def test_no_share_falls_below_its_floor(figure: str, figures: dict[str, float]) -> None:
    assert figures.keys() == FLOORS.keys()
    assert figures[figure] >= FLOORS[figure]


def test_every_third_text_is_held_out_and_every_skill_has_a_row() -> None:
    with WHOSE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 290
    assert len({row["language"] for row in rows}) >= 9
    for row in rows:
        assert (row["share"] == "held") == (int(row["case"]) % 3 == 0)
        names = {fact.rpartition(" ")[0] for fact in row["expected"].split("; ")} - {"years", "degree"}
        assert all(is_in_taxonomy(skill_of(name)) for name in names), row
