"""The ledger of figures: what each figure said, and what it is based on."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from transforms.records.columns import Column, struct, table
from transforms.records.vocabulary import FIGURE_STATES
from warehouse.mart_tables.cells import count


@struct
class SourceContribution:
    """What one source contributes to a figure."""

    source: Annotated[str, Column("Source")]
    n: Annotated[
        int,
        Column(
            "Its adverts: for pay one for each counted job, the advert (or pair of amounts) with the pay that counts; "
            "for all other figures every advert of the counted jobs in the stock. 0: it only converts money"
        ),
    ]
    read_on: Annotated[
        date | None, Column("Day by which half of them were last read; NULL: no reading is known up to `as_of`")
    ]


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
    bare_value: Annotated[
        str | None,
        Column("The value alone, without `qualifier`; NULL: withheld, or made by a version that did not keep it"),
    ] = None
    qualifier: Annotated[
        str | None, Column("What follows the value in brackets: another rung, low confidence, its source")
    ] = None
    value_json: Annotated[str | None, Column("The rows behind it, JSON")]
    status: Annotated[
        str,
        Column(
            "published, low, stale (true for its reference period, which is long past) or suppressed (withheld)",
            values=FIGURE_STATES,
        ),
    ]
    reason: Annotated[str | None, Column("Why it is low, stale or withheld")]
    missing: Annotated[
        str | None, Column("How far a withheld figure is from being printed, and what would help, in words")
    ] = None
    lacks: Annotated[
        tuple[Lack, ...] | None,
        Column(
            "The same in numbers: what the first rung lacks, and the rungs that `missing` names; NULL: not counted then"
        ),
    ] = ()
    nearest: Annotated[
        tuple[NearestFigure, ...] | None,
        Column("For a withheld figure, figures of wider or other places that have a value, the nearest first"),
    ] = ()
    list: Annotated[str | None, Column("List of cells that the value is from; NULL: no list, or several")] = None
    vintage: Annotated[int | None, Column("Vintage of that list (`ops.vintages`)", low=1)] = None
    period_from: Annotated[
        date | None, Column("First day of the reference period: of the readings, or of the pay, that it is based on")
    ] = None
    period_to: Annotated[date | None, Column("Last day of the reference period")] = None
    n_jobs: Annotated[int | None, count("Jobs behind it")]
    n_employers: Annotated[int | None, count("Employers behind it")]
    window_days: Annotated[int | None, Column("Window", unit="days", low=0)]
    sql: Annotated[str | None, Column("The SELECT it was read with")]
    sources: Annotated[tuple[str, ...], Column("Sources behind it")]
    behind: Annotated[
        tuple[SourceContribution, ...] | None,
        Column(
            "How much each source contributes, and when it was last read; NULL: made by a version that did not count"
        ),
    ] = ()
    snapshots: Annotated[tuple[str, ...], Column("Archive files behind it")]
    read_on: Annotated[
        date | None,
        Column("Day by which half of the adverts or reports behind it were last read; of several sources the oldest"),
    ] = None
    code_version: Annotated[str, Column("Version of the product")]
    baseline: Annotated[str | None, Column("What the 2026 guide said")]
    verify_by: Annotated[date | None, Column("Cited figures: verify again by")]
