"""A sign that several currencies share is settled by places, then by the employer, and said to be inferred."""

from __future__ import annotations

import pytest

from extractors.boards import boards_by_token
from transforms.posting import posting

TEXT = "We build maps of rivers. Salary: $100,000 - $120,000 a year."


@pytest.mark.parametrize(
    ("location", "employer_country", "currency", "is_inferred"),
    [
        ("NYC", None, "USD", True),
        ("SF", "CA", "USD", True),
        ("Toronto", "US", "CAD", True),
        ("London; New York", None, "USD", True),
        ("Paris / Sydney", "US", "AUD", True),
        ("Toronto; New York", None, None, False),
        ("Toronto; New York", "US", "USD", True),
        ("Toronto; New York", "GB", None, False),
        ("Remote", "CA", "CAD", True),
        ("Remote", "US", "USD", True),
        ("Remote", "DE", None, False),
        ("Remote", None, None, False),
        ("Remote - Germany", "US", None, False),
    ],
)
def test_a_bare_dollar(location: str, employer_country: str | None, currency: str | None, is_inferred: bool) -> None:
    advert = posting(
        source="test", id=1, title="Analyst", location_text=location, text=TEXT, employer_country=employer_country
    )
    spans = [span for span in advert.spans if span.field == "currency"]
    assert (advert.currency, [span.reading for span in spans]) == (currency, ["inferred"] * is_inferred)
    assert [TEXT[span.start : span.end] for span in spans] == ["$100,000 - $120,000 a year"] * is_inferred


@pytest.mark.parametrize(
    ("location", "market"),
    [("Berlin, Germany", "cross_border"), ("NYC", "local"), ("Remote", None), ("Toronto; New York", None)],
)
def test_a_dollar_where_the_country_has_none_is_from_abroad(location: str, market: str | None) -> None:
    assert posting(source="test", id=1, title="Analyst", location_text=location, text=TEXT).pay_market == market


@pytest.mark.parametrize("amount", ["US$100,000", "100,000 USD", "€100,000", "£100,000"])
def test_a_currency_that_is_named_is_not_inferred(amount: str) -> None:
    advert = posting(source="test", id=1, title="Analyst", location_text="Remote", text=f"Salary: {amount} a year.")
    assert advert.currency is not None
    assert not [span for span in advert.spans if span.field == "currency"]


def test_a_board_tells_its_employer_and_the_employers_country() -> None:
    board = boards_by_token()["ashby", "1password"]
    assert (board.employer, board.country) == ("1Password", "CA")
