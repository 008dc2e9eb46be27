"""Declared and cited figures."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import duckdb
import pytest

from reports.figures import catalogue, query
from reports.figures.catalogue import declarations
from reports.figures.claims import warn_of_outdated
from reports.figures.places import REGIONS
from reports.wording import notes
from tests.reports.figures.ledger_builders import AS_OF, NORTH, Put, computed
from warehouse import tables

LOOKUPS = Path(__file__).parents[3] / "transforms" / "lookups"


def test_regions_are_those_of_the_table_of_countries() -> None:
    with (LOOKUPS / "place" / "countries.csv").open(encoding="utf-8", newline="") as lines:
        regions = {row["region"] for row in csv.DictReader(lines)} - {""}
    assert set(REGIONS) == regions


def test_every_figure_of_the_design_is_declared_with_a_way_to_print_it(
    con: duckdb.DuckDBPyConnection, put: Put
) -> None:
    put(tables.Countries, {"country": "US", "alpha3": "USA", "name": "United States"})
    figures = declarations(con)
    ids = {
        NORTH, "pay.south_america.ai_engineering.mid_senior", "bands.regions",
        "pay.us.ai_engineering.entry", "entries.countries", "additional.share",
        "skills.baseline", "skills.programming_languages", "skills.generative_ai_and_agents", "roles.shares",
        "employers.skills.baseline", "employers.skills.programming_languages", "employers.workplace.remote",
        "employers.degree", "employers.years", "employers.qualification", "employers.additional",
        "industries.shares", "closing_rate.engineering",
        "claim.shortfall", "claim.market_2033", "claim.gdp_2030",
        "claim.investment_2024",
    }  # fmt: skip
    assert ids <= figures.keys()
    for figure in figures.values():
        assert figure.renderer is catalogue.declaration_of(figure.id).renderer
        kinds = (figure.rungs, figure.claim, figure.gathers)
        assert [bool(kind) for kind in kinds].count(True) == 1


def test_no_advertised_figure_says_earn_and_nothing_says_average() -> None:
    for figure in catalogue.KNOWN.values():
        text = f"{figure.title} {figure.unit}".lower()
        assert "earn" not in text.replace("learn", "") and "average" not in text.replace("average employer", "")


def test_literals_survive_quotes() -> None:
    assert [query.literal(value) for value in ("Cote d'Ivoire", AS_OF, ("x", "y'z"), 0.1)] == [
        "'Cote d''Ivoire'", "DATE '2026-08-17'", "['x', 'y''z']", "0.1",
    ]  # fmt: skip
    with pytest.raises(TypeError):
        query.literal(object())


def test_sql_as_a_parameter_is_filled_in_itself(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "two.sql").write_text("SELECT * FROM ($inner) WHERE a = $a\n")
    monkeypatch.setattr(query, "SQL", tmp_path)
    parameters = {"inner": query.Sql("SELECT $a AS a"), "a": "x"}
    assert query.fill("two", parameters) == "SELECT * FROM (SELECT 'x' AS a) WHERE a = 'x'"
    with pytest.raises(KeyError):
        query.fill("two", {"inner": parameters["inner"]})


def test_cited_figures_name_their_source_and_go_stale(con: duckdb.DuckDBPyConnection) -> None:
    fresh = computed(con)["claim.gdp_2030"]
    assert fresh.value == "up to USD 15.7 trillion by 2030 (cited; PwC)"
    assert (fresh.kind, fresh.status, fresh.sources) == ("cited", "published", ("PwC",))
    assert "27 June 2017" in notes.note(
        fresh
    ) and "Printed as cited, not yet checked at the publisher; to be checked by 30 June 2027." in notes.note(fresh)
    assert warn_of_outdated([fresh]) == []
    stale = computed(con, date(2028, 1, 1))["claim.gdp_2030"]
    assert stale.status == "low" and stale.value is not None and stale.value.endswith("not checked in time)")
    assert stale.reason == "was to be checked by 30 June 2027, and was not"
    assert len(warn_of_outdated([stale])) == 1 and "PwC" in warn_of_outdated([stale])[0]


def test_a_claim_without_source_is_never_published_as_sure(con: duckdb.DuckDBPyConnection) -> None:
    row = computed(con)["claim.shortfall"]
    assert (row.status, row.value) == ("low", "30–40% over the next few years (cited; source unknown)")


def test_a_claim_read_at_second_hand_is_withheld_and_says_what_contradicts_it(con: duckdb.DuckDBPyConnection) -> None:
    row = computed(con)["claim.ai_adoption"]
    assert (row.status, row.value, row.kind, row.verify_by) == ("suppressed", None, "cited", date(2027, 3, 31))
    assert "opens it at its publisher; contradicted: Eurostat counts 19.95%" in (row.reason or "")
    assert computed(con)["claim.investment_2025"].value is None


def test_the_caveat_of_a_printed_claim_names_the_break_in_its_question(con: duckdb.DuckDBPyConnection) -> None:
    row = computed(con)["claim.ai_use_us"]
    assert row.value == "17–20% from December 2025 to May 2026 (cited; US Census Bureau)"
    assert "widened in November 2025" in notes.note(row)
