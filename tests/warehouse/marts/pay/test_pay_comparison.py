"""The macro pay_comparison: what each kind of source says of the same work, in the money of its own period.

Expected values are computed here from the rows of core and of mart.salary_bands, without our SQL.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.builders import open_copy
from tests.warehouse.marts.test_marts import SOME_COUNTRIES, posting, wage
from tests.warehouse.marts.test_marts import put as put_of_one_table
from transforms.records.columns import fields_of
from transforms.text.lookups import near_occupations, roles
from warehouse import database
from warehouse.mart_tables import SalaryBands
from warehouse.marts.pay.salary_bands import salary_bands
from warehouse.tables import Countries, ExchangeRates, NearOccupations, PriceLevels, Roles

AS_OF = date(2026, 9, 30)
MEANS = dict.fromkeys(("annual_p10", "annual_p25", "annual_p50", "annual_p75", "annual_p90"))
PROFESSIONALS = {"scheme": "ISCO-08", "occupation": "2", "occupation_title": "Professionals"}


@pytest.fixture
def con(work_template: Path, tmp_path: Path) -> Iterator[database.Connection]:
    with open_copy(work_template, tmp_path) as con:
        put_lookups(con)
        yield con


def put_lookups(con: database.Connection) -> None:
    database.load_lookup(con, Countries, SOME_COUNTRIES)
    database.load_lookup(con, Roles, roles())
    database.load_lookup(con, NearOccupations, near_occupations())


def quotes(currency: str, per_euro: float, first: date, n_days: int) -> list[ExchangeRates]:
    """A rate of each day, which rises by a hundredth a day, and a dollar that stays."""
    usual = {"source": "ecb_rates", "base": "EUR", "warc": "e/1", "record": 0}
    days = [first + timedelta(days=n) for n in range(n_days)]
    return [
        ExchangeRates(rate_on=day, currency=name, rate=rate, **usual)  # type: ignore[arg-type]
        for number, day in enumerate(days)
        for name, rate in ((currency, per_euro + number / 100), ("USD", 1.2))
    ]


def put(con: database.Connection, rows: list[Any]) -> None:
    """Insert rows of several tables."""
    for cls in dict.fromkeys(map(type, rows)):
        put_of_one_table(con, [row for row in rows if type(row) is cls])


def price(country: str, year: int, value: float) -> PriceLevels:
    return PriceLevels(
        source="world_bank", year=year, country=country, indicator="ppp", value=value, warc="w/1", record=0
    )


def store_bands(con: database.Connection, *others: dict[str, Any]) -> None:
    """Compute the bands of the day, add cells of others, and store them."""
    nothing: dict[str, Any] = {f.name: None for f in fields_of(SalaryBands)}
    usual = {
        "as_of": AS_OF, "basis": "reported", "region_level": "country", "region": "US", "seniority_group": "all",
        "role_group": "ai_science", "role": "data_scientist", "contract": "employee", "pay_market": "local",
        "currency": "USD", "n_jobs": 40, "status": "low", "reason": "a survey", "window_days": 0,
    }  # fmt: skip
    rows = pd.DataFrame([{**nothing, **usual, **other} for other in others], columns=list(nothing))
    frame = pd.concat([salary_bands(con, AS_OF), rows.astype(object)]) if others else salary_bands(con, AS_OF)
    with database.transaction(con):
        database.write_mart(con, SalaryBands, frame.astype(object).where(frame.notna(), None), as_of=AS_OF)


def compare_pay(con: database.Connection, **key: Any) -> Any:
    frame = con.execute("FROM pay_comparison($as_of)", {"as_of": AS_OF}).df()
    for column, value in key.items():
        frame = frame[frame[column] == value]
    return frame.set_index(["basis", "pay_market"]).sort_index()


SCIENTISTS = {"country": "US", "role_group": "ai_science", "role": "data_scientist"}


def test_a_cell_as_plain_pandas_has_it(con: database.Connection) -> None:
    """Canada's data scientists: an office's median by the hour, a report in local money, both by the money of then."""
    first, n_days = date(2024, 1, 1), 40
    rates = quotes("CAD", 1.5, first, n_days)
    hourly, hours = 46.15, 2072.2
    canada = {
        "country": "CA", "currency": "CAD", "scheme": "NOC 2021", "occupation": "21211", "area": "ER00",
        "period_on": first, "period_to": date(2024, 12, 31), "due_on": date(2026, 12, 31), "employment": None,
    }  # fmt: skip
    put(con, [wage(**canada, annual_p50=hourly * hours), price("CA", 2023, 1.14), price("CA", 2024, 1.15), *rates])
    here = {"region": "CA", "currency": "USD"}
    store_bands(con, {**here, "p50": 120e3, "basis": "advertised_third_party"})
    row = compare_pay(con, country="CA", role="data_scientist").loc[("official", "local")]

    frame = pd.DataFrame([{"on": row.rate_on, "currency": row.currency, "rate": row.rate} for row in rates])
    by_day = frame.pivot(index="on", columns="currency", values="rate")
    mean_rate = (by_day["USD"] / by_day["CAD"]).mean()
    assert row["local"] == pytest.approx(hourly * hours)
    assert row["usd"] == pytest.approx(hourly * hours * mean_rate)
    assert row["ppp"] == pytest.approx(hourly * hours / 1.15)
    assert (row["price_year"], row["statistic"], row["nearness"]) == (2024, "median", "exactMatch")
    assert (row["usd_by"], row["rate_source"]) == ("average rate of the period", "ecb_rates")
    assert row["n_bases"] == 2
    assert math.isnan(row["ratio_to_advertised"]), "no adverts of our own"


@pytest.mark.parametrize("n_orders", [4, pytest.param(10, marks=pytest.mark.long)])
def test_the_order_in_which_rates_came_changes_no_digit(con: database.Connection, n_orders: int) -> None:
    """Sums of floats depend on their order: an unsorted mean of the rates would give another row every night."""
    first, n_days = date(2024, 1, 1), 300
    canada = {
        "country": "CA", "currency": "CAD", "scheme": "NOC 2021", "occupation": "21211", "area": "ER00",
        "period_on": first, "period_to": date(2024, 12, 31), "due_on": date(2026, 12, 31), "employment": None,
    }  # fmt: skip
    put(con, [wage(**canada, annual_p50=95_000.0)])
    store_bands(con, {"region": "CA", "currency": "USD", "p50": 120e3, "basis": "advertised_third_party"})
    rates, values = quotes("CAD", 1.37, first, n_days), set()
    for number in range(n_orders):
        con.execute("DELETE FROM core.exchange_rates")
        put(con, random.Random(number).sample(rates, len(rates)))
        values.add(compare_pay(con, country="CA", role="data_scientist").loc[("official", "local"), "usd"])
    assert len(values) == 1


def test_the_ratio_is_of_medians_of_one_market_and_of_no_wider_group(con: database.Connection) -> None:
    role = {"role": "data_scientist", "role_group": "ai_science"}
    put(con, [posting(i, **role) for i in range(60)])
    put(con, [wage(annual_p50=140e3), wage(occupation="15-1252", annual_p50=130e3)])
    group = {"role_group": "ai_engineering", "role": "all"}
    store_bands(con, {"p50": 210e3}, {"p50": 90e3, "pay_market": "cross_border"}, {**group, "p50": 210e3})
    rows = compare_pay(con, **SCIENTISTS)
    ours = rows.loc[("advertised", "local")]
    assert ours["usd"] == 175e3
    assert ours["usd_lo"] <= 175e3 <= ours["usd_hi"]
    assert rows.loc[("official", "local"), "ratio_to_advertised"] == pytest.approx(140 / 175)
    assert rows.loc[("reported", "local"), "ratio_to_advertised"] == pytest.approx(210 / 175)
    assert math.isnan(rows.loc[("reported", "cross_border"), "ratio_to_advertised"]), "another market"
    assert set(rows["n_bases"]) == {3}
    engineers = compare_pay(con, country="US", role_group="ai_engineering", role="all")
    assert engineers.loc[("official", "local"), "nearness"] == "broadMatch"
    assert engineers["ratio_to_advertised"].isna().all()


def test_a_mean_stays_a_mean_and_is_set_against_nothing(con: database.Connection) -> None:
    german = {"country": "DE", "currency": "EUR", "source": "ses", "area": "DE", "annual_mean": 70e3}
    then = {"period_on": date(2022, 1, 1), "period_to": date(2022, 12, 31), "due_on": date(2028, 12, 31)}
    role = {"role": "data_scientist", "role_group": "ai_science"}
    offers = [posting(i, country="DE", **role, annual_low=80e3, annual_high=100e3, currency="EUR") for i in range(60)]
    put(con, [*offers, wage(**german, **then, **PROFESSIONALS, **MEANS), *quotes("SEK", 10, date(2022, 3, 1), 5)])
    put(con, [price("DE", 2022, 0.7), price("DE", 2024, 0.8)])
    store_bands(con)
    row = compare_pay(con, country="DE", role_group="ai_core").loc[("official", "local")]
    assert (row["statistic"], row["local"]) == ("mean", 70e3)
    assert row["usd"] == pytest.approx(1.2 * 70e3), "a euro of 2022"
    assert row["ppp"] == pytest.approx(70e3 / 0.7), "the price level of 2022, not today's"
    assert math.isnan(row["ratio_to_advertised"])


def test_pay_from_abroad_is_not_converted_by_purchasing_power(con: database.Connection) -> None:
    put(con, [price("BR", 2024, 2.5), price("BR", 2025, 2.5), price("BR", 2026, 2.5)])
    abroad = {"region": "BR", "p50": 50e3, "pay_market": "cross_border"}
    store_bands(con, abroad, {**abroad, "pay_market": "all"}, {**abroad, "pay_market": "local", "status": "suppressed"})
    rows = compare_pay(con, country="BR")
    assert rows.loc[("reported", "cross_border"), "usd"] == 50e3
    assert rows["ppp"].isna().all()
    assert ("reported", "all") not in rows.index, "pay from abroad can be printed alone"


def test_both_markets_together_stand_where_neither_can_be_printed(con: database.Connection) -> None:
    few = {"region": "BR", "status": "suppressed", "p50": None, "n_jobs": 20}
    together = {"region": "BR", "p50": 40e3, "pay_market": "all"}
    store_bands(con, together, few, {**few, "pay_market": "cross_border"})
    rows = compare_pay(con, country="BR")
    assert rows.loc[("reported", "all"), "usd"] == 40e3
    assert math.isnan(rows.loc[("reported", "all"), "ppp"])
    assert set(rows["n_bases"]) == {1}


@pytest.fixture(scope="module")
def stored_template(work_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Adverts in the stock of September 2026, and their bands."""
    folder = tmp_path_factory.mktemp("stored")
    with open_copy(work_template, folder) as con:
        put_lookups(con)
        put(con, [posting(i, role="data_scientist", role_group="ai_science") for i in range(60)])
        store_bands(con)
    return folder


@pytest.mark.parametrize(
    ("levels", "year"),
    [
        ({2023: 1.10, 2024: 1.15}, 2024),
        ({2024: 1.15, 2025: 1.20}, 2025),
        ({2026: 1.3, 2024: 1.0, 2023: 0.1}, 2026),
        ({2022: 1.10, 2023: 1.15}, None),  # three years before
        ({2023: 100.0, 2024: 300.0}, None),  # prices run away
        ({2024: 1.15}, None),  # nobody knows whether they do
    ],
)
def test_an_older_price_level_serves_where_prices_are_steady(
    stored_template: Path, tmp_path: Path, levels: dict[int, float], year: int | None
) -> None:
    with open_copy(stored_template, tmp_path) as con:
        put(con, [price("US", number, value) for number, value in levels.items()])
        row = compare_pay(con, **SCIENTISTS).loc[("advertised", "local")]
    if year is None:
        assert math.isnan(row["ppp"])
    else:
        assert (row["price_year"], row["ppp"]) == (year, pytest.approx(175e3 / levels[year]))


def test_without_a_rate_of_its_period_a_value_is_withheld(con: database.Connection) -> None:
    german = {"country": "DE", "currency": "EUR", "source": "ses", "area": "DE", "annual_mean": 70e3}
    put(con, [wage(**german, **PROFESSIONALS, **MEANS), *quotes("SEK", 10, date(2026, 3, 1), 5)])
    store_bands(con)
    row = compare_pay(con, country="DE", role_group="ai_core").loc[("official", "local")]
    assert (row["status"], row["reason"], row["n_bases"]) == ("suppressed", "no exchange rate of its period", 0)
    assert con.execute("SELECT count(*) FROM core.official_wages").fetchall() == [(1,)]
