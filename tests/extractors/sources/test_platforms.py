"""Platforms of employers' boards whose lists lack texts: what is asked, and what is no answer of a board."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from extractors.archive.writer import Writer
from extractors.boards import all_boards, boards_not_read, read_boards, why_not_read
from extractors.refine.refine import rows_of
from extractors.response import Response
from extractors.source import all_sources, board_in, source_of
from extractors.sources.declaration import SourceModule
from extractors.sources.employer_boards import breezy, pinpoint
from extractors.sources.employer_postings import bamboohr, jobvite, oracle_recruiting, paylocity, rippling, workday
from extractors.web.paging import ask_lists, ask_postings
from extractors.web.session import Web
from tests.extractors.board import Board, live
from transforms.records.rows import Issue, Posting
from transforms.text.rejects import Rejected

FIXTURES = Path(__file__).parents[1] / "fixtures"
DAY = date(2026, 11, 20)
UUID = "00000000-0000-4000-a000-000000000001"
LANDED = b"<!DOCTYPE html><html><body>All of HR in one place</body></html>"
BY_NAME: Mapping[str, SourceModule] = all_sources()


def answer(url: str, body: bytes | Any, status: int = 200) -> Response:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(url=url, observed_at=datetime(2026, 11, 20, tzinfo=UTC), status=status, body=raw)


class Pages(Web):
    """A session over answers held here; 404 for other addresses."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self.answers = answers
        self.asked: list[str] = []
        self.keys: Mapping[str, str] = {}

    def get(self, url: str, **extras: Any) -> Response:
        self.asked.append(url)
        body = self.answers.get(url)
        return answer(url, b"", 404) if body is None else answer(url, body)

    def ask(self, url: str, **extras: Any) -> int:
        return self.get(url, **extras).status

    def token(self, url: str, credentials: Mapping[str, str] | None = None) -> str:
        raise AssertionError(f"no token is needed for {url}")

    def newest(self, prefix: str) -> Response | None:
        return None


def fixture(name: str, case: str) -> bytes:
    return next((FIXTURES / name / case).glob("answer.*")).read_bytes()


@pytest.mark.parametrize(
    ("module", "board", "singles", "behind"),
    [
        (bamboohr, "dunlin", ["71", "72", "74"], ""),
        (rippling, "dunlin", [f"00000000-0000-4000-8000-00000000000{n}" for n in "124"], ""),
        (paylocity, UUID, ["4141", "4142", "4143"], "?employer=Dunlin%20Corporation"),
    ],
)
def test_single_postings_of_roles_we_follow_are_asked_once(
    module: Any, board: str, singles: list[str], behind: str
) -> None:
    listing = module.SOURCE.url_of(board)
    urls = [module.SOURCE.boards[0].posting_url(listing, single) + behind for single in singles]
    web = Pages({listing: fixture(module.SOURCE.name, "list")})
    assert module.fetch(web, boards=(board,), as_of=DAY) == [], "that a posting is gone is an answer"
    assert web.asked == [listing, *urls]
    assert [module.SOURCE.board_in(url) for url in urls] == [board] * len(urls)


def requisitions(*numbers: int, total: int) -> dict[str, Any]:
    jobs = [{"Id": str(number), "Title": "Data Scientist" if number % 2 else "Cook"} for number in numbers]
    return {"items": [{"TotalJobsCount": total, "requisitionList": jobs}]}


def test_oracle_is_read_page_by_page() -> None:
    first = oracle_recruiting.SOURCE.url_of("abcd.us2/CX_1")
    second, third = (first.replace("offset=0", f"offset={offset}") for offset in (2, 3))
    web = Pages({first: requisitions(1, 2, total=4), second: requisitions(3, total=4), third: requisitions(total=4)})
    assert oracle_recruiting.fetch(web, boards=("abcd.us2/CX_1", "abcd"), as_of=DAY) == [
        "'abcd': expected {pod}.{region}/{site} in boards.csv"
    ]
    singles = [oracle_recruiting.SOURCE.boards[0].posting_url(first, number) for number in ("1", "3")]
    assert web.asked == [first, second, third, *singles]
    assert all(oracle_recruiting.SOURCE.longest_endpoint(url) for url in web.asked)


def test_jobvite_follows_the_pages_own_link() -> None:
    first = jobvite.SOURCE.url_of("dunlin")
    second = f"{first}?q=&l=&p=1"
    last = b'<table><tr><td class="jv-job-list-name"><a href="/dunlin/job/odddddd">AI Engineer</a></td></tr></table>'
    web = Pages({first: fixture("jobvite", "list"), second: last})
    assert jobvite.fetch(web, boards=("dunlin",), as_of=DAY) == []
    jobs = [f"https://jobs.jobvite.com/dunlin/job/{job}" for job in ("oaaaaaaa", "obbbbbbb?x=1", "occcccc", "odddddd")]
    assert web.asked == [first, second, *jobs]


def test_so_many_single_postings_are_asked_and_no_more() -> None:
    web, limit = Pages({}), workday.SOURCE.most_postings
    urls = [f"https://jobs.example/{n}" for n in range(limit + 3)]
    assert ask_postings(web, workday.SOURCE, [*urls, *urls]) == [
        f"3 single postings left out, {limit} are the limit per night"
    ]
    assert web.asked == urls[:limit]


@pytest.mark.parametrize("body", [LANDED, b"", b"{}", b"[1]", b'{"result": {"a": 1}}', b"\xff\xfe", b"null"])
@pytest.mark.parametrize("module", [bamboohr, breezy, jobvite, oracle_recruiting, paylocity, pinpoint, rippling])
def test_what_is_no_list_is_refused_and_closes_nothing(module: Any, body: bytes) -> None:
    """A site of the platform's own, to which boards that are gone redirect, answers 200."""
    board = {"oracle_recruiting": "abcd.us2/CX_1"}.get(module.SOURCE.name, "gone")
    response = answer(module.SOURCE.url_of(board), body)
    try:
        rows = list(rows_of(module, response))
    except Rejected:
        return
    assert not [row for row in rows if isinstance(row, Posting)]


@pytest.mark.parametrize("module", [bamboohr, jobvite, paylocity])
def test_a_board_that_lands_on_another_page_is_told(module: Any) -> None:
    listing = module.SOURCE.url_of("gone")
    (failure,) = module.fetch(Pages({listing: LANDED}), boards=("gone",), as_of=DAY)
    assert failure.startswith(f"{listing}: ")
    assert "expected" in failure or "cannot be read" in failure


def test_the_page_to_which_a_closed_job_of_jobvite_redirects_lists_nothing() -> None:
    page = fixture("jobvite", "list")
    (row,) = rows_of(jobvite, answer("https://jobs.jobvite.com/dunlin/jobs?error=404", page))
    assert isinstance(row, Issue) and row.is_deliberate
    assert [row for row in rows_of(jobvite, answer(jobvite.SOURCE.url_of("dunlin"), page)) if isinstance(row, Posting)]


@pytest.mark.parametrize(
    ("url", "is_asked"),
    [
        ("https://www.bamboohr.com/", False),
        ("https://www.jobvite.com/support/job-seeker-support/?invalid=1", False),
        ("https://ats.rippling.com/internal/x", False),
        ("https://ats.rippling.com/api/v2/board/rippling/jobs?page=0", False),
        ("https://acme.bamboohr.com/jobs/embed2.php", False),
        ("https://acme.pinpointhq.com/admin", False),
        ("https://breezy.hr/api/jobs", False),
        ("https://acme.breezy.hr/json?verbose=true", True),
    ],
)
def test_other_addresses_of_a_platform_are_none_of_the_sources(url: str, is_asked: bool) -> None:
    module = source_of(url)
    assert (module is not None and module.SOURCE.name != "career_pages") is is_asked


@pytest.mark.parametrize("module", [pinpoint, rippling])
def test_a_list_of_just_a_thousand_is_no_whole_list(module: Any) -> None:
    def rows(n: int) -> list[dict[str, Any]]:
        ids = [f"00000000-0000-4000-8000-{number:012}" for number in range(n)]
        return [{"uuid": id, "name": "Cook", "title": "Cook", "path": f"/en/postings/{id}"} for id in ids]

    for n, is_whole in ((999, True), (1_000, False), (1_001, True)):
        body = {"data": rows(n)} if module is pinpoint else rows(n)
        records = list(rows_of(module, answer(module.SOURCE.url_of("acme"), body)))
        assert len([row for row in records if isinstance(row, Posting)]) == n
        cut = [row for row in records if isinstance(row, Issue) and row.column_name == "response"]
        assert bool(cut) is not is_whole


def test_the_board_behind_an_address_is_not_sent(board: Board, writer: Writer) -> None:
    """Paylocity's address of a job does not say whose it is; the fragment does, and stays here."""
    board.answers["/v1/jobs/7"] = (200, {}, b"{}")
    web = live(board, writer)
    assert web.get(board.url("/v1/jobs/7#a-board")).url.endswith("/v1/jobs/7#a-board")
    assert board.paths[-1] == "/v1/jobs/7"


def test_people_named_in_adverts_fields_are_not_read() -> None:
    for name, case in (("oracle_recruiting", "single"), ("pinpoint", "list")):
        expected = json.loads((FIXTURES / name / case / "expected.json").read_text())
        assert b"Robin Doe" in fixture(name, case)
        assert "Robin" not in repr(list(rows_of(BY_NAME[name], answer(expected["url"], fixture(name, case)))))


# --- what is not read ---------------------------------------------------------------------------------


def test_no_board_that_is_not_read_stands_in_boards_csv() -> None:
    lines = [line for line in boards_not_read() if line.board]
    assert lines
    for line in lines:
        assert any(addresses.url_of(line.board) for addresses in BY_NAME[line.source].SOURCE.boards)
        assert why_not_read(line.source, line.board.upper()) == line.why
        with pytest.raises(ValueError, match=f"line 2: {line.source} {line.board} is not read"):
            list(
                read_boards(
                    f"source,board,employer,country,industry,industry_evidence,is_ai_first,hires_in,verified_on\n{line.source},{line.board},,,,,,,\n"
                )
            )
    assert why_not_read("teamtailor", "another") is None


def test_a_decision_not_to_read_says_why_since_when_and_in_whose_words() -> None:
    for line in boards_not_read():
        assert line.name and line.why
        assert date(2026, 11, 1) <= date.fromisoformat(line.decided_on)
        assert bool(line.quotation) == bool(line.quoted_from)
        assert bool(line.source) == bool(line.board)


@pytest.mark.parametrize("name", ["personio", "recruitee", "teamtailor", "workable"])
def test_platforms_that_are_read_have_boards_with_addresses(name: str) -> None:
    boards = [board.board for board in all_boards() if board.source == name]
    source = BY_NAME[name].SOURCE
    assert boards
    for board in boards:
        assert source.longest_endpoint(source.url_of(board))
        assert source.board_of(source.url_of(board)) == board


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://acme.breezy.hr/p/0a1b-data-engineer", ("breezy", "acme")),
        ("https://acme.bamboohr.com/careers/71", ("bamboohr", "acme")),
        ("https://acme.bamboohr.com/jobs/view.php?id=7", ("bamboohr", "acme")),
        ("https://acme.pinpointhq.com/en/postings/x", ("pinpoint", "acme")),
        ("https://ats.rippling.com/en-GB/acme-jobs/jobs/x", ("rippling", "acme-jobs")),
        ("https://jobs.jobvite.com/acme/job/oabc", ("jobvite", "acme")),
        ("https://jobs.jobvite.com/careers/acme/job/oabc", ("jobvite", "acme")),
        (f"https://recruiting.paylocity.com/Recruiting/Jobs/All/{UUID}/Acme-Inc", ("paylocity", UUID)),
        (
            "https://abcd.fa.us2.oraclecloud.com/hcmUI/CandidateExperience/en/sites/CX_1/job/101",
            ("oracle_recruiting", "abcd.us2/CX_1"),
        ),
        ("https://www.breezy.hr/pricing", None),
        ("https://www.bamboohr.com/careers/", None),
        ("https://acme.bamboohr.com/login.php", None),
        ("https://ats.rippling.com/api/v2/board/acme/jobs", None),
        ("https://recruiting.paylocity.com/Recruiting/Jobs/Details/4141", None),
    ],
)
def test_a_board_is_recognised_by_its_public_page(url: str, expected: tuple[str, str] | None) -> None:
    assert board_in(url) == expected


@pytest.mark.parametrize(
    ("url", "native"),
    [
        ("https://acme.breezy.hr/p/0a1b2c3d4e5f-data-engineer", "0a1b2c3d4e5f"),
        ("https://acme.breezy.hr/json?verbose=true", None),
        ("https://acme.bamboohr.com/careers/71/detail", "acme/71"),
        ("https://acme.bamboohr.com/careers/list", None),
        (f"https://recruiting.paylocity.com/Recruiting/Jobs/Details/7#{UUID}", "7"),
        (f"https://recruiting.paylocity.com/recruiting/jobs/All/{UUID}", None),
        ("https://jobs.jobvite.com/acme/job/oabc", "oabc"),
        ("https://jobs.jobvite.com/acme/search?q=&l=&p=1", None),
    ],
)
def test_the_address_of_one_posting_names_it(url: str, native: str | None) -> None:
    module = source_of(url)
    assert module is not None
    assert module.SOURCE.posting_of(url) == native


def test_a_list_that_fails_leaves_the_postings_of_others() -> None:
    source = replace(bamboohr.SOURCE, name="another")
    listing = source.url_of("acme")
    web = Pages({listing: {"result": []}})
    failures = ask_lists(web, source, ("gone", "acme"), lambda page, postings: postings.append("https://x.example/1"))
    assert failures == [f"{source.url_of('gone')}: HTTP 404"]
    assert web.asked == [source.url_of("gone"), listing, "https://x.example/1"]
