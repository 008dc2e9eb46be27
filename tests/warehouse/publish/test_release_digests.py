"""What is compared of the DuckDB file of a release."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from warehouse.publish.release_digests import RELEASED, TableDigest, digest_tables, find_database_faults

SCHEMA = """CREATE SCHEMA mart;
CREATE TABLE mart.pay (id BIGINT, low DOUBLE, names VARCHAR[]);
COMMENT ON TABLE mart.pay IS 'Pay';
CREATE VIEW mart.low AS SELECT id, low AS lowest FROM mart.pay WHERE low > 0;
CREATE MACRO main.twice(x) AS 2 * x;
"""
ROWS = ("(1, 0.1, ['a'])", "(2, NULL, [])", "(2, NULL, [])", "(3, 'NaN', NULL)")


def write(path: Path, *rows: str, schema: str = SCHEMA) -> dict[str, TableDigest]:
    """A file with these rows, and their digests."""
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{path}' AS {RELEASED}")
        con.execute(f"USE {RELEASED}")
        con.execute(schema)
        con.execute(f"INSERT INTO mart.pay VALUES {', '.join(rows)}")
        return digest_tables(con)


def test_rows_in_another_order_are_the_same_rows(tmp_path: Path) -> None:
    digests = write(tmp_path / "one", *ROWS)
    assert digests == write(tmp_path / "two", *ROWS[::-1]) and digests["mart.pay"].n_rows == 4
    assert list(find_database_faults(tmp_path / "two", SCHEMA, digests)) == []


@pytest.mark.parametrize(
    ("at", "row"), [(0, "(1, 0.10000000000000002, ['a'])"), (0, "(1, 0.1, ['a', NULL])"), (1, "(3, 'NaN', NULL)")]
)
def test_another_row_is_found(at: int, row: str, tmp_path: Path) -> None:
    digests = write(tmp_path / "one", *ROWS)
    assert digests != write(tmp_path / "two", *ROWS[:at], row, *ROWS[at + 1 :])
    (fault,) = find_database_faults(tmp_path / "two", SCHEMA, digests)
    assert fault == "the rows of mart.pay are not those of the manifest"


@pytest.mark.parametrize(
    ("one", "other", "name"),
    [
        ("low > 0", "low > 1", "mart.low (duckdb_views)"),
        ("2 * x", "3 * x", "main.twice (duckdb_functions)"),
        ("IS 'Pay'", "IS 'Money'", "mart.pay (duckdb_tables)"),
        ("lowest", "highest", "mart.low (duckdb_views)"),
    ],
)
def test_another_declaration_is_found(one: str, other: str, name: str, tmp_path: Path) -> None:
    digests = write(tmp_path / "one", *ROWS, schema=SCHEMA.replace(one, other))
    faults = list(find_database_faults(tmp_path / "one", SCHEMA, digests))
    assert [fault for fault in faults if fault.startswith(name)], faults
