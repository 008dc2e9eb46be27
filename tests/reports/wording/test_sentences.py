"""Sentences to copy: what a figure says in each form."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import duckdb
import pytest

from reports.guide import desk
from reports.wording import prose, sentences
from tests.builders import share_row
from tests.reports.conftest import make_cell, make_tables, publish_cells, put_rows
from tests.reports.figures.ledger_builders import AS_OF, NORTH
from warehouse import mart_tables, tables
from warehouse.mart_tables import Figures

RUST, GERMANY = "skill.rust.all.ai_engineering", "pay.de.ai_engineering.mid_senior"
SURE = {"status": "published", "reason": None, "n_employers": 30, "share_lo": 0.39, "share_hi": 0.43}


@pytest.fixture(scope="module")
def rows() -> Iterator[dict[str, Figures]]:
    with duckdb.connect() as con:
        make_tables(con)
        put_rows(con, tables.Skills, {"skill": "Rust", "category": "Programming Languages", "aliases": []})
        put_rows(con, mart_tables.SalaryBands, make_cell())
        row = share_row(AS_OF, "skill_asked", "Rust", 400, 164, share=0.41, **SURE)
        put_rows(con, mart_tables.Shares, row | {"category": "Programming Languages", "rank": 1, "category_rank": 1})
        publish_cells(con)
        names = (NORTH, GERMANY, RUST, "skills.programming_languages", "claim.gdp_2030")
        yield {row.figure: row for row in desk.read_figures(con, names)}


@pytest.mark.parametrize(
    ("figure", "form", "words"),
    [
        (NORTH, "prose", "Adverts offer $120,000 to $180,000 a year for mid-to-senior AI engineering jobs in the US"),
        (NORTH, "exact", "Mid-to-senior AI engineering pay, US and Canada: USD 120K–180K per year"),
        (NORTH, "number", "USD 120K–180K per year"),
        (RUST, "prose", "About two in five AI engineering adverts ask for Rust."),
        (RUST, "exact", "41% of AI engineering jobs with a full advert in a language we read ask for Rust."),
        (RUST, "number", "41%"),
        (
            "claim.gdp_2030",
            "exact",
            "Contribution of AI to world GDP by 2030: up to USD 15.7 trillion by 2030",
        ),
    ],
)
def test_each_form_says_the_published_value(rows: dict[str, Figures], figure: str, form: str, words: str) -> None:
    said = sentences.say(rows[figure], form, is_sample=False)
    assert said is not None and said.startswith(words)
    assert said.endswith(".") != (form == "number")


def test_a_list_is_a_sentence_and_has_no_number_and_what_is_withheld_says_nothing(rows: dict[str, Figures]) -> None:
    said = sentences.say_all(rows["skills.programming_languages"], is_sample=False)
    assert said.keys() == {"prose", "exact"} and "two in five adverts ask for Rust" in said["prose"]
    assert sentences.say_all(rows[GERMANY], is_sample=False) == {}


def test_a_sentence_about_invented_data_says_so_in_every_form(rows: dict[str, Figures]) -> None:
    said = sentences.say_all(rows[NORTH], is_sample=True)
    assert len(said) == 3 and all("(invented sample data)" in words for words in said.values())


def test_a_review_is_no_part_of_a_sentence_and_other_remarks_are(rows: dict[str, Figures]) -> None:
    waits = dataclasses.replace(rows[RUST], qualifier="under review since 1 August 2026; low confidence")
    for words in sentences.say_all(waits, is_sample=False).values():
        assert "low confidence" in words and "review" not in words


def test_the_rule_changes_with_the_house_style(monkeypatch: pytest.MonkeyPatch) -> None:
    style, rule = prose.read_style(), sentences.rule_of("prose")
    assert rule.startswith("prose-") and sentences.rule_of("exact") == "exact"
    shares = style.shares.model_copy(update={"about": "roughly {share}"})
    monkeypatch.setattr(prose, "read_style", lambda: style.model_copy(update={"shares": shares}))
    assert sentences.rule_of("prose") != rule
