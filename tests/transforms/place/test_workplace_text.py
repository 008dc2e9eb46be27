"""The reader of the workplace in an advert's text: a table of examples, ranks, offsets, and the lookups."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.place import workplace_text
from transforms.place.places import whereabouts
from transforms.place.workplace_text import EAST_ASIAN, TIERS, Statement, statements_in
from transforms.posting import posting
from transforms.records.vocabulary import WORKPLACES
from transforms.text.lookups import cells_of, rows_of

with (Path(__file__).parent / "workplace_text_cases.csv").open(encoding="utf-8", newline="") as file:
    CASES = list(csv.DictReader(file))


def strongest(text: str) -> tuple[str, str]:
    """Workplace and tier of the text's strongest statement, read as its posting would."""
    where = whereabouts(None, text=text)
    return where.workplace or "", where.tier or ""


@pytest.mark.parametrize("case", CASES, ids=[f"{n}-{case['text'][:40]}" for n, case in enumerate(CASES, 2)])
def test_example(case: dict[str, str]) -> None:
    assert strongest(case["text"]) == (case["workplace"], case["tier"])


@pytest.mark.parametrize("case", [case for case in CASES if case["workplace"]], ids=lambda case: case["text"][:40])
def test_offsets_name_the_sentence_in_a_longer_text(case: dict[str, str]) -> None:
    text = f"We build ships.\nIt is fun!\n{case['text']}\nTell us about you."
    statements = statements_in(text)
    assert statements
    assert all(text[one.start : one.end].strip() in case["text"] for one in statements)


@pytest.mark.parametrize(
    ("text", "fields", "workplace"),
    [
        ("You are in the office three days a week.", {"is_remote": True}, "hybrid"),
        ("You are in the office three days a week.", {"location_text": "Remote"}, "hybrid"),
        ("This role is remote.", {"location_text": "Rome", "workplace": "OnSite"}, "remote"),
        ("We are a remote-first company.", {"location_text": "Rome (hybrid)"}, "hybrid"),
        ("We are a remote-first company.", {"location_text": "Rome", "workplace": "OnSite"}, "onsite"),
        ("We run a hybrid working model.", {"is_remote": True}, "hybrid"),
        ("Work from home is possible.", {"is_remote": True}, "remote"),
        ("Work from home is possible.", {"location_text": "Rome", "is_remote": False}, "hybrid"),
        ("We like ships.", {"location_text": "Rome", "is_remote": False}, None),
        ("We run a hybrid working model. We are a remote-first company.", {"is_remote": True}, "remote"),
        ("We run a hybrid working model. We are a remote-first company.", {}, "hybrid"),
    ],
)
def test_text_of_the_role_beats_the_location_and_the_location_a_flag(
    text: str, fields: dict[str, object], workplace: str | None
) -> None:
    values = {"location_text": None, **fields}
    assert whereabouts(**values, text=text).workplace == workplace  # type: ignore[arg-type]


def test_a_posting_says_which_sentence_its_workplace_comes_from() -> None:
    text = "We build ships.\nYou are in the office three days a week.\nApply now."
    advert = posting(source="test", id=1, title="Welder", text=text, location_text="Gdynia")
    spans = [span for span in advert.spans if span.field == "workplace"]
    assert advert.workplace == "hybrid"
    assert [(span.part, text[span.start : span.end]) for span in spans] == [
        ("text", "You are in the office three days a week.")
    ]


@given(st.text(alphabet=st.sampled_from("remote hybrid office 3 days.a week\n家リ,;(")))
def test_any_text_gives_statements_within_it(text: str) -> None:
    for one in statements_in(text):
        assert 0 <= one.start <= one.end <= len(text)
        assert one.workplace in WORKPLACES
        assert one.tier in TIERS
        assert isinstance(one, Statement)


def test_every_phrase_says_something_the_reader_knows() -> None:
    for row in rows_of("workplace_phrases"):
        assert row["says"] in {*WORKPLACES, "nothing", "weaker"}
        assert row["weight"] in {*TIERS, "label", "item", "refusal", "mask", "clause", "rest", "sentence"}
        assert row["pattern"] == (row["pattern"] or "").strip("\n")


@pytest.mark.parametrize(
    "pattern", [row["pattern"] for row in cells_of("workplace_phrases") if row["language"] in EAST_ASIAN]
)
@given(data=st.data())
def test_lines_that_hold_an_east_asian_phrase_are_searched(pattern: str, data: st.DataObject) -> None:
    phrase = data.draw(st.from_regex(pattern.replace(".", "[^\\n]"), fullmatch=True))
    assert workplace_text._TELLING.search(phrase)
