"""What adverts ask a person to show: each labelled case, and what holds of any text."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.posting import posting
from transforms.records.vocabulary import QUALIFICATIONS
from transforms.role.qualifications import qualifications_in
from transforms.text.lookups import cells_of

with Path(__file__).with_name("qualification_cases.csv").open(encoding="utf-8", newline="") as file:
    CASES = [(case["text"], tuple(case["qualifications"].split())) for case in csv.DictReader(file)]
LINES = sorted({line for text, _ in CASES for line in text.split("\n")})
ADVERT = "We build a platform for forecasts and look for an engineer who likes to learn with the team. " * 3


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_a_labelled_case(text: str, expected: tuple[str, ...]) -> None:
    assert tuple(find.value for find in qualifications_in(text)) == expected


@settings(deadline=None)  # the first one compiles the expressions
@given(st.lists(st.sampled_from([*LINES, "portfolio" * 9, "ı", "İnternship"]) | st.text(max_size=9), max_size=9))
def test_every_find_stands_in_the_text_once_and_in_order(lines: list[str]) -> None:
    text = "\n".join(lines)
    finds = qualifications_in(text)
    order = [QUALIFICATIONS.index(one.value) for one in finds]
    assert order == sorted(set(order))
    assert all(0 <= one.start < one.end <= len(text) for one in finds)  # type: ignore[operator]


def test_each_has_words_that_ask_for_it_and_words_that_are_something_else() -> None:
    cues = {row["cue"] for row in cells_of("qualification_cues")}
    assert {*QUALIFICATIONS, *(f"not {name}" for name in QUALIFICATIONS)} <= cues


def test_a_posting_has_them_with_their_spans() -> None:
    text = f"{ADVERT}\nRequirements\n- Contributions to open-source projects\n- AWS certification"
    advert = posting(source="lever", id="1", title="Engineer", text=text)
    assert advert.qualifications == ("certification", "open_source")
    spans = [span for span in advert.spans if span.field == "qualifications"]
    assert [text[span.start : span.end] for span in spans] == ["certification", "Contributions to open-source"]


def test_texts_in_other_languages_are_not_read() -> None:
    text = "Wir suchen Verstärkung für unser Team in Berlin und freuen uns auf Ihre Bewerbung.\nAnforderungen\n"
    assert posting(source="lever", id="1", title="Entwickler", text=f"{text}- AWS certification").qualifications is None


def test_long_lines_are_read_in_linear_time() -> None:
    text = "Requirements\n- " + "contributing to the open portfolio of certified internships " * 3_000
    assert isinstance(qualifications_in(text), tuple)
