"""Figures of pay: of regions, countries and continents, and of contracts paid from abroad.

All rungs of a ladder are of one place and one pay market. A wider rung counts more roles or levels and says so behind
its value; a wider place, or pay from abroad, is a figure with an id of its own, offered as the nearest where a figure
is withheld.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from reports.figures.declaration import Batch, Display, Fallback, Figure
from reports.figures.places import CONTINENTS, PLACES, REGIONS, Place, slug
from reports.figures.query import Sql
from reports.wording import levels, pay, silence
from reports.wording.bases import BASES
from reports.wording.numbers import money
from reports.wording.work import name_work, split_work
from transforms.records.vocabulary import AI_CORE, CELL_GROUPS, ROLE_GROUPS, SENIORITY_GROUPS, STATED
from warehouse.mart_tables import BONUS

# --- rungs ----------------------------------------------------------------------------------------------

LOCAL, ABROAD, MIXED = "local", "cross_border", "all"
"""Pay in the money of its place, in that of another country, and both together."""
KIND_OF_MARKET = {LOCAL: "pay", ABROAD: "abroad", MIXED: "mixed"}
"""The first part of an id by the market of the pay."""
READINGS = ("stated", "inferred")
"""How the level of an advert may have been read: from its title, or from the years of experience asked for."""
STATED_LEVELS = tuple(group for group in SENIORITY_GROUPS if group.endswith(STATED))
"""Groups of levels that the title names."""
_MARKET_WORDS = {LOCAL: "", ABROAD: " from abroad", MIXED: ", of the place and from abroad"}
WORK_OF_GUIDE = "ai_engineering"
"""The roles that the guide is about."""
ALL_ROLES = ALL_LEVELS = "all"
"""What mart.salary_bands calls every role of a group, and every level."""
OWN, OWN_ROLES, OWN_LEVELS = "open adverts, paid there", "open adverts, with AI science", "open adverts, every level"
THIRD_PARTY, REPORTED = "third-party adverts, core AI roles", "reported, core AI roles"
REPORTED_LEVELS, OFFICIAL = "reported, every level", "official wages"
COLLECTED, SURVEYED = "third-party adverts", "reported"
"""Rungs of pay, best first."""
_WITH_SCIENCE = "AI research and data science counted with AI engineering"
_EVERY_LEVEL = "every level counted"
NEAR_ROLES = (*ROLE_GROUPS["ai_engineering"], "data_scientist", "ai_researcher")
"""Roles that an official occupation may be near to, the nearest first; more offices count data scientists than
researchers."""


_CELL = ("region", "basis", "seniority_group")
_EVERY_CELL = Batch(
    parameters={name: Sql(f"b.{name}") for name in (*_CELL, "region_level")}, columns={name: name for name in _CELL}
)
"""Each SELECT of pay takes ten milliseconds to plan, however few rows it reads."""


def say_instead(rung: str | None, basis: str, level: str) -> str:
    """What stands in the place of what was asked for: "a survey, every level"; "" where adverts at that level do."""
    wider = "" if rung == OWN else (rung or "").partition(", ")[2]
    if rung == OFFICIAL and level != ALL_LEVELS:
        wider = "every level"
    return ", ".join(filter(None, (BASES[basis].stands_in, wider)))


def _pay_rung(
    name: str,
    basis: str,
    behind: str,
    *,
    groups: tuple[str, ...],
    words: str | None = None,
    sql: str = "band",
    **parameters: Any,
) -> Fallback:
    """A rung over mart.salary_bands. `groups` are its role groups there."""
    members = tuple(member for group in groups for member in CELL_GROUPS[group])
    return Fallback(
        name=name,
        basis=basis,
        cells="pay.{basis}.{kind}",
        sql=sql,
        behind=behind,
        parameters={"groups": groups, "members": members, "roles": (ALL_ROLES,), "readings": READINGS, **parameters},
        batch=_EVERY_CELL,
        words=words,
    )


def _engineering_ladder(level: str, market: str, *, is_country: bool) -> tuple[Fallback, ...]:
    """The rungs of AI engineering pay of one level, place and pay market.

    Entry pay is not widened to every level, which pays far more. What people report and offices publish is of a
    country, so that it stands for no region.
    """
    every_level: dict[str, Any] = {"seniority_group": ALL_LEVELS}
    of_market: dict[str, Any] = {"pay_markets": (market,)}
    engineering: dict[str, Any] = {"groups": ("ai_engineering",), **of_market}
    core: dict[str, Any] = {"groups": ("ai_core",), **of_market}
    persons = core | {"pay_markets": (LOCAL, "all")}  # who is asked lives there, whoever pays
    third_party = f"adverts collected by a third party, employers unknown, {_WITH_SCIENCE}"
    survey = f"earnings that people report in surveys, {_WITH_SCIENCE}"
    official = f"official wages of an occupation near the role {{role_title}}, {_EVERY_LEVEL}"
    rungs = [
        _pay_rung(OWN, "advertised", "behind_pay", **engineering),
        _pay_rung(OWN_ROLES, "advertised", "behind_pay", words=_WITH_SCIENCE, **core),
        _pay_rung(OWN_LEVELS, "advertised", "behind_pay", words=_EVERY_LEVEL, **engineering, **every_level),
        _pay_rung(THIRD_PARTY, "advertised_third_party", "behind_pairs", words=third_party, **core),
        _pay_rung(REPORTED, "reported", "behind_reports", words=survey, **persons),
        _pay_rung(
            REPORTED_LEVELS, "reported", "behind_reports", words=f"{survey}, {_EVERY_LEVEL}", **persons, **every_level
        ),
        _pay_rung(
            OFFICIAL, "official", "behind_official", words=official, sql="official", **every_level,
            **(persons | {"groups": AI_CORE, "roles": NEAR_ROLES}),
        ),
    ]  # fmt: skip
    omissions = set() if level != ENTRY_LEVEL else {OWN_LEVELS, REPORTED_LEVELS, OFFICIAL}
    if level == ALL_LEVELS:
        omissions |= {OWN_LEVELS, REPORTED_LEVELS}
    if not is_country or market != LOCAL:
        omissions |= {REPORTED, REPORTED_LEVELS, OFFICIAL}
    return tuple(rung for rung in rungs if rung.name not in omissions)


def _ladder_of_role(
    group: str, role: str, level: str, market: str, *, is_country: bool, basis: str | None = None
) -> tuple[Fallback, ...]:
    """The rungs of pay of any other group of roles, or of one role: none is wider than what was asked for.

    With a `basis` the one rung of it, of one market of pay.
    """
    options: dict[str, Any] = {"groups": (group,), "roles": (role,), "pay_markets": (market,)}
    options |= {"readings": READINGS[:1]} if level in STATED_LEVELS else {}
    persons = options if basis else options | {"pay_markets": (LOCAL, MIXED)}
    third_party = "adverts collected by a third party, employers unknown"
    survey = "earnings that people report in surveys"
    rungs = [
        _pay_rung(OWN, "advertised", "behind_pay", **options),
        _pay_rung(COLLECTED, "advertised_third_party", "behind_pairs", words=third_party, **options),
    ]
    if is_country and (basis or market == LOCAL):
        rungs.append(_pay_rung(SURVEYED, "reported", "behind_reports", words=survey, **persons))
        if level == ALL_LEVELS and (role != ALL_ROLES or basis):
            words = "official wages of an occupation near this role"
            rungs.append(_pay_rung(OFFICIAL, "official", "behind_official", words=words, **persons))
    return tuple(rung for rung in rungs if basis in (None, rung.basis))


def _pay_ladder(
    group: str, role: str, level: str, market: str, *, is_country: bool, basis: str | None
) -> tuple[Fallback, ...]:
    """The rungs of pay of one group of roles or one role, level, place and pay market; with a `basis` of that alone."""
    if (group, role) == (WORK_OF_GUIDE, ALL_ROLES) and market != MIXED and basis is None:
        return _engineering_ladder(level, market, is_country=is_country)
    return _ladder_of_role(group, role, level, market, is_country=is_country, basis=basis)


# --- figures --------------------------------------------------------------------------------------------


def _say_month(said: str, low: float, high: float) -> str:
    """What the 2026 guide said of a month, as it said it, and what that is a year."""
    return f"{said}, which is {money(12 * low, 12 * high, 'USD')} a year (no source named)"


BASELINE_PAY: dict[tuple[str, str], tuple[str, dict[str, float]]] = {
    ("Northern America", "mid_senior"): (
        _say_month("USD 8.1K–12.9K per month in North America", 8_100, 12_900),
        {"band_low": 12 * 8_100, "band_high": 12 * 12_900},
    ),
    ("South America", "mid_senior"): (
        _say_month("USD 3.8K–7.9K per month", 3_800, 7_900),
        {"band_low": 12 * 3_800, "band_high": 12 * 7_900},
    ),
    ("US", "entry"): (
        "USD 103,407 per year (no source named; country not stated, probably the US)",
        {"p50": 103_407},
    ),
}
"""Pay in the 2026 guide by region or country and level: its words, and amounts in USD per year by column."""
COMPARED = Display(section="compared")
BAND_LEVEL, ENTRY_LEVEL = "mid_senior", "entry"
"""Levels of pay of the bands, and of entry pay by country."""


def pay_id(place: str, work: str, level: str, market: str = LOCAL) -> str:
    """The id of pay: `place` is the slug of a region or a continent, or a country, `work` a role or group of roles."""
    return f"{KIND_OF_MARKET[market]}.{place}.{work}.{level}"


def declare_pay(place: Place, work: str, level: str, market: str = LOCAL, basis: str | None = None) -> Figure:
    """Pay of a role or group of roles at one level in one region, country or continent, by the year.

    Of the best rung, or with a `basis` of that kind of source alone.
    """
    group, role = split_work(work)
    is_main = work == WORK_OF_GUIDE and market == LOCAL and basis is None
    words, values = BASELINE_PAY.get((place.region, level), (None, {})) if is_main else (None, {})
    kind = pay_id(place.slug, work, level, market)
    qualifiers = [", level named in the title"] if level in STATED_LEVELS else []
    qualifiers += [f", {BASES[basis].name}"] if basis else []
    base_level = level.removesuffix(STATED)
    return Figure(
        id=f"{kind}.{basis}" if basis else kind,
        title=levels.entitle_pay(base_level, f"{name_work(work)} pay{_MARKET_WORDS[market]}{''.join(qualifiers)}"),
        unit="USD per year",
        renderer=pay.PAY,
        rungs=_pay_ladder(group, role, level, market, is_country=place.level == "country", basis=basis),
        parameters={"region_level": place.level, "region": place.region, "seniority_group": level},
        level=base_level,
        place=place.name,
        baseline=words,
        baseline_values=values,
        nearest=() if basis else _nearest(place, work, level, market),
        displays=(Display(section="summary", heading=levels.capitalise(base_level)), COMPARED) if words else (),
    )


def _nearest(place: Place, work: str, level: str, market: str) -> tuple[str, ...]:
    """Figures that are offered where pay of a country is withheld: those of wider places, roles or levels."""
    if place.level != "country" or market != LOCAL:
        return ()
    if level == ENTRY_LEVEL:
        return (pay_id(place.slug, work, BAND_LEVEL),)
    around = (pay_id(slug(wider), work, level) for wider in (place.in_region, place.in_continent) if wider)
    return (pay_id(place.slug, work, level, ABROAD), *around)


def country_figures(place: Place) -> tuple[Figure, ...]:
    """Entry pay of AI engineers in one country, mid-to-senior pay, and that from abroad."""
    return tuple(
        declare_pay(place, WORK_OF_GUIDE, level, market)
        for level, market in ((ENTRY_LEVEL, LOCAL), (BAND_LEVEL, LOCAL), (BAND_LEVEL, ABROAD))
    )


BANDS = tuple(declare_pay(PLACES[slug(region)], WORK_OF_GUIDE, BAND_LEVEL) for region in REGIONS)
AROUND = (
    *(declare_pay(PLACES[slug(continent)], WORK_OF_GUIDE, BAND_LEVEL) for continent in CONTINENTS),
    *(declare_pay(PLACES[slug(region)], WORK_OF_GUIDE, BAND_LEVEL, ABROAD) for region in REGIONS),
)
"""Figures beside the bands of regions: of wider places, and of pay from abroad."""


def offer_nearest(figure: Figure) -> Figure:
    """A band of a region with the figures that are nearest to it: its countries', that from abroad, the continent's."""
    region = figure.parameters["region"]
    own = [place for place in PLACES.values() if place.in_region == region]
    countries = [pay_id(place.slug, WORK_OF_GUIDE, BAND_LEVEL) for place in own]
    continents = dict.fromkeys(place.in_continent for place in own if place.in_continent)
    around = (pay_id(slug(continent), WORK_OF_GUIDE, BAND_LEVEL) for continent in continents)
    return replace(figure, nearest=(*countries, pay_id(slug(str(region)), WORK_OF_GUIDE, BAND_LEVEL, ABROAD), *around))


def declare_bonus(place: Place) -> Figure:
    """The yearly bonus of AI engineering on which adverts of a region or country put a sum, of all levels."""
    return Figure(
        id=f"bonus.{place.slug}",
        title="Yearly bonus, where an advert puts a sum on it",
        unit="USD per year",
        renderer=pay.BONUS,
        rungs=(_pay_rung("open adverts", BONUS, "behind_bonus", groups=("ai_engineering",), pay_markets=("all",)),),
        parameters={"region_level": place.level, "region": place.region, "seniority_group": "all"},
        counts=((place.level, place.region, "all"),),
        place=place.name,
        baseline="about USD 32,000 per year of additional pay of all kinds (no source named)",
    )


BONUSES = tuple(
    replace(declare_bonus(PLACES[name]), displays=(COMPARED,)) for name in ("northern_america", "south_america")
)
"""Bonuses of the regions that the guide speaks of by name."""
RETIRED = (
    Figure(
        id="additional.bonus",
        title="Yearly bonus, where an advert puts a sum on it, wherever the job is",
        unit="USD per year",
        renderer=pay.BONUS,
        retired="no figure of pay is of the whole world: what was read of it is mostly one country's; see "
        "bonus.northern_america and bonus.south_america",
    ),
)
REGIONS_PAY = rf"pay\.({'|'.join(map(slug, REGIONS))})\.{WORK_OF_GUIDE}\.{BAND_LEVEL}"
COUNTRIES_PAY = rf"pay\.[a-z]{{2}}\.{WORK_OF_GUIDE}\.{ENTRY_LEVEL}"
GATHERED = (
    Figure(
        id="bands.regions",
        title=f"{levels.compound(BAND_LEVEL)} AI engineering pay by region",
        unit="USD per year",
        renderer=pay.bands("Region", BAND_LEVEL),
        level=BAND_LEVEL,
        gathers=REGIONS_PAY,
        displays=(
            Display(
                section="pay",
                heading=f"{levels.capitalise(BAND_LEVEL)}, by region",
            ),
        ),
    ),
    Figure(
        id="entries.countries",
        title=f"{levels.compound(ENTRY_LEVEL)} AI engineering pay by country",
        unit="USD per year",
        renderer=pay.bands("Country", ENTRY_LEVEL),
        level=ENTRY_LEVEL,
        gathers=COUNTRIES_PAY,
        displays=(Display(section="pay", heading=f"{levels.capitalise(ENTRY_LEVEL)}, by country"),),
    ),
    *(
        Figure(
            id=f"silence.{name}",
            title=f"{levels.compound(level)} AI engineering pay by {place}, with the jobs that state none",
            unit="USD per year",
            renderer=silence.silence(level),
            level=level,
            gathers=gathers,
            arrange=silence.choose_counted,
            displays=(Display(section="silence", heading=f"{levels.capitalise(level)}, by {place}"),),
        )
        for name, place, level, gathers in (
            ("regions", "region", BAND_LEVEL, REGIONS_PAY),
            ("countries", "country", ENTRY_LEVEL, COUNTRIES_PAY),
        )
    ),
)
