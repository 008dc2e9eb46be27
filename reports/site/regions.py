"""Region names on the site.

Guides name a region after the country that has nearly all of its jobs (docs/design.md, "Where a band is of"). The site
also shows that country itself, so the region keeps its own name here. Otherwise one name would have two numbers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from reports.figures.catalogue import declaration_of
from reports.wording import notes, pay
from reports.wording.numbers import Row, qualify
from warehouse.mart_tables import Figures


def keep_names(figure: Figures) -> Figures:
    """Return a figure with regions under their own names, each followed by the country with most of its jobs."""
    if figure.value is None:
        return figure
    declaration, rows = declaration_of(figure.figure), notes.rows_of(figure)
    if declaration.place and pay.find_head(rows) is not None:
        return replace(figure, title=f"{declaration.title}, {pay.name_region(rows, declaration.place)}")
    new_rows = [_name(row) for row in rows]
    if declaration.gathers is None or new_rows == list(rows):
        return figure
    text = declaration.renderer.text(new_rows)
    return replace(
        figure,
        value=qualify(text, [figure.qualifier]),
        bare_value=text,
        value_json=json.dumps(new_rows, ensure_ascii=False),
    )


def _name(row: Row) -> Row:
    if "region_name" not in row:
        return row
    return {**row, "place": pay.name_region([row], row["region_name"])}


def split_name(row: Mapping[str, object]) -> tuple[str, str] | None:
    """Return (a region's name with its main country, its other countries); None if it has no main country."""
    head, name = pay.find_head([row]), row.get("region_name")
    if head is None or name is None or head["name"] == name:
        return None
    return f"{name} (mostly {head['name']})", "; ".join(pay.say_others([row]))
