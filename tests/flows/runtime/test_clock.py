"""A clock that contradicts what is on record, or most servers, is not believed; a machine without a network says so."""

from __future__ import annotations

import dataclasses
import functools
import json
import socket
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from extractors.source import all_sources
from extractors.sources.employer_boards import lever
from extractors.web import first_answers
from extractors.web.first_answers import Asked, choose_hosts, find_hosts, hear_times
from extractors.web.politeness import Politeness
from extractors.web.server_time import ServerTime, time_said
from extractors.web.session import web_for
from flows import nightly, serve
from flows.notification.alerts import find_alerts
from flows.notification.night import find_last_night
from flows.runtime.clock import FalseClock, find_doubt, look_out
from flows.runtime.permissions import PERMISSIONS
from flows.runtime.run_log import JOURNAL, runs_of
from flows.runtime.run_record import Outcome, Request
from flows.runtime.settings import Settings
from flows.terminal.errors import USAGE
from tests.extractors.board import Board, Clock
from tests.flows.test_faults import ashby_board, ashby_job
from tests.flows.test_future import record_at

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
        said = f"it is {theirs} UTC by {n_apart} of {len(ahead)} servers"
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
    assert choose_hosts([recruitee], {}) == []
    (one,) = choose_hosts([recruitee], {"recruitee": ["", "acme"]})
    assert one.host == "acme.recruitee.com"


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
    clock = Clock()
    polite = Politeness(sleep=clock.sleep, clock=lambda: clock.time)
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
        assert (heard.host, heard.says) == (platform.host, said)
    platform.answers |= {"/robots.txt": dated(None), "/.well-known/tdmrep.json": dated(None)}
    assert hear_times(asked, "night@example.org") == []


def test_a_scheduled_night_behind_the_last_run_is_no_run_and_one_offline_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests: list[Request] = []

    def begin(request: Request) -> Outcome:
        requests.append(request)
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
    assert len(requests) == 1 and len(runs_of(tmp_path)) == 2
    note_run(tmp_path, datetime.now(UTC) + 2 * DAY)
    before = files_in(tmp_path)
    with pytest.raises(FalseClock, match="the last run here was at"):
        serve.scheduled_night.fn([])
    assert files_in(tmp_path) == before and len(requests) == 1


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
    assert look_out(Settings(data=empty, contact="night@example.org"), ("lever",), is_live=True) == ()
    assert platform.paths == ["/robots.txt"]
    assert not empty.exists()


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
    requests: list[Request] = []

    def publish(request: Request, *_: object) -> Outcome:
        requests.append(request)
        return Outcome(exit_code=1, as_of=None, messages=("no postings",))

    monkeypatch.setattr(nightly, "load_before_plan", lambda *_: ((), ()))
    monkeypatch.setattr(nightly, "fetch_sources", lambda *_: [])
    monkeypatch.setattr(nightly, "from_archive", publish)
    note_run(empty, datetime.now(UTC) + 2 * DAY)
    reason = "the clock was two days ahead until this morning"
    night = ("run", "--source", "tabular")
    assert plain(empty, *night, "--clock-is-right", " ", **CONTACT).code == USAGE
    assert plain(empty, *night, "--clock-is-right", reason, **CONTACT).code == 1
    assert [request.clock_is_right for request in requests] == [reason]
    entries = [json.loads(line) for line in (empty / JOURNAL).read_text().splitlines()]
    assert [entry.get("clock_is_right") for entry in entries] == [None, reason, None]
    assert plain(empty, *night, **CONTACT).code == 1, "the next night is held against that run"


@pytest.mark.parametrize("option", [("--sample",), ("--as-of", "2026-01-01")])
def test_what_has_days_of_its_own_asks_no_clock(empty: Path, plain: Command, option: tuple[str, ...]) -> None:
    note_run(empty, datetime.now(UTC) + 2 * DAY)
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
