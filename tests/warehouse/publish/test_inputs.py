"""`warehouse.publish.inputs`: the digest by which a run without news computes nothing again."""

from __future__ import annotations

import pytest

from warehouse import database
from warehouse.publish.inputs import digest_inputs

CHANGES = (
    "DELETE FROM mart.some WHERE n = 2",
    "UPDATE mart.some SET name = 'b' WHERE n = 1",
    "UPDATE mart.some SET name = NULL WHERE n = 1",
    "INSERT INTO mart.some SELECT * FROM mart.some WHERE n = 0",
    "UPDATE mart.some SET items = [] WHERE n = 0",
    "UPDATE mart.some SET part = {'x': NULL} WHERE n = 0",
    "UPDATE mart.some SET name = CASE n WHEN 1 THEN 'a2' ELSE 'a1' END WHERE n > 0",
)


@pytest.fixture
def filled(con: database.Connection) -> database.Connection:
    con.execute("CREATE TABLE mart.some AS SELECT range AS n, 'a' || range AS name FROM range(3)")
    con.execute("ALTER TABLE mart.some ADD COLUMN items INTEGER[]")
    con.execute("ALTER TABLE mart.some ADD COLUMN part STRUCT(x INTEGER)")
    return con


def test_neither_the_order_of_rows_nor_other_schemas_count(filled: database.Connection) -> None:
    before = digest_inputs(filled, "1.0", 7)
    filled.execute("CREATE OR REPLACE TABLE mart.some AS FROM mart.some ORDER BY n DESC")
    filled.execute("CREATE TABLE main.beside AS SELECT 1 AS n")
    assert digest_inputs(filled, "1.0", 7) == before


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_of_a_row_counts(filled: database.Connection, change: str) -> None:
    before = digest_inputs(filled)
    filled.execute(change)
    assert digest_inputs(filled) != before


def test_what_else_decides_counts(con: database.Connection) -> None:
    assert digest_inputs(con, "1.0", 7) != digest_inputs(con, "1.1", 7)
