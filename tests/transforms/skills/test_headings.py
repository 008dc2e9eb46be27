"""Short lines open the sections that the roles of their words tell, in nine languages."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from transforms.skills.headings import heading_kind
from transforms.skills.sections import STRENGTH, lines_of
from transforms.text.lookups import rows_of

HERE = Path(__file__).parent
CASES = list(csv.DictReader((HERE / "heading_cases.csv").open(encoding="utf-8", newline="")))
ROLES = {
    "also", "applicant", "ask", "conditional", "do", "duty", "employer", "expect", "function", "give", "have", "if",
    "information", "need", "nice", "not", "process", "want", "why", "wish", "you",
}  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["heading"])
def test_a_heading_is_told_by_its_words(case: dict[str, str]) -> None:
    told = heading_kind(case["heading"])
    assert (told.kind if told and told.is_whole else "") == case["kind"]


def test_words_have_known_roles_and_stand_once() -> None:
    rows = list(rows_of("heading_words"))
    assert {row["role"] for row in rows} == ROLES
    assert len({(row["word"], row["role"]) for row in rows}) == len(rows)
    assert all(row["word"] == str(row["word"]).lower() and row["evidence"] for row in rows)
    assert {case["kind"] for case in CASES if case["kind"]} < STRENGTH.keys()


def test_an_unknown_word_is_borne_in_a_wish_above_a_list_alone() -> None:
    text = "Requirements\n- Java\n\nDesired additional cloud experience\n{}Rust"
    kinds = [[kind for _, kind, line in lines_of(text.format(mark)) if line.names] for mark in ("- ", "")]
    assert kinds == [["required", "preferred"], ["required", "required"]]


def test_a_line_that_names_a_skill_or_ends_a_sentence_is_no_heading() -> None:
    for line in ("Required: Rust, or a bonus if you know it.", "It would be great if you have experience."):
        kinds = {kind for _, kind, _ in lines_of(f"Requirements\n- Java\n{line}\n- Python")}
        assert "preferred" not in kinds
