"""Describe the channels of the settings: what each sent last, and what waits to be sent."""

from __future__ import annotations

from collections.abc import Iterator

from flows.notification.delivery import HEARTBEAT, MAIL, find_mail_problem, list_channels
from flows.notification.sent import Attempt, Record, read_records
from flows.runtime.settings import Settings


def describe_channels(config: Settings) -> Iterator[tuple[str, str, bool]]:
    """Yield the label, the text, and whether all is well, for each channel and for the heartbeat."""
    records, beat = read_records(config.data)
    channels = list_channels(config)
    if not channels:
        yield "messages", "none; set `notify.webhook` or `mail.to` to get the alerts of each night", True
    for name in channels:
        record = records.get(name, Record())
        problem = find_mail_problem(config) if name == MAIL else None
        yield name, problem or _describe_record(record), problem is None and not record.unsent
    if config.heartbeat is not None:
        yield HEARTBEAT, _describe_beat(beat), beat is None or beat.why is None


def _describe_record(record: Record) -> str:
    if record.last is None:
        return "nothing sent yet"
    last = record.last
    if last.why is None:
        return f"sent {_format(last)}: {last.n_due:,} due"
    return f"FAILED {_format(last)}: {last.why}; {last.n_due:,} due go with the next night's message"


def _describe_beat(beat: Attempt | None) -> str:
    if beat is None:
        return "not asked yet"
    return f"asked {_format(beat)}" if beat.why is None else f"FAILED {_format(beat)}: {beat.why}"


def _format(attempt: Attempt) -> str:
    return f"{attempt.at:%Y-%m-%d %H:%M}"
