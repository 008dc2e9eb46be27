"""A warehouse that guides and articles are held against."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import duckdb
import pytest

from tests.builders import share_row
from tests.reports.conftest import make_cell, make_tables, publish_cells, put_rows
from tests.reports.figures.ledger_builders import AS_OF
from warehouse import mart_tables, tables

SURE = {"status": "published", "reason": None, "n_employers": 30, "share_lo": 0.2, "share_hi": 0.6}


@pytest.fixture(scope="module")
def published() -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse with a region's band in its ledger, and cells that are not in the ledger."""
    with duckdb.connect() as con:
        make_tables(con)
        put = functools.partial(put_rows, con)
        for skill in ("Rust", "COBOL"):
            put(tables.Skills, {"skill": skill, "category": "Programming Languages", "aliases": []})
        put(
            mart_tables.SalaryBands, make_cell(),
            make_cell(region_level="country", region="US", seniority_group="senior", role="machine_learning_engineer"),
        )  # fmt: skip
        put(
            mart_tables.Shares,
            share_row(AS_OF, "skill_asked", "Rust", 100, 41, region_level="country", region="DE", share=0.41, **SURE),
            share_row(AS_OF, "skill_asked", "Rust", 100, 41, share=0.41, **SURE),
            share_row(
                AS_OF, "skill_asked", "COBOL", 900, 2, share=0.002, **SURE | {"share_lo": 0.001, "share_hi": 0.01}
            ),
            share_row(AS_OF, "role", "ai_architect", 100, 23, role_group="ai_jobs", share=0.23, **SURE),
        )
        publish_cells(con)
        yield con
