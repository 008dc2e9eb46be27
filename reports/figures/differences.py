"""How far a new value of a figure is from the one that stands: by rounding, by chance, or by more.

The two rest in part on the same employers. The variance of their difference is a delete-one-employer jackknife of the
difference itself (Wolter 2007, "Introduction to Variance Estimation", chapter 4), employers being boards, so that what
an employer adds to both cancels. Where employers are not known the two count as independent.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from reports.figures import query
from reports.figures.declaration import Fallback, Figure
from reports.figures.query import Connection
from reports.figures.verdicts import OWN_BASES
from reports.wording import notes
from reports.wording.numbers import Row, Rows
from warehouse.mart_tables import Figures

MAX_Z = 3.0
"""Standard errors of the difference beyond which it waits for review: by chance alone one in 370 would."""
MIN_CHANGE = 0.05
"""The part of an amount, or of all jobs for a share, below which a change waits for nobody: where the same adverts
stand on both days their difference has next to no chance error, and a rise by three in a hundred is no mistake."""
Z_OF_INTERVAL = 1.96
MAX_WITHOUT_INTERVAL = 0.25
"""The part by which a value that has no interval may change without a review."""
PAY_COLUMNS = {"p50": "median", "band_low": "lower end", "band_high": "upper end"}
SHARE = "share"
NAMES_OF_ROWS = ("figure", "name", "skill", "title", "word", "item", "place", "cell")


def _key(row: Row) -> tuple[str, ...]:
    return tuple(str(row.get(name)) for name in NAMES_OF_ROWS)


def is_rounding(stood: Rows, now: Rows) -> bool:
    """Whether values differ by less than a printed unit, and inside the interval that stands.

    A printed unit is a point of a share and a hundredth of an amount; rows that came or went are no rounding.
    """
    before = {_key(row): row for row in stood}
    if before.keys() != {_key(row) for row in now} or not before:
        return False
    return all(_is_near(before[_key(row)], row) for row in now)


def _is_near(was: Row, row: Row) -> bool:
    for column in (*PAY_COLUMNS, SHARE, "rate"):
        old, new = was.get(column), row.get(column)
        if old is None and new is None:
            continue
        if old is None or new is None:
            return False
        unit = 0.01 if column == SHARE else 0.01 * abs(old)
        low, high = was.get(f"{column}_lo"), was.get(f"{column}_hi")
        if abs(new - old) >= unit or low is None or high is None or not low <= new <= high:
            return False
    return True


@dataclass
class Overlaps:
    """Differences between nights; what stands behind a figure on a day is read once."""

    con: Connection
    read: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def find_jump(self, figure: Figure, stood: Figures, row: Figures) -> str | None:
        """A difference that chance does not explain, in words; None where it does."""
        before = {_key(one): one for one in notes.rows_of(stood)}
        pairs = [(before[_key(one)], one) for one in notes.rows_of(row) if _key(one) in before]
        if len(pairs) == 1 and row.basis in OWN_BASES and stood.rung == row.rung:
            found = self._compare_within(figure, stood, row)
            if found:
                return _say_most(found)
        return _say_most([z for was, now in pairs for z in _compare_apart(was, now)])

    def _compare_within(self, figure: Figure, stood: Figures, row: Figures) -> list[tuple[str, float, float, float]]:
        """Differences with their standard scores, by employers on both days; [] where these are not known."""
        rung = next((one for one in figure.rungs if one.name == row.rung), None)
        if rung is None:
            return []
        days = [self._behind(figure, rung, day) for day in (stood.as_of, row.as_of)]
        if not all(days):
            return []
        found = []
        for words, estimate in _estimators(notes.rows_of(row)[0]):
            z = jackknife(days[0], days[1], estimate)
            if z is not None:
                found.append((words, estimate(days[0]), estimate(days[1]), z))
        return found

    def _behind(self, figure: Figure, rung: Fallback, day: date) -> list[dict[str, Any]]:
        given = {"as_of": day, "basis": rung.basis, **figure.parameters, **rung.parameters}
        sql = query.fill(rung.behind, given)
        if sql not in self.read:
            self.read[sql] = query.read(self.con, sql)
        cells = figure.cells_of(rung)
        return [one for one in self.read[sql] if not cells or tuple(one["cell"]) in cells]


Behind = Sequence[Mapping[str, Any]]
Estimate = Callable[[Behind], float]


def _estimators(row: Row) -> list[tuple[str, Estimate]]:
    """What is compared of a figure: the ends and the median of pay, or a share."""
    if row.get("p50") is not None:
        return [
            ("median", lambda rows: _quantile([(r["low_usd"] + r["high_usd"]) / 2 for r in rows], 0.5)),
            ("lower end", lambda rows: _quantile([r["low_usd"] for r in rows], 0.25)),
            ("upper end", lambda rows: _quantile([r["high_usd"] for r in rows], 0.75)),
        ]
    item = row.get("item") or row.get("skill")
    if row.get(SHARE) is not None and item is not None:
        return [("share", lambda rows: _share(rows, str(item)))]
    return []


def _quantile(values: Sequence[float], p: float) -> float:
    return float(np.quantile(np.asarray(values, dtype=float), p)) if values else math.nan


def _share(rows: Behind, item: str) -> float:
    jobs: dict[Any, bool] = {}
    for one in rows:
        jobs[one["job_id"]] = jobs.get(one["job_id"], False) or item in (one["items"] or ())
    return sum(jobs.values()) / len(jobs) if jobs else math.nan


def jackknife(stood: Behind, now: Behind, estimate: Estimate) -> float | None:
    """The difference of an estimate between two days over its standard error, by deleting one employer at a time.

    None with fewer than two employers, or where rows lack the amounts.
    """
    try:
        difference = estimate(now) - estimate(stood)
        units = sorted({_unit(one) for one in (*stood, *now)})
        if len(units) < 2 or math.isnan(difference):
            return None
        by_unit: list[dict[tuple[str, str], list[Any]]] = [{unit: [] for unit in units} for _ in range(2)]
        for day, rows in zip(by_unit, (stood, now), strict=True):
            for one in rows:
                day[_unit(one)].append(one)
        left = []
        for unit in units:
            without = [[one for name, rows in day.items() if name != unit for one in rows] for day in by_unit]
            left.append(estimate(without[1]) - estimate(without[0]))
    except (KeyError, TypeError):
        return None
    values = np.asarray(left)
    values = values[~np.isnan(values)]
    g = len(values)
    if g < 2:
        return None
    error = math.sqrt((g - 1) / g * float(((values - values.mean()) ** 2).sum()))
    if error == 0:
        return 0.0 if difference == 0 else math.inf
    return difference / error


def _unit(row: Mapping[str, Any]) -> tuple[str, str]:
    return str(row["source"]), str(row["board"])


def _compare_apart(was: Row, row: Row) -> list[tuple[str, float, float, float]]:
    """Differences with their standard scores by the intervals of two rows, as if they were independent."""
    found = []
    for column, words in {**PAY_COLUMNS, SHARE: "share", "rate": "rate"}.items():
        old, new = was.get(column), row.get(column)
        if old is None or new is None or old == new:
            continue
        errors = [_error(one, column) for one in (was, row)]
        if None in errors:
            z = math.inf if abs(new - old) > MAX_WITHOUT_INTERVAL * abs(old) else 0.0
        else:
            error = math.hypot(*(float(one or 0) for one in errors))
            z = (new - old) / error if error else math.inf
        found.append((words, old, new, z))
    return found


def _error(row: Row, column: str) -> float | None:
    low, high = row.get(f"{column}_lo"), row.get(f"{column}_hi")
    return None if low is None or high is None else (high - low) / (2 * Z_OF_INTERVAL)


def _change(found: tuple[str, float, float, float]) -> float:
    """How great a difference is: points of a share, else the part of the older value."""
    words, old, new, _ = found
    return abs(new - old) if words == "share" or old == 0 else abs(new / old - 1)


def _say_most(found: Sequence[tuple[str, float, float, float]]) -> str | None:
    """The greatest difference, where it is beyond `MAX_Z`."""
    beyond = [one for one in found if abs(one[3]) > MAX_Z and _change(one) >= MIN_CHANGE]
    if not beyond:
        return None
    words, old, new, z = max(beyond, key=lambda one: abs(one[3]))
    by = "more than its interval allows" if math.isinf(z) else f"{abs(z):.1f} standard errors"
    return f"{words} {'up' if new > old else 'down'} {abs(new / old - 1):.0%}, {by}" if old else f"{words} from 0, {by}"
