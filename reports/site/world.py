"""A map of the adverts that were read, to show which countries figures can describe.

The shapes of countries are from Natural Earth 4.1 at 1:110 million (public domain, naturalearthdata.com), in the Equal
Earth projection (Savric, Patterson and Jenny 2019), rounded to a thousandth of the width. The smallest countries have
no shape at this scale. The table below the map lists every country.
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
"""Ranges of the number of jobs, each with its own shade. From 30 jobs on, a share or a band may be printed."""
_SHAPES = Path(__file__).with_name("world.csv")
_COVERAGE = Path(__file__).with_name("coverage.sql")


@dataclass(frozen=True, kw_only=True)
class World:
    """The map, its day, and the rows that it shows: country, AI jobs, all jobs, jobs with pay."""

    picture: Markup
    on: date
    rows: Sequence[Row]
    shades = SHADES


@functools.cache
def _shapes() -> Mapping[str, str]:
    """Return the shape of each country by code. All disputed areas have no code and together are one shape."""
    shapes: dict[str, str] = {}
    with _SHAPES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            shapes[row["country"]] = shapes.get(row["country"], "") + row["path"]
    return shapes


def read_world(con: Connection, as_of: date) -> World:
    """Draw the map of the published adverts. A map without jobs has the day `as_of`."""
    rows = query.read(con, _COVERAGE.read_text(encoding="utf-8"))
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
