"""Rules of printing for cells of pay, held against the cells of `pay_designs`.

`python -m tests.known_truth.gates 0 rows.csv` scores all rows drawn with the first of `pay_designs.SEEDS`, about two
CPU minutes, and writes one line for each row and quantile: coverage over all cells, and under each rule how many cells
are printed and how many of these are covered. A rule looks at the sample only. A quantile beyond the quartiles is
printed where `printing.is_tail_known` says so, too.
"""

from __future__ import annotations

import argparse
import csv
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from tests.known_truth.markets import QUANTILES, Flags, Floats, find_truth
from tests.known_truth.pay_designs import N_TRUTH, SEEDS, Row, draw_cells, generator_of, list_rows
from tests.known_truth.simulation import cells_of
from warehouse.marts.estimators import SampledCells, estimate_quantiles
from warehouse.marts.printing import is_tail_known

CELLS = 1_500
"""Cells of a row: a coverage of 93 % of 1,500 is within 1.3 points of itself."""
CELLS_OF_LARGE = 1_000
"""The same of rows of 600 jobs."""
LARGE = 600


@dataclass(frozen=True)
class Gate:
    """The least jobs, employers and even employers (G*) of a cell that is printed, and the largest employer's part."""

    jobs: int
    employers: int
    even: int
    largest: float

    def prints(self, cells: SampledCells) -> Flags:
        """Whether each cell is printed."""
        return np.asarray(
            (cells.n_jobs >= self.jobs)
            & (cells.n_employers >= self.employers)
            & (cells.n_even >= self.even)
            & (cells.largest <= self.largest)
        )


GATES = {
    "30 jobs, G* 8": Gate(30, 10, 8, 0.5),
    **{f"{employers} employers": Gate(0, employers, 0, 0.5) for employers in (12, 15, 18, 20)},
    "15, largest .4": Gate(0, 15, 0, 0.4),
    "15, largest .33": Gate(0, 15, 0, 1 / 3),
    "15, G* 6": Gate(0, 15, 6, 0.5),
    "15, G* 8": Gate(0, 15, 8, 0.5),
    "15, 60 jobs": Gate(60, 15, 0, 0.5),
    "20, 60 jobs": Gate(60, 20, 0, 0.5),
    "60 jobs, G* 8": Gate(60, 10, 8, 0.5),
}


def score_row(row: Row, seed: int) -> list[dict[str, object]]:
    """One line for each quantile of a row."""
    markets = draw_cells(row, CELLS_OF_LARGE if row.size >= LARGE else CELLS, seed)
    cells = cells_of(markets)
    truth = find_truth(generator_of(row), is_heaped=row.is_heaped, n_jobs=N_TRUTH)
    lines = []
    for name, (amount, p) in QUANTILES.items():
        estimate = estimate_quantiles(cells, markets.employer, getattr(markets, amount), (p,))
        ends = estimate.low[:, 0] / truth[name], estimate.high[:, 0] / truth[name]
        lines.append({"seed": seed, **asdict(row), "quantile": name, **score_cells(cells, p, *ends)})
    return lines


def score_cells(cells: SampledCells, p: float, low: Floats, high: Floats) -> dict[str, object]:
    """How often intervals, as parts of the truth, hold it: over all cells, and over those that each gate prints."""
    has = ~np.isnan(low)
    covers = (low <= 1) & (high >= 1)
    line: dict[str, object] = {
        "cells": int(has.sum()),
        "covered": round(float(covers[has].mean()), 4),
        "width": round(float(np.median((high - low)[has])), 3),
    }
    for name, gate in GATES.items():
        is_shown = has & gate.prints(cells) & is_tail_known(cells, p)
        line[f"{name}: printed"] = int(is_shown.sum())
        line[f"{name}: covered"] = round(float(covers[is_shown].mean()), 4) if is_shown.any() else ""
    return line


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("which", type=int, help="0: the seed on which a rule is chosen, 1: that which confirms it")
    parser.add_argument("file", type=Path)
    options = parser.parse_args()
    seed = SEEDS[options.which]
    lines = [line for row in list_rows(seed) for line in score_row(row, seed)]
    with options.file.open("w", newline="") as file:
        writer = csv.DictWriter(file, lines[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)


if __name__ == "__main__":
    main()
