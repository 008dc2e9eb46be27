"""Records beside the archive: a new work file gets everything from their files, and no change is lost."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from extractors.archive.store import Store
from tests.builders import BEGIN, all_rows, open_copy
from tests.reports.conftest import put_rows
from tests.warehouse.marts.test_mart_history import figure
from warehouse import database
from warehouse.load import archive_records
from warehouse.load import boards as store
from warehouse.mart_tables import PUBLISHED, Figures, Shares
from warehouse.ops_tables import BoardNights, KnownBoards, PanelDraw, Runs, Vintages

DAY = BEGIN.date()
TABLES = ("ops.known_boards", "ops.panel_draw", "ops.board_nights")
Open = Callable[[], database.Connection]


def known(board: str, *, is_test: bool = False) -> KnownBoards:
    return KnownBoards(source="board", board=board, known_from="a list", known_on=DAY, is_test=is_test)


def drawn(board: str, chance: float) -> PanelDraw:
    return PanelDraw(source="board", board=board, drawn_on=DAY, stratum="-1:other", number=0.5, chance=chance)


def asked(board: str, run_id: str, chance: float | None = None) -> BoardNights:
    why = "yield" if chance is None else "panel"
    return BoardNights(run_id=run_id, source="board", board=board, planned_on=DAY, why=why, chance=chance)


def said(con: database.Connection) -> dict[str, list[tuple[object, ...]]]:
    return {name: all_rows(con, f"FROM {name} ORDER BY ALL") for name in TABLES}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "archive" / "boards"


def save(con: database.Connection, folder: Path) -> list[str]:
    """Record changes and return the names of the new files."""
    files = archive_records.save(con, Store(folder.parent), archive_records.BOARDS)
    return [name.removeprefix("boards/") for name in files]


def restore(con: database.Connection, folder: Path) -> None:
    archive_records.restore(con, Store(folder.parent), archive_records.BOARDS)


@pytest.fixture
def fresh(work_template: Path, tmp_path: Path) -> Iterator[database.Connection]:
    """Another work file, without any boards."""
    with open_copy(work_template, tmp_path / "fresh") as con:
        yield con


@pytest.fixture
def work_file(con: database.Connection, folder: Path) -> database.Connection:
    """A work file that was filled in three steps, each of them recorded."""
    store.add_known(con, [known("acme"), known("globex"), known("initech"), known("hooli", is_test=True)])
    store.write_draw(con, [drawn("acme", 0.25), drawn("globex", 0.5)])
    store.record_nights(con, [asked("acme", "1", 0.25), asked("globex", "1")])
    assert save(con, folder) == ["known-000001.parquet", "draw-000001.parquet", "nights-000001.parquet"]
    store.add_known(con, [known("hooli"), known("umbrella")])
    store.record_nights(con, [asked("umbrella", "2")])
    assert save(con, folder) == ["known-000002.parquet", "nights-000002.parquet"]
    con.execute("DELETE FROM ops.known_boards WHERE board = 'initech'")
    store.write_draw(con, [replace(drawn("acme", 1.0), drawn_on=DAY + timedelta(weeks=26))])
    assert save(con, folder) == ["known-000003.parquet", "draw-000002.parquet"]
    return con


def test_a_new_work_file_has_what_was_recorded(
    work_file: database.Connection, fresh: database.Connection, folder: Path
) -> None:
    restore(fresh, folder)
    assert said(fresh) == said(work_file)
    assert [len(rows) for rows in said(fresh).values()] == [4, 2, 3]
    assert save(fresh, folder) == [] == save(work_file, folder), "an unchanged night writes nothing"


def test_only_what_changed_is_written(work_file: database.Connection, folder: Path) -> None:
    assert [pq.read_table(folder / f"known-00000{n}.parquet").num_rows for n in (1, 2, 3)] == [4, 2, 1]
    assert pq.read_table(folder / "draw-000002.parquet").num_rows == 1


def test_a_change_that_all_rows_share_is_written(work_file: database.Connection, folder: Path) -> None:
    """Digests of rows must not cancel out: the same new value stands in an even number of rows."""
    work_file.execute("UPDATE ops.panel_draw SET stratum = '0:other'")
    assert len(all_rows(work_file, "FROM ops.panel_draw")) == 2
    assert save(work_file, folder) == ["draw-000003.parquet"]


def test_what_was_recorded_wins_over_what_was_carried_over(
    work_file: database.Connection, fresh: database.Connection, folder: Path
) -> None:
    """As carried over from a published file of an earlier night, which also has rows that were never recorded."""
    store.add_known(fresh, [known("acme"), known("initech"), known("hooli", is_test=True), known("never recorded")])
    store.write_draw(fresh, [drawn("acme", 0.25)])
    store.record_nights(fresh, [asked("acme", "1", 0.25), asked("globex", "1"), asked("acme", "0")])
    restore(fresh, folder)
    assert set(all_rows(fresh, "SELECT board, is_test FROM ops.known_boards")) == {
        *all_rows(work_file, "SELECT board, is_test FROM ops.known_boards"), ("never recorded", False),
    }  # fmt: skip
    assert all_rows(fresh, "FROM ops.panel_draw ORDER BY ALL") == all_rows(
        work_file, "FROM ops.panel_draw ORDER BY ALL"
    )
    assert all_rows(fresh, "SELECT run_id, count(*) FROM ops.board_nights GROUP BY ALL ORDER BY ALL") == [
        ("0", 1), ("1", 2), ("2", 1),
    ]  # fmt: skip
    assert save(fresh, folder) == ["known-000004.parquet", "nights-000003.parquet"]


@pytest.mark.parametrize("damage", ["cut", "flipped"])
def test_a_damaged_file_is_named_and_its_changes_are_written_again(
    damage: str,
    work_file: database.Connection,
    fresh: database.Connection,
    folder: Path,
    work_template: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    path = folder / "known-000002.parquet"
    content = bytearray(path.read_bytes())
    content[8] ^= 0xFF
    path.write_bytes(content if damage == "flipped" else content[:-20])
    restore(fresh, folder)
    assert f"{path} is damaged, and what it records is left out" in caplog.text
    assert {board for (board,) in all_rows(fresh, "SELECT board FROM ops.known_boards")} == {"acme", "globex", "hooli"}
    assert save(fresh, folder) == []
    assert save(work_file, folder) == ["known-000004.parquet"]
    with open_copy(work_template, tmp_path / "again") as again:
        restore(again, folder)
        assert said(again) == said(work_file)


def test_a_work_file_that_never_had_what_is_recorded_takes_it_in_before_anything_is_written(
    work_file: database.Connection, fresh: database.Connection, folder: Path
) -> None:
    """As if it was made by a version without records."""
    store.add_known(fresh, [known("stark")])
    assert save(fresh, folder) == ["known-000004.parquet"]
    assert pq.read_table(folder / "known-000004.parquet")["board"].to_pylist() == ["stark"]
    assert all_rows(fresh, "SELECT count(*) FROM ops.known_boards") == [(5,)]


def rewrite(path: Path, rows: pa.Table) -> None:
    """Write a record file as a version with other declarations would."""
    pq.write_table(rows.replace_schema_metadata({"digest": archive_records._digest(rows)}), path)


def test_files_of_a_version_with_other_columns_are_read(
    work_file: database.Connection, fresh: database.Connection, folder: Path
) -> None:
    for path in folder.glob("nights-*"):
        rows = pq.read_table(path)
        rewrite(path, rows.drop_columns(["chance", "is_gone"]).append_column("weather", rows["why"]))
    restore(fresh, folder)
    assert all_rows(fresh, "SELECT count(*), count(chance) FROM ops.board_nights") == [(3, 0)]


def test_rows_that_break_todays_declaration_are_told_and_left_out(
    work_file: database.Connection, fresh: database.Connection, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name, column, value in (("nights-000001", "why", "for fun"), ("draw-000001", "chance", 7.0)):
        rows = pq.read_table(path := folder / f"{name}.parquet")
        rewrite(path, rows.set_column(rows.column_names.index(column), column, [[value] * len(rows)]))
    restore(fresh, folder)
    assert "ops.board_nights: what was recorded does not fit today's declaration" in caplog.text
    assert {name: len(rows) for name, rows in said(fresh).items()} == dict(zip(TABLES, (4, 0, 0), strict=True))
    assert save(fresh, folder) == [], "what could not be taken in is not gone"


def test_a_file_that_a_kill_left_half_written_is_none(work_file: database.Connection, folder: Path) -> None:
    (folder / ".known-000004.parquet.new").write_bytes(b"PAR1")
    store.add_known(work_file, [known("stark")])
    (name,) = save(work_file, folder)
    assert pq.read_table(folder / name)["board"].to_pylist() == ["stark"]
    assert not (folder / ".known-000004.parquet.new").exists()


@pytest.mark.parametrize("name", ["known-000002.parquet", "draw-000002.parquet", "nights-000001.parquet"])
def test_a_damaged_file_is_set_aside_and_named_once(
    name: str, work_file: database.Connection, folder: Path, caplog: pytest.LogCaptureFixture,
    work_template: Path, tmp_path: Path,
) -> None:  # fmt: skip
    """Flip a bit at many places: values have checksums, the footer has none."""
    whole, ours = (folder / name).read_bytes(), set(folder.glob("*"))
    rows_of_whole = said(work_file)
    for nth, at in enumerate(range(4, len(whole), len(whole) // 12)):
        content = bytearray(whole)
        content[at] ^= 0x04
        (folder / name).write_bytes(content)
        with open_copy(work_template, tmp_path / f"fresh{nth}") as other:
            caplog.clear()
            restore(other, folder)
            n_named = len([line for line in caplog.messages if name in line])
            aside = list(folder.glob(f"{name}.damaged-*"))
            if aside:
                assert n_named == len(aside) == 1 and aside[0].name in caplog.text, at
            else:
                assert n_named == 0 and said(other) == rows_of_whole, at
            caplog.clear()
            restore(other, folder)
            save(other, folder)
            assert not any(name in line for line in caplog.messages), "not every night again"
        for path in set(folder.glob("*")) - ours:
            path.unlink()
        (folder / name).write_bytes(whole)


def test_a_file_that_is_none_of_ours_is_left_alone(work_file: database.Connection, folder: Path) -> None:
    (folder / "known-000002 (copy).parquet").write_bytes((folder / "known-000002.parquet").read_bytes())
    assert save(work_file, folder) == []


@pytest.mark.parametrize("trouble", [OSError(errno.EIO, "Input/output error"), pa.ArrowMemoryError("malloc failed")])
def test_what_this_machine_cannot_read_is_no_damage(
    trouble: Exception,
    work_file: database.Connection,
    fresh: database.Connection,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = sorted(folder.glob("*"))

    def fail(*_: object, **__: object) -> None:
        raise trouble

    monkeypatch.setattr(pq, "read_table", fail)
    with pytest.raises(type(trouble)):
        restore(fresh, folder)
    assert sorted(folder.glob("*")) == before, "a healthy record keeps its name"


# --- what the work file remembers -------------------------------------------------------------------------


def test_a_file_is_read_once(
    work_file: database.Connection, fresh: database.Connection, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    restore(fresh, folder)
    monkeypatch.setattr(pq, "read_table", None)
    for con in (fresh, work_file):
        restore(con, folder)
        assert save(con, folder) == []


@pytest.mark.parametrize("fault", ["cut", "gone"])
def test_what_a_file_said_that_is_cut_or_gone_is_written_again(
    fault: str, work_file: database.Connection, fresh: database.Connection, folder: Path
) -> None:
    path = folder / "draw-000002.parquet"
    before = said(work_file)
    if fault == "cut":
        path.write_bytes(path.read_bytes()[:-30])
    else:
        path.unlink()
    assert save(work_file, folder) == [path.name]
    restore(fresh, folder)
    assert said(fresh) == before == said(work_file)


def test_a_file_that_a_kill_kept_from_the_work_file_is_taken_in(
    work_file: database.Connection, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.add_known(work_file, [known("stark")])
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(archive_records, "_enter", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        save(work_file, folder)
    assert (folder / "known-000004.parquet").exists()
    assert save(work_file, folder) == []


def test_rows_that_never_go_are_not_gone_where_a_table_lacks_them(work_file: database.Connection, folder: Path) -> None:
    work_file.execute("DELETE FROM ops.board_nights")
    assert save(work_file, folder) == []
    archive_records.put_back(work_file, archive_records.BOARDS)
    assert all_rows(work_file, "SELECT count(*) FROM ops.board_nights") == [(3,)]


# --- what was published -----------------------------------------------------------------------------------


@pytest.fixture
def published(con: database.Connection, folder: Path) -> database.Connection:
    """A work file with two figures on two days, a decided vintage and a run, all on record."""
    for day in (DAY, DAY + timedelta(days=1)):
        database.write_mart(con, Figures, [figure(day), figure(day, "skill.sql", value=f"{day.day}%")], as_of=day)
    put_rows(con, Vintages, {"list": "frame", "number": 1, "state": "waiting"})
    put_rows(con, PUBLISHED[Shares], {"list": "a", "vintage": 1, "item": "SQL", "estimand": "share_of_jobs"})
    put_rows(con, Runs, {"run_id": "1", "as_of": DAY, "exit_code": 0})
    names = ("vintages", "shares", "figures", "days", "runs")
    assert publish(con, folder) == [f"{name}-000001.parquet" for name in names]
    con.execute("UPDATE ops.vintages SET state = 'rejected', reason = 'too high'")
    assert publish(con, folder) == ["vintages-000002.parquet"]
    return con


def publish(con: database.Connection, folder: Path) -> list[str]:
    place, made_by = Store(folder.parent), {"run_id": "1", "code_version": "0.1.0"}
    files = archive_records.save(con, place, archive_records.PUBLISHED, made_by)
    return [name.removeprefix("published/") for name in files]


def said_of_published(con: database.Connection) -> list[list[tuple[object, ...]]]:
    return [
        all_rows(con, f"FROM {name} ORDER BY ALL")
        for name in ("ops.vintages", "ops.runs", "mart.figures", "published.shares")
    ]


def test_what_was_published_comes_back(
    published: database.Connection, fresh: database.Connection, folder: Path
) -> None:
    archive_records.restore(fresh, Store(folder.parent))
    assert said_of_published(fresh) == said_of_published(published)
    assert publish(fresh, folder) == []


def test_each_file_says_what_it_is(published: database.Connection, folder: Path) -> None:
    for path in (folder.parent / "published").iterdir():
        about = {key.decode(): value.decode() for key, value in pq.read_schema(path).metadata.items()}
        assert about.keys() - {"estimand"} == {"digest", "schema_version", "run_id", "code_version"}
        assert about.get("estimand") == ("share_of_jobs" if path.name.startswith("shares") else None)
        assert len(about["digest"]) == 64 and about["code_version"] == "0.1.0"
    states = [pq.read_table(folder.parent / "published" / f"vintages-00000{n}.parquet")["state"] for n in (1, 2)]
    assert [state.to_pylist() for state in states] == [["waiting"], ["rejected"]], "both entries stay"


def test_files_with_other_fields_within_a_column_are_read(
    published: database.Connection, fresh: database.Connection, folder: Path
) -> None:
    """A later version has more fields in a struct."""
    path = folder.parent / "published" / "figures-000001.parquet"
    rows = pq.read_table(path)
    behind = [[{**part, "weather": "rain"} for part in parts] for parts in rows["behind"].to_pylist()]
    kind = pa.list_(pa.struct([*rows.schema.field("behind").type.value_type, pa.field("weather", pa.string())]))
    rewrite(path, rows.set_column(rows.column_names.index("behind"), "behind", pa.array(behind, kind)))
    archive_records.restore(fresh, Store(folder.parent))
    assert all_rows(fresh, "SELECT count(*) FROM mart.figures") == [(4,)]
