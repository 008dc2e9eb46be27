"""A night that reports itself, against receivers on loopback: what is sent, when again, and what is on record."""

from __future__ import annotations

import dataclasses
import json
import logging
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from extractors.boards import all_boards
from extractors.web import webhook
from flows.notification import delivery
from flows.notification.alerts import Night
from flows.notification.night import find_last_night, report_night, reporting, show_night
from flows.notification.sent import describe_channels
from flows.runs import run_log
from flows.runs.run_log import JOURNAL
from flows.runs.run_record import Outcome
from flows.runs.source_health import Health
from flows.runtime.settings import Settings
from flows.runtime.settings_declared import Address
from reports.figures import claims
from reports.figures.claims import load_claims
from tests.builders import open_copy
from tests.extractors.board import Answer, Board
from tests.reports.conftest import put_rows
from transforms.records.columns import fields_of
from warehouse import database
from warehouse.mart_tables import Figures
from warehouse.ops_tables import Loads, Responses
from warehouse.publish import market

HOOK, BEAT = "/hook/s3cr3t-key", "/beat/s3cr3t-key"
OK: Answer = (200, {}, b"")


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """No waits between attempts, and no claim of the guide, whose days come."""
    monkeypatch.setattr(delivery, "WAITS", (0.0, 0.0))
    monkeypatch.setattr(claims, "load_claims", lambda: [])


class Nights:
    """One data folder, one receiver, and a night after the other."""

    def __init__(self, data: Path, board: Board) -> None:
        self.board = board
        self.number = 0
        self.config = Settings(data=data, webhook=Address(board.url(HOOK)), heartbeat=Address(board.url(BEAT)))
        board.answers |= {HOOK: OK, BEAT: OK}

    def end(self, *, exit_code: int | None = 0, message: str | None = None, **health: str) -> list[list[str]]:
        """A night ends: subjects and states of what the message that was taken says is due, for each message."""
        self.number += 1
        self.board.posted.clear()
        day = date(2026, 3, self.number)
        one = Night(run_id=f"run {self.number}", day=day, exit_code=exit_code, message=message, health=health)
        report_night(lambda: self.config, one)
        return [[f"{due['subject']} {due['state']}" for due in each["night"]["due"]] for each in self.contents]

    @property
    def contents(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body in self.board.posted]

    @property
    def n_beats(self) -> int:
        return self.board.paths.count(BEAT)

    @property
    def journal(self) -> str:
        path = self.config.data / JOURNAL
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def status(self) -> dict[str, str]:
        return {label: line for label, line, _ in describe_channels(self.config)}


@pytest.fixture
def nights(tmp_path: Path, board: Board) -> Nights:
    return Nights(tmp_path / "data", board)


# --- once, and again ------------------------------------------------------------------------------------


def test_a_good_night_sends_nothing_but_its_heartbeat(nights: Nights) -> None:
    assert nights.end(lever="ok", ashby="unchanged") == []
    assert (nights.n_beats, nights.board.methods) == (1, ["GET"])
    assert nights.status()["heartbeat"].startswith("asked 2")
    assert nights.status()["webhook"] == "nothing sent yet"


def test_a_failure_is_sent_once_until_it_has_cleared(nights: Nights) -> None:
    failure = "failed: HTTP 500"
    assert nights.end(lever=failure) == [["lever failed"]]
    assert "1 due" in nights.status()["webhook"]
    assert nights.end(lever=failure) == []
    assert nights.end(lever="failed: HTTP 502", ashby=failure) == [["ashby failed"]], "only what is new"
    assert "Sent before and still so: 1" in nights.contents[0]["text"]
    assert nights.end(lever="partial: 1 failed", ashby=failure) == [["lever partial"]], "another state is news"
    assert nights.end(lever="ok", ashby="unchanged") == []
    assert nights.end(lever=failure, ashby="ok") == [["lever failed"]], "cleared, and failing again"
    assert nights.n_beats == 6, "a source that failed keeps no night from being published"


def test_a_source_that_a_night_does_not_ask_has_not_cleared_and_one_that_is_turned_off_has(nights: Nights) -> None:
    assert nights.end(lever="failed") == [["lever failed"]]
    assert nights.end(ashby="ok") == []
    assert nights.end(lever="failed") == []
    nights.config = nights.config.model_copy(update={"sources_off": ("lever",)})
    assert nights.end(ashby="ok") == []
    nights.config = nights.config.model_copy(update={"sources_off": ()})
    assert nights.end(lever="failed") == [["lever failed"]]


def test_a_refused_night_is_sent_once_and_asks_no_heartbeat(nights: Nights) -> None:
    why = "mart.shares did not pass: 12 rows"
    assert nights.end(exit_code=1, message=why, lever="failed") == [
        ["publishing mart.shares did not pass: 0 rows", "lever failed"]
    ]
    assert why in nights.contents[0]["text"]
    assert nights.end(exit_code=1, message="mart.shares did not pass: 13 rows") == []
    assert nights.end(exit_code=1, message="the archive holds no postings yet") != [], "for another reason"
    assert nights.n_beats == 0
    assert nights.end(exit_code=2) == []
    assert nights.n_beats == 1


def test_an_alert_with_a_deadline_is_repeated_once_when_that_has_passed(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = dataclasses.replace(load_claims()[0], verify_by=date(2026, 3, 2))
    monkeypatch.setattr(claims, "load_claims", lambda: [claim])
    messages = [nights.end() for _ in range(4)]
    assert messages == [[[f"{claim.id} 2026-03-02 near"]], [], [[f"{claim.id} 2026-03-02 past"]], []]
    claim = dataclasses.replace(claim, verify_by=date(2027, 3, 2))
    assert nights.end() == []


def test_an_unchanged_night_writes_nothing_but_its_heartbeat(nights: Nights) -> None:
    nights.end(lever="failed")
    before = nights.journal
    nights.end(lever="failed")
    assert [json.loads(line).keys() for line in nights.journal.removeprefix(before).splitlines()] == [
        {"heartbeat", "why", "at"}
    ]
    nights.config = nights.config.model_copy(update={"heartbeat": None})
    before = nights.journal
    nights.end(lever="failed")
    assert nights.journal == before


# --- receivers that do not take it ----------------------------------------------------------------------


@pytest.fixture
def over() -> Iterator[threading.Event]:
    """Set when the test is over."""
    event = threading.Event()
    yield event
    event.set()


def hang(over: threading.Event) -> Callable[[Any], None]:
    """No answer while the test lasts."""

    def answer(handler: Any) -> None:
        over.wait(30)

    return answer


def drip(over: threading.Event) -> Callable[[Any], None]:
    """Headers for ever, a byte at a time."""

    def answer(handler: Any) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        while not over.wait(0.05):
            handler.wfile.write(b"x")

    return answer


@pytest.mark.parametrize(
    ("behaviour", "limits", "why"),
    [
        (lambda over: (500, {}, b""), {}, "HTTP 500"),
        (lambda over: (404, {}, b""), {}, "HTTP 404"),
        (hang, {(webhook, "TIMEOUTS"): (10.0, 0.2)}, "no answer within 0.2 seconds"),
        (drip, {(delivery, "MAX_SECONDS"): 1.0}, "not done after 1 seconds"),
    ],
    ids=["500", "404", "hangs", "drips"],
)
def test_what_was_not_taken_is_logged_shown_and_sent_with_the_next_night(
    behaviour: Callable[[threading.Event], Any], limits: dict[tuple[Any, str], Any], why: str, nights: Nights,
    over: threading.Event, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    nights.board.answers[HOOK] = behaviour(over)
    nights.config = nights.config.model_copy(update={"heartbeat": None})
    with caplog.at_level(logging.DEBUG), monkeypatch.context() as patch:
        for (module, name), limit in limits.items():
            patch.setattr(module, name, limit)
        nights.end(lever="failed", ashby="failed")
    assert f"not sent by webhook: {why}; the alerts due (2) go with the next night's message" in caplog.text
    assert nights.status()["webhook"].endswith(f": {why}; 2 due go with the next night's message")
    nights.board.answers[HOOK] = OK
    assert nights.end(lever="ok", ashby="failed", reed="failed") == [["ashby failed", "reed failed", "lever failed"]]
    text = nights.contents[0]["text"]
    assert "- lever: failed (night of 2026-03-01, over by now)" in text
    assert "- ashby: failed (night of 2026-03-01)\n" in text
    assert "- reed: failed\n" in text
    assert nights.end(lever="failed", ashby="failed", reed="failed") == [["lever failed"]], "it had cleared"
    assert "s3cr3t" not in caplog.text + nights.journal + str(nights.status())


def test_a_heartbeat_in_vain_is_logged_and_shown(nights: Nights, caplog: pytest.LogCaptureFixture) -> None:
    nights.board.answers[BEAT] = (503, {}, b"")
    nights.config = nights.config.model_copy(update={"heartbeat_method": "HEAD"})
    nights.end()
    assert nights.board.methods == ["HEAD"] * 3
    assert "the heartbeat could not be requested: HTTP 503" in caplog.text
    assert nights.status()["heartbeat"].endswith(": HTTP 503")
    nights.board.answers[BEAT] = OK
    nights.end()
    assert nights.status()["heartbeat"].startswith("asked")


def test_each_channel_has_a_record_of_its_own(nights: Nights, monkeypatch: pytest.MonkeyPatch) -> None:
    mails: list[str] = []
    monkeypatch.setattr(delivery, "send_mail", lambda config, message: mails.append(message.subject))
    nights.end(lever="failed")
    nights.config = nights.config.model_copy(
        update={"mail_to": ("a@b.example",), "mail_from": "c@d.example", "mail_host": "h"}
    )
    assert nights.end(lever="failed") == []
    assert mails == ["Job market, 2026-03-02: 1 thing due"], "a new channel is told what stands"
    nights.board.answers[HOOK] = (500, {}, b"")
    nights.end(lever="failed", ashby="failed")
    nights.board.answers[HOOK] = OK
    assert nights.end(lever="failed", ashby="failed") == [["ashby failed"]]
    assert len(mails) == 2


def test_whatever_breaks_the_night_goes_on(nights: Nights, caplog: pytest.LogCaptureFixture) -> None:
    def read_settings() -> Settings:
        raise RuntimeError("no such thing")

    report_night(read_settings, Night(run_id="one", day=date(2026, 3, 1), exit_code=0))
    assert "the night could not report itself" in caplog.text
    assert nights.board.asked == []


# --- from the warehouse ---------------------------------------------------------------------------------


def test_what_the_published_warehouse_tells_is_sent_with_what_changed(
    nights: Nights, work_template: Path, tmp_path: Path
) -> None:
    entry = next(board for board in all_boards() if board.source == "lever")
    load = {
        "source": "ashby",
        "n_rows": 3,
        "observed_from": at(date(2026, 1, 1)),
        "observed_to": at(date(2026, 1, 1)),
    }
    with open_copy(work_template, tmp_path / "work") as con:
        put_rows(con, Loads, {"warc": "ashby/1", **load})
        for record, status in enumerate((200, 404, 404)):
            answer = {"warc": "lever/1", "source": "lever", "board": entry.board, "record": record}
            when = at(date(2026, 2, 1 + record))
            put_rows(con, Responses, {**answer, "http_status": status, "observed_at": when})
        for day, value in ((date(2026, 2, 28), "USD 10K"), (date(2026, 3, 1), "USD 20K")):
            database.write_mart(con, Figures, [figure(day, value)], as_of=day)
        nights.config.data.mkdir(parents=True)
        market.publish(con, nights.config.outputs().market)
    assert nights.end(lever="ok") == [["ashby 2026-01-01", f"lever {entry.board} gone"]]
    text = nights.contents[0]["text"]
    assert "- ashby: nothing new since 2026-01-01; 14 days without are usual at most\n" in text
    assert f"- lever {entry.board}: answered until 2026-02-01, not found since; asked on 2026-02-03 last\n" in text
    assert "Figures changed since 2026-02-28 (1)\n- band.us: USD 10K → USD 20K\n" in text
    assert f"Guide: {nights.config.outputs().guide}\nPage: {nights.config.outputs().page}\n" in text
    assert nights.end(lever="ok") == []
    nights.config.outputs().market.write_bytes(b"damaged")
    assert nights.end(lever="ok") == [], "what cannot be looked at has not cleared"


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 2, tzinfo=UTC)


def figure(day: date, value: str) -> Figures:
    defaults: dict[str, Any] = {f.name: () if f.is_list and not f.nullable else None for f in fields_of(Figures)}
    values = {"as_of": day, "figure": "band.us", "title": "Pay", "kind": "measured", "unit": "USD", "value": value}
    return Figures(**{**defaults, **values, "status": "published", "code_version": "0"})


# --- how nights call it ---------------------------------------------------------------------------------


def test_an_outcome_is_reported_and_an_error_too(nights: Nights) -> None:
    outcome = Outcome(exit_code=2, as_of=date(2026, 3, 1), health=(Health(source="lever", outcome="failed"),))
    with reporting(lambda: nights.config, run_id="one") as report:
        report(outcome)
    assert nights.contents[0]["night"]["due"][0]["subject"] == "lever"
    nights.board.posted.clear()
    with pytest.raises(ValueError, match="no number"), reporting(lambda: nights.config, run_id="two"):
        raise ValueError("no number")
    [due] = nights.contents[0]["night"]["due"]
    assert due["words"].endswith("ValueError: no number")
    assert nights.n_beats == 1


def test_a_night_that_somebody_ends_or_that_is_not_to_report_sends_nothing(nights: Nights) -> None:
    with pytest.raises(KeyboardInterrupt), reporting(lambda: nights.config, run_id="one"):
        raise KeyboardInterrupt
    with reporting(lambda: None, run_id="two") as report:
        report(Outcome(exit_code=0, as_of=date(2026, 3, 1)))
    assert nights.board.asked == []


# --- what a person is shown -----------------------------------------------------------------------------


def test_the_last_night_is_shown_without_sending(nights: Nights) -> None:
    config = nights.config
    assert find_last_night(config) is None
    for run_id, command in (
        ("one", "jobmarket run"),
        ("two", "jobmarket backfill x"),
        ("three", "jobmarket run --as-of d"),
    ):
        run_log.begin(config.data, run_id=run_id, command=command)
        run_log.end(config.data, run_id, exit_code=2, as_of=date(2026, 3, 1), health={"lever": "failed: HTTP 500"})
    last = find_last_night(config)
    assert last is not None and last.run_id == "one"
    message, _ = show_night(config, last)
    assert message is not None and "- lever: failed: HTTP 500" in message.text
    assert nights.board.asked == []
    report_night(lambda: config, last)
    message, known = show_night(config, last)
    assert message is None
    assert [alert.subject for alert in known] == ["lever"]
    message, _ = show_night(config.model_copy(update={"webhook": None}), last)
    assert message is not None, "with no channel, all that stands"
