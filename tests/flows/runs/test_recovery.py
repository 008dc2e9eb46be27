"""Files that a disk spoiled: a run sets them aside, says so, and makes them again; nobody meets a traceback."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from extractors.archive.writer import path_of
from flows import nightly
from flows.runs.run_log import begin
from flows.runs.run_record import Outcome, Request
from flows.runtime.data_kind import read_kind, settle_kind
from flows.runtime.settings import Settings
from flows.terminal.errors import Wrong
from tests.flows.test_faults import FIRST, ashby_board, ashby_job, greenhouse_board, greenhouse_job, record
from warehouse import database
from warehouse.publish.reader import open_reader

if TYPE_CHECKING:
    from tests.flows.conftest import CommandResult, FinishedRun

Command = Callable[..., "CommandResult"]
RUN = ("run", "--sample", "--source", "currency_table")
FIGURES = "SELECT figure, value, status, rung, n_jobs FROM mart.figures ORDER BY as_of, figure"


@pytest.fixture
def data(small: FinishedRun, tmp_path: Path) -> Path:
    """A small finished folder."""
    return Path(shutil.copytree(small.data, tmp_path / "data"))


def flip(path: Path, *places: float) -> None:
    """Flip the bits of bytes: at a place, or at a part of the file's length."""
    content = bytearray(path.read_bytes())
    for place in places:
        content[int(place if place >= 1 else place * len(content))] ^= 0xFF
    path.write_bytes(content)


def flip_throughout(path: Path) -> None:
    """A byte in each of DuckDB's blocks (256 kB from 12 kB on): whichever is read first is damaged."""
    flip(path, *range(12_288 + 1000, path.stat().st_size, 262_144))


def write_log(path: Path) -> None:
    """Leave a write-ahead log whose middle is damaged."""
    write = "import duckdb, os, sys; c = duckdb.connect(sys.argv[1]); c.execute(sys.argv[2]); os._exit(0)"
    query = "CREATE TABLE late AS SELECT md5(range::VARCHAR) AS said FROM range(3000)"
    subprocess.run([sys.executable, "-c", write, str(path), query], check=True)
    flip(path.with_name(path.name + ".wal"), 0.5)


def put_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def zero(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def behead(path: Path) -> None:
    path.write_bytes(bytes(12_288) + path.read_bytes()[12_288:])


DAMAGES: dict[str, Callable[[Path], object]] = {
    "zeroed": zero,
    "empty": lambda path: path.write_bytes(b""),
    "truncated": lambda path: os.truncate(path, path.stat().st_size // 2),
    "header gone": behead,
    "flipped in the header": lambda path: flip(path, 4100, 8200),
    "flipped in its blocks": flip_throughout,
    "no database": lambda path: path.write_bytes(b"not a database at all\n" * 999),
    "log": write_log,
    "folder": put_folder,
}


SHOWS_LATER = ("truncated", "flipped in its blocks")
"""Damage that does not show when a file is opened, but when a block is read."""


def aside(data: Path, name: str) -> list[str]:
    """What was set aside of a file, by today's name."""
    return sorted(path.name for path in data.glob(f"{name}.damaged-{datetime.now(UTC).date()}*"))


def published(data: Path) -> tuple[int, list[tuple[Any, ...]]]:
    """How many postings are published, and the figures."""
    with open_reader(data) as con:
        figures = con.execute(FIGURES).fetchall()
        return con.execute("SELECT count(*) FROM core.postings").fetchall()[0][0], figures


def history(con: database.Connection) -> list[tuple[Any, ...]]:
    """The figures."""
    return con.execute(FIGURES).fetchall()


def is_published_again(before: tuple[int, list[tuple[Any, ...]]], result: CommandResult, data: Path) -> None:
    assert result.code == 0, result.said
    assert "Traceback" not in result.said
    assert published(data) == before
    assert before[0]
    assert before[1]


@pytest.mark.usefixtures("undecorated")
@pytest.mark.parametrize("damage", [name for name in DAMAGES if name not in SHOWS_LATER])
def test_a_work_file_that_does_not_open_is_set_aside_and_a_new_one_has_what_was_published(
    damage: str, data: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with open_reader(data) as con:
        before = history(con)
    monkeypatch.setattr(nightly, "run_after_fetch", lambda *_: Outcome(exit_code=0, as_of=None))
    request = Request(settings=Settings(data=data, workers=1), command="test", sources=(), is_sample=True)
    DAMAGES[damage](data / "work.duckdb")
    assert nightly.from_archive(request, []).exit_code == 0
    assert aside(data, "work.duckdb")[0] == f"work.duckdb.damaged-{datetime.now(UTC).date()}"
    assert "work.duckdb is damaged" in caplog.text
    assert "is made again from the archive and market.duckdb. Nothing is lost" in caplog.text
    with database.open_work(data) as con:
        assert history(con) == before
        assert con.execute("SELECT count(*) FROM ops.runs WHERE run_id <> ?", [request.run_id]).fetchall() == [(1,)]


@pytest.mark.parametrize(
    ("damage", "arguments"),
    [("flipped in its blocks", RUN), pytest.param("zeroed", ("rebuild",), marks=pytest.mark.long)],
)
def test_the_run_that_meets_a_damaged_work_file_publishes_all_the_same(
    damage: str, arguments: tuple[str, ...], data: Path, loading: Command
) -> None:
    before = published(data)
    DAMAGES[damage](data / "work.duckdb")
    begin(data, run_id="one-of-which-the-work-file-alone-knew", command="test")
    result = loading(data, *arguments)
    is_published_again(before, result, data)
    assert "work.duckdb is damaged" in result.said
    assert "source health of runs that were not published are lost: one-of-which-the-work-file-alone" in result.said
    with open_reader(data) as con:
        messages = con.execute("SELECT message FROM ops.runs ORDER BY started_at DESC").fetchall()
    assert "work.duckdb is damaged" in messages[0][0]
    status = loading(data, "status")
    assert status.code == 0
    assert f"set aside {aside(data, 'work.duckdb')[0]}" in status.said


def test_a_work_file_that_was_lost_comes_back_with_its_history(data: Path, loading: Command) -> None:
    before = published(data)
    (data / "work.duckdb").unlink()
    is_published_again(before, loading(data, "rebuild"), data)


def test_two_damaged_databases_are_made_again_from_the_archive_and_the_loss_is_said(
    data: Path, briefly: Command
) -> None:
    before = published(data)
    flip_throughout(data / "market.duckdb")
    zero(data / "work.duckdb")
    result = briefly(data, *RUN)
    assert result.code == 0, result.said
    assert "Traceback" not in result.said
    assert len(aside(data, "market.duckdb")) == len(aside(data, "work.duckdb")) == 1
    assert "market.duckdb is damaged" in result.said
    assert "The marts of earlier days, and the checks and health of earlier runs, are lost" in result.said
    assert published(data) == before and before[1]


@pytest.mark.parametrize("damage", ["flipped in its blocks", pytest.param("header gone", marks=pytest.mark.long)])
def test_a_damaged_published_file_is_said_in_a_line_and_published_again(
    damage: str, data: Path, loading: Command
) -> None:
    before = published(data)
    DAMAGES[damage](data / "market.duckdb")
    for arguments in (("status",), ("sql", "SELECT * FROM core.postings"), ("explain", "list"), ("coverage",)):
        result = loading(data, *arguments)
        assert result.code == 1, arguments
        assert f"{data / 'market.duckdb'} is damaged (" in result.err
        assert "`jobmarket rebuild` makes it again" in result.err
        assert len(result.err.splitlines()) == 1
    assert "Last runs" in loading(data, "status").out
    is_published_again(before, loading(data, *RUN), data)


def test_a_damaged_refined_file_is_made_again(data: Path, loading: Command) -> None:
    before = published(data)
    for path in data.glob("refined/lever/*Z.parquet"):
        footer = int.from_bytes(path.read_bytes()[-8:-4], "little") + 8  # whole, so that the file is not read again
        flip(path, *range(4, path.stat().st_size - footer, 50))
    with database.open_work(data) as con:
        con.execute("UPDATE ops.loads SET refine_key = 'of other code' WHERE source = 'lever'")
    result = loading(data, *RUN)
    is_published_again(before, result, data)
    assert "refined files are damaged, first lever/" in result.said


# --- the file that says what the folder holds -----------------------------------------------------------


def spoil_kind(data: Path, content: bytes | None) -> None:
    """Put other content into the file; None: a folder in its place."""
    if content is None:
        put_folder(data / "kind")
    else:
        (data / "kind").write_bytes(content)


@pytest.fixture
def slight(data: Path) -> Path:
    """The folder without its databases and most of its archive: what decides its kind, and little more."""
    for path in (*data.glob("*.duckdb"), *data.glob("archive/currency_table/*")):
        path.unlink()
    return data


@pytest.mark.parametrize("content", [b"junk", b"\xff\x00\xfe", b"", None])
@pytest.mark.parametrize("evidence", ["published", "archived"])
def test_a_damaged_kind_is_set_aside_where_the_folder_tells_what_it_holds(
    evidence: str, content: bytes | None, data: Path, slight: Path, small: FinishedRun, plain: Command
) -> None:
    if evidence == "published":
        shutil.copy2(small.data / "market.duckdb", data)
        shutil.rmtree(data / "archive")
    spoil_kind(data, content)
    status = plain(data, "status")
    assert "Traceback" not in status.said
    assert "says neither sample nor live" in status.said
    config = Settings(data=data)
    with pytest.raises(Wrong, match="holds sample data, which live data must not be mixed with"):
        settle_kind(config, "live")
    assert settle_kind(config, "sample") == "sample"
    assert (data / "kind").read_text() == "sample\n"
    assert len(aside(data, "kind")) == (content != b"")


def test_a_pipe_in_the_place_of_the_kind_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "kind")
    assert read_kind(tmp_path) is None
    assert settle_kind(Settings(data=tmp_path), "live") == "live"
    assert (tmp_path / "kind").read_text() == "live\n"


def test_a_live_archive_tells_that_it_is_live(tmp_path: Path) -> None:
    record(path_of(tmp_path / "archive", "ashby", FIRST), [ashby_board("orchard", ashby_job(1))])
    (tmp_path / "kind").write_text("junk")
    assert settle_kind(Settings(data=tmp_path), None) == "live"


def test_a_damaged_kind_that_nothing_tells_of_is_left_to_a_person(tmp_path: Path, plain: Command) -> None:
    (tmp_path / "kind").write_text("junk")
    result = plain(tmp_path, *RUN)
    assert result.code == 1
    assert (
        "says neither sample nor live, and nothing else in the folder tells; write the right word into it" in result.err
    )
    assert (tmp_path / "kind").read_text() == "junk"


def test_a_folder_with_both_and_a_damaged_kind_is_refused(slight: Path, plain: Command) -> None:
    record(path_of(slight / "archive", "greenhouse", FIRST), [greenhouse_board("mill", greenhouse_job(1))])
    spoil_kind(slight, b"junk")
    result = plain(slight, *RUN)
    assert result.code == 1
    assert "holds sample data and live data, which must not be mixed" in result.err
