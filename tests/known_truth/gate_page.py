"""The part of docs/known_truth.md about rules of printing, from the rows that `gates` scored (`gate_rows.csv`)."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.known_truth.pay_designs import SLOPES
from tests.known_truth.scoring import MIN_COVERAGE_PRINTED

ROWS = Path(__file__).with_name("gate_rows.csv")
CHOSEN = "15 employers"
WITH_JOBS = "15, 60 jobs"
"""The same with the number of jobs that was to be asked for."""
MIN_PRINTED = 400
"""Rows with fewer printed cells are not held against `MIN_COVERAGE_PRINTED`."""
PRINTED, COVERED = ": printed", ": covered"
GIANT = "giant"
"""The shape with giants that are rarely met."""

Line = dict[str, str]
"""A row of cells and a quantile, by the columns of `gate_rows.csv`."""


@dataclass(frozen=True)
class GateScore:
    """What a rule does over many rows of cells. Parts from 0 to 1."""

    printed: float
    """Part of all cells that the rule prints."""
    covered: float
    """Part of the printed cells whose interval holds the truth."""
    n_rows: int
    """Rows with at least `MIN_PRINTED` printed cells."""
    n_below: int
    """Those of them that are covered in less than `MIN_COVERAGE_PRINTED`."""


def read_lines() -> list[Line]:
    """All rows of both seeds."""
    with ROWS.open(newline="") as file:
        return list(csv.DictReader(file))


def score_gate(lines: Sequence[Line], name: str) -> GateScore:
    """Score a rule over rows."""
    counts = [(int(line[name + PRINTED]), float(line[name + COVERED] or 0)) for line in lines]
    n_printed = sum(n for n, _ in counts)
    enough = [covered for n, covered in counts if n >= MIN_PRINTED]
    return GateScore(
        printed=n_printed / sum(int(line["cells"]) for line in lines),
        covered=sum(n * covered for n, covered in counts) / n_printed,
        n_rows=len(enough),
        n_below=sum(covered < MIN_COVERAGE_PRINTED for covered in enough),
    )


def _by_seed(lines: Sequence[Line], name: str) -> str:
    """Rows below and rows, on the seed by which a rule was chosen and on the one that confirmed it."""
    seeds = sorted({line["seed"] for line in lines})
    scores = [score_gate([line for line in lines if line["seed"] == seed], name) for seed in seeds]
    return " and ".join(f"{score.n_below} of {score.n_rows:,}" for score in scores)


def is_usual(line: Line) -> bool:
    """Whether a row has no giants that are rarely met, and pay that depends on size as little as was measured."""
    return line["shape"] != GIANT and abs(float(line["slope"])) == min(map(abs, SLOPES))


def write_gates() -> str:
    """The part of the document about rules of printing."""
    return "\n".join(_page(read_lines())) + "\n"


def _page(lines: Sequence[Line]) -> Iterator[str]:
    chosen = score_gate(lines, CHOSEN)
    below = [line for line in lines if _is_below(line, CHOSEN)]
    usual = score_gate([line for line in lines if is_usual(line)], CHOSEN)
    steep = sum(abs(float(line["slope"])) > min(map(abs, SLOPES)) for line in below)
    worst = min(below, key=lambda line: float(line[CHOSEN + COVERED]))
    yield "## Rules of printing"
    yield ""
    yield (
        f"No rule passes every row. Of {chosen.n_rows:,} rows and quantiles with {MIN_PRINTED} printed cells or more, "
        f"{chosen.n_below} are covered in less than {100 * MIN_COVERAGE_PRINTED:.0f} % under the chosen rule, "
        f"{CHOSEN} and none above half: in {steep} pay changes with size twice as much as measured, and "
        f"{sum(line['shape'] == GIANT for line in below)} have giants that are rarely met. The worst, "
        f"{worst['quantile']} of {worst['size']} {worst['design']} with both, is covered in "
        f"{100 * float(worst[CHOSEN + COVERED]):.0f} %. Without giants, and with pay as measured, {usual.n_below} of "
        f"{usual.n_rows} lie below."
    )
    yield ""
    with_jobs = score_gate(lines, WITH_JOBS)
    yield (
        f"**60 jobs were to be asked for if no rule passes. They are not**: they would withhold "
        f"{100 * (1 - with_jobs.printed / chosen.printed):.0f} % of the printed cells and leave {with_jobs.n_below} "
        "rows below. There is no setting: who wants them adds a `Rule` of 60 `n_jobs` to `RULES` in "
        "`warehouse/marts/printing.py`."
    )
    yield ""
    yield (
        "Per cent of cells printed and of these covered, on both seeds, and rows below, on the seed of the choice and "
        "on another; all twelve: `gate_rows.csv`."
    )
    yield ""
    yield "| rule | printed | covered | below |"
    yield "|---|--:|--:|--:|"
    for name in (CHOSEN, WITH_JOBS, "20 employers", "30 jobs, G* 8"):
        score = score_gate(lines, name)
        title = f"**{name}**" if name == CHOSEN else name.replace("G*", r"G\*")
        numbers = f"{100 * score.printed:.1f} | {100 * score.covered:.1f} | {_by_seed(lines, name)}"
        yield f"| {title} | {numbers} |"


def _is_below(line: Line, name: str) -> bool:
    n, covered = int(line[name + PRINTED]), line[name + COVERED]
    return n >= MIN_PRINTED and float(covered) < MIN_COVERAGE_PRINTED
