"""Which alerts were sent and which could not be sent, according to the journal of runs (`runs.jsonl`).

A line is added for each delivery, successful or not, for each heartbeat, and when a sent alert has cleared. If the
journal is lost, all standing alerts are sent once more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path

from flows.notification.alerts import StandingAlerts
from flows.notification.delivery import HEARTBEAT, MAIL, find_mail_problem, list_channels
from flows.runs import run_log
from flows.runs.run_log import Delivery, DueAlert, Heartbeat, Key
from flows.runtime.settings import Settings


@dataclass(kw_only=True)
class Record:
    """The alerts that one channel has sent, and those that it could not send.

    `known` are the sent alerts, each with the day since which it was due. `unsent` are those that the last delivery
    failed to send; `last` is that delivery, or None if there was none.
    """

    known: dict[Key, date] = field(default_factory=dict)
    unsent: dict[Key, DueAlert] = field(default_factory=dict)
    last: Delivery | None = None


def read_records(data: Path) -> tuple[dict[str, Record], Heartbeat | None]:
    """Return the record of every channel in the journal, by name, and the last heartbeat (None if there was none)."""
    records: dict[str, Record] = {}
    beat: Heartbeat | None = None
    for line in run_log.read_lines(data):
        if isinstance(line, Delivery):
            record = records.setdefault(line.by, Record())
            record.last = line
            record.unsent = {alert.key: alert for alert in line.alerts} if line.why is not None else {}
            if line.why is None:
                record.known |= {alert.key: alert.since for alert in line.alerts}
        elif isinstance(line, run_log.Cleared):
            for record in records.values():
                for key in line.alerts:
                    record.known.pop(key, None)
        elif isinstance(line, Heartbeat):
            beat = line
    return records, beat


def select_due(standing: StandingAlerts, record: Record, day: date) -> list[DueAlert]:
    """Return what a channel must send: the alerts that it has not sent yet, including those it failed to send."""
    due = {alert.key: DueAlert(**vars(alert), since=day) for alert in standing.alerts if alert.key not in record.known}
    for key, unsent in record.unsent.items():
        due[key] = replace(due.get(key, unsent), since=unsent.since, is_cleared=standing.is_cleared(key))
    return list(due.values())


def find_cleared(standing: StandingAlerts, records: Iterable[Record]) -> list[Key]:
    """Return the sent alerts that are gone. They will be sent again if they come back."""
    return sorted({key for record in records for key in record.known if standing.is_cleared(key)})


def note_message(data: Path, run_id: str, *, by: str, due: Sequence[DueAlert], why: str | None) -> None:
    """Record whether a message was delivered; `why` is the error or None."""
    alerts = [asdict(alert) for alert in due]
    for alert in alerts:
        del alert["is_cleared"]
    run_log.note(data, {"delivery": run_id, "by": by, "why": why, "alerts": alerts})


def note_cleared(data: Path, run_id: str, keys: Sequence[Key]) -> None:
    """Record the alerts that have cleared."""
    run_log.note(data, {"cleared": run_id, "alerts": keys})


def note_beat(data: Path, run_id: str, *, why: str | None) -> None:
    """Record whether the heartbeat could be requested; `why` is the error or None."""
    run_log.note(data, {"heartbeat": run_id, "why": why})


# --- for `jobmarket status` -----------------------------------------------------------------------------


def describe_channels(config: Settings) -> Iterator[tuple[str, str, bool]]:
    """Yield the label, the text, and whether all is well, for each channel and for the heartbeat."""
    records, beat = read_records(config.data)
    channels = list_channels(config)
    if not channels:
        yield "messages", "none; set `notify.webhook` or `mail.to` to get the alerts of each night", True
    for name in channels:
        record = records.get(name, Record())
        problem = find_mail_problem(config) if name == MAIL else None
        yield name, problem or _describe_last(record.last), problem is None and not record.unsent
    if config.heartbeat is not None:
        yield HEARTBEAT, _describe_beat(beat), beat is None or beat.why is None


def _describe_last(last: Delivery | None) -> str:
    if last is None:
        return "nothing sent yet"
    if last.why is None:
        return f"sent {last.at:%Y-%m-%d %H:%M}: {len(last.alerts):,} due"
    return f"FAILED {last.at:%Y-%m-%d %H:%M}: {last.why}; {len(last.alerts):,} due go with the next night's message"


def _describe_beat(beat: Heartbeat | None) -> str:
    if beat is None:
        return "not asked yet"
    at = f"{beat.at:%Y-%m-%d %H:%M}"
    return f"asked {at}" if beat.why is None else f"FAILED {at}: {beat.why}"
