"""Career pages: which addresses of a site are asked, pages without markup, and markup of any shape."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.reading import schema_org
from extractors.refine.cache import code_key
from extractors.refine.refine import rows_of
from extractors.response import Response, each
from extractors.source import source_of
from extractors.sources.employer_boards import lever
from extractors.sources.employer_postings import career_pages
from extractors.sources.employer_postings.career_pages import Site, read_item, sites
from extractors.web.session import FetchFailed, Web
from transforms.posting import postings
from transforms.records.rows import Issue, Posting
from transforms.text.rejects import Rejected

HOST = "https://jobs.curlew.example"
CURLEW = Site(
    name="curlew",
    employer="Curlew",
    lists=(f"{HOST}/sitemap.xml",),
    postings=rf"^{re.escape(HOST)}/job/\d+$",
    selectors={
        "title": "h1",
        "description": ".text",
        "jobLocation": ".place",
        "datePosted": "time",
        "baseSalary": ".pay",
        "employmentType": ".kind",
    },
)
PLAIN = """<html><body><h1> Computer Vision  Engineer </h1><p class="place">Porto, Portugal</p>
<p class="kind">Full-time</p>
<time datetime="2026-07-03">yesterday</time><p class="pay">€40,000 to €52,000 per year</p>
<div class="text"><p>See <b>birds</b>.</p></div></body></html>"""


@pytest.fixture
def curlew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(career_pages, "sites", lambda: (CURLEW,))


def answer(url: str, body: str) -> Response:
    return Response(url=url, observed_at=datetime(2026, 8, 17, tzinfo=UTC), status=200, body=body.encode())


class Pages(Web):
    """A session over pages held here; 404 for the others, and no connection where a page is None."""

    def __init__(self, pages: dict[str, str | None]) -> None:
        self.pages = pages
        self.asked: list[str] = []
        self.keys: Mapping[str, str] = {}

    def ask(self, url: str, *, headers: Mapping[str, str] | None = None) -> int:
        return self.get(url, headers=headers).status

    def token(self, url: str, credentials: Mapping[str, str] | None = None) -> str:
        raise AssertionError(f"no career page needs a token, {url} was asked for one")

    def newest(self, prefix: str) -> Response | None:
        return None

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        secret: Mapping[str, str] | None = None,
        form: Mapping[str, object] | None = None,
    ) -> Response:
        self.asked.append(url)
        body = self.pages.get(url, "")
        if body is None:
            raise FetchFailed(url, "no connection")
        return answer(url, body) if url in self.pages else Response(**answer(url, "").__dict__ | {"status": 404})


def fetched(pages: dict[str, str | None]) -> tuple[list[str], list[str]]:
    web = Pages(pages)
    failures = career_pages.fetch(web, as_of=date(2026, 8, 17))
    return [url.removeprefix(HOST) for url in web.asked], [failure.replace(HOST, "") for failure in failures]


def urlset(*paths: str, root: str = "urlset") -> str:
    return f"<?xml version='1.0'?><{root}>{''.join(f'<url><loc> {HOST}{p} </loc></url>' for p in paths)}</{root}>"


@pytest.mark.usefixtures("curlew")
def test_postings_are_asked_for_once_wherever_they_are_named() -> None:
    index = urlset("/a.xml", "/b.xml", root="sitemapindex")
    pages: dict[str, str | None] = {"/sitemap.xml": index, "/a.xml": urlset("/job/1", "/about"), "/job/1": PLAIN}
    pages |= {"/b.xml": urlset("/job/1", "/job/2", "/job/2/apply"), "/job/2": None}
    paths, failures = fetched({HOST + path: body for path, body in pages.items()})
    assert paths == ["/sitemap.xml", "/a.xml", "/b.xml", "/job/1", "/job/2"]
    assert failures == ["/job/2: no connection"]


@pytest.mark.usefixtures("curlew")
def test_a_page_with_links_is_a_list_too() -> None:
    page = '<a href="/job/7#apply">Engineer</a><a href="job/8">Artist</a><a>nothing</a><a href="https://elsewhere.example/job/9">x</a>'
    paths, failures = fetched({f"{HOST}/sitemap.xml": page, f"{HOST}/job/7": PLAIN, f"{HOST}/job/8": PLAIN})
    assert paths == ["/sitemap.xml", "/job/7", "/job/8"]
    assert failures == []


@pytest.mark.usefixtures("curlew")
def test_a_list_that_names_no_posting_is_told() -> None:
    assert fetched({f"{HOST}/sitemap.xml": urlset("/about")})[1] == [
        "/sitemap.xml: names no posting of curlew; check whether its addresses changed"
    ]
    assert fetched({})[1] == ["/sitemap.xml: HTTP 404"]


@pytest.mark.usefixtures("curlew")
def test_no_more_postings_are_asked_for_than_is_polite() -> None:
    body = urlset(*(f"/job/{n}" for n in range(career_pages.MAX_POSTINGS + 2)))
    web = Pages({f"{HOST}/sitemap.xml": body})
    failures = career_pages.fetch(web, as_of=date(2026, 8, 17))
    assert len(web.asked) == 1 + career_pages.MAX_POSTINGS
    assert failures[0] == f"curlew: 2 postings left out; at most {career_pages.MAX_POSTINGS} are read"


@pytest.mark.usefixtures("curlew")
def test_no_more_lists_are_asked_for_than_is_polite() -> None:
    index = urlset(*(f"/{n}.xml" for n in range(career_pages.MAX_LISTS + 1)), root="sitemapindex")
    paths, failures = fetched({f"{HOST}/sitemap.xml": index})
    assert len(paths) == career_pages.MAX_LISTS
    assert [failure for failure in failures if "at most" in failure] == [
        f"/{n}.xml: left out; at most {career_pages.MAX_LISTS} lists of curlew are read" for n in (19, 20)
    ]


@pytest.mark.usefixtures("curlew")
def test_a_page_without_markup_is_read_by_the_selectors_of_its_site() -> None:
    (row,) = rows_of(career_pages, answer(f"{HOST}/job/1", PLAIN))
    assert isinstance(row, Posting)
    assert (row.posting_id, row.board, row.employer) == ("career_pages:jobs.curlew.example/job/1", "curlew", "Curlew")
    assert (row.title, row.text, row.city, row.country) == ("Computer Vision Engineer", "See birds.", "Porto", "PT")
    assert (row.posted_on, row.employment_type) == (date(2026, 7, 3), "FULL_TIME")
    assert (row.pay_low, row.pay_high, row.currency, row.period, row.pay_source) == (
        40000,
        52000,
        "EUR",
        "year",
        "parsed",
    )


@pytest.mark.usefixtures("curlew")
def test_a_page_names_its_posting_on_a_declared_site_only() -> None:
    (row,) = rows_of(career_pages, answer(f"{HOST}/job/1", PLAIN))
    assert isinstance(row, Posting)
    assert f"career_pages:{career_pages.posting_of(f'{HOST}/job/1')}" == row.posting_id
    others = (f"{HOST}/sitemap.xml", f"{HOST}/about", "https://elsewhere.example/job/1")
    assert not any(map(career_pages.posting_of, others))


@pytest.mark.usefixtures("curlew")
def test_an_identifier_is_the_requisition_on_the_employers_own_site_only() -> None:
    """Elsewhere it may be a job board's number of the advert, unless it carries the employer's name."""
    item = '{"@type": "JobPosting", "title": "Oceanographer", "hiringOrganization": "Curlew", "identifier": %s}'
    own, by_name, other = (
        next(rows_of(career_pages, answer(url, f'<script type="application/ld+json">{item % identifier}</script>')))
        for url, identifier in (
            (f"{HOST}/job/1", '"R7"'),
            ("https://board.example/1", '{"@type": "PropertyValue", "name": "Curlew", "value": "R7"}'),
            ("https://board.example/1", '{"@type": "PropertyValue", "name": "Board", "value": "R7"}'),
        )
    )
    assert [row.requisition_id for row in (own, by_name, other) if isinstance(row, Posting)] == ["R7", "R7", None]


@pytest.mark.usefixtures("curlew")
def test_a_page_with_neither_markup_nor_a_title_is_told() -> None:
    for url, page in ((f"{HOST}/job/1", "<p>gone</p>"), ("https://other.example/job/1", PLAIN)):
        with pytest.raises(Rejected, match=r"career_pages\.toml"):
            list(rows_of(career_pages, answer(url, page)))


@pytest.mark.usefixtures("curlew")
def test_the_list_of_a_site_is_no_posting() -> None:
    (issue,) = rows_of(career_pages, answer(f"{HOST}/sitemap.xml", "<a href='/job/1'>x</a>"))
    assert isinstance(issue, Issue) and issue.is_deliberate


def test_what_belongs_to_another_source_is_no_career_page() -> None:
    assert source_of(lever.SOURCE.url_of("acme")) is lever
    assert source_of("https://jobs.example/1") is career_pages
    assert source_of("http://jobs.example/1") is None


def test_the_declared_sites_can_be_read() -> None:
    assert len({site.name for site in sites()}) == len(sites()) >= 1
    for site in sites():
        assert all(url.startswith("https://") for url in site.lists)


@pytest.mark.parametrize(
    "wrong",
    ['name = "x"', 'name = "x"\nemployer = "X"\nlists = []\npostings = "("', 'name = "x"\nlists = []\ntypo = 1'],
)
def test_a_site_that_cannot_be_read_is_named(wrong: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    path = tmp_path / "career_pages.toml"
    path.write_text(f"[[sites]]\n{wrong}\n")
    monkeypatch.setattr(career_pages, "SITES", path)
    with pytest.raises(ValueError, match="site 'x'"):
        sites.__wrapped__()


def test_declaring_a_site_reads_the_archive_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The digest of what decides how pages become rows covers the declarations."""
    read: list[str] = []

    def note(path: Path) -> bytes:
        read.append(path.name)
        return b""

    monkeypatch.setattr(Path, "read_bytes", note)
    code_key.__wrapped__("career_pages")
    assert {"career_pages.py", "career_pages.toml"} <= set(read)
    read.clear()
    code_key.__wrapped__("lever")
    assert "career_pages.toml" not in read


# --- markup of any shape ------------------------------------------------------------------------------


def marked_up(value: Any) -> list[Any]:
    page = f"<script type='application/ld+json'>{json.dumps(value)}</script>"
    return list(rows_of(career_pages, answer("https://jobs.example/1", page)))


JOB = {"@type": "JobPosting", "title": "Data Scientist", "identifier": "1"}


@pytest.mark.parametrize(
    ("salary", "sibling", "pay"),
    [
        (60000, "USD", (60000, 60000, "USD", None)),
        ("60000", None, (60000, 60000, None, None)),
        ({"currency": "EUR", "value": "60,000", "unitText": "YEAR"}, None, (60000, 60000, "EUR", "year")),
        (
            {"currency": "EUR", "value": {"minValue": 20, "maxValue": 25, "unitText": "HOUR"}},
            "USD",
            (20, 25, "EUR", "hour"),
        ),
        ({"value": {"minValue": "20", "unitText": "HOUR"}}, "USD", (20, None, "USD", "hour")),
        (
            [{"currency": ["EUR"], "value": [{"value": 5000, "unitText": "Monthly"}]}],
            None,
            (5000, 5000, "EUR", "month"),
        ),
        ({"minValue": 1, "maxValue": 2, "currency": "EUR", "unitCode": "ANN"}, None, (1, 2, "EUR", "year")),
        ({"priceCurrency": "GBP", "price": "450.00", "unitText": "DAY"}, None, (450, 450, "GBP", "day")),
        ({"currency": "EUR", "value": {"minValue": 0, "maxValue": 0}}, None, None),
        ({"currency": "EUR", "value": None}, None, None),
        ({}, "EUR", None),
    ],
)
def test_base_salary_is_read_in_every_shape(salary: Any, sibling: str | None, pay: Any) -> None:
    (row,) = marked_up(JOB | {"baseSalary": salary, "salaryCurrency": sibling})
    pays = [(p.low, p.high, p.currency, p.period if p.period_reading == "stated" else None) for p in row.pay]
    assert pays == ([pay] if pay else [])


def test_a_salary_in_words_is_read_as_words() -> None:
    (row,) = marked_up(JOB | {"baseSalary": "$50k - $60k per year", "jobLocation": "Boston, MA"})
    assert (row.pay_low, row.pay_high, row.currency, row.pay_source) == (50000, 60000, "USD", "parsed")


def test_an_estimated_salary_is_no_pay() -> None:
    estimate = {"@type": "MonetaryAmountDistribution", "currency": "USD", "median": 90000, "unitText": "YEAR"}
    (row,) = marked_up(JOB | {"estimatedSalary": [estimate]})
    assert row.pay == ()


@pytest.mark.parametrize(
    "script",
    [
        "<!--\n{}\n-->",
        "// a comment\n{}",
        "/*<![CDATA[*/ {} /*]]>*/",
        "[{}]",
        "{};",
        '{{"@graph": [{}]}}',
        '{{"@type": "WebPage", "mainEntity": {}}}',
    ],
)
def test_what_stands_around_the_markup_does_not_matter(script: str) -> None:
    job = json.dumps(JOB | {"description": "a\tb\x01c"}).replace("\\t", "\t").replace("\\u0001", "\x01")
    page = f"<script type='application/LD+json'>{script.format(job)}</script>"
    (row,) = rows_of(career_pages, answer("https://jobs.example/1", page))
    assert isinstance(row, Posting) and row.posting_id == "career_pages:jobs.example/1"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(("@type", "value", "name", "address", "minValue", "unitText")), inner, max_size=3
        )
    ),
    max_leaves=8,
)


@given(name=st.sampled_from(sorted(schema_org.KNOWN)), value=JSON)
@settings(max_examples=300)
def test_any_value_of_any_property_gives_a_row_or_an_issue(name: str, value: Any) -> None:
    job = JOB | {name: value}
    for row in postings(each([job], lambda item: read_item(item, url="https://a.example/1", site=None))):
        assert isinstance(row, Posting | Issue)


def test_markup_nested_without_end_is_left() -> None:
    markup: Any = JOB
    for _ in range(100):
        markup = {"a": [markup]}
    assert len(marked_up(markup)) == 1
    page = f"<script type='application/ld+json'>{'[' * 200_000}\"JobPosting\"{']' * 200_000}</script>"
    with pytest.raises(Rejected):
        list(rows_of(career_pages, answer("https://jobs.example/1", page)))
