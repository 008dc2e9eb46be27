"""A map of the adverts that were read: where our figures can speak of, and where they cannot.

The shapes of countries are those of Natural Earth 4.1 at 1:110 million (public domain, naturalearthdata.com), in the
Equal Earth projection (Savric, Patterson and Jenny 2019), rounded to a thousandth of the width. The smallest countries
have no shape at this scale; the table below the map has all.
"""

from __future__ import annotations

import csv
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from markupsafe import Markup

from reports.figures import query
from reports.figures.places import PLACES
from reports.figures.query import Connection
from reports.wording.numbers import Row

WIDTH, HEIGHT = 1000, 434
SHADES = ((1, 9), (10, 29), (30, 99), (100, 999), (1_000, None))
"""Steps of the number of jobs, each with a shade of its own; from 30 a share or a band may be printed."""
_SHAPES = Path(__file__).with_name("world.csv")
_COVERAGE = """
SELECT region AS country, n_ai_jobs, n_jobs, n_paid, as_of
FROM published.frame_coverage
WHERE region_level = 'country' AND source = 'all' AND sector = 'all' AND n_jobs > 0
ORDER BY n_ai_jobs DESC, region
"""


@dataclass(frozen=True, kw_only=True)
class World:
    """The map, the day that it is of, and what stands behind it: rows of country, AI jobs, all jobs, those with pay."""

    picture: Markup
    on: date
    rows: Sequence[Row]
    shades = SHADES


@functools.cache
def _shapes() -> Mapping[str, str]:
    """The shape of each country; disputed areas without a code are drawn together."""
    shapes: dict[str, str] = {}
    with _SHAPES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            shapes[row["country"]] = shapes.get(row["country"], "") + row["path"]
    return shapes


def read_world(con: Connection, as_of: date) -> World:
    """The map of the published frame; `as_of` is the day of a map without jobs."""
    rows = query.read(con, _COVERAGE)
    counts = {row["country"]: row["n_ai_jobs"] for row in rows}
    parts = [_country(code, path, counts.get(code, 0)) for code, path in sorted(_shapes().items())]
    picture = (
        f'<svg class="world" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="AI jobs read, by country; the table '
        f'below has the numbers">{"".join(parts)}</svg>'
    )
    rows = [{**row, "name": _name(row["country"])} for row in rows]
    return World(picture=Markup(picture), on=rows[0]["as_of"] if rows else as_of, rows=rows)


def _country(code: str, path: str, n: int) -> str:
    shade = next((number for number, (low, _) in reversed(list(enumerate(SHADES, 1))) if n >= low), 0)
    title = f"<title>{_name(code)}: {n:,} AI jobs read</title>" if code and n else ""
    return f'<path class="s{shade}" d="{path}">{title}</path>'


def _name(country: str) -> str:
    place = PLACES.get(country.lower())
    return place.name if place else country
