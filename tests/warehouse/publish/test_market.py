"""Publishing market.duckdb, also by runs that are killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path

import duckdb
import pytest

from tests.builders import (
    Answer,
    all_rows,
    export_parquet,
    fill,
    load,
    night,
    open_copy,
    passes,
    posting,
    refined,
)
from transforms.records.columns import table_of
from warehouse import database, schema
from warehouse.load import jobs, loader
from warehouse.load.refined_file import RefinedFile
from warehouse.load.usd_conversion import convert_money
from warehouse.publish.market import publish
from warehouse.publish.reader import open_reader
from warehouse.views import analysis_views

CLOSED = "SELECT posting_id, closed_on::VARCHAR FROM core.postings ORDER BY ALL"


def test_the_published_file_has_rows_keys_comments_and_views(con: database.Connection, tmp_path: Path) -> None:
    fill(con, tmp_path)
    publish(con, tmp_path / "market.duckdb")
    assert all_rows(con, "SELECT current_database()") == [("work",)]
    with duckdb.connect(str(tmp_path / "market.duckdb"), read_only=True) as market:
        assert all_rows(market, "SELECT posting_id FROM core.postings") == [("board:1",), ("board:2",)]
        assert all_rows(market, "SELECT usd_per_unit FROM core.usd_rates WHERE currency = 'EUR'") == [(1.5,)]
        tables = {
            f"{space}.{name}"
            for space, name in all_rows(
                market,
                "SELECT schema_name, table_name FROM duckdb_constraints() WHERE constraint_type = 'PRIMARY KEY'",
            )
        }
        assert tables == {table_of(cls).name for cls in schema.database_tables() if schema.key_of(cls)}
        for kind in ("columns", "tables", "views"):
            query = f"SELECT * FROM duckdb_{kind}() WHERE NOT internal AND coalesce(comment, '') = ''"
            assert all_rows(market, query) == [], kind
        comments = all_rows(
            market, "SELECT comment FROM duckdb_columns() WHERE schema_name = 'analysis' AND column_name = 'why_not'"
        )
        assert comments == [(analysis_views.COLUMNS["analysis.pay_observations"]["why_not"],)]
        columns = {name for (name,) in all_rows(market, "SELECT column_name FROM duckdb_columns() WHERE NOT internal")}
        assert "text" not in columns
        tags = all_rows(market, "SELECT tags['storage_version'] FROM duckdb_databases() WHERE database_name = 'market'")
        assert tags[0][0].startswith("v1.4")
    assert not list(tmp_path.glob("market.duckdb.*"))


def test_readers_are_never_disturbed(con: database.Connection, tmp_path: Path) -> None:
    target = tmp_path / "market.duckdb"
    publish(con, target)
    stop, polls, failures = threading.Event(), [], []

    def poll() -> None:
        while not stop.wait(0.02):  # polling without a pause would take most of the machine
            try:
                with open_reader(tmp_path) as reader:
                    counts = {tuple(all_rows(reader, "SELECT count(*) FROM core.postings")[0]) for _ in range(3)}
                    polls.append(counts)
            except duckdb.Error as error:
                failures.append(error)

    polling = threading.Thread(target=poll, daemon=True)
    polling.start()
    with open_reader(tmp_path) as early:
        for number in range(4):
            load(con, refined(tmp_path, str(number), Answer(night(number), [posting(number)])))
            publish(con, target)
        assert all_rows(early, "SELECT count(*) FROM core.postings") == [(0,)]  # the file it opened
        with open_reader(tmp_path) as late:
            assert all_rows(late, "SELECT count(*) FROM core.postings") == [(4,)]
    stop.set()
    polling.join()
    assert failures == []
    assert len(polls) > 1
    assert all(len(counts) == 1 for counts in polls)


def test_the_same_rows_export_to_the_same_bytes(work_template: Path, tmp_path: Path) -> None:
    files = [
        refined(tmp_path, str(n), Answer(night(n), [posting(i, title=f"Engineer {n}") for i in range(n, 3000)]))
        for n in range(2)
    ]
    exports = []
    for number, order in enumerate((files, files[::-1])):
        with open_copy(work_template, tmp_path / str(number)) as con:
            load(con, *order)
            jobs.resolve(con)
            paths = export_parquet(con, tmp_path / str(number) / "out")
            exports.append({path.name: path.read_bytes() for path in paths})
    assert exports[0] == exports[1]
    assert "core.postings.parquet" in exports[0]
    assert "mart.figures_history.parquet" in exports[0]
    assert not any(name.startswith("ops.") for name in exports[0])


# --- killed runs ------------------------------------------------------------------------------------

KILLED = """
import os, signal, sys
from pathlib import Path
from warehouse import database
from warehouse.load import history, jobs, loader
from warehouse.load.refined_file import RefinedFile
from warehouse.load.usd_conversion import convert_money
from warehouse.publish import atomic_files, market

folder, at = Path(sys.argv[1]), sys.argv[2]
def kill(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
STEPS = {
    "create_all": database, "sync_file": atomic_files, "_write_versions": history,
    "_record_load": loader, "_link": jobs, "_assign_job_ids": jobs, "database_tables": market,
}
if at in STEPS:
    assert hasattr(STEPS[at], at)
    setattr(STEPS[at], at, kill)
con = database.open_work(folder)
def gate(warc, *_):
    return kill() if at == "gate" and "1" in warc else True
def file(name):
    path = folder / "refined" / "board" / name
    rows, responses = path.with_suffix(".parquet"), path.with_suffix(".responses.parquet")
    warc = f"board/{name}.warc.gz"
    return RefinedFile(source="board", warc=warc, rows=rows, responses=responses, refine_key="1")
files = [file(name) for name in ("0", "1")]
for number in (1, 2):
    loader.load(con, files[:number], gate=gate)
if at == "loaded":
    kill()
jobs.resolve(con)
convert_money(con)
if at == "publish":
    atomic_files.sync_file = kill
market.publish(con, folder / "market.duckdb")
"""


def nights_to_kill(folder: Path) -> list[RefinedFile]:
    """Two nights: one posting changes, the other closes."""
    rows = [[posting(1, title="0"), posting(2)], [posting(1, title="1")]]
    return [refined(folder, str(n), Answer(night(n), rows[n])) for n in range(2)]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The export of an undisturbed run."""
    folder = tmp_path_factory.mktemp("undisturbed")
    with database.open_work(folder) as con:
        load(con, *nights_to_kill(folder))
        jobs.resolve(con)
        convert_money(con)
        return {path.name: path.read_bytes() for path in export_parquet(con, folder / "out")}


LONG_KILLS = ("sync_file", "_record_load", "loaded", "_link", "_assign_job_ids", "publish")


@pytest.mark.parametrize(
    "at",
    [
        *("create_all", "gate", "_write_versions", "database_tables"),
        *(pytest.param(at, marks=pytest.mark.long) for at in LONG_KILLS),
    ],
)
def test_a_killed_run_started_again_ends_as_an_undisturbed_one(
    at: str, undisturbed: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if at == "create_all":  # so that no template is cached yet
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    files = nights_to_kill(tmp_path)
    script = [sys.executable, "-c", KILLED, str(tmp_path), at]
    result = subprocess.run(script, cwd=Path(database.__file__).parents[1], check=False)
    assert result.returncode == -signal.SIGKILL
    with database.open_work(tmp_path) as con:
        loader.load(con, files, gate=passes)
        jobs.resolve(con)
        convert_money(con)
        publish(con, tmp_path / "market.duckdb")
        export = {path.name: path.read_bytes() for path in export_parquet(con, tmp_path / "out")}
    assert export == undisturbed
    with open_reader(tmp_path) as reader:
        assert all_rows(reader, CLOSED) == [("board:1", None), ("board:2", "2026-01-02")]
    assert sorted(path.name for path in tmp_path.glob("*.duckdb*")) == ["market.duckdb", "work.duckdb"]
