"""Fill the lookup tables before anything else is loaded: countries, roles, occupations, skills, laws and sources."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from transforms.text.lookups import countries, near_occupations, roles, taxonomy
from warehouse import database
from warehouse.load.disclosure_laws import load_disclosure_laws
from warehouse.tables import Countries, DisclosureLaws, NearOccupations, Roles, Skills, Sources

LOADED = "lookups_loaded"  # table of the work file: the digest of the lookups that were loaded


def load_lookups(con: database.Connection, sources: Sequence[Sources]) -> None:
    """Replace the lookup tables if any lookup changed. core.sources then holds the declarations `sources`."""
    rows_of: dict[type, Sequence[object]] = {
        Countries: countries(),
        Roles: roles(),
        NearOccupations: near_occupations(),
        Skills: taxonomy(),
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
