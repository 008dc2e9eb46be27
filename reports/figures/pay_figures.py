"""Figures of pay: of regions, countries and continents, and of contracts paid from abroad.

All rungs of a ladder are of one place and one pay market. A wider rung counts more roles or levels and says so behind
its value; a wider place, or pay from abroad, is a figure with an id of its own, offered as the nearest where a figure
is withheld.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from reports.figures.declaration import Batch, Display, Fallback, Figure, slug
from reports.figures.query import Sql
from reports.wording import levels, pay, silence
from reports.wording.amounts import MONTHLY, YEARLY
from reports.wording.numbers import region_name
from transforms.records.vocabulary import AI_CORE, CELL_GROUPS, ROLE_GROUPS
from warehouse.mart_tables import BONUS

REGIONS = (
    "Northern America", "South America", "Central America", "Caribbean",
    "Northern Europe", "Western Europe", "Southern Europe", "Eastern Europe",
    "Western Asia", "Central Asia", "Southern Asia", "Eastern Asia", "South-eastern Asia",
    "Australia and New Zealand", "Melanesia", "Micronesia", "Polynesia",
    "Northern Africa", "Western Africa", "Middle Africa", "Eastern Africa", "Southern Africa",
)  # fmt: skip
"""UN M49 intermediate regions, else sub-regions."""
CONTINENTS = ("Africa", "Americas", "Asia", "Europe", "Oceania")
"""UN M49 regions. Of Antarctica there are no jobs."""

# --- rungs ----------------------------------------------------------------------------------------------

LOCAL, ABROAD = "local", "cross_border"
"""Pay in the money of its place, and in that of another country."""
OWN, OWN_ROLES, OWN_LEVELS = "open adverts, paid there", "open adverts, with AI science", "open adverts, every level"
THIRD_PARTY, REPORTED = "third-party adverts, core AI roles", "reported, core AI roles"
REPORTED_LEVELS, OFFICIAL = "reported, every level", "official wages"
"""Rungs of pay, best first. One of which the definition changes takes another name, since values of earlier days are
kept by it."""
_WITH_SCIENCE = "AI research and data science counted with AI engineering"
_EVERY_LEVEL = "every level counted"
NEAR_ROLES = (*ROLE_GROUPS["ai_engineering"], "data_scientist", "ai_researcher")
"""Roles that an official occupation may be near to, the nearest first; more offices count data scientists than
researchers."""


def _pay_rung(
    name: str, basis: str, behind: str, *, groups: tuple[str, ...], words: str | None = None, **changed: Any
) -> Fallback:
    """A rung over mart.salary_bands. `groups` are its role groups there."""
    members = tuple(member for group in groups for member in CELL_GROUPS[group])
    return Fallback(
        name=name,
        basis=basis,
        sql="band",
        behind=behind,
        parameters={"groups": groups, "members": members, "roles": ("all",), **changed},
        batch=Batch(
            parameters={"region": Sql("region"), "region_level": Sql("region_level")},
            column="region",
            parameter="region",
        ),
        words=words,
    )


def _pay_ladder(level: str, market: str, *, is_country: bool) -> tuple[Fallback, ...]:
    """The rungs of pay of one level, place and pay market.

    Entry pay is not widened to every level, which pays far more. What people report and offices publish is of a
    country, so that it stands for no region.
    """
    every_level: dict[str, Any] = {"seniority_group": "all"}
    of_market: dict[str, Any] = {"pay_markets": (market,)}
    engineering: dict[str, Any] = {"groups": ("ai_engineering",), **of_market}
    core: dict[str, Any] = {"groups": ("ai_core",), **of_market}
    asked = core | {"pay_markets": (LOCAL, "all")}  # who is asked lives there, whoever pays
    collected = f"adverts collected by a third party, employers unknown, {_WITH_SCIENCE}"
    said = f"earnings that people report in surveys, {_WITH_SCIENCE}"
    official = f"official wages of an occupation near the role {{role_title}}, {_EVERY_LEVEL}"
    rungs = [
        _pay_rung(OWN, "advertised", "behind_pay", **engineering),
        _pay_rung(OWN_ROLES, "advertised", "behind_pay", words=_WITH_SCIENCE, **core),
        _pay_rung(OWN_LEVELS, "advertised", "behind_pay", words=_EVERY_LEVEL, **engineering, **every_level),
        _pay_rung(THIRD_PARTY, "advertised_third_party", "behind_pairs", words=collected, **core),
        _pay_rung(REPORTED, "reported", "behind_reports", words=said, **asked),
        _pay_rung(
            REPORTED_LEVELS, "reported", "behind_reports", words=f"{said}, {_EVERY_LEVEL}", **asked, **every_level
        ),
        _pay_rung(
            OFFICIAL, "official", "behind_official", words=official, **every_level,
            **(asked | {"groups": AI_CORE, "roles": NEAR_ROLES}),
        ),
    ]  # fmt: skip
    left_out = set() if level != ENTRY_LEVEL else {OWN_LEVELS, REPORTED_LEVELS, OFFICIAL}
    if not is_country or market != LOCAL:
        left_out |= {REPORTED, REPORTED_LEVELS, OFFICIAL}
    return tuple(rung for rung in rungs if rung.name not in left_out)


# --- figures --------------------------------------------------------------------------------------------

BASELINE_PAY: dict[str, tuple[str, dict[str, float]]] = {
    "Northern America": (
        "USD 8.1K–12.9K per month in North America (no source named)",
        {"band_low": 12 * 8_100, "band_high": 12 * 12_900},
    ),
    "South America": (
        "USD 3.8K–7.9K per month (no source named)",
        {"band_low": 12 * 3_800, "band_high": 12 * 7_900},
    ),
    "US": (
        "USD 103,407 per year (no source named; country not stated, probably the US)",
        {"p50": 103_407},
    ),
}
"""Pay in the 2026 guide by region, or for entry pay by country: its words, and amounts in USD per year by column."""
COMPARED = Display(section="compared")
BAND_LEVEL, ENTRY_LEVEL = "mid_senior", "entry"
"""Levels of pay of the bands, and of entry pay by country."""


def _band(kind: str, region_level: str, region: str, place: str, market: str = LOCAL) -> Figure:
    """Pay of mid to senior level in one region, country or continent, by month."""
    words, values = BASELINE_PAY.get(region, (None, {})) if kind == "band" else (None, {})
    from_abroad = " from abroad" if market == ABROAD else ""
    return Figure(
        id=f"{kind}.{slug(region)}.{BAND_LEVEL}",
        title=f"{levels.compound(BAND_LEVEL)} AI engineering pay{from_abroad}",
        unit="USD per month",
        renderer=pay.BAND,
        rungs=_pay_ladder(BAND_LEVEL, market, is_country=region_level == "country"),
        parameters={"region_level": region_level, "region": region, "seniority_group": BAND_LEVEL},
        level=BAND_LEVEL,
        place=place,
        baseline=words,
        baseline_values=values,
        displays=(Display(section="summary", heading=levels.capitalise(BAND_LEVEL)), COMPARED) if words else (),
    )


def country_figures(country: str, name: str, region: str | None, continent: str | None) -> tuple[Figure, ...]:
    """Entry pay of one country (ISO 3166-1 alpha-2 and English name), mid-to-senior pay, and that from abroad."""
    words, values = BASELINE_PAY.get(country, (None, {}))
    wider = (("band", region), ("continent", continent))
    own = _band("country", "country", country, name)
    abroad = _band("abroad", "country", country, name, ABROAD)
    entry = Figure(
        id=f"entry.{country.lower()}",
        title=f"{levels.compound(ENTRY_LEVEL)} AI engineering pay",
        unit="USD per year",
        renderer=pay.ENTRY,
        rungs=_pay_ladder(ENTRY_LEVEL, LOCAL, is_country=True),
        parameters={"region_level": "country", "region": country, "seniority_group": ENTRY_LEVEL},
        level=ENTRY_LEVEL,
        place=name,
        baseline=words,
        baseline_values=values,
        nearest=(own.id,),
        displays=(Display(section="summary", heading=levels.capitalise(ENTRY_LEVEL)), COMPARED) if words else (),
    )
    around = (f"{kind}.{slug(place)}.{BAND_LEVEL}" for kind, place in wider if place is not None)
    return entry, replace(own, nearest=(abroad.id, *around)), abroad


BANDS = tuple(_band("band", "region", region, region_name(region)) for region in REGIONS)
AROUND = (
    *(_band("continent", "continent", continent, continent) for continent in CONTINENTS),
    *(_band("abroad", "region", region, region_name(region), ABROAD) for region in REGIONS),
)
"""Figures beside the bands of regions: of wider places, and of pay from abroad."""


def offer_nearest(figure: Figure, countries: Iterable[Mapping[str, Any]]) -> Figure:
    """A band of a region with the figures that are nearest to it: its countries', that from abroad, the continent's."""
    region = figure.parameters["region"]
    own = [row for row in countries if row["region"] == region]
    named = [f"country.{row['country'].lower()}.{BAND_LEVEL}" for row in own]
    continents = dict.fromkeys(row["continent"] for row in own if row["continent"])
    around = (f"continent.{slug(continent)}.{BAND_LEVEL}" for continent in continents)
    return replace(figure, nearest=(*named, f"abroad.{slug(str(region))}.{BAND_LEVEL}", *around))


BONUSES = tuple(
    Figure(
        id=f"bonus.{slug(region)}",
        title="Yearly bonus, where an advert puts a sum on it",
        unit="USD per year",
        renderer=pay.BONUS,
        rungs=(_pay_rung("open adverts", BONUS, "behind_bonus", groups=("ai_engineering",), pay_markets=("all",)),),
        parameters={"region_level": "region", "region": region, "seniority_group": "all"},
        counts=(("region", region, "all"),),
        place=region_name(region),
        baseline="about USD 32,000 per year of additional pay of all kinds (no source named)",
        displays=(COMPARED,),
    )
    for region in ("Northern America", "South America")
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
GATHERED = (
    Figure(
        id="bands.regions",
        title=f"{levels.compound(BAND_LEVEL)} AI engineering pay by region",
        unit="USD per month",
        renderer=pay.bands(BAND_LEVEL),
        level=BAND_LEVEL,
        gathers="band.",
        displays=(
            Display(
                section="pay",
                heading=f"{levels.capitalise(BAND_LEVEL)}, by region",
                chart="bands",
                chart_title=f"What AI engineering adverts offer by region, {levels.level_phrase(BAND_LEVEL)}, "
                "US dollars per month",
            ),
        ),
    ),
    Figure(
        id="entries.countries",
        title=f"{levels.compound(ENTRY_LEVEL)} AI engineering pay by country",
        unit="USD per year",
        renderer=pay.entries(ENTRY_LEVEL),
        level=ENTRY_LEVEL,
        gathers="entry.",
        displays=(Display(section="pay", heading=f"{levels.capitalise(ENTRY_LEVEL)}, by country"),),
    ),
    *(
        Figure(
            id=f"silence.{name}",
            title=f"{levels.compound(level)} AI engineering pay by {place}, with the jobs that state none",
            unit=f"USD per {scale.period}",
            renderer=silence.silence(level, scale),
            level=level,
            gathers=gathers,
            displays=(Display(section="silence", heading=f"{levels.capitalise(level)}, by {place}"),),
        )
        for name, place, level, scale, gathers in (
            ("regions", "region", BAND_LEVEL, MONTHLY, "band."),
            ("countries", "country", ENTRY_LEVEL, YEARLY, "entry."),
        )
    ),
)
