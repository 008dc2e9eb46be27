"""Figures that are shares: skills, roles, where and how, closing rates."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest

from reports.cells.of_figure import cells_of
from reports.figures.compute import compute_asked
from reports.wording import notes, numbers
from tests.builders import share_row
from tests.reports.figures.ledger_builders import (
    AS_OF,
    NORTH,
    Put,
    computed,
    computed_from_core,
    computed_one,
    demand,
    posting,
    watched,
)
from warehouse import mart_tables, tables


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
    row = computed_one(con, "skills.programming_languages")
    assert row.value == (
        "Python 80% (78–82%), SQL 40% (38–42%); n = 400 AI engineering jobs with a full advert in a language we read, "
        "95% intervals"
    )
    assert (row.n_jobs, row.status, row.basis) == (400, "published", "postings")


def by_employer(share: float, **fields: Any) -> dict[str, Any]:
    """Columns of an employers' share."""
    ends = {"share_by_employer_lo": share - 0.03, "share_by_employer_hi": share + 0.03, "form_by_employer": "point"}
    return {"share_by_employer": share, **ends, **fields}


def test_the_average_employer_comes_first_and_jobs_stand_beside(con: duckdb.DuckDBPyConnection, put: Put) -> None:
    sizes = {"share_of_single": 0.71, "share_of_large": 0.43, "share_without_largest": 0.35}
    first, second = {"category_rank_best": 1, "category_rank_worst": 1}, {"category_rank_best": 2}
    put(
        mart_tables.Shares,
        demand("Python", 0.3, **by_employer(0.62, **sizes, **first)),
        demand(
            "SQL", 0.4, **by_employer(0.41, share_of_single=0.4, share_of_large=0.45, **second, category_rank_worst=3)
        ),
    )
    row = computed_one(con, "employers.skills.programming_languages")
    assert row.value == (
        "Python 62% (59–65%; first; by jobs 30%, 35% without the largest employer; employers with one such job 71%, "
        "with six or more 43%), SQL 41% (38–44%; second or third; by jobs 40%); shares of the average employer's "
        "adverts; n = 400 AI engineering jobs with a full advert in a language we read, 95% intervals"
    )
    table = notes.table(row)
    assert table is not None
    lines = [dict(zip(table.columns, line, strict=True)) for line in table.rows]
    assert [(line["Rank"], line["Average employer"], line["By jobs"]) for line in lines] == [
        ("1", "62%", "30%"), ("2–3", "41%", "40%"),
    ]  # fmt: skip
    assert [line["Without the largest employer"] for line in lines] == ["35%", "–"]
    old = computed_one(con, "skills.programming_languages")
    assert old.value is not None and old.value.startswith("SQL 40% (38–42%), Python 30% (28–32%);")
    old_table = notes.table(old)
    assert old_table is not None and "Rank" not in old_table.columns, "ranks are of the number that is printed"


def test_an_employers_share_has_an_address_of_its_own(con: duckdb.DuckDBPyConnection, put: Put) -> None:
    cell: dict[str, Any] = {"status": "published", "reason": None, "n_employers": 40, "role_group": "ai_jobs"}
    cell |= by_employer(0.62, share_of_single=0.71, share_of_large=0.43, share_without_largest=0.2)
    ends = {"share": 0.3, "share_lo": 0.1, "share_hi": 0.54, "form": "interval"}
    put(mart_tables.Shares, share_row(AS_OF, "workplace", "remote", 400, 120, **cell | ends))
    ids = ("employers.workplace.remote.all.ai_jobs", "share.workplace.remote.all.ai_jobs")
    row, of_jobs = compute_asked(con, ids, AS_OF, code_version="test")
    assert row.value == "62% of the average employer's AI jobs that say where the work is done"
    assert row.title == "The average employer's AI jobs that are remote, in the adverts we read"
    note = notes.note(row)
    assert "Each employer counts once, by the part of its jobs. 95% interval 59–65%." in note
    assert "Employers with one such job 71%, with six or more 43%." in note
    assert "Counting every job alike 10–54% (20% without the largest employer)." in note
    (one,) = cells_of(row)
    assert one.numbers["share"].unit == "share of the average employer's jobs"
    assert one.sentence == "62% of the average employer's AI jobs that say where the work is done are remote"
    assert of_jobs.value == "10–54% of the AI jobs that say where the work is done", "an earlier figure stays"


def readings(ashby: float, greenhouse: float) -> list[dict[str, Any]]:
    """Readings of two platforms."""
    return [
        {"platform": f"{brand} job boards", "n_jobs": 200, "n_employers": 20, "share": share,
         "share_lo": share - width, "share_hi": share + width, "form": "point"}
        for brand, share, width in (("Ashby", ashby, 0.04), ("Greenhouse", greenhouse, 0.02))
    ]  # fmt: skip


def test_readings_of_platforms_are_of_the_employers_share_and_of_the_jobs_beside_it(
    con: duckdb.DuckDBPyConnection, put: Put
) -> None:
    cell: dict[str, Any] = {"status": "published", "reason": None, "n_employers": 40, "role_group": "ai_jobs"}
    cell |= by_employer(0.21, form_by_employer="platforms", platforms=readings(0.28, 0.13), platforms_chance=0.001)
    cell |= {"platforms_by_jobs": readings(0.41, 0.19), "share_without_largest": 0.17}
    ends = {"share": 0.3, "share_lo": 0.17, "share_hi": 0.45, "form": "platforms"}
    put(mart_tables.Shares, share_row(AS_OF, "workplace", "remote", 400, 120, **cell | ends))
    ids = ("employers.workplace.remote.all.ai_jobs", "share.workplace.remote.all.ai_jobs")
    row, of_jobs = compute_asked(con, ids, AS_OF, code_version="test")
    both = (
        "28% of the average employer's AI jobs that say where the work is done on Ashby boards and 13% on Greenhouse "
        "boards"
    )
    assert row.value == both and "95% intervals 24–32% and 11–15%" in notes.note(row)
    beside = "Counting every job alike 41% on Ashby boards and 19% on Greenhouse boards (37–45% and 17–21%)."
    assert beside in notes.note(row) and "17% without" not in notes.note(row), "no jobs' share of both together"
    (one,) = cells_of(row)
    assert one.sentence == f"{both} are remote" and one.numbers["share"].value is None
    assert of_jobs.value == (
        "41% of the AI jobs that say where the work is done on Ashby boards and 19% on Greenhouse boards"
    )
    (cell_of_jobs,) = cells_of(of_jobs)
    number = cell_of_jobs.numbers["share"]
    assert (number.value, number.form, number.ends) == (None, "platforms", (0.17, 0.45))
    assert cell_of_jobs.row["platforms_chance"] is None, "the quality report compares the first number alone"


def test_tables_have_jobs_of_several_platforms_in_the_order_of_the_first_number(
    con: duckdb.DuckDBPyConnection, put: Put
) -> None:
    def row(share: float, ashby: float) -> dict[str, Any]:
        first = {"form_by_employer": "platforms", "platforms": readings(ashby, 0.13), "platforms_chance": 0.001}
        beside = {"form": "platforms", "platforms_by_jobs": readings(ashby + 0.1, 0.19)}
        return by_employer(share, **first, **beside)

    put(mart_tables.Shares, demand("Python", 0.3, **row(0.21, 0.28)), demand("SQL", 0.2, **row(0.2, 0.26)))
    figure = computed_one(con, "employers.skills.programming_languages")
    assert figure.value is not None and figure.value.startswith(
        "on Ashby and Greenhouse boards, in this order: Python 28% and 13% (24–32% and 11–15%; by jobs 38% and 19%), "
        "SQL 26% and 13% (22–30% and 11–15%; by jobs 36% and 19%);"
    )
    table = notes.table(figure)
    assert table is not None
    lines = [dict(zip(table.columns, line, strict=True)) for line in table.rows]
    assert [line["By jobs"] for line in lines] == ["38% and 19%", "36% and 19%"]
    assert "Where platforms stand side by side, shares by jobs are in the same order." in table.key
    of_jobs = computed_one(con, "skills.programming_languages")
    assert of_jobs.value is not None and "30%" not in of_jobs.value.replace("28–32%", "")
    assert "Python 38% and 19%" in of_jobs.value and "SQL 36% and 19%" in of_jobs.value


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
    ledger = computed(con)
    rows = {row["name"]: row for row in notes.rows_of(ledger["skills.baseline"])}
    assert [numbers.verdict(rows[word]) for word in ("Python", "AWS", "R", "calculus", "Keras")] == [
        "essential", "common", "rare", "rare", None,
    ]  # fmt: skip
    assert rows["R"]["share"] == 0.04, "a name goes before an alias"
    assert rows["APIs"]["item"] == "REST APIs", "of several skills the one most asked for stands for the word"
    assert rows["optimisation"]["item"] == "Optimization", "of several that nobody asks for, the first declared"
    value = ledger["skills.baseline"].value
    assert value is not None and value.startswith("essential: Python 80%; common: AWS 12–46%;")
    assert ledger["skills.baseline"].status == "published"
    assert ledger["skill.aws.all.ai_engineering"].value == "12–46%", "too wide to name one number"
    assert ledger["skill.calculus.all.ai_engineering"].value == "0%", "no employer asks for it"
    assert "95% interval 0–2%" in notes.note(ledger["skill.calculus.all.ai_engineering"]), (
        "and still the interval has an upper end"
    )
    assert ledger["skill.keras.all.ai_engineering"].reason == "not in the taxonomy of skills"


def test_each_share_has_its_own_interval(con: duckdb.DuckDBPyConnection, put: Put) -> None:
    """One employer offers equity; all offer bonuses in a third of their adverts."""
    adverts, pay = [], []
    for number in range(400):
        employer = number % 40
        adverts.append(posting(number, employer_id=f"E{employer:02}", pay_low=1.0, pay_source="stated"))
        base = {"posting_id": f"ashby:{number}", "component": "base"}
        pay.append({**base, "position": 0})
        if (employer + number // 40) % 3 == 0:
            pay.append({**base, "component": "bonus", "position": 1})
        if employer == 0:
            pay.append({**base, "component": "equity", "position": 2})
    put(tables.Postings, *adverts)
    put(tables.PostingPay, *pay)
    row = computed_from_core(con, starts=("additional.share",))["additional.share"]
    assert row.status == "published"
    assert row.value is not None
    assert re.sub(r" \([^()]+%\)", "", row.value) == (
        "equity, bonus or commission 35%, equity under 0.1–14%, bonus 34%; n = 400 AI engineering "
        "jobs other than internships that state pay in a full advert, 95% intervals"
    )
    assert row.value.count("%)") == 2, "each with its interval, and where that is far wider than the share, it alone"
    rows = {line["item"]: line for line in notes.rows_of(row)}
    assert rows["equity"]["n_employers_asking"] == 1 and rows["bonus"]["n_employers_asking"] == 40
    assert rows["equity"]["share_lo"] < 0.001, "one employer's habit could as well not have been met"
    assert rows["commission"]["share_hi"] > 0, "nobody of forty does not mean nobody"
    table = notes.table(row)
    assert table is not None
    assert [line[0] for line in table.rows] == ["equity, bonus or commission", "equity", "bonus"]
    assert table.columns[-2:] == ("Jobs", "Employers")


@pytest.mark.parametrize(("n", "said", "bounds"), [(1000, "between 36% and 82%", "36–82%"), (100, "open", None)])
def test_where_few_say_bounds_are_printed_or_how_many_say(
    con: duckdb.DuckDBPyConnection, put: Put, n: int, said: str, bounds: str | None
) -> None:
    """Of all jobs 39 to 80% are remote, and a hundred leave more than 50 points open."""
    stated = [{"workplace": "remote" if number % 3 else "onsite"} for number in range(59)]
    workplaces = [*stated, *([{}] * 41)] * (n // 100)
    adverts = (posting(number, employer_id=f"e{number % 20}", **one) for number, one in enumerate(workplaces))
    put(tables.Postings, *adverts)
    row = computed_from_core(con, starts=("workplace.remote",))["workplace.remote"]
    known = "" if bounds else "; 59% of jobs say where the work is done"
    expected = f"All ashby adverts we read {said} (n = {n:,}{known})"
    assert (row.value, row.status) == (expected, "published")
    table = notes.table(row)
    assert table is not None
    line = dict(zip(table.columns, table.rows[0], strict=True))
    assert (line.get("Of all jobs"), line.get("Jobs that say")) == (bounds, None if bounds else "59%")
    assert "Share of jobs" not in line and "95% interval" not in line, "neither point nor interval of the known"
    put(tables.Postings, *(posting(n + k, employer_id="e0", workplace="remote") for k in range(3 * n // 100)))
    row = computed_from_core(con, starts=("workplace.remote",))["workplace.remote"]
    assert row.value is not None
    has_bounds = bounds is not None
    assert (has_bounds, not has_bounds) == ("of all jobs" in row.value, "say where" in row.value), "one of the two"


def test_shares_of_industries_are_open_until_enough_are_known(con: duckdb.DuckDBPyConnection, put: Put) -> None:
    put(tables.Postings, *(posting(number, employer_id=f"e{number % 28}") for number in range(100)))
    for number in range(12, 28):
        put(tables.Employers, {"employer_id": f"e{number}", "industry": "finance" if number % 3 else "retail"})
    assert computed_from_core(con, starts=("industries.shares",))["industries.shares"].value == (
        "52% of jobs are of employers whose industry is known; n = 100 AI engineering jobs"
    )
    for number in range(5, 12):
        put(tables.Employers, {"employer_id": f"e{number}", "industry": "finance"})
    row = computed_from_core(con, starts=("industries.shares",))["industries.shares"]
    assert [(r["item"], r["n_asking"]) for r in notes.rows_of(row)] == [("finance", 60), ("retail", 20)]
    assert row.value is not None and row.value.endswith(
        "n = 80 AI engineering jobs of employers whose industry is known, 95% intervals; of all jobs, finance 42–92%, "
        "retail 8–58%"
    )
    assert {r["form"] for r in notes.rows_of(row)} == {"interval"}, "23 employers tell little"


def test_shares_of_all_places_are_headed_by_countries_and_sources(con: duckdb.DuckDBPyConnection, put: Put) -> None:
    put(tables.Skills, {"skill": "Python", "category": "Programming Languages", "aliases": []})
    for code, name in (("US", "United States"), ("DE", "Germany"), ("IN", "India"), ("FR", "France")):
        put(tables.Countries, {"country": code, "alpha3": f"{code}X", "name": name, "region": "R"})
    adverts, skills, places = [], [], []
    for number in range(100):
        source = "ashby" if number < 70 else "lever"
        adverts.append(posting(number, employer_id=f"e{number % 20}", source=source, language="en"))
        skills.append({"posting_id": f"ashby:{number}", "skill": "Python", "requirement": "required"})
        country = "US" if number < 50 else "DE" if number < 80 else "IN" if number < 95 else "FR"
        places.append({"posting_id": f"ashby:{number}", "position": 0, "country": country})
    for table, rows in ((tables.Postings, adverts), (tables.PostingSkills, skills), (tables.PostingPlaces, places)):
        put(table, *rows)
    ledger = computed_from_core(con)
    assert notes.scope(ledger["skills.programming_languages"], {"ashby": "Ashby boards"}) == (
        "In the adverts we read: 100 jobs; largest countries: United States 50%, Germany 30%, India 15%; largest "
        "sources by adverts: Ashby boards 70%, lever 30%"
    )
    assert notes.scope(ledger["roles.shares"]).startswith("In the adverts we read: 100 jobs; largest countries: United")
    assert notes.scope(ledger["closing_rate.engineering"]) == notes.scope(ledger[NORTH]) == ""


def rates(**changes: Any) -> dict[str, Any]:
    """A printed row of mart.closing_rates."""
    row = {
        "as_of": AS_OF, "role_group": "ai_engineering", "region_level": "world", "region": "World", "window_days": 365,
        "period_from": date(2026, 1, 5), "period_to": date(2026, 3, 1), "n_jobs": 2_000, "n_employers": 600,
        "n_intervals": 8.0, "n_days": 55.0,
        "n_even": 150.4, "largest_employer": 0.05, "open_days": 9_000.0, "n_closed": 108,
        "n_provisional": 12, "n_taken_back": 4, "rate": 0.0122,
        "rate_lo": 0.0105, "rate_hi": 0.0141, "status": "published",
    }  # fmt: skip
    return row | changes


COMPARED = {
    "compared_with": "other_engineering", "n_employers_both": 500, "n_even_both": 90.0, "ratio": 0.66, "ratio_lo": 0.5,
    "ratio_hi": 0.87, "ratio_status": "published",
}  # fmt: skip


def test_a_closing_rate_is_printed_with_what_it_rests_on(con: duckdb.DuckDBPyConnection, put: Put) -> None:
    other = rates(role_group="other_engineering", rate=0.0184, rate_lo=0.011, rate_hi=0.03)
    put(mart_tables.ClosingRates, rates(**COMPARED), other)
    row = computed_one(con, "closing_rate.engineering")
    assert row.bare_value == (
        "1.2% of open AI engineering adverts close a day (provisional), against 1.1–3% of other engineering adverts"
    ), "an interval that is too wide stands without the point"
    note = notes.note(row)
    assert note.startswith("Adverts we read: 2,000 jobs of 600 employers, read 5 January to 1 March 2026.")
    assert "AI engineering: 1.2% a day, 95% interval 1.1–1.4%, 108 closings in 9,000 open days of 600 employers" in note
    assert "one reading alone has seen 12 of the 108 closings of AI engineering adverts" in note
    assert "the next reading took back 4% of 100 earlier ones" in note
    assert "On boards of the same 500 employers, AI engineering adverts close 0.66 times as fast" in note
    assert "does not say how hard hiring is" in note and "difficult" not in f"{row.title} {row.value} {note}"


def test_a_comparison_that_does_not_hold_says_what_is_missing(con: duckdb.DuckDBPyConnection, put: Put) -> None:
    few = "not enough employers (9; 10 needed)"
    put(
        mart_tables.ClosingRates,
        rates(**COMPARED | {"ratio": None, "ratio_lo": None, "ratio_hi": None, "ratio_reason": few}),
        rates(role_group="other_engineering", rate=None, rate_lo=None, rate_hi=None, status="suppressed", reason=few),
    )
    row = computed_one(con, "closing_rate.engineering")
    assert row.bare_value == "1.2% of open AI engineering adverts close a day (provisional)"
    assert f"Not compared within boards: {few}" in notes.note(row)


def test_a_closing_rate_is_withheld_with_its_reason(con: duckdb.DuckDBPyConnection, put: Put) -> None:
    row = computed_one(con, "closing_rate.engineering")
    assert (row.status, row.n_jobs) == ("suppressed", 0)
    assert row.reason is not None and "a board must be read completely twice, at most 14 days apart" in row.reason
    put(mart_tables.ClosingRates, rates(rate=None, rate_lo=None, rate_hi=None, status="suppressed", reason="not yet"))
    assert computed_one(con, "closing_rate.engineering").reason == "not yet"


def test_what_a_figure_says_does_not_change_with_the_day_alone(con: duckdb.DuckDBPyConnection, put: Put) -> None:
    """An age in a reason would change every night, and the row would be stored again."""
    watched(put, 20, date(2026, 8, 1))
    nights = [computed_from_core(con, AS_OF + timedelta(days=number)) for number in (0, 1)]
    texts = [
        {name: (row.value, row.value_json, row.reason, row.n_jobs) for name, row in night.items()} for night in nights
    ]
    assert texts[0] == texts[1]


def test_an_item_that_nobody_asks_for_is_a_share_of_nought_with_an_upper_end(
    con: duckdb.DuckDBPyConnection, put: Put
) -> None:
    sure = {"status": "published", "reason": None, "n_employers": 40, "role_group": "ai_jobs", "form": "point"}
    for item, n_yes in (("portfolio", 0), ("certification", 9)):
        ends = {"share": n_yes / 300, "share_lo": n_yes / 600, "share_hi": 0.012 if n_yes == 0 else 0.06}
        put(mart_tables.Shares, share_row(AS_OF, "qualification", item, 300, n_yes, **sure | ends))
    row = computed_one(con, "qualification.shares")
    assert row.value == "a certification 3% (2–6%); n = 300 AI jobs with a full advert in English, 95% intervals"
    table = notes.table(row)
    assert table is not None and len(table.rows) == 1
    assert table.below == ("In none of the adverts that were counted: a portfolio of work (0–1%).",)
