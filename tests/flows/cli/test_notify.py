"""`jobmarket notify`, and which runs report themselves."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from flows.cli import launch
from flows.notification import delivery
from flows.runs import run_log
from flows.terminal.errors import USAGE
from tests.extractors.board import Board

if TYPE_CHECKING:
    from tests.flows.conftest import CommandResult

Command = Callable[..., "CommandResult"]


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "WAITS", (0.0, 0.0))


@pytest.mark.parametrize("arguments", [(), ("--show", "--test")])
def test_one_of_both_is_wanted(arguments: tuple[str, ...], empty: Path, plain: Command) -> None:
    result = plain(empty, "notify", *arguments)
    assert result.code == USAGE
    assert "expected --show or --test" in result.err


def test_without_a_channel_there_is_nothing_to_test(empty: Path, plain: Command) -> None:
    result = plain(empty, "notify", "--test")
    assert result.code == USAGE
    assert "neither notify.webhook nor mail.to is set" in result.err
    assert not empty.exists()


def test_a_test_is_sent_by_every_channel_and_asks_no_heartbeat(empty: Path, plain: Command, board: Board) -> None:
    board.answers["/hook"] = (200, {}, b"")
    environment = {"JOBMARKET_NOTIFY_WEBHOOK": board.url("/hook"), "JOBMARKET_NOTIFY_HEARTBEAT": board.url("/beat")}
    result = plain(empty, "notify", "--test", **environment)
    assert result.code == 0, result.said
    assert result.out.splitlines() == [
        "webhook: sent; look whether it arrived",
        "heartbeat: not requested; only a night that published requests it",
    ]
    assert board.paths == ["/hook"]
    assert json.loads(board.posted[0])["night"]["is_test"] is True
    assert not empty.exists()


def test_a_test_that_is_not_taken_says_why_and_ends_with_an_error(empty: Path, plain: Command, board: Board) -> None:
    environment = {"JOBMARKET_NOTIFY_WEBHOOK": board.url("/s3cr3t"), "JOBMARKET_MAIL_TO": "a@b.example"}
    result = plain(empty, "notify", "--test", **environment)
    assert result.code == 1
    assert result.out.splitlines() == [
        "webhook: not sent: HTTP 404",
        "mail: not sent: mail.to is set, and mail.host is not",
    ]
    assert "not sent by webhook, mail" in result.err
    assert "s3cr3t" not in result.said


def test_the_last_night_is_shown_and_nothing_sent_or_written(empty: Path, plain: Command, board: Board) -> None:
    environment = {"JOBMARKET_NOTIFY_WEBHOOK": board.url("/hook")}
    assert "has had no night yet" in plain(empty, "notify", "--show", **environment).err
    run_log.begin(empty, run_id="one", command="jobmarket serve")
    run_log.end(empty, "one", exit_code=1, message="mart.shares did not pass")
    before = (empty / run_log.JOURNAL).read_bytes()
    result = plain(empty, "notify", "--show", **environment)
    assert result.code == 0, result.said
    assert "The night: FAILED, nothing published." in result.out
    assert "what stood before still stands: mart.shares did not pass" in result.out
    assert board.asked == []
    assert (empty / run_log.JOURNAL).read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "is_reported"),
    [
        (("--sample",), False),
        (("--sample", "--notify"), True),
        ((), True),
        (("--no-notify",), False),
        (("--notify",), True),
    ],
)
def test_nights_of_live_data_report_themselves(
    arguments: tuple[str, ...], is_reported: bool, empty: Path, plain: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    options: dict[str, Any] = {}
    monkeypatch.setattr(launch, "start_run", lambda config, flow, **kwargs: options.update(kwargs))
    assert plain(empty, "run", *arguments, JOBMARKET_CONTACT="you@example.org").code == 0
    assert options["is_reported"] is is_reported


def test_a_past_day_is_no_night(empty: Path, plain: Command) -> None:
    result = plain(empty, "run", "--as-of", "2026-01-01", "--notify")
    assert result.code == USAGE
    assert "--notify and --as-of do not go together" in result.err
