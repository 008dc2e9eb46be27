"""How marts are stored: each row once, with the days on which it stood."""

from __future__ import annotations

import dataclasses
import typing
from datetime import date
from typing import Annotated, Any

from transforms.records.columns import Column, Table, struct, table, table_of
from warehouse.mart_tables.closings import ClosingRates, ClosingsLeftOut, TimeListed
from warehouse.mart_tables.disclosure import PayDisclosure
from warehouse.mart_tables.frame import FrameCoverage, PayLadder
from warehouse.mart_tables.ledger import Figures, SourceContribution
from warehouse.mart_tables.movement import AdvertMonths, PayChanges
from warehouse.mart_tables.pay import ReportedPay, SalaryBands
from warehouse.mart_tables.shares import Shares


@struct
class Reading:
    """When a source was last read, as in most figures of a day."""

    source: Annotated[str, Column("Source")]
    read_on: Annotated[date, Column("Day")]


@table("mart.days", "The days that each mart was written for; together with the history tables it makes up the marts.")
class Days:
    """A day is recorded with its rows, even if the mart has none on it."""

    mart: Annotated[str, Column("Mart, by its full name", key=True)]
    as_of: Annotated[date, Column("Day its rows are for", key=True)]
    readings: Annotated[
        tuple[Reading, ...] | None,
        Column("For mart.figures: for each source the day that `behind` has in most figures; NULL for other marts"),
    ] = None


@struct
class StoredContribution(SourceContribution):
    """`SourceContribution` as stored: most figures have the same `read_on` for a source, which changes every night."""

    is_usual: Annotated[bool, Column("Whether `read_on` is stored in mart.days instead, and NULL here")]


@struct
class Lasting:
    """The days on which a row stood."""

    valid_from: Annotated[date, Column("First day in mart.days on which the mart had the row", key=True)]
    valid_to: Annotated[
        date | None,
        Column("First day in mart.days on which it no longer had the row; NULL: it has it on the newest day"),
    ]


def derive(mart: type, name: str, base: type, meaning: str, declaration: Table, **others: Any) -> type:
    """Return a table class with the columns of a mart and of `base`. `others` has types that differ from the mart's.

    None as a type leaves the column out.
    """
    hints = typing.get_type_hints(mart, include_extras=True) | others
    columns = [(f.name, hints[f.name]) for f in dataclasses.fields(mart) if hints[f.name] is not None]
    cls = dataclasses.make_dataclass(name, columns, bases=(base,), init=False, repr=False, eq=False)
    cls.__doc__ = meaning
    cls.TABLE = declaration  # type: ignore[attr-defined]  # a class constant
    return cls


def _history_of(mart: type) -> type:
    table = table_of(mart)
    meaning = f"A row of {table.name} is stored again only if it changed."
    doc = f"Stores {table.name}: each row with the days on which it stood."
    declaration = Table(f"{table.name}_history", doc, table.checks)
    others = {"as_of": None} | _STORED_OTHERWISE.get(mart, {})
    return derive(mart, f"{mart.__name__}History", Lasting, meaning, declaration, **others)


_MOVING = Annotated[int | None, Column("Days from it to `as_of`, because it moves with the day", unit="days")]
_STORED_OTHERWISE: dict[type, dict[str, Any]] = {
    Shares: {"period_from": _MOVING, "period_to": _MOVING},
    Figures: {
        "sql": Annotated[str | None, Column("The SELECT it was read with, with `$as_of` for the day")],
        "behind": Annotated[
            tuple[StoredContribution, ...] | None, Column("As in mart.figures; usual days are stored in mart.days")
        ],
        "read_on": Annotated[date | None, Column("As in mart.figures; NULL also if it is the oldest day in `behind`")],
    },
}
"""Types of columns that are stored in another form than the mart shows (`schema.STORED`)."""
HISTORIES: dict[type, type] = {
    mart: _history_of(mart)
    for mart in (
        *(SalaryBands, ReportedPay, Shares, ClosingRates, TimeListed, ClosingsLeftOut),
        *(FrameCoverage, PayLadder, PayDisclosure, PayChanges, AdvertMonths, Figures),
    )
}
"""Marts, in the order in which they are listed, with the tables that store them: a row is stored once for all
consecutive days on which it does not change. A mart itself is a view, which has the rows of every day."""
