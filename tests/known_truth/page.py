"""The document that the simulation writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import isnan

from tests.known_truth.board_market import SEED as BOARDS_SEED
from tests.known_truth.board_nights import NIGHTS, NIGHTS_AFTER, Coverages
from tests.known_truth.employer_scores import RankLine
from tests.known_truth.markets import SEED, read_generators
from tests.known_truth.scoring import (
    MAX_WIDTH,
    MIN_COVERAGE,
    MIN_COVERAGE_PRINTED,
    MIN_PART_PRINTED,
    MIN_PRINTED,
    Score,
)
from transforms.records.definitions import BAND
from warehouse.marts.printing import find_least_even


@dataclass(frozen=True)
class Line:
    """One estimand on one row of markets."""

    table: str
    generator: str
    n: int
    kind: str
    """What sets apart rows of one size: rounding, part that states pay, days between readings."""
    estimand: str
    score: Score
    misses: tuple[str, ...]


MIN_HELD = 0.93
"""Least part of the intervals of a figure of boards that must hold the truth."""
COLUMNS = (
    *("generator", "n", "", "estimand", "printed", "covered %", "of printed %", "too high %", "too low %", "width"),
    *("of printed", "bias %", "without", "misses"),
)
HEADS = {
    "pay": "Quantiles of pay",
    "shares": "Shares of jobs",
    "employers": "Employers' shares",
    "silence": "The median where not all state pay",
    "closings": "Closing rates",
}
NOTES = {
    "pay": (
        f"`band_low` is {BAND.low_end}, `band_high` {BAND.high_end}, the others are of midpoints. p10 and "
        f"p90 are printed from G* {find_least_even(0.9)} on, and scored only where they are. "
        "*Rounded*: ends as employers round them; where the grid of 5,000 and "
        "10,000 dollars is wider than the error, the estimate hardly varies and the width is that of the grid."
    ),
    "shares": (
        "A share of 1 % in 30 to 150 jobs is estimated as 0 most often, and then no interval that covers can be within "
        "1.3 of its standard deviation: the upper end is what so many jobs without one can exclude."
    ),
    "employers": (
        "n is the number of employers, each of which counts once. *slope*: by how much the log odds of asking change "
        "for each unit of log size; *correlation*: within employers; *weighted*: larger employers are drawn more often."
    ),
    "silence": (
        "*bounds*: the interval for the median of all jobs, where more than half state pay and both ends are finite "
        "(else without). *tilted*: bias of the median at the true odds; *stated*: that of the median of "
        "those who state it."
    ),
    "closings": "n is the number of boards, on 60 days; one in nine vanishes in that time.",
}


def write_page(lines: Sequence[Line], n_markets: int, day: date, seconds: float) -> str:
    """The document as Markdown, but for the boards."""
    return "\n".join(_page(lines, n_markets, day, seconds)) + "\n"


def write_boards(coverages: Mapping[int, Coverages], runs: int, day: date) -> str:
    """The part of the document about boards asked by plan; `coverages` by of how many boards one is asked a night."""
    return "\n".join(_boards(coverages, runs, day)) + "\n"


def write_ranks(lines: Sequence[RankLine]) -> str:
    """The part of the document about ranks."""
    return "\n".join(_ranks(lines)) + "\n"


def _ranks(lines: Sequence[RankLine]) -> Iterator[str]:
    yield "## Ranks of a list"
    yield ""
    yield (
        "In how many lists of 60 rows all ranks held (95 % asked for), how many ranks a row may have on average, and "
        "the ten rows of highest share. *In pairs*: `find_rank_sets`; *alone*: by an interval of each row, as before. "
        "*declining*: shares fall by 3 % a row; *flat*: half of the rows at 10 %, half at 2 %. Each row has a slope on "
        "log size of its own, of "
        "this standard deviation. **Bold**: held in less than 93 %."
    )
    yield ""
    yield "| generator | employers |  | lists | in pairs % | ranks | of ten | alone % | ranks | of ten |"
    yield "|---|--:|---|--:|--:|--:|--:|--:|--:|--:|"
    for line in lines:
        numbers = [
            part
            for one in (line.in_pairs, line.alone)
            for part in (
                f"{100 * one.coverage:.1f}" if one.coverage >= MIN_COVERAGE else f"**{100 * one.coverage:.1f}**",
                f"{one.width:.1f}", f"{one.width_of_top:.1f}",
            )
        ]  # fmt: skip
        cells = (line.generator, str(line.n_employers), line.kind, str(line.in_pairs.n_lists), *numbers)
        yield f"| {' | '.join(cells)} |"
    yield ""


def _boards(coverages: Mapping[int, Coverages], runs: int, day: date) -> Iterator[str]:
    yield "## Boards asked by plan"
    yield ""
    yield (
        f"{runs} markets of {day}, seed {BOARDS_SEED}, {NIGHTS} nights each: boards resampled from real ones, on two "
        "platforms, some of which list nothing, are gone, have moved (24 % of the second platform's) or fail "
        "(`tests/known_truth/board_market.py`). *panel*: members, weighted as `panel_boards` does, of a draw that knew "
        "each board's size. *panel of a list*: of the first draw of a list that was taken in, by platform, with no "
        f"size known. *panel drawn anew*: such a draw was replaced {NIGHTS_AFTER} nights ago by one with the sizes "
        "that were read, so that only members of both have answered. *yield*: other "
        "boards asked for their yield, not weighted, by their last reading; *of a week*: those of them that were "
        "read in the last seven nights, as members are. *panel as it was*: empty lists and redirects taken for no "
        "answer, so that other members stand for such boards. *off*: mean of the estimate less the truth, "
        "and *width*: mean width of the interval, both in points. **Bold**: the interval "
        f"held the truth in less than {100 * MIN_HELD:.0f} %."
    )
    yield ""
    yield "| one board in | sample | figure | covered % | off | width |"
    yield "|--:|---|---|--:|--:|--:|"
    for part, samples in coverages.items():
        for sample, figures in samples.items():
            for name, one in figures.items():
                percent = f"{100 * one.held:.1f}"
                cell = percent if one.held >= MIN_HELD else f"**{percent}**"
                yield f"| {part} | {sample} | {name} | {cell} | {100 * one.off:+.1f} | {100 * one.width:.1f} |"
    yield ""


def _page(lines: Sequence[Line], n_markets: int, day: date, seconds: float) -> Iterator[str]:
    yield "# Known truth"
    yield ""
    yield (
        f"Written by `make known-truth` on {day}: {n_markets:,} markets a row (closing rates 1,000 at most), "
        f"seed {SEED}, {seconds / 60:.0f} minutes. What is sampled and what is to be found stands at the head of "
        "`tests/known_truth/markets.py`, committed before the estimators. Generators:"
    )
    yield ""
    for generator in read_generators():
        yield f"- `{generator.name}`: employer sizes {generator.title}"
    yield ""
    yield (
        f"Asked for: coverage of {100 * MIN_COVERAGE:.0f} % over all markets and of {100 * MIN_COVERAGE_PRINTED:.0f} % "
        f"over those that are printed (scored from {MIN_PRINTED} on), a median width of at most {MAX_WIDTH} times 3.92 "
        "standard deviations of the estimate, bias of p50 at most 1 %, of the band's ends 3 %, or 1 % as drawn. Pareto "
        "is not scored."
    )
    yield ""
    yield from _misses(lines)
    for table, head in HEADS.items():
        yield from _table(table, head, [line for line in lines if line.table == table])


def _misses(lines: Sequence[Line]) -> Iterator[str]:
    first = [line for line in lines if line.generator == "band" and line.n == 150 and line.table == "pay"]
    part = min((line.score.n_printed / line.score.n_markets for line in first), default=0.0)
    yield (
        f"Of the first generator's markets of 150 jobs {100 * part:.0f} % are printed "
        f"({100 * MIN_PART_PRINTED:.0f} % asked for)."
    )
    yield ""
    missing = [line for line in lines if line.misses]
    n_scored = sum(line.table != "silence" or line.estimand == "bounds" for line in lines)
    yield f"Of {n_scored} lines these {len(missing)} miss something:" if missing else "Nothing is missed."
    yield ""
    for line in missing:
        where = ", ".join(part for part in (line.generator, f"n = {line.n}", line.kind, line.estimand) if part)
        yield f"- {where}: {'; '.join(line.misses)}"
    few = {(line.generator, line.n) for line in lines if line.estimand == "p50" and not line.score.is_scored_printed}
    if few:
        yield ""
        names = ", ".join(f"{name} n = {n}" for name, n in sorted(few))
        yield f"Fewer than {MIN_PRINTED} printed markets, so not scored over these: {names}."
    yield ""


def _table(table: str, head: str, lines: Sequence[Line]) -> Iterator[str]:
    yield f"## {head}"
    yield ""
    yield NOTES[table]
    yield ""
    yield f"| {' | '.join(COLUMNS)} |"
    yield "|---|--:|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|"
    for line in lines:
        score = line.score
        cells = (
            line.generator, line.n, line.kind, line.estimand, score.n_printed, _percent(score.coverage),
            _percent(score.coverage_printed), _percent(score.below), _percent(score.above), _ratio(score.width),
            _ratio(score.width_printed), f"{100 * score.bias:+.1f}", score.n_without, "; ".join(line.misses),
        )  # fmt: skip
        yield "| " + " | ".join(str(cell) for cell in cells) + " |"
    yield ""


def _percent(part: float) -> str:
    return "" if isnan(part) else f"{100 * part:.1f}"


def _ratio(value: float) -> str:
    return "" if isnan(value) else f"{value:.2f}"
