"""Live nights against a server on loopback that misbehaves: how the source ends, and that nothing is closed by it."""

from __future__ import annotations

import dataclasses
import functools
import gzip
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from extractors.archive.reader import RecordedAnswer, RevisitedAnswer, read_recorded
from extractors.sources.declaration import BoardUrl
from extractors.sources.employer_boards import lever
from extractors.sources.fetching import fetch_boards
from extractors.web import session
from extractors.web.politeness import Politeness
from extractors.web.session import Web
from flows import backfill
from flows.night import fetch, load
from flows.runs.run_record import Request, begin
from flows.runs.source_health import Health, add_loads
from flows.runtime import permissions
from flows.runtime.settings import Settings
from tests.extractors.board import Answer, Board, Clock
from tests.extractors.web.test_misbehaving import in_turn
from warehouse import database

FIRST = datetime(2026, 3, 1, 2, tzinfo=UTC)
TOKENS = ("one", "two", "three")
ROWS = "SELECT posting_id, title, pay_low, country FROM core.postings ORDER BY ALL"
STANDING = "SELECT count(*) FROM core.postings WHERE closed_on IS NULL"
NEWEST = "SELECT warc FROM ops.loads WHERE n_rows > 0 ORDER BY observed_to DESC LIMIT 1"
Behaviour = Answer | Callable[[Any], None]


def job(number: int, board: str) -> dict[str, Any]:
    return {
        "id": f"{board}-{number}",
        "text": "Machine Learning Engineer",
        "hostedUrl": f"https://jobs.example/{board}/{number}",
        "categories": {"location": "Berlin, Germany", "commitment": "Full-time"},
        "description": "<p>We build machines that learn. " + "You will train models. " * 12 + "</p>",
        "salaryRange": {"currency": "EUR", "interval": "per-year-salary", "min": 60000 + number, "max": 90000},
    }


def listing(board: str, n: int = 4) -> bytes:
    return json.dumps([job(number, board) for number in range(n)]).encode()


def well(board: str, n: int = 4, *, etag: str | None = None) -> Answer:
    return 200, {"Content-Type": "application/json", **({"ETag": etag} if etag else {})}, listing(board, n)


class Nights:
    """One data folder, one server, and a night after the other."""

    def __init__(self, data: Path, server: Board, monkeypatch: pytest.MonkeyPatch, tokens: Sequence[str]) -> None:
        self.data = data
        self.server = server
        self.monkeypatch = monkeypatch
        self.number = 0
        api = server.url("/v0/postings/")
        boards = (BoardUrl(api + "{board}?mode=json"),)
        source = dataclasses.replace(lever.SOURCE, endpoints=(api,), boards=boards)
        monkeypatch.setattr(lever, "SOURCE", source)
        monkeypatch.setattr(lever, "fetch", fetch_boards(source))
        self.tokens = tuple(tokens)
        monkeypatch.setattr(permissions, "boards_of", lambda name: tuple(tokens))

    def night(self, **answers: Behaviour) -> Health:
        """Ask, refine and load; the given boards answer so, the others as they did before."""
        return self.one(answers)

    def one(self, answers: Mapping[str, Behaviour], *, accept: Sequence[str] = (), is_killed: bool = False) -> Health:
        """The same; `accept` as the command has it, `is_killed` after fetching."""
        for name, answer in answers.items():
            self.server.answers[f"/v0/postings/{name}?mode=json"] = answer
        clock = Clock()
        now = FIRST + timedelta(days=self.number)
        self.number += 1
        web = functools.partial(
            Web,
            insecure_hosts=(self.server.host,),
            politeness=Politeness(sleep=clock.sleep, clock=lambda: clock.time),
            now=lambda: now,
        )
        self.monkeypatch.setattr(fetch, "Web", web)
        request = Request(
            settings=Settings(data=self.data, contact="night@example.org", workers=1),
            command="test",
            sources=("lever",),
            is_live=True,
            accept=tuple(accept),
        )
        fetch_health = fetch.fetch_source.fn("lever", request, self.tokens)
        if is_killed:
            return fetch_health
        (health,) = self.loaded(request, [fetch_health])
        return health

    def loaded(self, request: Request, health: Sequence[Health]) -> tuple[Health, ...]:
        begin(request)
        results, failures = load.refine_archive.fn(request)
        return add_loads(health, results, failures, load.load_refined.fn(request, results))

    def as_of(self, day: date, sql: str) -> list[tuple[Any, ...]]:
        """What a query finds in the warehouse as of a past day."""
        request = Request(settings=Settings(data=self.data, workers=1), command="test", sources=("lever",), as_of=day)
        begin(request)
        load.load_refined.fn(request, load.refine_archive.fn(request)[0])
        return self.select(sql, request.outputs.folder)

    def asked(self) -> list[dict[str, str]]:
        """Headers of the boards asked for since the last time this was called."""
        requests = [headers for path, headers in self.server.asked if path.startswith("/v0/")]
        self.server.asked.clear()
        return requests

    def select(self, sql: str, data: Path | None = None) -> list[tuple[Any, ...]]:
        with database.open_work(data or self.data) as con:
            return con.execute(sql).fetchall()


@pytest.fixture
def nights(tmp_path: Path, board: Board, monkeypatch: pytest.MonkeyPatch) -> Iterator[Nights]:
    result = Nights(tmp_path / "data", board, monkeypatch, TOKENS)
    for name in TOKENS:
        board.answers[f"/v0/postings/{name}?mode=json"] = well(name)
    yield result


def stalls_once(board_name: str) -> Callable[[Any], None]:
    import threading

    stall = threading.Event()

    def answer(handler: Any) -> None:
        if stall.is_set():
            in_turn(well(board_name))(handler)
        else:
            stall.set()
            threading.Event().wait(0.6)

    return answer


CUT: Answer = (200, {"Content-Length": "90000", "Connection": "close"}, listing("two")[:200])
BOMB: Answer = (200, {"Content-Encoding": "gzip"}, gzip.compress(bytes(70 * 1024 * 1024)))
PAGE: Answer = (200, {"Content-Type": "text/html"}, b"<!doctype html><title>Maintenance</title>")
LOOP: Answer = (302, {"Location": "/v0/postings/two?mode=json"}, b"")
AWAY: Answer = (302, {"Location": "http://10.0.0.8/v0/postings/two?mode=json"}, b"")
MISBEHAVIOURS: dict[str, tuple[Behaviour, str, int, str | None]] = {
    "429 with Retry-After, then well": (in_turn((429, {"Retry-After": "30"}, b""), well("two")), "ok", 12, None),
    "500, then well": (in_turn((500, {}, b"oh"), well("two")), "ok", 12, None),
    "a stall, then well": (stalls_once("two"), "ok", 12, None),
    "500 for good": ((500, {}, b"oh"), "partial", 8, "HTTP 500"),
    "a truncated body": (CUT, "partial", 8, "IncompleteRead"),
    "a gzip bomb": (BOMB, "partial", 8, "does not decode as Content-Encoding gzip"),
    "a redirect loop": (LOOP, "partial", 8, "over 5 redirects"),
    "a redirect to a private address": (AWAY, "partial", 8, r"redirects to http://10\.0\.0\.8"),
    "a page instead of JSON": (PAGE, "partial", 8, "expected JSON.*got '<!doctype html>"),
    "an empty list": ((200, {}, b"[]"), "ok", 8, None),
    "a board that is gone": ((404, {}, b'{"ok": false}'), "partial", 8, "HTTP 404"),
}


@pytest.mark.parametrize("name", MISBEHAVIOURS)
def test_each_misbehaviour_ends_in_its_state_and_closes_nothing(
    name: str, nights: Nights, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(session, "TIMEOUTS", (2.0, 0.2))
    behaviour, outcome, n_rows, pattern = MISBEHAVIOURS[name]
    health = nights.night(two=behaviour)
    assert (health.outcome, health.n_rows) == (outcome, n_rows), health
    assert bool(health.message) is bool(pattern)
    assert pattern is None or re.search(pattern, health.message or ""), health.message
    assert health.n_requests <= lever.SOURCE.most_requests
    assert nights.select(STANDING) == [(n_rows,)]
    replayed_to_the_same(nights, tmp_path)


def replayed_to_the_same(nights: Nights, tmp_path: Path) -> None:
    """A backfill of the archive gives the postings that the nights gave."""
    request = Request(settings=Settings(data=tmp_path / "again", workers=1), command="test", sources=("lever",))
    files = sorted((nights.data / "archive" / "lever").glob("*.warc.gz"))
    nights.monkeypatch.setattr(backfill, "Web", functools.partial(Web, insecure_hosts=(nights.server.host,)))
    nights.loaded(request, [backfill.archive_recordings.fn("lever", files, request)])
    whole = "SELECT * EXCLUDE (warc) FROM core.postings ORDER BY posting_id"
    assert nights.select(whole, tmp_path / "again") == nights.select(whole)


def test_a_host_that_forbids_robots_is_blocked(nights: Nights) -> None:
    nights.server.answers["/robots.txt"] = (200, {}, b"User-agent: *\nDisallow: /")
    health = nights.night()
    assert (health.outcome, health.n_rows) == ("blocked", None)
    assert "forbidden to ai-job-market" in (health.message or "")
    assert nights.asked() == []


def test_a_host_that_is_down_fails(nights: Nights) -> None:
    nights.server.answers["/robots.txt"] = (503, {}, b"")
    health = nights.night()
    assert health.outcome == "failed"
    assert "robots.txt could not be read" in (health.message or "")


def test_an_empty_list_after_a_full_one_fails_and_closes_nothing(nights: Nights, tmp_path: Path) -> None:
    for _ in range(3):
        assert nights.night().outcome in ("ok", "unchanged")
    empty: Answer = (200, {}, b"[]")
    health = nights.night(one=empty, two=empty, three=empty)
    assert health.outcome == "failed"
    assert nights.select(STANDING) == [(12,)]
    assert nights.night(one=well("one"), two=well("two"), three=well("three")).outcome in ("ok", "unchanged")
    assert nights.select(STANDING) == [(12,)]
    replayed_to_the_same(nights, tmp_path)


def test_a_field_that_empties_freezes_the_source_at_its_last_good_rows(nights: Nights) -> None:
    changing(nights)
    before = nights.select(ROWS)
    bare = [{**job(n, "one"), "salaryRange": None} for n in range(90)]
    health = nights.night(one=(200, {}, json.dumps(bare).encode()), two=well("two", 32), three=well("three", 32))
    assert health.outcome == "failed"
    assert nights.select(ROWS) == before
    rows = nights.select("SELECT expectation FROM ops.checks WHERE NOT is_met ORDER BY ALL")
    assert ("filled: pay_low",) in rows


def changing(nights: Nights, n: int = 2) -> None:
    """Nights whose lists change a little each time."""
    for number in range(n):
        assert nights.night(**{name: well(name, 30 + number) for name in TOKENS}).outcome == "ok"


def bare(board: str, n: int = 30) -> Answer:
    return 200, {}, json.dumps([{**job(number, board), "salaryRange": None} for number in range(n)]).encode()


PAID = "SELECT count(*), count(pay_low) FROM core.postings"


def test_what_a_night_refused_the_next_does_not_let_in(nights: Nights) -> None:
    changing(nights)
    before = nights.select(PAID)
    assert nights.night(**{name: bare(name) for name in TOKENS}).outcome == "failed"
    health = nights.night(**{name: well(name, 31) for name in TOKENS})
    assert (health.outcome, health.n_rows) == ("ok", 93)
    assert nights.select(PAID) == before
    assert nights.select("SELECT count(*) FROM ops.refusals") == [(1,)]


def test_what_a_killed_night_fetched_is_judged_by_the_next(nights: Nights) -> None:
    changing(nights)
    before = nights.select(PAID)
    nights.one({name: bare(name) for name in TOKENS}, is_killed=True)
    health = nights.night(**{name: well(name, 31) for name in TOKENS})
    assert health.outcome == "failed", "the source's file of the night before was refused"
    assert nights.select(PAID) == before
    assert nights.night().outcome == "unchanged"


def test_too_few_rows_close_nothing_on_any_night_and_a_person_may_let_them_in(nights: Nights) -> None:
    changing(nights)
    standing = nights.select(STANDING)
    few = {name: well(name, 1) for name in TOKENS}
    assert nights.night(**few).outcome == "failed"
    assert "jobmarket run --accept lever" in (nights.night(**few).message or "")
    assert nights.select(STANDING) == standing
    nights.one(few, accept=["lever"])
    assert nights.select(STANDING) == [(3,)]
    assert nights.night(**few).outcome == "unchanged"
    day = FIRST.date() + timedelta(days=30)
    (nights.data / permissions.ACCEPTED).write_text(f"{day} {nights.select(NEWEST)[0][0]}\n")
    assert nights.as_of(day - timedelta(days=1), STANDING) == standing, "it was refused then"
    assert nights.as_of(day, STANDING) == [(3,)]


def test_two_hundred_unchanged_boards_cost_two_hundred_conditional_requests_and_no_reading(
    tmp_path: Path,
    board: Board,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tokens = [f"board-{number}" for number in range(200)]
    nights = Nights(tmp_path / "data", board, monkeypatch, tokens)
    first = nights.night(**{name: well(name, 2, etag=f'"{name}"') for name in tokens})
    assert (first.outcome, first.n_rows) == ("ok", 400)
    assert len(nights.asked()) == 200

    def unchanged(name: str) -> Callable[[Any], None]:
        def answer(handler: Any) -> None:
            is_held = handler.headers.get("If-None-Match") == f'"{name}"'
            in_turn((304, {"ETag": f'"{name}"'}, b"") if is_held else well(name, 2))(handler)

        return answer

    def never(response: Any) -> Iterator[Any]:
        raise AssertionError(f"{response.url} was read although it did not change")

    monkeypatch.setattr(lever, "parse", never)
    second = nights.night(**{name: unchanged(name) for name in tokens})
    assert (second.outcome, second.n_rows, second.message) == ("unchanged", 400, None)
    requests = nights.asked()
    assert len(requests) == 200
    assert all("If-None-Match" in headers for headers in requests)
    assert second.n_bytes < 200  # but for what robots.txt said
    files = sorted((nights.data / "archive" / "lever").glob("*.warc.gz"))
    assert [{type(record) for record in read_recorded(file)} for file in files] == [{RecordedAnswer}, {RevisitedAnswer}]
    query = "SELECT count(*), min(last_seen_at), max(last_seen_at) FROM core.postings WHERE closed_on IS NULL"
    assert nights.select(query) == [(400, FIRST + timedelta(days=1), FIRST + timedelta(days=1))]
    assert nights.select("SELECT DISTINCT is_complete FROM ops.responses") == [(True,)]


def test_new_keys_are_said_once_a_run(nights: Nights, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("WARNING", logger="jobmarket"):
        for name in TOKENS:
            body = json.dumps([{**job(n, name), "mood": "glad", "tempo": 3} for n in range(3)]).encode()
            nights.server.answers[f"/v0/postings/{name}?mode=json"] = (200, {}, body)
        assert nights.night().outcome == "ok"
    messages = [record.message for record in caplog.records if "does not know" in record.message]
    assert messages == ["lever has keys that its reader does not know: mood, tempo"]


def test_new_keys_are_no_refusal(nights: Nights, caplog: pytest.LogCaptureFixture) -> None:
    body = json.dumps([{**job(n, "one"), "mood": "glad"} for n in range(4)]).encode()
    with caplog.at_level("INFO", logger="jobmarket"):
        health = nights.night(one=(200, {}, body))
    assert (health.outcome, health.message) == ("ok", None)
    messages = [record.getMessage() for record in caplog.records if record.getMessage().startswith("refined")]
    assert messages == ["refined lever: 1 files, 12 rows"]


def test_records_that_are_refused_are_counted_with_the_first_reason(
    nights: Nights, caplog: pytest.LogCaptureFixture
) -> None:
    body = json.dumps([{**job(n, "one"), **({"text": None} if n % 3 else {})} for n in range(6)]).encode()
    with caplog.at_level("INFO", logger="jobmarket"):
        health = nights.night(one=(200, {}, body))
    assert (health.outcome, health.n_rows) == ("partial", 10), health
    assert (health.message or "").startswith("4 of 14 records refused, first: ")
    assert f"refined lever: 1 files, 10 rows; {health.message}" in [record.getMessage() for record in caplog.records]
    assert nights.night(one=well("one", 6)).message is None, "refused last night, not this one"
