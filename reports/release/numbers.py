"""The numbers behind a printed value, part by part, with their intervals: never surer than what is printed.

Where the interval of a number stands in its place, the number is null and its ends remain; of bounds alike.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from reports.wording.numbers import Row
from warehouse.marts.printing import BOUNDS, POINT, choose_form


class Part(NamedTuple):
    """A number of a row: its name, its column, its unit with columns in braces, and how its form is decided.

    `counts` are the columns of its jobs and employers, where they are not those of its row.
    """

    name: str
    column: str
    unit: str
    form_column: str | None = None
    counts: tuple[str, str] | None = None


_YEARLY, _LOCALLY = "{currency} per year", "{local_currency} per year"
_SHARE_OF_JOBS, _JOBS = "share of jobs", "jobs"
MEDIAN_OF_PANEL = "median_of_panel"
"""The part that is the median of jobs on boards drawn at random alone."""
_OF_PANEL = ("n_panel_jobs", "n_panel_employers")
_LOCALLY_OF_PANEL = ("local_n_panel_jobs", "local_n_panel_employers")
PARTS = (
    Part("low", "band_low", _YEARLY),
    Part("high", "band_high", _YEARLY),
    Part("median", "p50", _YEARLY),
    Part(MEDIAN_OF_PANEL, "p50_of_panel", _YEARLY, counts=_OF_PANEL),
    Part("p25", "p25", _YEARLY),
    Part("p75", "p75", _YEARLY),
    Part("local_low", "local_low", _LOCALLY),
    Part("local_high", "local_high", _LOCALLY),
    Part("local_median", "local_p50", _LOCALLY),
    Part(f"local_{MEDIAN_OF_PANEL}", "local_p50_of_panel", _LOCALLY, counts=_LOCALLY_OF_PANEL),
    Part("local_p25", "local_p25", _LOCALLY),
    Part("local_p75", "local_p75", _LOCALLY),
    Part("pay", "usd", "USD per year"),
    Part("pay_ppp", "ppp", "international dollars per year"),
    Part("share", "share", _SHARE_OF_JOBS, "form"),
    Part("share_dollars", "dollars_share", "share of persons"),
    Part("rate", "rate", "share of open adverts a day"),
    Part("ratio", "ratio", "ratio of two rates"),
    Part("difference", "difference", "difference of two shares", "form"),
    Part("width", "width", "upper end of pay over the lower, less one", "width_form"),
    Part("n_boards", "n_boards", "boards"),
    Part("n_adverts", "n_adverts", "adverts"),
)
"""Columns of the rows behind figures that are numbers of their own, in the order of their parts."""


@dataclass(frozen=True, kw_only=True)
class Number:
    """A part of a value: None for the number where only its interval or its bounds may be said.

    `counts` are the jobs and employers that it rests on, where they are not those of its row.
    """

    part: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    form: str
    counts: tuple[int, int] | None = None

    def describe(self) -> dict[str, Any]:
        """It as part of a file of the release."""
        record = {"value": self.value, "low": self.low, "high": self.high, "unit": self.unit, "form": self.form}
        return record if self.counts is None else record | dict(zip(("n", "employers"), self.counts, strict=True))


@functools.lru_cache(maxsize=1_024)
def _parts_of(columns: tuple[str, ...]) -> tuple[tuple[Part, str, str], ...]:
    """The numbers that rows with these columns may have, with the columns of their ends."""
    return tuple((part, f"{part.column}_lo", f"{part.column}_hi") for part in PARTS if part.column in columns)


def numbers_of(row: Row) -> Iterator[Number]:
    """The numbers of a row behind a figure; none where it is withheld."""
    if row.get("status") == "suppressed":
        return
    for part, column_lo, column_hi in _parts_of(tuple(row)):
        value, low, high = row[part.column], row.get(column_lo), row.get(column_hi)
        form = (row.get(part.form_column) or POINT) if part.form_column else None
        if form == BOUNDS:
            value, low, high = None, row.get("bound_lo"), row.get("bound_hi")
        if value is None and (low is None or high is None):
            continue
        form = form or choose_form(value or 0.0, low, high)
        unit = part.unit.format_map({"currency": row.get("currency"), "local_currency": row.get("local_currency")})
        yield Number(
            part=part.name, value=value if form == POINT else None, low=low, high=high, unit=unit, form=form,
            counts=(row[part.counts[0]], row[part.counts[1]]) if part.counts else None,
        )  # fmt: skip
