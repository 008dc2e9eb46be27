"""One suite for all sources: every module of extractors/ that declares a SOURCE goes through it.

Fixtures are pairs in fixtures/<source>/<case>/: an answer of the source's shape with invented content, and
expected.json with the rows and issues that must come of it, in order. A row is compared on the columns that
expected.json names; nested lists are compared item by item, in the same way.
"""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import gzip
import inspect
import io
import json
import re
import sqlite3
import zipfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, get_args

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import transforms.lookups
from extractors.boards import all_boards, boards_by_token, boards_of
from extractors.refine.refine import rows_of
from extractors.response import NEW_KEYS, Response, each
from extractors.source import all_sources, is_answer_of, source_of
from extractors.source_list import SOURCES_MD, sources_markdown
from extractors.sources.declaration import WHOLE_LIST_EXPIRY_DAYS, Parsed, SourceModule, descriptions
from extractors.sources.employer_boards import ashby, greenhouse, lever, personio, teamtailor
from extractors.sources.employer_postings import smartrecruiters, workday
from extractors.sources.employment_services import france_travail, jobtech, usajobs
from extractors.sources.files.tabular import headers_for
from extractors.sources.job_boards import arbeitnow, getonboard, github_vagas, hackernews, reed, the_muse
from extractors.sources.reference import currency_table, onet
from extractors.sources.remote_boards import himalayas, remoteok
from extractors.sources.salaries import bls_oews, h1b_lca
from extractors.sources.salaries.aijobs_salaries import first_rows_of_pairs
from extractors.web.paging import ask_first, ask_pages
from extractors.web.session import FetchFailed, Web
from transforms.records.rows import (
    AiPostingShare,
    AiUse,
    ExchangeRate,
    Issue,
    OccupationSkill,
    OfficialWage,
    PayReport,
    Posting,
    PriceLevel,
    Removal,
)
from transforms.records.vocabulary import KINDS, POSTING_KINDS, SOC
from transforms.text.lookups import near_occupations, occupations
from transforms.text.rejects import Rejected

FIXTURES = Path(__file__).parents[1] / "fixtures"
LOOKUPS = Path(transforms.lookups.__path__[0])
CASES = sorted(path.parent for path in FIXTURES.glob("*/*/expected.json"))
SOURCES = sorted(all_sources())
BOARD_SOURCES = [name for name, module in all_sources().items() if any(not b.is_paged for b in module.SOURCE.boards)]
PAGED_SOURCES = ["jobvite", "oracle_recruiting", "smartrecruiters", "workday"]
"""Sources that list boards in pages, so that no address is a whole board."""
EXAMPLE_BOARDS = {
    "workday": ("acme.wd5/Careers", "zweite-firma.wd3/Stellen"),
    "oracle_recruiting": ("acme.us2/CX_1", "zweite-firma.ocs/CX"),
}
"""Tokens of sources that ask for more than a word."""
PARSED = {kind.__name__ for kind in get_args(Parsed)}
"""Names of the types that `parse` may yield."""
ROWS = (Posting, PayReport, OfficialWage, ExchangeRate, PriceLevel, OccupationSkill, AiPostingShare, AiUse)
FORBIDS = re.compile(
    r"\b(?:forbids?|prohibit(?:s|ed)?|restricts?|internal use|required to register|needs [^.]*written consent"
    r"|without written consent|Disallow: /(?:\s|$))"
)
"""Words of terms by which a source may not be read without permission."""
DAY = date(2026, 8, 17)
WORKDAY = "https://acme.wd5.myworkdayjobs.com/wday/cxs/acme/Jobs"


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
        buffer = io.BytesIO()
        workbook.save(buffer)
        body = buffer.getvalue()
    if answer.name == "answer.parquet.json":
        rows = [
            row | ({"published_at": datetime.fromisoformat(row["published_at"])} if row.get("published_at") else {})
            for row in json.loads(body)
        ]
        buffer = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(rows), buffer)
        body = buffer.getvalue()
    if answer.name == "answer.sql":
        with contextlib.closing(sqlite3.connect(":memory:")) as con:
            con.executescript(body.decode())
            body = gzip.compress(con.serialize())
    if "zip_member" in expected:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as into:
            into.writestr(expected["zip_member"], body)
        body = buffer.getvalue()
    return body


def response_of(case: Path, expected: dict[str, Any]) -> Response:
    observed_at = datetime.fromisoformat(expected["observed_at"])
    body = body_in(case, expected)
    mapping = case / "mapping.toml"
    headers = headers_for(mapping.read_bytes(), body) if mapping.exists() else {}
    return Response(url=expected["url"], observed_at=observed_at, status=200, headers=headers, body=body)


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
    module = all_sources()[case.parent.name]
    assert is_answer_of(module, response.url)
    records = list(rows_of(module, response))
    rows = [shown(row) for row in records if isinstance(row, ROWS)]
    issues = [shown(issue) for issue in records if isinstance(issue, Issue)]
    removals = [row.id for row in records if isinstance(row, Removal)]
    assert len(rows) + len(issues) + len(removals) == len(records)
    assert removals == expected.get("removed", [])
    assert [restricted(issue, part) for issue, part in zip(issues, expected["issues"], strict=False)] == expected[
        "issues"
    ]
    assert len(issues) == len(expected["issues"]), issues
    for row, part in zip(rows, expected["rows"], strict=True):
        assert restricted(row, part) == part
    assert {row["source"] for row in rows} <= {module.SOURCE.name}
    if board := module.SOURCE.board_of(response.url):
        assert {row["board"] for row in rows} == {board}, "else what the list lacks could not be closed"
    if (native := module.SOURCE.posting_of(response.url)) and removals:
        assert removals == [native]
    elif native:
        assert [row["posting_id"] for row in rows] == [f"{module.SOURCE.name}:{native}"], "else a 404 closed another"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.name}")
def test_the_same_answer_gives_the_same_rows(case: Path) -> None:
    expected = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    response = response_of(case, expected)
    module = all_sources()[case.parent.name]
    assert list(rows_of(module, response)) == list(rows_of(module, response))


def test_every_source_has_a_fixture_pair() -> None:
    assert {case.parent.name for case in CASES} == set(SOURCES)


# --- declarations -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_declares_itself(name: str) -> None:
    module = all_sources()[name]
    source = module.SOURCE
    assert source.name == name
    assert source.kind in KINDS
    assert all(endpoint.startswith("https://") and endpoint.count("/") >= 3 for endpoint in source.endpoints)
    assert bool(source.keys) == (source.access == "key") or source.access == "consent"
    assert source.pause >= 1
    assert 0 < source.expected_rows[0] < source.expected_rows[1]
    if source.kind in POSTING_KINDS:
        least = WHOLE_LIST_EXPIRY_DAYS if source.has_whole_lists else 1
        most = 184 if source.is_change_feed else WHOLE_LIST_EXPIRY_DAYS  # a feed names what is unchanged no more
        assert least <= (source.expires_after_days or 0) <= most, "whole lists close adverts before their age"
    else:
        assert source.expires_after_days is None
    for text in (source.title, source.publisher, source.homepage, source.licence, source.attribution, source.facts):
        assert text.strip()
    assert source.gives.strip() and not source.gives.endswith(".")
    day, how = source.terms_checked[:10], source.terms_checked[10:]
    assert date(2026, 1, 1) <= date.fromisoformat(day) and how.strip(" ,;"), "when the terms were looked for, and where"
    assert source.cadence.strip() and source.most_requests > 0
    assert (
        source.access == "file"
        or not FORBIDS.search(f"{source.licence} {source.quotation}")
        or (source.access == "consent")
    ), "what terms forbid is read by consent, or stands in not_read.csv"
    assert inspect.getdoc(module)
    for function, protocol in ((module.fetch, SourceModule.fetch), (module.parse, SourceModule.parse)):
        given, wanted = inspect.signature(function), inspect.signature(protocol)
        parameters = [(p.name, p.kind, p.annotation) for p in given.parameters.values()]
        assert parameters == [(p.name, p.kind, p.annotation) for p in wanted.parameters.values()][1:]
        assert set(re.findall(r"\w+", given.return_annotation)) <= {"Iterator", "list", "str", "Parsed", *PARSED}


def test_every_description_is_of_a_source() -> None:
    assert set(descriptions()) == set(SOURCES)


def test_an_unknown_access_is_refused() -> None:
    with pytest.raises(ValueError, match="reed: expected one of open, key, consent, file as `access`, not opne"):
        replace(all_sources()["reed"].SOURCE, access="opne")  # type: ignore[arg-type]


def test_no_endpoint_belongs_to_two_sources() -> None:
    for name in SOURCES:
        for endpoint in all_sources()[name].SOURCE.endpoints:
            assert source_of(endpoint.replace("*", "acme")) is all_sources()[name]


def test_sources_md_is_current() -> None:
    assert SOURCES_MD.read_text(encoding="utf-8") == sources_markdown(), "run: python -m extractors.source_list"


# --- addresses and fetching -------------------------------------------------------------------------


class RecordingWeb(Web):
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

    def ask(self, url: str, *, headers: Mapping[str, str] | None = None) -> int:
        return self.get(url, headers=headers).status

    def token(self, url: str, credentials: Mapping[str, str] | None = None) -> str:
        self.asked.append(url)
        return "a token"

    def newest(self, prefix: str) -> Response | None:
        return None


def first_body(name: str) -> bytes:
    """The first recorded answer of a source that is no single posting's."""
    cases = ((case, json.loads((case / "expected.json").read_text())) for case in CASES if case.parent.name == name)
    posting_of = all_sources()[name].SOURCE.posting_of
    return next(body_in(case, expected) for case, expected in cases if not posting_of(expected["url"]))


@pytest.mark.parametrize("name", SOURCES)
def test_fetch_asks_only_under_the_endpoints(name: str) -> None:
    module = all_sources()[name]
    web = RecordingWeb(body=first_body(name))
    boards = EXAMPLE_BOARDS.get(name, ("acme", "zweite-firma"))
    failures = module.fetch(web, boards=boards, as_of=DAY)
    least = 0 if module.SOURCE.access == "file" else len(boards) if name in BOARD_SOURCES else 1
    assert len(web.asked) >= least
    assert all(module.SOURCE.longest_endpoint(url) for url in web.asked)
    assert len(web.asked) <= module.SOURCE.most_requests
    words = ("circle", "loop", "pages are the limit", "names no posting")  # for it hears one answer to all
    assert all(any(word in failure for word in words) for failure in failures)


@pytest.mark.parametrize("name", BOARD_SOURCES)
def test_a_board_that_fails_does_not_stop_the_others(name: str) -> None:
    module = all_sources()[name]
    dead, missing, alive = (module.SOURCE.url_of(board) for board in ("dead", "gone", "alive"))
    web = RecordingWeb(body=first_body(name), fails=[dead], missing=[missing])
    failures = module.fetch(web, boards=("dead", "gone", "alive"), as_of=DAY)
    assert [url for url in web.asked if not module.SOURCE.posting_of(url)] == [dead, missing, alive]
    assert failures == [f"{dead}: no connection", f"{missing}: HTTP 404"]


@pytest.mark.parametrize("name", BOARD_SOURCES)
@given(data=st.data())
@settings(max_examples=50)
def test_a_board_is_found_in_its_address(name: str, data: st.DataObject) -> None:
    module = all_sources()[name]
    is_host = any("*" in endpoint for endpoint in module.SOURCE.endpoints)
    board = data.draw(
        st.from_regex(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?", fullmatch=True)
        if is_host
        else st.text(min_size=1, max_size=30).filter(lambda text: text.strip(".") and text.isprintable())
    )
    url = module.SOURCE.url_of(board)
    assert module.SOURCE.longest_endpoint(url)
    assert module.SOURCE.board_of(url) == board


@pytest.mark.parametrize("name", BOARD_SOURCES)
def test_other_addresses_list_no_board(name: str) -> None:
    module = all_sources()[name]
    if "*" not in module.SOURCE.endpoints[0]:
        assert module.SOURCE.board_of(module.SOURCE.endpoints[0]) is None
    assert module.SOURCE.board_of("https://elsewhere.example/acme/jobs") is None


@pytest.mark.parametrize("name", sorted(all_sources().keys() - set(BOARD_SOURCES)))
def test_a_board_without_an_address_of_its_own_is_the_one_list_of_its_source(name: str) -> None:
    module = all_sources()[name]
    if module.SOURCE.has_whole_lists:
        web = RecordingWeb()
        module.fetch(web, boards=(), as_of=DAY)
        assert len(web.asked) == 1, "a list of several pages is not complete in one answer"
        assert module.SOURCE.board_of(web.asked[0])
        assert module.SOURCE.board_of("https://elsewhere.example/acme/jobs") is None


def test_a_single_posting_is_not_its_board() -> None:
    assert lever.SOURCE.board_of("https://api.lever.co/v0/postings/acme/123?mode=json") is None
    assert greenhouse.SOURCE.board_of("https://boards-api.greenhouse.io/v1/boards/acme/jobs/1") is None


def test_a_yearly_file_not_out_yet_falls_back_to_the_year_before() -> None:
    web = RecordingWeb(missing=[bls_oews.url_of(2025)])
    assert bls_oews.fetch(web, as_of=date(2026, 2, 1)) == []
    assert web.asked == [
        bls_oews.url_of(2025),
        bls_oews.url_of(2024),
        bls_oews.url_of(2025, "st"),
        bls_oews.url_of(2025, "ma"),
    ]
    assert bls_oews.url_of(2024) == "https://www.bls.gov/oes/special-requests/oesm24nat.zip"


def test_the_newest_quarter_that_the_page_links_is_asked_for() -> None:
    web = RecordingWeb(body=(FIXTURES / "h1b_lca" / "page" / "answer.html").read_bytes())
    assert h1b_lca.fetch(web, as_of=DAY) == []
    assert web.asked == [h1b_lca.PAGE, "https://www.dol.gov/media/7/LCA_Disclosure_Data_FY2025_Q4.xlsx"]
    web = RecordingWeb(fails=[h1b_lca.PAGE])
    assert h1b_lca.fetch(web, as_of=DAY) == []
    assert web.asked[1:] == [h1b_lca.FILES + "LCA_Disclosure_Data_FY2026_Q3.xlsx"]


def test_people_named_in_filings_are_not_read() -> None:
    case = FIXTURES / "h1b_lca" / "quarter"
    expected = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    text = repr(list(rows_of(h1b_lca, response_of(case, expected))))
    assert "robin@acme.example" in (case / "answer.workbook.json").read_text(encoding="utf-8")
    assert not [name for name in ("Robin", "robin@acme.example", "Doe") if name in text]


def test_the_release_of_onet_that_should_be_out_is_asked_for_first() -> None:
    web = RecordingWeb(missing=[onet.url_of("30.0")])
    assert onet.fetch(web, as_of=date(2025, 8, 20)) == []
    assert web.asked == [onet.url_of("30.0"), onet.url_of("29.3")]


@pytest.mark.parametrize(
    ("source", "name", "address"),
    [
        ("bls_oews", "national_M2024_dl.xlsx", "https://www.bls.gov/oes/special-requests/oesm24nat.zip"),
        ("bls_oews", "state_M2024_dl.xlsx", "https://www.bls.gov/oes/special-requests/oesm24st.zip"),
        ("bls_oews", "MSA_M2024_dl.xlsx", "https://www.bls.gov/oes/special-requests/oesm24ma.zip"),
        ("bls_oews", "oesm24ma.zip", "https://www.bls.gov/oes/special-requests/oesm24ma.zip"),
        ("bls_oews", "natsector_M2024_dl.xlsx", None),
        ("onet", "db_29_2_text.zip", "https://www.onetcenter.org/dl_files/database/db_29_2_text.zip"),
        ("stackoverflow_survey", "holiday.zip", None),
    ],
)
def test_a_file_handed_over_has_the_address_it_is_published_at(source: str, name: str, address: str | None) -> None:
    declaration = all_sources()[source].SOURCE
    assert declaration.file_url
    assert declaration.file_url(name) == address
    assert address is None or declaration.longest_endpoint(address)


def test_all_failures_are_told_when_nothing_answers() -> None:
    web = RecordingWeb(fails=["https://a.example/1"], missing=["https://a.example/2"])
    failures = ask_first(web, ["https://a.example/1", "https://a.example/2"])
    assert failures == ["https://a.example/1: no connection", "https://a.example/2: HTTP 404"]


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

    def ask(self, url: str, *, headers: Mapping[str, str] | None = None) -> int:
        return self.get(url, headers=headers).status

    def token(self, url: str, credentials: Mapping[str, str] | None = None) -> str:
        self.credentials.append(credentials or {})
        return super().token(url, credentials)


def test_france_travail_pays_for_its_pages_with_a_token_and_takes_206_for_an_answer() -> None:
    full, rest = (json.dumps({"resultats": [{"id": str(n)} for n in range(many)]}).encode() for many in (150, 7))
    web = PagingWeb([full, full, rest, *[rest] * 5], status=206)
    web.keys = dict(zip(france_travail.KEYS, ("an id", "a secret"), strict=True))
    assert france_travail.fetch(web, boards=(), as_of=DAY) == []
    assert web.asked[0] == france_travail.TOKENS
    assert web.credentials[0]["client_secret"] == "a secret"
    assert [url.partition("&")[2] for url in web.asked[1:5]] == [
        "range=0-149", "range=150-299", "range=300-449", "range=0-149",
    ]  # fmt: skip
    assert {headers["Authorization"] for headers in web.headers if headers} == {"Bearer a token"}
    web = PagingWeb([full] * 100)
    assert france_travail.fetch(web, boards=(), as_of=DAY) == []
    assert web.credentials == [], "a replay has no keys and needs no token"
    assert web.asked[6].endswith("range=900-1049")
    assert web.asked[7].endswith("range=0-149"), "the API gives no offer beyond 1,149"


@pytest.mark.parametrize(("n_jobs", "postings"), [(1, 1), (30, 30), (31, 1)])
def test_a_comment_is_split_into_so_many_jobs_and_no_more(n_jobs: int, postings: int) -> None:
    text = "Acme | Several roles | Oslo" + "".join(f"<p>- Engineer Number {n}" for n in range(n_jobs))
    comments = {"children": [{"id": 7, "type": "comment", "text": text, "created_at_i": 1793635300}]}
    rows = [row for row in parsed(hackernews, json.dumps(comments).encode()) if isinstance(row, Posting)]
    assert len({row.posting_id for row in rows}) == len(rows) == postings
    assert {row.employer for row in rows} == {"Acme"}


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("Acme | Crane Engineer, Dock Designer | Oslo", ["Crane Engineer", "Dock Designer"]),
        ("Acme | Sr. SREs, Sr. Crane Engineers | Oslo", ["Sr. SREs", "Sr. Crane Engineers"]),
        ("Acme | Oslo<p>Open roles: Crane Engineer * Dock Designer", ["Crane Engineer", "Dock Designer"]),
        ("Acme | Oslo<p>Hiring: - Crane Engineer (C++) - Dock Designer", ["Crane Engineer", "Dock Designer"]),
        ("Acme | Oslo<p>+ Crane Engineer<p>>> Dock Designer: https://a.no/2", ["Crane Engineer", "Dock Designer"]),
        ("Acme | Oslo<p>Crane Engineer<p>Builds cranes.<p>Head of Docks", ["Crane Engineer", "Head of Docks"]),
        ("Acme | Oslo<p>Crane Engineer - on site<p>Dock Designer - remote", ["Crane Engineer", "Dock Designer"]),
        (
            "Acme | Oslo<p>- Crane Engineer (Steel)<p>- Crane Engineer (Rope)",
            ["Crane Engineer (Steel)", "Crane Engineer (Rope)"],
        ),
        (
            "Acme | Engineers | Oslo<p>Open roles:<p>- Crane Engineer<p>- Dock Engineer",
            ["Crane Engineer", "Dock Engineer"],
        ),
        (
            "Acme | Data Scientist | Oslo<p>We also hire for these roles:<p>- Crane Engineer<p>- Dock Designer",
            ["Data Scientist", "Crane Engineer", "Dock Designer"],
        ),
        ("Acme | Crane Engineer | Oslo<p>Your team:<p>- Dock Engineer<p>- Dock Designer", ["Crane Engineer"]),
        ("Acme | Crane Engineer | Oslo<p>You will:<p>- Lead the Crane Team<p>- Build Docks", ["Crane Engineer"]),
        ("Acme | Oslo | Crane Engineer<p>Jo Ek, CEO and Cofounder<p>Al Ek, CTO and Cofounder", ["Crane Engineer"]),
        ("Acme | Senior Crane Analyst / Dock Engineer | Oslo", ["Senior Crane Analyst / Dock Engineer"]),
    ],
)
def test_each_job_that_a_comment_offers_is_a_posting_and_nothing_else(text: str, titles: list[str]) -> None:
    comments = {"children": [{"id": 7, "type": "comment", "text": text + "<p>We build ferries." * 12}]}
    rows = [row for row in parsed(hackernews, json.dumps(comments).encode()) if isinstance(row, Posting)]
    assert [row.title for row in rows] == titles
    ids = ["hackernews:7"] if len(titles) == 1 else [f"hackernews:7-{n}" for n in range(1, len(titles) + 1)]
    assert [row.posting_id for row in rows] == ids


@pytest.mark.parametrize(
    ("below", "title"),
    [
        ("Senior/Staff Kotlin Engineers for our ferries!", "Senior/Staff Kotlin Engineers"),
        ("Founding Engineer - build the harbour of tomorrow", "Founding Engineer"),
        ("Hiring Crane Engineers in Oslo", "Crane Engineers"),
        ("We hire engineers for our ferries.", "Acme | Oslo | Full-time"),
        ("Engineers at Acme sail.", "Acme | Oslo | Full-time"),
        ("Acme Engineering builds ferries.", "Acme | Oslo | Full-time"),
    ],
)
def test_a_first_line_without_a_job_takes_that_of_the_line_below(below: str, title: str) -> None:
    comments = {"children": [{"id": 7, "type": "comment", "text": f"Acme | Oslo | Full-time<p>{below}"}]}
    (row,) = (row for row in parsed(hackernews, json.dumps(comments).encode()) if isinstance(row, Posting))
    assert row.title == title


@pytest.mark.parametrize(
    ("piece", "contract"),
    [
        ("B2B", "contractor"),
        ("B2B contract", "contractor"),
        ("Full-time B2B", "contractor"),
        ("UoP / B2B", "either"),
        ("SaaS B2B Presentation Software", None),
        ("Full-time, B2B SaaS", None),
        ("Miami, FL", None),
    ],
)
def test_b2b_in_a_first_line_is_a_contract_beside_words_for_employment_alone(piece: str, contract: str | None) -> None:
    comments = {"children": [{"id": 7, "type": "comment", "text": f"Acme | Crane Engineer | {piece}<p>We build."}]}
    (row,) = (row for row in parsed(hackernews, json.dumps(comments).encode()) if isinstance(row, Posting))
    assert (row.employer, row.contract) == ("Acme", contract)


def test_hacker_news_is_asked_for_the_newest_threads_of_those_who_hire() -> None:
    web = PagingWeb([(FIXTURES / "hackernews" / "finding" / "answer.json").read_bytes()])
    assert hackernews.fetch(web, boards=(), as_of=DAY) == []
    assert web.asked == [hackernews.NEWEST, *(f"{hackernews.API}items/{id}" for id in (48000001, 47000001))]


@pytest.mark.parametrize(
    ("module", "pages"),
    [(usajobs, 5 * 5), (jobtech, 1 + 5 * 21), (github_vagas, 12 * 3), (reed, 6 * 3 + 600)],
)
def test_full_pages_are_asked_for_up_to_a_limit_that_is_no_failure(module: Any, pages: int) -> None:
    pages_of_jobs = [[{"jobId": page * 1_000 + n} for n in range(module.PAGE)] for page in range(200)]
    web = PagingWeb(
        [
            json.dumps(
                jobs
                if module is github_vagas
                else {"SearchResult": {"SearchResultItems": jobs}, "hits": jobs, "results": jobs}
            ).encode()
            for jobs in pages_of_jobs
        ]
    )
    assert module.fetch(web, boards=(), as_of=DAY) == []
    assert len(web.asked) == len(set(web.asked)) == pages <= module.SOURCE.most_requests


def test_a_day_of_the_currency_table_has_no_zero_padding() -> None:
    url = currency_table.url_of(date(2026, 9, 5))
    assert "@2026.9.5/" in url


# --- answers that are not what the source promises ----------------------------------------------------


def parsed(module: SourceModule, body: bytes) -> list[Any]:
    """What parse gives, a refusal of the whole answer included; anything but `Rejected` is a fault of ours."""
    url = module.SOURCE.url_of("acme") if module.SOURCE.name in BOARD_SOURCES else module.SOURCE.endpoints[0]
    response = Response(url=url, observed_at=datetime(2026, 8, 17, tzinfo=UTC), status=200, body=body)
    rows: list[Any] = []
    try:
        for row in rows_of(module, response):
            rows.append(row)
    except Rejected as error:
        rows.append(error.issue)
    return rows


BROKEN = {
    "nothing": b"",
    "an error page with status 200": b"<!DOCTYPE html><html><body>Service unavailable</body></html>",
    "JSON cut in half": b'{"jobs": [{"id": "1", "title": "Half a',
    "a number": b"7",
    "null": b"null",
    "a truncated zip": b"PK\x03\x04\x14\x00\x00\x00\x08\x00broken",
    "an error message": b'{"ok": false, "error": "Document not found"}',
    "bytes": bytes(range(256)),
    "XML that defines an entity": b'<!DOCTYPE rss [<!ENTITY a "b">]><rss><item><title>&a;</title></item></rss>',
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
@settings(max_examples=20)  # of each source, and others in each run
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
        assert isinstance(row, (*ROWS, Issue, Removal))


@pytest.mark.parametrize("name", [name for name in BOARD_SOURCES if any(c.parent.name == name for c in JSON_CASES)])
def test_one_bad_record_does_not_lose_the_others(name: str) -> None:
    case = next(c for c in JSON_CASES if c.parent.name == name)
    answer = json.loads((case / "answer.json").read_text(encoding="utf-8"))
    jobs = next(v for v in answer.values() if isinstance(v, list)) if isinstance(answer, dict) else answer
    before = parsed(all_sources()[name], json.dumps(answer).encode())
    jobs[1:1] = [None, [], {"id": "x-1"}, {"id": "x-2", "title": {"a": 1}}]
    after = parsed(all_sources()[name], json.dumps(answer).encode())
    assert [row for row in after if isinstance(row, Posting)] == [row for row in before if isinstance(row, Posting)]
    assert len([row for row in after if isinstance(row, Issue) and not row.is_deliberate]) >= 4


@pytest.mark.parametrize("kind", BROKEN)
def test_a_page_that_is_none_of_getonboard_s_is_refused(kind: str) -> None:
    url = "https://www.getonbrd.com/empleos/programacion"
    response = Response(url=url, observed_at=datetime(2026, 8, 17, tzinfo=UTC), status=200, body=BROKEN[kind])
    with pytest.raises(Rejected, match="expected a list of adverts or an advert"):
        list(rows_of(getonboard, response))


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


@pytest.mark.parametrize(
    ("label", "summary", "component"),
    [
        ("OTE", "$240K", "on_target_earnings"),
        ("OTE with a 50/50 split", "$240K", "on_target_earnings"),
        ("The target is $240K OTE", "$240K", "on_target_earnings"),
        (None, "On-target earnings (OTE) $240K", "on_target_earnings"),
        (None, "Total Target Compensation range circa $240K", "on_target_earnings"),
        (None, "Estimated Base Salary Plus Commission $240K", "on_target_earnings"),
        ("Uncapped, $480K OTE", "$240K", "base"),
        ("Base + OTE", "$240K", "base"),
        (None, "Total Compensation $240K", "total_compensation"),
        (None, "Total Comp (Base plus Equity) $240K", "total_compensation"),
        (None, "TC $240K", "total_compensation"),
        ("Total cash", "$240K", "total_compensation"),
        (None, "The total compensation is 240 000$. Base salary depends on skills. $240K", "total_compensation"),
        ("The total compensation is $240,000 USD. Base salary depends on skills.", "$240K", "total_compensation"),
        (None, "The base compensation is 240 000$. Total compensation will include equity. $240K", "base"),
        ("Total compensation will include a solid base salary and equity", "$240K", "base"),
        (None, "Our salaries are one part of a total compensation package. $240K", "base"),
        (None, "Not inclusive of any bonus or equity in your total compensation package. $240K", "base"),
        ("Compensation and rewards package", "$240K", "base"),
        ("Target compensation including equity exceeds $300,000", "$240K", "base"),
        ("Notes on remote work", "$240K", "base"),
    ],
)
def test_a_salary_may_hold_more_than_base_pay(label: str | None, summary: str, component: str) -> None:
    salary: dict[str, Any] = {"summary": summary, "compensationType": "Salary", "interval": "1 YEAR"}
    salary |= {"currencyCode": "USD", "minValue": 240000, "maxValue": 240000}
    (pay,) = ashby.read_tier({"title": label, "components": [salary]}, [])
    assert pay.component == component


@pytest.mark.parametrize(
    ("label", "summary", "country"),
    [
        (None, "Portugal €41K – €48K", "PT"),
        (None, "United States: $91K – $95K", "US"),
        ("Norway", "Portugal €41K – €48K", "NO"),
        (None, "CA$91K – CA$95K", None),
        (None, "Base Salary $91K – $95K", None),
        (None, "Senior $91K – $95K", None),
        (None, "A range of $91K – $95K", None),
        ("Range", "$91K – $95K", None),
        ("CAN", "$91K – $95K", "CA"),
        (None, "$91K – $95K", None),
    ],
)
def test_pay_without_a_title_is_tied_by_the_place_before_its_amount(
    label: str | None, summary: str, country: str | None
) -> None:
    salary = {"summary": summary, "compensationType": "Salary", "interval": "1 YEAR", "minValue": 41000}
    (pay,) = ashby.read_tier({"title": label, "components": [salary]}, [])
    assert pay.country == country


# --- amounts in fields --------------------------------------------------------------------------------


SALARY = {"compensationType": "Salary", "interval": "1 YEAR", "currencyCode": "USD", "summary": "$90K"}
UNREADABLE: dict[str, dict[str, Any]] = {
    "ashby": {
        "compensation": {"compensationTiers": [{"components": [SALARY | {"minValue": "many", "maxValue": 9e4}]}]}
    },
    "greenhouse": {
        "pay_input_ranges": [{"min_cents": "many", "max_cents": 9e6, "currency_type": "USD", "title": "Yearly salary"}]
    },
    "lever": {"salaryRange": {"min": "many", "max": 9e4, "currency": "USD", "interval": "per-year-salary"}},
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_an_unreadable_amount_takes_nothing_else_with_it(name: str) -> None:
    job = {"id": "7", "title": "ML Engineer", "text": "ML Engineer", "jobUrl": "https://jobs.example/7"}
    body = [job | UNREADABLE[name]] if name == "lever" else {"jobs": [job | UNREADABLE[name]]}
    url = all_sources()[name].SOURCE.url_of("acme")
    response = Response(
        url=url, observed_at=datetime(2026, 1, 1, tzinfo=UTC), status=200, body=json.dumps(body).encode()
    )
    row = next(iter(rows_of(all_sources()[name], response)))
    assert isinstance(row, Posting)
    assert (row.pay_low, row.pay_high, row.currency, row.period) == (None, 90000.0, "USD", "year")
    assert [(issue.column_name, issue.value) for issue in row.issues] == [("pay_low", "many")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("BogotÃ¡", "Bogotá"),
        ("Brotâ\x80\x99s crust ð\x9f\x8d\x9e", "Brot\u2019s crust 🍞"),
        ("fÃ¼r KÃ¶che, unter Â\\ zur", "für Köche, unter Â\\ zur"),
        ("Bogotá", "Bogotá"),
        ("«Spaß» für Köche", "«Spaß» für Köche"),
        ("BogotÃ¡ oder Köln", "BogotÃ¡ oder Köln"),  # one of two may be chance
        ("台北", "台北"),
        ("plain", "plain"),
    ],
)
def test_text_encoded_twice_is_repaired_where_it_surely_was(text: str, expected: str) -> None:
    assert remoteok.repair(text) == expected


# --- boards.csv and lookups ---------------------------------------------------------------------------


def countries() -> set[str]:
    with (LOOKUPS / "place" / "countries.csv").open(encoding="utf-8", newline="") as file:
        return {row["country"] for row in csv.DictReader(file)}


def test_boards_are_well_formed() -> None:
    boards = all_boards()
    assert len({(b.source, b.board) for b in boards}) == len(boards)
    assert {b.source for b in boards} <= {*BOARD_SOURCES, *PAGED_SOURCES}
    assert all(b.board == b.board.strip() != "" for b in boards)
    assert all(b.employer is None or b.employer == " ".join(b.employer.split()) for b in boards)
    assert {b.country for b in boards} <= countries() | {None}
    assert list(boards) == sorted(boards, key=lambda b: (b.source, b.board.casefold(), b.board))


def test_boards_are_read_as_they_stand() -> None:
    assert "etched" in boards_of("ashby")
    assert boards_by_token()["greenhouse", "gitlab"].employer == "GitLab"
    assert boards_of("ecb_rates") == ()


def test_one_employer_is_of_one_country_and_industry() -> None:
    for name in {b.employer for b in all_boards() if b.employer}:
        boards = [b for b in all_boards() if b.employer == name]
        assert len({b.country for b in boards} - {None}) <= 1, name
        assert len({b.industry for b in boards} - {None}) <= 1, name


def test_the_nearest_occupation_of_every_role_is_read() -> None:
    assert {near.occupation for near in near_occupations() if near.scheme == SOC} - {None} <= set(occupations(SOC))
    assert all(re.fullmatch(r"\d{2}-\d{4}", code) and reason for code, reason in occupations(SOC).items())


# --- pages --------------------------------------------------------------------------------------------


def next_in(response: Response) -> str | None:
    following: str | None = response.json()["next"]
    return following


@pytest.mark.parametrize(
    ("body", "most", "n_asked", "why"),
    [
        (b'{"next": null}', 9, 1, None),
        (b'{"next": "https://jobs.example/2"}', 9, 2, "the pages form a loop; 2 read"),
        (b'{"next": "https://jobs.example/2"}', 1, 1, "left out, 1 pages are the limit"),
        (b"<html>", 9, 1, "its next page cannot be found"),
        (b"{}", 9, 1, "its next page cannot be found"),
    ],
)
def test_pages_are_asked_for_until_the_last(body: bytes, most: int, n_asked: int, why: str | None) -> None:
    web = RecordingWeb(body=body)
    failures = ask_pages(web, "https://jobs.example/1", next_in, max_pages=most)
    assert len(web.asked) == n_asked
    assert [why in failure for failure in failures if why] == [True] * bool(why)


class JsonPages(RecordingWeb):
    """A session that answers each address with its body, and the first address with the first body."""

    def __init__(self, bodies: Sequence[object]) -> None:
        super().__init__()
        self.bodies = [json.dumps(body).encode() for body in bodies]

    def get(self, url: str, **_: Any) -> Response:
        self.body = self.bodies[min(len(self.asked), len(self.bodies) - 1)]
        return super().get(url)


def epoch(day: str) -> int:
    return int(datetime.fromisoformat(f"{day}T00:00:00Z").timestamp())


def test_arbeitnow_is_read_until_a_page_is_older_than_two_days() -> None:
    def page(n: int, *days: str) -> object:
        jobs = [{"created_at": epoch(day)} for day in days]
        return {"data": jobs, "links": {"next": f"https://www.arbeitnow.com/api/job-board-api?page={n + 1}"}}

    web = JsonPages([page(1, "2026-08-17", "2026-08-14"), page(2, "2026-08-14", "2026-08-15"), page(3, "2026-08-14")])
    assert arbeitnow.fetch(web, as_of=DAY) == []
    assert web.asked == [arbeitnow.ADDRESS, f"{arbeitnow.ADDRESS}?page=2", f"{arbeitnow.ADDRESS}?page=3"]


def test_himalayas_is_read_one_day_back_by_offset() -> None:
    def page(offset: int, total: int, *days: str) -> object:
        return {"offset": offset, "totalCount": total, "jobs": [{"pubDate": epoch(day)} for day in days]}

    web = JsonPages([page(0, 99, "2026-08-17", "2026-08-15"), page(2, 99, "2026-08-16"), page(3, 99, "2026-08-15")])
    assert himalayas.fetch(web, as_of=DAY) == []
    assert web.asked == [f"{himalayas.API}?limit=20&offset={offset}" for offset in (0, 2, 3)]
    web = JsonPages([page(0, 2, "2026-08-17", "2026-08-17")])
    assert himalayas.fetch(web, as_of=DAY) == []
    assert web.asked == [f"{himalayas.API}?limit=20&offset=0"]


def test_the_muse_is_read_to_its_last_page() -> None:
    web = JsonPages([{"page": page, "page_count": 3} for page in range(3)])
    assert the_muse.fetch(web, as_of=DAY) == []
    assert web.asked == [f"{the_muse.API}?page={page}&descending=true" for page in range(3)]
    web = JsonPages([{"page": page, "page_count": 99} for page in range(99)])
    assert the_muse.fetch(web, as_of=DAY) == []
    assert len(web.asked) == the_muse.MAX_PAGES


def test_getonboard_asks_for_every_page_of_every_category() -> None:
    def page(n: int, of: int) -> object:
        return {"data": [], "meta": {"page": n, "total_pages": of}}

    categories = {"data": [{"id": "ml/ai", "type": "category"}, {"id": "data", "type": "category"}]}
    web = JsonPages([categories, page(1, 2), page(2, 2), page(1, 1)])
    assert getonboard.fetch(web, as_of=DAY) == []
    pages = [("ml%2Fai", 1), ("ml%2Fai", 2), ("data", 1)]
    begins = [f"{getonboard.CATEGORIES}/{category}/jobs?per_page=100&page={page}&expand=" for category, page in pages]
    assert web.asked[0] == getonboard.CATEGORIES
    assert all(url.startswith(begin) for url, begin in zip(web.asked[1:], begins, strict=True))


def test_new_keys_are_noted_once_an_answer() -> None:
    items = [{"id": 1, "title": "A", "mood": "glad"}, {"id": 2, "title": "B", "tempo": "slow"}, {"id": 3}]
    results = list(each(items, lambda item: item["id"], known=frozenset(("id", "title"))))
    assert results[:3] == [1, 2, 3]
    (note,) = results[3:]
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
    source = replace(lever.SOURCE, endpoints=("https://*.jobs.example/xml",))
    assert bool(source.longest_endpoint(url)) is is_its


# --- boards on hosts of their own ---------------------------------------------------------------------


def test_the_marketing_site_is_no_answer_of_a_board() -> None:
    """A company unknown to Personio redirects to its own site, which answers 200 with a page."""
    assert not personio.SOURCE.longest_endpoint("https://www.personio.de/")
    assert not personio.SOURCE.longest_endpoint("https://www.personio.com/xml")
    assert personio.SOURCE.board_of("https://www.personio.de/xml") is None
    for page in (b"<!DOCTYPE html><html><body>HR for all</body></html>", b"<html><position/></html>"):
        response = Response(
            url=personio.SOURCE.url_of("gone"), observed_at=datetime(2026, 8, 17, tzinfo=UTC), status=200, body=page
        )
        with pytest.raises(Rejected, match="XML"):
            list(rows_of(personio, response))


def test_entities_of_a_feed_are_not_opened() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><workzag-jobs><position>&c;</position></workzag-jobs>'
    response = Response(url="https://a.example", observed_at=datetime(2026, 8, 17, tzinfo=UTC), status=200, body=bomb)
    with pytest.raises(Rejected, match="expected XML"):
        response.xml("workzag-jobs")


@pytest.mark.parametrize(("n", "is_whole"), [(99, True), (100, False), (101, True), (1000, False)])
def test_a_feed_cut_short_is_no_whole_list(n: int, is_whole: bool) -> None:
    item = "<item><guid>{}</guid><title>Data Scientist</title></item>"
    body = f"<rss><channel>{''.join(item.format(i) for i in range(n))}</channel></rss>".encode()
    rows = parsed(teamtailor, body)
    assert len([row for row in rows if isinstance(row, Posting)]) == n
    assert (not [row for row in rows if isinstance(row, Issue)]) is is_whole


# --- single postings ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "native"),
    [
        ("https://boards-api.greenhouse.io/v1/boards/acme/jobs/4711?pay_transparency=true", "4711"),
        ("https://boards-api.greenhouse.io/v1/boards/acme/jobs?content=true", None),
        ("https://api.eu.lever.co/v0/postings/acme/a-b-c?mode=json", "a-b-c"),
        ("https://api.lever.co/v0/postings/acme?mode=json", None),
        ("https://api.smartrecruiters.com/v1/companies/Acme/postings/7439", "7439"),
        ("https://api.smartrecruiters.com/v1/companies/Acme/postings?offset=0&limit=100", None),
        (f"{WORKDAY}/job/Berlin/AI-Engineer_JR3-1", "acme/JR3-1"),
        (f"{WORKDAY}/jobs?limit=20&offset=0", None),
        ("https://www.reed.co.uk/api/1.0/jobs/55", "55"),
        ("https://www.reed.co.uk/api/1.0/search?keywords=LLM", None),
    ],
)
def test_the_address_of_one_posting_names_it(url: str, native: str | None) -> None:
    module = source_of(url)
    assert module is not None
    assert module.SOURCE.posting_of(url) == native
    assert native is None or module.SOURCE.board_of(url) is None


CLOSING_SINGLE_POSTINGS = [
    name
    for name, module in all_sources().items()
    if module.SOURCE.posting_id is not None or any(board.posting for board in module.SOURCE.boards)
]


@pytest.mark.parametrize("name", CLOSING_SINGLE_POSTINGS)
def test_a_source_that_closes_single_postings_has_a_fixture_of_one(name: str) -> None:
    """Else nothing says that its addresses give the ids that its postings have. Career pages: see their own tests."""
    urls = [json.loads((case / "expected.json").read_text())["url"] for case in CASES if case.parent.name == name]
    assert name == "career_pages" or any(map(all_sources()[name].SOURCE.posting_of, urls))


# --- lists without text -------------------------------------------------------------------------------


class AnsweringWeb(RecordingWeb):
    """A session that answers each address with its own body; addresses posted to have the form's offset behind."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        super().__init__()
        self.answers = answers

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        secret: Mapping[str, str] | None = None,
        form: Mapping[str, object] | None = None,
    ) -> Response:
        key = url if form is None else f"{url} {form['offset']} {json.dumps(form['appliedFacets'])}"
        self.asked.append(key)
        answer = self.answers.get(key)
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        status = 404 if answer is None else 200
        return Response(url=url, observed_at=datetime(2026, 8, 17, tzinfo=UTC), status=status, body=body)


def test_smartrecruiters_asks_for_the_text_of_roles_we_follow() -> None:
    first = smartrecruiters.SOURCE.url_of("acme")
    second = first.replace("offset=0", "offset=2")

    def page(offset: int, *names: str) -> dict[str, Any]:
        content = [{"id": f"{offset + i}", "name": name} for i, name in enumerate(names)]
        return {"offset": offset, "limit": 100, "totalFound": 3, "content": content}

    single = smartrecruiters.API + "acme/postings/2"
    web = AnsweringWeb(
        {
            first: page(0, "Cook", "Waiter"),
            second: page(2, "Data Scientist"),
            single: {"id": "2"},
        }
    )
    assert smartrecruiters.fetch(web, boards=("acme",), as_of=DAY) == []
    assert web.asked == [first, second, single]


def workday_page(total: int, *titles: str, facets: Sequence[Any] = ()) -> dict[str, Any]:
    items = [
        {"title": title, "externalPath": f"/job/Berlin/{title.replace(' ', '-')}_R{title[-1]}"} for title in titles
    ]
    return {"total": total, "jobPostings": items, "facets": facets}


def test_workday_reads_up_to_the_first_total_and_asks_for_roles_we_follow() -> None:
    web = AnsweringWeb(
        {
            f"{WORKDAY}/jobs 0 {{}}": workday_page(3, "Cook 1", "Data Scientist 2"),
            f"{WORKDAY}/jobs 2 {{}}": workday_page(0, "AI Engineer 3"),
            f"{WORKDAY}/job/Berlin/Data-Scientist-2_R2": {},
        }
    )
    failures = workday.fetch(web, boards=("acme.wd5/Jobs", "acme"), as_of=DAY)
    assert web.asked[:2] == [f"{WORKDAY}/jobs 0 {{}}", f"{WORKDAY}/jobs 2 {{}}"]
    assert web.asked[2:] == [f"{WORKDAY}/job/Berlin/Data-Scientist-2_R2", f"{WORKDAY}/job/Berlin/AI-Engineer-3_R3"]
    assert failures == ["'acme': expected {tenant}.wd{number}/{site} in boards.csv"], (
        "that the last one is gone is an answer"
    )


def test_workday_stops_where_pages_come_round_again() -> None:
    page = workday_page(5, "Cook 1", "Waiter 2")
    web = AnsweringWeb({f"{WORKDAY}/jobs 0 {{}}": page, f"{WORKDAY}/jobs 2 {{}}": page})
    failures = workday.fetch(web, boards=("acme.wd5/Jobs",), as_of=DAY)
    assert len(web.asked) == 2
    assert failures == [f"{WORKDAY}/jobs: the pages run in a circle; 2 of 5 read"]


def test_workday_divides_a_board_whose_total_is_capped() -> None:
    facets = [
        {"facetParameter": "kind", "values": [{"id": "all", "count": 2300}]},
        {"facetParameter": "place", "values": [{"facetParameter": "town", "values": [{"id": "x", "count": 1}]}]},
        {"facetParameter": "family", "values": [{"id": "a", "count": 1900}, {"id": "b", "count": 400}]},
    ]
    web = AnsweringWeb(
        {
            f"{WORKDAY}/jobs 0 {{}}": workday_page(2000, "Cook 1", facets=facets),
            f'{WORKDAY}/jobs 0 {{"family": ["a"]}}': workday_page(1, "Cook 1"),
            f'{WORKDAY}/jobs 0 {{"family": ["b"]}}': workday_page(0),
        }
    )
    assert workday.fetch(web, boards=("acme.wd5/Jobs",), as_of=DAY) == []
    assert len(web.asked) == 3


@pytest.mark.parametrize("name", PAGED_SOURCES)
def test_a_list_in_pages_is_no_whole_board(name: str) -> None:
    source = all_sources()[name].SOURCE
    (board,) = EXAMPLE_BOARDS.get(name, ("acme",))[:1]
    url = source.url_of(board)
    assert source.longest_endpoint(url)
    assert source.board_in(url) == board
    assert source.board_of(url) is None
    assert not source.has_whole_lists
