"""A night asks the panel's members that are due, boards that must not grow stale, and then where most is expected."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from extractors.schedule.plan import DEAD_RHYTHM, LIFE, MAX_NIGHTS, History, expect_new, plan_night
from tests.known_truth.board_nights import by_chance, by_oracle, by_plan, find_yield
from transforms.records.vocabulary import ASKED_FOR, DAYS_OF_YIELD, DEAD_AFTER, MAX_DAYS_APART

N = 400
RNG = np.random.default_rng(4)
QUIET = History(
    number=RNG.random(N), chance=np.zeros(N), nights_since=np.full(N, 5.0), n_ai_paid_seen=np.zeros(N),
    nights_followed=np.full(N, 30.0), misses=np.zeros(N, dtype=np.int64), requests_per_reading=np.ones(N),
)  # fmt: skip


def plan(budget: float = 40, night: int = 3, **changes: Any) -> dict[int, str]:
    """The boards of a night and why each is asked."""
    history = dataclasses.replace(QUIET, **changes)
    asked, reason = plan_night(history, budget=budget, night=night, rng=np.random.default_rng(1))
    return {int(board): ASKED_FOR[why] for board, why in zip(asked, reason, strict=True)}


def at(boards: slice | list[int], value: float, elsewhere: float) -> np.ndarray[Any, Any]:
    made = np.full(N, float(elsewhere))
    made[boards] = value
    return made


def test_the_budget_holds_also_for_boards_that_take_many_requests() -> None:
    requests = RNG.integers(1, 6, N).astype(float)
    asked = plan(budget=50, requests_per_reading=requests)
    assert 45 <= sum(requests[board] for board in asked) <= 50


def test_members_come_first_and_are_no_matter_of_yield() -> None:
    asked = plan(budget=N, chance=np.ones(N))
    members = [board for board, why in asked.items() if why == "panel"]
    rich = plan(budget=N, chance=np.ones(N), n_ai_paid_seen=at(slice(0, 200), 50, 0))
    assert 30 < len(members) < 90
    assert sorted(members) == sorted(board for board, why in rich.items() if why == "panel")
    assert list(asked.values())[: len(members)] == ["panel"] * len(members)


def test_a_rich_board_is_asked_before_quiet_ones_and_again_when_it_may_have_more() -> None:
    asked = plan(n_ai_paid_seen=at([7], 60, 0), nights_since=np.ones(N))
    assert next(iter(asked)) == 7
    assert 7 not in plan(nights_since=at([7], 0, 5), n_ai_paid_seen=at([7], 60, 0))


def test_requests_count_against_what_a_board_gives() -> None:
    asked = list(plan(n_ai_paid_seen=at([7, 8], 60, 0), requests_per_reading=at([8], 30, 1)))
    assert asked[0] == 7 and 8 not in asked[:1]


def test_no_reading_grows_too_old() -> None:
    assert MAX_NIGHTS < MAX_DAYS_APART
    assert plan(nights_since=at([3], MAX_NIGHTS, 2), n_ai_paid_seen=at(slice(100, N), 90, 0))[3] == "limit"


def test_a_dead_board_is_asked_once_a_month() -> None:
    dead = at([5], DEAD_AFTER, 0).astype(np.int64)
    assert 5 not in plan(budget=N, misses=dead, chance=np.ones(N))
    assert plan(misses=dead, nights_since=at([5], DEAD_RHYTHM, 2))[5] == "dead"


@pytest.mark.parametrize("nights", [30, DAYS_OF_YIELD, DAYS_OF_YIELD + 1, 400, 800])
def test_as_much_is_expected_of_a_steady_board_however_long_it_was_read(nights: int) -> None:
    """Two adverts come in ten nights. Of what was new in the last 90 nights the first reading's is part while it is
    among them."""
    came = min(nights, DAYS_OF_YIELD) + (LIFE if nights <= DAYS_OF_YIELD else 0)
    steady = dataclasses.replace(
        QUIET, nights_since=np.ones(N), nights_followed=np.full(N, float(nights)), n_ai_paid_seen=np.full(N, came / 5)
    )
    expected = np.mean([expect_new(steady, RNG).mean() for _ in range(50)])
    assert expected == pytest.approx(1 / 5, rel=0.05)


def test_a_board_never_asked_is_tried_before_those_that_gave_nothing() -> None:
    asked = plan(nights_since=at(slice(0, 20), np.inf, 5), n_ai_paid_seen=at(slice(200, 230), 5, 0))
    assert set(range(20)) <= asked.keys()


def test_equal_histories_make_equal_nights() -> None:
    assert plan() == plan()


def test_the_plan_finds_nearly_what_an_oracle_finds() -> None:
    """Seven nights at a quarter of the requests that asking every board would take."""
    planned, random, best = (find_yield(order, nights=7, part=4) for order in (by_plan, by_chance, by_oracle))
    assert random + 0.1 < planned <= best
    assert planned > 0.95 * best
