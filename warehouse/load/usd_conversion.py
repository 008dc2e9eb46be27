"""US dollars of pay in other currencies, by the exchange rates that are loaded."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from transforms.records.columns import fields_of, table_of
from warehouse import database
from warehouse.schema import ident, key_of, literal
from warehouse.sql_files import read_sql
from warehouse.tables import InDollars, PostingPay, Postings, SupersededVersions

RATE_LADDER = (("ecb_rates", 7), ("currency_table", 31))
"""Sources of exchange rates in order of trust, and how many days old a rate may be (docs/design.md: Money)."""
IDENTITY = "identity"
"""`fx_source` of pay that is in dollars already."""
_STATED = {"low": "t.pay_low", "high": "t.pay_high", "posted_on": "t.posted_on", "is_money": "true"}
PAY_COLUMNS = {
    Postings: _STATED,
    PostingPay: {
        "low": "t.low", "high": "t.high", "posted_on": "p.posted_on", "is_money": "t.component <> 'equity_percent'"
    },
    SupersededVersions: _STATED,
}  # fmt: skip
"""Tables with dollar columns, and SQL of the stated amounts, the advert's day and whether they are amounts of money."""


def convert_money(con: database.Connection) -> None:
    """Set the dollar columns of all postings and of all their pay by the last rate on or before the advert's day.

    The day is `posted_on`, else the day of first sight. `RATE_LADDER` says which source comes first and how old its
    rate may be. Pay in a currency without such a rate stays NULL, with reason `no_rate`; amounts without a stated
    currency stay NULL with reason `no_currency`.
    """
    with database.transaction(con):
        for cls, columns in PAY_COLUMNS.items():
            _convert(con, cls, columns)


def _convert(con: database.Connection, cls: type, columns: dict[str, str]) -> None:
    """Set the dollar columns of one table."""
    table, keys = table_of(cls).name, [ident(key) for key in key_of(cls)]
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
    paid = read_sql("load/sql/paid", table=table, keys=", ".join(f"t.{key}" for key in keys), **columns)
    con.execute(
        read_sql("load/sql/money", paid=paid, keys=", ".join(keys), choice=choice, joins=joins, identity=IDENTITY)
    )
    names = [f.name for f in fields_of(InDollars)]
    con.execute(
        f"""
        UPDATE {table} AS p SET {", ".join(f"{c} = m.{c}" for c in names)}
        FROM money AS m WHERE {" AND ".join(f"m.{key} = p.{key}" for key in keys)}
            AND ({", ".join(f"m.{c}" for c in names)}) IS DISTINCT FROM ({", ".join(f"p.{c}" for c in names)})
        """
    )


class UnconvertedPay(NamedTuple):
    """Postings with pay in a currency that no rate converts, and the days for which rates are missing.

    `is_behind`: the rates at hand end before the last of these days, or there are none of the currency.
    """

    currency: str
    n_postings: int
    first_on: date
    last_on: date
    is_behind: bool


def find_unconverted(con: database.Connection) -> list[UnconvertedPay]:
    """Currencies of postings with pay that no rate converts, the most frequent first."""
    return [UnconvertedPay(*row) for row in con.execute(read_sql("load/sql/unconverted")).fetchall()]
