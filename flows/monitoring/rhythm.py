"""How often each source should have news, and which sources have had no news for too long."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from extractors.source import all_sources
from warehouse.database import Connection

CADENCE_DAYS: dict[str, int | None] = {
    **dict.fromkeys(("live", "hourly", "many times a day", "jobs appear a day late", "daily"), 1),
    "every working day": 3,
    "weekly": 7,
    "weekly until": None,
    "monthly": 31,
    **dict.fromkeys(("quarterly", "four releases a year"), 92),
    "twice a year": 183,
    "yearly": 366,
    "every four years": 4 * 365 + 1,
    "whenever": None,
}
"""Days between news for each beginning of a declared cadence (the longest match counts). None means that the source has
ended or has no rhythm."""
SLACK = 1.25
"""Number of cadences after which news is overdue: releases are late by weeks, but not by half a cadence."""
MIN_DAYS = 14
"""Number of days without news that is always normal, as boards are quiet over holidays."""
NEWEST = "SELECT source, max(observed_to)::DATE FROM ops.loads WHERE n_rows > 0 GROUP BY source"


def find_due_days(cadence: str) -> int | None:
    """Return the days within which a source of this cadence should have news; None if news is never due.

    Raises `KeyError` for an unknown cadence.

    >>> find_due_days("live, newest first"), find_due_days("yearly, in July"), find_due_days("weekly until 2025-08-03")
    (14, 458, None)
    """
    key = max((begin for begin in CADENCE_DAYS if cadence.startswith(begin)), key=len, default=None)
    if key is None:
        raise KeyError(f"unknown cadence {cadence!r}; it must begin with one of {', '.join(CADENCE_DAYS)}")
    days = CADENCE_DAYS[key]
    return None if days is None else max(MIN_DAYS, math.ceil(days * SLACK))


def find_frozen_sources(con: Connection, names: Iterable[str], day: date) -> Iterator[tuple[str, date, int]]:
    """Yield the sources among `names` that, on `day`, had been without news for longer than their cadence allows: name,
    day of the last news, and the days within which news was due.

    A loaded row is news; an answer that repeats an archived answer is not. A source that never had rows is left out.
    """
    newest = dict(con.execute(NEWEST).fetchall())
    for name in sorted(set(names) & set(newest)):
        due_days = find_due_days(all_sources()[name].SOURCE.cadence)
        if due_days is not None and day > newest[name] + timedelta(days=due_days):
            yield name, newest[name], due_days
