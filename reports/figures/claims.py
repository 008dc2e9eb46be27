"""Claims of others that the guide cites, read from `claims.toml`, which an editor can change."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from warehouse.mart_tables import Figures

CLAIMS = Path(__file__).with_name("claims.toml")
UNKNOWN_PUBLISHER = "source unknown"
_ID = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)+")
_TEXTS = ("id", "title", "claim", "unit", "publisher", "work", "published", "caveat", "baseline")
_OPTIONAL = frozenset(("publisher", "work", "published", "baseline", "parts", "verified_on"))
_PARTS = ("amount", "year", "growth")
_DAYS = ("verified_on", "verify_by")
_KEYS = (*_TEXTS, "value", *_DAYS, "parts")


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What somebody else says: `claims.toml` says what each field means. `publisher` is None when nobody is named."""

    id: str
    title: str
    claim: str
    value: float | tuple[float, float]
    unit: str
    publisher: str | None = None
    work: str = ""
    published: str = ""
    caveat: str
    verified_on: date | None = None
    verify_by: date
    baseline: str | None = None
    parts: Mapping[str, str] = field(default_factory=dict)


class ClaimsError(ValueError):
    """A file of claims that cannot be read. `problems` say of which claim and key, all that were found."""

    def __init__(self, path: Path, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{path}: {problem}" for problem in problems))


def load_claims(path: Path = CLAIMS) -> tuple[Claim, ...]:
    """All claims of a file, in order. Raises `ClaimsError` with every problem, its claim and its key."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ClaimsError(path, [str(error)]) from error
    problems = [f"{key}: unknown; [[claims]] expected" for key in content if key != "claims"]
    tables = content.get("claims", [])
    if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
        raise ClaimsError(path, [*problems, "claims: [[claims]] with two brackets expected"])
    ids: set[str] = set()
    for number, table in enumerate(tables, start=1):
        name = table["id"] if isinstance(table.get("id"), str) else f"claim {number}"
        problems += [f"{name}: {problem}" for problem in _problems_of(table)]
        problems += [f"{name}: id: given to two claims"] if name in ids else []
        ids.add(name)
    if problems:
        raise ClaimsError(path, problems)
    return tuple(_claim(table) for table in tables)


def _claim(table: Mapping[str, Any]) -> Claim:
    value = table["value"]
    return Claim(**{**table, "value": tuple(value) if isinstance(value, list) else value})


def _problems_of(table: Mapping[str, Any]) -> Iterator[str]:
    for key in table:
        if key not in _KEYS:
            yield f"{key}: unknown; {', '.join(_KEYS)} are known"
    for key in _KEYS:
        if key not in table:
            if key not in _OPTIONAL:
                yield f"{key}: missing"
        elif key in _TEXTS and not (isinstance(table[key], str) and table[key].strip()):
            yield f"{key}: a text expected, not {table[key]!r}"
    if isinstance(table.get("id"), str) and not _ID.fullmatch(table["id"]):
        yield f"id: small letters, digits and underscores, in parts divided by dots, expected, not {table['id']!r}"
    if "value" in table and not _is_value(table["value"]):
        yield f"value: a number or [lower end, upper end] expected, not {table['value']!r}"
    parts = table.get("parts", {})
    if not isinstance(parts, dict) or not all(key in _PARTS and isinstance(parts[key], str) for key in parts):
        yield f"parts: texts for {', '.join(_PARTS)} expected, not {parts!r}"
    elif not all(part in table.get("claim", "") for part in parts.values()):
        yield f"parts: each must stand in the claim word for word, as {', '.join(parts.values())} do not"
    for key in _DAYS:
        day = table.get(key, date.max)
        if not isinstance(day, date) or isinstance(day, datetime):
            yield f"{key}: a day without quotes such as 2027-06-30 expected, not {day!r}"


def _is_value(value: object) -> bool:
    if isinstance(value, list):
        return len(value) == 2 and all(map(_is_number, value)) and value[0] <= value[1]
    return _is_number(value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def warn_of_outdated(rows: Iterable[Figures]) -> list[str]:
    """What the operator should look at: cited figures whose day of verification has passed."""
    return [
        f"{row.figure}: cited from {', '.join(row.sources) or 'an unknown source'}, to be verified again by "
        f"{row.verify_by.isoformat()}; look the claim up and set a new day in reports/figures/{CLAIMS.name}"
        for row in rows
        if row.verify_by is not None and row.as_of > row.verify_by
    ]
