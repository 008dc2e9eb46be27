"""Laws on pay in adverts, read from `disclosure_laws.toml`. The head of that file explains the keys.

The file is part of the program, so its own tests check it (`tests/warehouse/load/test_disclosure_laws.py`).
"""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path

from transforms.records.columns import fields_of
from warehouse.tables import DisclosureLaws

LAWS = Path(__file__).with_name("disclosure_laws.toml")


@functools.cache
def load_disclosure_laws() -> tuple[DisclosureLaws, ...]:
    """Return all laws in the file, in order."""
    tables = tomllib.loads(LAWS.read_text(encoding="utf-8"))["laws"]
    names = [f.name for f in fields_of(DisclosureLaws)]
    return tuple(DisclosureLaws(**{name: table.get(name) for name in names}) for table in tables)
