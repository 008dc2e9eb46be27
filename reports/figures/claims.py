"""Claims that the guide cites from others. They are read from `claims.toml`, which an editor can change."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, ValidationError
from pydantic.dataclasses import dataclass
from pydantic.fields import FieldInfo

from warehouse.mart_tables import Figures

CLAIMS = Path(__file__).with_name("claims.toml")
UNKNOWN_PUBLISHER = "source unknown"


def _check_ends(value: float | tuple[float, float] | None) -> float | tuple[float, float] | None:
    if isinstance(value, tuple) and value[0] > value[1]:
        raise ValueError("the lower end comes first")
    return value


_ID = Field(
    pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)+$",
    description="small letters, digits and underscores, in parts divided by dots",
)
_TEXT = Field(pattern=r"\S", description="a text")
_DAY = Field(description="a day without quotes such as 2027-06-30")
Text = Annotated[str, _TEXT]
OptionalText = Annotated[str | None, _TEXT]


@dataclass(frozen=True, kw_only=True, config=ConfigDict(strict=True, extra="forbid"))
class Claim:
    """A cited claim; the head of `claims.toml` explains each key. A key that is left out is None.

    Messages quote the descriptions of the fields.
    """

    id: Annotated[str, _ID]
    title: Text
    claim: Text
    value: Annotated[
        float | Annotated[tuple[float, float], Field(strict=False)] | None,
        AfterValidator(_check_ends),
        Field(description="a number or [lower end, upper end]"),
    ] = None
    unit: Text
    publisher: OptionalText = None
    work: OptionalText = None
    published: OptionalText = None
    caveat: Text
    verified_on: Annotated[date | None, _DAY] = None
    verify_by: Annotated[date, _DAY]
    contradicted_by: OptionalText = None
    withheld: OptionalText = None
    baseline: OptionalText = None
    parts: Annotated[
        dict[Literal["amount", "year", "growth"], str], Field(description="texts for amount, year, growth")
    ] = field(default_factory=dict)


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
    problems = [f"{key}: unknown; expected [[claims]]" for key in content if key != "claims"]
    tables = content.get("claims", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ClaimsError(path, [*problems, "claims: expected [[claims]] with two brackets"])
    claims: dict[str, Claim] = {}
    for number, table in enumerate(tables, start=1):
        name = table["id"] if isinstance(table.get("id"), str) else f"claim {number}"
        try:
            claim = Claim(**table)
        except ValidationError as error:
            problems += [f"{name}: {problem}" for problem in _describe_problems(error, table)]
            continue
        if not all(part in claim.claim for part in claim.parts.values()):
            parts = ", ".join(claim.parts.values())
            problems.append(f"{name}: parts: each must appear word for word in the claim, unlike {parts}")
        problems += [f"{name}: value: missing"] if claim.value is None and claim.withheld is None else []
        problems += [f"{name}: id: given to two claims"] if name in claims else []
        claims[name] = claim
    if problems:
        raise ClaimsError(path, problems)
    return tuple(claims.values())


def _describe_problems(error: ValidationError, table: Mapping[str, object]) -> Iterator[str]:
    fields: Mapping[str, FieldInfo] = vars(Claim)["__pydantic_fields__"]
    for key in dict.fromkeys(str(problem["loc"][0]) for problem in error.errors()):
        if key not in fields:
            yield f"{key}: unknown; {', '.join(fields)} are known"
        elif key not in table:
            yield f"{key}: missing"
        else:
            yield f"{key}: expected {fields[key].description}, not {table[key]!r}"


def warn_of_outdated(rows: Iterable[Figures]) -> list[str]:
    """Return messages about cited figures whose day for verification has passed."""
    return [
        f"{row.figure}: cited from {', '.join(row.sources) or 'an unknown source'}, to be verified again by "
        f"{row.verify_by.isoformat()}; look the claim up and set a new day in reports/figures/{CLAIMS.name}"
        for row in rows
        if row.verify_by is not None and row.as_of > row.verify_by
    ]
