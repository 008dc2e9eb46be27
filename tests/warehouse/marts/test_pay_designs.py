"""The page of known truth says what its data say, and the code has what was chosen by them."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from tests.known_truth import scoring
from tests.known_truth.gate_page import CHOSEN
from tests.known_truth.gates import GATES
from tests.known_truth.page import read_lines, write_lines, write_tables
from tests.known_truth.simulation import PAGE
from transforms.records.definitions import CLOSING_DAYS
from warehouse.marts.estimators import count_cells
from warehouse.marts.printing import find_broken_rules


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
