"""Pay that people report, by country, role and level: its address, its rows by money, and who answered."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from reports.figures import query
from reports.figures.addresses import AddressError, declare
from reports.figures.catalogue import find_id
from reports.figures.compute import compute_asked
from reports.wording.reported import BONUS, OF_CELL
from tests.builders import open_copy
from tests.reports.conftest import put_rows
from transforms.records.columns import fields_of
from transforms.records.vocabulary import NO_LICENCE
from transforms.text.lookups import countries
from warehouse import database
from warehouse.marts.pay.reported_pay import reported_pay
from warehouse.tables import Countries, PayReports, Sources

AS_OF = date(2026, 3, 1)


def people(n: int, **fields: Any) -> list[PayReports]:
    usual: dict[str, Any] = {
        "source": "toy", "snapshot_on": date(2025, 6, 1), "basis": "reported", "year": 2025, "title": "",
        "role": "software_engineer", "role_group": "other_engineering", "seniority": "unstated", "currency": "USD",
        "country": "CO", "region": "South America", "continent": "Americas", "warc": "w", "record": 0,
        "employment_type": "FULL_TIME", "paid_in": "local", "years_experience": 4.0,
    }  # fmt: skip
    first = fields.pop("first", 1)
    empty: dict[str, Any] = {field.name: None for field in fields_of(PayReports)}
    rows = range(first, first + n)
    return [PayReports(**(empty | usual | {"row": k, "pair_row": k, "pay": 20_000.0 + k} | fields)) for k in rows]


@pytest.fixture
def con(work_template: Any, tmp_path: Any) -> Any:
    with open_copy(work_template, tmp_path) as con:
        database.put(con, Countries, countries())
        rows = [
            *people(40),
            *people(35, first=101, pay=60_000.0, paid_in="foreign"),
            *people(31, first=201, years_experience=8.0),
            *people(50, source="other", title="Data Scientist", role="data_scientist", role_group="ai_science", pay=9e4,
                    paid_in=None),
            *people(20, first=51, source="other", title="AI Engineer", role="ai_engineer", role_group="ai_engineering",
                    pay=9e4, paid_in=None),
        ]  # fmt: skip
        database.put(con, PayReports, rows)
        cells = reported_pay(con, AS_OF)
        con.register("cells", cells)
        con.execute("CREATE TEMP TABLE reported_pay AS FROM cells")
        yield con


def read(con: Any, address: str, name: str = "") -> list[dict[str, Any]]:
    figure = declare(address)
    (rung,) = figure.rungs
    parameters = {**rung.parameters, "as_of": AS_OF, "tables": query.Sql("temp")}
    return query.read(con, query.fill(name or rung.sql, parameters))


def test_a_survey_that_asks_for_the_money_has_a_row_of_each(con: Any) -> None:
    rows = read(con, "reported.co.other_engineering.mid")
    assert [(row["pay_market"], row["n_persons"]) for row in rows] == [("local", 40), ("cross_border", 35)]
    assert [row["n_persons"] for row in read(con, "reported.co.other_engineering.senior")] == [31]
    text = OF_CELL.text(rows)
    assert "USD 20K in Colombia (developers of all kinds paid in US dollars;" in text
    assert "USD 60K in Colombia (developers of all kinds paid in foreign money;" in text


def test_a_survey_that_does_not_ask_has_one_row_and_says_who_answered(con: Any) -> None:
    (row,) = read(con, "reported.co.ai_core.all")
    assert (row["pay_market"], row["n_persons"], row["n_data_scientists"]) == ("all", 70, 50)
    assert (
        "USD 90K in Colombia (data scientists [50 of 70] and AI specialists who stated pay in US dollars;"
        in OF_CELL.text([row])
    )
    (alone,) = read(con, "reported.co.data_scientist.all")
    assert "USD 90K in Colombia (data scientists who stated pay in US dollars;" in OF_CELL.text([alone])


def test_a_region_has_the_nearest_group_that_prints_of_each_survey(con: Any) -> None:
    rows = read(con, "reported.south_america.ai_engineering.all")
    found = [(row["source"], row["role_group"], row["pay_market"], row["n_persons"]) for row in rows]
    # "other" has 20 AI engineers, too few, and 70 with the data scientists; "toy" asks for no role
    assert found == [
        ("other", "ai_core", "all", 70), ("toy", "other_engineering", "local", 71),
        ("toy", "other_engineering", "cross_border", 35),
    ]  # fmt: skip
    assert read(con, "reported.western_europe.ai_engineering.all") == []
    assert [row["source"] for row in read(con, "reported.co.ai_engineering.all")] == ["other"], "not widened"


def test_where_no_rate_is_near_enough_pay_stands_in_the_money_it_is_paid_in(con: Any) -> None:
    database.put(con, PayReports, people(33, source="pesos", currency="COP", pay=9e7))
    con.register("cells", reported_pay(con, AS_OF))
    con.execute("CREATE OR REPLACE TEMP TABLE reported_pay AS FROM cells")
    rows = read(con, "reported.co.other_engineering.mid")
    (row,) = (row for row in rows if row["source"] == "pesos")
    assert (row["currency"], row["n_persons"], row["local_p50"]) == ("COP", 33, 9e7)
    behind = [one["cell"] for one in read(con, "reported.co.other_engineering.mid", "behind/reported")]
    assert behind.count(row["cell"]) == 33
    assert "COP 90.0M in Colombia (developers of all kinds paid in Colombian pesos;" in OF_CELL.text(rows)
    assert OF_CELL.text(rows).count("no exchange rate to dollars within 45 days of the survey") == 1
    assert OF_CELL.table is not None
    (cells,) = (cells for cells in OF_CELL.table(rows).rows if "COP 90.0M (n = 33)" in cells)
    assert cells[2:5] == ("–", "–", "–"), "nothing in dollars"


def test_a_bonus_is_said_with_its_share_its_size_and_those_behind_it(con: Any) -> None:
    asked = {"source": "asked", "title": "AI Engineer", "role": "ai_engineer", "role_group": "ai_engineering"}
    database.put(con, PayReports, people(30, **asked, bonus="none") + people(20, first=31, **asked, bonus="one"))
    database.put(con, PayReports, people(40, source="told", pay=1e4, pay_total=1.2e4))
    con.register("cells", reported_pay(con, AS_OF))
    con.execute("CREATE OR REPLACE TEMP TABLE reported_pay AS FROM cells")
    address = "reported_bonus.south_america.ai_engineering.all"
    rows = read(con, address)
    assert [(row["source"], row["n_persons"]) for row in rows] == [("asked", 50), ("told", 40)]
    assert BONUS.text(rows) == (
        "a yearly bonus, each of those who chose to answer a survey: 40% in Colombia (machine learning and AI "
        "engineers; 26–55%; 20 of 50; asked, June 2025), 20 get one month's salary; 100% in Colombia (developers of "
        "all kinds; 91–100%; 40 of 40; told, June 2025), median 20% of base pay (about 20%, n = 40)"
    )
    behind = [one["cell"] for one in read(con, address, "behind/reported_bonus")]
    assert [behind.count(row["cell"]) for row in rows] == [50, 40]


@pytest.mark.parametrize(
    "address",
    ["reported.co.other_engineering.mid", "reported.co.ai_core.all", "reported.south_america.ai_engineering.all"],
)
def test_the_people_behind_a_figure_are_those_it_counts(con: Any, address: str) -> None:
    counted = {tuple(row["cell"]): row["n_persons"] for row in read(con, address)}
    behind = [tuple(row["cell"]) for row in read(con, address, "behind/reported")]
    assert {cell: behind.count(cell) for cell in behind} == counted


def test_the_notes_say_from_which_years_a_level_is() -> None:
    assert find_id("reported.co.ai_core.senior") == "reported.co.ai_core.senior"
    title = declare("reported.co.ai_core.senior").title
    assert title == "Pay that people report in Colombia: AI engineering and science, senior level"
    for wrong in ("reported.atlantis.ai_core.all", "reported.co.pilots.all", "reported.co.ai_core.boss"):
        with pytest.raises(AddressError):
            declare(wrong)


def test_persons_of_a_source_that_is_not_for_publication_are_no_lack_of_persons(con: Any) -> None:
    closed = {"source": "closed", "title": "Closed survey", "restriction": NO_LICENCE, "is_republishable": False}
    database.put(con, PayReports, people(58, source="closed", country="BR", currency="BRL"))
    put_rows(con, Sources, closed)
    for address, said in (
        (
            "reported.br.other_engineering.mid",
            "Closed survey is not for publication: no licence found; to print it, add",
        ),
        ("reported.ar.other_engineering.mid", "not enough data (n = 0; 30 needed)"),
    ):
        (row,) = compute_asked(con, [address], AS_OF, code_version="1")
        assert (row.value, row.status) == (None, "suppressed")
        assert (row.reason or "").startswith(said), address
