"""The contract that an advert offers: from its field, its title, its text and the words beside its pay."""

from __future__ import annotations

import csv
import doctest
from pathlib import Path
from typing import Any

import pytest

import transforms.role.contract
from transforms.posting import postings
from transforms.records.rows import Posting
from transforms.records.vocabulary import CONTRACTS, OPEN_CONTRACT
from transforms.role.contract import contract_of
from transforms.role.employment import employment_of
from transforms.text.lookups import cells_of

CASES = Path(__file__).with_name("contract_cases.csv")


def read_cases() -> list[dict[str, str]]:
    with CASES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read(text: str, **fields: Any) -> Posting:
    raw: Any = {"source": "github_vagas", "id": "1", "title": "Data Engineer", "text": text, **fields}
    (row,) = postings([raw])
    assert isinstance(row, Posting)
    return row


def test_the_examples_of_the_module() -> None:
    assert doctest.testmod(transforms.role.contract).failed == 0


@pytest.mark.parametrize("case", read_cases(), ids=lambda case: "|".join(case.values())[:90])
def test_contract_by_field_title_and_text(case: dict[str, str]) -> None:
    kind, _ = employment_of(case["stated"] or None, case["title"], case["text"])
    assert (contract_of(case["stated"] or None, case["title"], case["text"], kind) or "") == case["contract"]


def test_rows_of_the_lookups_are_of_the_vocabulary() -> None:
    contracts = {*CONTRACTS, OPEN_CONTRACT, ""}
    for name in ("contract_cues", "employment_types", "pay_employment"):
        assert {row["contract"] for row in cells_of(name)} <= contracts, name
    by_kind = {(row["employment_type"], row["contract"]) for row in cells_of("employment_types")}
    assert ("CONTRACTOR", "") not in by_kind, "a kind that names a contract has one"


@pytest.mark.parametrize(
    ("text", "location", "contract", "months", "tax"),
    [
        ("R$ 12.000 a R$ 15.000 por mês (PJ)", "São Paulo, Brazil", "contractor", 12, "invoice"),
        ("R$ 12.000 a R$ 15.000 por mês (CLT)", "São Paulo, Brazil", "employee", 13, None),
        ("R$ 12.000 a R$ 15.000 por mês", "São Paulo, Brazil", None, 13, None),
        ("Contrato de prestación de servicios. $12.000.000 a $15.000.000 COP mensuales", "Bogotá, Colombia",
         "contractor", 12, "invoice"),
        ("Contrato a término indefinido. $12.000.000 a $15.000.000 COP mensuales", "Bogotá, Colombia",
         "employee", 13, None),
        ("S/ 8,000 a S/ 9,000 mensuales. Contrato por recibos por honorarios", "Lima, Peru", "contractor", 12,
         "invoice"),
        ("S/ 8,000 a S/ 9,000 mensuales. Ingreso a planilla", "Lima, Peru", "employee", 14, None),
        ("Recibos verdes. 2.000 € a 2.500 € por mês", "Lisboa, Portugal", "contractor", 12, "invoice"),
        ("Contrato sem termo. 2.000 € a 2.500 € por mês", "Lisboa, Portugal", None, 14, None),
        ("B2B contract, 18 000 - 24 000 PLN net + VAT per month", "Warszawa, Poland", "contractor", 12, "invoice"),
    ],
)  # fmt: skip
def test_months_of_a_year_by_country_and_contract(
    text: str, location: str, contract: str | None, months: int, tax: str | None
) -> None:
    row = read(text, location_text=location)
    assert row.pay_low is not None and row.annual_low is not None
    assert (row.pay_contract, row.annual_low / row.pay_low, row.pay_tax) == (contract, months, tax)


def test_ranges_of_two_contracts_are_kept_apart() -> None:
    text = "Salary: 18 000 - 24 000 PLN net + VAT on B2B / 14 000 - 19 000 PLN gross UoP per month"
    row = read(text, location_text="Warszawa, Poland", employment_type="B2B / UoP")
    assert (row.contract, row.pay_contract, row.pay_low, row.pay_tax) == ("either", "employee", 14_000, "gross")
    (other,) = (pay for pay in row.pay if not pay.is_headline)
    assert (other.contract, other.low, other.tax, other.is_headline_in_country) == (
        "contractor",
        18_000,
        "invoice",
        True,
    )


def test_one_range_for_a_choice_of_contracts_is_of_neither() -> None:
    row = read("Umowa o pracę lub B2B. 15 000 - 20 000 PLN miesięcznie", location_text="Warszawa, Poland")
    assert (row.contract, row.pay_contract) == ("either", "either")


def test_net_pay_of_a_contractor_is_no_invoice() -> None:
    text = "Renta líquida de $2.000.000 a $2.500.000 CLP mensuales"
    row = read(text, location_text="Chile", employment_type="freelance")
    assert (row.pay_contract, row.pay_tax) == ("contractor", "net")


def test_every_row_of_the_cues_is_whole() -> None:
    rows = cells_of("contract_cues")
    assert all(row["pattern"] and row["evidence"] and None not in row for row in rows)
