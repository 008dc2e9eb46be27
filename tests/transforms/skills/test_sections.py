"""Sections and sentences are cut as a plain search cuts them, and one pass finds the words of every list."""

from __future__ import annotations

import re
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.skills import sections
from transforms.skills.sections import (
    INTRO,
    LISTS,
    NAMES,
    WHOLE,
    Line,
    cues_of,
    lines_of,
    lines_with,
    lower_text,
    read_lines,
    sentence_at,
)
from transforms.text.lookups import rows_of

MARKS = (". ", "! ", "? ", "; ", "• ")
PIECES = st.lists(st.sampled_from([*MARKS, ".", " ", "?", ";", "a", "word", "•"]), max_size=30).map("".join)
LINES = st.lists(
    st.sampled_from(
        ["What you bring", "Über uns:", "Nice to have", "- 5 years of Go", "", "a plus", "AI, a BSc. " * 40]
    ),
    max_size=12,
)


def kinds_in(text: str) -> list[tuple[str, str]]:
    """What stands in which kind of section: each line with the kind at its end."""
    return [(line.text, line.kind_at(len(line.text), kind)) for _, kind, line in lines_of(text)]


@given(PIECES, st.integers(0, 40), st.integers(0, 5), st.integers(0, 12))
def test_a_sentence_ends_at_the_nearest_marks(text: str, start: int, size: int, reach: int) -> None:
    start = min(start, len(text))
    end = min(start + size, len(text))
    before, after = text[max(0, start - reach) : start], text[end : end + reach]
    lefts = [at + len(mark) for mark in MARKS for at in range(len(before)) if before.startswith(mark, at)]
    rights = [at for mark in MARKS for at in range(len(after)) if after.startswith(mark, at)]
    expected = (start - len(before) + max(lefts, default=0), end + min(rights, default=len(after)))
    assert sentence_at(text, start, end, reach) == expected


@given(LINES)
@settings(deadline=None)  # the lexicon is loaded once per process
def test_a_line_reads_alone_as_it_reads_among_others(texts: list[str]) -> None:
    def said(line: Line | None) -> object:
        return line and (line.text, line.names, line.cues, line.openings, line.words)

    assert [said(line) for line in read_lines(texts)] == [said(line) for text in texts for line in read_lines([text])]


@given(LINES)
def test_lines_stand_where_they_say(texts: list[str]) -> None:
    text = "\n".join(texts)
    for begin, _, line in lines_of(text):
        assert text[begin:].split("\n")[0] == line.text


def test_known_headings_open_sections() -> None:
    text = "We use Go.\nWhat you bring\n- Python\n**Nice to have**\n- Rust language\nNothing known here: Java\n"
    assert kinds_in(text) == [
        ("We use Go.", INTRO),
        ("What you bring", "required"),
        ("- Python", "required"),
        ("**Nice to have**", "preferred"),
        ("- Rust language", "preferred"),
        ("Nothing known here: Java", "preferred"),
    ]


def test_without_headings_of_the_role_the_text_is_one_whole() -> None:
    assert kinds_in("Python and SQL\nAbout us\nWe use Java")[0] == ("Python and SQL", WHOLE)


def test_of_two_headings_in_a_line_the_stronger_decides() -> None:
    ((_, kind),) = kinds_in("Preferred qualifications")
    assert kind == "preferred"


def test_headings_stand_inside_a_flat_line() -> None:
    text = "We make lamps. " * 40 + "Requirements: Python. " + "Nice to have: Rust and Go languages."
    ((_, begins, line),) = lines_of(text)
    assert begins == INTRO
    assert line.kind_at(text.index("Python"), begins) == "required"
    assert line.kind_at(text.index("Rust"), begins) == "preferred"


def test_one_pass_finds_the_words_of_every_list() -> None:
    (line,) = read_lines(
        [
            "Zwei JAHRE, a Bachelor, Informatikstudium, MACHINE Learning: künstliche intelligenz, AI, Remote, "
            "freelance, portfolio, based in."
        ]
    )
    assert line is not None
    words = {name: [line.text[start:end] for start, end in spans] for name, spans in line.words.items()}
    assert words == {
        "years": ["JAHR"],
        "degree": ["Bachelor"],
        "degree within": ["studium"],
        "workplace": ["Remot"],
        "ai": ["MACHINE Learning", "künstliche intelligenz"],
        "AI": ["AI"],
        "overruling": ["freelance"],
        "qualification": ["portfolio"],
        "place of work": ["based in"],
    }
    assert set(words) == {name for name, *_ in LISTS}


def test_lines_are_found_by_the_lists_whose_words_they_hold() -> None:
    text = "Nothing\nTwo years\nAI, remote\nmachine learning, remote, two years"
    assert [entry[2].text[:2] for entry in lines_of(text)] == ["Tw", "AI", "ma"]
    years, ai, both = lines_of(text)
    assert lines_with(text, "workplace") == [ai, both]
    assert lines_with(text, "AI", "ai", "no list") == [ai, both]
    assert lines_with(text, "years") == [years, both]
    assert lines_with("Two years\nRust and Go", NAMES) == list(lines_of("Two years\nRust and Go")[1:])
    assert lines_with(text, "contractor") == [] == lines_with("", "years")


def test_a_line_is_asked_once() -> None:
    line = Line("x")
    kinds: list[str] = []

    def reader(_line: Line, kind: str) -> str:
        kinds.append(kind)
        return kind.upper()

    assert [line.once(reader, kind) for kind in ("a", "b", "a")] == ["A", "B", "A"]
    assert kinds == ["a", "b"]


def test_lowered_letters_are_those_that_re_takes_for_each_other() -> None:
    cues = [row["pattern"] or "" for name in ("ai_work_cues", "requirement_cues") for row in rows_of(name)]
    letters = {letter for pattern in cues for letter in pattern if letter.isalpha()}
    characters = [c for c in map(chr, range(sys.maxunicode + 1)) if not "\ud800" <= c <= "\udfff"]
    everything, lowered = "".join(characters), [lower_text(c) for c in characters]
    assert set(map(len, lowered)) == {1}, "offsets stay"
    of_letter: dict[str, set[str]] = {letter: set() for letter in letters}
    for character, lower in zip(characters, lowered, strict=True):
        of_letter.get(lower, set()).add(character)
    for letter in letters:
        assert of_letter[letter] == set(re.findall(letter, everything, re.IGNORECASE))


def test_a_cue_that_could_never_match_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"cue": "employer", "pattern": r"our\S+"}, {"cue": "person", "pattern": "You"}]
    monkeypatch.setattr(sections, "rows_of", lambda _: iter(rows))
    assert cues_of("lookup of a test", "employer").search("ourselves")
    with pytest.raises(ValueError, match="'You' must be in lower case"):
        cues_of("lookup of a test", "person")
    with pytest.raises(ValueError, match="no row for the cue 'wished'"):
        cues_of("lookup of a test", "wished")
