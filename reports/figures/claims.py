"""Claims that the guide cites from others. They are read from `claims.toml`, which an editor can change."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from warehouse.mart_tables import Figures

CLAIMS = Path(__file__).with_name("claims.toml")
UNKNOWN_PUBLISHER = "source unknown"
_ID = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)+")
_OPTIONAL = frozenset(("publisher", "work", "published", "baseline", "parts", "verified_on"))
_PARTS = ("amount", "year", "growth")


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A cited claim; the head of `claims.toml` explains each field. `publisher` is None if no publisher is named."""

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
    """Error for an invalid file of claims; `problems` lists every problem with its claim and key."""

    def __init__(self, path: Path, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{path}: {problem}" for problem in problems))


def load_claims(path: Path = CLAIMS) -> tuple[Claim, ...]:
    """Return all claims in a file, in order. Raise `ClaimsError`, listing every problem, if the file is invalid."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ClaimsError(path, [str(error)]) from error
    problems = [f"{key}: unknown; [[claims]] expected" for key in content if key != "claims"]
    tables = content.get("claims", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ClaimsError(path, [*problems, "claims: [[claims]] with two brackets expected"])
    ids: set[str] = set()
    for number, table in enumerate(tables, start=1):
        name = table["id"] if isinstance(table.get("id"), str) else f"claim {number}"
        problems += [f"{name}: {problem}" for problem in _find_problems(table)]
        problems += [f"{name}: id: given to two claims"] if name in ids else []
        ids.add(name)
    if problems:
        raise ClaimsError(path, problems)
    return tuple(_make_claim(table) for table in tables)


def _make_claim(table: dict[str, Any]) -> Claim:
    value = table["value"]
    return Claim(**{**table, "value": tuple(value) if isinstance(value, list) else value})


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_day(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_value(value: object) -> bool:
    if isinstance(value, list):
        return len(value) == 2 and all(map(_is_number, value)) and value[0] <= value[1]
    return _is_number(value)


def _has_texts(value: object) -> bool:
    return isinstance(value, dict) and all(key in _PARTS and isinstance(text, str) for key, text in value.items())


_EXPECTED: Mapping[str, tuple[Callable[[object], bool], str]] = {
    "id": (
        lambda value: isinstance(value, str) and _ID.fullmatch(value) is not None,
        "small letters, digits and underscores, in parts divided by dots,",
    ),
    **dict.fromkeys(
        ("title", "claim", "unit", "publisher", "work", "published", "caveat", "baseline"), (_is_text, "a text")
    ),
    "value": (_is_value, "a number or [lower end, upper end]"),
    **dict.fromkeys(("verified_on", "verify_by"), (_is_day, "a day without quotes such as 2027-06-30")),
    "parts": (_has_texts, f"texts for {', '.join(_PARTS)}"),
}
"""For each key of a claim: a check of the value, and a description of the expected value."""


def _find_problems(table: Mapping[str, Any]) -> Iterator[str]:
    for key in table:
        if key not in _EXPECTED:
            yield f"{key}: unknown; {', '.join(_EXPECTED)} are known"
    for key, (holds, expected) in _EXPECTED.items():
        if key not in table:
            if key not in _OPTIONAL:
                yield f"{key}: missing"
        elif not holds(table[key]):
            yield f"{key}: {expected} expected, not {table[key]!r}"
    parts = table.get("parts", {})
    if _has_texts(parts) and not all(part in str(table.get("claim")) for part in parts.values()):
        yield f"parts: each must appear word for word in the claim, unlike {', '.join(parts.values())}"


def warn_of_outdated(rows: Iterable[Figures]) -> list[str]:
    """Return messages about cited figures whose day for verification has passed."""
    return [
        f"{row.figure}: cited from {', '.join(row.sources) or 'an unknown source'}, to be verified again by "
        f"{row.verify_by.isoformat()}; look the claim up and set a new day in reports/figures/{CLAIMS.name}"
        for row in rows
        if row.verify_by is not None and row.as_of > row.verify_by
    ]
