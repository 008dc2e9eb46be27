"""Laws on pay in adverts, read from `disclosure_laws.toml`; the head of that file explains the keys."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from transforms.records.columns import Field, fields_of
from transforms.text.lookups import cells_of
from warehouse.tables import DisclosureLaws

LAWS = Path(__file__).with_name("disclosure_laws.toml")
_PLACES = {"country": "countries", "subdivision": "subdivisions"}
"""Columns of jurisdictions, and their lookups."""
_EXPECTED = {str: "a text", int: "a whole number", float: "a number", date: "a day without quotes such as 2026-01-01"}


class DisclosureLawsError(ValueError):
    """A file of laws with mistakes. `problems` has all that were found, with law and key."""

    def __init__(self, path: Path, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{path}: {problem}" for problem in problems))


def load_disclosure_laws(path: Path = LAWS) -> tuple[DisclosureLaws, ...]:
    """Return all laws of a file, in order. Raises `DisclosureLawsError` with every problem."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DisclosureLawsError(path, [str(error)]) from error
    problems = [f"{key}: unknown; [[laws]] expected" for key in content if key != "laws"]
    tables = content.get("laws", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise DisclosureLawsError(path, [*problems, "laws: [[laws]] with two brackets expected"])
    places = {row[kind] for kind, name in _PLACES.items() for row in cells_of(name)}
    keys: set[tuple[object, object]] = set()
    for number, table in enumerate(tables, start=1):
        key = (table.get("jurisdiction"), table.get("law"))
        name = f"law {number} ({key[0]})" if isinstance(key[0], str) else f"law {number}"
        faults = [*_find_wrong_keys(table), *_find_contradictions(table, places)]
        faults += [f"law: {key[1]!r} appears twice for this jurisdiction; remove one"] if key in keys else []
        problems += [f"{name}: {fault}" for fault in faults]
        keys.add(key)
    if problems:
        raise DisclosureLawsError(path, problems)
    names = [f.name for f in fields_of(DisclosureLaws)]
    return tuple(DisclosureLaws(**{name: table.get(name) for name in names}) for table in tables)


def _find_wrong_keys(table: Mapping[str, Any]) -> Iterator[str]:
    """Find keys that are unknown or missing, or have a value their column does not admit."""
    fields = {f.name: f for f in fields_of(DisclosureLaws)}
    for key in table:
        if key not in fields:
            yield f"{key}: unknown; {', '.join(fields)} are known"
    for name, field in fields.items():
        if name in table:
            yield from (f"{name}: {wrong}, not {table[name]!r}" for wrong in _find_wrong_value(field, table[name]))
        elif not field.nullable:
            yield f"{name}: missing"


def _find_wrong_value(field: Field, value: object) -> Iterator[str]:
    column = field.column
    is_right = isinstance(value, int | float if field.type is float else field.type)
    if not is_right or isinstance(value, bool | datetime) or value == "":
        yield f"{_EXPECTED[field.type]} expected"
    elif column.values and value not in column.values:
        yield f"one of {', '.join(column.values)} expected"
    elif column.pattern and not re.fullmatch(column.pattern, str(value)):
        yield f"a code like {column.pattern} expected"
    elif column.low is not None and isinstance(value, int | float) and value < column.low:
        yield f"{column.low:g} or more expected"


def _find_contradictions(table: Mapping[str, Any], places: set[str]) -> Iterator[str]:
    """Find keys that contradict each other, and places that are missing in the lookups of places."""
    place = table.get("jurisdiction")
    if isinstance(place, str) and place not in places:
        yield f"jurisdiction: {place!r} is neither in countries.csv nor in subdivisions.csv; add it there first"
    if table.get("adverts") == "required":
        yield from (f"{key}: missing where adverts must state pay" for key in ("in_force_from", "must_state")
                    if key not in table)  # fmt: skip
    if (table.get("evidence") == "official_text") != ("checked_on" in table):
        yield "checked_on: given with evidence official_text, and only then, since it is the day of that check"
    if ("max_width" in table) != ("max_width_currency" in table):
        yield "max_width: an amount needs max_width_currency, and the currency an amount"
    first, last = table.get("in_force_from"), table.get("in_force_until")
    if isinstance(first, date) and isinstance(last, date) and first >= last:
        yield f"in_force_until: a day after {first} expected, not {last}"
