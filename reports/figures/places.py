"""The places of figures, by their names in ids: countries, UN M49 regions and continents."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reports.wording.numbers import REGION_NAMES
from transforms.text.lookups import countries

REGIONS = (
    "Northern America", "South America", "Central America", "Caribbean",
    "Northern Europe", "Western Europe", "Southern Europe", "Eastern Europe",
    "Western Asia", "Central Asia", "Southern Asia", "Eastern Asia", "South-eastern Asia",
    "Australia and New Zealand", "Melanesia", "Micronesia", "Polynesia",
    "Northern Africa", "Western Africa", "Middle Africa", "Eastern Africa", "Southern Africa",
)  # fmt: skip
"""UN M49 intermediate regions, and sub-regions that have no intermediate regions."""
CONTINENTS = ("Africa", "Americas", "Asia", "Europe", "Oceania")
"""UN M49 continents without Antarctica, which has no jobs."""
ALL_PLACES = "all"
"""Name in ids for all adverts that we read, wherever the jobs are."""


WITH_ARTICLE = (
    "United", "Netherlands", "Philippines", "US", "Caribbean", "Americas", "Bahamas", "Maldives", "Gambia",
    "Seychelles",
    "Solomon", "Marshall", "Cayman", "Faroe", "Falkland", "Cook", "Central African Republic", "Dominican Republic",
)  # fmt: skip
"""Names, and first words of names, that take an article in English."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A place: `level` and `region` as the marts name them, `name` for readers, `slug` for ids.

    The slug is the ISO 3166-1 alpha-2 code of a country, or otherwise the place's name ("northern_america").
    """

    level: str
    region: str
    name: str
    slug: str
    in_region: str | None = None
    in_continent: str | None = None

    @property
    def in_words(self) -> str:
        """The name as it stands in a sentence, such as "the United States"."""
        has_article = self.name in WITH_ARTICLE or self.name.partition(" ")[0] in WITH_ARTICLE
        return f"the {self.name}" if has_article else self.name

    @property
    def adverts(self) -> str:
        """The adverts of jobs there, such as "US adverts" or "adverts in Germany"."""
        return f"{SHORT[self.slug]} adverts" if self.slug in SHORT else f"adverts in {self.in_words}"


SHORT = {"us": "US", "gb": "UK"}
"""Names of countries that stand before a noun, by slug."""


def slug(name: str) -> str:
    """Return a name as part of an id: "South-eastern Asia" is south_eastern_asia, "C++" is cpp, "10+" is 10_plus."""
    spelling = re.sub(r"(?<=\d)\+", "_plus", name.lower()).replace("+", "p").replace("#", "sharp").replace("&", " and ")
    return "_".join("".join(c if c.isalnum() else " " for c in spelling).split())


def address(kind: str, *parts: str) -> str:
    """Return the id of a figure or cell, such as pay.us.ai_engineering.senior; `addresses` gives the grammar."""
    return ".".join((kind, *parts))


PLACES = {
    place.slug: place
    for place in (
        *(
            Place(
                level="country", region=country.country, name=country.name, slug=country.country.lower(),
                in_region=country.region, in_continent=country.continent,
            )
            for country in countries()
        ),
        *(Place(level="region", region=name, name=REGION_NAMES.get(name, name), slug=slug(name)) for name in REGIONS),
        *(Place(level="continent", region=name, name=name, slug=slug(name)) for name in CONTINENTS),
    )
}  # fmt: skip
"""Every country, region and continent by slug."""
EVERYWHERE = Place(level="world", region="World", name="", slug=ALL_PLACES)
"""All adverts that we read, wherever the jobs are; pay has no figures for this place."""
OF_REGION = {(place.level, place.region): place for place in (EVERYWHERE, *PLACES.values())}
"""Every place by its `region_level` and `region` in the marts."""
IN_WORDS = {place.name: place.in_words for place in PLACES.values()}
"""Names of places as they stand in sentences, by name."""
