"""Feeds of changes over several nights: each goes on where the last ended, and closes what was taken away."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from extractors.archive.index import ArchiveIndex
from extractors.archive.writer import Writer, path_of
from extractors.refine.refine import refine
from extractors.source_list import declared_sources
from extractors.sources.declaration import SourceModule
from extractors.sources.employment_services import jobtech, nav
from extractors.sources.salaries import jobbank_adverts
from tests.builders import all_rows, load, open_copy
from tests.extractors.board import Board, live
from warehouse import database
from warehouse.tables import Sources

BEGIN = datetime(2026, 9, 24, 20, 0, tzinfo=UTC)
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJub2JvZHkifQ.c2lnbmF0dXJl"
INTERVALS = (
    "SELECT posting_id, first_seen_at, last_seen_at, closed_at, closed_by FROM core.posting_intervals ORDER BY ALL"
)


class Nights:
    """Nights of one source against the server, which stands in for the source's own host."""

    def __init__(self, module: Any, board: Board, folder: Path, monkeypatch: pytest.MonkeyPatch, **here: str) -> None:
        self.module: SourceModule = module
        self.board = board
        self.folder = folder
        posting = here["ENTRY"] + "{id}" if "ENTRY" in here else None
        source = replace(module.SOURCE, endpoints=tuple(here.values()), posting=posting)
        monkeypatch.setattr(module, "SOURCE", source)
        for name, url in here.items():
            monkeypatch.setattr(module, name, url)

    def ask(self, number: int) -> tuple[list[str], list[str]]:
        """What failed on a night, and the paths that were asked for."""
        self.board.asked.clear()
        at = BEGIN + timedelta(days=number)
        name = self.module.SOURCE.name
        index = ArchiveIndex(self.folder / "archive" / name, self.folder / "held.sqlite")
        with index as holdings, Writer(path_of(self.folder / "archive", name, at)) as writer:
            web = live(self.board, writer, source=self.module.SOURCE, held=holdings, now=lambda: at)
            failures = self.module.fetch(web, boards=(), as_of=at.date())
        return failures, [path for path in self.board.paths if path != "/robots.txt"]

    def answer(self, path: str, content: Any, **headers: str) -> None:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.board.answers[path] = (200, headers, body)


# --- NAV ----------------------------------------------------------------------------------------------


def uuid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def entry(number: int, status: str, title: str = "Data Scientist", *, hours: int = 0) -> dict[str, Any]:
    at = (BEGIN - timedelta(hours=1) + timedelta(hours=hours)).isoformat()
    feed_entry = {"uuid": uuid(number), "status": status, "title": title, "sistEndret": at}
    return {"id": uuid(number), "url": f"/api/v1/feedentry/{uuid(number)}", "title": title, "_feed_entry": feed_entry}


def page(number: int, entries: list[dict[str, Any]], following: int | None = None) -> dict[str, Any]:
    following_url = f"/api/v1/feed/{uuid(following)}" if following else None
    return {"id": uuid(number), "next_url": following_url, "next_id": following and uuid(following), "items": entries}


def advert(number: int, status: str = "ACTIVE", **fields: Any) -> dict[str, Any]:
    whole = {"uuid": uuid(number), "status": status, "sistEndret": BEGIN.isoformat()}
    content = {"title": "Data Scientist", "description": "<p>Vi bygger modeller.</p>", "workLocations": []} | fields
    return whole | ({"ad_content": content} if status == "ACTIVE" else {})


def entry_path(number: int) -> str:
    return f"/api/v1/feedentry/{uuid(number)}"


def page_path(number: int) -> str:
    return f"/api/v1/feed/{uuid(number)}"


@pytest.fixture
def norway(board: Board, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Nights:
    here = {"FEED": "/api/v1/feed", "ENTRY": "/api/v1/feedentry/", "TOKEN": "/api/publicToken"}
    nights = Nights(nav, board, tmp_path, monkeypatch, **{name: board.url(path) for name, path in here.items()})
    nights.answer("/api/publicToken", f"Current public token for Nav Job Vacancy Feed:\n{TOKEN}".encode())
    nights.answer("/api/v1/feed", page(1, [entry(1, "ACTIVE"), entry(2, "ACTIVE", "Veterinær")], following=2))
    nights.answer(page_path(2), page(2, [entry(3, "INACTIVE", "..."), entry(4, "ACTIVE", "Data Engineer")]))
    for number in (1, 4, 5):
        nights.answer(entry_path(number), advert(number))
    return nights


def test_the_first_night_reads_six_months_and_later_ones_go_on(norway: Nights) -> None:
    failures, paths = norway.ask(0)
    assert failures == []
    assert paths == ["/api/publicToken", "/api/v1/feed", entry_path(1), page_path(2), entry_path(4)]
    headers = dict(norway.board.asked)
    assert headers["/api/v1/feed"]["If-Modified-Since"] == "Tue, 24 Mar 2026 00:00:00 GMT"
    assert headers["/api/v1/feed"]["Authorization"] == f"Bearer {TOKEN}"
    # An unchanged feed: the newest page again, unconditionally, and no advert.
    norway.board.answers[page_path(2)] = (200, {"ETag": uuid(3)}, norway.board.answers[page_path(2)][2])  # type: ignore[index]
    assert norway.ask(1) == ([], ["/api/publicToken", page_path(2)])
    norway.answer(page_path(2), page(2, [entry(4, "ACTIVE", hours=30), entry(5, "ACTIVE", hours=30)], following=3))
    norway.answer(page_path(3), page(3, [entry(1, "INACTIVE", "...", hours=31)]))
    assert norway.ask(2) == ([], ["/api/publicToken", page_path(2), entry_path(4), entry_path(5), page_path(3)])
    for _, fields in norway.board.asked:
        assert "If-None-Match" not in fields, "its ETag is the next page's id: a conditional request may hide entries"
    archive = b"".join(path.read_bytes() for path in norway.folder.rglob("*.warc.gz"))
    assert TOKEN.encode() not in archive


def test_what_a_budget_cuts_off_comes_with_the_next_night(norway: Nights, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = norway.module.SOURCE
    # Rules and reservations of the host, token, two pages: the budget ends before the advert on the second.
    monkeypatch.setattr(norway.module, "SOURCE", replace(whole, most_requests=6))
    failures, paths = norway.ask(0)
    assert len(failures) == 1
    assert "budget" in failures[0]
    assert paths == ["/api/publicToken", "/api/v1/feed", entry_path(1), page_path(2)]
    monkeypatch.setattr(norway.module, "SOURCE", whole)
    assert norway.ask(1) == ([], ["/api/publicToken", page_path(2), entry_path(4)])


@pytest.mark.parametrize("body", [b"Bad request", b"Current public token: none"])
def test_without_a_token_nothing_else_is_asked(norway: Nights, body: bytes) -> None:
    norway.answer("/api/publicToken", body)
    failures, paths = norway.ask(0)
    assert ["JSON Web Token" in failure for failure in failures] == [True]
    assert paths == ["/api/publicToken"]


def test_an_inactive_entry_closes_its_advert_and_keeps_what_it_said(
    norway: Nights, work_template: Path, tmp_path: Path
) -> None:
    norway.ask(0)
    norway.answer(page_path(2), page(2, [entry(1, "INACTIVE", "...", hours=20), entry(9, "INACTIVE", "...")]))
    norway.ask(1)
    norway.answer(page_path(2), page(2, [entry(1, "ACTIVE", hours=40)]))
    norway.ask(2)
    archive = tmp_path / "archive"
    files = [
        refine("nav", path, archive=archive, refined=tmp_path / "refined") for path in sorted(archive.rglob("*.gz"))
    ]
    with open_copy(work_template, tmp_path) as con:
        database.load_lookup(con, Sources, declared_sources())
        load(con, *files)
        nights = [BEGIN + timedelta(days=number) for number in range(3)]
        assert all_rows(con, INTERVALS) == [
            (f"nav:{uuid(1)}", nights[0], nights[0], nights[1], "removed"),
            (f"nav:{uuid(1)}", nights[2], nights[2], None, None),
            (f"nav:{uuid(4)}", nights[0], nights[0], None, None),
        ]
        assert all_rows(con, "SELECT title, text_state FROM core.postings ORDER BY posting_id") == [
            ("Data Scientist", "snippet"),
            ("Data Scientist", "snippet"),
        ]
        expires = "SELECT expires_on FROM core.posting_intervals WHERE closed_at IS NULL ORDER BY posting_id"
        assert all_rows(con, expires)[1] == (date(2027, 3, 27),), "six months after it was last seen"


# --- JobStream ----------------------------------------------------------------------------------------


@pytest.fixture
def sweden(board: Board, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Nights:
    here = {
        "SEARCH": board.url("/search/"),
        "STREAM": board.url("/stream/"),
        "CHANGES": board.url("/stream/v2/stream?"),
    }
    monkeypatch.setattr(jobtech, "QUERIES", ({"q": "AI"},))
    nights = Nights(jobtech, board, tmp_path, monkeypatch, **here)
    nights.answer("/search/search?q=AI&sort=pubdate-desc&limit=100&offset=0", {"hits": [swedish(1), swedish(2)]})
    return nights


def swedish(number: int) -> dict[str, Any]:
    return {"id": str(number), "headline": "AI-utvecklare", "description": {"text": "Vi bygger modeller."}}


def changes_path(since: str) -> str:
    return f"/stream/v2/stream?updated-after={since.replace(':', '%3A')}&occupation-concept-id=apaJ_2ja_LuF"


FIRST, SECOND = changes_path("2026-09-23T00:00:00"), changes_path("2026-09-24T19:55:00")


def test_the_stream_goes_on_from_the_last_nights_answer_and_closes(
    sweden: Nights, work_template: Path, tmp_path: Path
) -> None:
    sweden.answer(FIRST, [{"id": "9", "removed": True}])
    assert sweden.ask(0) == ([], [FIRST, "/search/search?q=AI&sort=pubdate-desc&limit=100&offset=0"])
    sweden.answer("/search/search?q=AI&sort=pubdate-desc&limit=100&offset=0", {"hits": [swedish(2)]})
    sweden.answer(SECOND, [{"id": "1", "removed": True, "removed_date": "2026-09-25T10:00:00"}])
    assert sweden.ask(1)[0] == []
    archive = tmp_path / "archive"
    files = [
        refine("jobtech", path, archive=archive, refined=tmp_path / "refined") for path in sorted(archive.rglob("*.gz"))
    ]
    with open_copy(work_template, tmp_path) as con:
        database.load_lookup(con, Sources, declared_sources())
        load(con, *files)
        assert [(row[0], row[3], row[4]) for row in all_rows(con, INTERVALS)] == [
            ("jobtech:1", BEGIN + timedelta(days=1), "removed"),
            ("jobtech:2", None, None),
        ]


@pytest.mark.parametrize(("night", "since"), [(1, "2026-09-23T00:00:00"), (30, "2026-10-10T00:00:00")])
def test_a_stream_that_was_cut_is_asked_for_again_and_not_for_ever(sweden: Nights, night: int, since: str) -> None:
    sweden.answer(FIRST, b'[{"id": "1", "removed": tr')
    sweden.ask(0)
    sweden.answer(changes_path(since), [])
    assert sweden.ask(night)[1][0] == changes_path(since)


# --- Job Bank -----------------------------------------------------------------------------------------

SIGNATURE = "q7Wv0xZ1kLr5tYu3iOp9aSd2fGh4jKl6mNb8vCx="


@pytest.fixture
def canada(board: Board, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Nights:
    here = {"LIST": board.url("/list"), "FILES": board.url("/files/"), "STORED": board.url("/stored/")}
    monkeypatch.setattr(jobbank_adverts, "STORED", here["STORED"], raising=False)
    nights = Nights(jobbank_adverts, board, tmp_path, monkeypatch, **here)
    monkeypatch.setattr(
        jobbank_adverts, "SOURCE", replace(jobbank_adverts.SOURCE, signing_hosts=(board.host,), most_requests=20)
    )
    usual = {"format": "CSV", "language": ["en"], "created": "2026-09-04"}
    files = [
        usual | {"url": board.url("/files/aug.csv")},
        usual | {"url": board.url("/files/sept.csv"), "created": "2026-10-05"},
        usual | {"url": board.url("/files/septembre.csv"), "created": "2026-10-06", "language": ["fr"]},
    ]
    nights.answer("/list", {"result": {"resources": files}})
    query = f"sv=2026-02-06&sp=r&sig={SIGNATURE.replace('=', '%3D')}"
    board.answers["/files/sept.csv"] = (302, {"Location": board.url(f"/stored/sept.csv?{query}")}, b"")
    body = (Path(__file__).parents[1] / "fixtures/jobbank_adverts/month/answer.tsv").read_bytes()
    board.answers[f"/stored/sept.csv?{query}"] = (200, {"ETag": '"a"'}, body + b"2026-02-06")
    return nights


def test_the_newest_english_table_comes_from_its_store_and_no_signature_stays(canada: Nights) -> None:
    failures, paths = canada.ask(0)
    assert failures == []
    assert paths[:2] == ["/list", "/files/sept.csv"]
    assert paths[2].startswith("/stored/sept.csv?sv=2026-02-06&sp=r&sig=")
    assert len(paths) == 3
    (file,) = canada.folder.rglob("*.warc.gz")
    data = gzip.decompress(file.read_bytes())
    assert SIGNATURE.encode() not in data
    assert SIGNATURE.rstrip("=").encode() not in data
    assert data.count(b"2026-02-06") == 2, "in the redirect and in the table: what is no secret is kept as it was sent"
    assert f"WARC-Target-URI: {canada.board.url('/stored/sept.csv')}\r\n".encode() in data
    canada.ask(1)
    assert canada.board.asked[-1][1]["If-None-Match"] == '"a"', "an unchanged table is not sent again"


def test_a_list_without_english_tables_is_named(canada: Nights) -> None:
    canada.answer("/list", {"result": {"resources": [{"url": canada.board.url("/files/x"), "language": ["fr"]}]}})
    ((failure,), paths) = canada.ask(0)
    assert "check whether the portal has moved them" in failure
    assert paths == ["/list"]
