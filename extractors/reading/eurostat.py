"""Read Eurostat's tables, which are in JSON-stat 2.0: a cube whose values are keyed by their row-major position.

Confidential and missing cells are absent from the values, or null.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from transforms.text.lookups import countries
from transforms.text.rejects import MISSHAPEN, Rejected

API = "https://ec.europa.eu/eurostat/api/dissemination/statistics/1.0/data/"
OTHER_CODES = {"EL": "GR", "UK": "GB"}
"""ISO codes of the countries for which Eurostat uses another code, by Eurostat's code."""


def country_of(geo: str) -> str | None:
    """Return the ISO code of the country that Eurostat calls `geo`; None for groups of countries."""
    code = OTHER_CODES.get(geo, geo)
    return code if any(country.country == code for country in countries()) else None


def cells_in(cube: Any, *, dimensions: Sequence[str]) -> list[dict[str, Any]]:
    """Return the cells of a dataset: the code in each dimension, `value`, `flags`, and the `labels` by dimension.

    Flags are Eurostat's marks of a value, such as "b" for a break in the series or "u" for low reliability. Raise
    `Rejected` if the dataset is misshapen or lacks one of `dimensions`.
    """
    try:
        if missing := [name for name in dimensions if name not in cube["id"]]:
            raise Rejected("response", ", ".join(cube["id"]), f"expected a table by {', '.join(missing)}")
        categories = {name: cube["dimension"][name]["category"] for name in cube["id"]}
        codes = [_codes_of(category["index"]) for category in categories.values()]
        if [len(dimension) for dimension in codes] != list(cube["size"]):
            raise Rejected("response", cube["size"], "expected sizes that agree with the codes of each dimension")
        values = cube["value"].items() if isinstance(cube["value"], Mapping) else enumerate(cube["value"])
        flags = cube.get("status") or {}
        cells = [
            dict(zip(cube["id"], _codes_at(int(at), codes), strict=True))
            | {"value": value, "flags": flags.get(str(at))}
            for at, value in values
            if value is not None
        ]
        for cell in cells:
            labels = {name: category.get("label", {}).get(cell[name]) for name, category in categories.items()}
            cell["labels"] = {name: label or cell[name] for name, label in labels.items()}
        return cells
    except Rejected:
        raise
    except MISSHAPEN as error:
        rule = f"expected a JSON-stat dataset ({type(error).__name__}: {error}); the table may have changed"
        raise Rejected("response", list(cube) if isinstance(cube, Mapping) else type(cube).__name__, rule) from error


def _codes_of(index: Mapping[str, int] | Sequence[str]) -> Sequence[str]:
    return sorted(index, key=lambda code: index[code]) if isinstance(index, Mapping) else list(index)


def _codes_at(place: int, codes: Sequence[Sequence[str]]) -> list[str]:
    """Return the code of each dimension for a position in row-major order (the last dimension changes fastest)."""
    result = []
    for of_dimension in reversed(codes):
        place, number = divmod(place, len(of_dimension))
        result.append(of_dimension[number])
    return result[::-1]
