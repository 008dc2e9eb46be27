"""No mail address or telephone number of an advert leaves the archive, in whichever of its fields it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from typing import Any

import pytest

from extractors.refine.refine import _bound_texts
from transforms.place.places import Address
from transforms.posting import posting, postings
from transforms.raw_posting import RawPosting
from transforms.records.rows import Issue, Pay, PayReport
from transforms.text.bounds import MASKED, MAX_LENGTH
from transforms.text.contacts import MASK
from transforms.text.rejects import MAX_VALUE, Rejected, leave_out, shown_value

MAIL, TELEPHONE = "jo.doe@plover.example", "+44 20 7946 0958"
CONTACT = f"{MAIL} {TELEPHONE}"


def advert(**fields: Any) -> RawPosting:
    raw: dict[str, Any] = {
        "source": "lever",
        "id": "1",
        "title": "Data Engineer",
        "text": "You build pipelines.",
        **fields,
    }
    return raw  # type: ignore[return-value]  # the same keys


def texts_in(value: object) -> Iterator[str]:
    """All texts of a row, those in its parts, too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from texts_in(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from texts_in(part)


def holds_contact(value: object) -> bool:
    return any(word in text for text in texts_in(value) for word in ("jo.doe", "plover.example", "7946"))


MASKED_CONTACT = f"{MASK * len(MAIL)} {MASK * len(TELEPHONE)}"
N_KEPT = {"pay": 3, "workplace": 0}
"""In how many columns the words of a field stand; a workplace is read, and its words are not stored."""
PAY_WORDS = ("pay_text", "place_text", "level_text")
FIELDS: dict[str, Any] = {
    **dict.fromkeys(sorted(MASKED), f"Lisbon {CONTACT}"),
    "requisition_id": f"R-17 {CONTACT}",
    "posted_on": f"soon {CONTACT}",
    "addresses": [Address(text=f"Lisbon {CONTACT}", country="PT", locality=f"Lisbon {CONTACT}")],
    "pay": [
        Pay(low=1.0, currency="EUR", period="year", **dict.fromkeys(PAY_WORDS, f"Lisbon {CONTACT}"))  # type: ignore[arg-type]
    ],
    "issues": [Rejected("pay", f"Lisbon {CONTACT}", f"ValueError: {CONTACT}").issue],
    "text": f"Lisbon {CONTACT}",
}  # fmt: skip


@pytest.mark.parametrize("column", FIELDS)
def test_no_field_of_an_advert_keeps_a_contact(column: str) -> None:
    row = asdict(posting(**advert(**{column: FIELDS[column]})))
    assert not holds_contact(row)
    masked = [text for text in texts_in(row) if re.search(rf"(?:Lisbon|R-17|soon) {MASKED_CONTACT}", text)]
    assert len(masked) >= N_KEPT.get(column, 1), "the words beside a contact stay"


@pytest.mark.parametrize("title", ["", None, 7, [CONTACT], {"name": CONTACT}])
def test_no_reject_keeps_a_contact(title: object) -> None:
    [refused] = postings([advert(title=title, id=f"1 {CONTACT}")])
    assert isinstance(refused, Issue)
    assert not holds_contact(asdict(refused))


@pytest.mark.parametrize("column", sorted(MASKED))
def test_what_is_masked_and_cut_keeps_no_half_of_a_contact(column: str) -> None:
    for beyond in range(1, len(MAIL)):
        value = "x" * (MAX_LENGTH[column] - beyond - 1) + f" {MAIL}"
        assert "jo" not in str(posting(**advert(**{column: value})))
    assert "jo" not in shown_value("x" * (MAX_VALUE - 9) + f" {MAIL}")
    assert "jo" not in leave_out(f"jo.\u200bdoe@plover.example {'x' * MAX_VALUE}", "").value


@pytest.mark.parametrize(
    ("title", "masked"),
    [
        ("Data Engineer - jo@example.org", "Data Engineer - xxxxxxxxxxxxxx"),
        ("Sales, call (415) 555-0100", "Sales, call xxxxxxxxxxxxxx"),
        ("Driver +254 712 345 678 Nairobi", "Driver xxxxxxxxxxxxxxxx Nairobi"),
        ("Vendeur H/F 06 12 34 56 78", "Vendeur H/F xxxxxxxxxxxxxx"),
        *((title, title) for title in (
            "REQ-2024-001234 Data Engineer", "Data Engineer (0012345678)", "Data Engineer, 60,000-80,000 USD",
            "Data Engineer 1 200 000 - 1 500 000", "Open Call 2025-2026: PhD in AI", "C++ 11/14/17/20 Developer",
            "Erzieher 01067/04109 Dresden und Leipzig", "Ausbildung (01.09.25-31.08.28)",
            "Analyst, Seattle, WA 98101-1234", "Engineer 4155550100", "Level 3 Support 24/7", "Lead @ Plover",
        )),
    ],
)  # fmt: skip
def test_a_title_keeps_numbers_that_are_no_telephones(title: str, masked: str) -> None:
    assert posting(**advert(title=title)).title == masked


@pytest.mark.parametrize("number", ["202-555-0123", "0012-345678", "0123-4567-89", "REQ-2024-001234", "30012345"])
def test_a_requisition_is_no_telephone(number: str) -> None:
    assert posting(**advert(requisition_id=number)).requisition_id == number


def test_the_address_of_a_page_is_no_telephone() -> None:
    url = "https://plover.example/jobs/415-555-0100"
    assert posting(**advert(url=url)).url == url


def test_a_title_of_a_survey_is_masked_and_codes_are_not() -> None:
    report = PayReport(
        source="survey", snapshot_on=date(2026, 8, 1), row=1, basis="reported", pair_row=1, year=2026,
        title=f"Engineer {CONTACT}", role="data_engineer", role_group="data", seniority="mid", employment_type=None,
        pay=1.0, currency="EUR", pay_usd_stated=None, country=None, employer_country=None, region=None, continent=None,
        remote_share=None, employer_size=None, case_id="00447911123456",
    )  # fmt: skip
    [row] = _bound_texts([report])
    assert not holds_contact(asdict(row))
    assert row.case_id == report.case_id
