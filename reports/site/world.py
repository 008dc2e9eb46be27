"""A map of the adverts that were read, to show which countries figures can describe.

The shapes of countries are from Natural Earth 4.1 at 1:110 million (public domain, naturalearthdata.com), in the Equal
Earth projection (Savric, Patterson and Jenny 2019), rounded to a thousandth of the width. The smallest countries have
no shape at this scale. The table below the map lists every country.
"""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

from markupsafe import Markup

from reports.figures import query
from reports.figures.places import PLACES
from reports.figures.query import Connection

WIDTH, HEIGHT = 1000, 434
SHADES = ((1, 9), (10, 29), (30, 99), (100, 999), (1_000, None))
"""Ranges of the number of jobs, each with its own shade."""


def read_world(con: Connection, as_of: date) -> dict[str, Any]:
    """Return the map of the published adverts as a picture, its day, its rows (countries with jobs), and the shades.

    A map without jobs has the day `as_of`.
    """
    folder = Path(__file__).parent
    rows = query.read(con, (folder / "coverage.sql").read_text(encoding="utf-8"))
    rows = [{**row, "name": _name(row["country"])} for row in rows]
    shapes: dict[str, str] = {}  # by country; all disputed areas have no code and are one shape
    with (folder / "world.csv").open(encoding="utf-8", newline="") as file:
        for shape in csv.DictReader(file):
            shapes[shape["country"]] = shapes.get(shape["country"], "") + shape["path"]
    counts = {row["country"]: row["n_ai_jobs"] for row in rows}
    parts = [_draw_country(code, path, counts.get(code, 0)) for code, path in sorted(shapes.items())]
    picture = (
        f'<svg class="world" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="AI jobs read, by country; the table '
        f'below has the numbers">{"".join(parts)}</svg>'
    )
    return {"picture": Markup(picture), "on": rows[0]["as_of"] if rows else as_of, "rows": rows, "shades": SHADES}


def _draw_country(code: str, path: str, n: int) -> str:
    shade = sum(n >= low for low, _ in SHADES)
    title = f"<title>{_name(code)}: {n:,} AI jobs read</title>" if code and n else ""
    return f'<path class="s{shade}" d="{path}">{title}</path>'


def _name(country: str) -> str:
    place = PLACES.get(country.lower())
    return place.name if place else country
