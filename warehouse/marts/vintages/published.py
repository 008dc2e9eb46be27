"""Lists of cells: what a night computed for each list, which cells are published, and how published cells are replaced.

`mart_tables.LISTS` says which list a row of a mart belongs to. For each list, the tables of the schema `published` hold
the cells of the vintage that stands (`ops.vintages`). They are frozen: computing a mart again does not change them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from string import Template

import duckdb

from transforms.records.columns import fields_of, table_of
from warehouse.mart_tables import LISTS, PUBLISHED, Standing
from warehouse.marts.measures import ESTIMAND
from warehouse.schema import ident, key_of, literal
from warehouse.sql_files import read_sql

METHODS: Mapping[str, int] = {
    "pay.advertised": 5, "pay.advertised_third_party": 2, "pay.advertised_bonus": 4, "pay.reported": 3,
    "pay.official": 1, "shares": 8, "closing_rates": 5, "disclosure": 5, "frame": 2, "movement": 5,
    "adoption": 1, "adverts": 1,
}  # fmt: skip
"""The version of the method of each family of lists, by the beginning of the lists' names.

Raise a version when its family estimates something else, or in another way (docs/methods.md): the family's lists then
wait for review once.
"""
_MOVING = ("as_of", "inputs", "period_from", "period_to")
"""Columns that change with the day or the code although the cell says the same."""
Connection = duckdb.DuckDBPyConnection
STANDING = tuple(f.name for f in fields_of(Standing))


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What a night computed for a list."""

    n_jobs: int  # jobs of the largest cell of each place, added up
    n_cells: int
    n_printed: int  # cells with a value


def digest_method(name: str) -> str:
    """Return a digest of how the cells of a list are estimated."""
    version = next(version for family, version in METHODS.items() if f"{name}.".startswith(f"{family}."))
    return hashlib.sha256(f"{name} {version} {ESTIMAND}".encode()).hexdigest()[:16]


def read_offers(con: Connection, as_of: date) -> dict[str, Offer]:
    """Return what the marts of a day hold for each list that has cells, by the list's name."""
    counts: dict[str, list[int]] = {}
    for mart, cells in LISTS.items():
        for name, *numbers in con.execute(_sql("offers", mart, as_of, size=str(cells.size or 0))).fetchall():
            so_far = counts.setdefault(name, [0, 0, 0])
            counts[name] = [a + int(b or 0) for a, b in zip(so_far, numbers, strict=True)]
    return {name: Offer(n_jobs=n[0], n_cells=n[1], n_printed=n[2]) for name, n in sorted(counts.items())}


def find_changed(con: Connection, as_of: date) -> set[str]:
    """Return the lists whose cells in the marts of a day differ from the published cells."""
    changed = (con.execute(_sql("changed", mart, as_of, columns=_columns(mart, without=_MOVING))) for mart in LISTS)
    return {name for result in changed for (name,) in result.fetchall()}


def publish(con: Connection, numbers: Mapping[str, int], *, cells_of: date, published_on: date) -> None:
    """Replace the published cells of lists, given with the numbers of their vintages, by those of the day `cells_of`.

    Call it in a transaction.
    """
    if not numbers:
        return
    con.execute("CREATE OR REPLACE TEMP TABLE accepted (list VARCHAR, vintage BIGINT)")
    con.executemany("INSERT INTO accepted VALUES (?, ?)", list(numbers.items()))
    for mart in PUBLISHED:
        con.execute(_sql("publish", mart, cells_of, columns=_columns(mart), published_on=_day(published_on)))


def say_waiting(con: Connection) -> None:
    """Mark the published cells of each list with the vintage that waits for review, and with the reason."""
    for cls in PUBLISHED.values():
        con.execute(read_sql("marts/vintages/waiting", table=table_of(cls).name))


def follow_vintages(con: Connection) -> None:
    """After vintages were taken back, publish the cells of the vintages that now stand. Call it in a transaction."""
    standing = _read_standing(con)
    for cls in PUBLISHED.values():
        con.execute(f"DELETE FROM {table_of(cls).name} WHERE list NOT IN (SELECT unnest(?))", [list(standing)])
    in_place = _read_in_place(con)
    for name, (number, as_of, decided_on) in standing.items():
        if in_place.get(name) != {number}:
            publish(con, {name: number}, cells_of=as_of, published_on=decided_on)
    say_waiting(con)


def put_back_lost(con: Connection) -> set[str]:
    """Restore published cells that were lost, from the marts of their days. Call it in a transaction.

    Return the lists whose marts are lost, too.
    """
    in_place = _read_in_place(con)
    lost = {name: vintage for name, vintage in _read_standing(con).items() if name not in in_place}
    for name, (number, as_of, decided_on) in lost.items():
        publish(con, {name: number}, cells_of=as_of, published_on=decided_on)
    return lost.keys() - _read_in_place(con).keys() if lost else set()


def _read_standing(con: Connection) -> dict[str, tuple[int, date, date]]:
    rows = con.execute(read_sql("marts/vintages/standing")).fetchall()
    return {name: (number, as_of, decided_on) for name, number, as_of, decided_on in rows}


def _read_in_place(con: Connection) -> dict[str, set[int]]:
    cells = " UNION ".join(f"SELECT list, vintage FROM {table_of(cls).name}" for cls in PUBLISHED.values())
    in_place: dict[str, set[int]] = {}
    for name, vintage in con.execute(cells).fetchall():
        in_place.setdefault(name, set()).add(vintage)
    return in_place


def _sql(statement: str, mart: type, day: date, **more: str) -> str:
    cells = LISTS[mart]
    return read_sql(
        f"marts/vintages/{statement}",
        list=cells.name,
        place=cells.place,
        rows=Template(cells.day).substitute(as_of=_day(day)),
        has_value="status <> 'suppressed'" if any(f.name == "status" for f in fields_of(mart)) else "true",
        same_key=" AND ".join(f"o.{ident(key)} = n.{ident(key)}" for key in key_of(mart) if key != "as_of"),
        table=table_of(PUBLISHED[mart]).name,
        **more,
    )


def _columns(mart: type, *, without: tuple[str, ...] = ()) -> str:
    return ", ".join(ident(f.name) for f in fields_of(mart) if f.name not in without)


def _day(day: date) -> str:
    return f"{literal(day.isoformat())}::DATE"
