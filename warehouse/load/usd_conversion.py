"""US dollars of pay in other currencies, by the exchange rates that are loaded."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from transforms.records.columns import fields_of, table_of
from warehouse import database
from warehouse.schema import ident, key_of, literal
from warehouse.tables import InDollars, PostingPay, Postings, SupersededVersions

RATE_LADDER = (("ecb_rates", 7), ("currency_table", 31))
"""Sources of exchange rates in order of trust, and how many days old a rate may be (docs/design.md: Money)."""
IDENTITY = "identity"
"""`fx_source` of pay that is in dollars already."""
PAID = {
    Postings: """
        SELECT posting_id, annual_low, annual_high,
            (pay_low IS NOT NULL OR pay_high IS NOT NULL) AND currency IS NULL AS lacks_currency,
            CASE WHEN pay_low IS NOT NULL OR pay_high IS NOT NULL THEN currency END AS currency,
            coalesce(posted_on, first_seen_at::DATE) AS day
        FROM core.postings""",
    PostingPay: """
        SELECT c.posting_id, c.position, c.annual_low, c.annual_high,
            (c.low IS NOT NULL OR c.high IS NOT NULL) AND c.currency IS NULL AND c.component <> 'equity_percent'
                AS lacks_currency,
            CASE WHEN c.low IS NOT NULL OR c.high IS NOT NULL THEN c.currency END AS currency,
            coalesce(p.posted_on, p.first_seen_at::DATE) AS day
        FROM core.posting_pay AS c JOIN core.postings AS p USING (posting_id)""",
    SupersededVersions: """
        SELECT v.posting_id, v.version_from, v.annual_low, v.annual_high,
            (v.pay_low IS NOT NULL OR v.pay_high IS NOT NULL) AND v.currency IS NULL AS lacks_currency,
            CASE WHEN v.pay_low IS NOT NULL OR v.pay_high IS NOT NULL THEN v.currency END AS currency,
            coalesce(v.posted_on, p.first_seen_at::DATE) AS day
        FROM core.superseded_versions AS v JOIN core.postings AS p USING (posting_id)""",
}
"""Tables with dollar columns, and what of their rows the dollars follow from."""


def convert_money(con: database.Connection) -> None:
    """Set the dollar columns of all postings and of all their pay by the last rate on or before the advert's day.

    The day is `posted_on`, else the day of first sight. `RATE_LADDER` says which source comes first and how
    old its rate may be. Pay in a currency without such a rate keeps NULL, with reason `no_rate`;
    amounts whose currency is not stated do with reason `no_currency`.
    """
    with database.transaction(con):
        for cls, select in PAID.items():
            _convert(con, cls, select)


def _convert(con: database.Connection, cls: type, select: str) -> None:
    """Set the dollar columns of one table; `select` gives its keys, yearly amounts, (lack of) currency and day."""
    steps = "\n".join(
        f"""ASOF LEFT JOIN (SELECT * FROM core.usd_rates WHERE source = {literal(source)}) AS r{number}
            ON r{number}.currency = d.currency AND r{number}.rate_on <= d.day"""
        for number, (source, _) in enumerate(RATE_LADDER)
    )
    choice = "\n".join(
        f"WHEN d.day - r{number}.rate_on <= {days} THEN {{'rate': r{number}.usd_per_unit, 'day': r{number}.rate_on,"
        f" 'source': r{number}.source}}"
        for number, (_, days) in enumerate(RATE_LADDER)
    )
    keys = ", ".join(map(ident, key_of(cls)))
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE money AS
        WITH paid AS ({select}), rated AS (
            SELECT d.currency, d.day, CASE
                WHEN d.currency = 'USD' THEN {{'rate': 1.0, 'day': NULL::DATE, 'source': {literal(IDENTITY)}}}
                {choice} END AS fx
            FROM (SELECT DISTINCT currency, day FROM paid WHERE currency IS NOT NULL) AS d
            {steps}
        )
        SELECT {keys},
            p.annual_low * r.fx.rate AS annual_low_usd,
            p.annual_high * r.fx.rate AS annual_high_usd,
            r.fx.rate AS fx_rate,
            r.fx.day AS fx_on,
            r.fx.source AS fx_source,
            CASE WHEN p.lacks_currency THEN 'no_currency'
                WHEN p.currency IS NOT NULL AND r.fx IS NULL THEN 'no_rate' END AS usd_reason
        FROM paid AS p LEFT JOIN rated AS r USING (currency, day)
        """
    )
    columns = [f.name for f in fields_of(InDollars)]
    con.execute(
        f"""
        UPDATE {table_of(cls).name} AS p SET {", ".join(f"{c} = m.{c}" for c in columns)}
        FROM money AS m
        WHERE {" AND ".join(f"m.{ident(k)} = p.{ident(k)}" for k in key_of(cls))}
            AND ({", ".join(f"m.{c}" for c in columns)}) IS DISTINCT FROM ({", ".join(f"p.{c}" for c in columns)})
        """
    )


class UnconvertedPay(NamedTuple):
    """Postings whose pay in a currency has no dollars, by the day that a rate is wanted of.

    `is_behind`: the rates at hand end before the last of these days, or there are none of the currency.
    """

    currency: str
    n_postings: int
    first_on: date
    last_on: date
    is_behind: bool


def find_unconverted(con: database.Connection) -> list[UnconvertedPay]:
    """Currencies of postings whose pay no rate converts, the one with most of them first."""
    rows = con.execute(
        """
        SELECT p.currency, count(*) AS n, min(p.day), max(p.day), coalesce(max(p.day) > any_value(r.last_on), true)
        FROM (
            SELECT currency, coalesce(posted_on, first_seen_at::DATE) AS day
            FROM core.postings WHERE usd_reason = 'no_rate'
        ) AS p LEFT JOIN (
            SELECT currency, max(rate_on) AS last_on FROM core.usd_rates GROUP BY currency
        ) AS r USING (currency)
        GROUP BY p.currency ORDER BY n DESC, p.currency
        """
    ).fetchall()
    return [UnconvertedPay(*row) for row in rows]
