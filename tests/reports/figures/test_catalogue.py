from __future__ import annotations

import csv
import dataclasses
import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from reports.figures import catalogue, query
from reports.figures.catalogue import declarations
from reports.figures.claims import warn_of_outdated
from reports.figures.compute import compute_figures
from reports.figures.explain import UnknownFigureError, explain_figure
from reports.wording import notes, numbers
from tests.builders import share_row
from tests.reports.conftest import insert
from transforms.records.vocabulary import CELL_STATES
from warehouse import mart_tables, ops_tables, tables
from warehouse.mart_tables import Figures, SourceContribution
from warehouse.marts.salary_bands import salary_bands
from warehouse.marts.shares import shares
from warehouse.schema import ddl

AS_OF = date(2026, 8, 17)
NORTH = "band.northern_america.mid_senior"
LOOKUPS = Path(__file__).parents[3] / "transforms" / "lookups"
Cell = Callable[..., dict[str, Any]]
Put = Callable[..., None]


def computed(con: duckdb.DuckDBPyConnection, as_of: date = AS_OF) -> dict[str, Figures]:
    return {row.figure: row for row in compute_figures(con, as_of, code_version="9.9")}


def store(con: duckdb.DuckDBPyConnection, put: Put, rows: list[Figures]) -> None:
    for row in rows:
        put(mart_tables.Figures, {name: getattr(row, name) for name in row.__dataclass_fields__})


def posting(number: int, **changed: Any) -> dict[str, Any]:
    row = {
        "posting_id": f"ashby:{number}", "job_id": f"ashby:{number}", "source": "ashby", "board": "b",
        "employer_id": f"e{number % 10}", "title": "AI Engineer", "role": "ai_engineer", "role_group": "ai_engineering",
        "seniority": "mid", "text_state": "full", "text_class": "full_advert", "text_hash": None,
        "first_seen_at": datetime(2026, 8, 10), "last_seen_at": datetime(2026, 8, 17), "content_hash": "0" * 32,
        "warc": "ashby/2026-08-17T000000Z.warc.gz",
    }  # fmt: skip
    return row | {"version_from": changed.get("first_seen_at", row["first_seen_at"])} | changed


def paid(**changed: Any) -> dict[str, Any]:
    """Yearly base pay in dollars, in the United States, as the bands count it."""
    row = {
        "pay_low": 1e5, "pay_high": 2e5, "pay_source": "stated", "currency": "USD", "period": "year",
        "annual_low": 1e5, "annual_high": 2e5, "annual_low_usd": 1e5, "annual_high_usd": 2e5,
        "pay_country": "US", "pay_region": "Northern America",
    }  # fmt: skip
    return row | changed


# --- declarations ---


def test_regions_are_those_of_the_table_of_countries() -> None:
    with (LOOKUPS / "place" / "countries.csv").open(encoding="utf-8", newline="") as lines:
        listed = {row["region"] for row in csv.DictReader(lines)} - {""}
    assert set(catalogue.REGIONS) == listed


def test_every_figure_of_the_design_is_declared_with_a_way_to_print_it(
    con: duckdb.DuckDBPyConnection, put: Put
) -> None:
    put(tables.Countries, {"country": "US", "alpha3": "USA", "name": "United States"})
    found = declarations(con)
    wanted = {
        NORTH, "band.south_america.mid_senior", "bands.regions", "entry.us", "entries.countries", "additional.share",
        "skills.baseline", "skills.programming_languages", "skills.generative_ai_and_agents", "roles.shares",
        "industries.shares", "closing_rate.engineering", "hiring.difficulty",
        "outlook.shortfall", "outlook.market_2033", "outlook.gdp_2030",
        "outlook.investment_2024",
    }  # fmt: skip
    assert wanted <= found.keys()
    for figure in found.values():
        assert figure.renderer is catalogue.declaration_of(figure.id).renderer
        kinds = (figure.rungs, figure.claim, figure.gathers, figure.retired, figure.alias_of)
        assert [bool(kind) for kind in kinds].count(True) == 1


def test_no_advertised_figure_says_earn_and_nothing_says_average() -> None:
    for figure in catalogue.FIGURES:
        said = f"{figure.title} {figure.unit}".lower()
        assert "earn" not in said.replace("learn", "") and "average" not in said


def test_literals_survive_quotes() -> None:
    assert [query.literal(value) for value in ("Cote d'Ivoire", AS_OF, ("x", "y'z"), 0.1)] == [
        "'Cote d''Ivoire'", "DATE '2026-08-17'", "['x', 'y''z']", "0.1",
    ]  # fmt: skip
    with pytest.raises(TypeError):
        query.literal(object())


def test_sql_as_a_parameter_is_filled_in_itself(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "two.sql").write_text("SELECT * FROM ($inner) WHERE a = $a\n")
    monkeypatch.setattr(query, "SQL", tmp_path)
    given = {"inner": query.Sql("SELECT $a AS a"), "a": "x"}
    assert query.fill("two", given) == "SELECT * FROM (SELECT 'x' AS a) WHERE a = 'x'"
    with pytest.raises(KeyError):
        query.fill("two", {"inner": given["inner"]})


# --- the ladder ---


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
    row = computed(con)[NORTH]
    assert (row.value, row.status, row.rung, row.basis) == (
        "USD 10.0K–15.0K per month", "published", "open adverts", "advertised",
    )  # fmt: skip
    assert (row.n_jobs, row.n_employers, row.window_days, row.code_version) == (420, 61, None, "9.9")
    assert row.sources == ("ashby", "ecb_rates")
    assert row.snapshots == ("ashby/b.warc.gz", "ashby/a.warc.gz", "ecb/1")


def test_low_confidence_is_said_in_the_value(con: duckdb.DuckDBPyConnection, put: Put, cell: Cell) -> None:
    put(mart_tables.SalaryBands, cell(status="low", reason="few employers"))
    row = computed(con)[NORTH]
    assert row.value == "USD 10.0K–15.0K per month (low confidence)"
    assert (row.status, row.reason) == ("low", "few employers")
    assert "Low confidence: few employers." in notes.note(row)


def test_what_is_tied_to_a_place_stands_behind_that_place(con: duckdb.DuckDBPyConnection, put: Put, cell: Cell) -> None:
    put(mart_tables.SalaryBands, cell(), cell(region="Western Europe"), cell(region="Northern Europe"))
    for country, region in (("US", "Northern America"), ("DE", "Western Europe"), ("SE", "Northern Europe")):
        put(tables.Countries, {"country": country, "alpha3": f"{country}X", "name": country, "region": region})
    put(tables.Postings, posting(1, **paid(), warc="ashby/1"), posting(2, **paid(), warc="ashby/2"))
    ends = {"low": 1e5, "high": 2e5, "annual_low": 1e5, "annual_high": 2e5, "currency": "EUR", "period": "year"}
    dollars = {"annual_low_usd": 1e5, "annual_high_usd": 2e5}
    zone = {"posting_id": "ashby:2", "component": "base", "is_headline_in_country": True, **ends, **dollars}
    rate = {"fx_source": "ecb_rates", "fx_on": AS_OF}
    put(tables.PostingPay, {**zone, "position": 1, "country": "DE", **rate})
    put(tables.PostingPay, {**zone, "position": 2, "country": "SE", "flag": "high_over_4x_low"})
    quote = {"source": "ecb_rates", "rate_on": AS_OF, "base": "EUR", "currency": "USD", "rate": 1.1, "warc": "ecb/1"}
    put(tables.ExchangeRates, quote)
    found = computed(con)
    assert found[NORTH].snapshots == ("ashby/2", "ashby/1")
    assert found["band.western_europe.mid_senior"].snapshots == ("ashby/2", "ecb/1")
    assert found["band.northern_europe.mid_senior"].snapshots == ()


def answered(put: Put, number: int, source: str, board: str | None, day: date, **changed: Any) -> None:
    at = datetime.combine(day, datetime.min.time())
    row = {
        "warc": f"w{number}", "record": 0, "source": source, "board": board, "observed_at": at, "is_complete": True,
        "http_status": 200,
    }  # fmt: skip
    put(ops_tables.Responses, row | changed)


def test_a_figure_was_read_when_half_of_its_adverts_were_last_looked_for(
    con: duckdb.DuckDBPyConnection, put: Put, cell: Cell
) -> None:
    put(mart_tables.SalaryBands, cell())
    seen_on = {"old": date(2026, 7, 28), "fresh": AS_OF, "x": date(2026, 7, 7)}

    def list_advert(number: int, board: str, **said: Any) -> dict[str, Any]:
        seen_at = datetime.combine(seen_on[board], datetime.min.time())
        times = dict.fromkeys(("first_seen_at", "version_from", "last_seen_at"), seen_at)
        return posting(number, **paid(), **times, board=board, **said)

    for number in range(10):
        put(tables.Postings, list_advert(number, "fresh" if number < 4 else "old"))
    answered(put, 1, "ashby", "old", date(2026, 7, 27))
    answered(put, 2, "ashby", "old", date(2026, 8, 1), is_complete=False, n_rows=5)  # not the whole list
    answered(put, 3, "ashby", "old", date(2026, 8, 2), is_complete=False)  # a failed answer: nothing was read
    answered(put, 4, "ashby", "old", AS_OF + timedelta(days=1))  # nothing later leaks in
    first = computed(con)[NORTH]
    assert (first.read_on, first.period_from, first.period_to) == (seen_on["old"], seen_on["old"], AS_OF)
    put(tables.Postings, list_advert(10, "fresh"), list_advert(11, "fresh"))
    assert computed(con)[NORTH].read_on == seen_on["old"], "half and half: the older"
    put(tables.Postings, list_advert(12, "fresh"))
    assert computed(con)[NORTH].read_on == AS_OF
    put(tables.Postings, list_advert(13, "x", source="lever"))
    found = computed(con)
    assert found[NORTH].read_on == seen_on["x"], "a figure is as old as its oldest source"
    of_each = (
        SourceContribution(source="ashby", n=13, read_on=AS_OF),
        SourceContribution(source="lever", n=1, read_on=seen_on["x"]),
    )
    assert found[NORTH].behind == found["bands.regions"].behind == of_each
    assert notes.credit(found[NORTH], {"ashby": "Ashby"}) == "Ashby 13, lever 1"
    alone = dataclasses.replace(found[NORTH], sources=("ashby", "ecb_rates"), behind=of_each[:1])
    assert notes.credit(alone) == "ashby, ecb_rates", "of one source, n is that of the figure"
    assert found["bands.regions"].read_on == found["bands.regions"].period_from == seen_on["x"]
    assert found["outlook.gdp_2030"].read_on is None


PAIRED = {"employment_type": "FULL_TIME", "role": "ai_engineer"}


def test_the_day_of_reports_is_that_of_their_snapshot(con: duckdb.DuckDBPyConnection, put: Put, cell: Cell) -> None:
    put(mart_tables.SalaryBands, cell(basis="advertised_third_party", window_days=0, status="low", reason="pairs"))
    report = {
        "source": "pairs", "basis": "advertised_third_party", "role_group": "ai_engineering", "seniority": "senior",
        "region": "Northern America", "warc": "pairs/1", "snapshot_on": date(2025, 8, 3), "year": 2025, "title": "t",
        "currency": "USD", "country": "US", "pair_row": 1, **PAIRED,
    }  # fmt: skip
    put(tables.PayReports, {**report, "row": 1, "pay_usd_stated": 1e5}, {**report, "row": 2, "pay_usd_stated": 2e5})
    answered(put, 1, "pairs", None, date(2025, 8, 3))
    row = computed(con)[NORTH]
    assert (row.sources, row.snapshots, row.read_on) == (("pairs",), ("pairs/1",), date(2025, 8, 3))
    assert row.behind == (SourceContribution(source="pairs", n=1, read_on=date(2025, 8, 3)),), "a pair is one advert"
    store(con, put, [row])
    put(mart_tables.SalaryBands, cell(as_of=AS_OF + timedelta(days=1), **SUPPRESSED))
    assert computed(con, AS_OF + timedelta(days=1))[NORTH].read_on == date(2025, 8, 3), "what is carried keeps its day"


STATED = ("stated_low", "stated_high", "stated_n_jobs", "stated_n_employers", "stated_status", "stated_reason")
FEW = "not enough data (n = 9; 30 needed)"


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ({"band_low": 130_000.0, "band_high": 170_000.0, "n_jobs": 310, "n_employers": 44},
         (130_000.0, 170_000.0, 310, 44, "published", None)),
        ({"band_low": None, "band_high": None, "n_jobs": 9, "n_employers": 4, "status": "suppressed", "reason": FEW},
         (None, None, 9, 4, "suppressed", FEW)),
        (None, (None,) * 6),
    ],
)  # fmt: skip
def test_the_band_of_stated_levels_stands_beside(
    con: duckdb.DuckDBPyConnection, put: Put, cell: Cell, stated: dict[str, Any] | None, expected: tuple[Any, ...]
) -> None:
    put(mart_tables.SalaryBands, cell())
    if stated is not None:
        put(mart_tables.SalaryBands, cell(seniority_group="mid_senior_stated", **stated))
    row = computed(con)[NORTH]
    assert [tuple(r[name] for name in STATED) for r in notes.rows_of(row)] == [expected]
    assert (row.value, row.n_jobs) == ("USD 10.0K–15.0K per month", 420)


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
    put(mart_tables.SalaryBands, cell(basis=basis, seniority_group=group, **place))
    row = computed(con)["entry.us" if group == "entry" else NORTH]
    assert expected in notes.note(row)
    gathered = notes.table(computed(con)["entries.countries" if group == "entry" else "bands.regions"])
    assert gathered is not None and expected[1:] in " ".join(gathered.below)


SUPPRESSED = {"status": "suppressed", "reason": "not enough data (n = 3; 30 needed)", "n_jobs": 3, "n_employers": 2}
RUNGS = [
    ("SalaryBands", {"basis": "advertised_third_party", "window_days": 0, "status": "low", "reason": "pairs"},
     "third-party adverts",
     "USD 10.0K–15.0K per month (adverts collected by a third party, employers unknown; low confidence)"),
    ("SalaryBands", {"basis": "reported", "window_days": 0, "status": "low", "reason": "survey"}, "reported",
     "USD 10.0K–15.0K per month (earnings that people report in surveys; low confidence)"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "changed", "rung", "value"), RUNGS)
def test_each_lower_rung_is_named(
    con: duckdb.DuckDBPyConnection, put: Put, cell: Cell, table: str, changed: dict[str, Any], rung: str, value: str
) -> None:
    put(mart_tables.SalaryBands, cell(**SUPPRESSED, band_low=None, band_high=None))
    put(getattr(mart_tables, table), cell(**changed))
    row = computed(con)[NORTH]
    assert (row.rung, row.value) == (rung, value)
    assert row.basis == changed["basis"]


def test_a_rung_above_is_never_blended_with_one_below(con: duckdb.DuckDBPyConnection, put: Put, cell: Cell) -> None:
    put(mart_tables.SalaryBands, cell(), cell(basis="reported", band_low=1.0, status="low", reason="survey"))
    row = computed(con)[NORTH]
    assert row.rung == "open adverts"
    assert [r["band_low"] for r in notes.rows_of(row)] == [120_000.0]


def test_the_last_accepted_value_is_kept_with_its_date_and_nothing_later_leaks_in(
    con: duckdb.DuckDBPyConnection, put: Put, cell: Cell
) -> None:
    put(mart_tables.SalaryBands, cell(as_of=date(2026, 5, 2)), cell(as_of=date(2026, 9, 1), band_low=60_000.0))
    for day in (date(2026, 5, 2), date(2026, 9, 1)):
        store(con, put, [computed(con, day)[NORTH]])
    put(mart_tables.SalaryBands, cell(**SUPPRESSED, band_low=None, band_high=None))
    row = computed(con)[NORTH]
    assert row.value == "USD 10.0K–15.0K per month (read 2 May 2026)"
    assert (row.rung, row.status) == ("last accepted value", "stale")
    assert row.reason == "not enough data (n = 3; 30 needed); value of 2 May 2026 kept"
    store(con, put, [row])
    later = computed(con, AS_OF + timedelta(days=1))[NORTH]
    assert later.value == row.value, "a value that was kept once is not kept as if it were new"


READ_ON = date(2026, 6, 1)
"""The day on which the adverts of the clock's tests were read."""
STATES = [(0, "published"), (1, "published"), (45, "published"), (46, "stale"), (200, "stale"), (400, "stale"),
          (401, "suppressed"), (500, "suppressed")]  # fmt: skip


@pytest.mark.parametrize(("later", "status"), STATES)
@pytest.mark.parametrize("is_remembered", [False, True], ids=["computed that day alone", "with the day of the reading"])
def test_days_without_data_change_the_status_and_nothing_else(
    later: int, status: str, is_remembered: bool, con: duckdb.DuckDBPyConnection, put: Put, cell: Cell
) -> None:
    day = READ_ON + timedelta(days=later)
    seen_at = datetime.combine(READ_ON, datetime.min.time())
    put(tables.Postings, posting(1, **paid(), first_seen_at=seen_at, version_from=seen_at, last_seen_at=seen_at))
    for on in {READ_ON, day}:
        put(mart_tables.SalaryBands, cell(as_of=on))
    first = computed(con, READ_ON)[NORTH]
    if is_remembered and later:
        store(con, put, [first])
    row = computed(con, day)[NORTH]
    assert row.status == status
    assert (row.period_from, row.period_to) == ((None, None) if status == "suppressed" else (READ_ON, READ_ON))
    if status == "suppressed":
        assert notes.value(row) == "withheld: nothing newer than 1 June 2026 was read"
        return
    unchanged = ("bare_value", "value_json", "n_jobs", "n_employers", "period_from", "period_to", "rung")
    assert [getattr(row, name) for name in unchanged] == [getattr(first, name) for name in unchanged]
    words = " (read 1 June 2026)" if status == "stale" else ""
    assert row.value == f"{first.value}{words}"


def test_a_value_that_was_kept_is_withheld_when_its_period_is_too_old(
    con: duckdb.DuckDBPyConnection, put: Put, cell: Cell
) -> None:
    put(mart_tables.SalaryBands, cell(as_of=READ_ON))
    store(con, put, [dataclasses.replace(computed(con, READ_ON)[NORTH], period_from=READ_ON, period_to=READ_ON)])
    for later, status in ((400, "stale"), (401, "suppressed")):
        day = READ_ON + timedelta(days=later)
        put(mart_tables.SalaryBands, cell(**SUPPRESSED, as_of=day, band_low=None, band_high=None))
        assert computed(con, day)[NORTH].status == status


def test_a_value_by_a_definition_of_before_is_not_kept(con: duckdb.DuckDBPyConnection, put: Put, cell: Cell) -> None:
    put(mart_tables.SalaryBands, cell(as_of=READ_ON))
    first = computed(con, READ_ON)[NORTH]
    store(con, put, [dataclasses.replace(first, rung="advertised, 365 days", period_from=READ_ON, period_to=READ_ON)])
    day = READ_ON + timedelta(days=9)
    put(mart_tables.SalaryBands, cell(**SUPPRESSED, as_of=day, band_low=None, band_high=None))
    assert computed(con, day)[NORTH].status == "suppressed"


@pytest.mark.parametrize(("n_jobs", "rung"), [(140, "open adverts"), (139, "last accepted value")])
def test_what_is_left_of_a_frame_does_not_take_its_place(
    n_jobs: int, rung: str, con: duckdb.DuckDBPyConnection, put: Put, cell: Cell
) -> None:
    put(mart_tables.SalaryBands, cell(as_of=READ_ON))
    store(con, put, [dataclasses.replace(computed(con, READ_ON)[NORTH], period_from=READ_ON, period_to=READ_ON)])
    for later, expected in ((9, rung), (401, "open adverts")):
        day = READ_ON + timedelta(days=later)
        put(mart_tables.SalaryBands, cell(as_of=day, n_jobs=n_jobs))
        row = computed(con, day)[NORTH]
        assert row.rung == expected
        if row.status == "stale":
            assert row.reason == "of 420 jobs 139 are left in boards that are still read; value of 1 June 2026 kept"


@pytest.mark.parametrize(("year", "status"), [(2025, "suppressed"), (2027, "low")])
def test_what_others_collected_stands_only_where_it_is_newer(
    year: int, status: str, con: duckdb.DuckDBPyConnection, put: Put, cell: Cell
) -> None:
    put(mart_tables.SalaryBands, cell(as_of=READ_ON))
    store(con, put, [dataclasses.replace(computed(con, READ_ON)[NORTH], period_from=READ_ON, period_to=READ_ON)])
    day = READ_ON + timedelta(days=401)
    low = {"basis": "advertised_third_party", "status": "low", "reason": "pairs"}
    put(mart_tables.SalaryBands, cell(**SUPPRESSED, as_of=day, band_low=None), cell(**low, as_of=day))
    pair: dict[str, Any] = {
        "source": "pairs", "basis": "advertised_third_party", "year": year,
        "snapshot_on": day if year == 2027 else date(2026, 1, 15), "title": "t",
        "pair_row": 1, "warc": "pairs/1", **PAIRED, "role_group": "ai_engineering", "seniority": "senior",
        "country": "US", "region": "Northern America", "currency": "USD",
    }  # fmt: skip
    put(tables.PayReports, *({**pair, "row": end, "pay_usd_stated": 1e5 + end} for end in (1, 2)))
    assert computed(con, day)[NORTH].status == status


def test_withheld_says_how_many_there_were(con: duckdb.DuckDBPyConnection, put: Put, cell: Cell) -> None:
    put(mart_tables.SalaryBands, cell(**SUPPRESSED, band_low=None, band_high=None))
    row = computed(con)[NORTH]
    assert (row.value, row.value_json, row.rung, row.status) == (None, None, "withheld", "suppressed")
    assert notes.value(row) == "withheld: not enough data (n = 3; 30 needed)"
    assert computed(con)["band.polynesia.mid_senior"].reason == "not enough data (n = 0; 30 needed)"


def test_what_may_not_be_republished_is_passed_over(con: duckdb.DuckDBPyConnection, put: Put, cell: Cell) -> None:
    put(mart_tables.SalaryBands, cell(basis="advertised_third_party", window_days=0, status="low", reason="pairs"))
    report = {
        "source": "pairs", "basis": "advertised_third_party", "role_group": "ai_engineering", "seniority": "senior",
        "region": "Northern America", "warc": "pairs/1", "snapshot_on": date(2025, 8, 3), "year": 2025, "title": "t",
        "currency": "USD", "country": "US", "pair_row": 1, **PAIRED,
    }  # fmt: skip
    put(tables.PayReports, {**report, "row": 1, "pay_usd_stated": 1e5}, {**report, "row": 2, "pay_usd_stated": 2e5})
    assert computed(con)[NORTH].status == "low"
    put(tables.Sources, {"source": "pairs", "is_republishable": False})
    row = computed(con)[NORTH]
    assert (row.status, row.value, row.snapshots) == ("suppressed", None, ())


def test_a_missing_interval_is_said_and_not_nan(con: duckdb.DuckDBPyConnection, put: Put, cell: Cell) -> None:
    ends = dict.fromkeys(("band_low_lo", "band_low_hi", "band_high_lo", "band_high_hi"), float("nan"))
    put(mart_tables.SalaryBands, cell(**ends))
    row = computed(con)[NORTH]
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
    found = computed(con)
    assert found["entry.ca"].value == "USD 70K–90K per year, median USD 80K"
    assert "In local money CAD 96K–123K, 44 jobs." in notes.note(found["entry.ca"])
    table = notes.table(found["entries.countries"])
    assert table is not None and table.rows[0][:4] == ("Canada", "USD 70K–90K", "80K", "CAD 96K–123K")


def test_the_table_of_regions_keeps_each_rung_and_names_the_withheld(
    con: duckdb.DuckDBPyConnection, put: Put, cell: Cell
) -> None:
    put(mart_tables.SalaryBands, cell(), cell(region="South America", **SUPPRESSED, band_low=None, band_high=None))
    other = {"basis": "advertised_third_party", "status": "low", "reason": "pairs"}
    put(mart_tables.SalaryBands, cell(region="Western Europe", band_low=60_000.0, p50=90_000.0, **other))
    row = computed(con)["bands.regions"]
    table = notes.table(row)
    assert table is not None
    assert [(r[0], r[-1]) for r in table.rows] == [
        ("US and Canada", "open adverts"),
        ("Western Europe", "third-party adverts"),
    ]
    assert table.below[2] == "Withheld, not enough data: South America (n = 3)."
    assert "Polynesia" in table.below[3]
    assert (row.rung, row.n_jobs, row.n_employers) == ("named in each row", None, None)
    assert row.value is not None and row.value.endswith("20 more withheld")


# --- skills and roles ---


def demand(skill: str, share: float | None, **changed: Any) -> dict[str, Any]:
    usual = {
        "category": "Programming Languages", "n_employers": 40, "n_unknown": 9, "share": share,
        "share_lo": None if share is None else share - 0.02, "share_hi": None if share is None else share + 0.02,
        "rank": 1, "category_rank": 1, "status": "published", "reason": None, "zero_share_hi": 0.02,
    }  # fmt: skip
    n_yes = 0 if share is None else round(400 * share)
    row = share_row(AS_OF, changed.pop("measure", "skill_asked"), skill, 400, n_yes, **usual)
    return row | changed


def test_a_ranking_is_in_order_and_keeps_to_its_cell(con: duckdb.DuckDBPyConnection, put: Put) -> None:
    put(
        mart_tables.Shares,
        demand("SQL", 0.4, category_rank=2),
        demand("Python", 0.8),
        demand("Go", 0.9, measure="skill_any"),
        demand("Rust", 0.9, role_group="data"),
        demand("C", 0.9, region="Western Europe", region_level="region"),
        demand("Perl", 0.9, as_of=AS_OF - timedelta(days=1)),
        demand("Docker", 0.9, category="MLOps and Deployment"),
    )
    row = computed(con)["skills.programming_languages"]
    assert row.value == "Python 80%, SQL 40%"
    assert (row.n_jobs, row.status, row.basis) == (400, "published", "postings")


def test_a_ranking_of_a_small_cell_is_withheld(con: duckdb.DuckDBPyConnection, put: Put) -> None:
    few = {"status": "suppressed", "reason": "not enough data (n = 12; 30 needed)", "n_jobs": 12, "n_yes": 3, "n_no": 9}
    few |= {"form": None, "zero_share_hi": None}
    put(mart_tables.Shares, demand("Python", None, **few))
    row = computed(con)["skills.programming_languages"]
    assert (row.status, row.reason) == ("suppressed", "not enough data (n = 12; 30 needed)")


def test_skills_of_the_2026_guide_are_found_by_name_or_alias(con: duckdb.DuckDBPyConnection, put: Put) -> None:
    category = {"category": "Programming Languages"}
    put(
        tables.Skills,
        {"skill": "Python", "aliases": ["Py"], **category},
        {"skill": "Amazon Web Services", "aliases": ["AWS"], **category},
        {"skill": "R", "aliases": [], **category},
        {"skill": "RStudio", "aliases": ["R"], **category},
        {"skill": "Calculus", "aliases": [], **category},
        {"skill": "API Design", "aliases": [], **category},
        {"skill": "APIs", "aliases": [], **category},
        {"skill": "REST APIs", "aliases": [], **category},
        {"skill": "Optimization", "aliases": [], **category},
    )
    wide = {"form": "interval", "share_lo": 0.12, "share_hi": 0.46}
    put(
        mart_tables.Shares,
        demand("Python", 0.8),
        demand("Amazon Web Services", 0.2, rank=2, **wide),
        demand("R", 0.04, rank=3),
        demand("RStudio", 0.5),
        demand("APIs", 0.05, rank=4),
        demand("REST APIs", 0.06, rank=5),
    )
    found = computed(con)
    rows = {row["word"]: row for row in notes.rows_of(found["skills.baseline"])}
    assert [numbers.verdict(rows[word]) for word in ("Python", "AWS", "R", "calculus", "Keras")] == [
        "essential", "common", "rare", "rare", None,
    ]  # fmt: skip
    assert rows["R"]["share"] == 0.04, "a name goes before an alias"
    assert rows["APIs"]["skill"] == "REST APIs", "of several skills the one most asked for stands for the word"
    assert rows["optimisation"]["skill"] == "Optimization", "of several that nobody asks for, the first declared"
    value = found["skills.baseline"].value
    assert value is not None and value.startswith("essential: Python 80%; common: AWS 12–46%;")
    assert found["skills.baseline"].status == "published"
    assert found["skill.aws"].value == "12–46%", "too wide to name one number"
    assert found["skill.calculus"].value == "0%", "no employer asks for it"
    assert "95% interval 0–2%" in notes.note(found["skill.calculus"]), "and still the interval has an upper end"
    assert found["skill.keras"].reason == "not in the taxonomy of skills"


def test_roles_carry_their_titles(con: duckdb.DuckDBPyConnection, put: Put) -> None:
    put(tables.Roles, {"role": "ai_engineer", "title": "AI engineer", "role_group": "ai_engineering"})
    cell: dict[str, Any] = {"role_group": "ai_jobs", "n_employers": 9, "status": "published", "reason": None}
    cell |= {"share_lo": 0.0, "share_hi": 0.7}
    put(
        mart_tables.Shares,
        share_row(AS_OF, "role", "ai_security", 90, 27, share=0.3, **cell),
        share_row(AS_OF, "role", "ai_engineer", 90, 63, share=0.7, **cell),
        share_row(AS_OF, "role", "ai_architect", 90, 0, share=0.0, **cell),
    )
    assert computed(con)["roles.shares"].value == "AI engineer 70%, ai_security 30%"


# --- shares ---


def computed_from_core(con: duckdb.DuckDBPyConnection, as_of: date = AS_OF) -> dict[str, Figures]:
    """The figures of a day after its shares were computed from core."""
    con.execute("DELETE FROM mart.shares WHERE as_of = ?", [as_of])
    insert(con, mart_tables.Shares, shares(con, as_of))
    return computed(con, as_of)


def offers(put: Put, sizes: list[int], has: Callable[[int, int], bool]) -> None:
    number = 0
    for employer, size in enumerate(sizes):
        for k in range(size):
            pay = {"pay_low": 1.0, "pay_source": "stated"}
            put(tables.Postings, posting(number, employer_id=f"E{employer:02}", **pay))
            base = {"posting_id": f"ashby:{number}", "component": "base", "position": 0}
            put(tables.PostingPay, base)
            if has(employer, k):
                put(tables.PostingPay, {**base, "component": "bonus", "position": 1})
                put(tables.PostingPay, {**base, "component": "equity_percent", "position": 2})
            number += 1


def test_each_share_has_its_own_interval(con: duckdb.DuckDBPyConnection, put: Put) -> None:
    """Equity at one employer; bonuses at all of them, each for a third of its adverts."""
    for number in range(400):
        employer = number % 40
        put(tables.Postings, posting(number, employer_id=f"E{employer:02}", pay_low=1.0, pay_source="stated"))
        base = {"posting_id": f"ashby:{number}", "component": "base"}
        put(tables.PostingPay, {**base, "position": 0})
        if (employer + number // 40) % 3 == 0:
            put(tables.PostingPay, {**base, "component": "bonus", "position": 1})
        if employer == 0:
            put(tables.PostingPay, {**base, "component": "equity", "position": 2})
    row = computed_from_core(con)["additional.share"]
    assert row.status == "published"
    assert row.value == (
        "35% of adverts that state pay offer something beside base pay: equity 2%, bonus 34%, commission 0%"
    )
    rows = {line["item"]: line for line in notes.rows_of(row)}
    assert rows["equity"]["n_employers_asking"] == 1 and rows["bonus"]["n_employers_asking"] == 40
    assert rows["equity"]["share_lo"] < 0.001, "one employer's habit could as well not have been met"
    assert rows["commission"]["share_hi"] > 0, "nobody of forty does not mean nobody"
    table = notes.table(row)
    assert table is not None and [line[0] for line in table.rows] == ["any", "equity", "bonus", "commission"]
    assert table.columns[-2:] == ("Jobs", "Employers")


def test_few_adverts_with_pay_give_no_share(con: duckdb.DuckDBPyConnection, put: Put) -> None:
    offers(put, [5, 5, 5, 5, 5, 4], lambda employer, k: True)
    row = computed_from_core(con)["additional.share"]
    assert (row.status, row.reason) == ("suppressed", "not enough data (n = 29; 30 needed)")


def bonus(number: int, **said: Any) -> dict[str, Any]:
    return {"posting_id": f"ashby:{number}", "position": 1, "component": "bonus", "currency": "EUR", **said}


def test_the_bonus_is_a_median_in_dollars_of_adverts_that_state_it(con: duckdb.DuckDBPyConnection, put: Put) -> None:
    put(tables.Countries, {"country": "US", "alpha3": "USA", "name": "United States", "region": "Northern America"})
    for number in range(41):
        put(tables.Postings, posting(number, country="US", region="Northern America", employer_id=f"e{number}"))
        put(tables.PostingPay, bonus(number, annual_high=1.0, annual_high_usd=10_000.0 + 100 * number))
    put(tables.Postings, posting(99, country="US", region="Northern America"))
    put(tables.PostingPay, bonus(99, annual_high=9e9, usd_reason="no_rate"))
    insert(con, mart_tables.SalaryBands, salary_bands(con, AS_OF))
    row = computed(con)["bonus.northern_america"]
    assert notes.rows_of(row)[0]["p50"] == 12_000.0
    assert (row.value, row.status, row.n_jobs) == ("median USD 12.0K per year", "published", 41)
    assert row.title == "Yearly bonus, where an advert puts a sum on it, United States"


def test_no_figure_of_pay_is_of_the_world(con: duckdb.DuckDBPyConnection, put: Put, cell: Cell) -> None:
    put(mart_tables.SalaryBands, cell(region_level="world", region="World"))
    found = computed(con)
    gone = found["additional.bonus"]
    assert (gone.status, gone.value) == ("suppressed", None)
    assert "see bonus.northern_america" in notes.value(gone)
    paid = [row for row in found.values() if row.unit.startswith("USD per") and row.kind == "measured"]
    assert len(paid) > 20 and all(row.value is None for row in paid)


COUNTS = [
    ([("US", 81, 81), ("CA", 19, 19)], "United States; Canada n = 19, too few"),
    ([("US", 80, 80), ("CA", 20, 20)], "US and Canada"),
    ([("US", 78, 78), ("CA", 0, 10)], "United States; Canada n = 10, too few"),
    ([("US", 160, 160), ("CA", 8, 30), ("CU", 2, 2)], "United States; Canada n = 30; CU n = 2, too few"),
    ([("US", 90, 90), ("several", 9, 0)], "United States"),
    ([("several", 50, 0), ("US", 0, 20)], "US and Canada"),
    ([], "US and Canada"),
]


@pytest.mark.parametrize(("counts", "expected"), COUNTS)
def test_a_region_of_one_country_is_headed_by_that_country(
    con: duckdb.DuckDBPyConnection, put: Put, cell: Cell, counts: list[tuple[str, int, int]], expected: str
) -> None:
    for code, name in (("US", "United States"), ("CA", "Canada")):
        put(tables.Countries, {"country": code, "alpha3": f"{code}X", "name": name})
    put(
        mart_tables.SalaryBands,
        cell(countries=[dict(zip(("country", "n_jobs", "n_paid"), one, strict=True)) for one in counts]),
    )
    found = computed(con)
    row = found[NORTH]
    assert notes.place(row) == expected
    assert row.title == f"Mid-to-senior AI engineering pay, {expected}"
    table = notes.table(found["bands.regions"])
    assert table is not None and table.rows[0][0] == expected


def test_an_amount_with_a_wide_interval_is_printed_as_the_interval(
    con: duckdb.DuckDBPyConnection, put: Put, cell: Cell
) -> None:
    put(
        mart_tables.SalaryBands,
        cell(band_low_lo=90_000.0, band_low_hi=144_000.0, p50_lo=1.4e5, p50_hi=1.6e5),
    )
    found = computed(con)
    row = found[NORTH]
    assert row.value == "lower end between USD 7.5K and 12.0K (95% interval), upper end USD 15.0K per month"
    assert "10.0K" not in f"{row.value} {notes.note(row)}"
    assert "the lower end is between 7% lower and 48% higher and the upper end 16% higher" in notes.note(row)
    table = notes.table(found["bands.regions"])
    assert table is not None and "10.0K" not in " ".join(table.rows[0])


def test_where_few_say_bounds_are_printed(con: duckdb.DuckDBPyConnection, put: Put) -> None:
    for number in range(100):
        workplace = {"workplace": "remote" if number % 3 else "onsite"} if number < 59 else {}
        put(tables.Postings, posting(number, employer_id=f"e{number % 20}", **workplace))
    row = computed_from_core(con)["workplace.remote"]
    expected = "All adverts we read between 39% and 80%: 59% of adverts say where the work is done"
    assert (row.value, row.status) == (expected, "published")
    table = notes.table(row)
    assert table is not None
    line = dict(zip(table.columns, table.rows[0], strict=True))
    assert (line["Of all jobs"], line["Adverts that say"]) == ("39–80%", "59%")
    assert "Share of jobs" not in line and "95% interval" not in line, "neither point nor interval of the known"
    put(tables.Postings, *(posting(100 + n, employer_id="e0", workplace="remote") for n in range(3)))
    found = computed_from_core(con)
    assert found["workplace.remote"].value is not None
    assert found["workplace.remote"].value.endswith(
        "60% of adverts say where the work is done (of all adverts, 41–81%)"
    )


def test_industries_are_bounded_until_enough_are_known(con: duckdb.DuckDBPyConnection, put: Put) -> None:
    for number in range(100):
        put(tables.Postings, posting(number, employer_id=f"e{number % 20}"))
    for number in range(11):
        put(tables.Employers, {"employer_id": f"e{number}", "industry": "finance" if number % 2 else "retail"})
    assert computed_from_core(con)["industries.shares"].value == (
        "retail between 30% and 75%, finance between 25% and 70%: 55% of adverts are of employers whose industry is "
        "known"
    )
    for number in range(11, 16):
        put(tables.Employers, {"employer_id": f"e{number}", "industry": "finance"})
    row = computed_from_core(con)["industries.shares"]
    assert [(r["item"], r["n_asking"]) for r in notes.rows_of(row)] == [("finance", 50), ("retail", 30)]
    assert row.value is not None and row.value.endswith(
        ": 80% of adverts are of employers whose industry is known; of all adverts, finance 50–70%, retail 30–50%"
    )
    assert {r["form"] for r in notes.rows_of(row)} == {"interval"}, "sixteen employers tell little"


def test_shares_of_all_places_are_headed_by_countries_and_sources(con: duckdb.DuckDBPyConnection, put: Put) -> None:
    put(tables.Skills, {"skill": "Python", "category": "Programming Languages", "aliases": []})
    for code, name in (("US", "United States"), ("DE", "Germany"), ("IN", "India"), ("FR", "France")):
        put(tables.Countries, {"country": code, "alpha3": f"{code}X", "name": name, "region": "R"})
    for number in range(100):
        source = "ashby" if number < 70 else "lever"
        put(tables.Postings, posting(number, employer_id=f"e{number % 20}", source=source, language="en"))
        put(tables.PostingSkills, {"posting_id": f"ashby:{number}", "skill": "Python", "requirement": "required"})
        country = "US" if number < 50 else "DE" if number < 80 else "IN" if number < 95 else "FR"
        put(tables.PostingPlaces, {"posting_id": f"ashby:{number}", "position": 0, "country": country})
    found = computed_from_core(con)
    assert notes.scope(found["skills.programming_languages"], {"ashby": "Ashby boards"}) == (
        "In the adverts we read: 100 jobs; largest countries: United States 50%, Germany 30%, India 15%; largest "
        "sources by adverts: Ashby boards 70%, lever 30%"
    )
    assert notes.scope(found["roles.shares"]).startswith("In the adverts we read: 100 jobs; largest countries: United")
    assert notes.scope(found["hiring.difficulty"]) == notes.scope(found[NORTH]) == ""


def watched(put: Put, days: int, first: date) -> None:
    for k in range(days):
        at = datetime.combine(first + timedelta(days=k), datetime.min.time())
        put(
            ops_tables.Responses,
            {"warc": f"w{k}", "record": 0, "source": "ashby", "board": "b", "observed_at": at, "is_complete": True,
             "http_status": 200},
        )  # fmt: skip


def rates(**changed: Any) -> dict[str, Any]:
    """A printed row of mart.closing_rates."""
    row = {
        "as_of": AS_OF, "role_group": "ai_engineering", "region_level": "world", "region": "World", "window_days": 365,
        "period_from": date(2026, 1, 5), "period_to": date(2026, 3, 1), "n_jobs": 2_000, "n_boards": 600,
        "n_even": 150.4, "largest_board": 0.05, "open_days": 9_000.0, "n_closed": 108, "rate": 0.0122,
        "rate_lo": 0.0105, "rate_hi": 0.0141, "status": "published",
    }  # fmt: skip
    return row | changed


COMPARED = {
    "compared_with": "other_engineering", "n_boards_both": 500, "n_even_both": 90.0, "ratio": 0.66, "ratio_lo": 0.5,
    "ratio_hi": 0.87, "ratio_status": "published",
}  # fmt: skip


def test_a_closing_rate_is_printed_with_what_it_rests_on(con: duckdb.DuckDBPyConnection, put: Put) -> None:
    other = rates(role_group="other_engineering", rate=0.0184, rate_lo=0.011, rate_hi=0.03)
    put(mart_tables.ClosingRates, rates(**COMPARED), other)
    row = computed(con)["closing_rate.engineering"]
    assert row.bare_value == (
        "1.2% of open AI engineering adverts close a day, against 1.1–3% of other engineering adverts"
    ), "an interval that is too wide stands without the point"
    note = notes.note(row)
    assert note.startswith("Adverts we read: 2,000 jobs, read 5 January to 1 March 2026.")
    assert "AI engineering: 1.2% a day, 95% interval 1.1–1.4%, 108 closings in 9,000 open days of 600 boards" in note
    assert "Within the same 500 boards, AI engineering adverts close 0.66 times as fast (95% interval 0.5–0.87)" in note
    assert "does not say how hard hiring is" in note and "difficult" not in f"{row.title} {row.value} {note}"


def test_a_comparison_that_does_not_hold_says_what_is_missing(con: duckdb.DuckDBPyConnection, put: Put) -> None:
    few = "not enough boards (9; 10 needed)"
    put(
        mart_tables.ClosingRates,
        rates(**COMPARED | {"ratio": None, "ratio_lo": None, "ratio_hi": None, "ratio_reason": few}),
        rates(role_group="other_engineering", rate=None, rate_lo=None, rate_hi=None, status="suppressed", reason=few),
    )
    row = computed(con)["closing_rate.engineering"]
    assert row.bare_value == "1.2% of open AI engineering adverts close a day"
    assert f"Not compared within boards: {few}" in notes.note(row)


def test_a_closing_rate_is_withheld_with_its_reason(con: duckdb.DuckDBPyConnection, put: Put) -> None:
    row = computed(con)["closing_rate.engineering"]
    assert (row.status, row.n_jobs) == ("suppressed", 0)
    assert row.reason is not None and "a board must be read completely three times, at most 35 days apart" in row.reason
    put(mart_tables.ClosingRates, rates(rate=None, rate_lo=None, rate_hi=None, status="suppressed", reason="not yet"))
    assert computed(con)["closing_rate.engineering"].reason == "not yet"


def test_the_old_name_of_a_figure_gives_the_new_one(con: duckdb.DuckDBPyConnection, put: Put) -> None:
    put(mart_tables.ClosingRates, rates(**COMPARED))
    rows = computed(con)
    old, new = rows["hiring.difficulty"], rows["closing_rate.engineering"]
    assert (old.value, old.reason, old.sql) == (new.value, new.reason, new.sql)
    assert notes.note(old) == f"Deprecated: hiring.difficulty is now closing_rate.engineering. {notes.note(new)}"
    assert catalogue.displays_of("hiring.difficulty") == ()


def test_what_a_figure_says_does_not_change_with_the_day_alone(con: duckdb.DuckDBPyConnection, put: Put) -> None:
    """An age in a reason would be another one every night, and the row stored again."""
    watched(put, 20, date(2026, 8, 1))
    nights = [computed_from_core(con, AS_OF + timedelta(days=number)) for number in (0, 1)]
    said = [
        {name: (row.value, row.value_json, row.reason, row.n_jobs) for name, row in night.items()} for night in nights
    ]
    assert said[0] == said[1]


# --- cited ---


def test_cited_figures_name_their_source_and_go_stale(con: duckdb.DuckDBPyConnection) -> None:
    fresh = computed(con)["outlook.gdp_2030"]
    assert fresh.value == "up to USD 15.7 trillion by 2030 (cited; PwC)"
    assert (fresh.kind, fresh.status, fresh.sources) == ("cited", "published", ("PwC",))
    assert "27 June 2017" in notes.note(fresh) and "Verify again by 30 June 2027." in notes.note(fresh)
    assert warn_of_outdated([fresh]) == []
    stale = computed(con, date(2028, 1, 1))["outlook.gdp_2030"]
    assert stale.status == "low" and stale.value is not None and stale.value.endswith("not verified again in time)")
    assert len(warn_of_outdated([stale])) == 1 and "PwC" in warn_of_outdated([stale])[0]


def test_a_claim_without_source_is_never_published_as_sure(con: duckdb.DuckDBPyConnection) -> None:
    row = computed(con)["outlook.shortfall"]
    assert (row.status, row.value) == ("low", "30–40% over the next few years (cited; source unknown)")


# --- the ledger as a whole ---


def filled(con: duckdb.DuckDBPyConnection, put: Put, cell: Cell) -> None:
    put(tables.Countries, {"country": "US", "alpha3": "USA", "name": "United States"})
    put(mart_tables.SalaryBands, cell(), cell(region_level="country", region="US", seniority_group="entry"))
    put(tables.Skills, {"skill": "Python", "category": "Programming Languages", "aliases": []})
    put(mart_tables.Shares, demand("Python", 0.8))
    offers(put, [4] * 10, lambda employer, k: k == 0)
    insert(con, mart_tables.Shares, shares(con, AS_OF))


def test_each_printed_figure_can_be_run_again_from_its_sql(
    con: duckdb.DuckDBPyConnection, put: Put, cell: Cell
) -> None:
    filled(con, put, cell)
    rows = computed(con)
    store(con, put, list(rows.values()))
    run = 0
    for row in rows.values():
        assert row.status in CELL_STATES
        if row.kind == "cited":
            assert row.sql is None
            continue
        assert row.sql is not None and "$" not in row.sql
        answer = con.execute(row.sql)
        names = [column[0] for column in answer.description]
        again = [dict(zip(names, values, strict=True)) for values in answer.fetchall()]
        if row.value_json and row.figure not in ("bands.regions", "entries.countries"):
            printed = json.loads(row.value_json)
            assert json.loads(json.dumps(again)) == printed
            assert all(line["status"] in ("published", "low") for line in printed if "share" in line)
            run += 1
    assert run >= 5


def test_the_same_rows_give_the_same_ledger(con: duckdb.DuckDBPyConnection, put: Put, cell: Cell) -> None:
    filled(con, put, cell)
    first = compute_figures(con, AS_OF, code_version="1")
    store(con, put, first)
    assert compute_figures(con, AS_OF, code_version="1") == first, "the ledger of the day itself changes nothing"


def test_compute_writes_nothing(put: Put, con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "market.duckdb"
    con.execute(f"ATTACH '{path}' AS market; COPY FROM DATABASE memory TO market; DETACH market")
    with duckdb.connect(str(path), read_only=True) as reader:
        assert compute_figures(reader, AS_OF, code_version="1")


def test_ledger_rows_fit_their_table(con: duckdb.DuckDBPyConnection, put: Put, cell: Cell) -> None:
    filled(con, put, cell)
    store(con, put, compute_figures(con, AS_OF, code_version="1"))
    assert "CHECK" in ddl(mart_tables.Figures)
    counted = con.execute("SELECT count(*), count(DISTINCT figure) FROM mart.figures").fetchone()
    assert counted is not None and counted[0] == counted[1] == len(declarations(con))


def test_explain_tells_everything(con: duckdb.DuckDBPyConnection, put: Put, cell: Cell) -> None:
    put(mart_tables.SalaryBands, cell(as_of=date(2026, 8, 16)), cell())
    put(mart_tables.SalaryBands, cell(basis="reported", status="low", reason="survey"))
    put(tables.Postings, posting(1, **paid(), warc="ashby/2026-08-16T010203Z.warc.gz"))
    answered(put, 1, "ashby", "b", date(2026, 8, 16))
    for day in (date(2026, 8, 16), AS_OF):
        store(con, put, [computed(con, day)[NORTH]])
    text = explain_figure(con, NORTH)
    for expected in (
        "band.northern_america.mid_senior on 2026-08-17",
        "USD 10.0K–15.0K per month",
        "420 jobs of 61 employers",
        "95% interval of the lower end USD 9.6K–10.3K",
        "ashby/2026-08-16T010203Z.warc.gz (2026-08-16)",
        "period      read 17 August 2026",
        "open adverts: published (n = 420)",
        "ashby 1",
        "2026-08-16 published: USD 10.0K–15.0K per month",
        "FROM mart.salary_bands",
        "USD 8.1K–12.9K per month in North America (no source named)",
    ):
        assert expected in text, expected
    assert "on 2026-08-16" in explain_figure(con, NORTH, date(2026, 8, 16))


def test_explain_of_every_kind_of_figure_works(con: duckdb.DuckDBPyConnection, put: Put, cell: Cell) -> None:
    filled(con, put, cell)
    store(con, put, compute_figures(con, AS_OF, code_version="1"))
    for name in declarations(con):
        assert explain_figure(con, name).startswith(f"{name} on 2026-08-17\n")


def test_explain_of_what_is_not_there(con: duckdb.DuckDBPyConnection) -> None:
    assert "run the pipeline first" in explain_figure(con, NORTH)
    with pytest.raises(UnknownFigureError, match=r"did you mean .*band\.northern_america\.mid_senior"):
        explain_figure(con, "band.north_america.mid_senior")
