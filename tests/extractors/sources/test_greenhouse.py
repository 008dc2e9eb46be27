"""Greenhouse's escaped content is unescaped as the standard library does it."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.sources.employer_boards.greenhouse import ESCAPES, _unescape

PIECES = st.sampled_from(
    [*ESCAPES, "&", ";", "a", " ", "amp;", "lt;", "&nbsp;", "&lt", "&#x27;", "&amp;lt;", "é", "#39;"]
)


@given(st.lists(PIECES, max_size=12).map("".join))
def test_any_escaped_text_is_unescaped_as_by_the_standard_library(text: str) -> None:
    assert _unescape(text) == html.unescape(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("&lt;p&gt;R&amp;amp;D&lt;/p&gt;", "<p>R&amp;D</p>"), ("&amp;lt;", "&lt;"), ("A &amp; B&nbsp;C", "A & B\xa0C")],
)
def test_content_is_unescaped_once(text: str, expected: str) -> None:
    assert _unescape(text) == expected
