"""What was published of each figure, vintage by vintage, and what changed from one day to the next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from reports.figures import query
from reports.figures.declaration import WITHHELD
from reports.figures.query import Connection


@dataclass(frozen=True, kw_only=True)
class FigureVintage:
    """A vintage of the list that a figure is read from, with the figure's `value` (None if withheld).

    `as_of` is the day of the vintage's cells. The other fields are as in `ops_tables.Vintages`. The oldest vintages may
    belong to the figure alone, because figures were once accepted one by one.
    """

    number: int
    as_of: date
    state: str
    offered_on: date
    decided_on: date | None
    why: str
    reason: str | None
    is_correction: bool
    is_reviewed: bool
    value: str | None
    n_jobs: int | None


def read_history(con: Connection) -> dict[str, list[FigureVintage]]:
    """Return the vintages of each figure, oldest first."""
    history: dict[str, list[FigureVintage]] = {}
    for row in query.read(con, query.fill("figure_vintages", {})):
        del row["is_of_list"]
        history.setdefault(row.pop("figure"), []).append(FigureVintage(**row))
    return history


class Change(NamedTuple):
    """A figure's printed value now (`after`) and on the day `before_on` (`before`); None for a withheld value.

    `is_other_rung` says that the two values are from different rungs and cannot be compared.
    """

    figure: str
    title: str
    before: str | None
    after: str | None
    before_on: date
    is_other_rung: bool


def find_changes(con: Connection, as_of: date) -> list[Change]:
    """Return the figures whose value differs from that of the newest earlier day, ordered by id."""
    rows = query.read(con, query.fill("changed_figures", {"as_of": as_of, "withheld": WITHHELD}))
    return [Change(**row) for row in rows]
