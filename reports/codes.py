"""Codes of public classifications for the skills and the work that figures are of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from reports.figures import query
from reports.figures.places import slug

ESCO_NOTICE = "This service uses the ESCO classification of the European Commission."
"""What ESCO's terms ask of whoever passes its names and URIs on."""


@dataclass(frozen=True, kw_only=True)
class Code:
    """A code of a classification (`scheme`), its name there, and how near it is: a mapping relation of SKOS."""

    scheme: str
    nearness: str
    code: str
    label: str

    @property
    def url(self) -> str | None:
        """The code itself where it is an address, as ESCO's are."""
        return self.code if self.code.startswith("http") else None


Codes = Mapping[str, list[Code]]


def read_codes(con: query.Connection) -> Mapping[str, Codes]:
    """Return the codes of each skill, role and group of roles that has any, by its name in ids of figures.

    Those of skills are under "skill", those of roles and groups under "work".
    """
    work = "CASE WHEN role = 'all' THEN role_group ELSE role END AS name"
    columns = {
        "skill": "skill AS name, scheme, nearness, code, label FROM core.skill_codes",
        "work": f"{work}, scheme, nearness, occupation AS code, title AS label FROM core.near_occupations",
    }
    return {what: _by_name(query.read(con, f"SELECT {sql}")) for what, sql in columns.items()}


def _by_name(rows: list[dict[str, str]]) -> Codes:
    codes = defaultdict(list)
    for row in sorted((row for row in rows if row["code"] is not None), key=lambda row: row["scheme"]):
        codes[slug(row.pop("name"))].append(Code(**row))
    return dict(codes)
