"""The published cells: cells of the marts as they were when their list was last accepted.

A list has the cells of a measure at one kind of place, from one set of sources. They are accepted or held together, so
all cells of a list belong to one vintage. The columns of a cell determine its list (`LISTS`).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, NamedTuple

from transforms.records.columns import Column, Table, struct, table, table_of
from transforms.records.vocabulary import BASES, CURRENCY_CODE, PAY_MARKETS
from warehouse.mart_tables.cells import PAY_MARKET_WORDS, amount, count, state
from warehouse.mart_tables.closings import ClosingRates, ClosingsLeftOut
from warehouse.mart_tables.disclosure import PayDisclosure
from warehouse.mart_tables.frame import FrameCoverage, PayLadder
from warehouse.mart_tables.history import derive
from warehouse.mart_tables.movement import AdvertMonths, PayChanges
from warehouse.mart_tables.pay import ReportedPay, SalaryBands
from warehouse.mart_tables.shares import Shares
from warehouse.marts.measures import MEASURES


@table("pay_comparison", "Pay for the same work in the same country by kind of source, each of its own period.")
class PayComparison:
    """The rows of the macro of the same name on a day (`warehouse/views/pay/pay_comparison.sql`)."""

    as_of: Annotated[date, Column("Day the row is for", key=True)]
    country: Annotated[str, Column("Country; also remote and several, as in mart.salary_bands", key=True)]
    role_group: Annotated[str, Column("Role group", key=True)]
    role: Annotated[str, Column("Role, or `all` of the group", key=True)]
    basis: Annotated[str, Column("Kind of source", key=True, values=BASES)]
    pay_market: Annotated[str, Column(PAY_MARKET_WORDS, key=True, values=("all", *PAY_MARKETS))]
    status: Annotated[str, state("published, low or suppressed")]
    reason: Annotated[str | None, Column("Why it is low or suppressed")]
    statistic: Annotated[str | None, Column("median, or mean where an office publishes no more")]
    nearness: Annotated[str | None, Column("How close an official occupation is to the role")]
    occupation_text: Annotated[str | None, Column("Name of the occupation")]
    definition: Annotated[str | None, Column("What the office counts as pay")]
    source: Annotated[str | None, Column("Source of official pay")]
    n_jobs: Annotated[int | None, count("Jobs, pairs or persons")]
    n_employers: Annotated[int | None, count("Employers")]
    employment: Annotated[int | None, count("Persons employed, of official pay")]
    period_from: Annotated[date | None, Column("First day of the reference period")]
    period_to: Annotated[date | None, Column("Last day of the reference period")]
    due_on: Annotated[date | None, Column("Day by which the office will publish the next edition")]
    currency: Annotated[str | None, Column("ISO 4217 code of `local`", pattern=CURRENCY_CODE)]
    local: Annotated[float | None, amount("Median (or mean) in `currency`")]
    local_lo: Annotated[float | None, Column("Lower end of its 95 % interval", unit="per year")]
    local_hi: Annotated[float | None, Column("Upper end of this interval", unit="per year")]
    usd: Annotated[float | None, Column("The same in US dollars", unit="USD per year", low=0)]
    usd_lo: Annotated[float | None, Column("Lower end of its 95 % interval", unit="USD per year")]
    usd_hi: Annotated[float | None, Column("Upper end of this interval", unit="USD per year")]
    usd_by: Annotated[str | None, Column("How it was converted")]
    rate_source: Annotated[str | None, Column("Source of the average rate of the period")]
    rate_on: Annotated[date | None, Column("Last day of that rate")]
    ppp: Annotated[float | None, Column("In international dollars", unit="PPP USD per year", low=0)]
    ppp_lo: Annotated[float | None, Column("Lower end of its 95 % interval", unit="PPP USD per year")]
    ppp_hi: Annotated[float | None, Column("Upper end of this interval", unit="PPP USD per year")]
    price_year: Annotated[int | None, Column("Year of the price level")]
    ratio_to_advertised: Annotated[float | None, Column("Its ratio to the median of the adverts that we read")]
    n_bases: Annotated[int | None, count("Kinds of source that have a value")]


class CellsOfLists(NamedTuple):
    """SQL over a row of a mart: the list and the place that it belongs to, and how many jobs its cell has.

    The jobs of a list are the sum, over places, of each place's largest cell. `size` is None if another mart of the
    list counts its jobs. `day` is the SELECT of the mart's rows on `$as_of`.
    """

    name: str
    size: str | None
    place: str
    day: str


_KIND = "CASE WHEN region_level IN ('country', 'subdivision') THEN 'countries' ELSE 'regions' END"
_SHARED = {measure.name: measure.in_list for measure in MEASURES.values() if measure.in_list}
_MEASURE = f"'shares.' || coalesce(MAP {_SHARED}[measure], measure)"


def _cells(mart: type, name: str, size: str | None = "n_jobs", place: str = "region") -> CellsOfLists:
    return CellsOfLists(name, size, place, f"SELECT * FROM {table_of(mart).name} WHERE as_of = $as_of")


LISTS: dict[type, CellsOfLists] = {
    SalaryBands: _cells(SalaryBands, f"'pay.' || basis || '.' || {_KIND}"),
    PayComparison: CellsOfLists(
        "'pay.' || basis || '.countries'",
        None,
        "country",
        "SELECT $as_of::DATE AS as_of, * FROM pay_comparison($as_of)",
    ),
    ReportedPay: _cells(ReportedPay, "'pay.reported.countries'", None, "country"),
    Shares: _cells(Shares, f"{_MEASURE} || '.' || {_KIND}"),
    PayDisclosure: _cells(PayDisclosure, "'disclosure'"),
    PayChanges: _cells(PayChanges, "'movement.' || basis"),
    AdvertMonths: _cells(AdvertMonths, "'adverts'"),
    ClosingRates: _cells(ClosingRates, "'closing_rates'"),
    ClosingsLeftOut: _cells(ClosingsLeftOut, "'closing_rates'", None, "source"),
    PayLadder: _cells(PayLadder, f"'pay.advertised.' || {_KIND}", None),
    FrameCoverage: _cells(FrameCoverage, "'frame'"),
}
"""Marts with published cells, and the lists that their rows belong to."""


@struct
class Standing:
    """The vintage that a published cell belongs to, and since when vintages have had a value in the cell."""

    list: Annotated[str, Column("List of cells that are accepted together: see `published.lists`")]
    vintage: Annotated[int, Column("Vintage of the list", low=1)]
    published_on: Annotated[date, Column("Day on which the vintage was published")]
    since: Annotated[
        date | None, Column("Day since which every vintage has had a value in this cell; NULL: it has no value")
    ] = None
    waits_since: Annotated[
        date | None, Column("Day since which a newer vintage waits for review; NULL: none waits")
    ] = None
    waits_because: Annotated[str | None, Column("Why it waits")] = None


def _published(mart: type) -> type:
    name = table_of(mart).name
    doc = f"The published cells of {name}: for each list, the vintage that stands."
    declaration = Table(f"published.{name.rpartition('.')[2]}", doc)
    meaning = f"The columns of {name}, with their vintage."
    day = Annotated[date, Column("Day of the marts that the cells are from")]
    return derive(mart, f"Published{mart.__name__}", Standing, meaning, declaration, as_of=day)


PUBLISHED = {mart: _published(mart) for mart in LISTS}  # the table of published cells of each mart
