"""Which alerts were sent and which could not be sent, according to the journal of runs (`runs.jsonl`).

A line is added for each delivery, successful or not, for each heartbeat, and when a sent alert has cleared. If the
journal is lost, all standing alerts are sent once more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from flows.notification.alerts import Alert, Key, StandingAlerts
from flows.notification.message import Due
from flows.runs import run_log

DELIVERY, CLEARED, BEAT = "delivery", "cleared", "heartbeat"
"""Keys that identify the kinds of lines; the value of each is the id of the run."""


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """The last delivery or heartbeat: its run, its time (UTC), and the error (`why`; None if it succeeded).

    `n_due` is the number of alerts in the message.
    """

    run_id: str
    at: datetime
    why: str | None
    n_due: int = 0


@dataclass(kw_only=True)
class Record:
    """The alerts that one channel has sent, and those that it could not send.

    `known` are the sent alerts, each with the day since which it was due. `unsent` are those that the last delivery
    failed to send; `last` is that delivery, or None if there was none.
    """

    known: dict[Key, date] = field(default_factory=dict)
    unsent: dict[Key, Due] = field(default_factory=dict)
    last: Attempt | None = None


def read_records(data: Path) -> tuple[dict[str, Record], Attempt | None]:
    """Return the record of every channel in the journal, by name, and the last heartbeat (None if there was none)."""
    records: dict[str, Record] = {}
    beat: Attempt | None = None
    for line in run_log.read_lines(data):
        if isinstance(line, run_log.Delivery):
            record = records.setdefault(line.by, Record())
            due = {each.alert.key: each for each in map(_due_of, line.alerts)}
            record.last = Attempt(run_id=line.delivery, at=line.at, why=line.why, n_due=len(due))
            record.unsent = {} if line.why is None else due
            if line.why is None:
                record.known |= {key: each.since for key, each in due.items()}
        elif isinstance(line, run_log.Cleared):
            for record in records.values():
                for key in line.alerts:
                    record.known.pop(Key(*key), None)
        elif isinstance(line, run_log.Heartbeat):
            beat = Attempt(run_id=line.heartbeat, at=line.at, why=line.why)
    return records, beat


def select_due(standing: StandingAlerts, record: Record, day: date) -> list[Due]:
    """Return what a channel must send: the alerts that it has not sent yet, including those it failed to send."""
    due = {alert.key: Due(alert=alert, since=day) for alert in standing.alerts if alert.key not in record.known}
    for key, unsent in record.unsent.items():
        alert = due[key].alert if key in due else unsent.alert
        due[key] = Due(alert=alert, since=unsent.since, is_cleared=standing.is_cleared(key))
    return list(due.values())


def find_cleared(standing: StandingAlerts, records: Iterable[Record]) -> list[Key]:
    """Return the sent alerts that are gone. They will be sent again if they come back."""
    return sorted({key for record in records for key in record.known if standing.is_cleared(key)})


def note_message(data: Path, run_id: str, *, by: str, due: Sequence[Due], why: str | None) -> None:
    """Record whether a message was delivered; `why` is the error or None."""
    run_log.note(data, {DELIVERY: run_id, "by": by, "why": why, "alerts": [_line_of(each) for each in due]})


def note_cleared(data: Path, run_id: str, keys: Sequence[Key]) -> None:
    """Record the alerts that have cleared."""
    run_log.note(data, {CLEARED: run_id, "alerts": [list(key) for key in keys]})


def note_beat(data: Path, run_id: str, *, why: str | None) -> None:
    """Record whether the heartbeat could be requested; `why` is the error or None."""
    run_log.note(data, {BEAT: run_id, "why": why})


def _line_of(due: Due) -> dict[str, Any]:
    deadline = due.alert.deadline.isoformat() if due.alert.deadline else None
    return {**asdict(due.alert), "deadline": deadline, "since": due.since.isoformat()}


def _due_of(line: run_log.SentAlert) -> Due:
    fields = dict(vars(line))
    return Due(since=fields.pop("since"), alert=Alert(**fields))
