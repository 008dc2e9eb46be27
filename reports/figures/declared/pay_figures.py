"""Figures of pay by region, country and continent: of employees, of contractors, and stated in other money.

All rungs of a ladder belong to one place, one contract and one pay market. A wider rung counts more roles or levels,
and says so after its value. Pay of a wider place, or in another country's money, is a separate figure, which is offered
as the nearest if a figure is withheld.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from reports.figures.declaration import Batch, Display, Figure, Rung
from reports.figures.places import CONTINENTS, PLACES, REGIONS, Place, slug
from reports.figures.query import Sql, text_of
from reports.wording import levels, pay, silence
from reports.wording.bases import BASES
from reports.wording.numbers import money
from reports.wording.renderer import Renderer
from reports.wording.work import name_work, split_work
from transforms.records.vocabulary import (
    AGENCY,
    AI_CORE,
    CELL_GROUPS,
    CONTRACTOR,
    EMPLOYEE,
    OTHER_MONEY,
    ROLE_GROUPS,
    SENIORITY_GROUPS,
    STATED,
)
from warehouse.mart_tables import BONUS

# --- rungs ----------------------------------------------------------------------------------------------

LOCAL, MIXED = "local", "all"
"""Pay markets beside `OTHER_MONEY`: pay in the place's own currency, and in any currency."""
KIND_OF_MARKET = {LOCAL: "pay", OTHER_MONEY: "foreign_currency", MIXED: "mixed"}
"""First part of an id of employees' pay, by pay market."""
KINDS_OF_PAY = {(EMPLOYEE, market): kind for market, kind in KIND_OF_MARKET.items()} | {
    (contract, market): contract if market == LOCAL else f"{contract}_{kind}"
    for contract in (CONTRACTOR, AGENCY)
    for market, kind in KIND_OF_MARKET.items()
}
"""First part of an id, by contract and pay market."""
CONTRACT_WORDS = {EMPLOYEE: "", CONTRACTOR: ", contractors' invoices", AGENCY: ", on an agency's payroll"}
READINGS = ("stated", "inferred")
"""How the level of an advert was read: from its title, or from the years of experience it asks for."""
STATED_LEVELS = tuple(group for group in SENIORITY_GROUPS if group.endswith(STATED))
"""Groups of levels that count only adverts whose title names the level."""
_MARKET_WORDS = {LOCAL: "", OTHER_MONEY: f", {pay.IN_OTHER_MONEY}", MIXED: ", in any country's money"}
WORK_OF_GUIDE = "ai_engineering"
"""The group of roles that the guide is about."""
ALL_ROLES = ALL_LEVELS = "all"
"""The name in mart.salary_bands for every role of a group, and for every level."""
OWN, OFFICIAL = "open adverts, paid there", "official wages"
"""Names of the first and the last rung."""
BAND_LEVEL, ENTRY_LEVEL = "mid_senior", "entry"
"""Groups of levels: the levels of the bands, and the levels of entry pay by country."""
NEAR_ROLES = (*ROLE_GROUPS["ai_engineering"], "data_scientist", "ai_researcher")
"""Roles that an official occupation may be near to, nearest first.

Data scientists come before researchers, because more offices count them.
"""
_CELL = ("region", "basis", "seniority_group")
_EVERY_CELL = Batch(
    parameters={name: Sql(f"b.{name}") for name in (*_CELL, "region_level")}, columns={name: name for name in _CELL}
)
"""One SELECT reads every cell, because planning a SELECT of pay takes ten milliseconds, however few rows it reads."""
_BEHIND = {
    "advertised": "behind/pay", "advertised_third_party": "behind/pay", "reported": "behind/reports",
    "official": "behind/official", BONUS: "behind/bonus",
}  # fmt: skip
"""For each basis, the file of the SELECT that returns what a value of pay rests on."""
ROWS = {"advertised": "behind/rows/adverts", "advertised_third_party": "behind/rows/pairs"}
"""For each basis, the file of a SELECT of all adverts or pairs of amounts, from which `_BEHIND` selects."""


def say_instead(rung: str | None, basis: str, level: str) -> str:
    """Say what a value counts instead of what was asked for, such as "a survey, every level".

    Return "" if the value counts exactly what was asked for.
    """
    wider = "" if rung == OWN else (rung or "").partition(", ")[2]
    if rung == OFFICIAL and level != ALL_LEVELS:
        wider = "every level"
    return ", ".join(filter(None, (BASES[basis].stands_in, wider)))


class _Step(NamedTuple):
    """A rung of a ladder of pay; `is_every_level` widens the rung from one level to all levels."""

    name: str
    basis: str
    groups: tuple[str, ...]
    words: str | None = None
    is_every_level: bool = False


_WITH_SCIENCE = "AI research and data science counted with AI engineering"
_EVERY_LEVEL = "every level counted"
THIRD_PARTY = "adverts collected by a third party, employers unknown"
SURVEY = "earnings that people report in surveys"
_ENGINEERING = (
    _Step(OWN, "advertised", ("ai_engineering",)),
    _Step("open adverts, with AI science", "advertised", ("ai_core",), _WITH_SCIENCE),
    _Step("open adverts, every level", "advertised", ("ai_engineering",), _EVERY_LEVEL, is_every_level=True),
    _Step(
        "third-party adverts, core AI roles", "advertised_third_party", ("ai_core",), f"{THIRD_PARTY}, {_WITH_SCIENCE}"
    ),
    _Step("reported, core AI roles", "reported", ("ai_core",), f"{SURVEY}, {_WITH_SCIENCE}"),
    _Step(
        "reported, every level", "reported", ("ai_core",), f"{SURVEY}, {_WITH_SCIENCE}, {_EVERY_LEVEL}",
        is_every_level=True,
    ),
    _Step(
        OFFICIAL, "official", AI_CORE, f"official wages of an occupation near the role {{role_title}}, {_EVERY_LEVEL}",
        is_every_level=True,
    ),
)  # fmt: skip
"""The ladder of AI engineering pay."""
_OF_PERSONS = ("reported", "official")
"""Kinds of source that count people living in a country, whoever pays them; they are not used for regions."""


def _pay_rung(step: _Step, pay_markets: tuple[str, ...], *, sql: str = "pay/band", **parameters: object) -> Rung:
    given = {
        "groups": step.groups, "members": tuple(member for group in step.groups for member in CELL_GROUPS[group]),
        "roles": (ALL_ROLES,), "readings": READINGS, "contract": EMPLOYEE, "pay_markets": pay_markets, **parameters,
    }  # fmt: skip
    if step.basis in ROWS:
        given["rows"] = Sql(text_of(ROWS[step.basis]))
    return Rung(
        name=step.name, basis=step.basis, cells="pay.{basis}.{kind}", sql=sql, behind=_BEHIND[step.basis],
        parameters=given, batch=_EVERY_CELL, words=step.words,
    )  # fmt: skip


def _pay_ladder(work: str, level: str, market: str, basis: str | None, *, is_country: bool) -> Iterator[Rung]:
    """Yield the rungs of pay of a role or group of roles (`work`); with a `basis`, only the rung of that basis.

    Only AI engineering has rungs wider than what was asked for. Its entry pay is never widened to every level, because
    most other levels pay far more.
    """
    group, role = split_work(work)
    is_widened = work == WORK_OF_GUIDE and market != MIXED and basis is None
    of_role = (
        _Step(OWN, "advertised", (group,)),
        _Step("third-party adverts", "advertised_third_party", (group,), THIRD_PARTY),
        _Step("reported", "reported", (group,), SURVEY),
        _Step(OFFICIAL, "official", (group,), "official wages of an occupation near this role"),
    )
    for step in _ENGINEERING if is_widened else of_role:
        is_of_persons, is_official = step.basis in _OF_PERSONS, step.basis == "official"
        fits = basis in (None, step.basis)
        if is_of_persons:
            fits = fits and is_country and bool(basis or market == LOCAL)
        if step.is_every_level:
            fits = fits and level != ENTRY_LEVEL and (level != ALL_LEVELS or is_official)
        elif is_official:
            fits = fits and level == ALL_LEVELS and bool(basis or role != ALL_ROLES)
        if not fits:
            continue
        pay_markets = (LOCAL, MIXED) if is_of_persons and not basis else (market,)
        if not is_widened:
            readings = READINGS[:1] if level in STATED_LEVELS else READINGS
            yield _pay_rung(step, pay_markets, roles=(role,), readings=readings)
        elif is_official:
            yield _pay_rung(step, pay_markets, sql="pay/official", roles=NEAR_ROLES, seniority_group=ALL_LEVELS)
        else:
            yield _pay_rung(step, pay_markets, **({"seniority_group": ALL_LEVELS} if step.is_every_level else {}))


def _rungs_of_contract(work: str, level: str, market: str, contract: str) -> Iterator[Rung]:
    """Yield the only rung of pay under a contract other than an employee's: adverts that we read."""
    group, role = split_work(work)
    readings = READINGS[:1] if level in STATED_LEVELS else READINGS
    yield _pay_rung(_Step(OWN, "advertised", (group,)), (market,), roles=(role,), readings=readings, contract=contract)


# --- figures --------------------------------------------------------------------------------------------


def _say_month(said: str, low: float, high: float) -> tuple[str, dict[str, float]]:
    in_year = money(12 * low, 12 * high, "USD")
    return f"{said}, which is {in_year} a year (no source named)", {"band_low": 12 * low, "band_high": 12 * high}


BASELINE_PAY: dict[tuple[str, str], tuple[str, dict[str, float]]] = {
    ("Northern America", "mid_senior"): _say_month("USD 8.1K–12.9K per month in North America", 8_100, 12_900),
    ("South America", "mid_senior"): _say_month("USD 3.8K–7.9K per month", 3_800, 7_900),
    ("US", "entry"): (
        "USD 103,407 per year (no source named; country not stated, probably the US)", {"p50": 103_407},
    ),
}  # fmt: skip
"""Pay in the 2026 guide by place and level: its words, and its amounts in USD per year by column."""
COMPARED = Display(section="compared")


def pay_id(place: str, work: str, level: str, market: str = LOCAL, contract: str = EMPLOYEE) -> str:
    """Return the id of a figure of pay; `place` is a slug, `work` is a role or a group of roles."""
    return f"{KINDS_OF_PAY[contract, market]}.{place}.{work}.{level}"


def declare_pay(
    place: Place, work: str, level: str, market: str = LOCAL, basis: str | None = None, *, contract: str = EMPLOYEE
) -> Figure:
    """Declare yearly pay of a role or group of roles (`work`) at one level in one place, under one `contract`.

    The value is from the best rung, or from `basis` alone if it is given. Only adverts tell contracts apart.
    """
    is_main = (work, market, basis, contract) == (WORK_OF_GUIDE, LOCAL, None, EMPLOYEE)
    words, values = BASELINE_PAY.get((place.region, level), (None, {})) if is_main else (None, {})
    kind = pay_id(place.slug, work, level, market, contract)
    qualifiers = [", level named in the title"] if level in STATED_LEVELS else []
    qualifiers += [f", {BASES[basis].name}"] if basis else []
    base_level = level.removesuffix(STATED)
    return Figure(
        id=f"{kind}.{basis}" if basis else kind,
        title=levels.entitle_pay(
            base_level,
            f"{name_work(work)} pay{_MARKET_WORDS[market]}{CONTRACT_WORDS[contract]}{''.join(qualifiers)}",
        ),
        unit="USD per year",
        renderer=pay.PAY,
        rungs=tuple(
            _pay_ladder(work, level, market, basis, is_country=place.level == "country")
            if contract == EMPLOYEE
            else _rungs_of_contract(work, level, market, contract)
        ),
        parameters={"region_level": place.level, "region": place.region, "seniority_group": level},
        level=base_level,
        place=place.name,
        baseline=words,
        baseline_values=values,
        nearest=() if basis or contract != EMPLOYEE else _nearest(place, work, level, market),
        displays=(Display(section="summary", heading=levels.capitalise(base_level)), COMPARED) if words else (),
    )


def _nearest(place: Place, work: str, level: str, market: str) -> tuple[tuple[str, ...], ...]:
    """Return the ids of figures to offer if local pay of a country, or the band of a region, is withheld.

    For entry pay, mid-to-senior pay is offered. Otherwise there are four groups: countries of the region, pay in
    another country's money, the country's region, and continents. For any other figure of pay there are none.
    """
    is_band = place.level == "region" and (work, level) == (WORK_OF_GUIDE, BAND_LEVEL)
    if market != LOCAL or not (place.level == "country" or is_band):
        return ()
    if level == ENTRY_LEVEL:
        return ((pay_id(place.slug, work, BAND_LEVEL),),)
    members = [country for country in PLACES.values() if is_band and country.in_region == place.region]
    continents = dict.fromkeys(one.in_continent for one in members) if is_band else [place.in_continent]
    groups = (
        [country.slug for country in members],
        [slug(place.in_region)] if place.in_region else [],
        [slug(name) for name in continents if name],
    )
    of_members, of_region, of_continents = (tuple(pay_id(name, work, level) for name in group) for group in groups)
    return of_members, (pay_id(place.slug, work, level, OTHER_MONEY),), of_region, of_continents


def country_figures(place: Place) -> tuple[Figure, ...]:
    """Declare AI engineering pay in a country: entry level, mid to senior, and mid to senior in other money."""
    return tuple(
        declare_pay(place, WORK_OF_GUIDE, level, market)
        for level, market in ((ENTRY_LEVEL, LOCAL), (BAND_LEVEL, LOCAL), (BAND_LEVEL, OTHER_MONEY))
    )


def declare_contractors(place: Place) -> Figure:
    """Declare mid-to-senior AI engineering pay of contractors in a country, in its own money."""
    return declare_pay(place, WORK_OF_GUIDE, BAND_LEVEL, contract=CONTRACTOR)


BANDS = tuple(declare_pay(PLACES[slug(region)], WORK_OF_GUIDE, BAND_LEVEL) for region in REGIONS)
AROUND = (
    *(declare_pay(PLACES[slug(continent)], WORK_OF_GUIDE, BAND_LEVEL) for continent in CONTINENTS),
    *(declare_pay(PLACES[slug(region)], WORK_OF_GUIDE, BAND_LEVEL, OTHER_MONEY) for region in REGIONS),
)
"""Figures beside the bands of regions: bands of continents, and pay in other money."""


def declare_bonus(place: Place) -> Figure:
    """Declare the yearly bonus of AI engineering at all levels, from adverts that state an amount."""
    return Figure(
        id=f"bonus.{place.slug}",
        title="Yearly bonus, where an advert puts a sum on it",
        unit="USD per year",
        renderer=pay.BONUS,
        rungs=(_pay_rung(_Step("open adverts", BONUS, ("ai_engineering",)), ("all",)),),
        parameters={"region_level": place.level, "region": place.region, "seniority_group": "all"},
        counts=((place.level, place.region, "all"),),
        place=place.name,
        baseline="about USD 32,000 per year of additional pay of all kinds (no source named)",
    )


BONUSES = tuple(
    replace(declare_bonus(PLACES[name]), displays=(COMPARED,)) for name in ("northern_america", "south_america")
)
"""Bonuses in the regions that the guide names."""
REGIONS_PAY = rf"pay\.({'|'.join(map(slug, REGIONS))})\.{WORK_OF_GUIDE}\.{BAND_LEVEL}"
COUNTRIES_PAY = rf"pay\.[a-z]{{2}}\.{WORK_OF_GUIDE}\.{ENTRY_LEVEL}"


def _gather(
    figure_id: str, title: str, level: str, gathers: str, renderer: Renderer, section: str, place: str, **fields: Any
) -> Figure:
    display = Display(section=section, heading=f"{levels.capitalise(level)}, by {place}")
    return Figure(
        id=figure_id, title=f"{levels.compound(level)} AI engineering pay by {place}{title}", unit="USD per year",
        renderer=renderer, level=level, gathers=gathers, displays=(display,), **fields,
    )  # fmt: skip


_TABLES = (("regions", "region", BAND_LEVEL, REGIONS_PAY), ("countries", "country", ENTRY_LEVEL, COUNTRIES_PAY))
GATHERED = (
    *(
        _gather(f"{kind}.{name}", "", level, gathers, pay.bands(place.capitalize(), level), "pay", place)
        for kind, (name, place, level, gathers) in zip(("bands", "entries"), _TABLES, strict=True)
    ),
    *(
        _gather(
            f"silence.{name}", ", with the jobs that state none", level, gathers, silence.silence(level), "silence",
            place, arrange=silence.choose_counted,
        )
        for name, place, level, gathers in _TABLES
    ),
)  # fmt: skip
