"""Find where an advert's pay counts: country, M49 region and continent."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from transforms.pay.currency import legal_tender, only_country_of
from transforms.place.gazetteer import groups
from transforms.place.location_line import countries_ruled_out
from transforms.place.places import Whereabouts, members_of, region_of
from transforms.records.rows import Pay, Place
from transforms.records.vocabulary import OTHER_MONEY

SEVERAL = "several"
REMOTE = "remote"


class Area(NamedTuple):
    """Country, M49 region and continent where pay counts. Each is None if unknown.

    Each is `several` if the places lie in more than one, and `remote` if remote work belongs to no single one.
    """

    country: str | None
    region: str | None
    continent: str | None


def where_pay_counts(pay: Pay, where: Whereabouts, location_text: str | None, *, zones: Collection[str] = ()) -> Area:
    """Return where `pay` counts, by the first rule that applies. `zones` are the countries of all base pay.

    1. Where base pay is tied to one country of the job and other base pay to another, the country is `several`.
    2. Pay tied to a country counts in that country.
    3. Remote work with a stated scope: pay counts in the only country of the scope. Of several, it counts in the one
       where all places lie, if that country alone uses the currency of the pay; else in the region and continent around
       the scope.
    4. All places lie in one country, where the currency of the pay is legal tender: pay counts in this country. If the
       places lie in several countries and the work is not remote, pay counts in the only one of them where its currency
       is legal tender, unless that country borrowed the currency from another country.
    5. Other remote work: the country is `remote`. Region and continent are `remote` too, unless places in several
       countries share them.
    6. Other work: pay counts where all places with a known country lie, decided separately for country, region and
       continent.

    Places that the location, or the words tied to the pay, rule out ("outside the EU") do not count.
    """
    ruled_out = _ruled_out(location_text)
    if not pay.country:
        ruled_out |= _ruled_out(pay.place_text)
    apart = _countries_apart(pay, zones, where) - ruled_out
    if len(apart) > 1:
        regions, continents = zip(*map(region_of, apart), strict=True)
        return Area(SEVERAL, _common(regions), _common(continents))
    if pay.country and pay.country not in ruled_out:
        return Area(pay.country, *region_of(pay.country))
    places = [place for place in where.places if place.country not in ruled_out]
    scope = [token for token in where.remote_scope or () if token not in ruled_out]
    is_remote = where.workplace == REMOTE
    countries = {place.country for place in places if place.country}
    if is_remote and scope:
        home = only_country_of(pay.currency) if pay.currency else None
        return _area_of_scope((home,) if home in scope and countries == {home} else tuple(scope))
    home = _home_of(pay.currency, countries)
    if home and (len(countries) == 1 or not is_remote):
        return Area(home, *region_of(home))
    if not is_remote:
        return _area_of_places(places)
    area = _area_of_places(places) if len(countries) > 1 else Area(None, None, None)
    return Area(REMOTE, *(REMOTE if name in (None, SEVERAL) else name for name in area[1:]))


def _countries_apart(pay: Pay, zones: Collection[str], where: Whereabouts) -> set[str]:
    """Return the countries of a job that have base pay of their own, and those that are left to pay without a country.

    A job whose countries are unknown is in all countries that its pay is tied to.
    """
    own = {place.country for place in where.places if place.country}.union(*map(members_of, where.remote_scope or ()))
    if not zones or (len(zones) == 1 and pay.country):
        return set()
    tied = own.intersection(zones) if own else set(zones)
    return tied if pay.country or not tied else own


def _ruled_out(words: str | None) -> frozenset[str]:
    return countries_ruled_out(words) if words else frozenset()


def _home_of(currency: str | None, countries: set[str]) -> str | None:
    """Return the only country whose legal tender is this currency, else None.

    Of several countries, never return a country that borrowed the currency from another country. The first two letters
    of an ISO 4217 code name the issuing country.
    """
    home = [country for country in countries if currency in legal_tender(country)]
    if len(home) != 1 or currency is None:
        return None
    is_borrowed = region_of(currency[:2]) != (None, None) and currency[:2] != home[0]
    return None if is_borrowed and len(countries) > 1 else home[0]


@functools.lru_cache(maxsize=1024)
def _area_of_scope(scope: tuple[str, ...]) -> Area:
    if len(scope) == 1 and region_of(scope[0]) != (None, None):
        return Area(scope[0], *region_of(scope[0]))
    areas = [_region_of_token(token) for token in scope]
    regions, continents = {region for region, _ in areas}, {continent for _, continent in areas}
    return Area(REMOTE, _only(regions) or REMOTE, _only(continents) or REMOTE)


@functools.cache
def _region_of_token(token: str) -> tuple[str | None, str | None]:
    """Return region and continent of a country or of a group of countries.

    For a group, each is None if the rows of remote_scopes.csv with this group disagree.
    """
    if region_of(token) != (None, None):
        return region_of(token)
    matches = [group for group in groups().values() if group.scope == (token,)]
    return _only({group.region for group in matches}), _only({group.continent for group in matches})


def _only(values: Iterable[str | None]) -> str | None:
    options = set(values)
    return options.pop() if len(options) == 1 else None


def _area_of_places(places: Sequence[Place]) -> Area:
    return Area(
        _common([place.country for place in places]),
        _common([place.region for place in places]),
        _common([place.continent for place in places]),
    )


def _common(values: Sequence[str | None]) -> str | None:
    known_values = {value for value in values if value}
    return (known_values.pop() if len(known_values) == 1 else SEVERAL) if known_values else None


def market_of(currency: str | None, country: str | None) -> str | None:
    """Return `local` for pay in the country's legal tender, and `OTHER_MONEY` for pay in another currency.

    None if the currency, the country or its legal tender is unknown, or if `country` is `several` or `remote`.
    """
    if currency is None or country is None or country in (SEVERAL, REMOTE):
        return None
    tender = legal_tender(country)
    return None if not tender else "local" if currency in tender else OTHER_MONEY
