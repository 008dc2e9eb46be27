"""How far new values of figures are from those that stand: by chance, by more, or by another reading.

The two rest in part on the same employers. The variance of their difference is a delete-one-employer jackknife of the
difference itself (Wolter 2007, "Introduction to Variance Estimation", chapter 4), employers being boards, so that what
an employer adds to both cancels. It is computed of the adverts of both days as they are read now; where these, of the
day that stands, no longer give what was printed, their reading has become another, which no sample explains. Where the
adverts are not known, or do not give the value, the two values count as independent.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from reports.figures import query
from reports.figures.declaration import Fallback, Figure
from reports.figures.ladder import FigureInputs, parameters_of
from reports.figures.query import Connection
from reports.figures.verdicts import OWN_BASES
from reports.wording import notes
from reports.wording.numbers import Row
from transforms.records.definitions import BAND
from warehouse.mart_tables import Figures

if TYPE_CHECKING:  # scipy, which that needs, takes a tenth of a second
    from warehouse.marts.estimators import Floats, Ints

BY_CHANCE = 2 * NormalDist().cdf(-3.0)
"""How often a figure may wait for review by chance alone: as often as one number is beyond three standard errors, one
time in 370. A figure of many numbers shares that among them (Bonferroni)."""
MAX_DRIFT = 0.05
"""The part of an amount, or of all jobs for a share, that a month may change without review, however sure the change:
where the same adverts stand on both days their difference has next to no chance error, so that a market's true drift is
always beyond three standard errors. A market that moved so far every month would rise by four fifths in a year."""
UNITS_READ_OTHERWISE = 2
"""Printed units by which the adverts of the older day may be off what was printed of them, beside what edits explain.
Files that come late and adverts that turn out to be of one job move them by less."""
MIN_SAME_ADVERTS = 10
"""Adverts listed on both days from which what they pay is compared."""
DAYS_OF_MONTH = 30.4
Z_OF_INTERVAL = 1.96
MAX_WITHOUT_INTERVAL = 0.25
"""The part by which a value that has no interval may change without a review."""
PAY_COLUMNS = {"p50": "median", "band_low": "lower end", "band_high": "upper end"}
SHARE, MIDDLE = "share", "p50"
WORDS = {**PAY_COLUMNS, SHARE: "share", "rate": "rate", "ratio": "ratio", "difference": "difference", "width": "width",
         "usd": "pay"}  # fmt: skip
"""Columns that are printed as estimates, in words."""
POINTS = frozenset((SHARE, "difference", "width", "bound_lo", "bound_hi"))
"""Columns of which a hundredth is a printed unit; of amounts it is a hundredth of them."""
BOUNDS = ("bound_lo", "bound_hi")
NAMES_OF_ROWS = ("figure", "name", "skill", "title", "word", "item", "place", "cell", "role_group", "region", "law")


def _key(row: Row) -> tuple[str, ...]:
    return tuple(str(row.get(name)) for name in NAMES_OF_ROWS)


def _unit(column: str, value: float) -> float:
    """What is printed as one more, in the unit of a column."""
    return 0.01 if column in POINTS else 0.01 * abs(value)


# --- chance, and another reading ---------------------------------------------------------------------------


class Change(NamedTuple):
    """A number on two days, and their difference in its standard errors.

    `again` is the older one where the adverts of its day, as they are read now, give another, whatever of them was
    edited since.
    """

    words: str
    column: str
    old: float
    new: float
    z: float
    again: float | None = None
    figure: str = ""


class Sample(NamedTuple):
    """Jobs behind a number on a day: the board of each, as a number, and its value.

    `unsure` is the part of them whose adverts were edited since, and said then what is not known.
    """

    board: Ints
    value: Floats
    unsure: float = 0.0


class Estimator(NamedTuple):
    """How a number is estimated, and between which values it lies when a part of the values may be any."""

    estimate: Callable[[Sample], float]
    bounds: Callable[[Sample], tuple[float, float]]


Behind = Sequence[Mapping[str, Any]]


@dataclass
class Overlaps:
    """Differences between nights; what stands behind a figure on a day is read once."""

    con: Connection
    read: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def find_jumps(self, pairs: Iterable[tuple[Figure, Figures, Figures]]) -> list[str]:
        """What chance does not explain of a list, in words: a jump, and another reading of the same adverts.

        `pairs` are its figures as they stand and as they are tonight; chance is shared among all of their numbers.
        """
        changes: list[Change] = []
        reasons: list[str | None] = []
        drift = 0.0
        for figure, last_row, row in pairs:
            behind = self._behind_both(figure, last_row, row)
            own = _compare_rows(last_row, row, behind)
            changes += [one._replace(figure=figure.id) for one in own]
            drift = MAX_DRIFT * max(1.0, (row.as_of - last_row.as_of).days / DAYS_OF_MONTH)
            for words in (_say_same(behind, drift), _say_again(own, last_row.as_of)):
                reasons.append(words and f"{figure.id}: {words}")
        return [words for words in (_say_jump(changes, drift), *reasons) if words is not None]

    def _behind_both(self, figure: Figure, last_row: Figures, row: Figures) -> list[Behind]:
        """The adverts behind a figure on both days; [] where they are not known."""
        rung = next((one for one in figure.rungs if one.name == row.rung), None)
        if rung is None or row.basis not in OWN_BASES or last_row.rung != row.rung:
            return []
        days = [self._behind(figure, rung, day) for day in (last_row.as_of, row.as_of)]
        return days if all(days) else []

    def _behind(self, figure: Figure, rung: Fallback, day: date) -> Behind:
        sql = query.fill(rung.behind, parameters_of(figure, rung, FigureInputs(as_of=day)))
        if sql not in self.read:
            self.read[sql] = query.read(self.con, query.fill("behind_as_read", {"behind": query.Sql(sql)}))
        counted = figure.cells_of(rung)
        return [one for one in self.read[sql] if not counted or tuple(one["cell"]) in counted]


def _compare_rows(last_row: Figures, row: Figures, behind: Sequence[Behind]) -> list[Change]:
    """The numbers of a figure on two days: those that both have."""
    before = {_key(one): one for one in notes.rows_of(last_row)}
    pairs = [(before[_key(one)], one) for one in notes.rows_of(row) if _key(one) in before]
    return [change for old_row, now in pairs for change in _compare(old_row, now, behind)]


def _compare(old_row: Row, row: Row, behind: Sequence[Behind]) -> Iterator[Change]:
    """The numbers of a row on two days: by the employers of both where their adverts give both numbers."""
    samples = dict(_samples(row, behind)) if behind else {}
    for column in WORDS:
        old, new = old_row.get(column), row.get(column)
        if old is None or new is None:
            continue
        change = _compare_apart(old_row, row, column)
        if column in samples:
            then, now, estimator = samples[column]
            if len(then.value) and len(now.value) == row["n_jobs"] and _is_same(column, new, estimator.estimate(now)):
                change = _compare_within(change, then, now, estimator)
        yield change


def _compare_within(apart: Change, then: Sample, now: Sample, estimator: Estimator) -> Change:
    """A change by the employers of both days; where the adverts do not give the older number, with what they give."""
    again = estimator.estimate(then)
    if _is_same(apart.column, apart.old, again):
        z = jackknife(then, now, estimator.estimate)
        return apart if z is None else apart._replace(z=z)
    low, high = estimator.bounds(then)
    unit = UNITS_READ_OTHERWISE * _unit(apart.column, apart.old)
    return apart if low - unit < apart.old < high + unit else apart._replace(again=again)


def _is_same(column: str, value: float, again: float) -> bool:
    return abs(again - value) < _unit(column, value)


def _samples(row: Row, behind: Sequence[Behind]) -> Iterator[tuple[str, tuple[Sample, Sample, Estimator]]]:
    """What the numbers of a row are estimated from on both days: the ends and the median of pay, or a share."""
    item = row.get("item") or row.get("skill") or row.get("role")
    if row.get("p50") is not None and row.get("currency", "USD") == "USD":
        pays = [list(map(_pay_of, rows)) for rows in behind]
        if any(one is None for rows in pays for one in rows):
            return
        for column, (p, low_part) in {
            MIDDLE: (0.5, 0.5),
            "band_low": (BAND.low, 1.0),
            "band_high": (BAND.high, 0.0),
        }.items():
            values = [
                [(board, low_part * low + (1 - low_part) * high, unsure) for board, low, high, unsure in rows]  # type: ignore[misc]
                for rows in pays
            ]
            yield column, (*_number_boards(*values), _quantile(p))
    elif row.get(SHARE) is not None and item is not None and row.get("region", "World") == "World":
        yield SHARE, (*_number_boards(*(_answers(rows, str(item)) for rows in behind)), SHARE_OF_JOBS)


JobValue = tuple[object, float, bool]
"""The board of a job, its value, and whether its advert was edited since and what it said is not known."""


def _pay_of(row: Mapping[str, Any]) -> tuple[object, float, float, bool] | None:
    """Both ends of what an advert paid when it was read; None where they are not known in dollars."""
    board, low, high = (row["source"], row["board"]), row.get("low_usd"), row.get("high_usd")
    if low is None or high is None:
        return None
    if not row["is_edited"]:
        return board, low, high, False
    is_own = (low, high) == (row["now_low"], row["now_high"])  # else it is the pay of a zone
    then = row["then_low"], row["then_high"]
    return (board, low, high, True) if not is_own or None in then else (board, *then, False)


def _answers(rows: Behind, item: str) -> list[JobValue]:
    """Of each job the board of its first advert, 1 where it counts for an item, and whether one was edited."""
    jobs: dict[Any, JobValue] = {}
    for one in rows:
        board, has, unsure = jobs.get(one["job_id"], ((one["source"], one["board"]), 0.0, False))
        jobs[one["job_id"]] = board, max(has, float(item in (one["items"] or ()))), unsure or one["is_edited"]
    return list(jobs.values())


def _number_boards(then: Sequence[JobValue], now: Sequence[JobValue]) -> tuple[Sample, Sample]:
    """Samples of two days in which a board has the same number."""
    number = {board: place for place, board in enumerate(dict.fromkeys(one[0] for one in (*then, *now)))}
    boards = [np.array([number[board] for board, _, _ in rows], dtype=np.int64) for rows in (then, now)]
    values = [np.array([value for _, value, _ in rows], dtype=float) for rows in (then, now)]
    unsure = [sum(one[2] for one in rows) / max(len(rows), 1) for rows in (then, now)]
    return Sample(boards[0], values[0], unsure[0]), Sample(boards[1], values[1], unsure[1])


def _mean(sample: Sample) -> float:
    return float(sample.value.mean())


SHARE_OF_JOBS = Estimator(_mean, lambda sample: (_mean(sample) - sample.unsure, _mean(sample) + sample.unsure))


def _quantile(p: float) -> Estimator:
    """As in `estimators.estimate_quantiles`: type 8 of Hyndman and Fan, of as many values as even employers."""

    def estimate_at(sample: Sample, level: float) -> float:
        n_of = np.bincount(sample.board)
        n_even = n_of.sum() ** 2 / (n_of**2).sum()
        place = np.clip(level + (level - 0.5) / (3 * n_even), 0, 1)
        return float(np.quantile(sample.value, place, method="hazen"))

    return Estimator(
        lambda sample: estimate_at(sample, p),
        lambda sample: (estimate_at(sample, p - sample.unsure), estimate_at(sample, p + sample.unsure)),
    )


def jackknife(then: Sample, now: Sample, estimate: Callable[[Sample], float]) -> float | None:
    """The difference of an estimate between two days over its standard error, by deleting one board at a time.

    None with fewer than two boards.
    """
    difference = estimate(now) - estimate(then)
    replicates = []
    for board in np.union1d(then.board, now.board):
        rest = [
            Sample(sample.board[keep], sample.value[keep]) for sample in (then, now) for keep in [sample.board != board]
        ]
        if all(len(sample.value) for sample in rest):
            replicates.append(estimate(rest[1]) - estimate(rest[0]))
    values = np.asarray(replicates)
    g = len(values)
    if g < 2:
        return None
    error = math.sqrt((g - 1) / g * float(((values - values.mean()) ** 2).sum()))
    if error == 0:
        return 0.0 if difference == 0 else math.inf
    return difference / error


def _compare_apart(old_row: Row, row: Row, column: str) -> Change:
    """A number on two days by its two intervals, as if they were independent."""
    old, new = old_row[column], row[column]
    errors = [_error(one, column) for one in (old_row, row)]
    if None in errors:
        z = math.inf if abs(new - old) > MAX_WITHOUT_INTERVAL * abs(old) else 0.0
    else:
        error = math.hypot(*(float(one or 0) for one in errors))
        z = (new - old) / error if error else math.inf
    return Change(WORDS[column], column, old, new, z)


def _error(row: Row, column: str) -> float | None:
    low, high = row.get(f"{column}_lo"), row.get(f"{column}_hi")
    return None if low is None or high is None else (high - low) / (2 * Z_OF_INTERVAL)


# --- in words -------------------------------------------------------------------------------------------


def _far(column: str, old: float, new: float) -> float:
    """How far two values are apart: points of a share, else the part of the older one."""
    return abs(new - old) if column in POINTS or old == 0 else abs(new / old - 1)


def _say(column: str, old: float, new: float) -> str:
    """A change in words: in points where a hundredth is the unit, else by the part of the older value."""
    way = "up" if new > old else "down"
    return (
        f"{way} {100 * abs(new - old):.0f} points"
        if column in POINTS
        else (f"{way} {abs(new / old - 1):.0%}" if old else "from 0")
    )


def _say_jump(changes: Sequence[Change], drift: float) -> str | None:
    """The greatest change, where it is beyond chance and beyond the drift that needs no review."""
    if not changes:
        return None
    max_z = NormalDist().inv_cdf(1 - BY_CHANCE / 2 / len(changes))
    beyond = [one for one in changes if abs(one.z) > max_z and _far(one.column, one.old, one.new) >= drift]
    if not beyond:
        return None
    most = max(beyond, key=lambda one: abs(one.z))
    by = "more than its interval allows" if math.isinf(most.z) else f"{abs(most.z):.1f} standard errors"
    return f"{most.figure}: {most.words} {_say(most.column, most.old, most.new)}, {by}"


def _say_same(behind: Sequence[Behind], drift: float) -> str | None:
    """How much more or less the same adverts pay on both days, where it is beyond that drift.

    No chance is in it: who reads pay twice as high at every third employer shows here, when quantiles still hide it.
    """
    pays = [{row["posting_id"]: _pay_of(row) for row in rows} for rows in behind]
    if len(pays) < 2:
        return None
    both = [(pays[0][name], now) for name, now in pays[1].items() if pays[0].get(name) is not None]
    changes = [
        math.log((now[1] + now[2]) / (then[1] + then[2]))
        for then, now in both
        if then is not None and now is not None and not then[3]
    ]
    if len(changes) < MIN_SAME_ADVERTS:
        return None
    mean = math.exp(sum(changes) / len(changes))
    if abs(mean - 1) < drift:
        return None
    n_other = sum(change != 0 for change in changes)
    return (
        f"adverts of both days pay {abs(mean - 1):.0%} {'more' if mean > 1 else 'less'} on average:"
        f" {n_other} of {len(changes)} state other pay"
    )


def find_disjoint(last_row: Figures, row: Figures) -> Iterator[tuple[str, str, str]]:
    """The numbers of a figure whose intervals on two days do not overlap: in words, then and now."""
    before = {_key(one): one for one in notes.rows_of(last_row)}
    for one in notes.rows_of(row):
        old_row = before.get(_key(one), {})
        for column, words in WORDS.items():
            values = [side.get(name) for side in (old_row, one) for name in (column, f"{column}_lo", f"{column}_hi")]
            old, old_low, old_high, new, new_low, new_high = (math.nan if v is None else float(v) for v in values)
            if old_high < new_low or new_high < old_low:
                name = next((str(one[key]) for key in NAMES_OF_ROWS if one.get(key)), words)
                yield f"{name}, {words}", _print_number(column, old), _print_number(column, new)


def _print_number(column: str, value: float) -> str:
    return f"{value:.0%}" if column in POINTS else f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _say_again(changes: Sequence[Change], day: date) -> str | None:
    """The number that the adverts of the older day, as they are read now, make most different from what was printed."""
    again = [(one, one.again) for one in changes if one.again is not None]
    if not again:
        return None
    most, value = max(again, key=lambda pair: _far(pair[0].column, pair[0].old, pair[1]))
    return f"the adverts of {day.isoformat()} are read otherwise now: {most.words} {_say(most.column, most.old, value)}"
