"""Which currency a sign, a code or a word names, and the lookup behind it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.pay.currency import codes, currencies_of, currency_of, legal_tender, local_currencies_of, tender_of


@pytest.mark.parametrize(
    ("words", "country", "currency"),
    [
        ("$", "US", "USD"),
        ("$", "CA", "CAD"),
        ("$", "MX", "MXN"),
        ("$", "EC", "USD"),  # the US dollar is Ecuador's tender
        ("$", "DE", None),  # no dollar there
        ("$", None, None),
        ("C$", "US", "CAD"),
        ("C$", "NI", "NIO"),
        ("A$", None, "AUD"),
        ("NT$", None, "TWD"),
        ("R$", "US", "BRL"),
        ("US$", "BR", "USD"),
        ("kr", "NO", "NOK"),
        ("kr", "SE", "SEK"),
        ("kr", "US", None),
        ("€", "US", "EUR"),
        ("£", None, "GBP"),
        ("¥", "JP", "JPY"),
        ("¥", "CN", "CNY"),
        ("¥", None, None),
        ("zł", None, "PLN"),
        ("Rs", "IN", "INR"),
        ("Rs", "PK", "PKR"),
        ("Rs.", None, None),
        ("₹", None, "INR"),
        ("Fr.", None, "CHF"),
        ("R", "ZA", "ZAR"),
        ("R", "GB", None),
        ("L", "HN", "HNL"),
        ("元", "TW", "TWD"),
        ("元", "CN", "CNY"),
        ("eur", None, "EUR"),
        (" GBP ", None, "GBP"),
        ("US dollars", "CA", "USD"),
        ("dollars", "CA", "CAD"),
        ("Euros", None, "EUR"),
        ("EURO", None, "EUR"),
        ("", "US", None),
        ("XXX", "US", None),
        ("salary", "US", None),
        ("$", "??", None),
    ],
)
def test_currency_of(words: str, country: str | None, currency: str | None) -> None:
    assert currency_of(words, country) == currency


def test_legal_tender_is_read_from_the_countries() -> None:
    assert legal_tender("CH") == ("CHF",)
    assert set(legal_tender("PA")) == {"PAB", "USD"}
    assert legal_tender("NA")[0] == "NAD"  # Namibia, not a missing value
    assert legal_tender("??") == ()
    assert "LI" in tender_of("CHF")


def test_every_tender_is_a_known_code() -> None:
    tenders = {currency for country in ("US", "HR", "CW", "SV", "ZW", "CL", "NG") for currency in legal_tender(country)}
    assert tenders <= set(codes())


def test_magnitudes_are_positive_and_of_one_figure() -> None:
    magnitudes = [value for value in codes().values() if value is not None]
    assert len(magnitudes) > 150
    assert all(value > 0 and len(f"{value:e}".split("e")[0].rstrip("0").rstrip(".")) == 1 for value in magnitudes)
    assert codes()["USD"] == 1


def test_a_shared_sign_names_all_its_currencies() -> None:
    assert currencies_of("kr") == {"NOK", "SEK", "DKK", "ISK"}
    assert currencies_of("usd") == {"USD"}
    assert currencies_of("all") == frozenset()  # a word, not the lek
    assert local_currencies_of("R") == {"ZAR"}


@given(st.text(max_size=12), st.one_of(st.none(), st.text(max_size=3)))
def test_any_text_gives_a_known_code_or_none(words: str, country: str | None) -> None:
    assert currency_of(words, country) in {None, *codes()}
