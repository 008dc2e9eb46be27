"""Judge why new values of figures differ from published values: by chance, a real change, or another reading.

Both values rest partly on the same employers. The variance of their difference is therefore a delete-one-employer
jackknife of the difference itself (Wolter 2007, "Introduction to Variance Estimation", chapter 4). Boards serve as
employers. The adverts of both days are used as they are read now. If those of the published day no longer give the
printed value, they are read differently, which no sampling error explains. If adverts are unknown, or tonight's do not
give the value, the two values are treated as independent.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from reports.figures import ladder
from reports.figures.declaration import Figure
from reports.figures.ladder import FigureInputs, Groups
from reports.figures.query import Connection
from reports.wording import notes
from reports.wording.bases import OWN_BASES
from reports.wording.numbers import Row, Rows
from transforms.records.definitions import BAND
from warehouse.mart_tables import Figures

if TYPE_CHECKING:  # warehouse.marts imports scipy, which takes a tenth of a second
    from warehouse.marts.estimators import Floats, Ints

BY_CHANCE = 2 * NormalDist().cdf(-3.0)
"""Chance that a list waits for review without cause, divided among its numbers (Bonferroni): one in 370, as beyond
three standard errors."""
MAX_DRIFT = 0.05
"""Change per month that needs no review: 5% of an amount, or 5 points of a share (docs/design.md says why)."""
UNITS_READ_OTHERWISE = 2
"""How many printed units may separate the printed value from the one that the older day's adverts give as read now.

This is beyond what edits explain. Such differences arise from files that arrive late, and from adverts that turn out to
be for the same job.
"""
MIN_SAME_ADVERTS = 10
"""Fewest adverts listed on both days for which a change in their pay is judged."""
DAYS_OF_MONTH = 30.4
Z_OF_INTERVAL = 1.96
MAX_WITHOUT_INTERVAL = 0.25
"""Fraction by which a value without an interval may change without review."""
PAY_COLUMNS = (("low_usd", "high_usd"), ("now_low", "now_high"), ("then_low", "then_high"))
"""Columns of an advert's pay: in the cell, as the advert is read now, and as it was read for the day."""
NAMES_OF_ROWS = ("figure", "name", "skill", "title", "word", "item", "place", "cell", "role_group", "region", "law")


class Compared(NamedTuple):
    """A printed estimate: its words, and whether it is printed in points (hundredths) rather than as an amount."""

    words: str
    is_points: bool = False

    def unit(self, value: float) -> float:
        """Return the smallest step that printing shows: one point, or one hundredth of an amount."""
        return 0.01 if self.is_points else 0.01 * abs(value)

    def far(self, old: float, new: float) -> float:
        """Return the distance between two values: in points, or else as a fraction of the old value."""
        return abs(new - old) if self.is_points or old == 0 else abs(new / old - 1)

    def say_change(self, old: float, new: float) -> str:
        """Return a change in words, such as "share up 30 points" or "median down 7%"."""
        way = f"{self.words} {'up' if new > old else 'down'}"
        if self.is_points:
            return f"{way} {100 * abs(new - old):.0f} points"
        return f"{way} {abs(new / old - 1):.0%}" if old else f"{self.words} from 0"

    def say(self, value: float) -> str:
        """Return a value in words."""
        return f"{value:.0%}" if self.is_points else f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


SHARE, MEDIAN = "share", "p50"
COMPARED = {
    MEDIAN: Compared("median"),
    "band_low": Compared("lower end"),
    "band_high": Compared("upper end"),
    SHARE: Compared("share", is_points=True),
    "rate": Compared("rate"),
    "ratio": Compared("ratio"),
    "difference": Compared("difference", is_points=True),
    "width": Compared("width", is_points=True),
    "usd": Compared("pay"),
}
"""The numbers that are compared, by column."""
QUANTILES = {MEDIAN: (0.5, 0.5), "band_low": (BAND.low, 1.0), "band_high": (BAND.high, 0.0)}
"""Columns of pay: the quantile's level, and the weight of the lower end in the mean of both ends of an advert's pay."""


class Change(NamedTuple):
    """A number on two days, and the difference between them in standard errors (`z`).

    `again` is the number that the older day's adverts give as they are read now; None unless it differs from `old` by
    more than edits explain.
    """

    number: Compared
    old: float
    new: float
    z: float
    again: float | None = None


class Pair(NamedTuple):
    """A figure as published (`stands`) and as computed tonight, on one rung."""

    figure: Figure
    stands: Figures
    tonight: Figures


class Sample(NamedTuple):
    """The jobs that a number counts on a day: the index of each job's board, and each job's value.

    `unsure` is the fraction of the jobs whose adverts were edited since that day, so that their earlier value is
    unknown.
    """

    board: Ints
    value: Floats
    unsure: float = 0.0


Estimate = Callable[..., float]
"""A function that estimates a number from a sample; its optional second argument is added to a quantile's level."""


# --- chance, and another reading ---------------------------------------------------------------------------


def find_jumps(con: Connection, pairs: Iterable[Pair], found: dict[str, Groups]) -> list[str]:
    """Return the changes in the figures of one list of cells that chance does not explain, in words.

    These are the greatest jump of a number, and adverts that are read differently or state other pay. Each entry names
    a figure and says what changed. The accepted chance is divided among all numbers of the list's figures. `found`
    caches the adverts that figures rest on.
    """
    changes: list[tuple[str, Change]] = []
    reasons: list[str] = []
    drift = 0.0
    for figure, last_row, row in pairs:
        behind = _read_behind(con, figure, last_row, row, found)
        of_figure = [change for pair in _pair_rows(last_row, row) for change in _compare(*pair, behind)]
        changes += [(figure.id, change) for change in of_figure]
        drift = MAX_DRIFT * max(1.0, (row.as_of - last_row.as_of).days / DAYS_OF_MONTH)
        words = (_say_same(behind, drift), _say_again(of_figure, last_row.as_of))
        reasons += [f"{figure.id}: {reason}" for reason in words if reason is not None]
    return [*_say_jump(changes, drift), *reasons]


def _read_behind(
    con: Connection, figure: Figure, last_row: Figures, row: Figures, found: dict[str, Groups]
) -> Sequence[Rows]:
    """Return the adverts that a figure rests on, for both days; [] if they are unknown."""
    rung = next((rung for rung in figure.rungs if rung.name == row.rung), None)
    if rung is None or row.basis not in OWN_BASES or last_row.rung != row.rung:
        return []
    days = [
        ladder.read_behind(con, figure, rung, FigureInputs(as_of=day, found=found), around="around/as_read")
        for day in (last_row.as_of, row.as_of)
    ]
    return days if all(days) else []


def _pair_rows(last_row: Figures, row: Figures) -> Iterator[tuple[Row, Row]]:
    before = {_key(old): old for old in notes.rows_of(last_row)}
    return ((before[_key(new)], new) for new in notes.rows_of(row) if _key(new) in before)


def _key(row: Row) -> tuple[str, ...]:
    return tuple(str(row.get(name)) for name in NAMES_OF_ROWS)


def _compare(old_row: Row, row: Row, behind: Sequence[Rows]) -> Iterator[Change]:
    samples = _samples(row, behind) if behind else {}
    for column, number in COMPARED.items():
        old, new = old_row.get(column), row.get(column)
        if old is None or new is None:
            continue
        change = Change(number, old, new, _divide_apart(old_row, row, column))
        if column in samples:
            then, now, estimate = samples[column]
            is_known = len(then.value) and len(now.value) == row["n_jobs"]
            if is_known and abs(estimate(now) - new) < number.unit(new):
                change = _compare_within(change, then, now, estimate)
        yield change


def _compare_within(apart: Change, then: Sample, now: Sample, estimate: Estimate) -> Change:
    """Return the change `apart` with `z` from a jackknife over the boards of both days.

    If the older day's adverts now give another number than was printed, `z` is kept; and if edits do not explain the
    other number, it is returned as `again`.
    """
    again, unit = estimate(then), apart.number.unit(apart.old)
    if abs(again - apart.old) < unit:
        z = jackknife(then, now, estimate)
        return apart if z is None else apart._replace(z=z)
    low, high = estimate(then, -then.unsure), estimate(then, then.unsure)
    is_explained = low - UNITS_READ_OTHERWISE * unit < apart.old < high + UNITS_READ_OTHERWISE * unit
    return apart if is_explained else apart._replace(again=again)


def _divide_apart(old_row: Row, row: Row, column: str) -> float:
    """Return how many standard errors two days differ by, derived from the intervals of both days.

    The two days are treated as independent.
    """
    old, new = old_row[column], row[column]
    ends = [row.get(f"{column}{end}") for row in (old_row, row) for end in ("_lo", "_hi")]
    low, high, new_low, new_high = (math.nan if end is None else float(end) for end in ends)
    error = math.hypot(high - low, new_high - new_low) / (2 * Z_OF_INTERVAL)
    if math.isnan(error):
        return math.inf if abs(new - old) > MAX_WITHOUT_INTERVAL * abs(old) else 0.0
    return (new - old) / error if error else math.inf


def _samples(row: Row, behind: Sequence[Rows]) -> dict[str, tuple[Sample, Sample, Estimate]]:
    """Return the samples of both days and the function that estimates from them, by column.

    Only pay in dollars and shares of all adverts have samples, if they are of jobs.
    """
    index: dict[Any, int] = defaultdict(itertools.count().__next__)  # of each board, on both days
    item = row.get("item") or row.get("skill") or row.get("role")
    if row.get(MEDIAN) is not None and row.get("currency", "USD") == "USD":
        then, now = ([(index[_board(one)], *pay) for one in rows if (pay := _pay_of(one))] for rows in behind)
        if len(then) < len(behind[0]) or len(now) < len(behind[1]):
            return {}
        return {
            column: (_weigh_ends(then, weight), _weigh_ends(now, weight), _quantile(p))
            for column, (p, weight) in QUANTILES.items()
        }
    is_of_jobs = row.get(SHARE) is not None and item is not None and not row.get("is_by_employer")
    if is_of_jobs and row.get("region", "World") == "World":
        return {SHARE: (_answers(behind[0], str(item), index), _answers(behind[1], str(item), index), _mean)}
    return {}


def _board(advert: Row) -> object:
    return advert["source"], advert["board"]


def _make_sample(jobs: Iterable[tuple[int, float, bool]]) -> Sample:
    """Return a sample of jobs, each with its board's index, its value, and whether an edit leaves the value unknown."""
    columns = np.array(list(jobs), dtype=float).reshape(-1, 3).T
    return Sample(columns[0].astype(np.int64), columns[1], float(columns[2].mean()) if columns.size else 0.0)


def _weigh_ends(jobs: Iterable[tuple[int, float, float, bool]], weight: float) -> Sample:
    return _make_sample((board, weight * low + (1 - weight) * high, unsure) for board, low, high, unsure in jobs)


def _pay_of(advert: Row) -> tuple[float, float, bool] | None:
    """Return the low and the high end of an advert's pay on the day of reading, and whether both are uncertain.

    Return None if the pay in dollars is unknown.
    """
    ends: list[Any] = [(advert.get(low), advert.get(high)) for low, high in PAY_COLUMNS]  # only bands have them
    pay, now, then = ends
    if None in pay:
        return None
    is_zone = pay != now  # the pay of a zone, of which no earlier version is known
    if not advert["is_edited"] or is_zone or None in then:
        return (*pay, advert["is_edited"])
    return (*then, False)


def _answers(adverts: Rows, item: str, index: Mapping[object, int]) -> Sample:
    """Return a sample of the adverts' jobs, with the value 1 for a job that counts for `item`, otherwise 0.

    The board of a job is that of its first advert.
    """
    jobs: dict[Any, tuple[int, float, bool]] = {}
    for advert in adverts:
        board, has, unsure = jobs.get(advert["job_id"], (index[_board(advert)], 0.0, False))
        has = max(has, float(item in (advert["items"] or ())))
        jobs[advert["job_id"]] = board, has, unsure or advert["is_edited"]
    return _make_sample(jobs.values())


def _mean(sample: Sample, shift: float = 0.0) -> float:
    return float(sample.value.mean()) + shift


def _quantile(p: float) -> Estimate:
    """Return a function that estimates a quantile as in `estimators.estimate_quantiles`.

    The quantile is Hyndman and Fan's type 8, with the number of even employers (`printing`) as the sample size.
    """

    def estimate(sample: Sample, shift: float = 0.0) -> float:
        n_of, level = np.bincount(sample.board), p + shift
        n_even = n_of.sum() ** 2 / (n_of**2).sum()
        place = np.clip(level + (level - 0.5) / (3 * n_even), 0, 1)
        return float(np.quantile(sample.value, place, method="hazen"))

    return estimate


def jackknife(then: Sample, now: Sample, estimate: Estimate) -> float | None:
    """Return the difference of an estimate between two days in standard errors, deleting one board at a time.

    Return None if there are fewer than two boards.
    """
    difference = estimate(now) - estimate(then)
    replicates = []
    for board in np.union1d(then.board, now.board):
        rest = [
            Sample(sample.board[keep], sample.value[keep]) for sample in (then, now) for keep in [sample.board != board]
        ]
        if all(len(sample.value) for sample in rest):
            replicates.append(estimate(rest[1]) - estimate(rest[0]))
    g = len(replicates)
    if g < 2:
        return None
    error = math.sqrt((g - 1) * float(np.var(replicates)))
    if error == 0:
        return 0.0 if difference == 0 else math.inf
    return difference / error


# --- in words -------------------------------------------------------------------------------------------


def _say_jump(changes: Sequence[tuple[str, Change]], drift: float) -> Iterator[str]:
    max_z = NormalDist().inv_cdf(1 - BY_CHANCE / 2 / max(len(changes), 1))
    beyond = [(name, one) for name, one in changes if abs(one.z) > max_z and one.number.far(one.old, one.new) >= drift]
    if beyond:
        name, jump = max(beyond, key=lambda pair: abs(pair[1].z))
        by = "more than its interval allows" if math.isinf(jump.z) else f"{abs(jump.z):.1f} standard errors"
        yield f"{name}: {jump.number.say_change(jump.old, jump.new)}, {by}"


def _say_same(behind: Sequence[Rows], drift: float) -> str | None:
    """Say how much more or less the adverts listed on both days pay now; None if the change is within `drift`.

    Quantiles can miss such a change, even if the pay of every third employer is suddenly read as twice as high.
    """
    pays = [{row["posting_id"]: _pay_of(row) for row in rows} for rows in behind]
    changes = [
        math.log((now[0] + now[1]) / (then[0] + then[1]))
        for name, now in (pays[1].items() if pays else ())
        if now is not None and (then := pays[0].get(name)) is not None and not then[2]
    ]
    mean = math.exp(sum(changes) / max(len(changes), 1))
    if len(changes) < MIN_SAME_ADVERTS or abs(mean - 1) < drift:
        return None
    n_other = sum(change != 0 for change in changes)
    return (
        f"adverts of both days pay {abs(mean - 1):.0%} {'more' if mean > 1 else 'less'} on average:"
        f" {n_other} of {len(changes)} state other pay"
    )


def _say_again(changes: Iterable[Change], day: date) -> str | None:
    """Say which printed number differs most from what the older day's adverts give now; None if none differs."""
    again = [(change.number, change.old, change.again) for change in changes if change.again is not None]
    if not again:
        return None
    number, old, new = max(again, key=lambda one: one[0].far(*one[1:]))
    return f"the adverts of {day.isoformat()} are read otherwise now: {number.say_change(old, new)}"


def find_disjoint(last_row: Figures, row: Figures) -> Iterator[tuple[str, str, str]]:
    """Yield (name, value then, value now) for each number whose intervals on the two days do not overlap."""
    for pair in _pair_rows(last_row, row):
        name = next((f"{pair[1][key]}, " for key in NAMES_OF_ROWS if pair[1].get(key)), "")
        for column, number in COMPARED.items():
            values = [row.get(f"{column}{end}") for row in pair for end in ("", "_lo", "_hi")]
            old, old_low, old_high, new, new_low, new_high = (math.nan if v is None else float(v) for v in values)
            if old_high < new_low or new_high < old_low:
                yield f"{name}{number.words}", number.say(old), number.say(new)
