"""What is offered in place of a withheld figure, and what is said before the rows of a query."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reports.mcp.market import Market, Snapshot
from reports.mcp.nearest import describe_with_nearest, differ
from reports.mcp.refusals import MAX_PLACES, find_refusals
from tests.reports.release.conftest import DAY, publish_day
from warehouse.publish.bounded_query import Answer

WITHHELD = "pay.de.ai_engineering.mid"


@pytest.fixture(scope="module")
def snapshot(made_once: Callable[..., Path]) -> Iterator[Snapshot]:
    folder = made_once("published", lambda folder: publish_day(folder, DAY))
    with Market(folder).read() as market:
        yield market


def rows(*columns: str, of: list[list[object]] | None = None) -> Answer:
    return Answer(columns=list(columns), types=["VARCHAR"] * len(columns), rows=of or [], cut_by=None)


@pytest.mark.parametrize(
    ("asked", "near", "differs"),
    [
        ("pay.ca.ai_engineering.mid_senior", "pay.northern_america.ai_engineering.mid_senior",
         "The US and Canada instead of Canada"),
        ("skill.python.fr.ai_engineering", "skill.python.all.ai_engineering", "All places instead of France"),
    ],
)  # fmt: skip
def test_a_withheld_figure_offers_the_nearest_with_value_and_difference(
    snapshot: Snapshot, asked: str, near: str, differs: str
) -> None:
    answer = describe_with_nearest(snapshot.find(asked), snapshot)
    assert answer["state"] == "withheld"
    first, *others = answer["nearest"]
    assert near not in [other["id"] for other in others]
    assert (first["id"], first["differs"]) == (near, differs)
    figure = snapshot.find(near)
    assert (first["title"], first["value"]) == (figure.title, figure.value) and first["interval"]


def test_pay_of_a_region_that_is_one_country_elsewhere_is_not_offered(snapshot: Snapshot) -> None:
    answer = describe_with_nearest(snapshot.find("pay.mx.ai_engineering.mid_senior"), snapshot)
    assert all("northern_america" not in near["id"] for near in answer["nearest"])


def test_figures_differ_in_the_parts_of_their_addresses() -> None:
    assert differ("pay.fr.ai_engineering.entry", "pay.fr.ai_engineering.all") == (
        "Every level instead of entry level"
    )  # fmt: skip
    assert "another kind" in differ("pay.fr.ai_engineering.all", "foreign_currency.fr.ai_engineering.all")


@pytest.mark.parametrize(
    ("sql", "result"),
    [
        ("SELECT median(mid_usd) FROM analysis.pay_observations WHERE country = 'DE' AND level = 'mid'", rows("m")),
        ("FROM mart.salary_bands WHERE seniority_group = 'mid'", rows("region", of=[["DE"], ["DE"], [None]])),
        ("FROM analysis.pay_observations WHERE country_name = 'Germany' -- 'mid'", rows("m", of=[[1.0]])),
    ],
)
def test_a_query_on_a_place_whose_pay_is_withheld_says_so(snapshot: Snapshot, sql: str, result: Answer) -> None:
    (refusal,) = find_refusals(sql, result, snapshot)
    expected = snapshot.find(WITHHELD)
    assert (refusal["id"], refusal["reason"]) == (WITHHELD, expected.reason)
    assert next(iter(refusal)) == "what_it_is" and "nearest" in refusal


@pytest.mark.parametrize(
    "sql",
    [
        "FROM analysis.pay_observations WHERE region = 'Northern America'",
        "FROM core.sources WHERE title = 'Germany'",
        "FROM analysis.pay_observations",
    ],
)
def test_where_nothing_is_withheld_nothing_is_said(snapshot: Snapshot, sql: str) -> None:
    assert find_refusals(sql, rows("n"), snapshot) == []


def test_a_result_of_many_places_looks_up_a_few(snapshot: Snapshot) -> None:
    places = rows("country", of=[[code] for code in ("DE", "FR", "GB", "IT", "ES", "PL", "NL", "AT", "CH")])
    assert len(find_refusals("FROM analysis.pay_observations", places, snapshot)) == MAX_PLACES
