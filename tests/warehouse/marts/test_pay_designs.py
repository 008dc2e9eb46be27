"""The designs of known truth are what they say: sizes, truths and rates that can be found without an estimator."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from tests.known_truth import scoring
from tests.known_truth.closings import KINDS, Kind
from tests.known_truth.gate_page import CHOSEN, gates_of, score_gate
from tests.known_truth.gates import GATES
from tests.known_truth.page import read_lines, write_lines, write_tables
from tests.known_truth.pay_designs import (
    GIANT_PART,
    OF_EACH,
    SEEDS,
    SHAPES,
    SIZES,
    Row,
    draw_cells,
    generator_of,
    list_rows,
)
from tests.known_truth.simulation import PAGE, cells_of
from transforms.records.definitions import CLOSING_DAYS
from warehouse.marts.estimators import count_cells
from warehouse.marts.printing import find_broken_rules


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("days", [1, 7])
def test_an_advert_is_still_open_with_the_chance_of_its_rate(kind: Kind, days: int) -> None:
    rate = np.array([0.001, 0.015, 0.2])
    chance = kind.chance(np.random.default_rng(1), np.repeat(rate, 200_000), days).reshape(3, -1)
    assert 1 - chance.mean(axis=1) == pytest.approx(np.exp(-rate * days), rel=0.01)
    assert kind.draw_rates(np.random.default_rng(2), 1_000_000).mean() == pytest.approx(1, rel=0.03)


@pytest.mark.parametrize("estimator", ["own hazards of boards", "ratio within boards"])
def test_closings_are_counted_at_gaps_of_which_every_row_covers(estimator: str) -> None:
    """`closing_rows.csv` has what `score_closings` and `score_ratios` gave."""
    covered = defaultdict(list)
    with (Path(scoring.__file__).parent / "closing_rows.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["estimator"] == estimator:
                covered[int(row["gap_days"])].append(float(row["covered"]))
    gaps = {gap for gap, parts in covered.items() if min(parts) >= scoring.MIN_COVERAGE}
    assert max(gaps) == CLOSING_DAYS.value and gaps == {gap for gap in covered if gap <= CLOSING_DAYS.value}


def test_rows_are_drawn_evenly_and_again_the_same() -> None:
    first, second = (list_rows(seed) for seed in SEEDS)
    assert list_rows(SEEDS[0]) == first != second
    assert len(set(first)) == len(first) == OF_EACH * len(SHAPES) * sum(len(sizes) for sizes in SIZES.values())


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("design", "size"), [("employers", 40), ("jobs", 60)])
def test_cells_have_the_jobs_or_the_employers_of_their_row(design: str, size: int, shape: str) -> None:
    row = Row(design, size, shape, 0.045, is_tiered=True, is_heaped=False)
    cells = cells_of(draw_cells(row, 300, seed=1))
    if design == "employers":
        assert set(cells.n_employers) == {size}
    else:
        assert cells.n_jobs.min() >= size
    if shape == "one_giant":
        assert cells.largest.mean() == pytest.approx(GIANT_PART, abs=0.01)
    generator = generator_of(row)
    mean_log_pay = generator.of_job @ generator.log_pay_of(generator.sizes)
    assert mean_log_pay == pytest.approx(np.log(190_000))


def test_rules_are_scored_over_their_rows() -> None:
    rows = [(1_000, 500, "0.9"), (1_000, 399, "0.5"), (500, 0, ""), (1_500, 400, "0.91")]
    lines = [
        {"cells": str(n), f"{CHOSEN}: printed": str(printed), f"{CHOSEN}: covered": covered}
        for n, printed, covered in rows
    ]
    assert gates_of(lines) == [CHOSEN]
    result = score_gate(lines, CHOSEN)
    assert (result.n_rows, result.n_below) == (2, 1)
    assert result.printed == pytest.approx(1_299 / 4_000)
    assert result.covered == pytest.approx((450 + 199.5 + 364) / 1_299)


def test_what_is_printed_is_scored_whatever_its_quantile() -> None:
    covers = np.arange(1_000) < 900
    low, high = np.where(covers, 0.0, 2.0), np.full(1_000, 3.0)
    result = scoring.score(1.0, high, low, high, covers)
    assert scoring.find_misses(result, "p90") == ("coverage",)
    few = scoring.score(1.0, high[:150], low[850:], high[:150], covers[:150])
    assert scoring.find_misses(few, "p90") == ()
    printed = scoring.score(1.0, high, np.where(np.arange(1_000) < 940, 0.0, 2.0), high, np.arange(1_000) >= 500)
    assert scoring.find_misses(printed, "p90") == ("coverage printed",)


def test_the_page_of_known_truth_says_what_its_data_say() -> None:
    data = PAGE.with_suffix(".csv").read_text(encoding="utf-8")
    lines = read_lines(data)
    assert write_lines(lines) == data
    assert write_tables(lines) in PAGE.read_text(encoding="utf-8"), "run `make known-truth`"


def test_the_gate_that_was_chosen_is_that_of_printing() -> None:
    jobs = [[1] * 14, [1] * 15, [4] * 9, [20, *[1] * 19], [3] * 14, [15, *[1] * 15], [16, *[1] * 15]]
    cells = count_cells(np.repeat(np.arange(len(jobs)), [len(cell) for cell in jobs]), np.concatenate(jobs), len(jobs))
    assert GATES[CHOSEN].prints(cells).tolist() == (find_broken_rules(cells) < 0).tolist()
    assert GATES[CHOSEN].prints(cells).tolist() == [False, True, False, False, False, True, False]
