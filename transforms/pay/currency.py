"""The currency that a sign, code or word names.

Several countries share a sign: `$` is the dollar or peso of two dozen countries, `kr` the crown of four. A sign is
therefore read as the set of currencies that it may mean, and the job's country decides. Without a country the currency
stays open.

Signs are listed in lookups/pay/currencies.csv, with codes and names from ISO 4217. The column `local_signs` holds
letters that mean a currency only where that currency is legal tender, and the column `country` the country that alone
pays in it. The column `per_usd` holds an order of magnitude,
which shows whether "2M" can be pay and never converts an amount. Legal tender is listed in lookups/place/countries.csv.
"""

from __future__ import annotations

import functools

from transforms.text.lookups import cells_of

EURO_SINCE = {
    **dict.fromkeys(("AT", "BE", "DE", "ES", "FI", "FR", "IE", "IT", "LU", "NL", "PT"), 1999),
    **{"GR": 2001, "SI": 2007, "CY": 2008, "MT": 2008, "SK": 2009, "EE": 2011, "LV": 2014, "LT": 2015},
    **{"HR": 2023, "BG": 2026},
}
"""First year of the euro in each country that uses it (European Central Bank)."""


def currency_of(symbol_or_code: str, country: str | None = None) -> str | None:
    """Return the ISO 4217 code of a sign, code or word.

    Return None if the name is unknown, or if several currencies share it and the country does not decide. `country` is
    the job's country, ISO 3166-1 alpha-2.

    >>> currency_of("$", "CA"), currency_of("$"), currency_of("C$"), currency_of("kr", "NO"), currency_of("usd")
    ('CAD', None, 'CAD', 'NOK', 'USD')
    """
    name = symbol_or_code.strip()
    if name.upper() in codes():
        return name.upper()
    return resolve_currency(local_currencies_of(name), country, strict=True) or resolve_currency(
        currencies_of(name), country
    )


def resolve_currency(candidates: frozenset[str], country: str | None, *, strict: bool = False) -> str | None:
    """Return the only candidate, or else the only candidate that is legal tender in the country.

    Return None if neither exists. With `strict`, a single candidate must be legal tender in the country, too.
    """
    if len(candidates) == 1 and not strict:
        return next(iter(candidates))
    tender = candidates.intersection(legal_tender(country)) if country else frozenset()
    return next(iter(tender)) if len(tender) == 1 else None


@functools.cache
def codes() -> dict[str, float | None]:
    """Return by currency code roughly how many units of the currency a US dollar buys; None if this is unknown.

    The numbers have one significant figure.
    """
    return {row["currency"]: float(row["per_usd"]) if row["per_usd"] else None for row in _rows()}


def currencies_of(sign: str) -> frozenset[str]:
    """Return all currencies that a code, sign or word may mean in any country; empty if it means none.

    Codes must be in upper case and signs as written; words may be in any case.
    """
    return _signs().get(sign) or _words().get(sign.casefold(), frozenset())


@functools.cache
def signs_of(currency: str) -> tuple[str, ...]:
    """Return the code of a currency and the signs that mean this currency alone, such as `GBP` and `£`."""
    return (currency, *(sign for sign, all_of in _index("signs").items() if all_of == {currency}))


def local_currencies_of(sign: str) -> frozenset[str]:
    """Return the currencies that letters such as `R` or `Bs` mean only where these currencies are legal tender."""
    return _local_signs().get(sign, frozenset())


def legal_tender(country: str) -> tuple[str, ...]:
    """Return the currencies that are legal tender in a country (ISO 3166-1 alpha-2); () for an unknown country."""
    return _legal_tender().get(country, ())


def only_country_of(currency: str) -> str | None:
    """Return the country (ISO 3166-1 alpha-2) that alone pays in a currency; None if several do.

    Its territories, and countries that have a currency of their own beside it, do not count.
    """
    return _only_countries().get(currency)


@functools.cache
def _only_countries() -> dict[str, str]:
    return {row["currency"]: row["country"] for row in _rows() if row["country"]}


@functools.lru_cache(maxsize=512)
def tender_of(currency: str) -> tuple[str, ...]:
    """Return the countries (ISO 3166-1 alpha-2) in which a currency is legal tender."""
    return tuple(country for country, currencies in _legal_tender().items() if currency in currencies)


@functools.cache
def _legal_tender() -> dict[str, tuple[str, ...]]:
    return {row["country"]: tuple(row["currencies"].split(";")) for row in cells_of("countries") if row["currencies"]}


@functools.cache
def _rows() -> tuple[dict[str, str], ...]:
    return tuple(cells_of("currencies"))


@functools.cache
def _index(column: str) -> dict[str, frozenset[str]]:
    by_sign: dict[str, frozenset[str]] = {}
    for row in _rows():
        for sign in filter(None, row[column].split(";")):
            by_sign[sign] = by_sign.get(sign, frozenset()) | {row["currency"]}
    return by_sign


@functools.cache
def first_words() -> frozenset[str]:
    """Return the first words, in lower case, of currency names with several words: "canadian" of "Canadian dollars"."""
    names = [*_signs(), *_words()]
    return frozenset(name.split(" ", 1)[0].casefold() for name in names if " " in name)


@functools.cache
def _signs() -> dict[str, frozenset[str]]:
    return _index("signs") | {code: frozenset({code}) for code in codes()}


@functools.cache
def _local_signs() -> dict[str, frozenset[str]]:
    return _index("local_signs")


@functools.cache
def _words() -> dict[str, frozenset[str]]:
    by_word: dict[str, frozenset[str]] = {}
    for word, currencies in _index("words").items():
        key = word.casefold()
        by_word[key] = by_word.get(key, frozenset()) | currencies
    return by_word
