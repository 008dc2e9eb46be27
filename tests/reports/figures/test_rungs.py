"""Which rung gives a figure its value, when that changes, and what is printed if none does."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import pytest

from reports.figures import ladder, vintages
from reports.figures.addresses import declare
from reports.figures.catalogue import declarations
from reports.figures.declared.pay_figures import say_instead
from reports.figures.explain import explain_figure
from reports.figures.ladder import inputs_of, parameters_of
from reports.figures.places import PLACES
from reports.wording import frame, notes
from reports.wording.work import WORKS
from tests.builders import share_row
from tests.reports.figures.ledger_builders import (
    AS_OF,
    NORTH,
    PAIRS,
    READ_ON,
    SUPPRESSED,
    US,
    Cell,
    Put,
    computed,
    computed_one,
    paid,
    posting,
    put_pair,
    store,
)
from transforms.records.vocabulary import AI_JOBS, LADDER_STEPS, LEVEL_GROUPS
from warehouse import mart_tables, tables
from warehouse.mart_tables import Figures

COUNTRY = "pay.us.ai_engineering.mid_senior"
OF_COUNTRY = {"region_level": "country", "region": "US"}
SCIENCE = "AI research and data science counted with AI engineering"
WAGES = {
    **dict.fromkeys(("band_low", "band_low_lo", "band_low_hi", "band_high", "band_high_lo", "band_high_hi")),
    "pay_market": "all", "p25": 96_000.0, "p50": 132_000.0, "p75": 192_000.0, "n_employers": None, "status": "low",
}  # fmt: skip
IN_THE_NAME = ["", "with AI science", "every level", "collected by others, core AI roles", "a survey, core AI roles",
               "a survey, every level", "official wages, every level"]  # fmt: skip
"""What the name of a row says, by rung."""
RUNGS: list[tuple[str, dict[str, Any], str]] = [
    ("open adverts, paid there", {}, "USD 120K–180K per year, median USD 150K"),
    ("open adverts, with AI science", {"role_group": "ai_core"},
     f"USD 120K–180K per year, median USD 150K ({SCIENCE})"),
    ("open adverts, every level", {"seniority_group": "all"},
     "USD 120K–180K per year, median USD 150K (every level counted)"),
    ("third-party adverts, core AI roles", PAIRS,
     "USD 120K–180K per year, median USD 150K (adverts collected by a third party, employers unknown, "
     f"{SCIENCE}; low confidence)"),
    ("reported, core AI roles", {"basis": "reported", "role_group": "ai_core", "reason": "survey", **WAGES},
     "median USD 132K per year, a quarter at or below USD 96K and a quarter at or above USD 192K (earnings that "
     f"people report in surveys, {SCIENCE}; low confidence)"),
    ("reported, every level",
     {"basis": "reported", "role_group": "ai_core", "seniority_group": "all", "reason": "survey", **WAGES},
     "median USD 132K per year, a quarter at or below USD 96K and a quarter at or above USD 192K (earnings that "
     f"people report in surveys, {SCIENCE}, every level counted; low confidence)"),
    ("official wages",
     {"basis": "official", "role_group": "ai_science", "role": "data_scientist", "seniority_group": "all",
      "reason": "15-2051 Data Scientists, May 2024: an occupation near the role, not the role itself", **WAGES},
     "median USD 132K per year, a quarter at or below USD 96K and a quarter at or above USD 192K (official wages "
     "of an occupation near the role data_scientist, every level counted; low confidence)"),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(RUNGS)), ids=[name for name, _, _ in RUNGS])
def test_the_best_rung_that_holds_is_taken_and_says_what_it_is(
    number: int, con: duckdb.DuckDBPyConnection, put: Put, cell: Cell
) -> None:
    put(tables.Countries, US)
    put(mart_tables.SalaryBands, *(cell(**OF_COUNTRY | changes) for _, changes, _ in RUNGS[number:]))
    row = computed_one(con, COUNTRY)
    rung, changes, value = RUNGS[number]
    assert (row.rung, row.value) == (rung, value)
    assert row.basis == changes.get("basis", "advertised")
    assert say_instead(row.rung, row.basis or "", "mid_senior") == IN_THE_NAME[number]
    instead = notes.say_instead(row)
    assert bool(instead) is bool(number), "the first rung is what was asked for"
    assert all(words in (row.qualifier or "") for words in (instead or "").split("; "))
    assert [r["seniority_group"] for r in notes.rows_of(row)] == [changes.get("seniority_group", "mid_senior")]


def test_official_wages_are_no_band_and_those_of_the_nearest_role(
    con: duckdb.DuckDBPyConnection, put: Put, cell: Cell
) -> None:
    put(tables.Countries, US)
    put(tables.Roles, {"role": "data_scientist", "title": "Data scientist", "role_group": "ai_science"})
    wages = OF_COUNTRY | RUNGS[-1][1]
    put(mart_tables.SalaryBands, cell(**wages | {"role": "ai_researcher", "p50": 1e6}), cell(**wages))
    row = computed_one(con, COUNTRY)
    assert row.value is not None and row.value.startswith("median USD 132K per year")
    assert "of an occupation near the role Data scientist, every level counted" in row.value
    text = f"{row.value} {notes.note(row)}"
    assert "96K–192K" not in text and "USD 96K to" not in text
    assert "no ends of a band of adverts" in text and "15-2051 Data Scientists, May 2024" in text


def test_official_wages_name_the_row_of_the_office_and_its_month(
    con: duckdb.DuckDBPyConnection, put: Put, cell: Cell
) -> None:
    put(tables.Countries, US)
    put(mart_tables.SalaryBands, cell(**OF_COUNTRY | RUNGS[-1][1]))
    wage = {
        "source": "bls", "area": "99", "occupation": "15-2051", "country": "US", "currency": "USD",
        "annual_p50": 132_000.0, "warc": "bls/2", "period_on": date(2026, 5, 1), "period_to": date(2026, 5, 31),
        "is_national": True, "periods_per_year": 1.0,
    }  # fmt: skip
    put(
        tables.OfficialWages, wage, wage | {"occupation": "15-1252", "annual_p50": 1.0, "warc": "bls/2"},
        wage | {"period_on": date(2025, 5, 1), "period_to": date(2025, 5, 31), "warc": "bls/1"},
        wage | {"area": "06", "is_national": False, "warc": "bls/3"},
    )  # fmt: skip
    row = computed_one(con, COUNTRY)
    assert (row.sources, row.snapshots) == (("bls",), ("bls/2",))
    assert (row.period_from, row.period_to) == (date(2026, 5, 1), date(2026, 5, 31))
    assert row.value is not None and "every level counted; wages of May 2026; low confidence)" in row.value


@pytest.mark.parametrize("every", [11, pytest.param(1, marks=pytest.mark.long)])
def test_a_rung_changes_neither_the_place_nor_the_pay_market(
    every: int, con: duckdb.DuckDBPyConnection, put: Put
) -> None:
    put(tables.Countries, US)
    works = (work for work in WORKS if work != AI_JOBS)
    names = [f"{kind}.{place}.{work}.{level}" for work in works for place in PLACES
        for kind in ("pay", "foreign_currency") for level in LEVEL_GROUPS][::every]  # fmt: skip
    inputs = inputs_of(con, AS_OF)
    n_rungs = 0
    for figure in (*declarations(con).values(), *map(declare, names)):
        if figure.unit != "USD per year" or figure.id.startswith(("bonus.", "reported.")):
            continue
        market = "cross_border" if figure.id.startswith("foreign_currency.") else "local"
        for rung in figure.rungs:
            parameters = parameters_of(figure, rung, inputs)
            assert not {"region", "region_level"} & rung.parameters.keys()
            assert parameters["pay_markets"] in ((market,), ("local", "all")), figure.id
            is_of_people = rung.basis in ("reported", "official")
            assert (parameters["pay_markets"] != (market,)) == is_of_people
            assert not is_of_people or parameters["region_level"] == "country", "a country never stands for a region"
            n_rungs += 1
    assert n_rungs > 20_000 / every


def test_dollar_contracts_are_offered_as_the_nearest_and_not_put_into_the_slot_of_a_place(
    con: duckdb.DuckDBPyConnection, put: Put, cell: Cell
) -> None:
    south = {"region": "South America"}
    put(tables.Countries, {"country": "AR", "alpha3": "ARG", "name": "Argentina", "continent": "Americas", **south})
    argentina = {"region_level": "country", "region": "AR"}
    put(
        mart_tables.SalaryBands,
        cell(**PAIRS | south | {"pay_market": "cross_border", "stated_in": "USD", "n_employer_here": 40}),
        cell(**PAIRS | argentina | {"n_jobs": 31}),
        cell(**PAIRS | {"region_level": "continent", "region": "Americas", "pay_market": "local"}),
    )
    ledger = computed(con)
    row = ledger["pay.south_america.ai_engineering.mid_senior"]
    assert (row.status, row.value) == ("suppressed", None)
    assert [near.figure for near in row.nearest or ()] == [
        "pay.ar.ai_engineering.mid_senior", "foreign_currency.south_america.ai_engineering.mid_senior",
        "pay.americas.ai_engineering.mid_senior",
    ]  # fmt: skip
    near = (row.nearest or ())[1]
    assert near.value == ledger[near.figure].value
    assert near.title == "Mid-to-senior AI engineering pay, stated in US dollars, South America"
    assert f"{near.title}, {near.value}" in notes.note(row)
    assert "all 40 of employers in the country itself" in notes.note(ledger[near.figure])
    store(con, put, list(ledger.values()))
    assert f"{near.title}, {near.value}" in explain_figure(con, row.figure)
    table = notes.table(ledger["bands.regions"])
    assert table is None, "no region has a value"
    assert ledger[near.figure].nearest == ()


def test_a_rung_above_is_never_blended_with_one_below(con: duckdb.DuckDBPyConnection, put: Put, cell: Cell) -> None:
    put(mart_tables.SalaryBands, cell(), cell(basis="reported", band_low=1.0, status="low", reason="survey"))
    row = computed_one(con, NORTH)
    assert row.rung == "open adverts, paid there"
    assert [r["band_low"] for r in notes.rows_of(row)] == [120_000.0]


STATES = [(0, "published"), (1, "published"), (45, "published"), (46, "stale"), (200, "stale"), (400, "stale"),
          (401, "suppressed"), (500, "suppressed")]  # fmt: skip


@pytest.mark.parametrize(("later", "status"), STATES)
def test_days_without_data_change_the_status_and_nothing_else(
    later: int, status: str, con: duckdb.DuckDBPyConnection, put: Put, cell: Cell
) -> None:
    day = READ_ON + timedelta(days=later)
    seen_at = datetime.combine(READ_ON, datetime.min.time())
    put(tables.Postings, posting(1, **paid(), first_seen_at=seen_at, version_from=seen_at, last_seen_at=seen_at))
    put(mart_tables.SalaryBands, cell(as_of=READ_ON))
    vintages.accept_all(con, READ_ON)
    first = computed_one(con, NORTH, READ_ON, is_published=True)
    store(con, put, [first] if later else [])
    row = computed_one(con, NORTH, day, is_published=True)
    assert row.status == status
    assert (row.period_from, row.period_to) == ((None, None) if status == "suppressed" else (READ_ON, READ_ON))
    if status == "suppressed":
        assert notes.value(row) == "withheld: nothing newer than 1 June 2026 was read"
        return
    names = ("bare_value", "value_json", "n_jobs", "n_employers", "period_from", "period_to", "rung", "sql", "vintage",
             "sources", "snapshots", "behind", "read_on")  # fmt: skip
    assert [getattr(row, name) for name in names] == [getattr(first, name) for name in names]
    words = " (read 1 June 2026)" if status == "stale" else ""
    assert row.value == f"{first.value}{words}"
    assert row.sql is not None and f"published.salary_bands AS b\n    WHERE as_of = DATE '{READ_ON}'" in row.sql
    assert con.execute(row.sql).fetchall(), "who pastes it finds what is published"


def test_what_stands_behind_a_vintage_is_read_once(
    con: duckdb.DuckDBPyConnection, put: Put, cell: Cell, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(mart_tables.SalaryBands, cell(as_of=READ_ON))
    vintages.accept_all(con, READ_ON)
    store(con, put, [dataclasses.replace(computed_one(con, NORTH, READ_ON, is_published=True), sources=("ashby",))])
    monkeypatch.setattr(ladder, "read_behind", lambda *_: pytest.fail("the ledger has it"))
    row = computed_one(con, NORTH, READ_ON + timedelta(days=1), is_published=True)
    assert row.sources == ("ashby",) and row.value == "USD 120K–180K per year, median USD 150K"


def test_what_may_not_be_republished_is_passed_over(con: duckdb.DuckDBPyConnection, put: Put, cell: Cell) -> None:
    put(mart_tables.SalaryBands, cell(**PAIRS))
    put(tables.Countries, US)
    put_pair(put)
    assert computed_one(con, NORTH).status == "low"
    put(tables.Sources, {"source": "pairs", "is_republishable": False})
    row = computed_one(con, NORTH)
    assert (row.status, row.value, row.snapshots) == ("suppressed", None, ())


# --- three months ---

THIRD, OWN = "third-party adverts, core AI roles", "open adverts, paid there"
JANUARY = date(2026, 1, 5)


@pytest.fixture
def night(con: duckdb.DuckDBPyConnection, put: Put, cell: Cell) -> Callable[..., Figures]:
    """night(day): accept third-party cells and our own on that day, by default with a value."""

    def make(day: date, *, holds: bool = True, third_holds: bool = True) -> Figures:
        seen_at = datetime.combine(day, datetime.min.time())
        times = dict.fromkeys(("first_seen_at", "version_from", "last_seen_at"), seen_at)
        put(tables.Postings, posting((day - JANUARY).days, **paid(), **times, board=day.isoformat()))
        put(
            mart_tables.SalaryBands,
            cell(as_of=day, **({} if holds else SUPPRESSED)),
            cell(as_of=day, **PAIRS | ({} if third_holds else SUPPRESSED)),
        )
        vintages.accept_all(con, day)
        row = computed_one(con, NORTH, day, is_published=True)
        store(con, put, [row])
        return row

    return make


def test_a_better_rung_is_taken_when_it_has_held_for_three_months(night: Callable[..., Figures]) -> None:
    assert night(JANUARY, holds=False).rung == THIRD
    days = [date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)]
    assert [night(day).rung for day in days] == [THIRD] * 4
    assert night(date(2026, 5, 2)).rung == OWN, "90 days after the first"
    assert night(date(2026, 5, 3)).rung == OWN


def test_a_day_on_which_it_did_not_hold_begins_the_three_months_anew(night: Callable[..., Figures]) -> None:
    history = {JANUARY: False, date(2026, 2, 1): True, date(2026, 3, 1): False, date(2026, 4, 1): True}
    assert [night(day, holds=holds).rung for day, holds in history.items()] == [THIRD] * 4
    assert night(date(2026, 6, 29)).rung == THIRD
    assert night(date(2026, 6, 30)).rung == OWN


def test_a_better_rung_is_taken_at_once_where_the_one_in_use_falls(night: Callable[..., Figures]) -> None:
    night(JANUARY, holds=False)
    assert night(date(2026, 2, 1)).rung == THIRD
    assert night(date(2026, 2, 2), third_holds=False).rung == OWN


def test_values_of_two_rungs_are_set_apart(con: duckdb.DuckDBPyConnection, night: Callable[..., Figures]) -> None:
    night(JANUARY, holds=False)
    night(date(2026, 2, 1))
    night(date(2026, 5, 2))
    history = [line.strip() for line in explain_figure(con, NORTH).splitlines() if line.startswith("  history")]
    assert [line.split(maxsplit=1)[1][:10] for line in history] == [
        "2026-05-02", "before, by", "2026-02-01", "2026-01-05",
    ]  # fmt: skip
    assert f"before, by another rung ({THIRD}): not to be compared" in history[1]


# --- withheld ---


def test_withheld_says_how_far_it_is_and_what_would_bring_it(
    con: duckdb.DuckDBPyConnection, put: Put, cell: Cell
) -> None:
    few = SUPPRESSED | {"n_jobs": 8, "n_employers": 4, "reason": "few"}
    put(
        mart_tables.SalaryBands,
        cell(**few),
        cell(**few | {"role_group": "ai_core", "n_jobs": 7, "n_employers": 5}),
        cell(**PAIRS | few | {"n_jobs": 17, "n_employers": None, "n_even_employers": None}),
    )
    row = computed_one(con, NORTH)
    assert row.missing == (
        "open adverts, with AI science: 5 of 15 employers that state pay; no board with jobs there is known yet; "
        "third-party adverts, core AI roles: 17 of 30 pay ranges"
    )
    assert row.missing[1:] in notes.note(row)


def test_one_employer_with_most_of_the_jobs_says_how_many_of_others_are_needed(
    con: duckdb.DuckDBPyConnection, put: Put, cell: Cell
) -> None:
    one = {"n_jobs": 40, "n_employers": 15, "largest_employer_share": 0.6}
    put(mart_tables.SalaryBands, cell(**SUPPRESSED | one))
    missing = computed_one(con, NORTH).missing
    assert missing is not None and missing.startswith(
        "open adverts, paid there: one employer has 60% (8 jobs of others needed); "
    )


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((40, 40, 19), "another complete reading of the boards with jobs there would bring more: most were not read "
         "lately"),
        ((40, 19, 19), "a first complete reading of the boards with jobs there would bring more"),
        ((40, 39, 30), "more boards with jobs there, or more adverts that state pay, would bring it"),
        ((0, 0, 0), "no board with jobs there is known yet"),
    ],
)  # fmt: skip
def test_withheld_pay_says_which_boards_would_bring_it(
    counts: tuple[int, int, int], expected: str, con: duckdb.DuckDBPyConnection, put: Put
) -> None:
    here = {"as_of": AS_OF, "region_level": "region", "region": "Northern America", "source": "all", "sector": "all"}
    names = ("n_boards", "n_boards_read_whole", "n_boards_in_stock")
    put(mart_tables.FrameCoverage, {**here, **dict(zip(names, counts, strict=True))})
    assert computed_one(con, NORTH).missing == f"open adverts, paid there: 0 of 15 employers that state pay; {expected}"


def test_what_is_too_old_asks_for_a_newer_snapshot(con: duckdb.DuckDBPyConnection, put: Put, cell: Cell) -> None:
    put(tables.Countries, US)
    put(mart_tables.SalaryBands, cell(**OF_COUNTRY | RUNGS[-1][1]))
    put(
        tables.OfficialWages,
        {"source": "bls", "area": "99", "occupation": "15-2051", "country": "US", "currency": "USD",
         "annual_p50": 132_000.0, "warc": "bls/1", "period_on": date(2024, 5, 1), "period_to": date(2024, 5, 31),
         "is_national": True, "periods_per_year": 1.0},
    )  # fmt: skip
    row = computed_one(con, COUNTRY)
    assert row.value is None and row.missing is not None
    assert row.missing.endswith(
        "official wages: nothing newer than 31 May 2024 was read; newer official wages would bring it"
    )


@pytest.mark.parametrize(
    ("due_on", "status"),
    [(date(2026, 9, 30), "low"), (AS_OF, "low"), (date(2026, 8, 16), "stale"), (date(2025, 8, 1), "suppressed")],
)
def test_official_wages_are_as_old_as_the_next_edition_is_overdue(
    due_on: date, status: str, con: duckdb.DuckDBPyConnection, put: Put, cell: Cell
) -> None:
    """Wages of May 2024 become stale when the next edition is due, whatever their age."""
    put(tables.Countries, US)
    put(
        tables.NearOccupations,
        {"scheme": "SOC 2018", "occupation": "15-2051", "role_group": "ai_science", "role": "data_scientist",
         "nearness": "exactMatch", "is_compared": True},
    )  # fmt: skip
    put(mart_tables.SalaryBands, cell(**OF_COUNTRY | RUNGS[-1][1]))
    put(
        tables.OfficialWages,
        {"source": "bls", "area": "99", "scheme": "SOC 2018", "occupation": "15-2051", "country": "US",
         "currency": "USD", "annual_p50": 132_000.0, "warc": "bls/1", "period_on": date(2024, 5, 1),
         "period_to": date(2024, 5, 31), "due_on": due_on, "is_national": True, "periods_per_year": 1.0},
    )  # fmt: skip
    row = computed_one(con, COUNTRY)
    assert row.status == status
    assert (row.value is None) == (status == "suppressed")


def test_a_skill_that_is_withheld_says_how_many_employers_it_lacks(con: duckdb.DuckDBPyConnection, put: Put) -> None:
    few = {"status": "suppressed", "reason": "not enough employers (4; 15 needed)", "n_employers": 4}
    row = share_row(AS_OF, "skill_asked", "Python", 12, 3, category="Programming Languages", **few)
    put(mart_tables.Shares, row)
    missing = computed_one(con, "skills.programming_languages").missing
    assert missing == "open adverts: 4 of 15 employers"


def test_a_job_that_is_paid_in_other_money_is_in_no_band(con: duckdb.DuckDBPyConnection, put: Put) -> None:
    put(tables.Countries, US)
    for level, region in (("world", "World"), ("region", "Northern America")):
        place = {"as_of": AS_OF, "region_level": level, "region": region, "seniority_group": "mid_senior"}
        for position, step in enumerate(LADDER_STEPS):
            put(mart_tables.PayLadder, {**place, "position": position, "step": step, "n": 86, "n_lost": 0})
        cell = {"role_group": "ai_engineering", "role": "all", "basis": "advertised", "currency": "USD"}
        cell |= {"status": "suppressed", "reason": "few"}
        for market, n in (("all", 86), ("local", 71), ("cross_border", 15)):
            put(mart_tables.SalaryBands, {**place, **cell, "pay_market": market, "n_jobs": n})
    row = computed_one(con, "ladder.regions")
    assert row.value == "US and Canada 71 of 86 AI engineering jobs"
    (ladder,) = notes.rows_of(row)
    assert dict(frame.parts_of(ladder))["pay in other money"] == 15
    assert sum(n for _, n in frame.parts_of(ladder)) == 86
    table = frame.LADDER.table
    assert table is not None and table([ladder]).columns[-2:] == ("Pay comparable", "In the band")
    assert table([ladder]).rows[0][-2:] == ("86", "71")


def test_a_place_is_never_offered_a_country_that_is_not_its_own(
    con: duckdb.DuckDBPyConnection, put: Put, cell: Cell
) -> None:
    """Nine in ten American adverts are of the United States: what they pay says nothing of Brazil or South America."""
    continent = {"region_level": "continent", "region": "Americas", "pay_market": "local"}
    brazil = {"country": "BR", "alpha3": "BRA", "name": "Brazil", "region": "South America", "continent": "Americas"}
    put(tables.Countries, US, brazil)
    offered = {}
    for country, n in (("US", 90), ("BR", 90), ("US", 50)):
        counts = [{"country": country, "n_jobs": n}, {"country": "MX", "n_jobs": 100 - n}]
        con.execute("DELETE FROM mart.salary_bands")
        put(mart_tables.SalaryBands, cell(**PAIRS | continent | {"countries": counts}))
        ledger = computed(con)
        for place in ("south_america", "northern_america"):
            near = ledger[f"pay.{place}.ai_engineering.mid_senior"].nearest or ()
            offered[country, n, place] = [one.figure.split(".")[1] for one in near]
    assert offered["US", 90, "south_america"] == []
    assert offered["US", 90, "northern_america"] == offered["BR", 90, "south_america"] == ["americas"]
    assert offered["US", 50, "south_america"] == ["americas"], "a continent of several countries is offered"
    assert offered["BR", 90, "northern_america"] == []
