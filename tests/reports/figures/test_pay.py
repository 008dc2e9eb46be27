"""Figures of pay: printed bands, the adverts behind them, and notes."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import pytest

from reports.wording import notes
from tests.reports.conftest import insert
from tests.reports.figures.ledger_builders import (
    AS_OF,
    NORTH,
    PAIRS,
    SUPPRESSED,
    US,
    Cell,
    Put,
    answered,
    computed,
    computed_one,
    paid,
    posting,
    put_pair,
)
from warehouse import mart_tables, tables
from warehouse.mart_tables import SourceContribution
from warehouse.marts.pay.salary_bands import salary_bands


def test_the_first_rung_is_printed_plainly_with_its_files(con: duckdb.DuckDBPyConnection, put: Put, cell: Cell) -> None:
    put(mart_tables.SalaryBands, cell())
    pay = paid(currency="EUR", fx_source="ecb_rates", fx_on=date(2026, 8, 14))
    put(tables.Postings, posting(1, **pay, warc="ashby/b.warc.gz"), posting(2, **pay, warc="ashby/a.warc.gz"))
    put(tables.Postings, posting(3, **paid(pay_region="South America"), warc="ashby/z.warc.gz"))
    put(
        tables.ExchangeRates,
        {
            "source": "ecb_rates",
            "rate_on": date(2026, 8, 14),
            "base": "EUR",
            "currency": "USD",
            "rate": 1.1,
            "warc": "ecb/1",
        },
        {
            "source": "ecb_rates",
            "rate_on": date(2026, 8, 13),
            "base": "EUR",
            "currency": "USD",
            "rate": 1.1,
            "warc": "ecb/0",
        },
    )
    row = computed_one(con, NORTH)
    assert (row.value, row.status, row.rung, row.basis) == (
        "USD 120K–180K per year, median USD 150K", "published", "open adverts, paid there", "advertised",
    )  # fmt: skip
    assert (row.n_jobs, row.n_employers, row.window_days, row.code_version) == (420, 61, None, "9.9")
    assert row.sources == ("ashby", "ecb_rates")
    assert row.snapshots == ("ashby/b.warc.gz", "ashby/a.warc.gz", "ecb/1")


def test_a_figure_was_read_when_half_of_its_adverts_were_last_looked_for(
    con: duckdb.DuckDBPyConnection, put: Put, cell: Cell
) -> None:
    put(mart_tables.SalaryBands, cell())
    seen_on = {"old": date(2026, 7, 28), "fresh": AS_OF, "x": date(2026, 7, 7)}

    def list_advert(number: int, board: str, **fields: Any) -> dict[str, Any]:
        seen_at = datetime.combine(seen_on[board], datetime.min.time())
        times = dict.fromkeys(("first_seen_at", "version_from", "last_seen_at"), seen_at)
        return posting(number, **paid(), **times, board=board, **fields)

    put(tables.Postings, *(list_advert(number, "fresh" if number < 4 else "old") for number in range(10)))
    answered(put, 1, "ashby", "old", date(2026, 7, 27))
    answered(put, 2, "ashby", "old", date(2026, 8, 1), is_complete=False, n_rows=5)  # not the whole list
    answered(put, 3, "ashby", "old", date(2026, 8, 2), is_complete=False)  # a failed answer: nothing was read
    answered(put, 4, "ashby", "old", AS_OF + timedelta(days=1))  # nothing later leaks in
    first = computed_one(con, NORTH)
    assert (first.read_on, first.period_from, first.period_to) == (seen_on["old"], seen_on["old"], AS_OF)
    put(tables.Postings, list_advert(10, "fresh"), list_advert(11, "fresh"))
    assert computed_one(con, NORTH).read_on == seen_on["old"], "half and half: the older"
    put(tables.Postings, list_advert(12, "fresh"))
    assert computed_one(con, NORTH).read_on == AS_OF
    put(tables.Postings, list_advert(13, "x", source="lever"))
    ledger = computed(con, starts=("pay.", "bands.", "claim."))
    assert ledger[NORTH].read_on == seen_on["x"], "a figure is as old as its oldest source"
    of_each = (
        SourceContribution(source="ashby", n=13, read_on=AS_OF),
        SourceContribution(source="lever", n=1, read_on=seen_on["x"]),
    )
    assert ledger[NORTH].behind == ledger["bands.regions"].behind == of_each
    assert notes.credit(ledger[NORTH], {"ashby": "Ashby"}) == "Ashby 13, lever 1"
    alone = dataclasses.replace(ledger[NORTH], sources=("ashby", "ecb_rates"), behind=of_each[:1])
    assert notes.credit(alone) == "ashby, ecb_rates", "of one source, n is that of the figure"
    assert ledger["bands.regions"].read_on == ledger["bands.regions"].period_from == seen_on["x"]
    assert ledger["claim.gdp_2030"].read_on is None


def test_the_day_of_reports_is_that_of_their_snapshot(con: duckdb.DuckDBPyConnection, put: Put, cell: Cell) -> None:
    put(mart_tables.SalaryBands, cell(**PAIRS))
    put(tables.Countries, US)
    put_pair(put)
    answered(put, 1, "pairs", None, date(2025, 8, 3))
    row = computed_one(con, NORTH)
    assert (row.sources, row.snapshots, row.read_on) == (("pairs",), ("pairs/1",), date(2025, 8, 3))
    assert row.behind == (SourceContribution(source="pairs", n=1, read_on=date(2025, 8, 3)),), "a pair is one advert"


STATED = ("stated_low", "stated_high", "stated_n_jobs", "stated_n_employers", "stated_status", "stated_reason")


FEW = "not enough employers (4; 15 needed)"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"band_low": 130_000.0, "band_high": 170_000.0, "n_jobs": 310, "n_employers": 44},
         (130_000.0, 170_000.0, 310, 44, "published", None)),
        ({"band_low": None, "band_high": None, "n_jobs": 9, "n_employers": 4, "status": "suppressed", "reason": FEW},
         (None, None, 9, 4, "suppressed", FEW)),
        (None, (None,) * 6),
    ],
)  # fmt: skip
def test_the_band_of_stated_levels_stands_beside(
    con: duckdb.DuckDBPyConnection, put: Put, cell: Cell, fields: dict[str, Any] | None, expected: tuple[Any, ...]
) -> None:
    put(mart_tables.SalaryBands, cell())
    if fields is not None:
        put(mart_tables.SalaryBands, cell(seniority_group="mid_senior_stated", **fields))
    row = computed_one(con, NORTH)
    assert [tuple(r[name] for name in STATED) for r in notes.rows_of(row)] == [expected]
    assert (row.value, row.n_jobs) == ("USD 120K–180K per year, median USD 150K", 420)


@pytest.mark.parametrize(
    ("basis", "group", "expected"),
    [
        ("advertised_third_party", "mid_senior", "Mid to senior is what the title says or, where it names no level, "
         "the source's codes MI and SE, and SE includes staff; full-time, and whether the amounts are base pay is not "
         "said."),
        ("advertised", "mid_senior", "Mid to senior is what the title says or, where it names no level, two to seven "
         "years of experience asked for; full-time, base pay before tax"),
        ("advertised_third_party", "entry", "Entry level is what the title says or, where it names no level, the "
         "source's code EN; full-time, and whether the amounts are base pay is not said."),
        ("advertised", "entry", "Entry level is what the title says (junior, graduate and the like) or, where it names "
         "no level, at most one year of experience asked for; full-time, base pay before tax"),
    ],
)  # fmt: skip
def test_pay_says_what_its_level_means_where_it_comes_from(
    con: duckdb.DuckDBPyConnection, put: Put, cell: Cell, basis: str, group: str, expected: str
) -> None:
    place = {"region_level": "country", "region": "US"} if group == "entry" else {}
    put(tables.Countries, {"country": "US", "alpha3": "USA", "name": "United States"})
    role_group = "ai_engineering" if basis == "advertised" else "ai_core"
    put(mart_tables.SalaryBands, cell(basis=basis, seniority_group=group, role_group=role_group, **place))
    ledger = computed(con, starts=("pay.", "entries.", "bands."))
    assert expected in notes.note(ledger["pay.us.ai_engineering.entry" if group == "entry" else NORTH])
    table = notes.table(ledger["entries.countries" if group == "entry" else "bands.regions"])
    assert table is not None and expected[1:] in " ".join(table.below)


def test_a_missing_interval_is_said_and_not_nan(con: duckdb.DuckDBPyConnection, put: Put, cell: Cell) -> None:
    ends = dict.fromkeys(("band_low_lo", "band_low_hi", "band_high_lo", "band_high_hi"), float("nan"))
    put(mart_tables.SalaryBands, cell(**ends))
    row = computed_one(con, NORTH)
    assert row.value_json is not None and "NaN" not in row.value_json
    assert "No interval can be computed." in notes.note(row)


def test_entry_pay_shows_local_money_and_the_median(con: duckdb.DuckDBPyConnection, put: Put, cell: Cell) -> None:
    put(tables.Countries, {"country": "CA", "alpha3": "CAN", "name": "Canada"})
    entry = {"region_level": "country", "region": "CA", "seniority_group": "entry"}
    put(
        mart_tables.SalaryBands,
        cell(**entry, band_low=70_000.0, band_high=90_000.0, p50=80_400.0),
        cell(**entry, currency="CAD", band_low=96_000.0, band_high=123_000.0, n_jobs=44),
    )
    ledger = computed(con, starts=("pay.", "entries."))
    assert ledger["pay.ca.ai_engineering.entry"].value == "USD 70K–90K per year, median USD 80K"
    assert "In local money CAD 96K–123K, 44 jobs." in notes.note(ledger["pay.ca.ai_engineering.entry"])
    table = notes.table(ledger["entries.countries"])
    assert table is not None and table.rows[0][:4] == ("Canada", "open adverts, paid there", "USD 70K–90K", "80K")
    assert "CAD 96K–123K" in table.rows[0]


def test_the_table_of_regions_keeps_each_rung_and_names_the_withheld(
    con: duckdb.DuckDBPyConnection, put: Put, cell: Cell
) -> None:
    put(mart_tables.SalaryBands, cell(), cell(region="South America", **SUPPRESSED, band_low=None, band_high=None))
    put(mart_tables.SalaryBands, cell(region="Western Europe", band_low=60_000.0, p50=90_000.0, **PAIRS))
    row = computed(con, starts=("pay.", "bands."))["bands.regions"]
    table = notes.table(row)
    assert table is not None
    assert [r[:2] for r in table.rows] == [
        ("US and Canada", "open adverts, paid there"),
        ("Western Europe (Germany, France, Benelux, Austria, Switzerland)", "third-party adverts, core AI roles"),
    ]
    assert "Withheld, not enough employers that state pay: South America (2 of 15)." in table.below
    assert any("Polynesia" in paragraph for paragraph in table.below)
    assert (row.rung, row.n_jobs, row.n_employers) == ("named in each row", None, None)
    assert row.value is not None and row.value.endswith("20 more withheld")


def test_contractors_stand_beside_employees_and_have_a_figure_of_their_own(
    con: duckdb.DuckDBPyConnection, put: Put, cell: Cell
) -> None:
    poland = {"region_level": "country", "region": "PL"}
    invoices = {
        "contract": "contractor", "band_low": 70_000.0, "band_low_lo": 68_000.0, "band_low_hi": 72_000.0,
        "band_high": 95_000.0, "band_high_lo": 93_000.0, "band_high_hi": 97_000.0, "n_jobs": 64, "n_employers": 31,
    }  # fmt: skip
    put(mart_tables.SalaryBands, cell(**poland), cell(**poland | invoices))
    ledger = computed(con, starts=("pay.pl", "contractor.pl"))
    employees, contractors = (ledger[f"{kind}.pl.ai_engineering.mid_senior"] for kind in ("pay", "contractor"))
    assert employees.value == "USD 120K–180K per year, median USD 150K"
    assert "Contractors, beside it and not in it: USD 70K–95K of invoices (64 jobs of 31 employers)" in notes.note(
        employees
    )
    assert contractors.value is not None and contractors.value.startswith("USD 70K–95K per year")
    assert "contractors' invoices" in contractors.title
    assert (employees.n_jobs, contractors.n_jobs) == (420, 64)


def bonus(number: int, **fields: Any) -> dict[str, Any]:
    return {"posting_id": f"ashby:{number}", "position": 1, "component": "bonus", "currency": "EUR", **fields}


def test_the_bonus_is_a_median_in_dollars_of_adverts_that_state_it(con: duckdb.DuckDBPyConnection, put: Put) -> None:
    put(tables.Countries, {"country": "US", "alpha3": "USA", "name": "United States", "region": "Northern America"})
    here = {"country": "US", "region": "Northern America"}
    put(tables.Postings, *(posting(number, **here, employer_id=f"e{number}") for number in range(41)))
    bonuses = (bonus(number, annual_high=1.0, annual_high_usd=10_000.0 + 100 * number) for number in range(41))
    put(tables.PostingPay, *bonuses)
    put(tables.Postings, posting(99, **here))
    put(tables.PostingPay, bonus(99, annual_high=9e9, usd_reason="no_rate"))
    insert(con, mart_tables.SalaryBands, salary_bands(con, AS_OF))
    row = computed_one(con, "bonus.northern_america")
    assert notes.rows_of(row)[0]["p50"] == 12_000.0
    assert (row.value, row.status, row.n_jobs) == ("median USD 12.0K per year", "published", 41)
    assert row.title == "Yearly bonus, where an advert puts a sum on it, US and Canada (mostly United States)"


def test_no_figure_of_pay_is_of_the_world(con: duckdb.DuckDBPyConnection, put: Put, cell: Cell) -> None:
    put(mart_tables.SalaryBands, cell(region_level="world", region="World"))
    ledger = computed(con)
    rows = [row for row in ledger.values() if row.unit.startswith("USD per") and row.kind == "measured"]
    assert len(rows) > 20 and all(row.value is None for row in rows)


COUNTS = [
    ([("US", 81), ("CA", 14)], "US and Canada (mostly United States; Canada n = 14)"),
    ([("US", 80), ("CA", 20)], "US and Canada"),
    ([("US", 78), ("CA", 0)], "US and Canada (mostly United States)"),
    ([("US", 160), ("CA", 8), ("CU", 2)], "US and Canada (mostly United States; Canada n = 8, CU n = 2)"),
    ([("US", 90), ("several", 9)], "US and Canada (mostly United States; several countries at once n = 9)"),
    ([("several", 50), ("US", 0)], "US and Canada"),
    ([("US", 14), ("CA", 2)], "US and Canada (mostly United States; Canada n = 2)"),
    ([], "US and Canada"),
]


@pytest.mark.parametrize(("counts", "expected"), COUNTS)
def test_a_region_of_one_country_says_of_which(
    con: duckdb.DuckDBPyConnection, put: Put, cell: Cell, counts: list[tuple[str, int]], expected: str
) -> None:
    for code, name in (("US", "United States"), ("CA", "Canada")):
        put(tables.Countries, {"country": code, "alpha3": f"{code}X", "name": name})
    put(
        mart_tables.SalaryBands,
        cell(countries=[dict(zip(("country", "n_jobs"), one, strict=True)) for one in counts]),
    )
    ledger = computed(con, starts=("pay.", "bands."))
    row = ledger[NORTH]
    assert notes.place(row) == expected
    assert notes.say_instead(row) == (None if expected == "US and Canada" else f"of {expected}")
    assert row.title == f"Mid-to-senior AI engineering pay, {expected}"
    table = notes.table(ledger["bands.regions"])
    assert table is not None and table.rows[0][0] == expected


def test_an_amount_with_a_wide_interval_is_printed_as_the_interval(
    con: duckdb.DuckDBPyConnection, put: Put, cell: Cell
) -> None:
    put(
        mart_tables.SalaryBands,
        cell(band_low_lo=90_000.0, band_low_hi=144_000.0, p50_lo=1.4e5, p50_hi=1.6e5),
    )
    ledger = computed(con, starts=("pay.", "bands."))
    row = ledger[NORTH]
    assert row.value == (
        "lower end between USD 90K and 144K (95% interval), upper end USD 180K per year, median USD 150K"
    )
    assert "120K" not in f"{row.value} {notes.note(row)}"
    assert "the lower end is between 7% lower and 48% higher and the upper end 16% higher" in notes.note(row)
    table = notes.table(ledger["bands.regions"])
    assert table is not None and "120K" not in " ".join(table.rows[0])
