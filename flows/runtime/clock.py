"""Whether the machine's clock can be believed, which decides what day a night speaks for: before a run begins."""

from __future__ import annotations

import contextlib
import logging
import statistics
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from extractors.source import all_sources
from extractors.web.first_answers import MAX_HOSTS, choose_hosts, find_hosts, hear_times
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
"""How far the clock may be from that of most servers."""
OPTION = "--clock-is-right"
REMEDY = (
    "Nothing was started or changed. Set the clock and run the command again. If the clock is right, "
    f'`jobmarket run {OPTION} "REASON"` continues and sets aside everything dated after today (backfill, crawl and '
    "rebuild take it, too)"
)


class FalseClock(WrongUsage):
    """The machine's clock contradicts what is on record, or most servers. Nothing was begun."""


class Outlook(NamedTuple):
    """What was found before a run. `unresolved`: the hosts of a live night where none can be found; `notes` are its."""

    unresolved: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def look_out(
    config: Settings, names: Sequence[str] = (), *, is_live: bool = False, clock_is_right: str | None = None
) -> Outlook:
    """Refuse a clock that cannot be believed, unless a person says that it is right. Nothing is written.

    It is held against the last run and the newest published day, and for a live night, which asks the sources `names`,
    against the answers of a few servers; a note says that none of them told the time. Raises `FalseClock` that names
    both times.

    A host that cannot be found may be gone. So names of further sources are looked up where there are fewer than
    `MAX_HOSTS`, and only where none at all is found the machine is offline. The resolver's error is no guide: some
    systems say that a name does not exist where they have no network.
    """
    if clock_is_right is None:
        last_run, newest_day = read_last(config)
        _refuse(find_doubt(now(), last_run=last_run, newest_day=newest_day))
    try:
        contact = check_contact(config.contact)
    except MissingContact:  # nobody may be asked, which the night itself says
        return Outlook()
    if not is_live:
        return Outlook()
    in_store = read_known(config.data)
    sources = [limit(all_sources()[name].SOURCE, config) for name in names]
    asked = choose_hosts((one for one in sources if why_off(one, config.data, in_store) is None), in_store)
    found = find_hosts(asked)
    if asked and not found:
        others = choose_hosts((module.SOURCE for name, module in all_sources().items() if name not in names), in_store)
        asked = list({one.host: one for one in (*asked, *others)}.values())[:MAX_HOSTS]
        if not find_hosts(asked):
            return Outlook(unresolved=tuple(one.host for one in asked))
    if clock_is_right is not None or not asked:
        return Outlook()
    times = hear_times(found, contact)
    _refuse(find_doubt(now(), times=times))
    if not any(_can_tell(one) for one in times):
        note = f"the clock was not checked: none of the {len(found)} servers that were asked told the time"
        LOG.warning(note)
        return Outlook(notes=(note,))
    LOG.info("the clock was held against %d servers", len(times))
    return Outlook()


def now() -> datetime:
    """The time by the machine's clock (UTC)."""
    return datetime.now(UTC)


def today() -> date:
    """The day it is, in UTC."""
    return datetime.now(UTC).date()


def read_last(config: Settings) -> tuple[datetime | None, date | None]:
    """When the last run ended, or began where it did not end; and the newest published day. None: nothing yet.

    The last run is the journal's last one, whatever times others have: the clock may have been ahead for one of them.
    The runs of the published file, whose order nothing tells but their times, count only where there is no journal,
    and not those whose days were set aside.
    """
    runs = [run for run in runs_of(config.data) if not run.is_of_past_day]  # those asked no clock
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
    """Why a time by the machine's clock is not believed, with what speaks against it; None where nothing does.

    That is the last run or a published day where it is later; and servers, where more than half of those that can tell
    are over a day ahead of the clock, or more than half are over a day behind it. A certificate that is not yet valid
    puts its server ahead, one that has expired puts it behind. So a server whose own clock or certificate is out of
    date is outvoted, and so is a cache that hands out an old answer; one that kept it for over a day cannot tell. A
    server that alone says a time is believed.
    """
    ours = f"this machine's clock says {_format(now)}"
    if last_run is not None and now < last_run:
        return f"{ours}, and the last run here was at {_format(last_run)}"
    if newest_day is not None and now.astimezone(UTC).date() < newest_day:
        return f"{ours}, and figures of {newest_day} are published"
    able = [one for one in times if _can_tell(one)]
    said = [one for one in able if isinstance(one, ServerTime)]
    for sign, what in ((1, "are not yet valid"), (-1, "have expired")):
        apart = [one for one in said if sign * one.ahead > MAX_APART]
        untimely = [one for one in able if isinstance(one, OutOfDate) and one.is_expired == (sign < 0)]
        if 2 * (len(apart) + len(untimely)) <= len(able):
            continue
        doubts = []
        if apart:
            theirs = _format(now + statistics.median_low(one.ahead for one in apart))
            doubts.append(f"{_count(apart, able)} say it is {theirs}: {_name(apart)}")
        if untimely:
            doubts.append(f"by it the TLS certificates of {_count(untimely, able)} {what}: {_name(untimely)}")
        return f"{ours}, and {'; and '.join(doubts)}"
    return None


def _can_tell(one: ServerTime | OutOfDate) -> bool:
    """Whether a server's answer shows what time it is: not where a cache had it for so long that any time would do."""
    return isinstance(one, OutOfDate) or one.kept <= MAX_APART


def _count(some: Sequence[ServerTime | OutOfDate], of: Sequence[ServerTime | OutOfDate]) -> str:
    return f"{len(some)} of {len(of)} servers that answered"


def _name(some: Sequence[ServerTime | OutOfDate]) -> str:
    return ", ".join(one.host for one in some)


def _refuse(doubt: str | None) -> None:
    if doubt is not None:
        raise FalseClock(f"{doubt}. {REMEDY}")


def _format(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
