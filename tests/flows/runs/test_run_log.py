"""The journal of runs: what it says of a run that ended well, badly, not at all, or has not ended yet."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from flows import serve
from flows.runs.run_log import JOURNAL, KILLED, RUNNING, STATES, begin, end, on_record, runs_of
from flows.runs.run_record import Outcome, Request
from flows.runs.source_health import Health
from flows.runtime.lock import FolderInUse, hold_folder
from flows.runtime.settings_file import FILE
from flows.terminal.errors import WrongUsage
from tests.extractors.board import Board


def record_run(data: Path, ending: Callable[[Callable[..., None]], Any]) -> None:
    with on_record(data, run_id="one", command="jobmarket run") as note_end:
        ending(note_end)


def raising(error: BaseException) -> Callable[[Any], None]:
    def ending(note_end: object) -> None:
        raise error

    return ending


def test_there_were_no_runs_in_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert runs_of(tmp_path / "nowhere") == []
    assert not (tmp_path / "nowhere").exists()


def test_what_came_of_a_run(tmp_path: Path) -> None:
    health = (
        Health(source="ashby", outcome="failed", message="HTTP 500"),
        Health(source="lever", outcome="ok"),
        Health(source="ecb_rates"),
    )
    outcome = Outcome(exit_code=2, as_of=date(2026, 9, 30), health=health)
    record_run(tmp_path, lambda note_end: note_end(**outcome.on_record))
    [run] = runs_of(tmp_path)
    assert (run.state, run.exit_code, run.as_of, run.message) == (STATES[2], 2, date(2026, 9, 30), None)
    assert run.health == {"ashby": "failed: HTTP 500", "lever": "ok"}, "what was not read says nothing of its health"
    assert run.ended_at is not None
    assert run.ended_at >= run.began_at


@pytest.mark.parametrize(
    ("error", "state", "message"),
    [
        (RuntimeError("no room"), STATES[1], "RuntimeError: no room"),
        (KeyboardInterrupt(), STATES[130], None),
        (SystemExit(143), STATES[143], None),
    ],
)
def test_what_broke_a_run(tmp_path: Path, error: BaseException, state: str, message: str | None) -> None:
    with pytest.raises(type(error)):
        record_run(tmp_path, raising(error))
    [run] = runs_of(tmp_path)
    assert (run.state, run.message) == (state, message)


def test_a_run_that_never_ended_is_running_while_its_process_holds_the_folder(tmp_path: Path) -> None:
    begin(tmp_path, run_id="of this process, long ago", command="jobmarket run")
    begin(tmp_path, run_id="now", command="jobmarket run")
    with hold_folder(tmp_path):
        assert [run.state for run in runs_of(tmp_path)] == [RUNNING, KILLED]
    assert [run.state for run in runs_of(tmp_path)] == [KILLED, KILLED]


def test_lines_cut_short_or_foreign_cost_themselves_only(tmp_path: Path) -> None:
    begin(tmp_path, run_id="one", command="jobmarket run")
    end(tmp_path, "one", exit_code=0)
    with (tmp_path / JOURNAL).open("a") as journal:
        journal.write('[]\n{"other": 1}\n{"begun": "tw')
    begin(tmp_path, run_id="three", command="jobmarket run")
    assert [run.run_id for run in runs_of(tmp_path)] == ["three", "one"]
    assert json.loads((tmp_path / JOURNAL).read_text().splitlines()[-1])["pid"] == os.getpid()


def test_a_scheduled_night_is_on_record_also_when_it_finds_the_folder_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOBMARKET_DATA", str(tmp_path))
    monkeypatch.setattr(serve, "nightly", lambda request: Outcome(exit_code=0, as_of=date(2026, 9, 30)))
    serve.scheduled_night.fn(["lever"])
    with hold_folder(tmp_path), pytest.raises(FolderInUse):
        serve.scheduled_night.fn(["lever"])
    assert [run.state for run in runs_of(tmp_path)] == [STATES[1], STATES[0]]
    assert f"in use by process {os.getpid()}" in (runs_of(tmp_path)[0].message or "")


def test_a_scheduled_night_reports_itself_also_when_it_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, board: Board
) -> None:
    for name in ("webhook", "heartbeat"):
        board.answers[f"/{name}"] = (200, {}, b"")
        monkeypatch.setenv(f"JOBMARKET_NOTIFY_{name.upper()}", board.url(f"/{name}"))
    health = (Health(source="lever", outcome="partial", message="1 failed"),)
    outcomes = iter([Outcome(exit_code=0, as_of=date(2026, 9, 30), health=health)])
    monkeypatch.setenv("JOBMARKET_DATA", str(tmp_path))
    monkeypatch.setattr(serve, "nightly", lambda request: next(outcomes))
    serve.scheduled_night.fn([])
    (tmp_path / FILE).write_text("[limits]\nworkers = 0\n")
    with pytest.raises(WrongUsage):
        serve.scheduled_night.fn([])
    (tmp_path / FILE).unlink()
    with hold_folder(tmp_path), pytest.raises(FolderInUse):
        serve.scheduled_night.fn([])
    monkeypatch.setattr(serve, "nightly", lambda request: Outcome(exit_code=1, as_of=None, messages=("no rows",)))
    with pytest.raises(serve.NothingPublished):
        serve.scheduled_night.fn([])
    assert board.paths == ["/webhook", "/heartbeat", "/webhook", "/webhook", "/webhook"]
    texts = [json.loads(body)["text"] for body in board.posted]
    words = ["- lever: partial: 1 failed", "limits.workers = 0", "is in use by process", "still stands: no rows"]
    assert [what in text for what, text in zip(words, texts, strict=True)] == [True] * 4, texts


def test_a_scheduled_night_takes_the_settings_of_the_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    requests: list[Request] = []

    def publish(request: Request) -> Outcome:
        requests.append(request)
        return Outcome(exit_code=0, as_of=date(2026, 9, 30))

    monkeypatch.setenv("JOBMARKET_DATA", str(tmp_path))
    monkeypatch.setattr(serve, "nightly", publish)
    path = tmp_path / FILE
    path.write_text('guides = ["mine.md"]\n[sources]\noff = ["lever"]\n')
    serve.scheduled_night.fn([])
    serve.scheduled_night.fn(["lever"])
    assert requests[0].guides == (tmp_path / "mine.md",)
    assert "ashby" in requests[0].sources and "lever" not in requests[0].sources
    assert requests[1].sources == ("lever",)
    path.write_text("[limits]\nworkers = 0\n")
    with pytest.raises(WrongUsage):
        serve.scheduled_night.fn([])
    assert f"{path}:2: limits.workers = 0" in (runs_of(tmp_path)[0].message or ""), (
        "a night that is refused is on record"
    )
