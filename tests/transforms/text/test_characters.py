"""Characters that are not shown, and titles that show nothing."""

from __future__ import annotations

import doctest
import sys
import unicodedata

import pytest

from transforms.posting import posting
from transforms.text import characters
from transforms.text.characters import LINE_ENDS, NOT_SHOWN, ODD_SPACES, SPACING_CONTROLS, is_blank
from transforms.text.rejects import Rejected

ALL = list(map(chr, range(sys.maxunicode + 1)))


def test_docstrings_are_true() -> None:
    assert doctest.testmod(characters).failed == 0


def test_white_space_and_line_ends_are_those_of_str() -> None:
    ends = {character for character in ALL if len(f"a{character}b".splitlines()) > 1}
    assert ends - {"\n"} == LINE_ENDS
    assert {c for c in ALL if c.isspace()} - ends - {" "} <= ODD_SPACES <= {c for c in ALL if c.isspace()}
    assert {c for c in ALL if unicodedata.category(c) == "Cc"} <= NOT_SHOWN | SPACING_CONTROLS


@pytest.mark.parametrize(
    "title",
    [
        *("\ufffd", "\u3164", "\u115f", "\u1160", "\uffa0", "\u2800", "\u200d", "\ufe0f", "\ud83d", "\u202e\x1b"),
        "\u3164 \ufffd\u2800\n\u200b",
    ],
    ids=ascii,
)
def test_a_title_that_shows_nothing_is_none(title: str) -> None:
    assert title == "\ud83d" or is_blank(title)
    with pytest.raises(Rejected, match="expected a title in posting 1"):
        posting(source="ashby", id=1, title=title)


@pytest.mark.parametrize("title", ["엔지니어\u3164", "⠓⠊", "?", "👩\u200d💻", "Engineer \ufffd", "한"])
def test_a_title_that_shows_something_is_one(title: str) -> None:
    assert not is_blank(title)
    assert posting(source="ashby", id=1, title=title).title == title
