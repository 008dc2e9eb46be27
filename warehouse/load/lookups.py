"""Lookup tables: countries, roles, occupations, skills, laws and sources, filled before anything else is loaded."""

from __future__ import annotations

from collections.abc import Sequence

from transforms.text.lookups import countries, near_occupations, roles, taxonomy
from warehouse import database
from warehouse.load.disclosure_laws import load_disclosure_laws
from warehouse.tables import Countries, DisclosureLaws, NearOccupations, Roles, Skills, Sources


def load_lookups(con: database.Connection, sources: Sequence[Sources]) -> None:
    """Replace the lookup tables with today's lookups, and core.sources with these declarations."""
    database.load_lookup(con, Countries, countries())
    database.load_lookup(con, Roles, roles())
    database.load_lookup(con, NearOccupations, near_occupations())
    database.load_lookup(con, Skills, taxonomy())
    database.load_lookup(con, DisclosureLaws, load_disclosure_laws())
    database.load_lookup(con, Sources, sources)
