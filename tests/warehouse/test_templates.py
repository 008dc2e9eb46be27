"""Empty databases are copies of a template in the cache, made anew where it is missing, damaged or outdated."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from warehouse.templates import copy_empty


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "jobmarket" / "templates"


class Maker:
    """Makes a database with one table; counts how often."""

    def __init__(self) -> None:
        self.n = 0

    def __call__(self, path: Path) -> None:
        self.n += 1
        with duckdb.connect(str(path)) as con:
            con.execute("CREATE TABLE t (a INTEGER)")


def tables_in(path: Path) -> list[str]:
    with duckdb.connect(str(path), read_only=True) as con:
        return [row[0] for row in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()]


@pytest.fixture
def copy(tmp_path: Path) -> Callable[..., list[str]]:
    """copy(make, made_with="1", kind="work"): the tables of a database that is copied to a new place."""
    places = iter(tmp_path / f"{number}.duckdb" for number in range(9))

    def copy_to_new_place(make: Maker, made_with: str = "1", kind: str = "work") -> list[str]:
        target = next(places)
        copy_empty(target, kind=kind, made_with=made_with, make=make)
        return tables_in(target)

    return copy_to_new_place


def test_it_is_made_once_for_each_kind_and_declaration(copy: Callable[..., list[str]], cache: Path) -> None:
    make = Maker()
    assert [copy(make), copy(make), copy(make, kind="market")] == [["t"]] * 3
    assert make.n == 2
    copy(make, "2")
    assert make.n == 3
    assert sorted(path.name.split("-")[0] for path in cache.iterdir()) == ["market", "work"], "the outdated one is gone"


def test_a_damaged_template_is_made_again(copy: Callable[..., list[str]], cache: Path) -> None:
    make = Maker()
    copy(make)
    (template,) = cache.iterdir()
    content = bytearray(template.read_bytes())
    content[len(content) // 2] ^= 1
    template.write_bytes(content)
    assert copy(make) == ["t"]
    assert make.n == 2


def test_without_a_cache_it_is_made_in_its_place(copy: Callable[..., list[str]], cache: Path) -> None:
    cache.parent.mkdir(parents=True)
    cache.write_text("a file where the folder would be")
    make = Maker()
    assert [copy(make), copy(make)] == [["t"]] * 2
    assert make.n == 2


def test_what_a_killed_run_left_half_made_goes(copy: Callable[..., list[str]], cache: Path) -> None:
    cache.mkdir(parents=True)
    (cache / "work-0123.new").write_bytes(b"half")
    copy(Maker())
    assert [path.suffix for path in cache.iterdir()] == [".duckdb"]
