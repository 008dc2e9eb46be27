"""Amounts, years and slips in surveys of pay."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from extractors.sources.salaries.pay_survey import all_surveys
from transforms.pay.reported import contradicts, flag_amounts, months_of_year, read_amount, read_years
from transforms.records.columns import fields_of
from transforms.records.rows import Issue, PayReport
from transforms.text.rejects import Rejected

PESOS = all_surveys()["sysarmy_survey"].form.amount_signs


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("3000000.0", 3_000_000), ("231122,92", 231_122.92), ("$315.000,00", 315_000), ("1.113.000 ARS", 1_113_000),
        ("180,000.00", 180_000), ("AR$ 350.000", 350_000), ("pesos argentinos 470000", 470_000),
        ("5.00E+06", 5_000_000), ("1.5", 1.5),
    ],
)  # fmt: skip
def test_an_amount_is_read_as_people_write_it(text: str, amount: float) -> None:
    assert read_amount(text, "pay", 7, signs=PESOS) == amount


@pytest.mark.parametrize(
    "text", ["5000 usd", "126000 pesos y 845 dolares", "no sé", "0", "-5", "1.500.00", "nan", "inf", ""]
)
def test_an_amount_in_other_money_or_in_two_is_refused_by_column_and_row(text: str) -> None:
    with pytest.raises(Rejected, match=r"expected (a positive|one) amount .*in row 7") as rejection:
        read_amount(text, "pay", 7, signs=PESOS)
    assert (rejection.value.issue.column_name, rejection.value.issue.value) == ("pay", text)


@pytest.mark.parametrize(
    ("text", "years"),
    [("7", 7), ("2.5", 2.5), ("2,5", 2.5), ("+10", 10), ("0", 0), ("352", None), ("", None), ("muchos", None)],
)
def test_years_of_experience(text: str, years: float | None) -> None:
    assert read_years(text) == years


def test_a_thirteenth_salary_is_an_employees_by_law() -> None:
    assert months_of_year("AR", is_employee=True) == 13
    assert months_of_year("AR", is_employee=False) == months_of_year("FI", is_employee=True) == 12


@pytest.mark.parametrize(
    ("net", "is_contradicted"), [(None, False), (1_000, False), (700, False), (1_001, True), (300, True)]
)
def test_pay_after_tax_contradicts_what_it_cannot_be_of(net: float | None, is_contradicted: bool) -> None:
    assert contradicts(1_000, net) is is_contradicted


def report(row: int, pay: float, **values: Any) -> PayReport:
    usual: dict[str, Any] = {f.name: None for f in fields_of(PayReport)}
    usual |= {"country": "AR", "currency": "ARS", "year": 2026}
    return PayReport(**(usual | {"row": row, "pay": pay, "snapshot_on": date(2026, 1, 15)} | values))


def flags(reports: list[PayReport]) -> dict[int, str | None]:
    return {entry.row: entry.pay_flag for entry in flag_amounts(reports) if isinstance(entry, PayReport)}


def test_slips_are_kept_with_a_flag_and_named() -> None:
    """A country of few answers is held against all in its money, if these are many."""
    many = [report(row, 1_000.0 + row) for row in range(40)]
    odd = [report(50, 12_000.0), report(51, 3.0), report(52, 9_000.0), report(53, 80.0, pay_flag="period_contradicted")]
    few = [report(60, 3.0, country="UY"), report(61, 3.0, country="MX", currency="MXN")]
    flag_of = flags([*many, *odd, *few])
    assert {row: flag for row, flag in flag_of.items() if flag} == {
        50: "implausible_high", 51: "implausible_low", 53: "period_contradicted", 60: "implausible_low",
    }  # fmt: skip
    issues = [entry for entry in flag_amounts([*many, *odd, *few]) if isinstance(entry, Issue)]
    assert [(issue.value, issue.is_deliberate) for issue in issues] == [
        ("1 answers: rows 50", True), ("2 answers: rows 51, 60", True), ("1 answers: rows 53", True),
    ]  # fmt: skip


def test_of_few_answers_no_median_is_told() -> None:
    assert not any(flags([report(row, 10.0**row) for row in range(29)]).values())
