"""Fill the lookup tables before anything else is loaded: countries, roles, skills, their codes, laws and sources."""

from __future__ import annotations

import csv
import functools
import hashlib
import tomllib
from collections.abc import Sequence
from pathlib import Path

from transforms.records.columns import fields_of
from transforms.text.lookups import countries, near_occupations, roles, taxonomy
from warehouse import database
from warehouse.tables import Countries, DisclosureLaws, NearOccupations, Roles, SkillCodes, Skills, Sources

LOADED = "lookups_loaded"  # table of the work file: the digest of the lookups that were loaded


LAWS, SKILL_CODES = map(Path(__file__).with_name, ("disclosure_laws.toml", "skill_codes.csv"))


@functools.cache
def load_disclosure_laws() -> tuple[DisclosureLaws, ...]:
    """Return the laws on pay in adverts, in the order of `disclosure_laws.toml`, whose head explains the keys."""
    tables = tomllib.loads(LAWS.read_text(encoding="utf-8"))["laws"]
    names = [f.name for f in fields_of(DisclosureLaws)]
    return tuple(DisclosureLaws(**{name: table.get(name) for name in names}) for table in tables)


@functools.cache
def load_skill_codes() -> tuple[SkillCodes, ...]:
    """Return what each skill is in public classifications, in the order of `skill_codes.csv`."""
    with SKILL_CODES.open(encoding="utf-8", newline="") as file:
        return tuple(
            SkillCodes(**{name: value or None for name, value in row.items()})  # type: ignore[arg-type]
            for row in csv.DictReader(file)
        )


def load_lookups(con: database.Connection, sources: Sequence[Sources]) -> None:
    """Replace the lookup tables if any lookup changed. core.sources then holds the declarations `sources`."""
    rows_of: dict[type, Sequence[object]] = {
        Countries: countries(),
        Roles: roles(),
        NearOccupations: near_occupations(),
        Skills: taxonomy(),
        SkillCodes: load_skill_codes(),
        DisclosureLaws: load_disclosure_laws(),
        Sources: sources,
    }
    digest = hashlib.blake2b(repr([list(rows) for rows in rows_of.values()]).encode(), digest_size=16).hexdigest()
    con.execute(f"CREATE TABLE IF NOT EXISTS {LOADED} (digest VARCHAR NOT NULL)")
    if con.execute(f"FROM {LOADED}").fetchall() != [(digest,)]:
        con.execute(f"DELETE FROM {LOADED}")
        for cls, rows in rows_of.items():
            database.load_lookup(con, cls, rows)
        con.execute(f"INSERT INTO {LOADED} VALUES (?)", [digest])
