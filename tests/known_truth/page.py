"""Write docs/known_truth.md, which says where intervals miss the truth, and docs/known_truth.csv with every row."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from datetime import date
from math import isnan, nan
from statistics import median
from typing import TypeVar

from tests.known_truth.board_market import SEED as BOARDS_SEED
from tests.known_truth.board_nights import NIGHTS, NIGHTS_AFTER, PANELS
from tests.known_truth.gate_page import CHOSEN, score_gate, write_gates
from tests.known_truth.gate_page import read_lines as read_gates
from tests.known_truth.markets import SEED
from tests.known_truth.platforms import PLATFORMS
from tests.known_truth.scoring import MAX_WIDTH, MIN_COVERAGE, MIN_COVERAGE_PRINTED, MIN_SCORED, Line, Score
from transforms.records.definitions import BAND
from warehouse.marts.printing import find_least_even

Item = TypeVar("Item")
Key = TypeVar("Key")


@dataclass(frozen=True)
class Effort:
    """How much was simulated, when, and in how many seconds."""

    n_markets: int
    n_lists: int
    n_runs: int
    day: date
    seconds: float


@dataclass(frozen=True)
class Table:
    """How the lines of a table are named, and in which unit their widths are."""

    head: str
    unit: str
    n: str
    """What `n` counts."""


TABLES = {
    "pay": Table("Pay", "×", "jobs"),
    "shares": Table("Share of jobs,", "×", "jobs"),
    "employers": Table("Share of employers,", "×", "employers"),
    "silence": Table("Silence:", "", "jobs"),
    "closings": Table("Closings:", "×", "boards"),
    "platforms": Table("Further platform,", " points", "platforms"),
    "ranks": Table("Lists:", " ranks", "employers"),
    "boards": Table("Panel:", " points", "boards for one asked a night"),
}
RANKS_ASKED = 0.95
"""All ranks should hold in this part of the lists. A single row is held to `MIN_COVERAGE`, to allow for chance."""
UNITS = {"bounds of the median": "% of it", "bounds of a share": " points"}
"""Of widths of bounds."""
MISSES: dict[str, tuple[str, Callable[[Score], float], str]] = {
    "coverage": (f"covered in less than {100 * MIN_COVERAGE:.0f} %", lambda score: score.coverage, "%"),
    "coverage printed": (
        f"printed cells covered in less than {100 * MIN_COVERAGE_PRINTED:.0f} %",
        lambda score: score.coverage_printed,
        "%",
    ),
    "width": (f"wider than {MAX_WIDTH} ×", lambda score: -score.width, "×"),
    "bias": ("bias", lambda score: -abs(score.bias), "%"),
}
"""For each miss: its words, a number that is least where it is worst, and that number's unit."""
COLUMNS = ("table", "generator", "n", "kind", "estimand", "is_scored")
NUMBERS = (
    *("markets", "without", "printed", "covered", "covered_printed", "too_high", "too_low", "width", "width_printed"),
    "bias",
)
"""Columns of the data: what is scored, and the fields of `Score` in order."""


def write_lines(lines: Sequence[Line]) -> str:
    """Every line as CSV."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow((*COLUMNS, *NUMBERS, "misses"))
    for line in lines:
        counts = (line.score.n_markets, line.score.n_without, line.score.n_printed)
        parts = ("" if isnan(part) else f"{part:.4g}" for part in astuple(line.score)[len(counts) :])
        where = (line.table, line.generator, line.n, line.kind, line.estimand, int(line.is_scored))
        writer.writerow([*where, *counts, *parts, "; ".join(line.misses)])
    return file.getvalue()


def read_lines(text: str) -> list[Line]:
    """The lines that `write_lines` wrote, with numbers of four digits."""
    lines = []
    for row in csv.DictReader(io.StringIO(text)):
        counts, parts = ([row[name] for name in names] for names in (NUMBERS[:3], NUMBERS[3:]))
        result = Score(*map(int, counts), *(float(part or "nan") for part in parts))
        where = (row["table"], row["generator"], int(row["n"]), row["kind"], row["estimand"], result)
        lines.append(Line(*where, tuple(filter(None, row["misses"].split("; "))), row["is_scored"] == "1"))
    return lines


def write_page(lines: Sequence[Line], effort: Effort) -> str:
    """The page as Markdown."""
    return "\n".join(_head(effort)) + "\n" + write_tables(lines)


def write_tables(lines: Sequence[Line]) -> str:
    """The page without its head, as Markdown."""
    scored = [line for line in lines if line.is_scored]
    parts = (_misses(scored), _summary(scored), _ranks(lines), _boards(scored))
    return "\n".join(text for part in parts for text in part) + "\n" + write_gates()


def _head(effort: Effort) -> Iterator[str]:
    yield from (
        "# Known truth",
        "",
        "Do our 95 % intervals hold the truth? Of a real market nobody knows it. So we invent markets whose truth we "
        "set, draw samples from them as we read boards, estimate with the code that makes the figures, and count.",
        "",
        f"Written by `make known-truth` on {effort.day} in {effort.seconds / 60:.0f} minutes: {effort.n_markets:,} "
        f"markets a row (closings and platforms fewer), {effort.n_lists} lists a row of ranks, {effort.n_runs} "
        f"markets of boards; seed {SEED}. Every row stands in `docs/known_truth.csv`.",
        "",
        "- **What is drawn** is employers, each with all its jobs. Sizes of employers are those of the band of AI "
        "engineering in Northern America (`band`: one to three jobs), of all AI jobs (`ai_market`: up to 121), of the "
        "same where larger employers pay and ask more, as measured (`ai_market_premium`), or Pareto's "
        "(`pareto`: up to 1,000 jobs).",
        "- **Pay**: quantiles in 30 to 600 jobs, as drawn or rounded as adverts are. `band_low` is "
        f"{BAND.low_end}, `band_high` {BAND.high_end}, the others are of midpoints; p10 and p90 count where they are "
        f"known, with as many employers as {find_least_even(0.9)} even ones.",
        "- **Shares** of 1 to 50 % of jobs, and of 1 to 95 % of 8 to 150 employers, which ask more or less often the "
        "larger they are, agree within themselves little or much, and are drawn evenly or by size.",
        "- **Silence**: 10 to 40 % of the jobs say nothing, by the employer's habit. Their pay or wish is as that of "
        "others, depends on pay, or is as far to one side as can be.",
        "- **Closings**: 15 to 150 boards on 60 days, with rates that differ little or as much as real ones, fall with "
        "size, and come in bursts.",
        f"- **Platforms**: {PLATFORMS[0]} to {PLATFORMS[-1]} of 15 to 300 employers each, which agree, differ a "
        "little, or as much as real ones (standard deviation of asin √p 0, 0.05, 0.13); the truth is a further "
        "platform's share.",
        "",
        f"**Asked for**: each row covers {100 * MIN_COVERAGE:.0f} % of all its markets and "
        f"{100 * MIN_COVERAGE_PRINTED:.0f} % of those that are printed, each scored from {MIN_SCORED} markets on. Of "
        f"p50, the ends of the band and shares of jobs, also a median width of at most {MAX_WIDTH} × (3.92 standard "
        "deviations of the estimate), and of pay a bias of at most 1 % (of ends as rounded 3 %). All ranks of a list "
        "together shall hold in 95 %.",
        "",
    )  # fmt: skip


def _misses(lines: Sequence[Line]) -> Iterator[str]:
    missing = sorted(
        ((line, miss) for line in lines for miss in line.misses), key=lambda one: list(MISSES).index(one[1])
    )
    n_missing, gates = sum(bool(line.misses) for line in lines), score_gate(read_gates(), CHOSEN)
    least = f"{100 * MIN_COVERAGE_PRINTED:.0f} %"
    yield "## What is missed"
    yield ""
    yield (
        f"{n_missing} of {len(lines):,} rows miss something. {gates.n_rows:,} more rows of pay were used to choose the "
        f"rules of printing; in {gates.n_below} of them the printed intervals hold the truth in less than {least} (see "
        "the last section)."
    )
    yield ""
    ranks = [line.score.coverage for line in lines if line.table == "ranks"]
    yield (
        f"{sum(part < RANKS_ASKED for part in ranks)} of {len(ranks)} rows of ranks hold in less than "
        f"{100 * RANKS_ASKED:.0f} % of the lists; the worst holds in {_least(ranks)} %. Chance alone may take a row of "
        f"so many lists down to {100 * MIN_COVERAGE:.0f} %; {sum(part < MIN_COVERAGE for part in ranks)} rows are "
        "below that."
    )
    yield ""
    if not missing:
        return
    yield "| figure | misses | rows | worst | where |"
    yield "|---|---|--:|--:|---|"
    for (kind, table, estimand), group in _group(missing, lambda one: (one[1], *_key(one[0]))):
        words, number, unit = MISSES[kind]
        rows = [line for line, _ in group]
        value, worst = min(((number(line.score), line) for line in rows), key=lambda one: one[0])
        of, value = sum(_key(line) == (table, estimand) for line in lines), abs(value)
        shown = f"{value:.2f} ×" if unit == "×" else f"{100 * value:.1f} %"
        where = f"{worst.generator}, {worst.n} {TABLES[table].n}{f', {worst.kind}' if worst.kind else ''}"
        yield f"| {_title(table, estimand)} | {words} | {len(rows)} of {of} | {shown} | {where} |"
    yield ""
    if any(line.estimand == "bounds of the median" and line.misses for line in lines):
        yield (
            "Bounds of the median are printed where both ends are finite: so samples whose ends reach furthest are "
            "left out, and those that remain cover less where the truth is at an end."
        )
        yield ""
    if any(line.table == "shares" and "width" in line.misses for line in lines):
        yield (
            "A share of 1 or 5 % in few jobs is estimated as 0 most often: no interval that covers can then be within "
            f"{MAX_WIDTH} × of so small a spread. Its upper end is what so many jobs without one can exclude."
        )
        yield ""


def _summary(lines: Sequence[Line]) -> Iterator[str]:
    yield "## All rows"
    yield ""
    yield (
        "*Least*: the worst row. *Width*: the median row, in standard deviations as above (×), points of a share, or "
        "per cent of a median."
    )
    yield ""
    yield "| figure | rows | of them miss | least covered % | least of printed % | width |"
    yield "|---|--:|--:|--:|--:|--:|"
    for (table, estimand), group in _group((line for line in lines if line.table not in ("ranks", "boards")), _key):
        unit = UNITS.get(estimand, TABLES[table].unit)
        width = median([line.score.width for line in group if not isnan(line.score.width)] or [nan])
        shown = f"{100 * width:.0f} %" if unit.startswith("%") else f"{width:.{2 if unit == '×' else 0}f}{unit}"
        scores = [line.score for line in group]
        yield (
            f"| {_title(table, estimand)} | {len(group)} | {sum(bool(line.misses) for line in group) or ''} | "
            f"{_least(one.coverage for one in scores if one.n_markets - one.n_without >= MIN_SCORED)} | "
            f"{_least(one.coverage_printed for one in scores if one.n_printed >= MIN_SCORED)} | {shown} |"
        )
    yield ""


def _ranks(lines: Sequence[Line]) -> Iterator[str]:
    yield "## Ranks of a list"
    yield ""
    yield (
        "Each list has 60 rows. Shares fall by 3 % a row (*declining*), or half are 10 % and half 2 % (*flat*). "
        "*Covered*: the part of the lists in which all ranks hold; 95 % is asked for. *Least*: the worst row of the "
        f"data that the line averages, bold below {100 * MIN_COVERAGE:.0f}. *Ranks*: how many ranks a row may have, on "
        "average; *of ten*: the same of the first ten rows. *Before*: the ranks that follow from each row's own "
        "interval. Larger employers ask more or less often, by a slope on log size that differs between rows (standard "
        "deviation 0.25 or 0.5; the measured mean is 0.16)."
    )
    yield ""
    yield "| list | employers | covered % | least | ranks | of ten | before: covered % | ranks | of ten |"
    yield "|---|--:|--:|--:|--:|--:|--:|--:|--:|"
    rows = sorted(
        (line for line in lines if line.table == "ranks"), key=lambda line: line.kind.partition(", slopes")[0]
    )
    for (kind, n), group in _group(rows, lambda line: (line.kind.partition(", slopes")[0], line.n)):
        cells = []
        for is_scored in (True, False):
            scores = [line.score for line in group if line.is_scored == is_scored]
            covered, width, of_ten = (
                sum(parts) / len(scores)
                for parts in zip(*((one.coverage, one.width, one.width_printed) for one in scores), strict=True)
            )
            least = 100 * min(one.coverage for one in scores)
            shown = f"**{least:.1f}**" if least < 100 * MIN_COVERAGE else f"{least:.1f}"
            cells += [f"{100 * covered:.1f}", *([shown] if is_scored else []), f"{width:.1f}", f"{of_ten:.1f}"]
        yield f"| {kind} | {n} | {' | '.join(cells)} |"
    yield ""


def _boards(lines: Sequence[Line]) -> Iterator[str]:
    rows = [line for line in lines if line.table == "boards"]
    yield "## Boards asked by plan"
    yield ""
    yield (
        f"{max((line.score.n_markets for line in rows), default=0)} markets resampled from real boards, {NIGHTS} "
        f"nights each, seed {BOARDS_SEED}; some boards list nothing, are gone, have moved or fail. Six shares from "
        "members of the panel, weighted: of a draw that knew each board's size, of the first draw of a list, with no "
        "size known, and "
        f"{NIGHTS_AFTER} nights after that was replaced. The file also has what asking by yield would give."
    )
    yield ""
    yield "| sample | one board asked in | least covered % | share | most off, points | widths, points |"
    yield "|---|--:|--:|---|--:|--:|"
    for (place, part), group in _group(rows, lambda line: (PANELS.index(line.kind), line.n)):
        least = min(group, key=lambda line: line.score.coverage)
        off = max((line.score.bias for line in group), key=abs)
        widths = [line.score.width for line in group]
        yield (
            f"| {PANELS[place]} | {part} | {100 * least.score.coverage:.1f} | {least.estimand} | {off:+.1f} | "
            f"{min(widths):.0f}–{max(widths):.0f} |"
        )
    yield ""


def _key(line: Line) -> tuple[str, str]:
    return line.table, line.estimand


def _title(table: str, estimand: str) -> str:
    return f"{TABLES[table].head} {estimand}"


def _group(items: Iterable[Item], key: Callable[[Item], Key]) -> Iterator[tuple[Key, list[Item]]]:
    """Items of one key together, keys in the order in which they come first."""
    groups: dict[Key, list[Item]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    yield from groups.items()


def _least(parts: Iterable[float]) -> str:
    known = [part for part in parts if not isnan(part)]
    return f"{100 * min(known):.1f}" if known else ""
