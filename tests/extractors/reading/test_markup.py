"""The depth of pages is limited, and nothing else of them changes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.reading.markup import MAX_DEPTH, limit_depth

DEEP = "<div>" * MAX_DEPTH


@pytest.mark.parametrize(
    "page",
    [
        "<html><body><h1>Engineer</h1><p>One<p>Two<ul><li>a<li>b</ul><br></x></body></html>",
        "<p>" * 1_000 + "<li>a" * 1_000 + "<br>" * 1_000 + "<tr><td>1<td>2" * 1_000,
        "</x>" * 1_000,
        "<svg>" + "<path d='M0 0'/>" * 1_000 + "</svg>",
        f"<script>{'<div>' * 1_000}</script><!-- {'<div>' * 1_000} --><p>text",
        "<div>" * MAX_DEPTH + "</div>" * MAX_DEPTH,
        "1 < 2 and 3 > 2, <3",
    ],
    ids=[
        "a page",
        "ends left out",
        "ends of nothing",
        "elements without content",
        "no tags of the page",
        "as deep as allowed",
        "no tags at all",
    ],
)
def test_a_page_that_is_no_deeper_stays_as_it_is(page: str) -> None:
    assert limit_depth(page) is page


@pytest.mark.parametrize(
    ("beyond", "rest"),
    [
        ("<b>text</b>", "text"),
        ("<DIV class='a>b'>text", "b'>text"),
        ("text</x>more", "textmore"),
        ("</div><p>text", "</div><p>text"),
        ("<br><img src=x>text", "<br><img src=x>text"),
    ],
)
def test_deeper_tags_go_and_what_stands_between_them_stays(beyond: str, rest: str) -> None:
    assert limit_depth(DEEP + beyond) == DEEP + rest


@given(st.lists(st.sampled_from(["<div>", "</div>", "<b>", "</b>", "<p>", "text ", "</x>", "<br>", "<!-- ", "<td>"])))
def test_a_shallow_page_of_any_tags_stays_as_it_is(parts: list[str]) -> None:
    page = "".join(parts[: MAX_DEPTH - 1])
    assert limit_depth(page) == page


@given(st.lists(st.sampled_from(["<div>", "</div>", "<b>", "</i>", "<i>", "one ", "two "]), min_size=300, max_size=900))
def test_texts_are_never_lost(parts: list[str]) -> None:
    texts = "".join(part for part in parts if not part.startswith("<"))
    assert re.sub("<[^>]*>", "", limit_depth(DEEP + "".join(parts))) == texts
