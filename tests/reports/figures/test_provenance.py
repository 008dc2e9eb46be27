"""The adverts behind every measured figure are exactly the adverts that it counts, job by job."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Collection, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from reports.cells.published import read_cells
from reports.figures import causes, query
from reports.figures.catalogue import declarations
from reports.figures.compute import compute_figures
from reports.figures.declaration import Figure, Rung
from reports.figures.ladder import inputs_of, parameters_of
from reports.wording import notes
from reports.wording.bases import OWN_BASES
from tests.builders import list_postings
from tests.reports.conftest import AS_OF, Put, insert, plain
from tests.reports.figures.ledger_builders import computed
from transforms.records.columns import fields_of
from transforms.records.vocabulary import LADDER_LEVELS, LADDER_STEPS, REQUIREMENTS
from warehouse import mart_tables, ops_tables, tables
from warehouse.marts import staging
from warehouse.marts.closing.closings import closing_rates, closings_left_out
from warehouse.marts.coverage.frame import frame_coverage, pay_ladder
from warehouse.marts.pay.disclosure import pay_disclosure
from warehouse.marts.pay.reported_pay import reported_pay
from warehouse.marts.pay.salary_bands import salary_bands
from warehouse.marts.share.advert_months import advert_months
from warehouse.marts.share.shares import shares
from warehouse.schema import arrow_schema

N_JOBS, N_EMPLOYERS = 600, 24
OF_OFFICES = ("official", "enterprises", "indeed")
PLACES = {
    "US": ("Northern America", "Americas", ["USD"]),
    "DE": ("Western Europe", "Europe", ["EUR"]),
    "SE": ("Northern Europe", "Europe", ["SEK"]),
}
ROLES = {
    "ai_engineer": "ai_engineering",
    "machine_learning_engineer": "ai_engineering",
    "ai_researcher": "ai_science",
    "software_engineer": "other_engineering",
}
OCCUPATIONS = (
    ("SOC 2018", "15-1252", "ai_engineering", "all", "broadMatch"),
    ("SOC 2018", "15-1221", "ai_science", "ai_researcher", "closeMatch"),
    ("ISCO-08", "2", "ai_core", "all", "broadMatch"),
    ("ISCO-08", "2", "other_engineering", "all", "broadMatch"),
)
SKILLS = {"Python": "Programming Languages", "SQL": "Programming Languages", "Docker": "MLOps and Deployment"}
RATES = {"USD": (None, None), "EUR": ("ecb_rates", AS_OF), "SEK": ("ecb_rates", AS_OF)}


def putting_many(con: duckdb.DuckDBPyConnection) -> Put:
    """put_many(Table, {...}, {...}): as `put`, but all rows are inserted at once, by `put_many(None)`."""
    rows_by_table: dict[type, list[dict[str, Any]]] = {}

    def keep(table: type | None, *rows: dict[str, Any]) -> None:
        if table is not None:
            rows_by_table.setdefault(table, []).extend(rows)
            return
        for cls, all_rows in rows_by_table.items():
            nothing = {f.name: plain(f) for f in fields_of(cls)}
            batch = pa.Table.from_pylist([nothing | row for row in all_rows], schema=arrow_schema(cls))
            insert(con, cls, batch)

    return keep


@pytest.fixture(scope="module")
def market(tables_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """Jobs with several adverts that differ in everything that decides a figure, and marts computed from them.

    For read-only tests.
    """
    with duckdb.connect(shutil.copy(tables_template, tmp_path_factory.mktemp("market") / "copy.duckdb")) as con:
        put_market(putting_many(con))
        list_postings(con)
        with staging.stage_macros(con, [AS_OF]):  # as a night does; planning takes a third of the time
            compute(con)
            yield con


@pytest.fixture(scope="module")
def panel_market(
    tables_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The same market with boards for all but three employers; all but one are members of a panel."""
    with duckdb.connect(shutil.copy(tables_template, tmp_path_factory.mktemp("panel") / "copy.duckdb")) as con:
        put_market(putting_many(con))
        draw_panel(con)
        list_postings(con)
        with staging.stage_macros(con, [AS_OF]):  # as a night does; planning takes a third of the time
            compute(con)
            yield con


def draw_panel(con: duckdb.DuckDBPyConnection) -> None:
    """Give employers boards of their own, and draw a panel of them."""
    condition = "employer_id NOT IN ('e3', 'e7', 'e11')"
    con.execute(f"UPDATE core.postings SET board = 'b ' || employer_id WHERE {condition}")
    con.execute(f"""
        UPDATE core.posting_boards AS l SET board = p.board FROM core.postings AS p
        WHERE p.posting_id = l.posting_id AND {condition}
    """)
    con.execute("""
        INSERT INTO ops.responses BY NAME
        SELECT r.* REPLACE (e.board AS board, r.warc || e.board AS warc)
        FROM ops.responses AS r CROSS JOIN (SELECT DISTINCT board FROM core.postings WHERE board LIKE 'b %') AS e
    """)
    con.execute("""
        INSERT INTO ops.panel_draw BY NAME
        SELECT 'ashby' AS source, board, $as_of - 300 AS drawn_on, '1:US' AS stratum, 0.5 AS chance,
            CASE WHEN board = 'b e0' THEN 0.7 ELSE 0.1 END AS number
        FROM (SELECT DISTINCT board FROM core.postings WHERE board LIKE 'b %')
    """, {"as_of": AS_OF})  # fmt: skip
    con.execute("""
        INSERT INTO ops.board_nights BY NAME
        SELECT 'run ' || day AS run_id, source, board, drawn_on + day::INTEGER AS planned_on, 'panel' AS why,
            CASE WHEN number < chance THEN chance END AS chance
        FROM ops.panel_draw, range(0, 300, 7) AS days (day)
    """)


def put_market(put: Put) -> None:
    """Rows of a market for core."""
    chance = random.Random(12)  # the same adverts in each run
    put(tables.Sources, {"source": "closed", "is_republishable": False})
    for country, (region, continent, currencies) in PLACES.items():
        place = {"alpha3": f"{country}X", "name": country, "region": region, "continent": continent}
        put(tables.Countries, {"country": country, "currencies": currencies, **place})
    for role, group in ROLES.items():
        put(tables.Roles, {"role": role, "role_group": group, "title": role})
    for scheme, occupation, group, role, nearness in OCCUPATIONS:
        near = {"scheme": scheme, "occupation": occupation, "role_group": group, "role": role}
        put(tables.NearOccupations, near | {"nearness": nearness, "is_compared": True})
    for scheme, occupation in {row[:2] for row in OCCUPATIONS}:
        for country in PLACES:
            put(tables.OfficialWages, wage_in(country, scheme, occupation))
    for skill, category in SKILLS.items():
        put(tables.Skills, {"skill": skill, "category": category, "aliases": []})
    for number, (jurisdiction, adverts) in enumerate((("DE", "required"), ("US", "unclear"))):
        law = {"jurisdiction": jurisdiction, "law": f"law {number}", "adverts": adverts, "must_state": "pay"}
        put(tables.DisclosureLaws, {**law, "in_force_from": date(2020, 1, 1), "evidence": "own_knowledge"})
    for number in range(N_EMPLOYERS):
        industry = ["finance", "retail", None][number % 7 % 3]
        put(tables.Employers, {"employer_id": f"e{number}", "industry": industry})
    for number in range(200):
        seen_at = datetime.combine(AS_OF - timedelta(days=number), datetime.min.time())
        answer = {"warc": f"w{number}", "record": 0, "source": "ashby", "board": "b", "http_status": 200}
        put(ops_tables.Responses, {**answer, "observed_at": seen_at, "is_complete": True})
    for day, warc in ((AS_OF, "ecb/1"), (AS_OF - timedelta(days=1), "ecb/0"), (date(2025, 5, 9), "ecb/2")):
        quote = {"source": "ecb_rates", "rate_on": day, "base": "EUR", "currency": "USD", "rate": 1.1, "warc": warc}
        put(tables.ExchangeRates, quote)
    for job in range(N_JOBS):
        for advert in range(chance.choice((1, 1, 2, 3))):
            put_advert(put, chance, job, advert)
    for row in range(240):
        put_pair(put, chance, row)
    for row in range(900):
        put_report(put, chance, row)
    put(None)


def compute(con: duckdb.DuckDBPyConnection) -> None:
    """Compute and store the marts."""
    for mart, frame in (
        (mart_tables.SalaryBands, salary_bands(con, AS_OF)),
        (mart_tables.Shares, shares(con, AS_OF)),
        (mart_tables.ClosingRates, closing_rates(con, AS_OF)),
        (mart_tables.ClosingsLeftOut, closings_left_out(con, AS_OF)),
        (mart_tables.FrameCoverage, frame_coverage(con, AS_OF)),
        (mart_tables.PayLadder, pay_ladder(con, AS_OF)),
        (mart_tables.PayDisclosure, pay_disclosure(con, AS_OF)),
        (mart_tables.ReportedPay, reported_pay(con, AS_OF)),
        (mart_tables.AdvertMonths, advert_months(con, AS_OF)),
    ):
        insert(con, mart, frame)


def wage_in(country: str, scheme: str, occupation: str) -> dict[str, Any]:
    """Wages of an occupation from an office: national, and of one area."""
    return {
        "source": f"office {country}", "period_on": date(2025, 5, 1), "period_to": date(2025, 5, 31),
        "due_on": date(2027, 5, 31), "area": "99", "is_national": True, "scheme": scheme, "occupation": occupation,
        "country": country, "currency": PLACES[country][2][0], "stated_period": "year", "periods_per_year": 1.0,
        "annual_p50": 90_000.0, "warc": f"office/{country}", "top_coded": [],
    }  # fmt: skip


def put_advert(put: Put, chance: random.Random, job: int, advert: int) -> None:
    """One advert of a job; its pay, pay zones, places and skills may differ from the job's other adverts."""
    role = list(ROLES)[job % 4 % 3] if chance.random() < 0.8 else chance.choice(list(ROLES))
    first = datetime.combine(AS_OF - timedelta(days=chance.choice((3, 70, 90, 120, 500))), datetime.min.time())
    last = max(first, datetime.combine(AS_OF - timedelta(days=chance.choice((0, 1, 2, 400))), datetime.min.time()))
    country = chance.choice(list(PLACES))
    posting_id = f"{chance.randrange(10**6):06}:{job}:{advert}"  # which advert of a job comes first is chance
    closed_on = (last + timedelta(days=1)).date() if chance.random() < 0.3 and last.date() < AS_OF else None
    row: dict[str, Any] = {
        "posting_id": posting_id, "job_id": f"job {job}", "board": "b", "employer_id": f"e{job % N_EMPLOYERS}",
        "source": "closed" if chance.random() < 0.05 else "ashby", "title": "x", "role": role,
        "role_group": ROLES[role], "seniority": chance.choice(("mid", "senior", "junior", "unstated", "intern")),
        "seniority_inferred": chance.random() < 0.3, "text_state": "none", "text_class": "none", "is_drawn": True,
        "language": chance.choice(("en", "en", "sv", None)), "text_hash": None, "first_seen_at": first,
        "version_from": first, "last_seen_at": last, "closed_on": closed_on, "content_hash": "0" * 32,
        "warc": f"ashby/{chance.randrange(9)}", "employment_type": chance.choice(("FULL_TIME", None, "PART_TIME")),
        "workplace": chance.choice(("remote", "hybrid", "onsite", None)), "years_min": chance.choice((0, 3.5, 9, None)),
        "degree_min": chance.choice(("none", "bachelor", "master", None)),
        "qualifications": (("portfolio",), ("certification", "open_source"), None)[job % 3],
    }  # fmt: skip
    zones = chance.sample(list(PLACES), chance.choice((0, 0, 2)))
    pay_country = "several" if zones and chance.random() < 0.5 else country
    own = {"period": chance.choice(("year", "year", "hour"))} | pay_in(chance, country)
    if chance.random() < 0.85:
        row |= {f"pay_{name}": own[name] for name in ("low", "high", "tax", "flag")}
        row |= {name: own[name] for name in own if name.startswith(("annual", "fx")) or name in ("currency", "period")}
        row |= {"pay_country": pay_country, "pay_region": PLACES[country][0], "pay_continent": PLACES[country][1]}
        row |= {"pay_source": "stated"}
        base = {"posting_id": posting_id, "component": "base", "position": 0, **own}
        put(tables.PostingPay, {**base, "is_headline": True, "is_headline_in_country": False})
    for position, zone in enumerate(zones, start=1):
        zone_pay = {"posting_id": posting_id, "component": "base", "position": position, "period": "year"}
        put(tables.PostingPay, {**zone_pay, "country": zone, "is_headline_in_country": True, **pay_in(chance, zone)})
    for position, component in enumerate(("bonus", "equity", "commission"), start=5):
        if chance.random() < 0.3:
            put(tables.PostingPay, {"posting_id": posting_id, "component": component, "position": position,
                                    **pay_in(chance, country)})  # fmt: skip
    if (text_class := chance.choice(("full_advert", "full_advert", "forum_comment", "none"))) != "none":
        row |= {"text_state": "full", "text_class": text_class}
    put(tables.Postings, row)
    listing = {"posting_id": posting_id, "board": "b", "first_seen_at": first, "last_seen_at": last}
    closing = {"closed_at": last + timedelta(days=1), "closed_by": "list"} if closed_on else {}
    put(tables.PostingBoards, listing | closing)
    for position, name in enumerate({country, *zones}):
        region, continent, _ = PLACES[name]
        put(tables.PostingPlaces, {"posting_id": posting_id, "position": position, "country": name,
                                   "region": region, "continent": continent})  # fmt: skip
    for skill in SKILLS:
        if row["text_state"] == "full" and chance.random() < 0.5:
            requirement = chance.choice(REQUIREMENTS)
            put(tables.PostingSkills, {"posting_id": posting_id, "skill": skill, "end": 1, "requirement": requirement})


def pay_in(chance: random.Random, country: str) -> dict[str, Any]:
    """An amount, mostly in a country's money; sometimes without its upper end or a rate, net, or flagged."""
    currency = "USD" if chance.random() < 0.2 else PLACES[country][2][0]
    low = chance.randrange(80_000, 120_000)
    high = None if chance.random() < 0.1 else low + 40_000.0
    source, day = RATES[currency]
    dollars = {"annual_low_usd": low, "annual_high_usd": high, "fx_source": source, "fx_on": day}
    return {
        "low": low, "high": high, "annual_low": low, "annual_high": high, "currency": currency,
        "tax": chance.choice((None, None, None, "net")), "flag": chance.choice((None,) * 9 + ("high_over_4x_low",)),
        **(dollars if chance.random() < 0.9 else {}),
    }  # fmt: skip


def put_pair(put: Put, chance: random.Random, row: int) -> None:
    """Both ends of a third-party pair; some are duplicates or incomplete."""
    country = chance.choice(list(PLACES))
    report = {
        "source": "pairs", "basis": "advertised_third_party", "role": "ai_engineer", "role_group": "ai_engineering",
        "seniority": chance.choice(("mid", "senior", "junior")), "employment_type": "FULL_TIME", "title": "t",
        "currency": "USD", "country": country, "region": PLACES[country][0], "continent": PLACES[country][1],
        "year": chance.choice((2026, 2025, 2020)), "warc": f"pairs/{row % 2}", "pair_row": row + 1,
        "snapshot_on": date(2026, 1, 1 + row % 2),
    }  # fmt: skip
    low = chance.choice((100_000.0, 110_000.0))
    for number, amount in enumerate((low, low * chance.choice((1.5, 9)))[: chance.choice((1, 2, 2, 2))]):
        put(tables.PayReports, {**report, "row": 2 * row + number + 1, "pay_usd_stated": amount})


def put_report(put: Put, chance: random.Random, row: int) -> None:
    """Reported pay of a person, in the newest survey or an older one."""
    country = chance.choice(list(PLACES))
    report = {
        "source": "survey", "basis": "reported", "role": "ai_engineer", "role_group": "ai_engineering", "title": "t",
        "seniority": chance.choice(("mid", "senior", "junior")), "currency": "USD", "country": country,
        "region": PLACES[country][0], "continent": PLACES[country][1], "year": 2025, "warc": f"survey/{row % 2}",
        "row": row + 1, "pair_row": row + 1, "snapshot_on": date(2026, 1, 1 + row % 2),
        "pay": chance.randrange(50_000, 90_000), "years_experience": chance.choice((1, 4, 6, 20, None)),
        "employment_type": chance.choice(("FULL_TIME", "FULL_TIME", "PART_TIME", None)),
        "paid_in": chance.choice(("local", "dollar_linked", "part_dollars", "dollars", None)),
        "pay_flag": chance.choice((None,) * 9 + ("implausible_low",)),
        "bonus": (None, "none", "one")[row % 3],
    }  # fmt: skip
    put(tables.PayReports, report)


def addresses(con: duckdb.DuckDBPyConnection, every: int) -> list[str]:
    """Every n-th printable cell of each kind of figure, at least one: all take a minute."""
    of_kind: dict[str, list[str]] = {}
    for name in [cell.id for cell in read_cells(con, AS_OF)]:
        of_kind.setdefault(name.partition(".")[0], []).append(name)
    return [name for names in of_kind.values() for name in names[::every]]


def laddered(con: duckdb.DuckDBPyConnection, also: Collection[str]) -> Iterator[tuple[Figure, Rung, dict[str, object]]]:
    """Every rung of every measured figure with its parameters, for places with adverts."""
    places = {*PLACES, *(name for region, continent, _ in PLACES.values() for name in (region, continent))}
    inputs = inputs_of(con, AS_OF)
    for figure in declarations(con, also).values():
        if figure.parameters.get("region", "US") not in places:
            continue
        for rung in figure.rungs:
            yield figure, rung, parameters_of(figure, rung, inputs)


def reader(con: duckdb.DuckDBPyConnection) -> Callable[[str], list[dict[str, Any]]]:
    """A function that reads the rows of a SELECT, once each."""
    read: dict[str, list[dict[str, Any]]] = {}

    def rows_of(sql: str) -> list[dict[str, Any]]:
        if sql not in read:
            answer = con.execute(sql)
            names = [column[0] for column in answer.description]
            read[sql] = [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
        return read[sql]

    return rows_of


def behind(figure: Figure, rung: Rung, adverts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Adverts of the figure's own cells."""
    cells = figure.counted_cells(rung)
    return [row for row in adverts if not cells or tuple(row["cell"]) in cells]


def jobs_of(adverts: list[dict[str, Any]], item: str | None = None) -> int:
    """Number of jobs; with an item, jobs that count for it. A row of an office's table is no job."""
    return len({row.get("job_id") for row in adverts if item is None or item in row.get("items", ())} - {None})


def cell_of(row: dict[str, Any], parameters: dict[str, object]) -> tuple[str, ...] | None:
    """The cell whose adverts a row counts; None if it counts all of the figure's cells."""
    if "law" in row:
        return (row["adverts"], row["region"], row["law"])
    if isinstance(row.get("cell"), list):
        return tuple(row["cell"])
    if "steps" in row:
        return ("region", row["region"])
    if "region_level" in row:
        return (row["region_level"], row["region"], str(row.get("role_group") or parameters.get("role_group")))
    if "cell" in row:  # a group of roles at the place of the figure
        return (str(parameters.get("region_level", "world")), str(parameters.get("region", "World")), row["role_group"])
    return None


@pytest.mark.parametrize(
    ("fixture", "every"),
    [
        ("panel_market", 61),
        pytest.param("panel_market", 9, marks=pytest.mark.long),
        pytest.param("market", 9, marks=pytest.mark.long),
    ],
)
def test_the_jobs_of_the_adverts_behind_a_figure_are_the_jobs_that_it_counts(
    fixture: str, every: int, request: pytest.FixtureRequest
) -> None:
    """Numerator and denominator, for every rung of every figure."""
    market: duckdb.DuckDBPyConnection = request.getfixturevalue(fixture)
    rows_of, ids = reader(market), [*addresses(market, every), "reported_bonus.us.ai_core.all"]
    n_compared: dict[str, int] = {}
    for figure, rung, parameters in laddered(market, ids):
        kind = figure.id.partition(".")[0]
        if rung.basis in OF_OFFICES and kind != "comparison":
            continue  # others count persons, enterprises or adverts, in one row
        adverts = rows_of(query.fill(rung.behind, parameters))
        rows = rows_of(query.fill(rung.sql, parameters))
        rows = rows[-1:] if kind == "adverts" else rows  # a series by month rests on its newest
        is_category = "skills" in figure.id.split(".")[:2]
        assert rows or not behind(figure, rung, adverts) or is_category, f"{figure.id}: of a list without one"
        for row in rows:
            cell = cell_of(row, parameters)
            own = behind(figure, rung, adverts) if cell is None else [a for a in adverts if tuple(a["cell"]) == cell]
            label = (figure.id, rung.name, row)
            assert jobs_of(own) == (row["n_jobs"] or 0), label
            if rung.basis == "official":
                assert len(own) == (row["status"] != "suppressed"), "one row of one table"
            n_named = len(own) if rung.basis == "official" else row["n_jobs"] or 0
            n_compared[f"{kind}, {rung.name}"] = n_compared.get(f"{kind}, {rung.name}", 0) + n_named
            if row.get("n_asking") is not None:
                item = row.get("item") or row.get("role") or row.get("skill") or "open"
                assert jobs_of(own, item) == row["n_asking"], label
            if row.get("n_stated") is not None:
                assert jobs_of(own, "stated") == row["n_stated"], label
    rungs = {
        f"{figure.id.partition('.')[0]}, {rung.name}"
        for figure, rung, _ in laddered(market, ids)
        if rung.basis not in OF_OFFICES or figure.id.startswith("comparison.")
    }
    assert {name for name, n in n_compared.items() if n} == rungs, "each kind of figure was compared on each rung"


def test_figures_of_a_panel_say_so_and_others_do_not(panel_market: duckdb.DuckDBPyConnection) -> None:
    marts = ("shares", "pay_disclosure", "closing_rates")
    for mart in marts:
        samples = {row[0] for row in panel_market.execute(f"SELECT DISTINCT sample FROM mart.{mart}").fetchall()}
        assert samples == {"panel", "known"}, f"mart.{mart} has cells of both, so that both are compared above"
    ledger = computed(panel_market, starts=("roles.", "pay."))
    assert "(boards drawn at random)" in notes.note(ledger["roles.shares"])
    assert notes.say_sample(ledger["pay.northern_america.ai_engineering.mid_senior"]) is None, "pay may use both"
    assert "Median of jobs on boards drawn at random alone" in notes.note(
        ledger["pay.northern_america.ai_engineering.mid_senior"]
    )


@pytest.mark.parametrize("fixture", ["panel_market", pytest.param("market", marks=pytest.mark.long)])
def test_what_is_kept_of_a_figure_gives_its_numbers(fixture: str, request: pytest.FixtureRequest) -> None:
    """So that its next change can be attributed (`ops.causes`), whichever sample it rests on."""
    market: duckdb.DuckDBPyConnection = request.getfixturevalue(fixture)
    figures = declarations(market, addresses(market, 61))
    samples = set()
    adverts_of = causes.Reader(market, inputs_of(market, AS_OF))
    for row in compute_figures(market, AS_OF, code_version="1", also=list(figures)):
        one = causes.ShownVintage(figure=figures[row.figure], row=row, as_of=AS_OF, method="m")
        is_kept = one.rung is not None and one.rung.behind in causes.AROUND and row.basis in OWN_BASES
        for part in causes.split_places(one) if row.value_json and is_kept else ():
            if part.values:
                assert adverts_of.read(part), (row.figure, part.place)
                samples.add((part.is_pay, part.is_panel))
    assert samples == {(True, False), (False, fixture == "panel_market"), (False, False)}


def test_the_ledger_counts_these_adverts_and_names_their_files(market: duckdb.DuckDBPyConnection) -> None:
    ids = addresses(market, 101)  # each address takes some milliseconds
    ledger = {row.figure: row for row in compute_figures(market, AS_OF, code_version="1", also=ids)}
    rows_of = reader(market)
    names = set()
    for figure, rung, parameters in laddered(market, ids):
        row = ledger.get(figure.id)
        if row is None or row.status == "suppressed" or row.rung != rung.name:
            continue
        names.add(figure.id)
        adverts = behind(figure, rung, rows_of(query.fill(rung.behind, parameters)))
        assert sum(part.n for part in row.behind or ()) == len(adverts), figure.id
        assert {one["warc"] for one in adverts} == {name for name in row.snapshots if not name.startswith("ecb")}
        assert ("ecb_rates" in row.sources) == any(one.get("fx_source") for one in adverts), figure.id
        assert "ecb/0" not in row.snapshots, "a rate of another day"
        if figure.unit.startswith("USD") and rung.basis != "official":
            assert len(adverts) == row.n_jobs, "of each job the one advert whose pay counts"
    assert names >= {
        "pay.northern_america.ai_engineering.mid_senior", "skill.python.all.ai_engineering", "roles.shares",
        "skills.mlops_and_deployment", "additional.share", "bonus.northern_america", "industries.shares",
    }  # fmt: skip


def test_the_last_step_of_a_ladder_is_the_number_of_jobs_in_the_band(market: duckdb.DuckDBPyConnection) -> None:
    """Every place and level, and losses add up."""
    rows_of = reader(market)
    in_bands = {
        (row["region_level"], row["region"], row["seniority_group"]): row["n_jobs"]
        for row in rows_of(
            "SELECT * FROM mart.salary_bands WHERE basis = 'advertised' AND role_group = 'ai_engineering'"
            " AND role = 'all' AND contract = 'employee' AND pay_market = 'all' AND currency = 'USD'"
        )
    }
    ladders: dict[tuple[Any, Any, Any], list[dict[str, Any]]] = {}
    for row in rows_of("FROM mart.pay_ladder ORDER BY position"):
        ladders.setdefault((row["region_level"], row["region"], row["seniority_group"]), []).append(row)
    assert {region for _, region, _ in ladders} >= {"World", "Europe", "Northern Europe", *PLACES}
    for key, steps in ladders.items():
        assert [step["step"] for step in steps] == list(LADDER_STEPS)
        assert steps[-1]["n"] == in_bands.get(key, 0), key
        assert steps[0]["n"] - sum(step["n_lost"] for step in steps) == steps[-1]["n"]
    counts = {key: n for key, n in in_bands.items() if key[2] in LADDER_LEVELS}
    assert {key for key, n in counts.items() if n} <= ladders.keys()
    assert sum(counts.values()) > 300


def test_coverage_of_all_sources_counts_what_shares_and_ladder_count(market: duckdb.DuckDBPyConnection) -> None:
    rows_of = reader(market)
    (world,) = rows_of("FROM mart.frame_coverage WHERE region = 'World' AND source = 'all' AND sector = 'all'")
    (pay,) = rows_of(
        "FROM mart.shares WHERE measure = 'pay_stated' AND item = 'yes' AND region = 'World' AND role_group = 'ai_jobs'"
    )
    (role, *_) = rows_of(
        "FROM mart.shares WHERE measure = 'role' AND region = 'World' AND role_group = 'ai_jobs' ORDER BY item"
    )
    assert (world["n_ai_jobs"], world["n_read_in_full"] > 0) == (role["n_jobs"], True)
    assert world["n_paid"] >= pay["n_yes"], "pay of a zone counts as stated, too"
    first, second = rows_of(
        "FROM mart.pay_ladder WHERE region = 'World' AND seniority_group = 'entry' AND position < 2 ORDER BY position"
    )
    assert (world["n_adverts"], world["n_jobs"]) == (first["n"], second["n"])
