"""Read how many enterprises use AI, by country, year and size, from Eurostat's survey on the use of ICT in enterprises.

A share is a percentage of the enterprises of a size class that use at least one AI technology, in all branches but
agriculture, mining and finance. The survey began to ask for this in 2021. The list of technologies that it names was
extended in 2025, by the making of pictures, videos and sound, so that years before and after are not quite alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from extractors.reading.eurostat import API, cells_in, country_of
from extractors.response import Response, each, note_left_out
from extractors.sources.declaration import declare
from extractors.sources.fetching import fetch_addresses
from transforms.records.rows import AiUse, Issue
from transforms.records.vocabulary import ENTERPRISE_SIZES, EUROPEAN_UNION
from transforms.text.rejects import Rejected

TABLE = "isoc_eb_ai"
COUNTED = {"freq": "A", "indic_is": "E_AI_TANY", "nace_r2": "C10-S951_X_K", "unit": "PC_ENT"}
"""Codes of the cells that we read: use of at least one AI technology, in per cent of the enterprises."""
DIMENSIONS = (*COUNTED, "size_emp", "geo", "time")
UNION = "EU27_2020"
"""Eurostat's code of the Union with its members since 2020."""

SOURCE = declare(
    "eurostat_ai_use",
    kind="statistics",
    endpoints=(f"{API}{TABLE}",),
    file_url=lambda name: f"{API}{TABLE}" if name.startswith(TABLE) and name.endswith(".json") else None,
    row=AiUse,
)


fetch = fetch_addresses(
    f"{API}{TABLE}?format=JSON&lang=EN&{urlencode({**COUNTED, 'size_emp': ENTERPRISE_SIZES}, doseq=True)}"
)


def parse(response: Response) -> Iterator[AiUse | Issue]:
    """Yield the share of each country and of the Union by year and size, and one issue for other groups.

    Raise `Rejected` if no cell has our codes.
    """
    cube = cells_in(response.json(), dimensions=DIMENSIONS)
    cells = [cell for cell in cube if _is_read(cell)]
    if not cells:
        found = "; ".join(f"{name}: {', '.join(sorted({cell[name] for cell in cube})[:5])}" for name in COUNTED)
        codes = ", ".join(COUNTED.values())
        raise Rejected("response", found, f"expected values with the codes {codes}; Eurostat may have renamed one")
    yield from each([cell for cell in cells if _area_of(cell["geo"])], _use)
    n_groups = len({cell["geo"] for cell in cells if _area_of(cell["geo"]) is None})
    rule = "expected values of countries or of the Union; those of other groups left out"
    yield from note_left_out(n_groups, "groups", rule, column="area")


def _is_read(cell: dict[str, Any]) -> bool:
    return cell["size_emp"] in ENTERPRISE_SIZES and all(cell[name] == code for name, code in COUNTED.items())


def _area_of(geo: str) -> str | None:
    return EUROPEAN_UNION if geo == UNION else country_of(geo)


def _use(cell: dict[str, Any]) -> AiUse:
    area, value = _area_of(cell["geo"]), cell["value"]
    assert area is not None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
        raise Rejected("share", value, f"expected a percentage from 0 to 100 for {cell['labels']['geo']}")
    return AiUse(
        source=SOURCE.name,
        area=area,
        size_class=cell["size_emp"],
        year=int(cell["time"]),
        share=value / 100,
        flags=cell["flags"],
    )
