"""A published file that is brought up to date equals one that is written from scratch."""

from __future__ import annotations

import functools
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.warehouse.marts.test_marts import posting
from transforms.records.columns import fields_of, table_of
from warehouse import database, schema
from warehouse.ops_tables import Runs
from warehouse.publish import market, sync
from warehouse.publish.market import publish
from warehouse.schema import arrow_table, database_tables
from warehouse.tables import PostingBoards, PostingPlaces, Postings

NOW = datetime(2026, 9, 30, 2, tzinfo=UTC)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Record which files are written from scratch."""
    files: list[Path] = []
    write = market._write_market

    def noted(con: database.Connection, fresh: Path, finish: Any) -> None:
        files.append(fresh)
        write(con, fresh, finish)

    monkeypatch.setattr(market, "_write_market", noted)
    return files


def put(con: database.Connection, *rows: Any) -> None:
    database.insert_into(con, table_of(type(rows[0])).name, arrow_table(type(rows[0]), rows))


def advert(number: int, **fields: Any) -> Postings:
    usual: dict[str, Any] = {"remote_scope": None, "version_from": NOW, "content_hash": f"{number:032x}"}
    names = {f.name for f in fields_of(Postings)}
    return posting(number, **{name: value for name, value in (usual | fields).items() if name in names})


def content(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of a published file, in the order of all their columns."""
    with duckdb.connect(str(path), read_only=True) as market:
        market.execute("SET TimeZone = 'UTC'")
        names = [table_of(cls).name for cls in database_tables()]
        return {name: market.execute(f"SELECT * FROM {name} ORDER BY ALL").fetchall() for name in names}


def declare_table(path: Path) -> list[tuple[Any, ...]]:
    """Tables, columns, keys, views and macros of a published file, with their comments."""
    queries = (
        "SELECT schema_name, table_name, sql, comment FROM duckdb_tables() ORDER BY ALL",
        "SELECT schema_name, table_name, column_name, data_type, comment FROM duckdb_columns() ORDER BY ALL",
        "SELECT table_name, constraint_type, constraint_column_names FROM duckdb_constraints() ORDER BY ALL",
        "SELECT schema_name, view_name, sql, comment FROM duckdb_views() WHERE NOT internal ORDER BY ALL",
        "SELECT function_name, macro_definition, comment FROM duckdb_functions() WHERE NOT internal ORDER BY ALL",
    )
    with duckdb.connect(str(path), read_only=True) as market:
        return [row for query in queries for row in market.execute(query).fetchall()]


def edits(chance: random.Random) -> Iterator[str]:
    """Random statements like the changes of a night."""
    some = f"hash(posting_id, {chance.randrange(9**9)}) % {chance.randrange(2, 40)} = 0"
    possible = [
        "UPDATE core.postings SET last_seen_at = last_seen_at + INTERVAL 1 DAY",
        "UPDATE core.posting_boards SET last_seen_at = last_seen_at + INTERVAL 1 DAY",
        f"UPDATE core.postings SET title = title || ' II' WHERE {some}",
        f"UPDATE core.postings SET remote_scope = ['US', 'BR'], city = 'Lima', pay_low = NULL WHERE {some}",
        f"UPDATE core.postings SET remote_scope = NULL WHERE {some}",
        f"DELETE FROM core.postings WHERE {some}",
        f"DELETE FROM core.posting_places WHERE {some}",
        "INSERT INTO core.postings BY NAME SELECT *"
        f" REPLACE (posting_id || '+{chance.randrange(9**9)}' AS posting_id) FROM core.postings WHERE {some}",
        "INSERT INTO ops.rejects BY NAME"
        " SELECT source, warc, record, posting_id, 'x' AS column_name, '1' AS \"value\","
        f" 'r' AS \"rule\", false AS is_deliberate FROM core.postings WHERE {some}",
        "DELETE FROM ops.rejects",
    ]
    yield from chance.sample(possible, chance.randrange(1, len(possible)))


@pytest.mark.parametrize(
    ("seed", "n_nights"),
    [(0, 2), (1, 2), *(pytest.param(seed, 3, marks=pytest.mark.long) for seed in range(6))],
)
def test_a_renewed_file_holds_what_one_written_anew_does(
    seed: int, n_nights: int, con: database.Connection, tmp_path: Path, written: list[Path]
) -> None:
    chance = random.Random(seed)
    n_adverts = 2_100  # more than DuckDB takes at once
    put(con, *(advert(n) for n in range(n_adverts)))
    usual: dict[str, Any] = {"board": "b", "first_seen_at": NOW, "last_seen_at": NOW}
    nothing: dict[str, Any] = dict.fromkeys(f.name for f in fields_of(PostingBoards))
    put(con, *(PostingBoards(**nothing | usual | {"posting_id": f"x:{n:04}"}) for n in range(n_adverts)))
    target = tmp_path / "market.duckdb"
    publish(con, target)
    del written[:]
    for night in range(n_nights):
        for statement in edits(chance):
            con.execute(statement)
        before = con.execute("SELECT count(*) FROM duckdb_databases()").fetchall()
        publish(con, target)
        assert con.execute("SELECT count(*) FROM duckdb_databases()").fetchall() == before
        assert written == [], "so few changes are made in a copy"
        publish(con, anew := tmp_path / f"{night}.duckdb")
        del written[:]
        assert content(target) == content(anew)
        assert declare_table(target) == declare_table(anew)
        with duckdb.connect(str(target), read_only=True) as market:
            market.execute("SET TimeZone = 'UTC'")
            lookup = "SELECT count(*) FROM core.postings WHERE posting_id = 'x:0007' AND posting_id IN ('x:0007')"
            there = con.execute("SELECT count(*) FROM core.postings WHERE posting_id = 'x:0007'").fetchall()
            assert market.execute(lookup).fetchall() == there, "the index finds what is there and nothing else"
            tags = "SELECT tags['storage_version'] FROM duckdb_databases() WHERE database_name = 'market'"
            assert market.execute(tags).fetchall()[0][0].startswith("v1.4")


@pytest.mark.parametrize(
    "edit",
    [
        "remote_scope = []",
        "remote_scope = NULL",
        "remote_scope = [] WHERE posting_id = 'x:0003'",
        "remote_scope = NULL WHERE posting_id IN ('x:0003', 'x:0004')",
        "title = 'one for all'",
        "city = CASE posting_id WHEN 'x:0001' THEN 'Rome' ELSE 'Lima' END WHERE posting_id IN ('x:0001', 'x:0002')",
        "years_min = 1 - years_min",
        "city = NULL WHERE posting_id = 'x:0001'",
        "board = ''",
    ],
)
def test_whatever_changes_in_a_column_is_published(
    edit: str, con: database.Connection, tmp_path: Path, written: list[Path]
) -> None:
    """Digests must notice values that all rows share, that swap rows, or whose hashes are alike."""
    put(con, *(advert(n, city="Rome" if n % 2 == 0 else "Lima", years_min=n % 2) for n in range(600)))
    con.execute("UPDATE core.postings SET remote_scope = [] WHERE posting_id >= 'x:0300'")
    target = tmp_path / "market.duckdb"
    publish(con, target)
    del written[:]
    con.execute(f"UPDATE core.postings SET {edit}")
    publish(con, target)
    assert written == []
    rows = con.execute("SELECT * FROM core.postings ORDER BY ALL").fetchall()
    assert content(target)["core.postings"] == rows


def doubled(con: database.Connection) -> None:
    con.execute("INSERT INTO core.postings SELECT * FROM core.postings WHERE posting_id = 'x:0001'")


def doubled_and_new(con: database.Connection) -> None:
    for _ in range(2):
        put(con, advert(99))


def doubled_in_place_of_another(con: database.Connection) -> None:
    doubled(con)
    con.execute("DELETE FROM core.postings WHERE posting_id = 'x:0002'")


@pytest.mark.parametrize("spoil", [doubled, doubled_and_new, doubled_in_place_of_another])
def test_a_doubled_key_is_never_published(
    spoil: Callable[[database.Connection], None], con: database.Connection, tmp_path: Path
) -> None:
    put(con, *(advert(n) for n in range(5)))
    target = tmp_path / "market.duckdb"
    publish(con, target)
    before = target.read_bytes()
    spoil(con)
    with pytest.raises(duckdb.ConstraintException):
        publish(con, target)
    assert target.read_bytes() == before
    assert not list(tmp_path.glob("market.duckdb.*"))


def test_a_file_with_other_declarations_is_written_anew(
    con: database.Connection, tmp_path: Path, written: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "market.duckdb"
    publish(con, target)
    publish(con, target)
    assert len(written) == 1
    monkeypatch.setattr(schema, "comments", lambda cls: (f"COMMENT ON TABLE {table_of(cls).name} IS 'other'",))
    publish(con, target)
    assert len(written) == 2
    with duckdb.connect(str(target), read_only=True) as market:
        comments = market.execute("SELECT DISTINCT comment FROM duckdb_tables() WHERE schema_name = 'core'").fetchall()
        assert comments == [("other",)]


@pytest.mark.parametrize("damage", [b"half" * 5000, b""])
def test_a_damaged_file_is_written_anew(
    damage: bytes, con: database.Connection, tmp_path: Path, written: list[Path]
) -> None:
    target = tmp_path / "market.duckdb"
    put(con, advert(1))
    target.write_bytes(damage)
    publish(con, target)
    assert len(written) == 1
    assert len(content(target)["core.postings"]) == 1


def test_where_most_changed_the_file_is_written_anew(
    con: database.Connection, tmp_path: Path, written: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "MIN_MOVED", 10)
    put(con, *(advert(n) for n in range(100)))
    target = tmp_path / "market.duckdb"
    publish(con, target)
    con.execute("DELETE FROM core.postings WHERE posting_id < 'x:0020'")
    publish(con, target)
    assert len(written) == 1
    con.execute("DELETE FROM core.postings WHERE posting_id < 'x:0060'")
    publish(con, target)
    assert len(written) == 2
    assert len(content(target)["core.postings"]) == 40


def test_what_finishes_a_run_is_in_the_published_file_alone(con: database.Connection, tmp_path: Path) -> None:
    names: dict[str, Any] = {f.name: None for f in fields_of(Runs)}
    run: dict[str, Any] = {"run_id": "r", "command": "run", "is_sample": False, "started_at": NOW, "code_version": "1"}
    put(con, Runs(**{**names, **run}))
    target = tmp_path / "market.duckdb"
    for code in (0, 2):
        end = functools.partial(database.end_run, run_id="r", ended_at=NOW + timedelta(1), exit_code=code)
        change = market.stage(con, target, end)
        change.fresh.replace(target)
        with duckdb.connect(str(target), read_only=True) as reader:
            assert reader.execute("SELECT exit_code FROM ops.runs").fetchall() == [(code,)]
    assert con.execute("SELECT exit_code FROM ops.runs").fetchall() == [(None,)]


def test_a_place_that_moves_to_another_position_is_no_doubled_key(con: database.Connection, tmp_path: Path) -> None:
    names: dict[str, Any] = {f.name: None for f in fields_of(PostingPlaces)}
    places = [
        PostingPlaces(**{**names, "posting_id": "x:0001", "position": n, "city": city, "reading": "stated"})
        for n, city in enumerate(("Lima", "Quito", "Cali"))
    ]
    put(con, *places)
    target = tmp_path / "market.duckdb"
    publish(con, target)
    con.execute("DELETE FROM core.posting_places WHERE city = 'Lima'")
    con.execute("UPDATE core.posting_places SET position = position - 1")
    publish(con, target)
    with duckdb.connect(str(target), read_only=True) as market:
        rows = market.execute("SELECT position, city FROM core.posting_places ORDER BY ALL").fetchall()
    assert rows == [(0, "Quito"), (1, "Cali")]
