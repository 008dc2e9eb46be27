"""What is declared, and what is cited."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import duckdb
import pytest

from reports.figures import catalogue, query
from reports.figures.catalogue import declaration_of, declarations
from reports.figures.claims import warn_of_outdated
from reports.figures.pay_figures import REGIONS
from reports.wording import notes
from tests.reports.figures.ledger_builders import AS_OF, NORTH, Put, computed
from warehouse import tables

LOOKUPS = Path(__file__).parents[3] / "transforms" / "lookups"


def test_regions_are_those_of_the_table_of_countries() -> None:
    with (LOOKUPS / "place" / "countries.csv").open(encoding="utf-8", newline="") as lines:
        listed = {row["region"] for row in csv.DictReader(lines)} - {""}
    assert set(REGIONS) == listed


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
<<<<<<< HEAD
=======


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
        if row.value_json and declaration_of(row.figure).gathers is None:
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
>>>>>>> a0bfe71 (The median with the jobs that state no pay: bounds and odds beside each band; what was read, by place, source and sector; one cell of each mart by the text of the methods)
