"""mart.reported_pay: which persons count in which cell, in which money, and how sure it is."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from transforms.records.columns import fields_of
from warehouse import database
from warehouse.mart_tables import SalaryBands
from warehouse.marts.cell_cache import CellCache, combine_rows
from warehouse.marts.pay.pay_quantiles import QUANTILES, estimate_pay_of_brackets, estimate_pay_of_persons
from warehouse.marts.pay.reported_pay import reported_bands, reported_pay
from warehouse.tables import Countries, ExchangeRates, PayReports, Sources

AS_OF = date(2026, 9, 30)
WAVE = date(2026, 1, 15)
COUNTRY = {"alpha3": "ARG", "name": "Argentina", "m49": "032", "region": "South America", "continent": "Americas"}


def nothing_in(cls: type) -> dict[str, Any]:
    return {f.name: None for f in fields_of(cls)}


def person(row: int, pay: float, **fields: Any) -> PayReports:
    usual = {
        "source": "survey", "snapshot_on": WAVE, "row": row, "basis": "reported", "pair_row": row, "year": 2026,
        "title": "Data Scientist", "role": "data_scientist", "role_group": "ai_science", "seniority": "unstated",
        "employment_type": "FULL_TIME", "pay": pay, "currency": "ARS", "country": "AR", "region": "South America",
        "continent": "Americas", "paid_in": "local", "years_experience": 3.0, "pay_net": 0.75 * pay, "warc": "w",
        "record": 0,
    }  # fmt: skip
    return PayReports(**(nothing_in(PayReports) | usual | fields))


def quote(day: date, per_dollar: float, source: str = "currency_table") -> ExchangeRates:
    values = {"source": source, "rate_on": day, "base": "USD", "currency": "ARS", "rate": per_dollar, "warc": "w"}
    return ExchangeRates(**(nothing_in(ExchangeRates) | values | {"record": 0}))


@pytest.fixture
def survey(con: database.Connection) -> database.Connection:
    """100 persons paid in pesos, 40 in dollars by a rate of their own, and others who must not be among them."""
    database.put(con, Countries, [Countries(country="AR", currencies=("ARS",), **COUNTRY)])
    database.put(con, ExchangeRates, [quote(date(2025, 12, 31), 1_000.0), quote(date(2026, 3, 10), 2_000.0)])
    rows = [person(n, 1_000_000.0 * n, years_experience=float(n % 12)) for n in range(1, 101)]
    abroad = {"paid_in": "dollars", "pay_net": None}
    rows += [person(n, 10e6, pay_usd_stated=100.0 * n, **abroad) for n in range(101, 141)]
    rows += [person(141, 1.0, pay_flag="implausible_low"), person(142, 5e6, paid_in="part_dollars")]
    rows += [person(143, 1e6, employment_type="PART_TIME"), person(144, 1e6, country=None)]
    rows += [person(145, 1e6, snapshot_on=date(2025, 7, 1)), person(146, 1e6, snapshot_on=date(2026, 12, 1))]
    rows += [person(147, 1e6, seniority="intern")]
    rows += [person(n, 7e6, source="other", paid_in=None, employment_type=None) for n in range(1, 41)]
    database.put(con, PayReports, rows)
    return con


def cells(con: database.Connection, **conditions: str) -> pd.DataFrame:
    usual = {
        "source": "survey", "role_group": "ai_core", "role": "all", "experience": "all", "pay_tax": "gross",
        "seniority_group": "all",
        "employment_type": "FULL_TIME", "pay_market": "all", "currency": "USD",
    }  # fmt: skip
    frame = reported_pay(con, AS_OF)
    for name, value in (usual | conditions).items():
        frame = frame[frame[name] == value]
    return frame


def test_a_cell_is_what_plain_pandas_makes_of_the_core_tables(survey: database.Connection) -> None:
    """The persons paid in pesos, in dollars, recomputed from core.pay_reports by docs/methods.md alone."""
    core = survey.execute("FROM core.pay_reports").df()
    newest = core[(core["source"] == "survey") & (core["snapshot_on"] == pd.Timestamp(WAVE))]
    persons = newest[
        newest["pay_flag"].isna() & newest["paid_in"].isin(["local", "dollar_linked"]) & newest["country"].eq("AR")
        & newest["employment_type"].eq("FULL_TIME") & newest["role_group"].isin(["ai_engineering", "ai_science"])
        & newest["seniority"].ne("intern")
    ]  # fmt: skip
    dollars = np.sort(persons["pay"].to_numpy() / 1_000.0)  # the quote of 31 December is nearest to 15 January
    (row,) = cells(survey, pay_market="local").to_dict("records")
    assert (row["n_persons"], row["n_flagged"], row["n_no_rate"]) == (len(dollars), 1, 0) == (100, 1, 0)
    for name, p in QUANTILES.items():
        at = len(dollars) * (p + (p - 0.5) / (3 * len(dollars)))  # the i-th person stands at (i - 1/2) / n
        assert row[name] == pytest.approx(np.interp(at, np.arange(len(dollars)) + 0.5, dollars)), name
        # Within one person of the exact interval by order statistics.
        low, high = int(binom.ppf(0.025, len(dollars), p)), int(binom.ppf(0.975, len(dollars), p)) + 1
        places = [int(np.searchsorted(dollars, row[f"{name}_{end}"])) + 1 for end in ("lo", "hi")]
        assert abs(places[0] - low) <= 1, name
        assert abs(places[1] - high) <= 1, name


def test_monies_times_and_taxes_are_kept_apart(survey: database.Connection) -> None:
    (everybody,) = cells(survey).to_dict("records")
    assert (everybody["n_persons"], everybody["n_local"], everybody["n_part_dollars"], everybody["n_dollars"]) == (
        141, 100, 1, 40,
    )  # fmt: skip
    (abroad,) = cells(survey, pay_market="cross_border").to_dict("records")
    assert abroad["n_persons"] == 40
    assert abroad["p50"] == pytest.approx(12_050)  # by the rates of their own
    (own,) = cells(survey, pay_market="local", currency="ARS").to_dict("records")
    assert own["p50"] == pytest.approx(50.5e6)
    assert len(cells(survey, pay_market="cross_border", currency="ARS")) == 0
    (net,) = cells(survey, pay_market="local", pay_tax="net").to_dict("records")
    assert net["p50"] == pytest.approx(0.75 * 50_500)
    (part_time,) = cells(survey, employment_type="PART_TIME").to_dict("records")
    assert (part_time["n_persons"], part_time["status"], part_time["p50"]) == (1, "suppressed", None) or pd.isna(
        part_time["p50"]
    )
    (other,) = cells(survey, source="other", employment_type="unstated").to_dict("records")
    assert other["n_persons"] == 40
    assert pd.isna(other["dollars_share"])


def test_the_share_paid_in_dollars_has_an_exact_interval(survey: database.Connection) -> None:
    (row,) = cells(survey).to_dict("records")
    n, k = 141, 40
    assert row["dollars_share"] == pytest.approx(k / n)
    assert binom.sf(k - 1, n, row["dollars_share_lo"]) == pytest.approx(0.025)
    assert binom.cdf(k, n, row["dollars_share_hi"]) == pytest.approx(0.025)


def test_experience_is_in_bands_and_thin_ones_are_not_stored(survey: database.Connection) -> None:
    frame = reported_pay(survey, AS_OF)
    bands = frame[(frame["role_group"] == "ai_core") & (frame["pay_market"] == "local") & (frame["currency"] == "ARS")
                  & (frame["pay_tax"] == "gross") & (frame["experience"] != "all")]  # fmt: skip
    assert dict(zip(bands["experience"], bands["n_persons"], strict=True)) == {"8+": 32}  # 16, 26 and 24 are too few
    assert set(frame.loc[frame["status"] == "suppressed", "experience"]) <= {"all"}


def test_money_without_a_quote_near_the_wave_is_counted_and_left_out(survey: database.Connection) -> None:
    survey.execute("DELETE FROM core.exchange_rates WHERE rate_on < DATE '2026-01-01'")
    (row,) = cells(survey).to_dict("records")  # 10 March is 54 days away
    assert (row["n_persons"], row["n_no_rate"]) == (40, 101)
    (row,) = cells(survey, pay_market="local").to_dict("records")
    reason = "no exchange rate to US dollars near the wave for 100 of 100 persons"
    assert (row["n_persons"], row["status"], row["reason"]) == (0, "suppressed", reason)
    database.put(
        survey, ExchangeRates, [quote(date(2026, 2, 20), 500.0, "ecb_rates"), quote(date(2026, 1, 20), 1_000.0)]
    )
    (row,) = cells(survey, pay_market="local").to_dict("records")
    assert row["p50"] == pytest.approx(50.5e6 / 500)  # the European Central Bank's comes first, where it quotes


def test_bands_take_the_survey_that_most_of_a_country_answer(survey: database.Connection) -> None:
    rows = combine_rows(SalaryBands, AS_OF, [reported_bands(survey, AS_OF, CellCache())])
    levels = rows[(rows["role_group"] == "ai_core") & (rows["currency"] == "USD")].set_index("pay_market")
    all_levels = levels[levels["seniority_group"] == "all"]
    assert dict(all_levels["n_jobs"]) == {"all": 141, "local": 100, "cross_border": 40}
    assert set(rows["seniority_group"]) == {"all", "entry", "mid", "mid_senior", "senior"}
    assert rows["band_low"].isna().all()
    assert set(rows["n_employers"].isna()) == {True}
    assert all_levels.loc["all", "status"] == "low"
    assert str(all_levels.loc["all", "reason"]).startswith("survey 2026: persons chose to answer")


def test_levels_are_what_the_title_says_or_else_years_of_experience(con: database.Connection) -> None:
    years = (0.0, 2.5, 3.0, 5.9, 6.0, 30.0, None)
    rows = [person(n, 1e6, years_experience=number) for n, number in enumerate(years, start=1)]
    database.put(con, PayReports, [*rows, person(8, 1e6, seniority="staff", years_experience=1.0)])
    levels = con.execute("SELECT seniority FROM reported_persons($as_of) ORDER BY row", {"as_of": AS_OF}).fetchall()
    assert [level for (level,) in levels] == [
        "junior", "junior", "mid", "mid", "senior", "senior", "unstated", "staff",
    ]  # fmt: skip


def test_a_survey_without_roles_is_no_band_of_a_role(con: database.Connection) -> None:
    developers = {"title": "", "role": "software_engineer", "role_group": "other_engineering", "currency": "USD"}
    rows = [person(n, 50_000.0 + n, paid_in="foreign" if n % 2 else "local", **developers) for n in range(1, 81)]
    database.put(con, PayReports, rows)
    (row,) = cells(con, role_group="other_engineering", pay_market="cross_border").to_dict("records")
    assert (row["n_persons"], row["n_foreign"], row["n_dollars"], row["n_without_role"]) == (40, 40, 0, 40)
    (everybody,) = cells(con, role_group="other_engineering").to_dict("records")
    assert everybody["dollars_share"] == 0.5
    assert len(reported_bands(con, AS_OF, CellCache())) == 0


def test_one_survey_speaks_for_a_country_and_unasked_time_counts_as_full(survey: database.Connection) -> None:
    rows = survey.execute(
        "SELECT source, employment_type, is_main_survey, is_full_time, count(*)"
        " FROM reported_persons($as_of) GROUP BY ALL",
        {"as_of": AS_OF},
    ).fetchall()
    assert sorted(rows) == [
        ("other", "unstated", False, True, 40),
        ("survey", "FULL_TIME", True, True, 142),
        ("survey", "PART_TIME", True, False, 1),
    ]


def test_unstated_time_in_a_survey_that_asks_for_it_is_not_full_time(con: database.Connection) -> None:
    database.put(con, PayReports, [person(1, 1e6), person(2, 1e6, employment_type=None)])
    full = con.execute("SELECT row, is_full_time FROM reported_persons($as_of)", {"as_of": AS_OF}).fetchall()
    assert sorted(full) == [(1, True), (2, False)]


def test_a_bonus_is_what_a_survey_asks_or_a_year_of_income_above_base_pay(con: database.Connection) -> None:
    database.put(con, Countries, [Countries(country="AR", currencies=("ARS",), **COUNTRY)])
    sizes = ["none"] * 50 + ["one"] * 20 + ["over_three"] * 10
    rows = [person(n, 1e6, bonus=size, pay_months=13.0) for n, size in enumerate(sizes, 1)]
    rows += [person(81, 1e6, bonus=None, pay_months=12.0, pay_total=9e6)]  # a month's pay is no year's base pay
    rows += [person(82, 1e6, bonus="one", pay_flag="implausible_low")]
    yearly = {"source": "other", "bonus": None, "pay_months": None}
    rows += [person(n, 1e6, pay_total=1e6 * (1.1 if n <= 40 else 1.0), **yearly) for n in range(1, 101)]
    rows += [person(n, 1e6, pay_total=total, **yearly) for n, total in ((101, None), (102, 0.9e6))]
    rows += [person(n, 1e6, source="small", bonus="one") for n in range(1, 30)]
    database.put(con, PayReports, rows)  # no rate is near, which a bonus does not need
    found: list[Any] = [next(cells(con, source=one).itertuples()) for one in ("survey", "other", "small")]
    asked, told, few = found
    assert (asked.n_bonus_asked, asked.n_bonus, asked.n_bonus_one, asked.n_bonus_over_three) == (80, 30, 20, 10)
    assert asked.bonus_share == 0.375 and asked.bonus_share_lo < 0.375 < asked.bonus_share_hi
    assert np.isnan(asked.bonus_of_base) and asked.n_bonus_of_base == 0
    assert (told.n_bonus_asked, told.n_bonus, told.n_bonus_of_base, told.bonus_share) == (100, 40, 40, 0.4)
    assert told.bonus_of_base == pytest.approx(0.1)
    assert (few.n_bonus_asked, few.n_bonus) == (29, 29) and np.isnan(few.bonus_share)


def test_a_source_that_may_not_be_republished_is_in_no_cell(survey: database.Connection) -> None:
    values = {"source": "survey", "kind": "survey", "is_republishable": False, "is_verified": True, "is_bulk": False,
              "is_in_prose": True}  # fmt: skip
    texts = dict.fromkeys(("title", "publisher", "homepage", "licence", "attribution"), "x")
    database.put(survey, Sources, [Sources(**(nothing_in(Sources) | values | texts))])
    assert set(reported_pay(survey, AS_OF)["source"]) == {"other"}


def test_where_nobody_reports_there_are_no_rows(con: database.Connection) -> None:
    assert len(reported_pay(con, AS_OF)) == 0


BRACKETS = np.array([0, 1, 2, 3, 4, 6, 8, 12, 16, 20, 25, 30, 40, np.inf]) / 12
"""Ends of the brackets of a survey in Brazil, the twelfth of them one standard unit of pay."""


def estimate_brackets(cell: np.ndarray[Any, Any], pay: np.ndarray[Any, Any], n_cells: int) -> pd.DataFrame:
    place = np.searchsorted(BRACKETS, pay, side="right")
    return estimate_pay_of_brackets(cell, BRACKETS[place - 1], BRACKETS[place], n_cells)


@pytest.mark.parametrize("n", [58, 150])
def test_intervals_of_brackets_cover_and_are_wider_than_those_of_the_amounts(n: int) -> None:
    dice = np.random.default_rng(35)
    pay, cell = np.exp(dice.normal(0, 0.5, (1_000, n))).ravel(), np.repeat(np.arange(1_000), n)
    exact, estimates = estimate_pay_of_persons(cell, pay, 1_000), estimate_brackets(cell, pay, 1_000)
    for name, z in (("p25", -0.6744898), ("p50", 0.0), ("p75", 0.6744898)):
        truth = np.exp(0.5 * z)
        low, high = estimates[f"{name}_lo"], estimates[f"{name}_hi"]
        assert ((low <= truth) & (truth <= high)).mean() >= 0.95, name
        assert (low <= exact[f"{name}_lo"] + 1e-2).all() and (high >= exact[f"{name}_hi"] - 1e-2).all()
        assert abs(estimates[name].median() / truth - 1) < 0.02, "interpolation is not biased"


def test_quantiles_of_brackets_are_interpolated_by_hand() -> None:
    """By docs/methods.md: the person i of n stands at (i - 1/2) / n of the bracket, in units of persons."""
    counts = {(1_000.0, 2_000.0): 20, (2_000.0, 4_000.0): 30, (4_000.0, np.inf): 10}
    low, high = (np.repeat([ends[k] for ends in counts], list(counts.values())) for k in (0, 1))
    (row,) = estimate_pay_of_brackets(np.zeros(60, dtype=np.int64), low, high, 1).to_dict("records")
    assert row["p50"] == pytest.approx(2_000 + (30 - 20) / 30 * 2_000, abs=0.01)
    assert (row["p50_lo"], row["p50_hi"]) == (2_000, 4_000)
    assert pd.isna(row["p90"]) and pd.isna(row["p90_hi"]), "it is in the open bracket"
    assert row["form"] == "interval"


def test_brackets_without_width_are_amounts() -> None:
    pay, cell = np.sort(np.random.default_rng(1).lognormal(size=50)) * 1_000, np.zeros(50, dtype=np.int64)
    pd.testing.assert_frame_equal(
        estimate_pay_of_brackets(cell, pay, pay, 1)[list(QUANTILES)],
        estimate_pay_of_persons(cell, pay, 1)[list(QUANTILES)],
    )
