"""Empty databases are copies of one that the cache keeps, made anew where it is missing, damaged or outdated."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from warehouse.templates import copy_empty


class Maker:
    """Makes a database with one table; counts how often."""

    def __init__(self) -> None:
        self.n = 0

    def __call__(self, path: Path) -> None:
        self.n += 1
        with duckdb.connect(str(path)) as con:
            con.execute("CREATE TABLE t (a INTEGER)")


def tables_of_copy(target: Path, make: Maker, *, made_with: str = "1", kind: str = "work") -> list[str]:
    copy_empty(target, kind=kind, made_with=made_with, make=make)
    with duckdb.connect(str(target), read_only=True) as con:
        return [row[0] for row in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()]


def test_a_database_is_made_once_for_its_kind_and_declarations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    make = Maker()
    assert tables_of_copy(tmp_path / "1", make) == tables_of_copy(tmp_path / "2", make) == ["t"]
    assert make.n == 1
    tables_of_copy(tmp_path / "3", make, kind="market")
    tables_of_copy(tmp_path / "4", make, made_with="2")
    assert make.n == 3
    for template in tmp_path.glob("cache/*/*"):
        content = bytearray(template.read_bytes())
        content[len(content) // 2] ^= 1
        template.write_bytes(content)
    assert tables_of_copy(tmp_path / "5", make) == ["t"]
    assert make.n == 4, "a damaged one is not used"


def test_without_a_cache_a_database_is_made_in_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cache").write_text("a file where the folder would be")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    make = Maker()
    assert tables_of_copy(tmp_path / "1", make) == tables_of_copy(tmp_path / "2", make) == ["t"]
    assert make.n == 2
