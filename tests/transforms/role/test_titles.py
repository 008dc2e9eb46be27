"""Readers of role, level, experience, degree, employment type and work with AI: tables of examples, and fuzz."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.posting import posting
from transforms.records.vocabulary import AI_LABELS, DEGREES, EMPLOYMENT_TYPES, GROUP_OF_ROLE, ROLES, SENIORITIES
from transforms.role import titles
from transforms.role.ai_label import ai_label
from transforms.role.requirements import degree_in, years_in
from transforms.role.titles import (
    employment_type_of,
    names_a_job,
    role_of,
    seniority_by_years,
    seniority_of,
    seniority_stated,
)
from transforms.text.evidence import Reading
from transforms.text.lookups import cells_of

HERE = Path(__file__).parent
LOOKUPS = Path(titles.__file__).parents[1] / "lookups" / "role"


def cases(name: str) -> list[dict[str, str]]:
    with (HERE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def lookup(name: str) -> list[dict[str, str]]:
    with (LOOKUPS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def ids(name: str, column: str) -> list[str]:
    return [f"{number}-{case[column][:40]}" for number, case in enumerate(cases(name), 2)]


# --- examples ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", cases("role_cases"), ids=ids("role_cases", "title"))
def test_role(case: dict[str, str]) -> None:
    read = role_of(case["title"])
    assert read.value == case["role"], read


@pytest.mark.parametrize("case", cases("seniority_cases"), ids=ids("seniority_cases", "title"))
def test_seniority(case: dict[str, str]) -> None:
    read = seniority_of(case["title"])
    assert read.value == case["seniority"], read


@pytest.mark.parametrize("case", cases("years_cases"), ids=ids("years_cases", "text"))
def test_years(case: dict[str, str]) -> None:
    read = years_in(case["text"])
    assert (read[0] if read else None) == (float(case["years"]) if case["years"] else None), read


@pytest.mark.parametrize("case", cases("degree_cases"), ids=ids("degree_cases", "text"))
def test_degree(case: dict[str, str]) -> None:
    read = degree_in(case["text"])
    assert (read.value if read else "") == case["degree"], read


@pytest.mark.parametrize("case", cases("ai_label_cases"), ids=ids("ai_label_cases", "title"))
def test_ai_label(case: dict[str, str]) -> None:
    read = ai_label(case["title"], case["text"], role=role_of(case["title"]).value)
    assert read.value == case["label"], read


@pytest.mark.parametrize("case", cases("employment_type_cases"), ids=ids("employment_type_cases", "words"))
def test_employment_type(case: dict[str, str]) -> None:
    assert (employment_type_of(case["words"]) or "") == case["employment_type"]


def test_every_role_and_level_has_an_example() -> None:
    assert {case["role"] for case in cases("role_cases")} == set(ROLES)
    assert {case["seniority"] for case in cases("seniority_cases")} == set(SENIORITIES)


@pytest.mark.parametrize(
    ("years", "level"),
    [(0, "junior"), (1.9, "junior"), (2, "mid"), (4.9, "mid"), (5, "senior"), (7.9, "senior"), (8, "staff")],
)
def test_level_by_years(years: float, level: str) -> None:
    assert seniority_by_years(years) == level


# --- sections ---------------------------------------------------------------------------------------

ADVERT = """Acme makes maps.
About us
We have made maps with 30 years of experience.
What you'll do
- Draw rivers
Requirements:
- 4+ years of experience in drawing
Nice to have
- 9+ years of experience in printing
- PhD in geography
"""


def test_years_and_degree_mind_the_section() -> None:
    read = years_in(ADVERT)
    assert read is not None
    assert read[0] == 4
    assert ADVERT[read[1] : read[2]] == "4+ years"
    assert degree_in(ADVERT) is None


def test_spans_say_where() -> None:
    title = "Senior Machine Learning Engineer – Berlin"
    read, level = role_of(title), seniority_of(title)
    assert title[read.start : read.end] == "Machine Learning Engineer"
    assert title[level.start : level.end] == "Senior"
    text = "Requirements\n- Master’s degree in physics"
    degree = degree_in(text)
    assert degree is not None
    assert text[degree.start : degree.end] == "Master’s"
    label = ai_label("Backend Engineer", "Responsibilities\n- Build machine learning models", role="software_engineer")
    assert (label.value, label.part) == ("builds_ai", "text")
    assert "machine learning" in "Responsibilities\n- Build machine learning models"[label.start : label.end]


def test_no_role_is_read_inside_another_word() -> None:
    for title in ("Chair Upholsterer", "Retail Associate", "Air Traffic Controller", "Fashion Stylist", "HTML Editor"):
        assert GROUP_OF_ROLE[role_of(title).value] == "other", title


def test_offsets_survive_letters_that_grow_in_lower_case() -> None:
    text = "İİİ İstanbul\nRequirements\n- 6+ years of experience, Bachelor’s degree"
    years, degree = years_in(text), degree_in(text)
    assert years is not None
    assert degree is not None
    assert text[years[1] : years[2]] == "6+ years"
    assert text[degree.start : degree.end] == "Bachelor’s"


# --- lookups ----------------------------------------------------------------------------------------


def test_roles_are_described() -> None:
    rows = lookup("roles")
    assert [row["role"] for row in rows] == list(ROLES)
    for row in rows:
        assert row["role_group"] == GROUP_OF_ROLE[row["role"]]
        assert row["title"]
        assert row["definition"]


def test_words_are_listed_once() -> None:
    for name in ("role_words", "seniority_words", "employment_types", "ai_terms"):
        entries = Counter(
            tuple(sorted(row.items())) if name == "ai_terms" else (row["words"], row.get("where", ""))
            for row in lookup(name)
        )
        assert [words for words, n in entries.items() if n > 1] == [], name


def test_concepts_are_declared_and_used() -> None:
    concepts = {row["concept"] for row in lookup("role_concepts")}
    of_words = {concept for row in lookup("role_words") for concept in row["concepts"].split()}
    assert of_words <= concepts
    of_rules = {
        name.lstrip("^")
        for row in lookup("role_rules")
        for term in (*row["needs"].split(), *row["without"].split())
        for name in term.split("|")
    }
    assert of_rules <= concepts
    aside = {row["concept"] for row in lookup("role_concepts") if row["kind"] == "aside"}
    code_only = {"ia", "quantum"}
    assert concepts - of_rules - aside <= code_only


def test_employment_types_are_schema_org() -> None:
    assert {row["employment_type"] for row in lookup("employment_types")} == {*EMPLOYMENT_TYPES, titles.UNSTATED}


def test_a_rule_for_no_role_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    rules: Callable[[], object] = titles._role_rules.__wrapped__
    real = cells_of

    def rows(name: str) -> list[dict[str, str]]:
        wrong = {"rule": "wrong", "role": "wizard", "needs": "ai", "without": ""}
        return [wrong] if name == "role_rules" else real(name)

    monkeypatch.setattr(titles, "cells_of", rows)
    with pytest.raises(ValueError, match="wizard"):
        rules()


# --- fuzz -------------------------------------------------------------------------------------------

WORDS = [
    *(
        "AI",
        "ML",
        "LLM",
        "IA",
        "de",
        "Senior",
        "Staff",
        "II",
        "Manager",
        "Engineer",
        "Data",
        "Scientist",
        "Lead",
        "Head",
        "of",
    ),
    *(
        "Product",
        "3",
        "5+",
        "years",
        "to",
        "experience",
        "Bachelor's",
        "Master's",
        "PhD",
        "or",
        "in",
        "degree",
        "preferred",
    ),
    *(
        "we",
        "you",
        "build",
        "use",
        "models",
        "Requirements",
        "Ingénieur:in",
        ",",
        "-",
        "(",
        ")",
        "/",
        "|",
        ":",
        "&",
        ".",
        ";",
        "\n",
    ),
]
TEXTS = st.one_of(st.text(max_size=300), st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join))


def assert_inside(read: Reading, text: str) -> None:
    assert (read.start is None) == (read.end is None)
    if read.start is not None and read.end is not None:
        assert 0 <= read.start < read.end <= len(text)


@given(TEXTS)
@settings(max_examples=300)
def test_title_readers_take_any_text(title: str) -> None:
    read, level = role_of(title), seniority_of(title)
    assert read.value in ROLES
    assert level.value in SENIORITIES
    assert_inside(read, title)
    assert_inside(level, title)
    assert employment_type_of(title) in (None, *EMPLOYMENT_TYPES)


@given(st.one_of(TEXTS, st.text(max_size=40)), TEXTS, st.sampled_from(ROLES))
@settings(max_examples=300)
def test_text_readers_take_any_text(title: str, text: str, role: str) -> None:
    years = years_in(text)
    if years is not None:
        assert 0 <= years[0] <= 40
        assert 0 <= years[1] < years[2] <= len(text)
    degree = degree_in(text)
    if degree is not None:
        assert degree.value in DEGREES
        assert_inside(degree, text)
    label = ai_label(title, text, role=role)
    assert label.value in AI_LABELS
    if title or label.part == "text":
        assert_inside(label, text if label.part == "text" else title)


# --- the source's own word for the level ------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Senior", "senior"),
        ("mid_level", "mid"),
        ("Mid-level", "mid"),
        ("EntryLevel", "junior"),
        ("Semi Senior", "mid"),
        ("Estágio", "intern"),
        ("Any", "unstated"),
        ("hilfstätigkeit / student", "intern"),
        ("professional / experienced", "unstated"),
        ("Sin experiencia requerida", "junior"),
        ("Grade 7", None),
    ],
)
def test_a_sources_word_for_the_level(words: str, expected: str | None) -> None:
    assert seniority_stated(words) == expected


@pytest.mark.parametrize(
    ("title", "level", "expected"),
    [
        ("Senior Data Scientist", "Junior", ("senior", False)),  # the title's word wins
        ("Data Scientist", "Junior", ("junior", False)),
        ("Data Scientist", "Any", ("senior", True)),
        ("Data Scientist", None, ("senior", True)),
        ("Data Scientist", "Grade 7", ("senior", True)),
    ],
)
def test_the_title_then_the_sources_word_then_the_years(
    title: str, level: str | None, expected: tuple[str, bool]
) -> None:
    advert = posting(source="x", id=1, title=title, level=level, text="You bring at least 6 years of experience.")
    assert (advert.seniority, advert.seniority_inferred) == expected
    assert [issue.column_name for issue in advert.issues] == ["seniority"] * (level == "Grade 7")


@pytest.mark.parametrize(
    ("words", "is_one"),
    [
        ("Founding Designer", True),
        ("Senior Go Engineers", True),
        ("Head of Marketing", True),
        ("Lead, EMEA", False),
        ("AI in healthcare", False),
        ("San Francisco, CA", False),
        ("", False),
    ],
)
def test_words_that_name_a_job(words: str, is_one: bool) -> None:
    assert names_a_job(words) is is_one
