"""Check the machine's clock, which decides the day of the figures, before a run."""

from __future__ import annotations

import contextlib
import logging
import statistics
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from extractors.source import all_sources
from extractors.web.first_answers import MAX_HOSTS, ask_times, choose_hosts, find_hosts
from extractors.web.server_time import OutOfDate, ServerTime
from extractors.web.session import MissingContact, check_contact
from flows.runs.run_log import runs_of
from flows.runtime.limits import limit
from flows.runtime.permissions import why_off
from flows.runtime.settings import Settings
from flows.terminal.errors import WrongUsage
from warehouse.database import SqlError
from warehouse.load.boards import read_known
from warehouse.publish.reader import open_reader

LOG = logging.getLogger("jobmarket")
MAX_APART = timedelta(days=1)
"""How far the clock may differ from most servers."""
OPTION = "--clock-is-right"
REMEDY = (
    "Nothing was started or changed. Set the clock and run the command again. If the clock is right, "
    f'`jobmarket run {OPTION} "REASON"` continues and sets aside everything dated after today (backfill, crawl and '
    "rebuild take it, too)"
)


class FalseClock(WrongUsage):
    """The machine's clock contradicts the records or most servers. The run was not begun."""


class Outlook(NamedTuple):
    """Result of the checks before a run.

    `unresolved` are the hosts that were tried for a live night if none of them could be resolved; otherwise it is
    empty. `notes` are sentences for the report of the run.
    """

    unresolved: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def look_out(
    config: Settings, names: Sequence[str] = (), *, is_live: bool = False, clock_is_right: str | None = None
) -> Outlook:
    """Check the clock and, for a live night, the network. Raise `FalseClock`, with both times, if the clock is wrong.

    The clock is compared with the last run and the newest published day. For a live night of the sources `names`, it is
    also compared with the answers of a few servers. If no server stated the time, the result has a note. If a person
    gave a reason for trusting the clock (`clock_is_right`), the clock is not compared. Nothing is written.

    A host that cannot be resolved may be gone. Therefore hosts of other sources are tried too, up to `MAX_HOSTS`. The
    machine counts as offline only if no host can be resolved. The resolver's error does not help, because without a
    network some systems report that a name does not exist.
    """
    if clock_is_right is None:
        last_run, newest_day = read_last(config)
        _refuse(find_doubt(now(), last_run=last_run, newest_day=newest_day))
    if not is_live:
        return Outlook()
    try:
        contact = check_contact(config.contact)
    except MissingContact:  # without a contact no server may be asked; the night reports that
        return Outlook()
    in_store = read_known(config.data)
    sources = [limit(all_sources()[name].SOURCE, config) for name in names]
    asked = choose_hosts((source for source in sources if why_off(source, config.data, in_store) is None), in_store)
    found = find_hosts(asked)
    if asked and not found:
        others = choose_hosts((module.SOURCE for name, module in all_sources().items() if name not in names), in_store)
        asked = list({each.host: each for each in (*asked, *others)}.values())[:MAX_HOSTS]
        if not find_hosts(asked):
            return Outlook(unresolved=tuple(each.host for each in asked))
    if clock_is_right is not None or not asked:
        return Outlook()
    times = ask_times(found, contact)
    _refuse(find_doubt(now(), times=times))
    if not any(map(_can_tell, times)):
        note = f"the clock was not checked: none of the {len(found)} servers that were asked told the time"
        LOG.warning(note)
        return Outlook(notes=(note,))
    LOG.info("the clock was compared with %d servers", len(times))
    return Outlook()


def now() -> datetime:
    """Return the time of the machine's clock (UTC)."""
    return datetime.now(UTC)


def today() -> date:
    """Return today's date in UTC."""
    return now().date()


def read_last(config: Settings) -> tuple[datetime | None, date | None]:
    """Return the end of the last run (or its start if it did not end), and the newest published day; None for what is
    missing.

    The last run is the last in the journal, whatever its time, because the clock may have been ahead in an earlier run.
    Without a journal, the runs in the published file are used, except runs whose day was set aside.
    """
    runs = [run for run in runs_of(config.data) if not run.is_of_past_day]  # runs of past days need no clock
    last_run = (runs[0].ended_at or runs[0].began_at) if runs else None
    newest_day: date | None = None
    with contextlib.suppress(FileNotFoundError, SqlError), open_reader(config.data) as con:
        ((ended, newest_day),) = con.execute(
            "SELECT (SELECT max(coalesce(ended_at, started_at)) FROM ops.runs WHERE coalesce(as_of <= day, true)), day"
            " FROM (SELECT max(as_of) AS day FROM mart.figures)"
        ).fetchall()
        last_run = last_run or ended
    return last_run, newest_day


def find_doubt(
    now: datetime,
    *,
    last_run: datetime | None = None,
    newest_day: date | None = None,
    times: Sequence[ServerTime | OutOfDate] = (),
) -> str | None:
    """Return why the machine's clock is not trusted, with the evidence; None if nothing contradicts it.

    The clock is contradicted by a later last run or a later published day. Servers contradict it if more than half of
    the servers that can tell the time are over a day ahead of it, or if more than half are over a day behind. A
    certificate that is not yet valid counts as ahead, an expired certificate as behind. Thus a single server with a
    wrong clock or certificate is outvoted, and so is a cache with an old answer. An answer that was cached for over a
    day does not count. If only one server answers, it is trusted.
    """
    if last_run is not None and now < last_run:
        contradiction = f"the last run here was at {_format(last_run)}"
    elif newest_day is not None and now.astimezone(UTC).date() < newest_day:
        contradiction = f"figures of {newest_day} are published"
    else:
        able = [answer for answer in times if _can_tell(answer)]
        ahead = _find_servers_apart(now, able, 1, "are not yet valid")
        contradiction = "; and ".join(ahead or _find_servers_apart(now, able, -1, "have expired"))
    return f"this machine's clock says {_format(now)}, and {contradiction}" if contradiction else None


def _find_servers_apart(now: datetime, able: Sequence[ServerTime | OutOfDate], sign: int, what: str) -> list[str]:
    """Return the evidence if more than half of the servers are over a day ahead of the clock (`sign` 1) or behind it
    (-1).

    Returns [] if no more than half are. `what` is the fault of their certificates, in words.
    """
    apart = [answer for answer in able if isinstance(answer, ServerTime) and sign * answer.ahead > MAX_APART]
    untimely = [answer for answer in able if isinstance(answer, OutOfDate) and answer.is_expired == (sign < 0)]
    if 2 * (len(apart) + len(untimely)) <= len(able):
        return []
    doubts = []
    of = f"of {len(able)} servers that answered"
    if apart:
        theirs = _format(now + statistics.median_low(answer.ahead for answer in apart))
        doubts.append(f"{len(apart)} {of} say it is {theirs}: {_name(apart)}")
    if untimely:
        doubts.append(f"by it the TLS certificates of {len(untimely)} {of} {what}: {_name(untimely)}")
    return doubts


def _can_tell(answer: ServerTime | OutOfDate) -> bool:
    return isinstance(answer, OutOfDate) or answer.kept <= MAX_APART


def _name(some: Sequence[ServerTime | OutOfDate]) -> str:
    return ", ".join(answer.host for answer in some)


def _refuse(doubt: str | None) -> None:
    if doubt is not None:
        raise FalseClock(f"{doubt}. {REMEDY}")


def _format(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
