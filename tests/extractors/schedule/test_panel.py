"""The panel is drawn by hash with known chances, and says what is true of all boards."""

from __future__ import annotations

import numpy as np
import pytest

from extractors.schedule import panel
from tests.known_truth.board_nights import FIGURES, find_coverage

SIZES = np.repeat([panel.UNKNOWN, 0, 1, 2, 3, 4], 2_000)


def test_a_boards_number_is_its_own_and_even() -> None:
    tokens = [f"board{number}" for number in range(20_000)]
    numbers = panel.draw_numbers("greenhouse", tokens)
    assert numbers[7] == panel.draw_numbers("greenhouse", tokens[7:8])[0] != panel.draw_numbers("lever", tokens[7:8])[0]
    counts, _ = np.histogram(numbers, bins=20, range=(0, 1))
    assert ((counts - 1_000) ** 2 / 1_000).sum() < 43.8  # chi square, 19 degrees of freedom, one in a thousand


def test_chances_follow_size_and_give_the_members_asked_for() -> None:
    chance = panel.find_chances(SIZES, 1_800)
    by_size = chance[::2_000]
    assert chance.sum() == pytest.approx(1_800)
    assert (by_size / by_size[0]).tolist() == pytest.approx([1, 0.5, 1, 2, 4, 8])


def test_no_chance_is_above_one_and_the_rest_is_shared() -> None:
    chance = panel.find_chances(SIZES, 7_000)
    assert chance.max() == 1 and chance.sum() == pytest.approx(7_000)
    assert panel.find_chances(SIZES, 20_000).tolist() == [1] * len(SIZES)


def test_more_members_keep_those_there_are() -> None:
    number = panel.draw_numbers("ashby", [str(k) for k in range(len(SIZES))])
    few, many = panel.find_chances(SIZES, 500), panel.find_chances(SIZES, 2_000)
    assert not ((number < few) & ~(number < many)).any()


def test_each_member_has_its_day_and_one_that_missed_it_is_next() -> None:
    number = panel.draw_numbers("ashby", [str(k) for k in range(700)])
    asked = np.array([panel.is_due(number, np.zeros(700), night) for night in range(14)])
    assert (asked.sum(axis=0) == 2).all() and (asked[:7] == asked[7:]).all()
    assert asked.sum(axis=1).min() > 60
    assert panel.is_due(number, np.full(700, 8.0), 3).all()


def test_rare_countries_share_a_stratum() -> None:
    names = panel.name_strata(np.array([2] * 61), ["US"] * 60 + ["LV"])
    assert set(names[:60]) == {"2:US"} and names[60] == "2:other"


def test_intervals_of_the_panel_hold_the_truth() -> None:
    """Thirty markets; a figure whose interval held in 93 % would miss six or more of them once in fifty times."""
    found = find_coverage(30, nights=28, part=20)["panel"]
    assert all(found[name] > 0.8 for name in FIGURES), found


@pytest.mark.long
@pytest.mark.parametrize("part", [4, 20])
def test_the_panel_holds_the_truth_where_yield_boards_do_not(part: int) -> None:
    found = find_coverage(500, nights=28, part=part)
    print(part, found)
    assert all(found["panel"][name] >= 0.93 for name in FIGURES), found
    assert min(found["yield"].values()) < 0.6, found
