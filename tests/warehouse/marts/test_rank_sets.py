"""Ranks by comparing rows in pairs: against all signs of few employers, in odd lists, and on lists of known truth."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.known_truth.employer_markets import list_shares
from tests.known_truth.employer_scores import score_ranks
from tests.known_truth.markets import Floats, read_generators
from warehouse.marts import rank_sets
from warehouse.marts.rank_sets import UNSEEN, find_rank_sets

PARTS = st.lists(st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=4, max_size=4), min_size=2, max_size=20)


def draw_list(shares: list[float], n_employers: int, seed: int = 1) -> Floats:
    asks = np.random.default_rng(seed).random((n_employers, len(shares))) < shares
    return np.asarray(asks, dtype=np.float64)


def test_rows_far_apart_have_one_rank_and_near_ones_share_ranks() -> None:
    sets = find_rank_sets(draw_list([0.9, 0.5, 0.5, 0.1], 200), np.ones(200), 1)
    assert sets.best.tolist() == [1, 2, 2, 4]
    assert sets.worst.tolist() == [1, 3, 3, 4]


def test_rows_that_no_employer_treats_differently_tie() -> None:
    part = draw_list([0.9, 0.3, 0.6, 0.1], 150)
    part[:, 1] = part[:, 2]
    sets = find_rank_sets(part, np.ones(150), 1)
    assert sets.best.tolist() == [1, 2, 2, 4]
    assert sets.worst.tolist() == [1, 3, 3, 4]
    alike = find_rank_sets(np.full((30, 5), 0.5), np.ones(30), 1)
    assert (alike.best == 1).all()
    assert (alike.worst == 5).all()


def test_the_number_that_is_ranked_follows_the_weights() -> None:
    """Of 120 employers 100 with a single job ask for the first item, and 20 with twenty jobs for the second."""
    part = np.zeros((120, 2))
    part[:100, 0], part[100:, 1] = 1, 1
    jobs = np.where(np.arange(120) < 100, 1.0, 20.0)
    assert find_rank_sets(part, np.ones(120), 1).best.tolist() == [1, 2]
    assert find_rank_sets(part, jobs, 1).best.tolist() == [2, 1]
    part[103:, 1] = 0  # of the large ones only three ask, 60 jobs for 100
    assert find_rank_sets(part, jobs, 1).worst.tolist() == [2, 2]


@given(PARTS, st.integers(0, 5))
def test_ranks_are_bounded_by_the_list_and_hold_the_order_of_the_shares(rows: list[list[float]], seed: int) -> None:
    part = np.array(rows)
    weight = (1 + np.arange(len(part)) % 3).astype(np.float64)
    sets = find_rank_sets(part, weight, seed, draws=199)
    share = weight @ part
    assert (sets.best >= 1).all()
    assert (sets.worst <= 4).all()
    assert (sets.best <= sets.worst).all()
    above, below = np.nonzero(sets.is_above)
    assert (share[above] > share[below]).all()
    assert sets.best.tolist() == (1 + sets.is_above.sum(axis=0)).tolist()


def test_one_seed_gives_one_answer() -> None:
    part = draw_list(list_shares(30).tolist(), 80)
    first, second = (find_rank_sets(part, np.ones(80), 7) for _ in range(2))
    assert first.is_above.tolist() == second.is_above.tolist()
    assert first.is_above.any()


def test_the_critical_value_is_that_of_all_signs() -> None:
    """Twelve employers have 4,096 signs: the level of each comparison by all of them agrees with that by draws."""
    part = draw_list([0.9, 0.5, 0.5, 0.1], 12, seed=3)
    u = part[:, :, None] - part[:, None, :]
    scale = 1 / np.sqrt((u**2).sum(axis=0) + UNSEEN)
    signs = np.array(list(itertools.product([-1, 1], repeat=12)))
    largest = np.abs(np.einsum("di,ijk->djk", signs, u) * scale).max(axis=(1, 2))
    is_open = ~np.eye(4, dtype=bool)
    drawn = (2.0 * np.random.default_rng(1).integers(0, 2, (4_000, 12)) - 1) @ part
    critical = rank_sets._find_critical(drawn.T.astype(np.float32), scale, is_open, 200)
    assert np.mean(largest > critical - 1e-5) >= 0.04
    assert np.mean(largest > critical + 1e-5) <= 0.06


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    part = draw_list(list_shares(20).tolist(), 60)
    whole = find_rank_sets(part, np.ones(60), 1)
    monkeypatch.setattr(rank_sets, "BLOCK", 7)
    assert find_rank_sets(part, np.ones(60), 1).is_above.tolist() == whole.is_above.tolist()


def test_stepping_down_finds_more_than_one_step(monkeypatch: pytest.MonkeyPatch) -> None:
    part = draw_list(list_shares(60).tolist(), 350)
    stepped = find_rank_sets(part, np.ones(350), 1)
    monkeypatch.setattr(rank_sets, "MAX_ROUNDS", 1)
    once = find_rank_sets(part, np.ones(350), 1)
    assert (stepped.is_above | ~once.is_above).all()
    assert stepped.is_above.sum() > once.is_above.sum()


def test_work_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rank_sets, "MAX_COMPARISONS", 300 * 40**2)
    assert find_rank_sets(draw_list([0.5] * 40, 10), np.ones(10), 1).n_draws == 300
    with pytest.raises(ValueError, match="50 rows are too many"):
        find_rank_sets(draw_list([0.5] * 50, 10), np.ones(10), 1)


def test_a_single_row_and_too_few_draws_claim_nothing() -> None:
    assert find_rank_sets(np.ones((5, 1)), np.ones(5), 1).worst.tolist() == [1]
    assert find_rank_sets(np.ones((5, 0)), np.ones(5), 1).best.tolist() == []
    few = find_rank_sets(draw_list([1.0, 0.0], 50), np.ones(50), 1, draws=10)
    assert few.best.tolist() == [1, 1]


@pytest.mark.parametrize(("n_differ", "is_known"), [(1, False), (4, False), (8, True)])
def test_employers_of_one_mind_must_be_more_than_a_few(n_differ: int, is_known: bool) -> None:
    """That the employers who differ agree has the chance 2 / 2^n: 1/8 of four, 1/128 of eight."""
    part = np.zeros((100, 3))
    part[:n_differ, 0] = 1
    sets = find_rank_sets(part, np.ones(100), 1)
    assert bool(sets.is_above[0, 1]) == is_known
    assert not sets.is_above[1:].any()


@pytest.mark.parametrize(("largest", "is_known"), [(10, True), (50, False)])
def test_an_employer_as_large_as_the_largest_may_have_been_missed(largest: int, is_known: bool) -> None:
    """Of 140 small employers 90 ask for the first item alone, and the large one for neither."""
    part = np.zeros((141, 2))
    part[:90, 0] = 1
    sets = find_rank_sets(part, np.array([1.0] * 140 + [largest]), 1)
    assert bool(sets.is_above[0, 1]) == is_known


def test_what_is_no_part_or_no_weight_is_refused() -> None:
    for part in (np.array([[1.5]]), np.array([[-0.1]]), np.array([[np.nan]])):
        with pytest.raises(ValueError, match="from 0 to 1"):
            find_rank_sets(part, np.ones(1), 1)
    with pytest.raises(ValueError, match="no employers"):
        find_rank_sets(np.ones((0, 2)), np.ones(0), 1)
    for weight in (0.0, -1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match="positive"):
            find_rank_sets(np.ones((1, 2)), np.array([weight]), 1)


def test_ranks_of_a_list_hold_together_and_are_narrower_than_those_of_rows_alone() -> None:
    ai_market = next(generator for generator in read_generators() if generator.name == "ai_market")
    in_pairs, alone = score_ranks(ai_market, 150, 60, list_shares(40), 0.33, by_jobs=False)
    assert in_pairs.coverage >= 0.93
    assert in_pairs.width < alone.width
