"""Parts of figures in other money, periods and formats: examples of each option."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from reports.wording import notes
from reports.wording.parts import PartFormat, find_locale_fault
from warehouse.mart_tables import Figures

Make = Callable[..., Figures]
PAY: dict[str, Any] = {
    "currency": "USD", "basis": "advertised", "band_low": 96_000.0, "band_low_lo": 90_000.0, "band_low_hi": 99_000.0,
    "band_high": 150_000.0, "band_high_lo": 144_000.0, "band_high_hi": 160_000.0, "p50": 120_000.0,
    "p50_lo": 114_000.0, "p50_hi": 126_000.0, "p25": 99_000.0, "p25_lo": 60_000.0, "p25_hi": 138_000.0,
    "place_currency": "EUR", "local_currency": "EUR", "local_low": 84_000.0, "local_high": 131_000.0,
    "local_p50": 105_000.0, "price": 0.75,
}  # fmt: skip
SHARE: dict[str, Any] = {
    "share": 0.573, "share_lo": 0.49, "share_hi": 0.65, "form": "point", "rank_best": 1, "rank_worst": 3,
}  # fmt: skip
CLAIM = {"claim": "up to USD 15.7 trillion by 2030", "publisher": "PwC",
         "parts": {"amount": "USD 15.7 trillion", "year": "2030"}}  # fmt: skip


def said(row: Figures, **options: Any) -> str | None:
    return notes.part(row, PartFormat(**options))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"part": "low"}, "USD 96K"),
        ({"part": "low", "per": "month"}, "USD 8.0K"),
        ({"part": "high"}, "USD 150K"),
        ({"part": "median", "per": "year"}, "USD 120K"),
        ({"part": "median", "per": "year", "form": "long"}, "USD 120,000"),
        ({"part": "median", "per": "year", "form": "long", "locale": "de"}, "USD 120.000"),
        ({"part": "low", "per": "month", "locale": "de"}, "USD 8,0K"),
        ({"part": "low", "form": "bare"}, "96,000"),
        ({"per": "month"}, "USD 8.0K–12.5K per month"),
        ({"part": "median", "per": "hour"}, "USD 58"),
        ({"part": "p25", "per": "year"}, "between USD 60K and 138K"),
        ({"part": "interval", "per": "year"}, "USD 114K–126K"),
        ({"part": "low", "money": "local", "per": "year"}, "EUR 84K"),
        ({"part": "median", "money": "ppp", "per": "year"}, "PPP USD 140K"),
        ({"per": "year"}, "USD 96K–150K per year"),
        ({"per": "year", "money": "local"}, "EUR 84K–131K per year"),
        ({"part": "n"}, "1,234"),
        ({"part": "n", "locale": "fr"}, "1\u202f234"),
        ({"part": "employers"}, "56"),
    ],
)
def test_parts_of_pay(figure: Make, options: dict[str, Any], expected: str) -> None:
    row = figure(
        figure="pay.de.ai_engineering.mid_senior", unit="USD per year", basis="advertised", n_jobs=1_234,
        n_employers=56, value="USD 96K–150K per year", value_json=json.dumps([PAY]),
    )  # fmt: skip
    assert said(row, **options) == expected


def test_what_a_figure_lacks_is_none_and_says_why(figure: Make) -> None:
    survey = {name: value for name, value in PAY.items() if not name.startswith(("band", "local", "place"))}
    row = figure(figure="pay.de.data.all.reported", basis="reported", value_json=json.dumps([survey]))
    assert said(row, part="low") is None
    assert "have no band" in notes.why_no_part(row, PartFormat(part="low"))
    assert said(row, part="median", money="local") is None
    assert "money of the country" in notes.why_no_part(row, PartFormat(part="median", money="local"))
    assert said(row, per="year") == "median USD 120K per year"


@pytest.mark.parametrize(
    ("changes", "options", "expected"),
    [
        ({}, {"form": "bare"}, "57"),
        ({}, {"locale": "de"}, "57 %"),
        ({}, {"part": "interval"}, "49–65%"),
        ({}, {"part": "interval", "locale": "de"}, "49–65 %"),
        ({}, {"part": "rank"}, "1–3"),
        ({"share": 0.004, "share_lo": 0.001, "share_hi": 0.009}, {"locale": "de"}, "0,4 %"),
        ({"form": "interval"}, {"form": "bare"}, "49–65"),
        ({"form": "bounds", "bound_lo": 0.2, "bound_hi": 0.6}, {"locale": "en", "form": "long"}, "between 20% and 60%"),
        ({"form": "says"}, {"form": "bare"}, None),
        ({"form": "says"}, {"part": "interval"}, None),
        ({"rank_best": None}, {"part": "rank"}, None),
    ],
)
def test_parts_of_a_share(figure: Make, changes: dict[str, Any], options: dict[str, Any], expected: str | None) -> None:
    row = figure(figure="skill.python.us.ai_engineering", value_json=json.dumps([SHARE | changes]))
    text = said(row, **options)
    assert (text or "").replace("\xa0", " ") == (expected or "")


def test_parts_of_a_claim(figure: Make) -> None:
    row = figure(figure="claim.gdp_2030", kind="cited", value_json=json.dumps([CLAIM]))
    assert [said(row, part=part) for part in ("amount", "year", "publisher", "growth")] == [
        "USD 15.7 trillion", "2030", "PwC", None,
    ]  # fmt: skip


@pytest.mark.parametrize(("locale", "is_known"), [("en", True), ("de-CH", True), ("pt_BR", True), ("xx-yy", False)])
def test_locales_are_known_by_their_names(locale: str, is_known: bool) -> None:
    assert (find_locale_fault(locale) is None) == is_known
