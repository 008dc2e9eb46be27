"""Whether the machine's clock can be believed, which decides what day a night speaks for: before a run begins."""

from __future__ import annotations

import contextlib
import logging
import statistics
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from extractors.source import all_sources
from extractors.web.first_answers import choose_hosts, find_hosts, hear_times
from extractors.web.server_time import ServerTime
from extractors.web.session import MissingContact, check_contact
from flows.runtime.limits import limit
from flows.runtime.permissions import why_off
from flows.runtime.run_log import runs_of
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
    "nothing was begun and nothing is changed. Set the clock and give the same command again; if the clock is right, "
    f'`jobmarket run {OPTION} "REASON"` goes on (backfill, crawl and rebuild take it, too): days ahead of it are set '
    "aside"
)


class FalseClock(WrongUsage):
    """The machine's clock contradicts what is on record, or most servers. Nothing was begun."""


def look_out(
    config: Settings, names: Sequence[str] = (), *, is_live: bool = False, clock_is_right: str | None = None
) -> tuple[str, ...]:
    """Refuse a clock that cannot be believed, unless a person says that it is right. Nothing is written.

    It is held against the last run and the newest published day, and for a live night, which asks the sources `names`,
    against the answers of a few servers. Returns the hosts of a live night where none of them can be found; () where
    one can. Raises `FalseClock` that names both times.
    """
    if clock_is_right is None:
        last_run, newest_day = read_last(config)
        _refuse(find_doubt(now(), last_run=last_run, newest_day=newest_day))
    try:
        contact = check_contact(config.contact)
    except MissingContact:  # nobody may be asked, which the night itself says
        return ()
    if not is_live:
        return ()
    in_store = read_known(config.data)
    sources = [limit(all_sources()[name].SOURCE, config) for name in names]
    asked = choose_hosts((one for one in sources if why_off(one, config.data, in_store) is None), in_store)
    found = find_hosts(asked)
    if clock_is_right is None and found:
        times = hear_times(found, contact)
        _refuse(find_doubt(now(), times=times))
        LOG.info("the clock was held against %d servers", len(times))
    return () if found else tuple(one.host for one in asked)


def now() -> datetime:
    """The time by the machine's clock (UTC)."""
    return datetime.now(UTC)


def read_last(config: Settings) -> tuple[datetime | None, date | None]:
    """When the last run ended, or began where it did not end; and the newest published day. None: there is none.

    The last run is the journal's last one, whatever times others have: the clock may have been ahead for one of them.
    """
    runs = runs_of(config.data)
    times = [runs[0].ended_at or runs[0].began_at] if runs else []
    newest_day: date | None = None
    with contextlib.suppress(FileNotFoundError, SqlError), open_reader(config.data) as con:
        ((ended, newest_day),) = con.execute(
            "SELECT max(coalesce(ended_at, started_at)), (SELECT max(as_of) FROM mart.figures) FROM ops.runs"
        ).fetchall()
        times += [ended] if ended else []
    return max(times, default=None), newest_day


def find_doubt(
    now: datetime,
    *,
    last_run: datetime | None = None,
    newest_day: date | None = None,
    times: Sequence[ServerTime] = (),
) -> str | None:
    """Why a time by the machine's clock is not believed, with what speaks against it; None where nothing does.

    That is the last run or a published day where it is later; and servers, where more than half of those that said a
    time are over a day ahead of the clock, or more than half are over a day behind it. So a server whose own clock is
    false is outvoted, and so is a cache that hands out an old answer. A server that alone says a time is believed.
    """
    ours = f"this machine's clock says {_format(now)}"
    if last_run is not None and now < last_run:
        return f"{ours}, and the last run here was at {_format(last_run)}"
    if newest_day is not None and now.astimezone(UTC).date() < newest_day:
        return f"{ours}, and figures of {newest_day} are published"
    for apart in ([one for one in times if one.ahead > MAX_APART], [one for one in times if one.ahead < -MAX_APART]):
        if 2 * len(apart) > len(times):
            theirs = _format(now + statistics.median_low(one.ahead for one in apart))
            hosts = ", ".join(one.host for one in apart)
            return f"{ours}, and it is {theirs} by {len(apart)} of {len(times)} servers that answered: {hosts}"
    return None


def _refuse(doubt: str | None) -> None:
    if doubt is not None:
        raise FalseClock(f"{doubt}; {REMEDY}")


def _format(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
