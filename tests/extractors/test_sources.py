"""One suite for all sources: every module of extractors/ that declares a SOURCE goes through it.

Fixtures are pairs in fixtures/<source>/<case>/: an answer of the source's shape with invented content, and
expected.json with the rows and issues that must come of it, in order. A row is compared on the columns that
expected.json names; nested lists are compared item by item, in the same way.
"""

from __future__ import annotations

import csv
import dataclasses
import inspect
import io
import json
import re
import zipfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import transforms.lookups
from extractors.aijobs_salaries import first_rows_of_pairs
from extractors.bls_oews import occupations
from extractors.boards import all_boards, boards_of, employer_of, employers
from extractors.fetching import ask_first, ask_pages
from extractors.source import ACCESSES, NEW_KEYS, Response, all_sources, each, source_of
from extractors.source_list import SOURCES_MD, sources_markdown
from extractors.web import FetchFailed
from transforms.rejected import Rejected
from warehouse.tables import KINDS, ExchangeRate, Issue, OfficialWage, PayReport, Posting

FIXTURES = Path(__file__).parent / "fixtures"
LOOKUPS = Path(transforms.lookups.__path__[0])
CASES = sorted(path.parent for path in FIXTURES.glob("*/*/expected.json"))
SOURCES = sorted(all_sources())
BOARD_SOURCES = [
    name for name, module in all_sources().items() if hasattr(module, "url_of") and hasattr(module, "board_of")
]
ROWS = (Posting, PayReport, OfficialWage, ExchangeRate)
DAY = date(2026, 8, 17)


# --- fixture pairs ----------------------------------------------------------------------------------


def body_in(case: Path, expected: dict[str, Any]) -> bytes:
    """The answer's bytes. Workbooks and zips are packed here, so that their content can be reviewed as text."""
    answer = next(case.glob("answer.*"))
    body = answer.read_bytes()
    if answer.name == "answer.workbook.json":
        workbook = openpyxl.Workbook()
        workbook.remove(workbook.active)  # type: ignore[arg-type]  # a new workbook has one sheet
        for name, rows in json.loads(body).items():
            sheet = workbook.create_sheet(name)
            for row in rows:
                sheet.append(row)
        packed = io.BytesIO()
        workbook.save(packed)
        body = packed.getvalue()
    if "zip_member" in expected:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as into:
            into.writestr(expected["zip_member"], body)
        body = packed.getvalue()
    return body


def response_of(case: Path, expected: dict[str, Any]) -> Response:
    observed_at = datetime.fromisoformat(expected["observed_at"])
    return Response(url=expected["url"], observed_at=observed_at, status=200, body=body_in(case, expected))


def shown(value: Any) -> Any:
    """A value as JSON would hold it."""
    if isinstance(value, tuple | list):
        return [shown(item) for item in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: shown(getattr(value, field.name)) for field in dataclasses.fields(value)}
    return value.isoformat() if isinstance(value, date) else value


def restricted(value: Any, to: Any) -> Any:
    """`value` cut to the keys that `to` names, all the way down."""
    if isinstance(to, dict) and isinstance(value, dict):
        return {key: restricted(value.get(key, "no such column"), part) for key, part in to.items()}
    if isinstance(to, list) and isinstance(value, list):
        return [restricted(item, to[i] if i < len(to) else item) for i, item in enumerate(value)]
    return value


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.name}")
def test_an_answer_gives_the_expected_rows_and_issues(case: Path) -> None:
    expected = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    response = response_of(case, expected)
    module = source_of(response.url)
    assert module is all_sources()[case.parent.name]
    found = list(module.parse(response))
    rows = [shown(row) for row in found if isinstance(row, ROWS)]
    issues = [shown(issue) for issue in found if isinstance(issue, Issue)]
    assert len(rows) + len(issues) == len(found)
    assert [restricted(issue, wanted) for issue, wanted in zip(issues, expected["issues"], strict=False)] == expected[
        "issues"
    ]
    assert len(issues) == len(expected["issues"]), issues
    for row, wanted in zip(rows, expected["rows"], strict=True):
        assert restricted(row, wanted) == wanted
    assert {row["source"] for row in rows} <= {module.SOURCE.name}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.name}")
def test_the_same_answer_gives_the_same_rows(case: Path) -> None:
    expected = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    response = response_of(case, expected)
    module = all_sources()[case.parent.name]
    assert list(module.parse(response)) == list(module.parse(response))


def test_every_source_has_a_fixture_pair() -> None:
    assert {case.parent.name for case in CASES} == set(SOURCES)


# --- declarations -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_declares_itself(name: str) -> None:
    module = all_sources()[name]
    source = module.SOURCE
    assert source.name == name == module.__name__.rsplit(".", 1)[-1]
    assert source.kind in KINDS
    assert all(endpoint.startswith("https://") and endpoint.count("/") >= 3 for endpoint in source.endpoints)
    assert source.access in ACCESSES
    assert bool(source.keys) == (source.access == "key") or source.access == "consent"
    assert source.pause >= 1
    assert 0 < source.expected_rows[0] < source.expected_rows[1]
    for said in (source.title, source.publisher, source.homepage, source.licence, source.attribution, source.facts):
        assert said.strip()
    assert inspect.getdoc(module)
    parameters = inspect.signature(module.fetch).parameters
    assert list(parameters) == ["web", "boards", "as_of"]
    assert parameters["boards"].kind == parameters["as_of"].kind == inspect.Parameter.KEYWORD_ONLY


def test_no_endpoint_belongs_to_two_sources() -> None:
    for name in SOURCES:
        for endpoint in all_sources()[name].SOURCE.endpoints:
            assert source_of(endpoint.replace("*", "acme")) is all_sources()[name]


def test_sources_md_is_current() -> None:
    assert SOURCES_MD.read_text(encoding="utf-8") == sources_markdown(), "run: python -m extractors.source_list"


# --- addresses and fetching -------------------------------------------------------------------------


class RecordingWeb:
    """A session that answers 200 with a given body but where it is told to fail; keeps what it was asked."""

    def __init__(self, *, body: bytes = b"", fails: Sequence[str] = (), missing: Sequence[str] = ()) -> None:
        self.asked: list[str] = []
        self.keys: Mapping[str, str] = defaultdict(lambda: "a key")
        self.body = body
        self.fails = fails
        self.missing = missing

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        secret: Mapping[str, str] | None = None,
        form: Mapping[str, object] | None = None,
    ) -> Response:
        self.asked.append(url)
        if url in self.fails:
            raise FetchFailed(url, "no connection")
        status = 404 if url in self.missing else 200
        return Response(url=url, observed_at=datetime(2026, 8, 17, tzinfo=UTC), status=status, body=self.body)

    def token(self, url: str, credentials: Mapping[str, str]) -> str:
        self.asked.append(url)
        return "a token"


@pytest.mark.parametrize("name", SOURCES)
def test_fetch_asks_only_under_the_endpoints(name: str) -> None:
    module = all_sources()[name]
    case = next(case for case in CASES if case.parent.name == name)
    web = RecordingWeb(body=body_in(case, json.loads((case / "expected.json").read_text(encoding="utf-8"))))
    boards = ("acme", "zweite-firma") if name in BOARD_SOURCES else ()
    failures = module.fetch(web, boards=boards, as_of=DAY)
    assert len(web.asked) >= max(1, len(boards))
    assert all(module.SOURCE.longest_endpoint(url) for url in web.asked)
    assert len(web.asked) <= module.SOURCE.most_requests
    assert all("circle" in failure or "most that are read" in failure for failure in failures)  # it hears one answer


@pytest.mark.parametrize("name", BOARD_SOURCES)
def test_a_board_that_fails_does_not_stop_the_others(name: str) -> None:
    module = all_sources()[name]
    dead, gone, alive = (module.url_of(board) for board in ("dead", "gone", "alive"))
    web = RecordingWeb(fails=[dead], missing=[gone])
    failures = module.fetch(web, boards=("dead", "gone", "alive"), as_of=DAY)
    assert web.asked == [dead, gone, alive]
    assert failures == [f"{dead}: no connection", f"{gone}: HTTP 404"]


@pytest.mark.parametrize("name", BOARD_SOURCES)
@given(data=st.data())
@settings(max_examples=50, deadline=None)
def test_a_board_is_found_in_its_address(name: str, data: st.DataObject) -> None:
    module = all_sources()[name]
    is_host = any("*" in endpoint for endpoint in module.SOURCE.endpoints)
    board = data.draw(
        st.from_regex(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?", fullmatch=True)
        if is_host
        else st.text(min_size=1, max_size=30).filter(lambda text: text.strip(".") and text.isprintable())
    )
    url = module.url_of(board)
    assert module.SOURCE.longest_endpoint(url)
    assert module.board_of(url) == board


@pytest.mark.parametrize("name", BOARD_SOURCES)
def test_other_addresses_list_no_board(name: str) -> None:
    module = all_sources()[name]
    if "*" not in module.SOURCE.endpoints[0]:
        assert module.board_of(module.SOURCE.endpoints[0]) is None
    assert module.board_of("https://elsewhere.example/acme/jobs") is None


def test_a_single_posting_is_not_its_board() -> None:
    assert all_sources()["lever"].board_of("https://api.lever.co/v0/postings/acme/123?mode=json") is None
    assert all_sources()["greenhouse"].board_of("https://boards-api.greenhouse.io/v1/boards/acme/jobs/1") is None


def test_a_yearly_file_not_out_yet_falls_back_to_the_year_before() -> None:
    bls = all_sources()["bls_oews"]
    web = RecordingWeb(missing=[bls.url_of(2025)])
    assert bls.fetch(web, as_of=date(2026, 2, 1)) == []
    assert web.asked == [bls.url_of(2025), bls.url_of(2024)]
    assert bls.url_of(2024) == "https://www.bls.gov/oes/special-requests/oesm24nat.zip"


def test_all_failures_are_told_when_nothing_answers() -> None:
    web = RecordingWeb(fails=["https://a.example/1"], missing=["https://a.example/2"])
    told = ask_first(web, ["https://a.example/1", "https://a.example/2"])
    assert told == ["https://a.example/1: no connection", "https://a.example/2: HTTP 404"]


class PagingWeb(RecordingWeb):
    """A session that answers pages with given bodies, one after the other, and keeps the headers it was sent."""

    def __init__(self, bodies: Sequence[bytes], *, status: int = 200) -> None:
        super().__init__()
        self.bodies = list(bodies)
        self.status = status
        self.headers: list[Mapping[str, str] | None] = []
        self.credentials: list[Mapping[str, str]] = []

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        secret: Mapping[str, str] | None = None,
        form: Mapping[str, object] | None = None,
    ) -> Response:
        self.headers.append(headers)
        answer = super().get(url, headers=headers, secret=secret, form=form)
        return replace(answer, status=self.status, body=self.bodies.pop(0) if self.bodies else b"[]")

    def token(self, url: str, credentials: Mapping[str, str]) -> str:
        self.credentials.append(credentials)
        return super().token(url, credentials)


def test_france_travail_pays_for_its_pages_with_a_token_and_takes_206_for_an_answer() -> None:
    france = all_sources()["france_travail"]
    full, rest = (json.dumps({"resultats": [{"id": str(n)} for n in range(many)]}).encode() for many in (150, 7))
    web = PagingWeb([full, full, rest, *[rest] * 5], status=206)
    web.keys = dict(zip(france.KEYS, ("an id", "a secret"), strict=True))
    assert france.fetch(web, boards=(), as_of=DAY) == []
    assert web.asked[0] == france.TOKENS
    assert web.credentials[0]["client_secret"] == "a secret"
    assert [url.partition("&")[2] for url in web.asked[1:5]] == [
        "range=0-149", "range=150-299", "range=300-449", "range=0-149",
    ]  # fmt: skip
    assert {headers["Authorization"] for headers in web.headers if headers} == {"Bearer a token"}
    web = PagingWeb([full] * 100)
    assert france.fetch(web, boards=(), as_of=DAY) == []
    assert web.credentials == [], "a replay has no keys and needs no token"
    assert web.asked[6].endswith("range=900-1049")
    assert web.asked[7].endswith("range=0-149"), "the API gives no offer beyond 1,149"


@pytest.mark.parametrize(("listed", "postings"), [(1, 1), (30, 30), (31, 1)])
def test_a_comment_is_split_into_so_many_jobs_and_no_more(listed: int, postings: int) -> None:
    hackernews = all_sources()["hackernews"]
    text = "Acme | Several roles | Oslo" + "".join(f"<p>- Engineer Number {n}" for n in range(listed))
    comments = {"children": [{"id": 7, "type": "comment", "text": text, "created_at_i": 1793635300}]}
    rows = [row for row in parsed(hackernews, json.dumps(comments).encode()) if isinstance(row, Posting)]
    assert len({row.posting_id for row in rows}) == len(rows) == postings
    assert {row.employer for row in rows} == {"Acme"}


def test_hacker_news_is_asked_for_the_newest_threads_of_those_who_hire() -> None:
    hackernews = all_sources()["hackernews"]
    web = PagingWeb([(FIXTURES / "hackernews" / "finding" / "answer.json").read_bytes()])
    assert hackernews.fetch(web, boards=(), as_of=DAY) == []
    assert web.asked == [hackernews.NEWEST, *(f"{hackernews.API}items/{id}" for id in (48000001, 47000001))]


@pytest.mark.parametrize(
    ("name", "pages"),
    [("usajobs", 5 * 5), ("jobtech", 5 * 21), ("github_vagas", 12 * 3), ("reed", 6 * 3 + 600)],
)
def test_full_pages_are_asked_for_up_to_a_limit_that_is_no_failure(name: str, pages: int) -> None:
    module = all_sources()[name]
    pages_of_jobs = [[{"jobId": page * 1_000 + n} for n in range(module.PAGE)] for page in range(200)]
    web = PagingWeb(
        [
            json.dumps(
                jobs
                if name == "github_vagas"
                else {"SearchResult": {"SearchResultItems": jobs}, "hits": jobs, "results": jobs}
            ).encode()
            for jobs in pages_of_jobs
        ]
    )
    assert module.fetch(web, boards=(), as_of=DAY) == []
    assert len(web.asked) == len(set(web.asked)) == pages <= module.SOURCE.most_requests


def test_a_day_of_the_currency_table_has_no_zero_padding() -> None:
    url = all_sources()["currency_table"].url_of(date(2026, 9, 5))
    assert "@2026.9.5/" in url


# --- answers that are not what the source promises ----------------------------------------------------


def parsed(module: ModuleType, body: bytes) -> list[Any]:
    """What parse gives, a refusal of the whole answer included; anything but `Rejected` is a fault of ours."""
    url = module.url_of("acme") if module.SOURCE.name in BOARD_SOURCES else module.SOURCE.endpoints[0]
    response = Response(url=url, observed_at=datetime(2026, 8, 17, tzinfo=UTC), status=200, body=body)
    found: list[Any] = []
    try:
        for row in module.parse(response):
            found.append(row)
    except Rejected as error:
        found.append(error.issue)
    return found


BROKEN = {
    "nothing": b"",
    "an error page with status 200": b"<!DOCTYPE html><html><body>Service unavailable</body></html>",
    "JSON cut in half": b'{"jobs": [{"id": "1", "title": "Half a',
    "a number": b"7",
    "null": b"null",
    "a truncated zip": b"PK\x03\x04\x14\x00\x00\x00\x08\x00broken",
    "an error message": b'{"ok": false, "error": "Document not found"}',
    "bytes": bytes(range(256)),
}


@pytest.mark.parametrize("kind", BROKEN)
@pytest.mark.parametrize("name", SOURCES)
def test_a_broken_answer_is_one_issue_about_the_response(name: str, kind: str) -> None:
    (issue,) = parsed(all_sources()[name], BROKEN[kind])
    assert isinstance(issue, Issue)
    assert issue.column_name == "response"
    assert not issue.is_deliberate
    assert issue.rule


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)


def keys_in(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*map(keys_in, value.values()))
    return set().union(*map(keys_in, value)) if isinstance(value, list) else set()


JSON_CASES = [case for case in CASES if (case / "answer.json").exists()]


@pytest.mark.parametrize("case", JSON_CASES, ids=lambda case: f"{case.parent.name}-{case.name}")
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_changed_answer_never_raises(case: Path, data: st.DataObject) -> None:
    """Any value of the answer, at any depth, exchanged for any other: a row or an issue, never an exception."""
    answer = json.loads((case / "answer.json").read_text(encoding="utf-8"))
    holder: Any = None
    key: Any = None
    inner = answer
    while isinstance(inner, dict | list) and inner:
        holder = inner
        key = data.draw(st.sampled_from(sorted(inner)) if isinstance(inner, dict) else st.integers(0, len(inner) - 1))
        inner = inner[key]
        if data.draw(st.integers(0, 3)) == 0:
            break
    assert holder is not None
    holder[key] = data.draw(JSON)
    for row in parsed(all_sources()[case.parent.name], json.dumps(answer).encode()):
        assert isinstance(row, (*ROWS, Issue))


@pytest.mark.parametrize("name", BOARD_SOURCES)
def test_one_bad_record_does_not_lose_the_others(name: str) -> None:
    case = next(c for c in CASES if c.parent.name == name)
    answer = json.loads((case / "answer.json").read_text(encoding="utf-8"))
    jobs = answer["jobs"] if isinstance(answer, dict) else answer
    before = parsed(all_sources()[name], json.dumps(answer).encode())
    jobs[1:1] = [None, [], {"id": "x-1"}, {"id": "x-2", "title": {"a": 1}}]
    found = parsed(all_sources()[name], json.dumps(answer).encode())
    assert [row for row in found if isinstance(row, Posting)] == [row for row in before if isinstance(row, Posting)]
    assert len([row for row in found if isinstance(row, Issue) and not row.is_deliberate]) >= 4


# --- what single sources promise ----------------------------------------------------------------------


def test_pairs_are_taken_from_the_top_high_before_low() -> None:
    def row(salary: str, title: str = "AI Engineer") -> list[str]:
        return ["2025", "SE", "FT", title, salary, "USD", salary, "US", "0", "US", "M"]

    def firsts(*salaries: str) -> list[int]:
        return first_rows_of_pairs([row(salary) for salary in salaries])

    assert firsts("200", "100") == [1, 1]
    assert firsts("100", "200") == [1, 2]
    assert firsts("200", "100", "300", "150") == [1, 1, 3, 3]
    assert firsts("100", "300", "150") == [1, 2, 2]
    assert firsts("150", "150") == [1, 1]
    assert firsts("many", "150") == [1, 2]
    assert first_rows_of_pairs([row("200"), row("100", "AI Architect")]) == [1, 2]
    assert first_rows_of_pairs([]) == []


def test_a_salary_of_a_sales_advert_may_hold_the_on_target_earnings() -> None:
    ashby = all_sources()["ashby"]

    def component(label: str | None, summary: str, amount: float = 240000) -> str:
        stated: dict[str, Any] = {"summary": summary, "compensationType": "Salary", "interval": "1 YEAR"}
        stated |= {"currencyCode": "USD", "minValue": amount, "maxValue": amount}
        (pay,) = ashby.read_tier({"title": label, "components": [stated]})
        return str(pay.component)

    assert component("OTE", "$240K") == "on_target_earnings"
    assert component("OTE with a 50/50 split", "$240K") == "on_target_earnings"
    assert component("The target is $240K OTE", "$240K") == "on_target_earnings"
    assert component(None, "On-target earnings (OTE) $240K") == "on_target_earnings"
    assert component("Uncapped, $480K OTE", "$240K") == "base"
    assert component("Base + OTE", "$240K") == "base"
    assert component("Notes on remote work", "$240K") == "base"


# --- boards.csv and lookups ---------------------------------------------------------------------------


def countries() -> set[str]:
    with (LOOKUPS / "countries.csv").open(encoding="utf-8", newline="") as file:
        return {row["country"] for row in csv.DictReader(file)}


def test_boards_are_well_formed() -> None:
    boards = all_boards()
    assert len({(b.source, b.board) for b in boards}) == len(boards)
    assert {b.source for b in boards} <= set(BOARD_SOURCES)
    assert all(b.board == b.board.strip() != "" for b in boards)
    assert all(b.employer is None or b.employer == " ".join(b.employer.split()) for b in boards)
    assert {b.country for b in boards} <= countries() | {None}
    assert list(boards) == sorted(boards, key=lambda b: (b.source, b.board.casefold(), b.board))


def test_boards_are_read_as_they_stand() -> None:
    assert "etched" in boards_of("ashby")
    assert employer_of("greenhouse", "gitlab") == "GitLab"
    assert employer_of("greenhouse", "no such board") is None
    assert employer_of("greenhouse", None) is None
    assert boards_of("ecb_rates") == ()
    named = {employer.employer: employer for employer in employers()}
    assert named["GitLab"].country == "US"
    assert len(named) == len(employers())


def test_one_employer_is_of_one_country_and_industry() -> None:
    for name in {b.employer for b in all_boards() if b.employer}:
        told = [b for b in all_boards() if b.employer == name]
        assert len({b.country for b in told} - {None}) <= 1, name
        assert len({b.industry for b in told} - {None}) <= 1, name


def test_the_nearest_occupation_of_every_role_is_read() -> None:
    with (LOOKUPS / "roles.csv").open(encoding="utf-8", newline="") as file:
        nearest = {row["soc_2018"] for row in csv.DictReader(file) if row["soc_2018"]}
    assert nearest <= set(occupations())
    assert all(re.fullmatch(r"\d{2}-\d{4}", code) and reason for code, reason in occupations().items())


# --- pages --------------------------------------------------------------------------------------------


def next_in(response: Response) -> str | None:
    following: str | None = response.json()["next"]
    return following


@pytest.mark.parametrize(
    ("body", "most", "asked", "why"),
    [
        (b'{"next": null}', 9, 1, None),
        (b'{"next": "https://jobs.example/2"}', 9, 2, "the pages run in a circle; 2 read"),
        (b'{"next": "https://jobs.example/2"}', 1, 1, "left out, 1 pages are the most that are read"),
        (b"<html>", 9, 1, "what follows it cannot be read"),
        (b"{}", 9, 1, "what follows it cannot be read"),
    ],
)
def test_pages_are_asked_for_until_the_last(body: bytes, most: int, asked: int, why: str | None) -> None:
    web = RecordingWeb(body=body)
    failures = ask_pages(web, "https://jobs.example/1", next_in, most=most)
    assert len(web.asked) == asked
    assert [why in failure for failure in failures if why] == [True] * bool(why)


def test_new_keys_are_noted_once_an_answer() -> None:
    items = [{"id": 1, "title": "A", "mood": "glad"}, {"id": 2, "title": "B", "tempo": "slow"}, {"id": 3}]
    found = list(each(items, lambda item: item["id"], known=frozenset(("id", "title"))))
    assert found[:3] == [1, 2, 3]
    (note,) = found[3:]
    assert isinstance(note, Issue)
    assert (note.column_name, note.value, note.is_deliberate) == (NEW_KEYS, "mood, tempo", True)


@pytest.mark.parametrize(
    ("url", "is_its"),
    [
        ("https://acme.jobs.example/xml", True),
        ("https://a.b.jobs.example/xml?language=en", True),
        ("https://jobs.example/xml", False),
        ("https://evil.example/.jobs.example/xml", False),
        ("https://acme.jobs.example.evil.example/xml", False),
        ("http://acme.jobs.example/xml", False),
    ],
)
def test_a_star_stands_for_labels_of_a_host(url: str, is_its: bool) -> None:
    source = replace(all_sources()["lever"].SOURCE, endpoints=("https://*.jobs.example/xml",))
    assert bool(source.longest_endpoint(url)) is is_its
