"""The marts: rows of core turned into statistics. SQL chooses the rows, numpy does what SQL cannot."""

from __future__ import annotations

from pathlib import Path


def sql_of(name: str) -> str:
    """The SELECT of one of the SQL files beside this module, by its name without `.sql`."""
    return Path(__file__).with_name(f"{name}.sql").read_text(encoding="utf-8")
