"""The quick look for degrees finds what the expression for all of them does."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.role import requirements
from transforms.text.lookups import cells_of

with Path(__file__).with_name("degree_cases.csv").open(encoding="utf-8", newline="") as file:
    LINES = sorted({line for case in csv.DictReader(file) for line in case["text"].split("\n")})
PIECES = st.sampled_from(
    [*LINES, *(line.upper() for line in LINES), "BTS/DUT", "MBA", "GED", " ", ", ", "ſtudium", "bac+5", "İ", "-", "("]
)


def named_in(text: str, *, is_english: bool) -> list[tuple[tuple[int, int], str | None]]:
    matches = requirements._degree_pattern(is_english=is_english).finditer(text)
    return [(match.span(), match.lastgroup) for match in matches]


def quickly_named_in(text: str, *, is_english: bool) -> list[tuple[tuple[int, int], str | None]]:
    return [(match.span(), match.lastgroup) for match in requirements._degrees_in(text, is_english=is_english)]


@pytest.mark.parametrize("is_english", [True, False])
@pytest.mark.parametrize("line", LINES)
def test_the_degrees_of_an_example(line: str, is_english: bool) -> None:
    assert quickly_named_in(line, is_english=is_english) == named_in(line, is_english=is_english)


@settings(deadline=None)  # the first one compiles the expressions
@given(st.lists(PIECES | st.text(max_size=6), max_size=6).map("".join), st.booleans())
def test_the_degrees_of_any_line(line: str, is_english: bool) -> None:
    assert quickly_named_in(line, is_english=is_english) == named_in(line, is_english=is_english)


def test_degrees_in_any_case_are_listed_in_lower_case() -> None:
    patterns = [row["pattern"] for row in cells_of("degree_words") if row["case"] == "any"]
    letters = [re.sub(r"\\.", "", pattern) for pattern in patterns]
    assert [one for one in letters if one != one.lower()] == []


@pytest.mark.parametrize(
    ("title", "text", "years"),
    [
        ("Team Lead (m/f/d)", "The team lead has 5 years of experience with Python.", 5),
        ("Engineering Manager", "The engineering manager has at least 6 years of experience in Java.", 6),
        ("Teamleiter Technik", "Der Teamleiter hat mindestens 5 Jahre Erfahrung mit Python.", 5),
        ("Directeur technique", "Le directeur technique a au moins 8 ans d'expérience.", 8),
        ("Backend Engineer", "The team lead has 5 years of experience with Python.", None),
        ("Team Lead", "Your team lead has 10 years of experience in Java.", None),
        ("Team Lead", "The team has 10 years of experience in Java.", None),
    ],
)
def test_the_role_itself_in_the_third_person_is_the_reader(title: str, text: str, years: int | None) -> None:
    read = requirements.years_in(text, title)
    assert (read[0] if read else None) == years
