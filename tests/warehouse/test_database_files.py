"""Damaged database files are recognised and set aside; empty ones are copied from a cache."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest

from warehouse import database_files
from warehouse.publish.atomic_files import set_aside

DAY = date(2026, 11, 26)


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """A database of a few blocks whose rows do not compress away."""
    path = tmp_path / "work.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("CREATE SCHEMA core")
        con.execute("CREATE TABLE core.postings AS SELECT range AS id, md5(range::VARCHAR) AS title FROM range(50000)")
        con.execute("CREATE TABLE made_with AS SELECT [1, 2] AS numbers, {'a': 'b'} AS pair")
    return path


def test_a_whole_file_and_one_that_is_not_there_have_no_damage(whole: Path) -> None:
    before = whole.read_bytes()
    assert database_files.find_damage(whole) is None
    assert database_files.set_damaged_aside(whole, DAY) is None
    assert whole.read_bytes() == before
    assert database_files.find_damage(whole.with_name("none.duckdb")) is None


@pytest.mark.parametrize("place", [0, 30, 4100, 8200, 12_300, 0.2, 0.4, 0.6, 0.8])
def test_flipped_bits_are_found_wherever_they_are(place: float, whole: Path) -> None:
    content = bytearray(whole.read_bytes())
    content[int(place if place >= 1 or place == 0 else place * len(content))] ^= 0xFF
    whole.write_bytes(content)
    damage = database_files.find_damage(whole)
    assert damage
    assert "\n" not in damage


@pytest.mark.parametrize("content", [b"", b"x", b"not a database at all\n" * 999, bytes(300_000)])
def test_what_is_no_database_is_damaged(content: bytes, whole: Path) -> None:
    whole.write_bytes(content)
    assert database_files.find_damage(whole)


@pytest.mark.parametrize("size", [100, 5000, 0.5])
def test_a_file_that_was_cut_off_is_damaged(size: float, whole: Path) -> None:
    os.truncate(whole, int(size if size >= 1 else size * whole.stat().st_size))
    assert database_files.find_damage(whole)


def test_a_folder_in_its_place_is_damage(tmp_path: Path) -> None:
    assert database_files.find_damage(tmp_path) == "it is a folder"


def test_a_damaged_log_is_set_aside_with_its_file(whole: Path) -> None:
    # A process that ends at once leaves what it committed in the write-ahead log.
    write = "import duckdb, os, sys; c = duckdb.connect(sys.argv[1]); c.execute(sys.argv[2]); os._exit(0)"
    insert = "INSERT INTO core.postings SELECT range, md5(range::VARCHAR) FROM range(3000)"
    subprocess.run([sys.executable, "-c", write, str(whole), insert], check=True)
    log = whole.with_name("work.duckdb.wal")
    assert database_files.find_damage(whole) is None
    content = bytearray(log.read_bytes())
    content[len(content) // 2] ^= 0xFF
    log.write_bytes(content)
    result = database_files.set_damaged_aside(whole, DAY)
    assert result is not None
    assert result[0] == whole.with_name("work.duckdb.damaged-2026-11-26")
    assert "WAL" in result[1]
    assert not whole.exists()
    assert not log.exists()
    assert whole.with_name("work.duckdb.damaged-2026-11-26.wal").read_bytes() == content


def test_a_file_that_another_process_has_open_is_not_damaged(whole: Path) -> None:
    hold = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", hold, str(whole)], text=True, **pipes) as other:  # type: ignore[call-overload]
        assert other.stdout.readline() == "open\n"
        with pytest.raises(duckdb.IOException):
            duckdb.connect(str(whole))
        assert database_files.find_damage(whole) is None
        other.stdin.close()


def test_no_earlier_file_is_replaced(tmp_path: Path) -> None:
    names = []
    for number in range(3):
        path = tmp_path / "kind"
        path.write_text(str(number))
        names.append(set_aside(path, DAY).name)
    assert names == ["kind.damaged-2026-11-26", "kind.damaged-2026-11-26-2", "kind.damaged-2026-11-26-3"]
    assert [(tmp_path / name).read_text() for name in names] == ["0", "1", "2"]


# --- empty databases ---------------------------------------------------------------------------------


class Maker:
    """Makes a database with one table; counts how often."""

    def __init__(self) -> None:
        self.n = 0

    def __call__(self, path: Path) -> None:
        self.n += 1
        with duckdb.connect(str(path)) as con:
            con.execute("CREATE TABLE t (a INTEGER)")


def tables_of_copy(target: Path, make: Maker, *, made_with: str = "1", kind: str = "work") -> list[str]:
    database_files.copy_empty(target, kind=kind, made_with=made_with, make=make)
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
