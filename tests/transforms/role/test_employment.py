"""Kinds of employment, by title, field and text."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from transforms.records.vocabulary import EMPLOYMENT_TYPES
from transforms.role.employment import employment_in, employment_in_title, employment_of
from transforms.text.lookups import cells_of

CASES = Path(__file__).with_name("employment_cases.csv")


def read_cases() -> list[dict[str, str]]:
    with CASES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("case", read_cases(), ids=lambda case: "|".join(case.values())[:90])
def test_kind_by_title_field_and_text(case: dict[str, str]) -> None:
    kind, is_known = employment_of(case["stated"] or None, case["title"], case["text"])
    assert (kind or "") == case["employment_type"]
    assert is_known


def test_unknown_words_of_a_field_are_told() -> None:
    assert employment_of("blue moon", "Clerk", "") == (None, False)
    assert employment_of("blue moon", "Clerk (Part-time)", "") == ("PART_TIME", False)


def test_the_first_line_that_says_it_counts() -> None:
    assert employment_in("Commitment: part-time\nLeeds\nBoth a full-time role and others are open") == "PART_TIME"
    assert employment_in("") is None


@pytest.mark.parametrize(
    "title", ["Contracts Administrator", "Smart Contract Engineer", "Full Stack Engineer", "Trainer"]
)
def test_titles_that_name_no_kind(title: str) -> None:
    assert employment_in_title(title) is None


def test_rows_of_the_lookup_are_of_the_vocabulary() -> None:
    rows = cells_of("employment_cues")
    assert {row["employment_type"] for row in rows} <= {*EMPLOYMENT_TYPES, ""}
    assert {row["where"] for row in rows} == {
        "literal",
        "exact literal",
        "title literal",
        "title",
        "part",
        "text",
        "overrule",
        "not before",
        "not after",
    }


def test_every_word_of_a_title_that_is_read_is_looked_for() -> None:
    """A title of an internship passes the quick look by literal words."""
    rows = [row["words"] for row in cells_of("seniority_words") if row["level"] == "intern" and not row["where"]]
    unread = ("trainee", "trainees", "traineeship", "extern", "externship", "interns")
    assert [words for words in rows if words not in unread and employment_in_title(f"{words} - baker") is None] == []


@pytest.mark.parametrize(
    "text",
    [
        "This is a contractor position.",
        "The role will be structured as a 6-month contract role.",
        "This is an hourly, remote contract opportunity.",
        "The position is offered as a contract position.",
        "Employment type: freelance",
        "Job type: 1099",
    ],
)
def test_a_text_on_a_contractor_passes_the_quick_look(text: str) -> None:
    assert employment_of("Full-time", "Baker", f"Bread\n{text}") == ("CONTRACTOR", True)
