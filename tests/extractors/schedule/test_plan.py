"""A night asks the panel's members that are due, boards that must not grow stale, and then where most is expected."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.schedule import panel
from extractors.schedule.panel import Ints
from extractors.schedule.plan import (
    DEAD_RHYTHM,
    LIFE,
    MAX_NIGHTS,
    QUIET_RHYTHM,
    History,
    expect_new,
    rank_boards,
)
from tests.known_truth.board_nights import by_chance, by_oracle, by_plan, find_yield
from transforms.records.definitions import BRIDGE_DAYS
from transforms.records.vocabulary import ASKED_FOR, DAYS_OF_YIELD, DEAD_AFTER, MEMBER_RHYTHM

N = 400
RNG = np.random.default_rng(4)
QUIET = History(
    number=RNG.random(N), chance=np.zeros(N), nights_since=np.full(N, 5.0), n_ai_paid_seen=np.zeros(N),
    nights_followed=np.full(N, 30.0), misses=np.zeros(N, dtype=np.int64), requests_per_reading=np.ones(N),
)  # fmt: skip
LONG_KNOWN = dataclasses.replace(QUIET, nights_followed=np.full(N, 300.0))


def asked(history: History, *, budget: float, night: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """The boards that a night asks, in order, and the places of their reasons in `ASKED_FOR`."""
    ranking = rank_boards(history, budget=budget, night=night, rng=rng)
    return ranking.boards[ranking.is_asked], ranking.reason[ranking.is_asked]


def plan(budget: float = 40, night: int = 3, **changes: Any) -> dict[int, str]:
    """The boards of a night and why each is asked."""
    history = dataclasses.replace(QUIET, **changes)
    boards, reason = asked(history, budget=budget, night=night, rng=np.random.default_rng(1))
    return {int(board): ASKED_FOR[why] for board, why in zip(boards, reason, strict=True)}


def at(boards: slice | list[int], value: float, elsewhere: float) -> np.ndarray[Any, Any]:
    values = np.full(N, float(elsewhere))
    values[boards] = value
    return values


def test_the_budget_holds_also_for_boards_that_take_many_requests() -> None:
    requests = RNG.integers(1, 6, N).astype(float)
    choice = plan(budget=50, requests_per_reading=requests)
    assert 45 <= sum(requests[board] for board in choice) <= 50


def test_members_come_first_and_are_no_matter_of_yield() -> None:
    choice = plan(budget=N, chance=np.ones(N))
    members = [board for board, why in choice.items() if why == "panel"]
    rich = plan(budget=N, chance=np.ones(N), n_ai_paid_seen=at(slice(0, 200), 50, 0))
    assert 30 < len(members) < 90
    assert sorted(members) == sorted(board for board, why in rich.items() if why == "panel")
    assert list(choice.values())[: len(members)] == ["panel"] * len(members)


def test_members_beyond_the_budget_are_cut_by_how_long_they_wait_and_never_by_yield() -> None:
    since = RNG.integers(7, 15, N).astype(float)
    changes: dict[str, Any] = {"chance": np.ones(N), "nights_since": since, "nights_followed": np.full(N, 300.0)}
    poor, rich = plan(**changes), plan(n_ai_paid_seen=at(slice(200, N), 90, 0), **changes)
    assert poor == rich and set(rich.values()) == {"panel"}
    assert min(since[list(rich)]) >= max(since[[board for board in range(N) if board not in rich]])


def test_a_fifth_of_the_requests_are_for_members_also_where_a_quarter_of_them_is_dead() -> None:
    dead = (RNG.random(N) < 0.25) * DEAD_AFTER
    chance, requests = np.full(N, 0.3), RNG.integers(1, 4, N).astype(float)
    budget = (chance * requests).sum() / MEMBER_RHYTHM / panel.SHARE_OF_REQUESTS
    since = np.full(N, np.inf)
    for night in range(21):
        changes: dict[str, Any] = {
            "chance": chance,
            "nights_since": since,
            "misses": dead,
            "requests_per_reading": requests,
        }
        history = dataclasses.replace(QUIET, **changes)
        boards, reason = asked(history, budget=budget, night=night, rng=RNG)
        for_members = requests[boards[reason == ASKED_FOR.index("panel")]].sum()
        assert budget / 5 <= for_members < 0.4 * budget
        since[boards] = 0
        since += 1


def test_a_rich_board_is_asked_before_quiet_ones_and_again_when_it_may_have_more() -> None:
    choice = plan(n_ai_paid_seen=at([7], 60, 0), nights_since=np.ones(N))
    assert next(iter(choice)) == 7
    assert 7 not in plan(nights_since=at([7], 0, 5), n_ai_paid_seen=at([7], 60, 0))


def test_requests_count_against_what_a_board_gives() -> None:
    choice = list(plan(n_ai_paid_seen=at([7, 8], 60, 0), requests_per_reading=at([8], 30, 1)))
    assert choice[0] == 7 and 8 not in choice[:1]


def test_no_reading_grows_too_old() -> None:
    assert BRIDGE_DAYS.value > MAX_NIGHTS
    assert plan(nights_since=at([3], MAX_NIGHTS, 2), n_ai_paid_seen=at(slice(100, N), 90, 0))[3] == "limit"


def ask_nightly(budget: int, nights: int = 60) -> np.ndarray[Any, Any]:
    """On which of some nights each board is asked: the first forty yield two a week down to one in ten weeks, the rest
    never did. All were asked once before, as many a night as now."""
    rate = np.zeros(N)
    rate[:40] = np.geomspace(2 / 7, 1 / 70, 40)
    since: np.ndarray[Any, Any] = 1.0 + RNG.permutation(N) // budget
    asked_on = np.zeros((nights, N), dtype=bool)
    for night in range(nights):
        history = dataclasses.replace(LONG_KNOWN, nights_since=since, n_ai_paid_seen=DAYS_OF_YIELD * rate)
        boards, _ = asked(history, budget=budget, night=night, rng=np.random.default_rng(night))
        asked_on[night, boards] = True
        since = np.where(asked_on[night], 0, since) + 1
    return asked_on


def find_gaps(asked_on: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The most nights between two readings of each board."""
    return np.array([np.diff(np.flatnonzero(nights), prepend=0).max(initial=0) for nights in asked_on.T])


def test_rich_boards_are_asked_nightly_and_quiet_ones_weekly_where_the_budget_allows() -> None:
    asked_on = ask_nightly(budget=90)
    assert asked_on[:, :8].mean() > 0.85
    assert find_gaps(asked_on)[40:].max() <= QUIET_RHYTHM + 1


def test_a_budget_too_small_for_quiet_boards_delays_all_of_them_alike_and_none_beyond_the_limit() -> None:
    gaps = find_gaps(ask_nightly(budget=50))
    assert gaps[40:].min() > QUIET_RHYTHM and gaps[40:].max() <= 2 * gaps[40:].min()
    assert find_gaps(ask_nightly(budget=16)).max() <= MAX_NIGHTS + 1


def test_quiet_boards_whose_week_is_over_come_after_rich_and_new_ones_and_before_the_rest() -> None:
    since = at(slice(0, 30), 8, 2)
    since[30:35], since[35:45] = 9, np.inf
    rich = at(slice(100, 110), 60, 0)
    choice = plan(budget=70, nights_since=since, nights_followed=np.full(N, 300.0), n_ai_paid_seen=rich)
    assert set(list(choice)[:20]) == {*range(35, 45), *range(100, 110)}
    assert list(choice)[20:25] == sorted(range(30, 35), key=lambda board: QUIET.number[board])
    assert set(list(choice)[25:55]) == set(range(30))
    assert [list(choice.values()).count(why) for why in ("yield", "week")] == [35, 35]


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
    choice = plan(nights_since=at(slice(0, 20), np.inf, 5), n_ai_paid_seen=at(slice(200, 230), 5, 0))
    assert set(range(20)) <= choice.keys()


def test_equal_histories_make_equal_nights() -> None:
    assert plan() == plan()


def test_the_plan_finds_nearly_what_an_oracle_finds() -> None:
    """Seven nights at a quarter of the requests that asking every board would take."""
    ours, random, best = (find_yield(order, nights=7, part=4) for order in (by_plan, by_chance, by_oracle))
    assert random + 0.1 < ours <= best
    assert ours > 0.95 * best


@settings(max_examples=60)
@given(st.integers(1, 2**32 - 1), st.integers(1, 60), st.integers(1, 90))
def test_no_board_that_fits_is_left_unasked_for_a_larger_one_before_it(seed: int, n: int, budget: int) -> None:
    rng = np.random.default_rng(seed)
    history = History(
        number=rng.random(n), chance=rng.choice([0.0, 0.5, 1.0], n), nights_since=rng.choice([0, 1, 8, 40, np.inf], n),
        n_ai_paid_seen=rng.choice([0.0, 5.0, 60.0], n), nights_followed=rng.integers(0, 90, n).astype(float),
        misses=rng.choice([0, DEAD_AFTER], n), requests_per_reading=rng.choice([1.0, 2.0, 7.0, 40.0, 200.0], n),
    )  # fmt: skip
    requests = history.requests_per_reading
    ranking = rank_boards(history, budget=budget, night=3, rng=np.random.default_rng(seed))
    chosen = ranking.boards[ranking.is_asked]
    left = budget - requests[chosen].sum()
    unasked = ranking.boards[~ranking.is_asked]
    assert left >= 0 and (requests[unasked] > left).all()
    for place, board in enumerate(ranking.boards):  # each by what those before it in rank left, and nothing else
        before = ranking.boards[:place][ranking.is_asked[:place]]
        assert ranking.is_asked[place] == (requests[board] <= budget - requests[before].sum())
    last = max(np.flatnonzero(ranking.is_asked), default=-1)
    assert ranking.passed_over.tolist() == [b for b in ranking.boards[: last + 1] if b not in chosen]


def test_a_board_larger_than_the_budget_keeps_no_other_from_being_asked() -> None:
    since = at([0], 40, 5)
    choice = plan(budget=40, nights_since=since, requests_per_reading=at([0], 41, 1))
    assert 0 not in choice and len(choice) == 40
    assert next(iter(plan(budget=41, nights_since=since, requests_per_reading=at([0], 41, 1)))) == 0


def test_a_member_larger_than_the_budget_takes_no_turn_of_others() -> None:
    """It was not asked for longest, so it would come first each night, and its requests would be the panel's fifth."""
    chance = np.where(QUIET.number < 0.5, 0.5, 0.25)
    giant = int(np.flatnonzero(QUIET.number < 0.5)[0])
    changes: dict[str, Any] = {
        "budget": 200,
        "chance": chance,
        "n_ai_paid_seen": np.where(QUIET.number < 0.5, 0.0, 30.0),
    }
    since, requests = at([giant], 90, 3), at([giant], 5000, 1)
    for night in range(7):
        reasons = list(plan(night=night, nights_since=since, requests_per_reading=requests, **changes).values())
        assert reasons.count("panel") >= 200 * panel.SHARE_OF_REQUESTS, night
