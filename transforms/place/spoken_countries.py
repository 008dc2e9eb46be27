"""Find the country that an advert speaks of, to choose between places of one name.

"Hamilton" is in Canada, in Bermuda and in New Zealand. The advert's money, its words for benefits of one country's law
(`country_clues.csv`), the countries and states it names, its language and its employer's country each make the meanings
there likelier, by the factors of `place_trust.csv`. A clue changes no score by itself: it is a factor in the choice
between meanings (`location_line`). Two witnesses together outvote a metropolis (`find_country`): pay in money that one
country alone uses, and words by which one must be allowed to work there. A sentence with a condition ("if you
transfer", "those who join from Ontario") speaks of somebody else and is no witness. Sources: ISO 4217 for money, our
own knowledge of laws and languages for words.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Collection, Iterable

from transforms.pay.currency import legal_tender, only_country_of, signs_of
from transforms.place.gazetteer import (
    ADDRESSED_BY_STATE,
    METROPOLIS,
    WELL_KNOWN,
    Meaning,
    countries,
    gazetteer,
    key,
    subdivision_names,
)
from transforms.place.location_line import Hints, factors_of_trust
from transforms.place.workplace_text import fold_letters
from transforms.skills.sections import sentence_at
from transforms.text.lookups import parts, rows_of

MAX_TEXT = 20_000
"""Maximum number of characters of a text that are searched."""

_PERMIT_REACH = 60
"""Number of characters before a name that are searched for a permit to work."""


def hints_of(
    meanings: Collection[Meaning], text: str, *, language: str | None = None, employer_country: str | None = None
) -> Hints:
    """Return the countries and subdivisions of `meanings` that the advert speaks of, with their factors, sorted."""
    text = text[:MAX_TEXT]
    codes = {meaning.country for meaning in meanings}
    money = {country: _of_money(country, text) for country in codes}
    names = {country: _of_name(_spellings(country), text) for country in codes}
    for code in {m.subdivision for m in meanings if m.subdivision and m.country in (*ADDRESSED_BY_STATE, "GB")}:
        names[code] = _of_name(subdivision_names().get(code, ()), text)
    factors, trust = dict(names), factors_of_trust()
    for country in codes:
        factors[country] *= money[country]
        factors[country] *= (
            trust["law"] if any(word in text for word in _rows_by_country("words").get(country, ())) else 1.0
        )
        factors[country] *= trust["language"] if language and country in _countries_of_language(language) else 1.0
        factors[country] *= trust["employer"] if country == employer_country else 1.0
    return tuple(sorted((code, factor) for code, factor in factors.items() if factor > 1.0))


def find_country(meanings: Collection[Meaning], text: str, others: Collection[str] = ()) -> str | None:
    """Return the country of `meanings` to which its own money and a permit point, against a metropolis elsewhere.

    Return None if there is no such country, if the advert also names other money or the metropolis's country, or if
    another place explains both: the country is among `others`, those of the line's other places, or the paragraphs
    before their sentences name another city of the country ("Our Toronto office: CAD 120,000").
    """
    largest = max(meanings, key=lambda meaning: meaning.score)
    if largest.population < METROPOLIS:
        return None
    text = text[:MAX_TEXT]
    money = {country: factor for country in {m.country for m in meanings} if (factor := _of_money(country, text)) > 1.0}
    country = next(iter(money)) if len(money) == 1 else largest.country
    if (
        country in (largest.country, *others)
        or money[country] < factors_of_trust()["own_money"]
        or _of_name(_spellings(largest.country), text) > 1.0
    ):
        return None
    trust = factors_of_trust()
    own = _without_other_cities(text, country, {key(m.city) for m in meanings if m.city})
    spellings = [
        _spellings(country),
        *(subdivision_names().get(m.subdivision or "", ()) for m in meanings if m.country == country),
    ]
    is_permitted = any(_of_name(names, own) >= trust["permit"] for names in spellings)
    return country if is_permitted and _of_money(country, own) >= trust["own_money"] else None


def _spellings(country: str) -> tuple[str, ...]:
    return countries()[country]["name"], *_rows_by_country("name").get(country, ())


def _without_other_cities(text: str, country: str, cities: Collection[str]) -> str:
    """Return a text without the paragraphs that name a well-known city of the country other than `cities`."""

    def names_other(paragraph: str) -> bool:
        words = _NAME.findall(paragraph)
        names = {key(name) for name in (*words, *map(" ".join, itertools.pairwise(words)))} - set(cities)
        meanings = (meaning for name in names for meaning in gazetteer().names.get(name))
        return any(m.city and m.country == country and m.population >= WELL_KNOWN for m in meanings)

    return "\n\n".join(paragraph for paragraph in _PARAGRAPH.split(text) if not names_other(paragraph))


_NAME = re.compile(r"[^\W\d_a-z][\w'-]+")
_PARAGRAPH = re.compile(r"\n\s*\n")


def _is_of_this_job(text: str, start: int, end: int) -> bool:
    """Whether the sentence around a span states no condition."""
    first, last = sentence_at(text, start, end)
    return _conditions().search(fold_letters(text[first:last])) is None


@functools.cache
def _conditions() -> re.Pattern[str]:
    rows = [row for row in rows_of("country_clues") if row["kind"] == "condition"]
    return re.compile(rf"\b(?:{'|'.join(row['words'] or '' for row in rows)})\b")


def _of_money(country: str, text: str) -> float:
    factor = 1.0
    for currency in legal_tender(country):
        amounts = (match for sign in signs_of(currency) if sign in text for match in _amount(sign).finditer(text))
        if any(_is_of_this_job(text, *match.span()) for match in amounts):
            is_own = only_country_of(currency) == country and currency != "USD"
            factor = max(factor, factors_of_trust()["own_money" if is_own else "shared_money"])
    return factor


def _of_name(spellings: Iterable[str], text: str) -> float:
    factor, strong, weak = 1.0, factors_of_trust()["permit"], factors_of_trust()["name"]
    for spelling in spellings:
        at = text.find(spelling)
        while at >= 0 and factor < strong:
            said = strong if _permit().search(text, max(0, at - _PERMIT_REACH), at) else weak
            if said > factor and _is_of_this_job(text, at, at + len(spelling)):
                factor = said
            at = text.find(spelling, at + len(spelling))
    return factor


@functools.cache
def _permit() -> re.Pattern[str]:
    """Return a pattern for words of a permit before a name, and before a name that another one precedes ("in Ontario,
    Canada")."""
    words = "|".join(row["words"] or "" for row in rows_of("country_clues") if row["kind"] == "permit")
    return re.compile(rf"\b(?:{words}) (?:[^\W\d_][\w'-]*(?: [^\W\d_][\w'-]*)?, )?$")


@functools.cache
def _amount(sign: str) -> re.Pattern[str]:
    edge = r"(?<![A-Za-z])" if sign[0].isalpha() else ""
    return re.compile(rf"{edge}{re.escape(sign)} ?\d|\d ?{re.escape(sign)}(?![A-Za-z])")


@functools.cache
def _rows_by_country(kind: str) -> dict[str, tuple[str, ...]]:
    by_country: dict[str, tuple[str, ...]] = {}
    for row in rows_of("country_clues"):
        if row["kind"] == kind:
            for country in parts(row["countries"]):
                by_country[country] = (*by_country.get(country, ()), row["words"] or "")
    return by_country


@functools.cache
def _countries_of_language(language: str) -> frozenset[str]:
    rows = [row for row in rows_of("country_clues") if row["kind"] == "language" and row["words"] == language[:2]]
    return frozenset(country for row in rows for country in parts(row["countries"]))
