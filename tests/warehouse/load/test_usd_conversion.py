"""US dollars of pay, by the rates that are loaded."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.builders import (
    BEGIN,
    Answer,
    all_rows,
    load,
    night,
    open_copy,
    paid,
    posting,
    rates,
    refined,
)
from transforms.records.rows import Pay
from warehouse import database
from warehouse.load.usd_conversion import convert_money, find_unconverted

MONEY = """
    SELECT round(annual_low_usd, 6), round(fx_rate, 6), fx_on::VARCHAR, fx_source, usd_reason FROM core.postings
"""


@pytest.fixture(scope="module")
def rates_template(work_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rates from two sources on some days."""
    ecb = [
        *(("2026-01-05", "EUR", c, r) for c, r in (("USD", 1.1), ("GBP", 0.8))),
        ("2026-01-01", "EUR", "USD", 1.1),
        *(("2010-05-31", "EUR", c, r) for c, r in (("USD", 1.2), ("GBP", 0.6))),
        ("2026-01-06", "EUR", "GBP", 0.7),  # without a quote of the dollar, no rate follows
    ]
    table = [("2026-01-01", "USD", "ARS", 1000.0), ("2026-01-01", "USD", "GBP", 0.8)]
    folder = tmp_path_factory.mktemp("rates")
    with open_copy(work_template, folder) as con:
        load(con, rates(folder, "a", ecb), rates(folder, "a", table, source="currency_table"))
    return folder


@pytest.mark.parametrize(
    ("currency", "iso_date", "expected"),
    [
        ("EUR", "2026-01-05", (110.0, 1.1, "2026-01-05", "ecb_rates", None)),
        ("GBP", "2026-01-05", (137.5, 1.375, "2026-01-05", "ecb_rates", None)),
        ("GBP", "2026-01-11", (137.5, 1.375, "2026-01-05", "ecb_rates", None)),  # six days old
        ("GBP", "2026-01-12", (137.5, 1.375, "2026-01-05", "ecb_rates", None)),  # seven days old: just usable
        ("GBP", "2026-01-13", (125.0, 1.25, "2026-01-01", "currency_table", None)),  # the second table, twelve days
        ("EUR", "2026-01-13", (None, None, None, None, "no_rate")),  # which does not quote the euro
        ("ARS", "2026-01-05", (0.1, 0.001, "2026-01-01", "currency_table", None)),
        ("ARS", "2026-02-01", (0.1, 0.001, "2026-01-01", "currency_table", None)),  # 31 days
        ("ARS", "2026-02-02", (None, None, None, None, "no_rate")),
        ("GBP", "2010-06-01", (200.0, 2.0, "2010-05-31", "ecb_rates", None)),  # too old
        ("GBP", "2009-06-01", (None, None, None, None, "no_rate")),  # before all rates: never the next one
        ("USD", "1990-01-01", (100.0, 1.0, None, "identity", None)),
        (None, "2026-01-05", (None, None, None, None, "no_currency")),
        ("EUR", None, (110.0, 1.1, "2026-01-01", "ecb_rates", None)),  # the day of first sight, in UTC
    ],
)
def test_dollars_come_from_the_last_rate_on_or_before_the_day(
    currency: str | None, iso_date: str | None, expected: tuple[Any, ...], rates_template: Path, tmp_path: Path
) -> None:
    day = date.fromisoformat(iso_date) if iso_date else None
    with open_copy(rates_template, tmp_path) as con:
        load(con, refined(tmp_path, "a", Answer(BEGIN, [paid(100.0, currency, posted_on=day)])))
        convert_money(con)
        assert all_rows(con, MONEY) == [expected]


def test_postings_without_a_rate_are_counted_by_currency(con: database.Connection, tmp_path: Path) -> None:
    load(con, rates(tmp_path, "a", [("2026-01-05", "EUR", c, r) for c, r in (("USD", 1.1), ("GBP", 0.8))]))
    pays = [("GBP", "2009-06-01"), ("GBP", "2009-06-03"), ("ARS", "2026-01-05"), ("EUR", "2009-06-01")]
    pays += [("EUR", "2027-01-01"), ("USD", "2009-06-01"), ("GBP", "2026-01-05")]
    rows = [paid(1.0, currency, id=str(n), posted_on=date.fromisoformat(day)) for n, (currency, day) in enumerate(pays)]
    load(con, refined(tmp_path, "a", Answer(BEGIN, rows)))
    convert_money(con)
    assert [(*row[:2], str(row.first_on), str(row.last_on), row.is_behind) for row in find_unconverted(con)] == [
        ("EUR", 2, "2009-06-01", "2027-01-01", True),  # the rates at hand end before the last of these days
        ("GBP", 2, "2009-06-01", "2009-06-03", False),  # the rates begin after these days
        ("ARS", 1, "2026-01-05", "2026-01-05", True),  # there are no rates
    ]


def test_every_amount_of_a_posting_is_converted_at_its_own_currency(con: database.Connection, tmp_path: Path) -> None:
    load(con, rates(tmp_path, "a", [("2026-01-01", "EUR", "USD", 1.5), ("2026-01-01", "EUR", "CAD", 2.0)]))
    zones = (
        Pay(currency="EUR", low=100.0, high=200.0, annual_low=100.0, annual_high=200.0),
        Pay(currency="CAD", low=100.0, annual_low=100.0),
        Pay(currency="ARS", high=1.0, annual_high=1.0),
        Pay(component="equity", currency="EUR"),
        Pay(currency="USD", high=7.0, annual_high=7.0),
        Pay(low=50.0, annual_low=50.0),
        Pay(component="equity"),
        Pay(component="equity_percent", low=0.5, high=1.0),
    )
    load(con, refined(tmp_path, "a", Answer(night(0), [posting(pay=zones)])))
    convert_money(con)
    dollars = "SELECT annual_low_usd, annual_high_usd, fx_source, usd_reason FROM core.posting_pay ORDER BY position"
    assert all_rows(con, dollars) == [
        (150.0, 300.0, "ecb_rates", None),
        (75.0, None, "ecb_rates", None),
        (None, None, None, "no_rate"),
        (None, None, None, None),
        (None, 7.0, "identity", None),
        (None, None, None, "no_currency"),
        (None, None, None, None),  # no amount
        (None, None, None, None),  # not money
    ]


def test_dollars_are_reconsidered_when_rates_arrive_and_pay_goes(con: database.Connection, tmp_path: Path) -> None:
    load(con, refined(tmp_path, "a", Answer(night(0), [paid(100.0, "EUR")])))
    convert_money(con)
    assert all_rows(con, MONEY) == [(None, None, None, None, "no_rate")]
    load(con, rates(tmp_path, "a", [("2026-01-01", "EUR", "USD", 1.5)]))
    convert_money(con)
    assert all_rows(con, MONEY) == [(150.0, 1.5, "2026-01-01", "ecb_rates", None)]
    load(con, refined(tmp_path, "b", Answer(night(1), [posting()])))
    convert_money(con)
    assert all_rows(con, MONEY) == [(None, None, None, None, None)]


def test_usd_rates_say_what_the_quotes_imply(con: database.Connection, tmp_path: Path) -> None:
    load(con, rates(tmp_path, "a", [("2026-01-05", "EUR", "USD", 1.25), ("2026-01-05", "EUR", "JPY", 200.0)]))
    load(con, rates(tmp_path, "b", [("2026-01-06", "USD", "JPY", 160.0)], source="currency_table"))
    view = "SELECT source, currency, rate_on::VARCHAR, usd_per_unit FROM core.usd_rates ORDER BY ALL"
    assert all_rows(con, view) == [
        ("currency_table", "JPY", "2026-01-06", 0.00625),
        ("currency_table", "USD", "2026-01-06", 1.0),
        ("ecb_rates", "EUR", "2026-01-05", 1.25),
        ("ecb_rates", "JPY", "2026-01-05", 0.00625),
        ("ecb_rates", "USD", "2026-01-05", 1.0),
    ]
