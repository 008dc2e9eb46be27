"""Report a night after its end: send its alerts and request the heartbeat.

Publishing is over before the report starts. An error in the report is logged and recorded, and does not change the
night. A killed night cannot report, which shows in the missing heartbeat.
"""

from __future__ import annotations

import contextlib
import logging
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flows.notification import sent
from flows.notification.alerts import Alert, Night, StandingAlerts, find_alerts
from flows.notification.delivery import ask_heartbeat, deliver, list_channels
from flows.notification.message import Due, Message, Publication, compose
from flows.runs.run_log import RUNNING, Run, runs_of
from flows.runtime.data_kind import SAMPLE, read_kind
from flows.runtime.settings import Settings
from flows.terminal.errors import FAILED
from reports.figures.vintages import find_changes
from warehouse.database import Connection, SqlError
from warehouse.publish.reader import open_reader

if TYPE_CHECKING:
    from flows.runs.run_record import Outcome

LOG = logging.getLogger("jobmarket")
NIGHTS = ("run", "serve")
"""Commands that run a night."""


@contextlib.contextmanager
def reporting(
    read_settings: Callable[[], Settings | None], *, run_id: str, is_sample: bool = False
) -> Iterator[Callable[[Outcome], None]]:
    """Yield a function that reports a night's outcome; an exception is reported as a failed night.

    `read_settings` is called after the night; if it returns None, nothing is reported. A night ended by a person is not
    reported either.
    """

    def report(outcome: Outcome) -> None:
        night = Night(
            run_id=run_id,
            day=outcome.as_of or datetime.now(UTC).date(),
            exit_code=outcome.exit_code,
            message="; ".join(outcome.messages) or None,
            health={h.source: h.outcome + (f": {h.message}" if h.message else "") for h in outcome.health},
            is_sample=is_sample,
        )
        report_night(read_settings, night)

    try:
        yield report
    except Exception as error:
        why = f"{type(error).__name__}: {error}"
        day = datetime.now(UTC).date()
        report_night(read_settings, Night(run_id=run_id, day=day, exit_code=FAILED, message=why, is_sample=is_sample))
        raise


def report_night(read_settings: Callable[[], Settings | None], night: Night) -> None:
    """Send the alerts of a night by every channel, and request the heartbeat if the night published. Never raises."""
    try:
        config = read_settings()
        if config is None:
            return
        if list_channels(config):
            _send_due(config, night)
        if config.heartbeat is not None and night.is_published:
            why = ask_heartbeat(config)
            sent.note_beat(config.data, night.run_id, why=why)
            if why is not None:
                LOG.warning("the heartbeat could not be requested: %s", why)
    except Exception:  # must not change what was published
        LOG.exception("the night could not report itself")


def _send_due(config: Settings, night: Night) -> None:
    records, _ = sent.read_records(config.data)
    for name in list_channels(config):
        records.setdefault(name, sent.Record())
    standing, messages = _write_messages(config, night, records)
    for name, (due, message) in messages.items():
        why = deliver(list_channels(config)[name], message)
        sent.note_message(config.data, night.run_id, by=name, due=due, why=why)
        if why is None:
            records[name].known |= {each.alert.key: each.since for each in due}
            LOG.info("sent by %s: %d due", name, len(due))
        else:
            LOG.warning("not sent by %s: %s; the %d due go with the next night's message", name, why, len(due))
    if clearances := sent.find_cleared(standing, records.values()):
        sent.note_cleared(config.data, night.run_id, clearances)


def _write_messages(
    config: Settings, night: Night, records: dict[str, sent.Record]
) -> tuple[StandingAlerts, dict[str, tuple[list[Due], Message]]]:
    with _open_published(config) as con:
        standing = find_alerts(night, con, config)
        due = {name: sent.select_due(standing, records[name], night.day) for name in list_channels(config)}
        publication = _describe_published(config, night, con) if any(due.values()) else None
    messages = {
        name: (each, compose(night, each, n_standing=_count_known(standing, each), published=publication))
        for name, each in due.items()
        if each
    }
    return standing, messages


def _count_known(standing: StandingAlerts, due: list[Due]) -> int:
    keys = {each.alert.key for each in due}
    return sum(alert.key not in keys for alert in standing.alerts)


def _describe_published(config: Settings, night: Night, con: Connection | None) -> Publication | None:
    if con is None or not night.is_published:
        return None
    outputs = config.outputs()
    try:
        changes = find_changes(con, night.day)
    except SqlError:  # an older version published the warehouse
        changes = []
    return Publication(guides=(outputs.guide, *config.guides), page=outputs.page, changes=changes)


@contextlib.contextmanager
def _open_published(config: Settings) -> Iterator[Connection | None]:
    try:
        con = open_reader(config.data)
    except (FileNotFoundError, SqlError):
        yield None
        return
    with con:
        yield con


# --- for `jobmarket notify --show` -----------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class DueMessage:
    """What a night would send now, and what was sent before.

    `message` has the alerts that some channel has not sent yet; it is None if there are none. `known` are the alerts
    that all channels have sent and that still stand.
    """

    message: Message | None
    known: tuple[Alert, ...]


def find_last_night(config: Settings) -> Night | None:
    """Return the last night that has ended; None if there was none."""
    for run in runs_of(config.data):
        if run.state != RUNNING and _is_night(run):
            return Night(
                run_id=run.run_id,
                day=run.as_of or run.began_at.date(),
                exit_code=run.exit_code,
                message=run.message,
                health=run.health,
                is_sample=read_kind(config.data) == SAMPLE,
            )
    return None


def _is_night(run: Run) -> bool:
    words = shlex.split(run.command)
    return any(word in NIGHTS for word in words[1:2]) and "--as-of" not in words


def show_night(config: Settings, night: Night) -> DueMessage:
    """Return what a night would send now, without sending or recording anything."""
    records, _ = sent.read_records(config.data)
    names = list_channels(config)
    with _open_published(config) as con:
        standing = find_alerts(night, con, config)
        lists = [sent.select_due(standing, records.get(name, sent.Record()), night.day) for name in names or ("",)]
        due = {item.alert.key: item for items in lists for item in items}
        message = None
        if due:
            publication = _describe_published(config, night, con)
            message = compose(
                night, list(due.values()), n_standing=_count_known(standing, list(due.values())), published=publication
            )
    return DueMessage(message=message, known=tuple(alert for alert in standing.alerts if alert.key not in due))
