"""Files of lines of which a disk spoiled one: it is named, kept aside once and passed over."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.accuracy.audit_results import GOLD, accuracy, answers_in, audits_of
from flows.monitoring.status import print_status
from flows.notification import sent
from flows.runs import jsonl, run_log
from flows.runs.run_log import JOURNAL, DueAlert, begin, end, on_record, runs_of
from flows.runtime.settings import Settings

ALERT = DueAlert(
    kind="source", subject="lever", state="failed", words="HTTP 500", remedy="look", since=date(2026, 11, 3)
)
ANSWER = {
    "audited_on": "2026-11-03", "posting_id": "lever:1", "reader": "role", "source": "lever", "language": "en",
    "is_right": True, "read": {"role": "data_engineer"}, "right": {"role": "data_engineer"}, "text_hash": None,
    "code_version": "1", "weight": 2.5,
}  # fmt: skip


def write_journal(data: Path) -> None:
    """Two runs, a message and a heartbeat: seven lines."""
    for run_id in ("one", "two"):
        begin(data, run_id=run_id, command="jobmarket run")
        end(data, run_id, exit_code=0, as_of=date(2026, 11, 3), health={"lever": "ok"})
    sent.note_message(data, "two", by="webhook", due=[ALERT], why=None)
    sent.note_cleared(data, "two", [ALERT.key])
    sent.note_beat(data, "two", why=None)


def change(path: Path, number: int, to: Callable[[bytes], bytes]) -> bytes:
    """Change a line of a file; gives the line as it is then."""
    lines = path.read_bytes().split(b"\n")
    lines[number - 1] = to(lines[number - 1])
    path.write_bytes(b"\n".join(lines))
    return lines[number - 1]


def other(**fields: object) -> Callable[[bytes], bytes]:
    """A line with other values; None for a key that is missing then."""
    return lambda line: json.dumps({k: v for k, v in {**json.loads(line), **fields}.items() if v != "gone"}).encode()


DAMAGES: dict[str, tuple[int, Callable[[bytes], bytes], str]] = {
    "no JSON": (1, lambda line: line.replace(b"{", b"[", 1), "Expecting"),
    "cut short": (2, lambda line: line[:30], "Expecting"),
    "no UTF-8": (1, lambda line: line.replace(b"run", b"r\xf5n"), "codec can't decode"),
    "a list": (2, lambda line: b"[]", "expected one of begun, ended"),
    "a number": (2, lambda line: b"7", "expected one of begun, ended"),
    "another key": (1, lambda line: line.replace(b"begun", b"begtn"), "expected one of begun, ended"),
    "no time": (1, other(at="gone"), "at: Field required"),
    "no such time": (3, other(at="2026-13-03T02:00:00+00:00"), "at: "),
    "a time without its zone": (3, other(at="2026-11-03T02:00:00"), "at: "),
    "an id that is a list": (1, other(begun=["one"]), "begun: "),
    "a number as text": (2, other(exit_code="0"), "exit_code: "),
    "no such day": (2, other(as_of="2026-02-30"), "as_of: "),
    "health that is a text": (4, other(health="ok"), "health: "),
    "an alert without its words": (5, lambda line: line.replace(b"words", b"wosds"), "alerts.0.words: "),
    "a key of two parts": (6, other(alerts=[["source", "lever"]]), "alerts.0"),
    "deep": (1, lambda line: b"[" * 100_000, ""),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_line_of_the_journal_costs_itself_alone(
    name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    number, damage, why = DAMAGES[name]
    write_journal(tmp_path)
    line = change(tmp_path / JOURNAL, number, damage)
    aside = tmp_path / "runs.jsonl.damaged"
    with pytest.raises(FileNotFoundError, match="does not exist yet"):
        print_status(Settings(data=tmp_path))
    assert "last run" in capsys.readouterr().out and not aside.exists(), "who only asks writes nothing"
    with on_record(tmp_path, run_id="three", command="jobmarket run") as note_end:
        sent.read_records(tmp_path)
        note_end(exit_code=0)
    (message,) = caplog.messages
    assert f"{tmp_path / JOURNAL}, line {number} cannot be read and is skipped: " in message and why in message
    assert aside.read_bytes() == line + b"\n"
    assert len(run_log.read_lines(tmp_path)) == 8, "of seven lines six, and those of the third run"
    assert {run.run_id for run in runs_of(tmp_path)} >= {"three", "one" if number > 2 else "two"}
    caplog.clear()
    jsonl._named.clear()  # as in another process
    with on_record(tmp_path, run_id="four", command="jobmarket run"):
        pass
    assert caplog.messages == [] and aside.read_bytes() == line + b"\n", "not every night again"


@pytest.fixture(scope="module")
def whole_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The bytes of a journal and of three answers."""
    data = tmp_path_factory.mktemp("whole")
    write_journal(data)
    return {JOURNAL: (data / JOURNAL).read_bytes(), GOLD: 3 * (json.dumps(ANSWER).encode() + b"\n")}


@settings(derandomize=True, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 2_000), bit=st.integers(0, 7))
def test_no_flipped_bit_stops_a_reader(place: int, bit: int, tmp_path: Path, whole_files: dict[str, bytes]) -> None:
    for name, whole in whole_files.items():
        content = bytearray(whole)
        content[place % len(content)] ^= 1 << bit
        (tmp_path / name).write_bytes(content)
    assert len(run_log.read_lines(tmp_path)) >= 5, "one line, or two that became one"
    runs_of(tmp_path)
    sent.read_records(tmp_path)
    assert len(answers_in(tmp_path / GOLD)) >= 1
    audits_of(tmp_path)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"reader": "rolf"}, "reader: expected one of "),
        ({"audited_on": "2026-02-30"}, "day"),
        ({"is_right": 1}, "is_right: "),
        ({"weight": 0}, "weight: "),
        ({"weight": float("nan")}, "weight: "),
        ({"read": []}, "read: "),
        ({"posting_id": None}, "posting_id: "),
    ],
)
def test_an_answer_of_an_audit_that_cannot_count_is_passed_over(
    changes: dict[str, object], why: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for answer in (ANSWER, ANSWER | changes):
        jsonl.append(tmp_path / GOLD, json.dumps(answer))
    (first, *_) = audits_of(tmp_path)
    assert first.n_asked == 1 and accuracy(answers_in(tmp_path / GOLD))[0] == first
    (message,) = caplog.messages
    assert "audit.jsonl, line 2 cannot be read" in message and why in message
    assert (tmp_path / "audit.jsonl.damaged").read_text() == json.dumps(ANSWER | changes) + "\n"
