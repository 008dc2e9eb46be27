"""`jobmarket readers emerging`: adverts of our own in which a tool and a phrase rise, and much else does not."""

from __future__ import annotations

import csv
import dataclasses
import doctest
import io
import math
from datetime import date, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from tests.accuracy import emerging_terms
from tests.accuracy.emerging_terms import Advert, Term, compare_adverts, find_emerging, read_adverts, show, z_score
from tests.flows.publishing import JOB, published
from transforms.text.lookups import cells_of, path_of

FIRST = date(2026, 1, 1)
AI_LINES = "- Experience with Blorptool and plan decomposition in AI agents.\n- Knowledge of PyTorch."
OTHER_LINES = "- Experience with Frobnicator.\n- Knowledge of PyTorch."


def advert(number: int, text: str, *, is_ai: bool, employer: str = "", crawl: int = 0) -> Advert:
    day = FIRST + timedelta(days=crawl)
    return Advert(
        posting_id=f"ashby:{'a' if is_ai else 'o'}{number}-{crawl}",
        employer=employer or f"employer {number}",
        is_ai=is_ai,
        is_technical=not is_ai,
        day=day,
        crawled_on=day,
        text=f"Requirements\n{text}",
    )


def market() -> list[Advert]:
    return [advert(n, AI_LINES, is_ai=True) for n in range(30)] + [
        advert(n, OTHER_LINES, is_ai=False) for n in range(40)
    ]


def terms_of(adverts: list[Advert]) -> dict[str, Term]:
    return {term.words: term for term in find_emerging(compare_adverts(adverts))}


def test_docstrings_are_true() -> None:
    assert doctest.testmod(emerging_terms).failed == 0


def test_what_rises_and_has_no_row_is_found_with_its_counts() -> None:
    terms = terms_of(market())
    assert set(terms) == {"Blorptool", "plan decomposition"}
    tool = terms["Blorptool"]
    assert (tool.n, tool.n_base, tool.n_employers, tool.is_name) == (30, 0, 30, True)
    assert tool.z > emerging_terms.MIN_Z
    posting, words = tool.examples[0]
    assert posting.startswith("ashby:a")
    assert "Blorptool" in words
    assert not terms["plan decomposition"].is_name


def test_the_row_to_accept_has_the_columns_of_the_taxonomy() -> None:
    line = terms_of(market())["plan decomposition"].csv_line
    with path_of("skills").open(encoding="utf-8", newline="") as file:
        columns = next(csv.reader(file))
    (cells,) = csv.reader([line])
    row = dict(zip(columns, cells, strict=True))
    assert row["skill"] == "Plan Decomposition"
    assert row["category"] == "Generative AI and Agents"  # of the agents beside it
    assert row["kind"] == "concept"  # it is never written as a name
    assert row["evidence"].startswith("ashby:a")


def test_one_employers_boilerplate_is_no_trend() -> None:
    mine = [advert(n, AI_LINES, is_ai=True, employer="one") for n in range(200)]
    plain = [advert(n, "- Knowledge of PyTorch.", is_ai=True) for n in range(30)]
    others = [advert(n, OTHER_LINES, is_ai=False) for n in range(40)]
    pair = compare_adverts([*mine, *plain, *others])
    assert len(pair.group) == emerging_terms.PER_EMPLOYER + 30
    assert find_emerging(pair) == []


def test_what_other_fields_say_as_well_does_not_rise() -> None:
    """No advert of engineering says it, but sales does: it is the English of adverts."""
    sales = [
        dataclasses.replace(advert(n, "- Knowledge of plan decomposition.", is_ai=False), is_technical=False)
        for n in range(40)
    ]
    assert set(terms_of([*market(), *sales])) == {"Blorptool"}


def test_jobs_of_one_employer_are_one_witness() -> None:
    few = [
        advert(n, AI_LINES, is_ai=True, employer=f"one of {n % emerging_terms.MIN_EMPLOYERS}")
        for n in range(emerging_terms.MIN_EMPLOYERS * emerging_terms.PER_EMPLOYER)
    ]
    plain = [advert(n, "- Knowledge of PyTorch.", is_ai=True) for n in range(60)]
    assert terms_of([*few, *plain, *(advert(n, OTHER_LINES, is_ai=False) for n in range(80))]) == {}


@pytest.mark.parametrize("name", ["NeurIPS", "Google", "business problems"])
def test_venues_companies_and_stop_phrases_are_no_skills(name: str) -> None:
    adverts = [advert(n, f"- Experience with {name}, Blorptool and more", is_ai=True) for n in range(30)]
    assert set(terms_of([*adverts, *market()[30:]])) == {"Blorptool"}


def test_each_word_is_listed_once_and_has_a_kind() -> None:
    rows = cells_of("emerging_words")
    assert len({row["word"] for row in rows}) == len(rows)
    assert {row["kind"] for row in rows} == {"stop", "plain", "venue", "company", "phrase"}


def test_what_everybody_says_does_not_rise() -> None:
    both = [advert(n, "- Fluent Quuxlang", is_ai=is_ai) for is_ai in (True, False) for n in range(40)]
    assert terms_of(both) == {}


@pytest.mark.parametrize(
    "line",
    [
        "- Experience with AI-powered features",  # a word of AI
        "- Knowledge of Kubernetes",  # a row of the taxonomy
        "- A degree in Blorpology",  # a degree
        "- Join as Machine Learning Engineer",  # a role
        "- Based in Toronto",  # a place
        "- strong team and work experience",  # words of every advert
    ],
)
def test_what_is_no_new_skill_is_left_out(line: str) -> None:
    adverts = [advert(n, line, is_ai=True) for n in range(30)]
    adverts += [advert(n, OTHER_LINES, is_ai=False) for n in range(40)]
    assert terms_of(adverts) == {}


def test_words_about_the_employer_are_not_read() -> None:
    text = "- Knowledge of PyTorch.\nAbout us\nWe build Blorptool."
    adverts = [advert(n, text, is_ai=True) for n in range(30)]
    assert terms_of([*adverts, *(advert(n, OTHER_LINES, is_ai=False) for n in range(40))]) == {}


def test_later_adverts_are_held_against_earlier_ones_where_there_are_two_crawls() -> None:
    early = [advert(n, OTHER_LINES, is_ai=True) for n in range(emerging_terms.MIN_HALF)]
    late = [advert(n, AI_LINES, is_ai=True, crawl=90) for n in range(emerging_terms.MIN_HALF)]
    pair = compare_adverts([*early, *late])
    assert pair.label == "AI adverts from 2026-04-01 on"
    assert {term.words for term in find_emerging(pair)} == {"Blorptool", "plan decomposition"}


def test_the_measure_is_that_of_monroe_and_others() -> None:
    # prior: 100 * 30/200 = 15 jobs of 100, and half a job to each count
    by_hand = math.log((35.5 / 165.5) / (25.5 / 175.5)) / math.sqrt(1 / 35.5 + 1 / 25.5)
    assert z_score(20, 100, 10, 100) == pytest.approx(by_hand)
    assert z_score(10, 100, 20, 100) == pytest.approx(-z_score(20, 100, 10, 100))


def test_texts_come_from_the_published_folder(tmp_path: Path) -> None:
    twin = {**JOB, "id": "33333333-cccc"}
    german = {**JOB, "id": "44444444-dddd", "descriptionPlain": "Wir suchen Menschen, die Lampen bauen. " * 20}
    (entry,) = read_adverts(published(tmp_path / "data", [JOB, twin, german]))
    assert entry.posting_id == f"ashby:{JOB['id']}"  # one of the two postings of one job
    assert entry.is_ai
    assert entry.day == date(2026, 9, 1)


@pytest.mark.parametrize("width", [80, 120])
def test_it_is_shown_with_a_row_to_accept(width: int) -> None:
    out = io.StringIO()
    pair = compare_adverts(market())
    terms = find_emerging(pair)
    show(pair, terms, 1, Console(file=out, width=width, markup=False, emoji=False))
    output = out.getvalue()
    assert "Blorptool  30 jobs (100.0 %) of 30 employers, against 0 (0.0 %)" in " ".join(output.split("\n"))
    assert any(line.strip() == terms[0].csv_line for line in output.splitlines()), "a row to copy is never wrapped"
