"""The quick look for the first degree of a line finds it where the expression for all degrees does."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.role import requirements
from transforms.text.lookups import cells_of

with Path(__file__).with_name("degree_cases.csv").open(encoding="utf-8", newline="") as file:
    LINES = sorted({line for case in csv.DictReader(file) for line in case["text"].split("\n")})
PIECES = st.sampled_from(
    [*LINES, *(line.upper() for line in LINES), "BTS/DUT", "MBA", "GED", " ", ", ", "ſtudium", "bac+5", "İ", "-", "("]
)


def first_of_all(text: str) -> int | None:
    found = requirements._degree_pattern(is_english=False).search(text)
    return found.start() if found else None


@pytest.mark.parametrize("line", LINES)
def test_the_first_degree_of_an_example(line: str) -> None:
    assert requirements._first_degree(line) == first_of_all(line)


@given(st.lists(PIECES | st.text(max_size=6), max_size=6).map("".join))
def test_the_first_degree_of_any_line(line: str) -> None:
    assert requirements._first_degree(line) == first_of_all(line)


def test_degrees_in_any_case_are_listed_in_lower_case() -> None:
    patterns = [row["pattern"] for row in cells_of("degree_words") if row["case"] == "any"]
    letters = [re.sub(r"\\.", "", pattern) for pattern in patterns]
    assert [one for one in letters if one != one.lower()] == []
