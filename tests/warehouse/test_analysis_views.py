"""The views for analysts: what they count is what the marts count, and each row says what it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from scipy import stats

from tests.builders import Answer, all_rows, load, open_copy, posting, refined, share_row
from transforms.employers.agency_signs import add_agency_signs
from transforms.records.rows import Place, Posting, SkillRequirement
from transforms.records.vocabulary import AI_GROUPS, PAY_FLAGS, REQUIREMENTS, USD_REASONS
from warehouse import database, schema
from warehouse.load import boards as store
from warehouse.load import employers, jobs
from warehouse.load.lookups import load_lookups
from warehouse.load.usd_conversion import convert_money
from warehouse.mart_tables import Shares
from warehouse.mart_tables.shares import PlatformReading
from warehouse.marts.vintages import published
from warehouse.ops_tables import BoardNights, KnownBoards
from warehouse.publish.market import publish
from warehouse.tables import Sources
from warehouse.views import analysis_views

NEWEST = date(2026, 3, 31)
REASONS = {
    *("intern", "data_trainer", "not_full_time", "short_period", "no_yearly_amount", "one_end", "net", "not_open"),
    *PAY_FLAGS,
    *USD_REASONS,
}
PYTHON = SkillRequirement(skill="Python", requirement="required", start=0, end=4)
RUST = SkillRequirement(skill="Rust", requirement="preferred", start=5, end=7)
FAMILIAR = SkillRequirement(skill="Python", requirement="mentioned", start=0, end=4)


def board_source(name: str, *, is_republishable: bool = True) -> Sources:
    usual: dict[str, Any] = {"title": "T", "kind": "employer board", "publisher": "P", "homepage": "h", "licence": "l"}
    return Sources(
        source=name, terms_url=None, attribution="a", is_verified=True, is_republishable=is_republishable, **usual
    )


def on(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 12, tzinfo=UTC)


def advert(number: int, **fields: Any) -> Posting:
    """A full advert of a machine learning engineer in the US, with an employer and a title of its own."""
    values = {
        "title": f"Machine Learning Engineer {number}", "employer": f"Employer {chr(65 + number)}", "board": "acme",
        "role": "machine_learning_engineer", "role_group": "ai_engineering", "seniority": "senior", "language": "en",
        "text": f"Text of advert {number}", "text_hash": f"{number:032x}", "text_state": "full",
        "country": "US", "places": (Place(place_text="Boston", country="US", continent="Americas"),),
    }  # fmt: skip
    return posting(number, **values | fields)


def offer(number: int, **fields: Any) -> Posting:
    """Such an advert that states pay of 100 to 140 dollars a year in the US."""
    values = {
        "pay_low": 100.0, "pay_high": 140.0, "annual_low": 100.0, "annual_high": 140.0, "currency": "USD",
        "period": "year", "pay_source": "stated", "pay_country": "US", "pay_continent": "Americas",
        "pay_market": "local",
    }  # fmt: skip
    return advert(number, **values | fields)


OPEN = (
    offer(0, workplace="remote", skills=(PYTHON, RUST)),
    offer(1, pay_high=None, annual_high=None, workplace="onsite", skills=(FAMILIAR,)),
    offer(2, employment_type="CONTRACTOR"),
    offer(3, period="hour"),
    offer(4, pay_flag="implausible_low"),
    offer(5, pay_tax="net"),
    offer(6, currency="EUR"),  # no rate is loaded
    offer(7, seniority="intern"),
    offer(8, role="ai_data_trainer", role_group="other"),
    advert(9, skills=(RUST,), language="fi"),  # no pay, and a language in which skills are not read
)
FORMER = offer(10, skills=(PYTHON,))
"""Listed in February, gone in March."""
HIDDEN = offer(11, source="secret", board="secret")
"""Of a source whose aggregates may not be published."""


READINGS = [
    PlatformReading(
        platform=f"{brand} job boards", n_jobs=3, n_employers=3, share=share, share_lo=share - 0.1,
        share_hi=share + 0.1, form="point",
    )
    for brand, share in (("Ashby", 0.8), ("Lever", 0.5))
]  # fmt: skip
FORMS = {
    "World": "point", "Northern Europe": "interval", "Southern Europe": "platforms", "Eastern Europe": "bounds",
    "Western Europe": "says",
}  # fmt: skip
"""How the share of remote jobs is printed, by place."""


@pytest.fixture(scope="module")
def market(work_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A published file: two readings of a board, and one of a source that may not be published."""
    folder = tmp_path_factory.mktemp("market")
    with open_copy(work_template, folder) as con:
        publish_readings(con, folder)
    with duckdb.connect(str(folder / "market.duckdb"), read_only=True) as reader:
        reader.execute("SET TimeZone = 'UTC'")
        yield reader


def publish_readings(con: database.Connection, folder: Path) -> None:
    load_lookups(con, [board_source("board"), board_source("secret", is_republishable=False)])
    files = [
        refined(folder, "a", Answer(on(2, 10), [OPEN[0], FORMER])),
        refined(folder, "b", Answer(on(3, 30), OPEN)),
        refined(folder, "c", Answer(on(3, 30), [HIDDEN], board="secret"), source="secret"),
    ]
    load(con, *files)
    employers.resolve(con, ())
    jobs.resolve(con)
    convert_money(con)
    remote = [
        share_row(
            NEWEST, "workplace", "remote", 6, 4, n_unknown=2, region=region, status="low", form=form,
            share=4 / 6, share_lo=0.5, share_hi=0.9, bound_lo=0.3, bound_hi=0.95,
            share_by_employer=0.6, share_by_employer_lo=0.4, share_by_employer_hi=0.8,
            platforms=READINGS if form == "platforms" else None,
            platforms_by_jobs=READINGS if form == "platforms" else None,
        )
        for region, form in FORMS.items()
    ]  # fmt: skip
    with database.transaction(con):
        database.write_mart(con, Shares, [Shares(**row) for row in remote], as_of=NEWEST)
        published.publish(con, {"shares.workplace.regions": 1}, cells_of=NEWEST, published_on=NEWEST)
    publish(con, folder / "market.duckdb")


def test_pay_that_is_in_no_band_says_why(market: duckdb.DuckDBPyConnection) -> None:
    rows = all_rows(market, "SELECT posting_id, why_not, is_in_band FROM analysis.pay_observations")
    assert {row[0]: row[1:] for row in rows} == {
        "board:0": (None, True),
        "board:1": ("one_end", False),
        "board:2": ("not_full_time", False),
        "board:3": ("short_period", False),
        "board:4": ("implausible_low", False),
        "board:5": ("net", False),
        "board:6": ("no_rate", False),
        "board:7": ("intern", False),
        "board:8": ("data_trainer", False),
        "board:10": ("not_open", False),
    }
    assert {why for _, why, _ in rows} - {None} <= REASONS
    words = analysis_views.COLUMNS["analysis.pay_observations"]["why_not"]
    assert all(reason in words for reason in REASONS - set(PAY_FLAGS)), "every reason is explained"


def test_pay_in_a_band_is_what_the_marts_take(market: duckdb.DuckDBPyConnection) -> None:
    in_band = all_rows(
        market,
        f"SELECT job_id, posting_id, annual_low_usd, annual_high_usd FROM pay_observations(DATE '{NEWEST}')"
        " WHERE region_level = 'world' AND is_in_band AND annual_low_usd IS NOT NULL AND annual_high_usd IS NOT NULL",
    )
    query = "SELECT job_id, posting_id, low_usd, high_usd FROM analysis.pay_observations WHERE is_in_band"
    assert all_rows(market, query) == in_band != []


def test_pay_is_given_in_dollars_in_its_own_money_and_as_stated(market: duckdb.DuckDBPyConnection) -> None:
    columns = "mid_usd, mid_local, low_as_stated, high_as_stated, period, currency, basis, country, region, employer"
    (row,) = all_rows(market, f"SELECT {columns} FROM analysis.pay_observations WHERE posting_id = 'board:0'")
    assert row == (120, 120, 100, 140, "year", "USD", "advertised", "US", "Northern America", "Employer A")
    days = "SELECT first_seen_on, last_seen_on, closed_on, days_seen, is_open FROM analysis.pay_observations"
    (open_job,) = all_rows(market, f"{days} WHERE posting_id = 'board:0'")
    assert open_job == (date(2026, 2, 10), date(2026, 3, 30), None, 49, True)
    (closed_job,) = all_rows(market, f"{days} WHERE posting_id = 'board:10'")
    assert closed_job == (date(2026, 2, 10), date(2026, 2, 10), date(2026, 3, 30), 1, False)


def test_jobs_are_those_of_publishable_sources_open_as_statistics_count(market: duckdb.DuckDBPyConnection) -> None:
    rows = all_rows(market, "SELECT posting_id, is_open FROM analysis.jobs")
    assert {row[0] for row in rows} == {f"board:{n}" for n in range(11)}, "none of a source that may not be published"
    open_jobs = {row[0] for row in all_rows(market, f"SELECT job_id FROM counted_jobs(DATE '{NEWEST}')")}
    assert {row[0] for row in all_rows(market, "SELECT job_id FROM analysis.jobs WHERE is_open")} == open_jobs
    assert {row[0] for row in rows if row[1]} == {f"board:{n}" for n in range(10)}
    read = all_rows(market, "SELECT posting_id FROM analysis.jobs WHERE NOT is_skill_read")
    assert read == [("board:9",)]


def test_skills_are_those_that_the_marts_count(market: duckdb.DuckDBPyConnection) -> None:
    rows = all_rows(market, "SELECT job_id, skill, requirement, text_class, is_open FROM analysis.skills_asked")
    assert {(row[1], row[2], row[4]) for row in rows if row[0] in ("board:0", "board:1", "board:10")} == {
        ("Python", "required", True),
        ("Rust", "preferred", True),
        ("Python", "mentioned", True),
        ("Python", "required", False),
    }
    assert {row[3] for row in rows} == {"full_advert"}
    triples = set()
    for requirement in REQUIREMENTS:
        query = f"SELECT job_id, unnest({requirement}) FROM jobs_with_skills(DATE '{NEWEST}')"
        triples |= {(job, skill, requirement) for job, skill in all_rows(market, query)}
    assert {row[:3] for row in rows if row[4]} == triples


def test_remote_work_has_marts_with_intervals_and_roles_as_counts(market: duckdb.DuckDBPyConnection) -> None:
    select = "SELECT n_remote, n_not_remote, n_unknown, known_share, share, bound_lo, bound_hi, status"
    (mart,) = all_rows(market, f"{select} FROM analysis.remote_share WHERE role = 'all' AND region = 'World'")
    assert mart == (4, 2, 2, 6 / 8, 4 / 6, 0.3, 0.95, "low")
    where = "role = 'machine_learning_engineer' AND region = 'US'"
    (role,) = all_rows(market, f"{select} FROM analysis.remote_share WHERE {where}")
    assert role == (1, 1, 7, 2 / 9, 0.5, None, None, "count")
    (silent,) = all_rows(
        market, f"{select} FROM analysis.remote_share WHERE role = 'ai_data_trainer' AND region = 'US'"
    )
    assert silent == (0, 0, 1, 0, None, None, None, "count"), "not stated is NULL and never zero"


def test_remote_work_has_of_employers_and_jobs_what_may_be_printed(market: duckdb.DuckDBPyConnection) -> None:
    columns = "region, share_by_employer, share_by_employer_lo, share, share_lo, bound_lo, platforms, platforms_by_jobs"
    rows = all_rows(market, f"SELECT {columns} FROM analysis.remote_share WHERE role = 'all' AND form IS NOT NULL")
    readings = [asdict(one) for one in READINGS]
    assert {region: tuple(values) for region, *values in rows} == {
        "World": (0.6, 0.4, 4 / 6, 0.5, 0.3, [], []),
        "Northern Europe": (None, 0.4, None, 0.5, 0.3, [], []),
        "Southern Europe": (None, 0.4, None, 0.5, 0.3, readings, readings),
        "Eastern Europe": (None, None, None, None, 0.3, None, None),
        "Western Europe": (None, None, None, None, None, None, None),
    }


def test_months_count_what_boards_listed_and_say_what_they_cover(market: duckdb.DuckDBPyConnection) -> None:
    columns = "month, n_jobs, n_boards_read, read_from, read_to, n_boards_again, n_jobs_again, n_jobs_before"
    where = "region = 'World' AND role = 'machine_learning_engineer' ORDER BY month"
    rows = all_rows(market, f"SELECT {columns} FROM analysis.open_by_month WHERE {where}")
    february, march = date(2026, 2, 10), date(2026, 3, 30)
    assert rows == [
        (date(2026, 2, 1), 2, 1, february, february, 0, 0, 0),
        (date(2026, 3, 1), 9, 1, march, march, 1, 9, 2),
    ]


def test_a_role_that_is_gone_stays_in_the_month_that_it_left(con: database.Connection, tmp_path: Path) -> None:
    old = advert(1, role="data_scientist", role_group="ai_science")
    load(
        con,
        refined(tmp_path, "a", Answer(on(1, 5), [advert(0), old])),
        refined(tmp_path, "b", Answer(on(2, 5), [advert(0)])),
        refined(tmp_path, "c", Answer(on(4, 5), [advert(0)])),  # nobody looked in March
    )
    with database.transaction(con):
        database.write_mart(con, Shares, [], as_of=date(2026, 4, 5))
    for statement in analysis_views.declarations():
        con.execute(statement)
    columns = "month, role, n_jobs, n_boards_again, n_jobs_again, n_jobs_before"
    rows = all_rows(con, f"SELECT {columns} FROM analysis.open_by_month WHERE region = 'World' ORDER BY ALL")
    assert rows == [
        (date(2026, 1, 1), "data_scientist", 1, 0, 0, 0),
        (date(2026, 1, 1), "machine_learning_engineer", 1, 0, 0, 0),
        (date(2026, 2, 1), "data_scientist", 0, 1, 0, 1),
        (date(2026, 2, 1), "machine_learning_engineer", 1, 1, 1, 1),
        (date(2026, 4, 1), "machine_learning_engineer", 1, 0, 0, 0),
    ]


@pytest.mark.parametrize(("n_yes", "n_employers"), [(0, 15), (1, 136), (81, 136), (20, 20)])
def test_an_interval_over_employers_is_that_of_wilson(
    market: duckdb.DuckDBPyConnection, n_yes: int, n_employers: int
) -> None:
    ask = f"SELECT analysis.employer_interval({n_yes} / {n_employers}, {n_employers})"
    wilson = stats.binomtest(n_yes, n_employers).proportion_ci(method="wilson")
    assert all_rows(market, ask)[0][0] == pytest.approx({"lo": wilson.low, "hi": wilson.high}, abs=1e-6)


def test_no_employer_has_no_interval(market: duckdb.DuckDBPyConnection) -> None:
    ask = "SELECT analysis.employer_interval(avg(share), count(share)) FROM (SELECT NULL::DOUBLE AS share)"
    assert all_rows(market, ask) == [(None,)]


def test_employers_hire_for_ai_jobs_that_are_open(market: duckdb.DuckDBPyConnection) -> None:
    rows = all_rows(market, "SELECT employer, n_jobs, roles, countries FROM analysis.employers_hiring ORDER BY ALL")
    hiring = sorted(str(one.employer) for one in OPEN if one.role_group in AI_GROUPS)
    assert [row[0] for row in rows] == hiring
    assert rows[0][1:] == (1, {"machine_learning_engineer": 1}, ["US"])
    query = "SELECT n_read_in_full, n_stating_pay, share_stating_pay FROM analysis.employers_hiring WHERE employer ="
    assert all_rows(market, f"{query} 'Employer A'") == [(1, 1, 1)]
    assert all_rows(market, f"{query} 'Employer J'") == [(1, 0, 0)]


def test_an_employer_stands_by_its_name_and_not_by_its_token(con: database.Connection, tmp_path: Path) -> None:
    load(con, refined(tmp_path, "a", Answer(on(1, 5), [offer(0, employer="acme-labs", board="acme-labs")])))
    con.execute("UPDATE core.postings SET source = 'ashby', employer_in_text = 'ACME Labs'")
    con.execute("UPDATE ops.responses SET source = 'ashby', board = 'acme-labs'")
    employers.resolve(con, ())
    with database.transaction(con):
        database.write_mart(con, Shares, [], as_of=date(2026, 1, 5))
    for statement in analysis_views.declarations():
        con.execute(statement)
    for view in ("jobs", "pay_observations", "employers_hiring"):
        assert all_rows(con, f"SELECT employer FROM analysis.{view}") == [("ACME Labs",)], view
    assert all_rows(con, "SELECT employer FROM open_jobs(DATE '2026-01-05')") == [("ACME Labs",)]


def test_a_board_that_lists_most_of_anothers_jobs_is_its_twin(con: database.Connection, tmp_path: Path) -> None:
    boards = {"acme": range(5), "acme-old": range(10, 14), "branch": range(20, 26)}
    load_lookups(con, [board_source("board")])
    files = [
        refined(tmp_path, name, Answer(on(3, 30), [advert(n, board=name) for n in numbers], board=name))
        for name, numbers in boards.items()
    ]
    load(con, *files)
    for left, right in ((0, 10), (1, 11), (2, 12), (3, 20), (4, 21)):
        job = f"UPDATE core.postings SET job_id = 'board:{left}' WHERE posting_id = 'board:{right}'"
        con.execute(job)
    for statement in analysis_views.declarations():
        con.execute(statement)
    rows = all_rows(con, "SELECT board, other_board, n_common, n_jobs, share_common FROM analysis.twin_boards")
    assert rows == [("acme-old", "acme", 3, 4, 0.75)], "two jobs of a branch's six are no twin's"


OUR_CLIENT = "Our client is a bank."
GERMAN = Place(place_text="Köln", country="DE")
AMERICAN = Place(place_text="Boston", country="US")


def board_rows(con: database.Connection, folder: Path, lists: Mapping[str, list[Posting]], columns: str) -> Any:
    """Columns of analysis.boards by board, where each lists these adverts."""
    load_lookups(con, [board_source("board")])
    files = [
        refined(
            folder,
            name,
            Answer(on(3, number), [add_agency_signs(replace(one, board=name)) for one in adverts], board=name),
        )
        for number, (name, adverts) in enumerate(lists.items(), start=1)
    ]
    load(con, *files)
    employers.resolve(con, ())
    for statement in analysis_views.declarations():
        con.execute(statement)
    return {row[0]: row[1:] for row in all_rows(con, f"SELECT board, {columns} FROM analysis.boards")}


def adverts_of(board: str, n: int, **fields: Any) -> list[Posting]:
    """Adverts of one employer with ids of their own."""
    one = add_agency_signs(advert(1, **{"employer": board} | fields))
    return [replace(one, posting_id=f"board:{board}{k}") for k in range(n)]


def test_a_boards_country_is_that_of_most_of_its_jobs(con: database.Connection, tmp_path: Path) -> None:
    both = {"places": (GERMAN, AMERICAN), "country": None}
    lists = {
        "most": adverts_of("most", 5) + adverts_of("b", 2, places=(GERMAN,), country="DE"),
        "half": adverts_of("half", 5) + adverts_of("c", 5, places=(GERMAN,), country="DE"),
        "few": adverts_of("few", 4),
        "both": adverts_of("both", 9, **both),
        "nowhere": adverts_of("nowhere", 9, places=(), country=None),
    }
    rows = board_rows(con, tmp_path, lists, "country, n_placed, n_in_country, country_share")
    assert rows == {
        "most": ("US", 7, 5, 5 / 7),
        "half": (None, 10, None, None),
        "few": (None, 4, None, None),
        "both": (None, 9, None, None),
        "nowhere": (None, 0, None, None),
    }


def test_a_board_is_an_agencys_by_evidence_alone(con: database.Connection, tmp_path: Path) -> None:
    unread = {"text": None, "text_hash": None, "text_state": "none"}
    recruits = adverts_of("d", 3, title="Recruitment Consultant", **unread)
    lists = {
        "words": adverts_of("words", 3, text=OUR_CLIENT) + adverts_of("e", 27),
        "fewer": adverts_of("fewer", 3, text=OUR_CLIENT) + adverts_of("f", 28),
        "two": adverts_of("two", 2, text=OUR_CLIENT) + adverts_of("g", 3),
        "titles": recruits + adverts_of("h", 5, **unread),
        "name": adverts_of("Acme Staffing", 2, **unread),
        "little": adverts_of("little", 4),
        "silent": adverts_of("silent", 30, **unread),
    }
    columns = "is_agency, n_jobs, n_read, n_for_client, n_by_title, n_of_agency, agency_words"
    phrases = ["Our client is a"]
    assert board_rows(con, tmp_path, lists, columns) == {
        "words": (True, 30, 30, 3, 0, 0, phrases),
        "fewer": (False, 31, 31, 3, 0, 0, phrases),
        "two": (False, 5, 5, 2, 0, 0, phrases),
        "titles": (True, 8, 0, 0, 3, 0, ["Recruitment Consultant"]),
        "name": (True, 2, 0, 0, 0, 2, []),
        "little": (None, 4, 4, 0, 0, 0, []),
        "silent": (None, 30, 0, 0, 0, 0, []),
    }


def test_a_board_has_the_industry_of_the_employer_of_most_of_its_jobs(con: database.Connection, tmp_path: Path) -> None:
    lists = {
        "a": adverts_of("Acme", 3) + adverts_of("Globex", 2),
        "b": adverts_of("Acme", 2) + adverts_of("Globex", 2),
        "c": adverts_of("Initech", 1),
    }
    lists["b"] = [replace(one, posting_id=f"{one.posting_id}b") for one in lists["b"]]
    board_rows(con, tmp_path, lists, "board")
    con.execute(
        "UPDATE core.employers SET industry = 'finance', industry_evidence = 'public: a bank' WHERE employer = 'Acme'"
    )
    columns = "board, employer, industry, industry_evidence, n_employers"
    assert all_rows(con, f"SELECT {columns} FROM analysis.boards ORDER BY board") == [
        ("a", "Acme", "finance", "public: a bank", 2),
        ("b", None, None, None, 2),
        ("c", "Initech", None, None, 1),
    ]


def test_a_board_has_the_industry_that_fields_of_its_adverts_state(con: database.Connection, tmp_path: Path) -> None:
    lists = {
        "a": adverts_of("Acme", 3, industry_text="Financial Services") + adverts_of("Globex", 2),
        "c": adverts_of("Initech", 1, industry_text="Birds"),
    }
    assert board_rows(con, tmp_path, lists, "industry, industry_evidence") == {
        "a": ("finance", "board states: Financial Services"),
        "c": (None, None),
    }
    assert all_rows(con, "SELECT DISTINCT industry_text FROM core.postings WHERE employer = 'Initech'") == [("Birds",)]


def test_a_board_without_adverts_stays_empty(con: database.Connection) -> None:
    load_lookups(con, [board_source("board")])
    for name in ("a", "a-sandbox", "A"):
        known_on, is_test = date(2026, 3, 1), "sandbox" in name
        row = KnownBoards(source="board", board=name, known_from="a list", known_on=known_on, is_test=is_test)
        store.add_known(con, [row])
    for statement in analysis_views.declarations():
        con.execute(statement)
    columns = "board, state, n_jobs, country, is_agency, employer, industry"
    assert all_rows(con, f"SELECT {columns} FROM analysis.boards ORDER BY board") == [
        ("a", "new", 0, None, None, None, None),
        ("a-sandbox", "test", 0, None, None, None, None),
    ]


def test_each_night_of_a_board_says_why_it_was_asked_and_what_it_showed(
    con: database.Connection, tmp_path: Path
) -> None:
    load_lookups(con, [board_source("board"), board_source("secret", is_republishable=False)])
    store.record_nights(
        con,
        [
            plan_board(1, why="panel", chance=0.5, outcome="answered"), plan_board(2, outcome="not_asked"),
            plan_board(3, outcome="no_answer"), plan_board(3, outcome="not_asked", run_id="again"),
            plan_board(5, outcome="answered"), plan_board(6, why="dead", outcome="refused"), plan_board(7),
        ],
    )  # fmt: skip
    load(
        con,
        refined(tmp_path, "a", Answer(on(3, 1), [offer(0), offer(1), advert(2)])),
        refined(tmp_path, "b", Answer(on(3, 4), [offer(0), advert(2), advert(3, role_group="data")])),
        refined(tmp_path, "c", Answer(on(3, 5), status=503)),
        refined(tmp_path, "d", Answer(on(3, 8), [offer(0), offer(1)])),
        refined(tmp_path, "e", Answer(on(3, 9), status=404)),
        refined(tmp_path, "f", Answer(on(3, 1), [HIDDEN], board="secret"), source="secret"),
    )
    publish(con, tmp_path / "market.duckdb")
    columns = "day(night), why, chance, said, n_answers, day(answered_on), n_adverts, n_ai, n_ai_paid, n_first_seen"
    with duckdb.connect(str(tmp_path / "market.duckdb"), read_only=True) as reader:
        rows = all_rows(
            reader,
            f"SELECT {columns}, n_ai_paid_first_seen FROM analysis.board_nights ORDER BY source, board, night",
        )
        (last,) = all_rows(reader, "SELECT n_adverts, n_ai FROM core.board_states WHERE source = 'board'")
    assert rows == [
        (1, "panel", 0.5, "answer", 1, 1, 3, 3, 2, 3, 2),
        (2, "yield", None, "not_asked", 0, 1, 3, 3, 2, 0, 0),
        (3, "yield", None, "no_answer", 0, 1, 3, 3, 2, 0, 0),
        (4, None, None, "answer", 1, 4, 3, 2, 1, 1, 0),
        (5, "yield", None, "failure", 1, 4, 3, 2, 1, 0, 0),
        (6, "dead", None, "refused", 0, 4, 3, 2, 1, 0, 0),
        (7, "yield", None, None, 0, 4, 3, 2, 1, 0, 0),
        (8, None, None, "answer", 1, 8, 2, 2, 2, 0, 0),  # one is back, and was seen before
        (9, None, None, "gone", 1, 8, 2, 2, 2, 0, 0),
    ]
    assert rows[-1][6:8] == last, "as the state of the board has it"


def plan_board(day: int, *, why: str = "yield", run_id: str = "first", **fields: Any) -> BoardNights:
    """The board acme was planned on a day of March."""
    on_day = date(2026, 3, day)
    return BoardNights(run_id=f"{day} {run_id}", source="board", board="acme", planned_on=on_day, why=why, **fields)


def test_columns_are_declared_in_order_and_none_holds_a_text(market: duckdb.DuckDBPyConnection) -> None:
    for view, columns in analysis_views.COLUMNS.items():
        assert [column[0] for column in market.execute(f"SELECT * FROM {view}").description or ()] == list(columns)
    assert analysis_views.COLUMNS.keys() == analysis_views.VIEWS.keys()
    assert analysis_views.ARGUMENTS.keys() == analysis_views.FUNCTIONS.keys()
    assert not {"text", "url"} & {name for columns in analysis_views.COLUMNS.values() for name in columns}


def test_views_answer_before_anything_was_read(con: database.Connection, tmp_path: Path) -> None:
    publish(con, tmp_path / "market.duckdb")
    with duckdb.connect(str(tmp_path / "market.duckdb"), read_only=True) as reader:
        assert [all_rows(reader, f"FROM {view}") for view in analysis_views.VIEWS] == [[]] * len(analysis_views.VIEWS)


def test_the_working_file_has_no_views_for_analysts(con: database.Connection) -> None:
    """So that a change of one has nothing loaded again, and a night computes nothing for them."""
    assert all_rows(con, "SELECT 1 FROM duckdb_schemas() WHERE schema_name = 'analysis'") == []


def test_no_view_uses_a_word_that_duckdb_1_5_lacks() -> None:
    """The function `if` came with 2.0; the README promises that both open the file."""
    views = (*schema.VIEWS.values(), *schema.MART_VIEWS.values(), *schema.MACROS.values())
    for meaning, select in (*views, *analysis_views.VIEWS.values(), *analysis_views.FUNCTIONS.values()):
        assert " if(" not in select.replace("(if(", " if("), meaning
