"""Titles, skills and industries that contain markup are printed as text: in Markdown, in HTML and on the site."""

from __future__ import annotations

import json
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from reports.guide.render import refresh_bytes
from tests.reports.site.pages import render_pages
from warehouse.mart_tables import Figures

Make = Callable[..., Figures]
HOSTILE = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "a | b | c", "`code`",
    "**bold** _it_ ~~no~~", "--><script>x</script>", "<!-- /figure -->", "</td></tr></table>", '"><b>q</b>',
    "<http://evil.example>", "=HYPERLINK(1)",
)  # fmt: skip
SHOWN = (
    "skills.big_data", "skills.programming_languages", "roles.shares", "industries.shares", "additional.share",
)  # fmt: skip
HARMLESS = frozenset(("span", "section", "p", "table", "caption", "thead", "tbody", "tr", "th", "td"))


class Seen(HTMLParser):
    """The elements, attributes, table cells and text of a document."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.cells: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs} | {v for _, v in attrs if v and v.startswith("javascript")}
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.cells:
            self.cells[-1] += data


@pytest.fixture
def ledger(figure: Make) -> list[Figures]:
    def row(number: int, word: str) -> dict[str, object]:
        shares = {
            "share": 0.5,
            "share_lo": 0.4,
            "share_hi": 0.6,
            "rank_best": number,
            "rank_worst": number,
            "form": "point",
        }
        counts = {"n_jobs": 90, "n_asking": 45, "n_employers": 20, "n_employers_asking": 9}
        return {**shares, **counts, "status": "published", "reason": None, "item": "x", "role_group": "x", "name": word}

    return [
        figure(
            figure=name,
            title=f"T {HOSTILE[0]}",
            value=", ".join(HOSTILE),
            value_json=json.dumps([row(n, word) for n, word in enumerate(HOSTILE, start=1)]),
        )
        for name in SHOWN
    ]


def guide(names: list[str]) -> str:
    tables = "".join(f"\n<!-- figure:{name} -->\n<!-- /figure -->\n" for name in names)
    lines = "".join(f"\nIn a line: <!-- figure:{name} --><!-- /figure -->.\n" for name in names)
    return f"# Mine\n{tables}{lines}\n<!-- figures:sources -->\n<!-- /figures:sources -->\n"


def test_markdown_prints_the_words_and_nothing_else(ledger: list[Figures]) -> None:
    raw = guide(list(SHOWN)).encode()
    out, _ = refresh_bytes(raw, ledger, is_html=False)
    again, _ = refresh_bytes(out, ledger, is_html=False)
    assert again == out, "no value is taken for a marker"
    page = Seen(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(out.decode()))
    assert not page.tags - HARMLESS - {"h1"}, page.tags
    for word in HOSTILE:
        assert any(word in cell for cell in page.cells), word
        assert page.text.count(word) >= 2 * len(SHOWN), word


def test_html_prints_the_words_and_nothing_else(ledger: list[Figures]) -> None:
    spans = "".join(f'<span data-figure="{name}"></span>\n' for name in SHOWN)
    out, _ = refresh_bytes(f"{guide(list(SHOWN))[7:]}{spans}".encode(), ledger, is_html=True)
    page = Seen(out.decode("ascii"))
    assert not page.tags - HARMLESS, page.tags
    assert not {name for name in page.attributes if name.startswith(("on", "src", "href", "javascript"))}
    for word in HOSTILE:
        assert any(word in cell for cell in page.cells), word


def test_the_page_prints_the_words_and_nothing_else(ledger: list[Figures], figure: Make) -> None:
    pages = render_pages([row for row in ledger if row.figure != "additional.share"])  # which has fixed items there
    for path, text in pages.items():
        if path == "methods.html":  # our own text, which has none of these words
            continue
        page = Seen(text.replace("<b>", "").replace(' src="', ' data-script="'))
        assert not page.tags & {"img", "iframe", "b"}, path
        assert not {name for name in page.attributes if name.startswith(("on", "src", "javascript"))}, path
        assert "<script>" not in text, path
    whole = Seen("".join(pages.values()))
    for word in HOSTILE:
        assert any(word in cell for cell in whole.cells), word
