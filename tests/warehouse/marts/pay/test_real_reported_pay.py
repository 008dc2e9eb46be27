"""Reported pay of the published surveys: a cell of each recomputed from the raw file, and brackets held against rows.

What is recomputed follows docs/methods.md alone: columns of the file, a year's months, what is flagged, quantiles.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from extractors.sources.salaries.pay_survey import all_surveys
from tests.extractors.sources.test_real_surveys import SURVEYS, read
from transforms.records.rows import PayReport
from warehouse.marts.pay.pay_quantiles import estimate_pay_of_brackets, estimate_pay_of_persons

pytestmark = pytest.mark.skipif(not SURVEYS.is_dir(), reason=f"{SURVEYS} is not here: the published files")
QUARTILES = {"p25": 0.25, "p50": 0.5, "p75": 0.75}
ARGENTINA, COLOMBIA = "sysarmy_2026.01_raw.csv.gz", "laplazadevs_co_2025-06-03.csv.gz"
FINLAND, BRAZIL = "koodiklinikka_salary_2024_fi.csv.gz", "state_of_data_br_2025_26_brackets.csv"
Numbers = np.ndarray[Any, Any]


def raw(name: str) -> pd.DataFrame:
    """The table of a published file, each cell as text; notes above the heading are skipped."""
    text = gzip.decompress((SURVEYS / name).read_bytes()).decode()
    return pd.read_csv(
        io.StringIO(text[text.index("Timestamp," if "Timestamp," in text else "Marca temporal") :]), dtype=str
    )


def number(column: pd.Series) -> Numbers:
    return np.asarray(pd.to_numeric(column.str.replace(",", "."), errors="coerce"), dtype=float)


def stated(income: pd.Series) -> Numbers:
    """A year's income, of which 0 says nothing."""
    amounts = number(income)
    return np.where(amounts > 0, amounts, np.nan)


def quantile(pay: Numbers, p: float) -> float:
    return float(np.quantile(pay, p, method="median_unbiased"))  # type 8 of Hyndman and Fan


def estimated(pay: Numbers) -> dict[str, float]:
    (row,) = estimate_pay_of_persons(np.zeros(len(pay), dtype=np.int64), pay, 1).to_dict("records")
    return {name: row[name] for name in QUARTILES}


def cell(name: str, belongs: Callable[[PayReport], bool]) -> dict[str, Any]:
    """The quartiles that a cell of these reports has."""
    pay = [row.pay for row in read(name)[0] if row.pay_flag is None and belongs(row)]
    return {"n": len(pay)} | estimated(np.array(pay, dtype=float))


def by_hand(pay: Numbers) -> dict[str, Any]:
    quartiles: dict[str, Any] = {name: pytest.approx(quantile(pay, p), rel=1e-3) for name, p in QUARTILES.items()}
    return {"n": len(pay)} | quartiles


def test_argentina_data_scientists_in_full_time_paid_in_pesos() -> None:
    table = raw(ARGENTINA)
    gross, net = (
        number(table[f"Último salario mensual o retiro {tax} (en pesos argentinos)"]) for tax in ("BRUTO", "NETO")
    )
    on_payroll = table["Tipo de contrato"].str.startswith(("Staff", "Tercerizado")).to_numpy(bool)
    in_pesos = ~table["Pagos en dólares"].fillna("").str.startswith("Cobro").to_numpy(bool)
    is_in = (table["Trabajo de"] == "Data Scientist") & (table["Dedicación"] == "Full-Time") & in_pesos & (gross > 0)
    is_in &= ~((net > gross) | (net < gross / 3))
    found = cell(
        ARGENTINA,
        lambda row: row.title == "Data Scientist" and row.employment_type == "FULL_TIME"
        and row.paid_in in ("local", "dollar_linked"),
    )  # fmt: skip
    assert found == by_hand((gross * np.where(on_payroll, 13, 12))[is_in.to_numpy(bool)])


def test_colombia_developers_in_full_time_paid_in_pesos() -> None:
    """684 of 1,025 answers are empty in the first column of each question, 341 in the second, none in both."""
    table = raw(COLOMBIA)
    money, base, total = (
        table.loc[:, [name for name in table.columns if words in name]]
        for words in ("A usted le pagan", "REMUNERACIÓN BASE", "REMUNERACIÓN TOTAL")
    )
    assert base.isna().sum().tolist() == [684, 341]
    first, second = ([part.iloc[:, n] for part in (money, base, total)] for n in (0, 1))
    paid_in, pay, income = (a.fillna(b) for a, b in zip(first, second, strict=True))
    year, whole, hours = (
        number(pay),
        stated(income),
        number(table[next(name for name in table if "uántas horas" in str(name))]),
    )
    is_in = paid_in.str.contains("COP").to_numpy(bool) & (year > 0)
    median = np.median(year[is_in])
    slip = (
        (whole < year / 2) | (whole > 3 * year) | (year < median / 20) | (year > 10 * median) | (year < 12 * 1_300_000)
    )
    is_in &= ~slip & (np.where(hours <= 12, 5 * hours, hours) >= 35)
    found = cell(COLOMBIA, lambda row: row.currency == "COP" and row.employment_type == "FULL_TIME")
    assert found == by_hand(year[is_in])
    assert (found["n"], found["p50"]) == (572, 108_000_000)


def test_finland_employees_in_full_time() -> None:
    table = raw(FINLAND)
    month, year = number(table["Kuukausipalkka (brutto, euroina)"]), stated(table.filter(like="Vuositulot").iloc[:, 0])
    share = number(table["Työaika"])  # per cent of full-time work, or hours a week
    is_in = (table["Oletko palkansaaja vai laskuttaja?"] == "Palkansaaja").to_numpy(bool) & (month > 0)
    is_in &= table["Rooli / titteli"].notna().to_numpy(bool)
    median = np.median(12 * month[is_in])
    slip = (year < 6 * month) | (year > 36 * month) | (12 * month < median / 20) | (12 * month > 10 * median)
    is_in &= ~slip & np.where(share > 45, share >= 90, share >= 35)
    assert cell(FINLAND, lambda row: row.employment_type == "FULL_TIME") == by_hand(12 * month[is_in])


def test_brazil_ml_and_ai_engineers_of_pleno_and_senior() -> None:
    table = pd.read_csv(SURVEYS / BRAZIL)
    table = table[table["role"].eq("ML/AI engineer") & table["level"].isin(["Pleno", "Sênior"])]
    amounts: list[float] = []
    brackets = table.groupby(["bracket_brl_month_low", "bracket_brl_month_high"], dropna=False)["n"].sum().reset_index()
    for low, high, n in brackets.itertuples(index=False):
        amounts += [low if pd.isna(high) else low + (i - 0.5) / n * (high - low) for i in range(1, n + 1)]
    rows = [
        row for row in read(BRAZIL)[0]
        if row.role == "machine_learning_engineer" and row.seniority in ("mid", "senior")
    ]  # fmt: skip
    starts, ends = (np.array([getattr(row, name) for row in rows], dtype=float) for name in ("pay", "pay_high"))
    (found,) = estimate_pay_of_brackets(np.zeros(len(rows), dtype=np.int64), starts, ends, 1).to_dict("records")
    assert len(rows) == 58
    for name, p in QUARTILES.items():
        assert found[name] == pytest.approx(12 * quantile(np.array(amounts), p), rel=1e-3)
    assert 2_800 < found["p50"] / 12 / 5.48 < 2_900, "dollars a month"


def test_stack_overflow_data_scientists_in_germany() -> None:
    (archive,) = (SURVEYS.parent / "payloads" / "stackoverflow_survey").glob("*.warc.gz")
    body = gzip.decompress(archive.read_bytes()).partition(b"HTTP/1.1 200")[2].partition(b"\r\n\r\n")[2]
    table = pd.read_csv(io.BytesIO(body.rpartition(b"\r\n\r\n")[0] or body), on_bad_lines="skip")
    assert len(table) > 20_000 and "stackoverflow_survey" in all_surveys()
    is_in = table["Country"].eq("Germany") & table["PrimaryRole"].astype(str).str.contains("Data scientist")
    pay = table.loc[is_in, "salary"].to_numpy(float)
    assert (len(pay), np.median(pay)) == (34, 92_812.0)


@pytest.mark.parametrize(
    ("name", "belongs", "ends"),
    [
        (COLOMBIA, lambda row: row.currency == "COP", 12e6 * np.array([0, 1, 2, 3, 4, 6, 8, 12, 16, 20, 25, 30, 40])),
        (FINLAND, lambda row: True, 12e3 * np.array([0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30])),
        (ARGENTINA, lambda row: row.currency == "ARS",
         13e5 * np.array([0, 5, 10, 15, 20, 30, 40, 60, 80, 120, 160, 200, 300])),
    ],
)  # fmt: skip
def test_quantiles_of_brackets_are_near_those_of_the_same_rows(
    name: str, belongs: Callable[[PayReport], bool], ends: Numbers
) -> None:
    """Amounts of a real survey, cut into brackets as the Brazilian survey has them."""
    rows = [row.pay for row in read(name)[0] if row.pay_flag is None and row.pay and belongs(row)]
    pay = np.array([amount for amount in rows if amount is not None], dtype=float)
    edges = np.append(ends, np.inf)
    place = np.searchsorted(edges, pay, side="right")
    one = np.zeros(len(pay), dtype=np.int64)
    (brackets,) = estimate_pay_of_brackets(one, edges[place - 1], edges[place], 1).to_dict("records")
    exact = estimated(pay)
    for quartile, value in exact.items():
        assert -0.01 < brackets[quartile] / value - 1 < 0.08, "round amounts stand at the low ends of brackets"
        assert brackets[f"{quartile}_lo"] <= value <= brackets[f"{quartile}_hi"]
