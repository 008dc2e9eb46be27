"""Report a night after its end: send its alerts and request the heartbeat.

Publishing is over before the report starts. An error in the report is logged and recorded, and does not change the
night. A killed night cannot report, which shows in the missing heartbeat.
"""

from __future__ import annotations

import contextlib
import logging
import shlex
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flows.notification import sent
from flows.notification.alerts import Night, find_alerts
from flows.notification.delivery import ask_heartbeat, deliver, list_channels
from flows.notification.message import Message, Publication, compose
from flows.runs.run_log import RUNNING, Alert, runs_of
from flows.runtime.data_kind import SAMPLE, read_kind
from flows.runtime.settings import Settings
from flows.terminal.errors import FAILED
from reports.figures.vintages import find_changes
from warehouse.database import Connection, SqlError
from warehouse.publish.reader import open_reader

if TYPE_CHECKING:
    from flows.runs.run_record import Outcome

LOG = logging.getLogger("jobmarket")
NIGHTS = (["run"], ["serve"])
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
            health={health.source: health.words for health in outcome.health},
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
    with _open_published(config) as con:
        standing = find_alerts(night, con, config)
        published = _describe_published(config, night, con)
    for name, send in list_channels(config).items():
        record = records.setdefault(name, sent.Record())
        if not (due := sent.select_due(standing, record, night.day)):
            continue
        message = compose(night, due, n_standing=len(standing.without(due)), published=published)
        why = deliver(send, message)
        sent.note_message(config.data, night.run_id, by=name, due=due, why=why)
        if why is None:
            record.known |= {alert.key: alert.since for alert in due}
            LOG.info("sent by %s: %d due", name, len(due))
        else:
            LOG.warning("not sent by %s: %s; the alerts due (%d) go with the next night's message", name, why, len(due))
    if clearances := sent.find_cleared(standing, records.values()):
        sent.note_cleared(config.data, night.run_id, clearances)


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


def find_last_night(config: Settings) -> Night | None:
    """Return the last night that has ended; None if there was none."""
    for run in runs_of(config.data):
        words = shlex.split(run.command)
        if run.state != RUNNING and words[1:2] in NIGHTS and not run.is_of_past_day:
            return Night(
                run_id=run.run_id,
                day=run.as_of or run.began_at.date(),
                exit_code=run.exit_code,
                message=run.message,
                health=run.health,
                is_sample=read_kind(config.data) == SAMPLE,
            )
    return None


def show_night(config: Settings, night: Night) -> tuple[Message | None, list[Alert]]:
    """Return what a night would send now, without sending or recording anything.

    The message has the alerts that some channel has not sent yet; it is None if there are none. The list has the alerts
    that all channels have sent and that still stand.
    """
    records, _ = sent.read_records(config.data)
    with _open_published(config) as con:
        standing = find_alerts(night, con, config)
        published = _describe_published(config, night, con)
    lists = [
        sent.select_due(standing, records.get(name, sent.Record()), night.day) for name in list_channels(config) or [""]
    ]
    due = list({alert.key: alert for alerts in lists for alert in alerts}.values())
    known = standing.without(due)
    return compose(night, due, n_standing=len(known), published=published) if due else None, known
