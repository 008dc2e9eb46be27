"""How questions are read, and which figures answer them, on figures that are made for it."""

from __future__ import annotations

import pytest

from reports.search import cities
from reports.search.address import addresses_of
from reports.search.find import find
from reports.search.index import Entry, facets_of
from reports.search.question import count_edits, read_question
from reports.search.say import say_nothing
from reports.search.table import CITIES, FOLDER, make_table, phrase_of, rows_of

VALUES = {
    "pay.us.ai_engineering.mid_senior": "USD 130K–215K", "pay.de.ai_engineering.mid_senior": None,
    "pay.western_europe.ai_engineering.mid_senior": "USD 82K–132K", "pay.fr.ai_engineering.mid_senior": "USD 70K–90K",
    "pay.us.ai_engineering.entry": None, "movement.us.ai_engineering": "rose", "skill.python.all.ai_engineering": "78%",
    "skills.programming_languages": "Python 78%, Rust 7%", "workplace.remote": "51%", "degree.shares": "19%",
    "closing_rate.engineering": None, "claim.shortfall": "30–40%", "employment_type.shares": "full-time 90%",
}  # fmt: skip
FIGURES = tuple(
    Entry(id=name, facets=facets_of(name), title=name.replace(".", " "), value=value, why=None if value else "few")
    for name, value in VALUES.items()
)


def named(text: str, facet: str) -> set[str]:
    return {sense.value for sense in read_question(text, make_table()).values_of(facet)}


@pytest.mark.parametrize(
    ("text", "facet", "expected"),
    [
        ("wages in München", "place", {"de"}), ("pay in the U.S.", "place", {"us"}), ("NYC pay", "place", {"us"}),
        ("Brazilian pay and pay in Bangalore", "place", {"br", "in"}), ("LLM devs", "work", {"generative_ai_engineer"}),
        ("research scientists in AI", "work", {"ai_researcher", "ai_jobs"}), ("new grad pay", "level", {"entry"}),
        ("sr. machine-learning engineers", "level", {"senior"}), ("is pay rising", "shape", {"time"}),
        ("data scientist", "work", {"data_scientist"}), ("who wants C++", "item", {"cpp"}),
        ("how much to learn Go", "item", {"go"}), ("where do jobs go", "item", set()),
        ("do jobs ask for machine learning", "item", {"machine_learning"}), ("machine learning pay", "item", set()),
    ],
)  # fmt: skip
def test_words_name_facets(text: str, facet: str, expected: set[str]) -> None:
    assert named(text, facet) == expected


@pytest.mark.parametrize(
    ("text", "first", "nearest"),
    [
        ("what do AI engineers earn in Boston", "pay.us.ai_engineering.mid_senior", []),
        ("AI engneer sallary Germny", "pay.de.ai_engineering.mid_senior",
         ["pay.western_europe.ai_engineering.mid_senior", "pay.fr.ai_engineering.mid_senior"]),
        ("AI engineer pay in Austria", "pay.western_europe.ai_engineering.mid_senior", []),
        ("graduate AI engineer pay in the US", "pay.us.ai_engineering.entry", ["pay.us.ai_engineering.mid_senior"]),
        ("has AI pay in America risen", "movement.us.ai_engineering", []),
        ("is Python in demand", "skill.python.all.ai_engineering", []), ("Rust", "skills.programming_languages", []),
        ("can I WFH", "workplace.remote", []), ("do I need a PhD", "degree.shares", []),
        ("how long do vacancies stay open", "closing_rate.engineering", ["claim.shortfall"]),
    ],
)  # fmt: skip
def test_a_question_finds_its_figure_or_the_nearest_with_a_value(text: str, first: str, nearest: list[str]) -> None:
    found = find(text, FIGURES, make_table())
    assert found.ids[0] == first
    assert [entry.id for entry in found.nearest][: len(nearest)] == nearest
    assert all(entry.value for entry in found.nearest)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("pay of nurses", "nothing here counts other occupations"), ("weather in London", "anything but jobs"),
        ("pay of xylographers", "no figure is about xylographers"), ("AI engineer pay at Zorblax", "about Zorblax"),
        ("gender pay gap", "who is hired"), ("qwzx", "qwzx"), ("", "none of these words"), ("hello", "none of these"),
    ],
)  # fmt: skip
def test_a_question_that_no_figure_is_about_finds_nothing_and_says_why(text: str, why: str) -> None:
    found = find(text, FIGURES, make_table())
    assert found.ids == [] and why in say_nothing(found)


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("senior data scientist pay in Germany", ["pay.de.data_scientist.senior"]), ("weather", []),
        ("pay in Brazil in dollars", ["foreign_currency.br.ai_engineering.mid_senior"]), ("pay everywhere", []),
        ("who asks for Rust in Germany", ["employers.skill.rust.de.ai_engineering", "skill.rust.de.ai_engineering"]),
        ("remote jobs in Poland", [f"{kind}.workplace.remote.pl.ai_engineering" for kind in ("employers", "share")]),
        ("equity in France", [f"{kind}.equity_offered.yes.fr.ai_engineering" for kind in ("employers", "share")]),
    ],
)  # fmt: skip
def test_a_question_names_addresses_employers_first(text: str, addresses: list[str]) -> None:
    assert addresses_of(read_question(text, make_table()), make_table()) == addresses


@pytest.mark.parametrize(
    ("one", "other", "edits"),
    [("salary", "salary", 0), ("salry", "salary", 1), ("slaary", "salary", 1), ("selery", "salary", 2), ("ab", "", 2)],
)
def test_edits_are_counted(one: str, other: str, edits: int) -> None:
    assert count_edits(one, other) == edits == count_edits(other, one)


def test_each_word_of_the_table_is_written_once_in_its_facet() -> None:
    for row in rows_of("words"):
        phrases = [phrase_of(words) for words in row["words"].split(";")]
        assert all(phrases), row
        assert all(phrase in make_table().senses for phrase in phrases), row


def test_cities_are_those_of_the_gazetteer() -> None:
    assert (FOLDER / f"{CITIES}.csv").read_text(encoding="utf-8") == cities.make_text()
