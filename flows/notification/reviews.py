"""Figures that wait for a person's review."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from reports.figures.vintages import MAX_DAYS_WAITING
from warehouse.database import Connection


class WaitingFigure(NamedTuple):
    """A figure that waits for review since a day, and the day after which it is printed as stale."""

    figure: str
    since: date
    deadline: date


def find_waiting_figures(con: Connection) -> list[WaitingFigure]:
    """The figures that wait for review, the one with the nearest deadline first."""
    rows = con.execute(
        "SELECT figure, offered_on FROM ops.vintages WHERE state = 'waiting' ORDER BY offered_on, figure"
    ).fetchall()
    return [WaitingFigure(figure, since, since + timedelta(days=MAX_DAYS_WAITING)) for figure, since in rows]
