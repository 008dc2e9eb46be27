"""Readers may run any query on the published file, and can reach nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from tests.builders import (
    Answer,
    all_rows,
    fill,
    load,
    night,
    posting,
    refined,
)
from warehouse import database
from warehouse.publish.market import publish
from warehouse.publish.reader import open_reader

FORBIDDEN = [
    "COPY core.postings TO '{folder}/stolen.csv'",
    "COPY core.postings TO '{folder}/market.duckdb'",
    "COPY core.postings TO '{folder}/market.duckdb.wal'",
    "COPY core.postings TO '{folder}/refined/board/a.parquet'",
    "COPY core.postings TO '.tmp/stolen.csv'",
    "COPY core.postings TO '/dev/stdout'",
    "COPY (SELECT 1) TO 'https://example.org/stolen' (FORMAT csv)",
    "EXPORT DATABASE '{folder}/stolen'",
    "IMPORT DATABASE '{folder}'",
    "ATTACH '{folder}/other.duckdb'",
    "ATTACH '{folder}/work.duckdb' AS work",
    "ATTACH '{folder}/work.duckdb' AS work (READ_ONLY)",
    "ATTACH '{folder}/market.duckdb' AS again",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM read_text('/etc/hostname')",
    "SELECT * FROM read_blob('{folder}/market.duckdb')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM read_parquet('{folder}/refined/board/a.parquet')",
    "SELECT * FROM read_json('https://example.org/')",
    "INSTALL httpfs",
    "LOAD httpfs",
    "LOAD '{folder}/evil.duckdb_extension'",
    "CREATE PERSISTENT SECRET s (TYPE s3)",
    "INSERT INTO core.posting_boards VALUES ('x', 'y', now(), now(), NULL)",
    "UPDATE core.postings SET title = 'x'",
    "DELETE FROM core.postings",
    "DROP TABLE core.postings",
    "CREATE TABLE core.mine (x INTEGER)",
    "SET enable_external_access = true",
    "SET disabled_filesystems = ''",
    "SET lock_configuration = false",
    "SET temp_directory = '{folder}'",
    "SET memory_limit = '1GB'",
    "PRAGMA memory_limit = '1GB'",
    "PRAGMA enable_profiling",
    "PRAGMA profiling_output = '{folder}/profile.json'",
    "CALL enable_logging(storage = 'file', storage_path = '{folder}/log')",
    "SELECT getenv('HOME')",
    "SELECT * FROM secret_frame",
]


@pytest.fixture
def published(con: database.Connection, tmp_path: Path) -> Path:
    fill(con, tmp_path)
    publish(con, tmp_path / "market.duckdb")
    con.close()
    return tmp_path


def files_in(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_reader_can_neither_write_nor_reach_another_file(published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret_frame = pd.DataFrame({"secret": [1]})  # DuckDB would find it by its Python name
    assert len(secret_frame) == 1
    workplace = published / "workplace"
    workplace.mkdir()
    monkeypatch.chdir(workplace)
    before = files_in(published)
    successes = []
    with open_reader(published, with_texts=True) as reader:
        for statement in FORBIDDEN:
            try:
                reader.execute(statement.format(folder=published)).fetchall()
                successes.append(statement)
            except database.SqlError:
                pass
        for write in ("write_csv", "write_parquet"):
            with pytest.raises(database.SqlError):
                getattr(reader.sql("SELECT * FROM core.postings"), write)(str(published / "stolen"))
        assert all_rows(reader, "SELECT count(*) FROM core.postings") == [(2,)]  # still usable
    assert successes == []
    assert files_in(published) == before


def test_a_reader_may_ask_anything_of_the_published_tables(published: Path) -> None:
    with open_reader(published) as reader:
        assert all_rows(reader, "SELECT annual_low_usd FROM core.postings WHERE currency = 'EUR'") == [(150.0,)]
        assert all_rows(reader, "SELECT usd_per_unit FROM core.usd_rates WHERE currency = 'EUR'") == [(1.5,)]
        assert all_rows(reader, "SELECT first_seen_at::DATE::VARCHAR FROM core.postings LIMIT 1") == [("2026-01-01",)]
        reader.execute("CREATE TEMP TABLE mine AS SELECT * FROM core.postings")
        assert len(all_rows(reader, "DESCRIBE core.postings")) > 40
        with pytest.raises(database.SqlError, match="adverts"):
            reader.execute("SELECT * FROM adverts")


def test_adverts_shows_the_stored_text_of_the_current_version(
    work_template: Path, tmp_path: Path, published: Path
) -> None:
    with database.open_work(published) as con:
        newer = posting(2, text="Ship safely.", text_hash="a" * 32)
        load(con, refined(published, "b", Answer(night(1), [newer, newer])))
        publish(con, published / "market.duckdb")
    with open_reader(published, with_texts=True) as reader:
        assert all_rows(reader, "SELECT * FROM adverts ORDER BY ALL") == [
            ("board:1", "Be kind."),
            ("board:2", "Ship safely."),
        ]
        one = "SELECT title, text FROM core.postings JOIN adverts USING (posting_id) WHERE posting_id = 'board:1'"
        assert all_rows(reader, one) == [("Data Engineer", "Be kind.")]


def test_a_reader_says_when_nothing_was_published(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="jobmarket run"):
        open_reader(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_reader_in_another_process_reads_while_the_pipeline_writes(con: database.Connection, tmp_path: Path) -> None:
    fill(con, tmp_path)
    publish(con, tmp_path / "market.duckdb")
    script = (
        "import json, sys; from pathlib import Path; from warehouse.publish.reader import open_reader;"
        "reader = open_reader(Path(sys.argv[1]));"
        "print(json.dumps(reader.execute('SELECT count(*) FROM core.postings').fetchall()))"
    )
    result = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        cwd=Path(database.__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(result.stdout) == [[2]]
