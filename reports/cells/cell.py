"""A cell: one published value with everything that must be known to print it. All printers print cells.

A cell is made from a row, of a published mart (`published`) or behind a figure of the ledger (`of_figure`), and the
declaration of its measure. It never gives a number that is not printed: where an interval or bounds are printed
instead, the number is None and its ends remain.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from reports.wording.bases import OF_OTHERS, OWN
from reports.wording.numbers import Row, printed_share
from warehouse.marts.measures import ESTIMAND, MEASURES
from warehouse.marts.printing import BOUNDS, POINT, choose_form

if TYPE_CHECKING:
    from reports.wording.renderer import Renderer  # whose parts are made of numbers of rows


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
    Part("share", "share", "share of jobs", "form"),
    Part("share_dollars", "dollars_share", "share of persons"),
    Part("rate", "rate", "share of open adverts a day"),
    Part("ratio", "ratio", "ratio of two rates"),
    Part("difference", "difference", "difference of two shares", "form"),
    Part("width", "width", "upper end of pay over the lower, less one", "width_form"),
    Part("n_boards", "n_boards", "boards"),
    Part("n_adverts", "n_adverts", "adverts"),
)
"""Columns of rows that are numbers of their own, in the order of their parts."""


@dataclass(frozen=True, kw_only=True)
class Number:
    """A part of a cell: None for the number where only its interval or its bounds may be said.

    `counts` are the jobs and employers that it rests on, where they are not those of its cell.
    """

    part: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    form: str
    counts: tuple[int, int] | None = None

    @property
    def ends(self) -> tuple[float, float] | None:
        """Its interval, or its bounds; None where it has none."""
        return None if self.low is None or self.high is None else (self.low, self.high)

    @property
    def known(self) -> tuple[float, float] | None:
        """What is printed, as a range: the value twice, or the interval that is printed instead."""
        return self.ends if self.value is None else (self.value, self.value)

    def describe(self) -> dict[str, Any]:
        """The number as files of the release have it."""
        record = {"value": self.value, "low": self.low, "high": self.high, "unit": self.unit, "form": self.form}
        return record if self.counts is None else record | dict(zip(("n", "employers"), self.counts, strict=True))


@functools.lru_cache(maxsize=1_024)
def _parts_of(columns: tuple[str, ...]) -> tuple[tuple[Part, str, str], ...]:
    """The numbers that rows with these columns may have, with the columns of their ends."""
    return tuple((part, f"{part.column}_lo", f"{part.column}_hi") for part in PARTS if part.column in columns)


def numbers_of(row: Row) -> dict[str, Number]:
    """The numbers of a row by part; {} where it is withheld."""
    numbers: dict[str, Number] = {}
    if row.get("status") == "suppressed":
        return numbers
    for part, column_lo, column_hi in _parts_of(tuple(row)):
        value, low, high = row[part.column], row.get(column_lo), row.get(column_hi)
        form = (row.get(part.form_column) or POINT) if part.form_column else None
        if form == BOUNDS:
            value, low, high = None, row.get("bound_lo"), row.get("bound_hi")
        if value is None and (low is None or high is None):
            continue
        form = form or choose_form(value or 0.0, low, high)
        unit = part.unit.format_map({"currency": row.get("currency"), "local_currency": row.get("local_currency")})
        numbers[part.name] = Number(
            part=part.name, value=value if form == POINT else None, low=low, high=high, unit=unit, form=form,
            counts=(row[part.counts[0]], row[part.counts[1]]) if part.counts else None,
        )  # fmt: skip
    return numbers


FIRM, ROUGH, OTHERS, FEW, WORDS = "firm", "rough", "others", "few", "words"
"""How sure a value is: firm; the range rather than the point; from others; too few to say; in words alone."""


def judge_sureness(status: str, basis: str | None, *, is_point: bool = True) -> str:
    """How sure a value is, by its state, its kind of source, and whether a point is printed."""
    if status == "suppressed":
        return FEW
    if basis in OF_OTHERS:
        return OTHERS
    return FIRM if is_point and status != "low" else ROUGH


@dataclass(frozen=True, kw_only=True)
class Rests:
    """What cells rest on: their sources and their reference period."""

    sources: tuple[str, ...] = ()
    period_from: date | None = None
    period_to: date | None = None


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A published value. `row` has its columns as the mart, or the figure, has them.

    `id` is its address and `kind` the first part of it, `figure` the figure that it is a row of. `name` names it among
    others (None: it stands alone). `place` is the name of its place in ids, `region` the place as the marts have it;
    `work` is a role or group of roles, `jobs` its jobs at the place in words ("AI jobs in Germany"); `item` is what is
    asked: the item of a share, a level of pay, a class of law.
    """

    id: str
    kind: str
    renderer: Renderer
    row: Row
    name: str | None = None
    figure: str | None = None
    measure: str = ""
    place: str = ""
    region: tuple[str, str] = ("", "")
    work: str = ""
    jobs: str = ""
    item: str = ""
    basis: str = OWN
    rests: Rests = field(default_factory=Rests)

    @functools.cached_property
    def numbers(self) -> Mapping[str, Number]:
        """Its numbers by part."""
        return numbers_of(self.row)

    @functools.cached_property
    def text(self) -> str:
        """The value as it is printed."""
        return self.renderer.text([self.row])

    @property
    def denominator(self) -> str:
        """The jobs that a share is of: "AI jobs in Germany with a full advert in English"; of others `jobs`."""
        return MEASURES[self.measure].name_jobs(self.jobs) if self.measure in MEASURES else self.jobs

    @property
    def sentence(self) -> str:
        """A share as a sentence: "62% of AI jobs that state pay offer equity"; "" of other measures."""
        if self.measure not in MEASURES:
            return ""
        value, of = printed_share(self.row), "all " + self.jobs if self.row.get("form") == BOUNDS else self.denominator
        return f"{value[0].upper()}{value[1:]} of {of} {MEASURES[self.measure].say(self.item)}"

    @property
    def estimand(self) -> str:
        """What is estimated: for shares one of `measures.ESTIMAND`; a quantile, a rate or a difference of others."""
        return ESTIMAND if self.measure in MEASURES else self.kind

    @property
    def status(self) -> str:
        """published, low, stale or suppressed."""
        return str(self.row.get("status") or "published")

    @property
    def reason(self) -> str | None:
        """Why it is low, stale or suppressed."""
        reason: str | None = self.row.get("reason")
        return reason

    @property
    def n(self) -> int | None:
        """The jobs, pairs of amounts or persons that it counts; where jobs may be silent those that are not."""
        n: int | None = self.row.get("n_persons") or self.row.get("n_jobs")
        return n

    @property
    def employers(self) -> int | None:
        """Their employers; None where these are not known."""
        employers: int | None = self.row.get("n_employers")
        return employers

    @property
    def sureness(self) -> str:
        """How sure it is: FIRM, ROUGH, OTHERS or FEW; of pay by the two ends of its band."""
        return self.judge([part for part in ("low", "high") if part in self.numbers] or self.numbers)

    def judge(self, parts: Iterable[str]) -> str:
        """How sure some of its parts are together."""
        is_point = all(part in self.numbers and self.numbers[part].value is not None for part in parts)
        return judge_sureness("low" if self.row.get("is_low") else self.status, self.basis, is_point=is_point)

    @property
    def vintage(self) -> tuple[str, int] | None:
        """The list that it is accepted with, and the number of its vintage; None where it is in no list."""
        return (self.row["list"], self.row["vintage"]) if self.row.get("vintage") else None

    @property
    def period_to(self) -> date | None:
        """The last day of its reference period."""
        day: date | None = self.row.get("period_to") or self.rests.period_to
        return day
