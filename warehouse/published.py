"""Lists of cells: what a night has of each, what stands published, and putting one in the place of the other.

`mart_tables.LISTS` says which list a row of a mart is of. The tables of the schema `published` hold of each list the
vintage that stands (`ops.vintages`), frozen: a mart that is computed anew changes nothing in them.
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

METHODS: Mapping[str, int] = {
    "pay.advertised": 1, "pay.advertised_third_party": 1, "pay.advertised_bonus": 1, "pay.reported": 1,
    "pay.official": 1, "shares": 1, "closing_rates": 1, "disclosure": 2, "frame": 1,
}  # fmt: skip
"""Version of the method of each family of lists, by how their names begin: it is raised when what they estimate, or
how, becomes another (docs/methods.md), so that they wait for review once."""
_MOVING = ("as_of", "inputs", "period_from", "period_to")
"""Columns that change with the day, or the code, though the cell says the same."""
Connection = duckdb.DuckDBPyConnection
STANDING = tuple(f.name for f in fields_of(Standing))


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What a night has of a list: the jobs of its places, each by its largest cell, cells, and cells with a value."""

    n_jobs: int
    n_cells: int
    n_printed: int


def digest_method(name: str) -> str:
    """A digest of how the cells of a list are estimated."""
    version = next(version for family, version in METHODS.items() if f"{name}.".startswith(f"{family}."))
    return hashlib.sha256(f"{name} {version} {ESTIMAND}".encode()).hexdigest()[:16]


def read_offers(con: Connection, as_of: date) -> dict[str, Offer]:
    """What the marts of a day have of each list, by its name."""
    counts: dict[str, list[int]] = {}
    for mart, cells in LISTS.items():
        status = "status <> 'suppressed'" if _has_status(mart) else "true"
        by_place = (
            f"SELECT {cells.name} AS list, max({cells.size or 0}) AS n, count(*) AS n_cells,"
            f" count(*) FILTER ({status}) AS n_printed FROM ({_on(mart, as_of)}) GROUP BY list, {cells.place}"
        )
        select = f"SELECT list, sum(n), sum(n_cells), sum(n_printed) FROM ({by_place}) GROUP BY list ORDER BY list"
        for name, *numbers in con.execute(select).fetchall():
            so_far = counts.setdefault(name, [0, 0, 0])
            counts[name] = [a + int(b or 0) for a, b in zip(so_far, numbers, strict=True)]
    return {
        name: Offer(n_jobs=n_jobs, n_cells=n_cells, n_printed=n_printed)
        for name, (n_jobs, n_cells, n_printed) in sorted(counts.items())
    }


def find_changed(con: Connection, as_of: date) -> set[str]:
    """The lists whose cells in the marts of a day are not those that stand."""
    return {name for mart in LISTS for (name,) in con.execute(_select_changed(mart, as_of)).fetchall()}


def publish(con: Connection, numbers: Mapping[str, int], *, cells_of: date, published_on: date) -> None:
    """Put the cells that lists have in the marts of a day in the place of those that stand, as vintages by number.

    To be called in a transaction.
    """
    if not numbers:
        return
    con.execute("CREATE OR REPLACE TEMP TABLE accepted (list VARCHAR, vintage BIGINT)")
    con.executemany("INSERT INTO accepted VALUES (?, ?)", list(numbers.items()))
    for mart, cls in PUBLISHED.items():
        table, keys = table_of(cls).name, _keys(mart)
        columns = ", ".join(ident(f.name) for f in fields_of(mart))
        has_value = "n.status <> 'suppressed'" if _has_status(mart) else "true"
        same = " AND ".join(f"o.{key} = n.{key}" for key in keys)
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE new_cells AS"
            f" SELECT n.*, a.vintage, {literal(published_on.isoformat())}::DATE AS published_on,"
            f" CASE WHEN {has_value} THEN least(o.since, {literal(published_on.isoformat())}::DATE) END AS since"
            f" FROM (SELECT *, {LISTS[mart].name} AS list FROM ({_on(mart, cells_of)})) AS n"
            f" JOIN accepted AS a USING (list) LEFT JOIN {table} AS o ON o.list = n.list AND {same}"
        )
        con.execute(f"DELETE FROM {table} WHERE list IN (SELECT list FROM accepted)")
        names = f"list, vintage, published_on, since, {columns}"
        con.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM new_cells")


def say_waiting(con: Connection) -> None:
    """Note beside the cells of each list since when a newer vintage waits, and why."""
    waiting = {name: (since, why) for name, since, why in con.execute(_WAITING).fetchall()}
    for cls in PUBLISHED.values():
        table = table_of(cls).name
        names = "SELECT unnest($names::VARCHAR[])"
        con.execute(
            f"UPDATE {table} SET waits_since = NULL, waits_because = NULL"
            f" WHERE waits_since IS NOT NULL AND list NOT IN ({names})",
            {"names": list(waiting)},
        )
        for name, (since, why) in waiting.items():
            con.execute(
                f"UPDATE {table} SET waits_since = ?, waits_because = ?"
                " WHERE list = ? AND (waits_since, waits_because) IS DISTINCT FROM (?, ?)",
                [since, why, name, since, why],
            )


_STANDING = """
SELECT list, number, as_of, decided_on FROM ops.vintages WHERE state = 'published'
QUALIFY row_number() OVER (PARTITION BY list ORDER BY number DESC) = 1 ORDER BY list
"""
_WAITING = "SELECT list, offered_on, why FROM ops.vintages WHERE state = 'waiting' ORDER BY list, number"


def follow_vintages(con: Connection) -> None:
    """Put the cells of the vintages that stand in place where those of others are, after vintages were taken back.

    They are read from the marts of their days. To be called in a transaction.
    """
    standing = {name: one for name, *one in con.execute(_STANDING).fetchall()}
    for cls in PUBLISHED.values():
        con.execute(f"DELETE FROM {table_of(cls).name} WHERE list NOT IN (SELECT unnest(?))", [list(standing)])
    in_place = _read_in_place(con)
    for name, (number, as_of, decided_on) in standing.items():
        if in_place.get(name) != {number}:
            publish(con, {name: number}, cells_of=as_of, published_on=decided_on)
    say_waiting(con)


def put_back_lost(con: Connection) -> set[str]:
    """Put back cells that stand but are not there: a file of the record is damaged, and both databases are lost.

    They are read from the marts of their days. Gives the lists whose marts are lost, too. To be called in a
    transaction.
    """
    in_place = _read_in_place(con)
    lost = {name: one for name, *one in con.execute(_STANDING).fetchall() if name not in in_place}
    for name, (number, as_of, decided_on) in lost.items():
        publish(con, {name: number}, cells_of=as_of, published_on=decided_on)
    return lost.keys() - _read_in_place(con).keys() if lost else set()


def _read_in_place(con: Connection) -> dict[str, set[int]]:
    """The numbers of the vintages whose cells are in `published`, by list."""
    there = " UNION ".join(f"SELECT list, vintage FROM {table_of(cls).name}" for cls in PUBLISHED.values())
    in_place: dict[str, set[int]] = {}
    for name, vintage in con.execute(there).fetchall():
        in_place.setdefault(name, set()).add(vintage)
    return in_place


def _on(mart: type, day: date) -> str:
    return Template(LISTS[mart].day).substitute(as_of=f"{literal(day.isoformat())}::DATE")


def _keys(mart: type) -> list[str]:
    return [ident(key) for key in key_of(mart) if key != "as_of"]


def _has_status(mart: type) -> bool:
    return any(f.name == "status" for f in fields_of(mart))


def _select_changed(mart: type, day: date) -> str:
    """A SELECT of the lists whose cells in a mart, on a day, are not those that stand."""
    columns = ", ".join(ident(f.name) for f in fields_of(mart) if f.name not in _MOVING)
    here = f"SELECT {LISTS[mart].name} AS list, {columns} FROM ({_on(mart, day)})"
    there = f"SELECT list, {columns} FROM {table_of(PUBLISHED[mart]).name}"
    return f"SELECT DISTINCT list FROM (({here} EXCEPT {there}) UNION ALL ({there} EXCEPT {here}))"
