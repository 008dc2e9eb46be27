"""A clock that contradicts what is on record, or most servers, is not believed; a machine without a network says so."""

from __future__ import annotations

import dataclasses
import functools
import json
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
import requests
import urllib3

from extractors.boards import boards_of
from extractors.source import all_sources
from extractors.sources.employer_boards import lever
from extractors.web import first_answers
from extractors.web.first_answers import Asked, choose_hosts, find_hosts, hear_times
from extractors.web.politeness import Politeness
from extractors.web.server_time import OutOfDate, ServerTime, time_said
from extractors.web.session import web_for
from extractors.web.single_requests import SingleRequests
from flows import nightly, serve
from flows.night import fetch
from flows.notification.alerts import find_alerts
from flows.notification.night import find_last_night
from flows.runs.run_log import JOURNAL, runs_of
from flows.runs.run_record import Outcome, Request
from flows.runtime import clock
from flows.runtime.clock import FalseClock, Outlook, find_doubt, look_out, read_last
from flows.runtime.data_kind import LIVE, SAMPLE, settle_kind
from flows.runtime.permissions import PERMISSIONS
from flows.runtime.settings import Settings
from flows.terminal.errors import USAGE
from tests.extractors.board import Board, Clock
from tests.flows.test_faults import ashby_board, ashby_job
from tests.flows.test_future import record_at
from warehouse.database import MARKET

if TYPE_CHECKING:
    from tests.flows.conftest import CommandResult

Command = Callable[..., "CommandResult"]
NOW = datetime(2026, 11, 29, 2, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
CONTACT = {"JOBMARKET_CONTACT": "night@example.org"}
ONE_SOURCE = ("run", "--source", "lever")


# --- what is believed -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ahead", "theirs"),
    [
        ((), None),
        ((0, 0.2, -0.4), None),
        ((1, 1, -1), None),
        ((3,), "2026-12-02 02:00:00"),
        ((-3,), "2026-11-26 02:00:00"),
        ((0, 3), None),
        ((3, 3), "2026-12-02 02:00:00"),
        ((0, 0, 3), None),
        ((0, 3, 4), "2026-12-02 02:00:00"),
        ((3, 3, 3, 0, 0), "2026-12-02 02:00:00"),
        ((3, 3, 0, 0), None),
        ((-20_000, 0, 5_000), None),
        ((-2, 2), None),
        ((-2, -2, 2), "2026-11-27 02:00:00"),
        ((1.1, 1.2, 0.9), "2026-11-30 04:24:00"),
    ],
)
def test_a_clock_is_held_against_most_servers(ahead: tuple[float, ...], theirs: str | None) -> None:
    times = [ServerTime(f"h{number}.example", NOW + DAY * days, NOW) for number, days in enumerate(ahead)]
    doubt = find_doubt(NOW, times=times)
    assert (doubt is None) == (theirs is None), doubt
    if doubt and theirs:
        n_apart = sum(abs(days) > 1 and (days > 0) == (theirs > "2026-11-29") for days in ahead)
        said = f"{n_apart} of {len(ahead)} servers that answered say it is {theirs} UTC"
        assert doubt.startswith("this machine's clock says 2026-11-29 02:00:00 UTC") and said in doubt


@pytest.mark.parametrize(
    ("last_run", "newest_day", "said"),
    [
        (None, None, None),
        (NOW, NOW.date(), None),
        (NOW - DAY, date(2026, 11, 28), None),
        (NOW + SECOND, None, "the last run here was at 2026-11-29 02:00:01 UTC"),
        (NOW - DAY, date(2026, 11, 30), "figures of 2026-11-30 are published"),
    ],
)
def test_a_clock_is_held_against_the_last_run_and_the_newest_day(
    last_run: datetime | None, newest_day: date | None, said: str | None
) -> None:
    doubt = find_doubt(NOW, last_run=last_run, newest_day=newest_day)
    assert doubt == (said and f"this machine's clock says 2026-11-29 02:00:00 UTC, and {said}")


@pytest.mark.parametrize(
    ("expired", "not_yet_valid", "ahead", "said"),
    [
        (1, 0, (), "by it the TLS certificates of 1 of 1 servers that answered have expired: e0.example"),
        (0, 2, (0,), "by it the TLS certificates of 2 of 3 servers that answered are not yet valid: n0."),
        (1, 0, (0,), None),
        (2, 0, (0, 0), None),
        (2, 2, (), None),
        (1, 0, (-700, 0), "1 of 3 servers that answered say it is 2024-12-29 02:00:00 UTC: h0.example; and by it the"),
        (1, 0, (700, 0), None),
    ],
)
def test_certificates_that_most_servers_show_out_of_date_put_the_clock_in_doubt(
    expired: int, not_yet_valid: int, ahead: tuple[float, ...], said: str | None
) -> None:
    times: list[ServerTime | OutOfDate] = [ServerTime(f"h{n}.example", NOW + DAY * d, NOW) for n, d in enumerate(ahead)]
    times += [OutOfDate(f"e{number}.example", is_expired=True) for number in range(expired)]
    times += [OutOfDate(f"n{number}.example", is_expired=False) for number in range(not_yet_valid)]
    doubt = find_doubt(NOW, times=times)
    assert (doubt or "").startswith(f"this machine's clock says 2026-11-29 02:00:00 UTC, and {said}" if said else "")
    assert bool(doubt) == bool(said)


def test_what_a_cache_had_for_over_a_day_has_no_vote() -> None:
    fresh = [ServerTime(f"fresh{number}", NOW - 3 * DAY, NOW) for number in range(2)]
    kept = [ServerTime(f"kept{number}", NOW - 3 * DAY, NOW, 5 * DAY) for number in range(2)]
    doubt = find_doubt(NOW, times=[*fresh, *kept])
    assert doubt and "2 of 2 servers that answered say it is 2026-11-26 02:00:00 UTC: fresh0, fresh1" in doubt
    assert find_doubt(NOW, times=kept) is None
    hours = [ServerTime(f"hours{number}", NOW, NOW, DAY / 2) for number in range(2)]
    assert find_doubt(NOW, times=[*fresh, *hours]) is None


def test_the_last_run_is_that_of_the_journal_whatever_an_old_run_says(
    empty: Path, published_runs: Callable[..., None]
) -> None:
    published_runs(NOW, NOW + 900 * DAY)
    assert read_last(Settings(data=empty)) == (NOW + 900 * DAY, None), "nothing tells which of them was the last"
    note_run(empty, NOW)
    assert read_last(Settings(data=empty)) == (NOW, None)


def test_a_run_of_a_past_day_is_not_the_last_run(empty: Path) -> None:
    """It asks no clock, so that a false one would be believed after it."""
    note_run(empty, NOW)
    for days in (-30, 30):
        note_run(empty, NOW + days * DAY, command="jobmarket run --as-of 2026-08-17")
    assert read_last(Settings(data=empty)) == (NOW, None)


def test_the_newest_day_is_the_last_of_those_published(empty: Path, published_runs: Callable[..., None]) -> None:
    published_runs(NOW, NOW + DAY, days=(NOW.date(), (NOW - DAY).date()))
    assert read_last(Settings(data=empty)) == (NOW, NOW.date()), "the day of the later run was set aside"


@pytest.fixture
def published_runs(empty: Path) -> Callable[..., None]:
    """A published file with runs that ended at these times, figures of these days, and nothing else."""

    def publish(*times: datetime, days: Sequence[date] = ()) -> None:
        empty.mkdir()
        with duckdb.connect(str(empty / MARKET)) as con:
            con.execute("CREATE SCHEMA ops; CREATE SCHEMA mart; CREATE TABLE mart.figures (as_of DATE)")
            con.execute("CREATE TABLE ops.runs (as_of DATE, started_at TIMESTAMPTZ, ended_at TIMESTAMPTZ)")
            for at in times:
                con.execute("INSERT INTO ops.runs VALUES (?, ?, ?)", [at.date(), at - SECOND, at])
            for day in days:
                con.execute("INSERT INTO mart.figures VALUES (?)", [day])

    return publish


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({"date": "Sun, 29 Nov 2026 02:00:00 GMT"}, (NOW, 0 * DAY)),
        ({"date": "Sun, 29 Nov 2026 02:00:00 -0000"}, (NOW, 0 * DAY)),
        ({"date": "Sunday, 29-Nov-26 02:00:00 GMT"}, (NOW, 0 * DAY)),
        ({"date": "Thu, 26 Nov 2026 02:00:00 GMT", "age": "259200"}, (NOW - 3 * DAY, 3 * DAY)),
        ({"date": "Sun, 29 Nov 2026 02:00:00 GMT", "age": "-5"}, (NOW, 0 * DAY)),
        ({"date": "Sun, 29 Nov 2026 02:00:00 GMT", "age": "soon"}, (NOW, 0 * DAY)),
        ({"date": "Sun, 29 Nov 2026 02:00:00 GMT", "age": "9" * 30}, None),
        ({"date": "yesterday"}, None),
        ({"age": "5"}, None),
        ({}, None),
    ],
)
def test_what_an_answer_says_of_the_time(headers: dict[str, str], said: tuple[datetime, timedelta] | None) -> None:
    assert time_said(headers.get) == said


@pytest.mark.parametrize(
    ("says", "kept", "ahead"),
    [(0, 0, 0), (2, 0, 2), (-2, 0, -2), (-3, 3, 0), (-3, 2, -1), (0, 3, 0), (-1, 3, 0), (2, 3, 2)],
)
def test_a_cache_may_have_left_the_date_as_it_was_or_set_it_to_now(says: int, kept: int, ahead: int) -> None:
    assert ServerTime("h.example", NOW + says * DAY, NOW, kept * DAY).ahead == ahead * DAY


# --- whom it asks ---------------------------------------------------------------------------------------


def test_hosts_are_of_several_sources_and_of_a_board_where_boards_have_their_own() -> None:
    sources = [module.SOURCE for module in all_sources().values()]
    asked = choose_hosts(sources, {})
    assert len(asked) == first_answers.MAX_HOSTS == len({one.host for one in asked} - {""})
    assert len({one.source.name for one in asked}) == len(asked)
    recruitee = all_sources()["recruitee"].SOURCE
    assert [one.url for one in choose_hosts([recruitee], {})] == [
        recruitee.url_of(board) for board in boards_of("recruitee")[: first_answers.MAX_HOSTS]
    ], "where the store names no board those of boards.csv count"
    (one,) = choose_hosts([recruitee], {"recruitee": ["", "acme"]})
    assert one.host == "acme.recruitee.com"
    asked = choose_hosts([recruitee, lever.SOURCE], {"recruitee": [f"board{number}" for number in range(20)]})
    assert len(asked) == first_answers.MAX_HOSTS and len({one.host for one in asked}) == len(asked)
    assert {one.source.name for one in asked[:2]} == {"recruitee", "lever"}


@pytest.mark.parametrize("number", [socket.EAI_NONAME, socket.EAI_AGAIN])
def test_only_a_machine_that_finds_no_host_of_several_sources_is_offline(
    empty: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    config = Settings(data=empty, contact="night@example.org")
    first, second, *_ = (one.host for one in choose_hosts([all_sources()["recruitee"].SOURCE], {}))
    found: set[str] = {second}
    heard: list[str] = []

    def look_up(host: str, *_: object) -> list[object]:
        if host not in found:
            raise socket.gaierror(number, "Name or service not known")
        return []

    def hear(asked: Sequence[Asked], _: str | None) -> list[ServerTime]:
        heard.extend(one.host for one in asked)
        return [ServerTime(one.host, NOW, NOW) for one in asked]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(clock, "hear_times", hear)
    assert look_out(config, ("recruitee",), is_live=True) == Outlook(), "the host of the first board is gone"
    assert heard == [second]
    found.clear()
    offline = look_out(config, ("recruitee",), is_live=True)
    assert len(offline.unresolved) == first_answers.MAX_HOSTS and first in offline.unresolved
    found.update(host for host in offline.unresolved if not host.endswith("recruitee.com"))
    online = look_out(config, ("recruitee",), is_live=True)
    assert not online.unresolved and heard == [second], "hosts of other sources are looked up, and not asked"
    assert "the clock was not checked" in online.notes[0]


def test_a_name_that_nobody_looks_up_in_time_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()

    def look_up(host: str, *_: object) -> list[object]:
        if host == "api.lever.co":
            over.wait()
        if host != "found.example":
            raise socket.gaierror(socket.EAI_AGAIN, "no answer")
        return []

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(first_answers, "LOOK_UP_SECONDS", 0.2)
    asked = [Asked(lever.SOURCE, f"https://{host}/v0/") for host in ("api.lever.co", "found.example", "lost.example")]
    assert [one.host for one in find_hosts(asked)] == ["found.example"]
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    assert len(find_hosts(asked)) == 3, "the proxy looks names up"
    over.set()


@pytest.fixture
def platform(board: Board, monkeypatch: pytest.MonkeyPatch) -> Board:
    """Lever, on loopback."""
    api = board.url("/v0/postings/")
    boards = tuple(dataclasses.replace(one, listing=f"{api}{{board}}?mode=json") for one in lever.SOURCE.boards[:1])
    monkeypatch.setattr(lever, "SOURCE", dataclasses.replace(lever.SOURCE, endpoints=(api,), boards=boards, pause=0.0))
    ticks = Clock()
    polite = Politeness(sleep=ticks.sleep, clock=lambda: ticks.time)
    web = functools.partial(web_for, insecure_hosts=(board.host,), politeness=polite)
    monkeypatch.setattr(first_answers, "web_for", web)
    return board


def dated(said: datetime | None) -> Callable[[Any], None]:
    """An answer with that Date; None: without one."""

    def answer(handler: Any) -> None:
        handler.send_response_only(404)
        if said is not None:
            handler.send_header("Date", f"{said:%a, %d %b %Y %H:%M:%S GMT}")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def test_the_rules_that_are_asked_for_say_the_time_each_night_anew(platform: Board) -> None:
    asked = [Asked(lever.SOURCE, lever.SOURCE.endpoints[0])]
    for said in (NOW, NOW + DAY):
        platform.answers["/robots.txt"] = dated(said)
        (heard,) = hear_times(asked, "night@example.org")
        assert isinstance(heard, ServerTime) and (heard.host, heard.says) == (platform.host, said)
    platform.answers |= {"/robots.txt": dated(None), "/.well-known/tdmrep.json": dated(None)}
    assert hear_times(asked, "night@example.org") == []


@pytest.mark.parametrize(
    ("words", "said"), [("has expired", "have expired"), ("is not yet valid", "are not yet valid")]
)
def test_a_night_whose_clock_is_outside_the_life_of_certificates_is_refused(
    empty: Path, platform: Board, monkeypatch: pytest.MonkeyPatch, words: str, said: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        cause = ssl.SSLCertVerificationError(1, f"[SSL: CERTIFICATE_VERIFY_FAILED] verify failed: certificate {words}")
        raise requests.exceptions.SSLError(urllib3.exceptions.SSLError(cause))

    monkeypatch.setattr(SingleRequests, "send_single", refuse)
    with pytest.raises(FalseClock, match=f"certificates of 1 of 1 servers that answered {said}"):
        look_out(Settings(data=empty, contact="night@example.org"), ("lever",), is_live=True)
    assert not empty.exists()


def test_a_night_says_that_nobody_told_the_time(empty: Path, platform: Board) -> None:
    platform.answers |= {"/robots.txt": dated(None), "/.well-known/tdmrep.json": dated(None)}
    seen = look_out(Settings(data=empty, contact="night@example.org"), ("lever",), is_live=True)
    assert seen == Outlook(notes=("the clock was not checked: none of the 1 servers that were asked told the time",))


def test_a_scheduled_night_behind_the_last_run_is_no_run_and_one_offline_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    begun: list[Request] = []

    def begin(request: Request) -> Outcome:
        begun.append(request)
        raise RuntimeError("the night says what is wrong")

    monkeypatch.setattr(serve, "nightly", begin)
    monkeypatch.setenv("JOBMARKET_DATA", str(tmp_path))
    monkeypatch.setenv("JOBMARKET_CONTACT", "night@example.org")
    monkeypatch.setattr(socket, "getaddrinfo", look_up_nothing)
    with pytest.raises(serve.NothingPublished, match=r"is this machine online\? Looked up: .* and 6 more"):
        serve.scheduled_night.fn([])
    assert [run.exit_code for run in runs_of(tmp_path)] == [1]
    (tmp_path / PERMISSIONS).write_text("[adzuna]\nwhy = 'they said so'\n")
    with pytest.raises(RuntimeError, match="what is wrong"):
        serve.scheduled_night.fn([])
    assert len(begun) == 1 and len(runs_of(tmp_path)) == 2
    note_run(tmp_path, datetime.now(UTC) + 2 * DAY)
    before = files_in(tmp_path)
    with pytest.raises(FalseClock, match="the last run here was at"):
        serve.scheduled_night.fn([])
    assert files_in(tmp_path) == before and len(begun) == 1
    (said,) = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert said.startswith("the night was not started: this machine's clock says") and "--clock-is-right" in said


# --- the command ----------------------------------------------------------------------------------------


def files_in(data: Path) -> dict[str, bytes]:
    return {str(path.relative_to(data)): path.read_bytes() for path in sorted(data.rglob("*")) if path.is_file()}


def look_up_nothing(*_: object) -> None:
    raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")


def note_run(data: Path, at: datetime, **fields: object) -> None:
    """A run of that time on record, by another process."""
    data.mkdir(exist_ok=True)
    with (data / JOURNAL).open("a") as journal:
        entry = {"begun": f"run {at}", "at": at.isoformat(), "pid": 1, "command": "jobmarket run", **fields}
        journal.write(f"{json.dumps(entry)}\n")


@pytest.mark.parametrize("days", [-3, 3])
def test_a_night_whose_clock_differs_from_the_servers_is_refused_before_anything_is_written(
    empty: Path, plain: Command, platform: Board, days: int
) -> None:
    began = datetime.now(UTC)
    platform.answers["/robots.txt"] = dated(began + DAY * days)
    result = plain(empty, *ONE_SOURCE, **CONTACT)
    assert result.code == USAGE
    for ours in (began, began + DAY * days):
        hours = [f"{hour:%Y-%m-%d %H:}" for hour in (ours, ours + timedelta(minutes=5))]
        assert any(hour in result.said for hour in hours), result.said
    assert platform.host in result.said
    assert "--clock-is-right" in result.said
    assert not empty.exists()


def test_a_night_whose_clock_agrees_goes_on_and_nothing_was_written_yet(empty: Path, platform: Board) -> None:
    platform.answers["/robots.txt"] = dated(datetime.now(UTC) - timedelta(hours=20))
    assert look_out(Settings(data=empty, contact="night@example.org"), ("lever",), is_live=True) == Outlook()
    assert platform.paths == ["/robots.txt"]
    assert not empty.exists()


def test_a_night_whose_clock_nobody_checked_says_so_at_its_end(
    empty: Path, plain: Command, platform: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.answers |= {"/robots.txt": dated(None), "/.well-known/tdmrep.json": dated(None)}
    monkeypatch.setattr(fetch, "load_before_plan", lambda *_: ((), ()))
    monkeypatch.setattr(fetch, "fetch_sources", lambda *_: [])
    result = plain(empty, *ONE_SOURCE, **CONTACT)
    assert result.code == 1 and "the clock was not checked: none of the 1 servers" in result.out, result.said


def test_a_night_behind_the_last_run_is_refused_and_is_no_run(empty: Path, tmp_path: Path, plain: Command) -> None:
    recording = record_at(tmp_path / "r.warc.gz", (NOW - 90 * DAY, ashby_board("mill", ashby_job(3))))
    later = datetime.now(UTC) + 2 * DAY
    note_run(empty, later)
    before = files_in(empty)
    for arguments in (("run", "--source", "tabular"), ("backfill", str(recording))):
        result = plain(empty, *arguments, **CONTACT)
        assert result.code == USAGE, result.said
        assert f"the last run here was at {later:%Y-%m-%d %H:%M:%S} UTC" in result.said
    assert files_in(empty) == before
    assert [run.run_id for run in runs_of(empty)] == [f"run {later}"]


def test_a_person_who_says_that_the_clock_is_right_is_on_record_and_asked_once(
    empty: Path, plain: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = stop_before_publishing(monkeypatch)
    note_run(empty, datetime.now(UTC) + 2 * DAY)
    reason = "the clock was two days ahead until this morning"
    night = ("run", "--source", "tabular")
    assert plain(empty, *night, "--clock-is-right", " ", **CONTACT).code == USAGE
    assert plain(empty, *night, "--clock-is-right", reason, **CONTACT).code == 1
    assert [request.clock_is_right for request in begun] == [reason]
    entries = [json.loads(line) for line in (empty / JOURNAL).read_text().splitlines()]
    assert [entry.get("clock_is_right") for entry in entries] == [None, reason, None]
    assert plain(empty, *night, **CONTACT).code == 1, "the next night is held against that run"


def stop_before_publishing(monkeypatch: pytest.MonkeyPatch) -> list[Request]:
    """The requests of nights that come to nothing: no source is asked, and nothing is published."""
    begun: list[Request] = []

    def publish(request: Request, *_: object) -> Outcome:
        begun.append(request)
        return Outcome(exit_code=1, as_of=None, messages=("no postings",))

    monkeypatch.setattr(fetch, "load_before_plan", lambda *_: ((), ()))
    monkeypatch.setattr(fetch, "fetch_sources", lambda *_: [])
    monkeypatch.setattr(nightly, "from_archive", publish)
    return begun


@pytest.mark.parametrize(("kind", "option"), [(SAMPLE, ("--sample",)), (LIVE, ("--as-of", "2026-01-01"))])
def test_what_has_days_of_its_own_asks_no_clock(
    empty: Path, plain: Command, monkeypatch: pytest.MonkeyPatch, kind: str, option: tuple[str, ...]
) -> None:
    begun = stop_before_publishing(monkeypatch)
    settle_kind(Settings(data=empty), kind)
    note_run(empty, datetime.now(UTC) + 2 * DAY)
    result = plain(empty, "run", *option)
    assert result.code == 1 and "no postings" in result.said, result.said
    assert len(begun) == 1
    result = plain(empty, "run", *option, "--clock-is-right", "so")
    assert result.code == USAGE and "--clock-is-right goes with neither" in result.said


def test_a_machine_without_a_network_says_so_once_and_what_stood_before_stands(
    empty: Path, plain: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", look_up_nothing)
    result = plain(empty, "run", **CONTACT)
    assert result.code == 1
    assert result.said.count("no host could be resolved: is this machine online?") == 1
    assert "robots.txt" not in result.said and len(f"{result.out}{result.err}{result.log}".splitlines()) < 10
    (run,) = runs_of(empty)
    assert run.exit_code == 1 and run.message is not None and run.message.startswith("no host could be resolved")
    config = Settings(data=empty)
    night = find_last_night(config)
    assert night is not None
    assert [alert.subject for alert in find_alerts(night, None, config).alerts if alert.kind != "claim"] == [
        "publishing"
    ]
