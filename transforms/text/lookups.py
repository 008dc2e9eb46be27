"""Read the lookups: any file of lookups/ as rows of text, and some as typed rows (countries, roles, skills)."""

from __future__ import annotations

import csv
import functools
from collections.abc import Iterator
from pathlib import Path

from transforms.records.rows import Country, NearOccupation, Role, Skill

LOOKUPS = Path(__file__).parents[1] / "lookups"


@functools.cache
def path_of(name: str) -> Path:
    """Return the path of a lookup's CSV in any folder of lookups/. Raise `ValueError` unless exactly one exists."""
    paths = list(LOOKUPS.glob(f"*/{name}.csv"))
    if len(paths) != 1:
        raise ValueError(f"expected one file {name}.csv in a folder of {LOOKUPS}, {len(paths)} found")
    return paths[0]


def cells_of(name: str) -> list[dict[str, str]]:
    """Return the rows of a lookup as dicts by column. An empty cell is an empty string."""
    with path_of(name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rows_of(name: str) -> Iterator[dict[str, str | None]]:
    """Yield the rows of a lookup as dicts by column. An empty cell is None; "NA" (Namibia) stays a text."""
    for row in cells_of(name):
        yield {column: value or None for column, value in row.items()}


def parts(cell: str | None) -> tuple[str, ...]:
    """Return the values in a cell that separates them with semicolons; () for an empty cell."""
    return tuple(part.strip() for part in (cell or "").split(";") if part.strip())


def countries() -> list[Country]:
    """Return every country with its M49 region and legal tender."""
    return [Country(**{**row, "currencies": parts(row["currencies"])}) for row in rows_of("countries")]  # type: ignore[arg-type]


def roles() -> list[Role]:
    """Return every role with its definition."""
    return [Role(**row) for row in rows_of("roles")]  # type: ignore[arg-type]


def near_occupations() -> list[NearOccupation]:
    """Return the nearest occupation of each classification for roles and groups, or why there is none."""
    titles = {(row["scheme"], row["occupation"]): row["title"] for row in rows_of("occupations")}
    return [
        NearOccupation(
            **row
            | {"title": titles.get((row["scheme"], row["occupation"])), "is_compared": row["is_compared"] == "yes"}  # type: ignore[arg-type]
        )
        for row in rows_of("near_occupations")
    ]


@functools.cache
def occupations(scheme: str) -> dict[str, str]:
    """Return the occupations of a classification (`scheme`) that an AI guide needs: for each code, why it is needed."""
    return {row["occupation"]: row["reason"] for row in cells_of("occupations") if row["scheme"] == scheme}


@functools.cache
def usual_hours() -> dict[tuple[str, int], float]:
    """Return the usual weekly hours of full-time employees by country and year."""
    return {(row["country"], int(row["year"])): float(row["weekly_hours"]) for row in cells_of("usual_hours")}


MIN_RECALL, MIN_RECALL_CASES = 0.8, 5
"""Minimum recall of a reader in a language, and minimum number of test cases for measuring it.

In other languages, what the reader does not find would count as not asked for, so these adverts are in no share."""


@functools.cache
def languages_read(reading: str) -> tuple[str, ...]:
    """Return the languages (ISO 639-1) in which a reading (skills, degree, years …) is good enough to count."""
    return tuple(
        row["language"]
        for row in cells_of("reading_recall")
        if row["reading"] == reading
        and int(row["n_cases"]) >= MIN_RECALL_CASES
        and int(row["n_right"]) >= MIN_RECALL * int(row["n_cases"])
    )


@functools.cache
def taxonomy() -> tuple[Skill, ...]:
    """Return the taxonomy of skills, in the order of `skills.csv`."""
    return tuple(Skill(**{**row, "aliases": parts(row["aliases"])}) for row in rows_of("skills"))  # type: ignore[arg-type]
