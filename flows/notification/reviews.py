"""Lists of cells that wait for a person's review."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from transforms.records.definitions import MAX_DAYS_WAITING
from warehouse.database import Connection


class WaitingList(NamedTuple):
    """A list that waits for review since a day, and the day after which it may be published without one."""

    list: str
    since: date
    deadline: date


def find_waiting_lists(con: Connection) -> list[WaitingList]:
    """The lists that wait for review, the one with the nearest deadline first."""
    rows = con.execute(
        "SELECT list, offered_on FROM ops.vintages WHERE state = 'waiting' ORDER BY offered_on, list"
    ).fetchall()
    return [WaitingList(name, since, since + timedelta(days=MAX_DAYS_WAITING.value)) for name, since in rows]
