"""Sections and sentences are cut as a plain search cuts them, and one pass finds the words of every list."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from transforms import section
from transforms.section import LISTS, found_in, sections_of, sentence_at

MARKS = ("\n", ". ", "! ", "? ", "; ", "• ")
PIECES = st.lists(st.sampled_from([*MARKS, ".", " ", "?", ";", "a", "word", "•"]), max_size=30).map("".join)
LINE = st.lists(
    st.sampled_from(["What you bring", "Über uns", ":", ". ", " ", "! ", "x", "A", "abc def " * 6]), max_size=20
)


@given(PIECES, st.integers(0, 40), st.integers(0, 5), st.integers(0, 12))
def test_a_sentence_ends_at_the_nearest_marks(text: str, start: int, size: int, reach: int) -> None:
    start = min(start, len(text))
    end = min(start + size, len(text))
    before, after = text[max(0, start - reach) : start], text[end : end + reach]
    lefts = [at + len(mark) for mark in MARKS for at in range(len(before)) if before.startswith(mark, at)]
    rights = [at for mark in MARKS for at in range(len(after)) if after.startswith(mark, at)]
    expected = (start - len(before) + max(lefts, default=0), end + min(rights, default=len(after)))
    assert sentence_at(text, start, end, reach) == expected


@given(LINE.map("".join))
def test_headings_inside_a_line_are_those_of_a_search_of_the_whole_line(line: str) -> None:
    assert list(section._inside(line, 0, len(line))) == [match.span() for match in section._INSIDE.finditer(line)]


def test_known_headings_open_sections() -> None:
    text = "We do things.\nWhat you bring\n- Python\n**Nice to have**\n- Go\nNothing known of this line\n"
    starts, kinds = sections_of(text)
    assert kinds == ("intro", "required", "preferred")
    assert [text[start:].split("\n", 1)[0] for start in starts[1:]] == ["What you bring", "**Nice to have**"]


def test_one_pass_finds_the_words_of_every_list() -> None:
    text = "Zwei JAHRE, a Bachelor, Informatikstudium, MACHINE Learning: künstliche intelligenz."
    found = {name: [text[start:end] for start, end in spans] for name, spans in found_in(text).items()}
    assert found == {
        "years": ["JAHR"],
        "degree": ["Bachelor"],
        "degree within": ["studium"],
        "ai": ["MACHINE Learning", "künstliche intelligenz"],
    }
    assert list(found) == [name for name, *_ in LISTS]
