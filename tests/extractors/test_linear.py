"""Readers of text and markup take time in proportion to its length, whatever somebody writes into an advert.

Measured in CPU seconds by `tests.clock`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from extractors.refine.refine import rows_of
from extractors.response import Response
from extractors.source import all_sources
from extractors.sources.employer_postings import career_pages
from extractors.sources.employer_postings.career_pages import Site
from tests.clock import measure_growth
from transforms.place.places import Address
from transforms.posting import posting
from transforms.text.rejects import Rejected

SHORT, LONG = (8_000, 32_000), (500_000, 2_000_000)
SOME = 3
"""One reader in so many reads a text in `make test`."""
ADDRESS = "https://jobs.curlew.example/job/1"
CURLEW = Site(
    name="curlew",
    employer="Curlew",
    lists=("https://jobs.curlew.example/",),
    postings="/job/",
    selectors={"title": "h1", "description": ".text", "baseSalary": ".pay"},
)
MARKUP = (
    *("<div>", "<div></x>", "<div><table><td></div></table>", "<ul><li>", "<p>", "<b>", "<a><div></a>", "<", "<!--"),
    *(
        "<div a=b>",
        "<p><b c=d></p>x",
        "<td>x",
        "&amp;amp;",
        "&#",
        "</p>",
        "<li>",
        "<script>",
        "<select>",
        "<a href=x>",
        "<b><table><i></b>",
    ),
)
MARKED_UP = (
    *("<div itemscope itemtype='http://schema.org/JobPosting'>", "<i itemprop=title>x</i>", "<i itemprop=title>"),
    *("<div itemscope itemtype='http://schema.org/JobPosting'></div>", "<urlset><loc>", "<loc> ", "<h1>", "<![CDATA["),
    *("<script type='application/ld+json'>{JobPosting</script>", "<p class=text>", "<?xml ", "<meta charset=x "),
)
JSON = ('{"@type":"JobPosting",', "[", '{"a":', "//", "/* ", "\\", '"', "<!--", '[{"@type":"JobPosting"},')
WORDS = (
    *("$1 - $1 - ", "$100,000 to ", "100k-", "(", "()", "1", "1,", "1.", "1 ", " ", "\n", "\xa0", "\t", ", , ", ","),
    *(
        "a-a-",
        "-",
        "remote ",
        "Remote (US), ",
        "; ",
        "/",
        " | ",
        "engineer ",
        "senior ",
        "London or ",
        "a",
        "\U0001f600",
    ),
    *(
        "@",
        "a@",
        "a@b.",
        "(at) ",
        "tel ",
        "+1 ",
        "5 years ",
        "5+ ",
        "USD ",
        "python, ",
        "C++",
        "R ",
        "- a\n",
        "e\u0301",
    ),
    *("Requirements:\n", "\x1b", "\u202e", "工", "'", ".", ": ", "full-time ", "[", "per ", "10% ", "up to ", "US "),
    *(
        "instead of ",
        "backed by ",
        "Figma, ",
        "Databricks Ventures ",
        "A",
        "部署",
        "模型",
        "。",
        "機械学習",
        "者优先，",
        "デ",
    ),
    *("New York, NY, ", "Bachelor's degree or ", "years of experience ", "AI ", "bonus ", "&amp;amp;"),
    *("this is a full-time ", "40 hours per ", "vollzeit | ", "stage ", "cdd\n"),
    *("the role is remote ", "3 days a week in the office ", "hybrid or ", "if travel ", "must be based in Spain "),
    *("US excluded ", "US escluso "),
)


def read_as(text: str, *, name: str) -> None:
    """Read an advert that says a text in one place."""
    values: dict[str, Any] = {name: text}
    if name == "address":
        values = {"addresses": [Address(text, text, text, text)] * 2}
    fields: dict[str, Any] = {"source": "ashby", "id": 1, "title": "Engineer", "employer": "Curlew"}
    with contextlib.suppress(Rejected):
        posting(**(fields | values))


def read_page(text: str, *, begin: str, end: str = "") -> None:
    body = f"<html><body>{begin}{text}{end}".encode("utf-8", "replace")
    page = Response(url=ADDRESS, observed_at=datetime(2026, 8, 17, tzinfo=UTC), status=200, body=body)
    career_pages.addresses_in(page)
    with contextlib.suppress(Rejected):
        list(rows_of(all_sources()["career_pages"], page))


READERS: dict[str, tuple[Callable[[str], None], tuple[str, ...]]] = {
    "html": (partial(read_as, name="html"), MARKUP + WORDS),
    "text": (partial(read_as, name="text"), WORDS),
    **{
        name: (partial(read_as, name=name), WORDS)
        for name in (
            *("title", "employer", "department", "requisition_id", "location_text", "address", "workplace"),
            *("employment_type", "level", "pay_text", "board", "url", "language", "openings"),
        )
    },
    "page": (partial(read_page, begin="<h1>Engineer</h1><p class=text>"), MARKUP + MARKED_UP),
    "page with microdata": (partial(read_page, begin="<i itemscope itemtype=JobPosting>"), MARKUP + MARKED_UP),
    "page with JSON-LD": (
        partial(read_page, begin="<script type='application/ld+json'>", end='"JobPosting"</script>'),
        JSON,
    ),
    "page of a posting": (
        partial(
            read_page,
            begin='<script type="application/ld+json">{"@type":"JobPosting","title":"Engineer","description":["',
            end='"]}</script>',
        ),
        ('", "', "&lt;div&gt;", "<div>", "\\n", "$1 - $1 - "),
    ),
}


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """A declared site, and what is loaded once."""
    monkeypatch.setattr(career_pages, "sites", lambda: (CURLEW,))
    read_page("", begin="<i itemscope itemtype=JobPosting>")
    read_as("We pay $100,000 in London.", name="text")


def too_slow(name: str, texts: Sequence[str], sizes: tuple[int, int]) -> list[str]:
    """The texts of which a reader takes more than its share for four times the length."""
    messages = []
    for text in texts:
        short, long, is_too_slow = measure_growth(READERS[name][0], text, sizes)
        if is_too_slow:
            messages.append(f"{text!r}: {short:.2f} s, {long:.2f} s for four times the length")
    return messages


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("name", READERS)
def test_four_times_the_length_takes_about_four_times_as_long(name: str) -> None:
    """Each text by one reader in so many, another one each time; by all of them: `make long`."""
    texts = READERS[name][1]
    assert too_slow(name, texts[list(READERS).index(name) % SOME :: SOME], SHORT) == []


@pytest.mark.long
@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(("name", "text"), [(name, text) for name, (_, texts) in READERS.items() for text in texts])
def test_it_is_so_to_two_megabytes(name: str, text: str) -> None:
    assert too_slow(name, [text], LONG) == []
