"""What was sent of which night and what could not be, kept in the journal of runs (`runs.jsonl`).

A line is added when something was sent or failed to be, and when an alert that was sent has cleared; an unchanged night
adds none but that of its heartbeat. Where the journal is lost, what stands is sent once more.
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
"""Keys by which the lines are known; each names the run."""


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """The last time something was sent: when (UTC), of which run, and why in vain; None: it was taken."""

    run_id: str
    at: datetime
    why: str | None
    n_due: int = 0


@dataclass(kw_only=True)
class Record:
    """What one channel has sent: alerts that are known by now, and those that could not be sent yet."""

    known: dict[Key, date] = field(default_factory=dict)
    unsent: dict[Key, Due] = field(default_factory=dict)
    last: Attempt | None = None


def read_records(data: Path) -> tuple[dict[str, Record], Attempt | None]:
    """The record of every channel that ever sent, and the last heartbeat."""
    records: dict[str, Record] = {}
    beat: Attempt | None = None
    for line in run_log.read_lines(data):
        if isinstance(line, run_log.Delivery):
            record = records.setdefault(line.by, Record())
            due = {one.alert.key: one for one in map(_due_of, line.alerts)}
            record.last = Attempt(run_id=line.delivery, at=line.at, why=line.why, n_due=len(due))
            record.unsent = {} if line.why is None else due
            if line.why is None:
                record.known |= {key: one.since for key, one in due.items()}
        elif isinstance(line, run_log.Cleared):
            for record in records.values():
                for key in line.alerts:
                    record.known.pop(Key(*key), None)
        elif isinstance(line, run_log.Heartbeat):
            beat = Attempt(run_id=line.heartbeat, at=line.at, why=line.why)
    return records, beat


def select_due(standing: StandingAlerts, record: Record, day: date) -> list[Due]:
    """What a channel is to send: alerts it has not sent since they began, and those it could not send before."""
    due = {alert.key: Due(alert=alert, since=day) for alert in standing.alerts if alert.key not in record.known}
    for key, one in record.unsent.items():
        alert = due[key].alert if key in due else one.alert
        due[key] = Due(alert=alert, since=one.since, is_cleared=standing.is_cleared(key))
    return list(due.values())


def find_cleared(standing: StandingAlerts, records: Iterable[Record]) -> list[Key]:
    """Alerts that some channel has sent and that stand no longer, so that they may come again."""
    return sorted({key for record in records for key in record.known if standing.is_cleared(key)})


def note_message(data: Path, run_id: str, *, by: str, due: Sequence[Due], why: str | None) -> None:
    """Note that a message was sent, or in vain."""
    run_log.note(data, {DELIVERY: run_id, "by": by, "why": why, "alerts": [_line_of(one) for one in due]})


def note_cleared(data: Path, run_id: str, keys: Sequence[Key]) -> None:
    """Note which alerts have cleared."""
    run_log.note(data, {CLEARED: run_id, "alerts": [list(key) for key in keys]})


def note_beat(data: Path, run_id: str, *, why: str | None) -> None:
    """Note that the heartbeat was asked, or in vain."""
    run_log.note(data, {BEAT: run_id, "why": why})


def _line_of(due: Due) -> dict[str, Any]:
    deadline = due.alert.deadline.isoformat() if due.alert.deadline else None
    return {**asdict(due.alert), "deadline": deadline, "since": due.since.isoformat()}


def _due_of(line: run_log.SentAlert) -> Due:
    fields = dict(vars(line))
    return Due(since=fields.pop("since"), alert=Alert(**fields))
