"""The ledger of figures: what each figure said, and what it is based on."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from transforms.records.columns import Column, struct, table
from transforms.records.vocabulary import FIGURE_STATES
from warehouse.mart_tables.cells import count


@struct
class SourceContribution:
    """What one source contributes to a figure: for pay, the advert or pair of amounts of each job; else all adverts."""

    source: Annotated[str, Column("Source")]
    n: Annotated[int, Column("Its adverts behind the figure; 0: it only converts money")]
    read_on: Annotated[date | None, Column("Day by which half of them were last read; NULL: not known")]


@struct
class NearestFigure:
    """A figure offered instead of a withheld one."""

    figure: Annotated[str, Column("Figure")]
    title: Annotated[str, Column("What it says, in words, with its place")]
    value: Annotated[str, Column("Its value as printed")]


@struct
class Lack:
    """A condition of printing that a withheld figure does not meet: how much there is, and how much is needed."""

    rung: Annotated[str, Column("Step of the ladder that does not meet it")]
    n: Annotated[float, Column("How much there is")]
    needed: Annotated[int, Column("How much is needed")]
    unit: Annotated[str, Column("Unit of both, in words")]

    @property
    def part(self) -> float:
        """How much there is, as a fraction of what is needed (`n / needed`)."""
        return self.n / self.needed

    def __str__(self) -> str:
        """In words: "12 of 30 jobs with pay"."""
        words = f"{self.n:,.1f} of {self.needed:,} {self.unit}".replace(".0 of ", " of ")
        return f"as informative as {words}" if self.unit.startswith("equal") else words


@table("mart.figures", "The ledger: every figure of the guide, with its SQL, rows and snapshots.")
class Figures:
    """One row per figure and day; the history of a figure is its rows by `as_of`."""

    as_of: Annotated[date, Column("Day the figure is for", key=True)]
    figure: Annotated[str, Column("Figure", key=True)]
    title: Annotated[str, Column("What it says, in words")]
    kind: Annotated[str, Column("measured or cited", values=("measured", "cited"))]
    basis: Annotated[str | None, Column("Kind of pay figure, or postings, or cited")]
    rung: Annotated[str | None, Column("Step of the declared ladder the value comes from")]
    unit: Annotated[str, Column("Unit")]
    value: Annotated[str | None, Column("The value as printed; NULL when withheld")]
    bare_value: Annotated[str | None, Column("The value without `qualifier`; NULL: withheld, or not kept")] = None
    qualifier: Annotated[str | None, Column("In brackets after it: another rung, low confidence, source")] = None
    value_json: Annotated[str | None, Column("The rows behind it, JSON")]
    status: Annotated[str, Column("published, low, stale (of a period long past) or suppressed", values=FIGURE_STATES)]
    reason: Annotated[str | None, Column("Why it is low, stale or withheld")]
    missing: Annotated[str | None, Column("What a withheld figure lacks, and what would help, in words")] = None
    lacks: Annotated[tuple[Lack, ...] | None, Column("The same in numbers; NULL: not counted then")] = ()
    nearest: Annotated[tuple[NearestFigure, ...] | None, Column("Figures to read instead, nearest first")] = ()
    list: Annotated[str | None, Column("List of cells that the value is from; NULL: no list, or several")] = None
    vintage: Annotated[int | None, Column("Vintage of that list (`ops.vintages`)", low=1)] = None
    period_from: Annotated[date | None, Column("First day of the reference period, of readings or of pay")] = None
    period_to: Annotated[date | None, Column("Last day of the reference period")] = None
    n_jobs: Annotated[int | None, count("Jobs behind it")]
    n_employers: Annotated[int | None, count("Employers behind it")]
    window_days: Annotated[int | None, Column("Window", unit="days", low=0)]
    sql: Annotated[str | None, Column("The SELECT it was read with")]
    sources: Annotated[tuple[str, ...], Column("Sources behind it")]
    behind: Annotated[tuple[SourceContribution, ...] | None, Column("What each source adds; NULL: not counted")] = ()
    snapshots: Annotated[tuple[str, ...], Column("Archive files behind it")]
    read_on: Annotated[date | None, Column("Day by which half of the rows were last read, of the oldest source")] = None
    code_version: Annotated[str, Column("Version of the product")]
    baseline: Annotated[str | None, Column("What the 2026 guide said")]
    verify_by: Annotated[date | None, Column("Cited figures: verify again by")]
