"""Convert pay in other currencies to US dollars, by the loaded exchange rates."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from transforms.records.columns import fields_of, table_of
from warehouse import database
from warehouse.schema import ident, key_of, literal
from warehouse.sql_files import read_sql
from warehouse.tables import InDollars, PostingPay, Postings, SupersededVersions

RATE_LADDER = (("ecb_rates", 7), ("currency_table", 31))
"""Sources of exchange rates, most trusted first, with the maximum age of a rate in days (docs/design.md: Money)."""
IDENTITY = "identity"  # `fx_source` of pay that is already in dollars
_STATED = {"low": "t.pay_low", "high": "t.pay_high", "posted_on": "t.posted_on", "is_money": "true"}
PAY_COLUMNS = {
    Postings: _STATED,
    PostingPay: {
        "low": "t.low", "high": "t.high", "posted_on": "p.posted_on", "is_money": "t.component <> 'equity_percent'"
    },
    SupersededVersions: _STATED,
}  # fmt: skip
"""By table with dollar columns: SQL for the stated amounts, the advert's day, and whether the amounts are money."""


def convert_money(con: database.Connection) -> None:
    """Set the dollar columns of all postings and of all their pay, by the last rate on or before the advert's day.

    That day is `posted_on`, or else the day on which the advert was first seen. `RATE_LADDER` says which source comes
    first and how old its rate may be. Without such a rate, the columns stay NULL with reason `no_rate`; without a
    stated currency, with reason `no_currency`.
    """
    joins = "\n".join(
        f"ASOF LEFT JOIN (SELECT * FROM core.usd_rates WHERE source = {literal(source)}) AS r{number}"
        f" ON r{number}.currency = d.currency AND r{number}.rate_on <= d.day"
        for number, (source, _) in enumerate(RATE_LADDER)
    )
    choice = "\n".join(
        f"WHEN d.day - r{number}.rate_on <= {days} THEN {{'rate': r{number}.usd_per_unit, 'day': r{number}.rate_on,"
        f" 'source': r{number}.source}}"
        for number, (_, days) in enumerate(RATE_LADDER)
    )
    names = [f.name for f in fields_of(InDollars)]
    with database.transaction(con):
        for cls, columns in PAY_COLUMNS.items():
            table, keys = table_of(cls).name, [ident(key) for key in key_of(cls)]
            paid = read_sql("load/sql/paid", table=table, keys=", ".join(f"t.{key}" for key in keys), **columns)
            ladder = {"choice": choice, "joins": joins, "identity": IDENTITY}
            con.execute(read_sql("load/sql/money", paid=paid, keys=", ".join(keys), **ladder))
            con.execute(
                f"""
                UPDATE {table} AS p SET {", ".join(f"{c} = m.{c}" for c in names)}
                FROM money AS m WHERE {" AND ".join(f"m.{key} = p.{key}" for key in keys)}
                    AND ({", ".join(f"m.{c}" for c in names)}) IS DISTINCT FROM ({", ".join(f"p.{c}" for c in names)})
                """
            )


class UnconvertedPay(NamedTuple):
    """A currency that no rate converts: how many postings state pay in it, and their first and last day."""

    currency: str
    n_postings: int
    first_on: date
    last_on: date
    is_behind: bool  # whether the loaded rates of the currency end before `last_on`, or there are none


def find_unconverted(con: database.Connection) -> list[UnconvertedPay]:
    """Return the currencies of postings with pay that no rate converts, most frequent first."""
    return [UnconvertedPay(*row) for row in con.execute(read_sql("load/sql/unconverted")).fetchall()]
