"""Write docs/known_truth.md, which says where intervals miss the truth, and docs/known_truth.csv with every row."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from datetime import date
from math import isnan, nan
from statistics import mean, median
from typing import TypeVar

from tests.known_truth.gate_page import CHOSEN, score_gate, write_gates
from tests.known_truth.gate_page import read_lines as read_gates
from tests.known_truth.markets import SEED
from tests.known_truth.scoring import (
    MAX_WIDTH,
    MIN_COVERAGE,
    MIN_COVERAGE_PRINTED,
    MIN_SCORED,
    RANKS_ASKED,
    Line,
    Score,
)

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
    "changes": Table("Pay held constant:", "×", "jobs a year, or persons of the group"),
    "months": Table("AI jobs by month:", " points", "jobs"),
}
LIST_ROWS = 60
"""Rows of a list whose ranks are scored."""
MISSES: dict[str, tuple[str, Callable[[Score], float], str]] = {
    "coverage": (f"covered in less than {100 * MIN_COVERAGE:.0f} %", lambda score: score.coverage, "%"),
    "coverage printed": (
        f"printed cells covered in less than {100 * MIN_COVERAGE_PRINTED:.0f} %",
        lambda score: score.coverage_printed,
        "%",
    ),
    "ranks": (f"hold in less than {100 * RANKS_ASKED:.0f} % of the lists", lambda score: score.coverage, "%"),
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
    parts = (_misses(scored), _summary(scored), _ranks(lines))
    return "\n".join(text for part in parts for text in part) + "\n" + write_gates() + NOT_SCORED


NOT_SCORED = """
## Not scored

Medians by employer and of the panel, widths of ranges, bonuses, and quantiles of surveys that ask for brackets. They
come from the estimators above, but no row tries them.
"""


def _head(effort: Effort) -> Iterator[str]:
    yield from (
        "# Known truth",
        "",
        "Do our 95 % intervals hold the truth? Nobody knows that of a real market. So we invent markets whose truth we "
        "set, draw samples as we read boards, estimate with the code that makes the figures, and count.",
        "",
        f"`make known-truth` ran on {effort.day} in {effort.seconds / 60:.0f} minutes, with up to {effort.n_markets:,} "
        f"markets a row, {effort.n_lists} lists a row of ranks, {effort.n_runs} markets of boards, seed {SEED}; "
        "`docs/known_truth.csv` has every row, `tests/known_truth/` what is drawn. Drawn are employers with all their "
        "jobs: of real sizes (`band`, `ai_market`; with `premium` larger ones pay more, as measured) or Pareto's. What "
        "the methods changed in real figures: `docs/before_after.md`.",
        "",
        f"**Asked for**: {100 * MIN_COVERAGE:.0f} % of all markets of a row covered, "
        f"{100 * MIN_COVERAGE_PRINTED:.0f} % of those printed, each from {MIN_SCORED} markets on; of p50, ends of "
        f"bands and shares of jobs a median width of at most {MAX_WIDTH} × (3.92 standard deviations of the estimate); "
        f"of pay a bias of at most 1 % (rounded ends: 3 %); all ranks of a list together in {100 * RANKS_ASKED:.0f} %.",
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
        f"{n_missing} of {len(lines):,} rows miss something. Of {gates.n_rows:,} more, by which the rule of printing "
        f"was chosen, {gates.n_below} print intervals that hold the truth in less than {least} (see the end)."
    )
    yield ""
    yield from _thin(lines)
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
    if any(line.table == "shares" and "width" in line.misses for line in lines):
        yield (
            "A share of 1 or 5 % in few jobs is mostly estimated as 0: no interval that covers is within "
            f"{MAX_WIDTH} × of so small a spread."
        )
        yield ""


def _thin(lines: Sequence[Line]) -> Iterator[str]:
    """Rows with too few markets to be judged, and the worst coverage among them."""
    few = [line for line in lines if line.score.n_printed < MIN_SCORED]
    unjudged = [line for line in few if line.score.n_markets - line.score.n_without < MIN_SCORED]
    low = [one for one in unjudged if one.score.n_printed and one.score.coverage_printed < MIN_COVERAGE_PRINTED]
    n_judged = len(few) - len(unjudged)
    yield (
        f"{len(few):,} of these rows print in fewer than {MIN_SCORED} markets. {n_judged:,} are judged by all "
        f"their markets alone, {len(unjudged):,} have too few for that too. Of these {len(low)} hold the truth "
        f"in less than {100 * MIN_COVERAGE_PRINTED:.0f} % of what they print{':' if low else '.'}"
    )
    yield ""
    for line in sorted(low, key=lambda one: one.score.coverage_printed):
        where = f"{line.generator}, {line.n} {TABLES[line.table].n}{f', {line.kind}' if line.kind else ''}"
        covered = f"{100 * line.score.coverage_printed:.1f} % of {line.score.n_printed} printed"
        yield f"- {_title(line.table, line.estimand)}: {covered} ({where})"
    if low:
        yield ""


def _summary(lines: Sequence[Line]) -> Iterator[str]:
    yield "## All rows"
    yield ""
    yield "The worst row of each table, in per cent, and the median width (× as above)."
    yield ""
    yield "| table | rows | of them miss | least covered | least of printed | width |"
    yield "|---|--:|--:|--:|--:|--:|"
    for table, group in _group(lines, lambda line: line.table):
        head, unit = TABLES[table].head.rstrip(":,"), TABLES[table].unit
        width = median([line.score.width for line in group if not isnan(line.score.width)] or [nan])
        shown = f"{width:.{2 if unit == '×' else 0}f}{unit}" if unit else ""
        scores = [line.score for line in group]
        yield (
            f"| {head} | {len(group):,} | {sum(bool(line.misses) for line in group) or ''} | "
            f"{_least(one.coverage for one in scores if one.n_markets - one.n_without >= MIN_SCORED)} | "
            f"{_least(one.coverage_printed for one in scores if one.n_printed >= MIN_SCORED)} | {shown} |"
        )
    yield ""


def _ranks(lines: Sequence[Line]) -> Iterator[str]:
    """The first ten rows of lists with the most employers: ranks in pairs, and those of each row's own interval."""
    rows = [line for line in lines if line.table == "ranks" and "declining" in line.kind]
    if not rows:
        return
    most = max(line.n for line in rows)
    ranks = {
        (by, is_scored): mean(
            line.score.width_printed
            for line in rows
            if line.n == most and line.kind.startswith(f"by {by}") and line.is_scored == is_scored
        )
        for by in ("employers", "jobs")
        for is_scored in (True, False)
    }
    texts = (
        f"{ranks[by, True]:.1f} by {by} ({ranks[by, False]:.1f} by intervals alone)" for by in ("employers", "jobs")
    )
    yield (
        f"In a list of {LIST_ROWS} rows from {most} employers, whose shares fall by 3 % a row, each of the first ten "
        f"may have {' and '.join(texts)} ranks."
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
