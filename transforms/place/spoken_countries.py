"""Find the country that an advert speaks of, to choose between places of one name.

"Hamilton" is in Canada, in Bermuda and in New Zealand. The advert's money, its words for benefits of one country's law
(`country_clues.csv`), the countries and states it names, its language and its employer's country each make the
meanings there likelier. A clue changes no score by itself: it is a factor in the choice between meanings
(`location_line`). Sources: ISO 4217 for money, our own knowledge of laws and languages for words.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

from transforms.pay.currency import legal_tender, only_country_of, signs_of
from transforms.place.gazetteer import ADDRESSED_BY_STATE, Meaning, countries, subdivision_names
from transforms.place.location_line import Hints
from transforms.text.lookups import parts, rows_of

STRONG = 40.0
"""Factor of money that one country alone uses, and of a country in which the person must be allowed to work."""
WEAK = 10.0
"""Factor of words of one country's law, of a country or state that is named, and of money of several countries."""
OF_LANGUAGE = 4.0
"""Factor of a country where the advert's language is official."""
OF_EMPLOYER = 30.0
"""Factor of the employer's country."""
MAX_TEXT = 20_000
"""Maximum number of characters of a text that are searched."""

SHORT_NAMES = {"US": ("USA", "U.S.", " US "), "GB": ("UK", "Britain", "England"), "AE": ("UAE",)}
_PERMIT = re.compile(
    r"\b(?:work|rights|permit|visa|citizens?|residents?|live|living) (?:\w+ )?(?:in|of|for) (?:the )?$"
)
_PERMIT_REACH = 40


def hints_of(
    meanings: Iterable[Meaning], text: str, *, language: str | None = None, employer_country: str | None = None
) -> Hints:
    """Return the countries and subdivisions of `meanings` that the advert speaks of, with their factors, sorted."""
    text = text[:MAX_TEXT]
    codes = {meaning.country for meaning in meanings}
    factors: dict[str, float] = {}
    for country in codes:
        factor = _of_money(country, text) * _of_name(countries()[country]["name"], text, country)
        factor *= WEAK if any(word in text for word in _words_of_law().get(country, ())) else 1.0
        factor *= OF_LANGUAGE if language and country in _countries_of_language(language) else 1.0
        factors[country] = factor * (OF_EMPLOYER if country == employer_country else 1.0)
    for code in {m.subdivision for m in meanings if m.subdivision and m.country in (*ADDRESSED_BY_STATE, "GB")}:
        factors[code] = max((_of_name(name, text) for name in subdivision_names().get(code, ())), default=1.0)
    return tuple(sorted((code, factor) for code, factor in factors.items() if factor > 1.0))


def _of_money(country: str, text: str) -> float:
    factor = 1.0
    for currency in legal_tender(country):
        if any(sign in text and _amount(sign).search(text) for sign in signs_of(currency)):
            factor = max(factor, STRONG if only_country_of(currency) == country and currency != "USD" else WEAK)
    return factor


def _of_name(name: str, text: str, country: str | None = None) -> float:
    factor = 1.0
    for spelling in (name, *SHORT_NAMES.get(country or "", ())):
        at = text.find(spelling)
        while at >= 0 and factor < STRONG:
            factor = STRONG if _PERMIT.search(text, max(0, at - _PERMIT_REACH), at) else WEAK
            at = text.find(spelling, at + len(spelling))
    return factor


@functools.cache
def _amount(sign: str) -> re.Pattern[str]:
    edge = r"(?<![A-Za-z])" if sign[0].isalpha() else ""
    return re.compile(rf"{edge}{re.escape(sign)} ?\d|\d ?{re.escape(sign)}(?![A-Za-z])")


@functools.cache
def _words_of_law() -> dict[str, tuple[str, ...]]:
    by_country: dict[str, tuple[str, ...]] = {}
    for row in rows_of("country_clues"):
        if row["kind"] == "words":
            for country in parts(row["countries"]):
                by_country[country] = (*by_country.get(country, ()), row["words"] or "")
    return by_country


@functools.cache
def _countries_of_language(language: str) -> frozenset[str]:
    rows = [row for row in rows_of("country_clues") if row["kind"] == "language" and row["words"] == language[:2]]
    return frozenset(country for row in rows for country in parts(row["countries"]))
