"""A cell: one published value with everything needed to print it.

A cell is made from a row of a published mart (`published`) or from a row of a figure in the ledger (`of_figure`). A
cell never gives a number that may not be printed: if an interval or bounds are printed instead, the number is None, and
only the ends are given.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from reports.wording.bases import OF_OTHERS, OWN
from reports.wording.numbers import Row, head_jobs, known_part, printed_share, upper_first
from transforms.records.definitions import MAX_AMOUNT_WIDTH, MAX_SHARE_WIDTH
from warehouse.marts.measures import MEASURES
from warehouse.marts.printing import BOUNDS, POINT, SAYS, choose_form

if TYPE_CHECKING:
    from reports.wording.renderer import Renderer  # renderer imports this module


class Part(NamedTuple):
    """A kind of number in a row."""

    name: str
    column: str
    unit: str  # braces name columns of the row; {of}: of what a share is
    form_column: str | None = None  # column that gives its form, if any
    counts: tuple[str, str] | None = None  # columns of the jobs and employers that it counts; None for those of the row


_YEARLY, _LOCALLY = "{currency} per year", "{local_currency} per year"
MEDIAN_OF_PANEL = "median_of_panel"
"""Name of the part that is the median of jobs on boards drawn at random."""
PARTS = (
    Part("low", "band_low", _YEARLY),
    Part("high", "band_high", _YEARLY),
    Part("median", "p50", _YEARLY),
    Part(MEDIAN_OF_PANEL, "p50_of_panel", _YEARLY, counts=("n_panel_jobs", "n_panel_employers")),
    Part("p25", "p25", _YEARLY),
    Part("p75", "p75", _YEARLY),
    Part("local_low", "local_low", _LOCALLY),
    Part("local_high", "local_high", _LOCALLY),
    Part("local_median", "local_p50", _LOCALLY),
    Part(
        f"local_{MEDIAN_OF_PANEL}", "local_p50_of_panel", _LOCALLY,
        counts=("local_n_panel_jobs", "local_n_panel_employers"),
    ),
    Part("local_p25", "local_p25", _LOCALLY),
    Part("local_p75", "local_p75", _LOCALLY),
    Part("pay", "usd", "USD per year"),
    Part("pay_ppp", "ppp", "international dollars per year"),
    Part("share", "share", "share of {of}", "form"),
    Part("share_dollars", "dollars_share", "share of persons"),
    Part("rate", "rate", "share of open adverts a day"),
    Part("ratio", "ratio", "ratio of two rates"),
    Part("difference", "difference", "difference of two shares", "form"),
    Part("change", "change", "part of pay", "form"),
    Part("indeed", "indeed", "share of adverts on Indeed"),
    Part("width", "width", "upper end of pay over the lower, less one", "width_form"),
    Part("n_boards", "n_boards", "boards"),
    Part("n_adverts", "n_adverts", "adverts"),
)  # fmt: skip
"""Kinds of numbers, in the order in which they are printed."""
COUNTED, IN_POINTS = (
    ("boards", "adverts"),
    ("share of jobs", "share of persons", "difference of two shares", "part of pay"),
)
"""Units of counts of what was read, which are no estimates; units whose widths are in points, not parts of the value.
"""


@dataclass(frozen=True, kw_only=True)
class Number:
    """A number of a cell."""

    part: str
    value: float | None  # None if only the interval or bounds may be printed, or only how many say (neither ends)
    low: float | None
    high: float | None
    unit: str
    form: str
    counts: tuple[int, int] | None = None  # jobs and employers that it counts; None for those of the cell

    @property
    def ends(self) -> tuple[float, float] | None:
        """The ends of the interval or bounds, if any."""
        return None if self.low is None or self.high is None else (self.low, self.high)

    @property
    def known(self) -> tuple[float, float] | None:
        """The printed range: the value as both ends if a value is printed, or else `ends`."""
        return self.ends if self.value is None else (self.value, self.value)

    @property
    def is_narrow(self) -> bool:
        """Whether a value is printed whose interval is known and narrow; a count of what was read has none."""
        if self.value is None or self.low is None or self.high is None:
            return self.value is not None and self.unit in COUNTED
        width = round(self.high - self.low, 9)
        if self.unit in IN_POINTS:
            return width < MAX_SHARE_WIDTH.value
        return width < MAX_AMOUNT_WIDTH.value * abs(self.value)

    def describe(self) -> dict[str, Any]:
        """Return the number as a JSON object of the release."""
        record = {"value": self.value, "low": self.low, "high": self.high, "unit": self.unit, "form": self.form}
        return record if self.counts is None else record | dict(zip(("n", "employers"), self.counts, strict=True))


def numbers_of(row: Row) -> dict[str, Number]:
    """Return the numbers of a row, by the name of their `Part`; {} if the row is withheld."""
    if row.get("status") == "suppressed":
        return {}
    numbers = (_read_number(row, part) for part in PARTS if part.column in row)
    return {number.part: number for number in numbers if number}


def _read_number(row: Row, part: Part) -> Number | None:
    value, low, high = row[part.column], row.get(f"{part.column}_lo"), row.get(f"{part.column}_hi")
    form = (row.get(part.form_column) or POINT) if part.form_column else None
    if form == BOUNDS:
        value, low, high = None, row.get("bound_lo"), row.get("bound_hi")
    elif form == SAYS:
        value = low = high = None
    elif value is None and (low is None or high is None):
        return None
    form = form or choose_form(value or 0.0, low, high)
    return Number(
        part=part.name, value=value if form == POINT else None, low=low, high=high, form=form,
        unit=part.unit.format(
            currency=row.get("currency"), local_currency=row.get("local_currency"),
            of="the average employer's jobs" if row.get("is_by_employer") else "jobs",
        ),
        counts=(row[part.counts[0]], row[part.counts[1]]) if part.counts else None,
    )  # fmt: skip


FIRM, ROUGH, OTHERS, FEW, WORDS = "firm", "rough", "others", "few", "words"
"""How certain a value is: narrow, and its frame holds; wider, out of date, of one platform or of low confidence;
collected or published by others; from too few jobs; only in words.
"""


def judge_sureness(status: str, basis: str | None, *, is_narrow: bool = True, is_of_one: bool = False) -> str:
    """Return how certain a value is: FIRM, ROUGH, OTHERS or FEW.

    An interval holds what chance does among the employers of its frame. The frame holds if its boards were read lately
    (`status`) and are not all of one platform (`is_of_one`), since platforms differ by more than intervals say.
    """
    if status == "suppressed":
        return FEW
    if basis in OF_OTHERS:
        return OTHERS
    return FIRM if is_narrow and status == "published" and not is_of_one else ROUGH


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A published value."""

    id: str  # its address
    kind: str  # first part of the address
    renderer: Renderer
    row: Row  # its columns, as in the mart or the figure
    name: str | None = None  # distinguishes the cell from other rows of its figure; None for the only row
    figure: str | None = None  # id of the figure that the cell is a row of; None for a cell read from a mart
    measure: str = ""  # measure of a share, or "pay", "disclosure" or "closing_rate"; "" if the figure has none
    place: str = ""  # slug of its place
    work: str = ""  # role or group of roles
    jobs: str = ""  # words for the jobs that are counted, such as "AI jobs in Germany"
    item: str = ""  # item of a share, level of pay, or class of law
    basis: str = OWN  # kind of source
    sources: tuple[str, ...] = ()  # sources that the cell rests on
    period_from: date | None = None  # first and last day of the reference period; None if unknown
    period_to: date | None = None

    @functools.cached_property
    def numbers(self) -> Mapping[str, Number]:
        """The cell's numbers by part."""
        return numbers_of(self.row)

    @functools.cached_property
    def text(self) -> str:
        """The value as it is printed."""
        return self.renderer.text([self.row])

    @property
    def sentence(self) -> str:
        """A share as a sentence, such as "62% of AI jobs that state pay offer equity"; "" for other measures."""
        if self.measure not in MEASURES:
            return ""
        measure, jobs = MEASURES[self.measure], head_jobs(self.row, self.jobs)
        if self.row.get("form") == SAYS:
            return f"{known_part(self.row)} of {jobs} {measure.known_words}"
        if self.row.get("is_by_employer") and self.row.get("form") != BOUNDS:
            say_share = functools.partial(printed_share, self.row)
            return upper_first(measure.say_of_employer(self.item, say_share, jobs))
        of = f"all {jobs}" if self.row.get("form") == BOUNDS else measure.name_jobs(jobs)
        return f"{upper_first(printed_share(self.row, of))} {measure.say(self.item)}"

    @property
    def status(self) -> str:
        """One of "published", "low", "stale" and "suppressed"."""
        return str(self.row.get("status") or "published")

    @property
    def reason(self) -> str | None:
        """The reason for a status other than "published"; None if none is given."""
        reason: str | None = self.row.get("reason")
        return reason

    @property
    def n(self) -> int | None:
        """How many jobs, pairs of amounts or persons the cell counts, without silent jobs; None if unknown."""
        n: int | None = self.row.get("n_persons") or self.row.get("n_jobs")
        return n

    @property
    def employers(self) -> int | None:
        """How many employers offer the counted jobs; None if unknown."""
        employers: int | None = self.row.get("n_employers")
        return employers

    @property
    def sureness(self) -> str:
        """How certain the value is: FIRM, ROUGH, OTHERS or FEW; pay is judged by both ends of its band."""
        return self.judge([part for part in ("low", "high") if part in self.numbers] or self.numbers)

    def judge(self, parts: Iterable[str]) -> str:
        """Return how certain the numbers of these parts are together: FIRM, ROUGH, OTHERS or FEW."""
        is_narrow = all(part in self.numbers and self.numbers[part].is_narrow for part in parts)
        is_of_one = len(self.sources) == 1 or bool(self.row.get("platform"))
        return judge_sureness(self.status, self.basis, is_narrow=is_narrow, is_of_one=is_of_one)
