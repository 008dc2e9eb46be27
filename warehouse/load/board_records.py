"""Records of boards beside the archive: what the work file knows of boards and no answer of a server says again.

Which boards lists named, the draw of the panel, and why each board was asked with which chance are told by no archived
answer, and the chances are the panel's design: without them its weights are lost. So each change of these three tables
is written as a small Parquet file, never changed later, and a work file that is made anew reads them all:

- `known-NUMBER.parquet` and `draw-NUMBER.parquet`, rows that came or changed, and keys that went (`is_gone`), in the
  order of their numbers;
- `nights-RUN.parquet`, what a run planned and what came of it.

What is written is what the files do not say yet, so a change that a kill kept from them is written with the next. That
rows are gone is written of a work file only that has taken in what the files say: another one never had them.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from transforms.records.columns import fields_of, table_of
from warehouse import database, recovery
from warehouse.ops_tables import BoardNights, KnownBoards, PanelDraw
from warehouse.publish import atomic_files
from warehouse.schema import arrow_schema, ident, key_of

log = logging.getLogger("jobmarket.warehouse")

Fetch = Callable[[Path], Path]
"""Gives the file at a path, which may have to be brought from an address first."""
SetAside = Callable[[Path], str | None]
"""Gives a damaged file another name, under which it is not read again; None: it was a copy, and is fetched anew."""
DAMAGED = (OSError, pa.ArrowException, ValueError, OverflowError)
"""What reading a damaged Parquet file raises: an `OSError` without a number, which one of the disk has."""
NUMBERED = {"known": KnownBoards, "draw": PanelDraw}
NIGHTS = "nights-"
TAKEN_IN = "board_records_taken_in"
"""Table of the work file: the tables into which it has taken what the files say."""
SUFFIX = ".parquet"


def rename_damaged(path: Path) -> str:
    """Set a damaged file aside that stands in a folder."""
    return atomic_files.set_aside(path, datetime.now(UTC).date()).name


def restore(
    con: database.Connection, files: Sequence[Path], fetch: Fetch, set_aside: SetAside = rename_damaged
) -> None:
    """Bring what the files of records say into a work file that was made anew; it wins over what was carried over.

    Of nights only those runs are read that the work file lacks. A damaged file is named, set aside and passed over.
    """
    con.execute(f"CREATE TABLE IF NOT EXISTS {TAKEN_IN} (name VARCHAR NOT NULL)")
    taken_in = _read_taken_in(con)
    runs = _read_runs(con)
    missing = [file for file in _of_nights(files) if _run_of(file) not in runs]
    for cls, paths in (
        *((cls, _in_order(files, name)) for name, cls in NUMBERED.items()),
        (BoardNights, missing),
    ):
        if table_of(cls).name not in taken_in:
            _take_in(con, cls, paths, fetch, set_aside)


def save(
    con: database.Connection,
    files: Sequence[Path],
    fetch: Fetch,
    folder: Path,
    *,
    with_nights: bool = True,
    set_aside: SetAside = rename_damaged,
) -> list[Path]:
    """Write what the work file says of boards and `files` do not; the files that were made, in `folder`.

    A work file that has not taken in what they say does so first. `with_nights`: also what runs planned.
    """
    restore(con, files, fetch, set_aside)
    taken_in = _read_taken_in(con)
    new_files = []
    for name, cls in NUMBERED.items():
        in_order = _in_order(files, name)
        changes = _find_changes(con, cls, in_order, fetch, set_aside)
        if table_of(cls).name not in taken_in:
            changes = changes.filter(pc.invert(changes["is_gone"]))
        if len(changes):
            number = max((_number_of(file) for file in in_order), default=0) + 1
            new_files.append(_write(changes, folder / f"{name}-{number:06}{SUFFIX}"))
    run_ids = _read_runs(con).difference(map(_run_of, _of_nights(files))) if with_nights else ()
    for run_id in sorted(run_ids):
        con.complete()
        query = f"SELECT {_columns(BoardNights)} FROM ops.board_nights WHERE run_id = $run ORDER BY source, board"
        nights = con.sql(query, params={"run": run_id}).to_arrow_table()
        new_files.append(_write(nights, folder / f"{NIGHTS}{run_id}{SUFFIX}"))
    return new_files


def _in_order(files: Sequence[Path], name: str) -> list[Path]:
    numbered = re.compile(rf"{name}-\d+{re.escape(SUFFIX)}")
    return sorted((file for file in files if numbered.fullmatch(file.name)), key=_number_of)


def _number_of(file: Path) -> int:
    return int(file.name.removesuffix(SUFFIX).rpartition("-")[2])


def _of_nights(files: Sequence[Path]) -> list[Path]:
    return sorted(file for file in files if file.name.startswith(NIGHTS))


def _run_of(file: Path) -> str:
    return file.name.removeprefix(NIGHTS).removesuffix(SUFFIX)


def _read_runs(con: database.Connection) -> set[str]:
    return {run_id for (run_id,) in con.execute("SELECT DISTINCT run_id FROM ops.board_nights").fetchall()}


def _columns(cls: type) -> str:
    return ", ".join(ident(f.name) for f in fields_of(cls))


def _keys(cls: type) -> str:
    return ", ".join(map(ident, key_of(cls)))


def _read_taken_in(con: database.Connection) -> set[str]:
    return {name for (name,) in con.execute(f"SELECT name FROM {TAKEN_IN}").fetchall()}


def _take_in(con: database.Connection, cls: type, files: Sequence[Path], fetch: Fetch, set_aside: SetAside) -> None:
    """Give a table the rows that files say; others of the table stay, but for those that the files say are gone."""
    name, keys = table_of(cls).name, _keys(cls)
    try:
        with database.transaction(con):
            _replay(con, cls, files, fetch, set_aside)
            con.execute(f"DELETE FROM {name} WHERE ({keys}) IN (SELECT ({keys}) FROM records)")
            con.execute(f"INSERT INTO {name} BY NAME SELECT {_columns(cls)} FROM records WHERE NOT is_gone")
            con.execute("DROP TABLE records")
            con.execute(f"INSERT INTO {TAKEN_IN} VALUES (?)", [name])
    except duckdb.Error as error:  # a row of an earlier version that breaks a new CHECK
        if recovery.may_be_damage(error):
            raise
        log.warning("%s: what was recorded does not fit today's declaration and is left out (%s)", name, error)


def _find_changes(
    con: database.Connection, cls: type, files: Sequence[Path], fetch: Fetch, set_aside: SetAside
) -> pa.Table:
    """The rows of a table that files do not say, and the keys that they say and the table lacks (`is_gone`)."""
    name, columns, keys = table_of(cls).name, _columns(cls), _keys(cls)
    _replay(con, cls, files, fetch, set_aside)
    con.complete()
    changes: pa.Table = con.sql(
        f"""
        SELECT *, false AS is_gone
        FROM (SELECT {columns} FROM {name} EXCEPT SELECT {columns} FROM records WHERE NOT is_gone)
        UNION ALL
        SELECT {columns}, true FROM records WHERE NOT is_gone AND ({keys}) NOT IN (SELECT ({keys}) FROM {name})
        ORDER BY {keys}
        """
    ).to_arrow_table()
    con.execute("DROP TABLE records")
    return changes


def _replay(con: database.Connection, cls: type, files: Sequence[Path], fetch: Fetch, set_aside: SetAside) -> None:
    """Temporary table `records`: what files say last of each key, in their order, and whether it is gone."""
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE said AS"
        f" SELECT {_columns(cls)}, false AS is_gone, 0 AS nth_file FROM {table_of(cls).name} LIMIT 0"
    )
    for nth, file in enumerate(files):
        try:
            path = fetch(file)
            path.stat()
        except FileNotFoundError:  # set aside since the files were listed
            continue
        rows = _read_whole(cls, path, file, set_aside)
        if rows is not None:
            database.insert_into(con, "said", rows.append_column("nth_file", pa.repeat(nth, len(rows))))
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE records AS SELECT * EXCLUDE (nth_file) FROM said
        QUALIFY row_number() OVER (PARTITION BY {_keys(cls)} ORDER BY nth_file DESC) = 1
        """
    )
    con.execute("DROP TABLE said")


def _read_whole(cls: type, path: Path, file: Path, set_aside: SetAside) -> pa.Table | None:
    """The rows of a file, which is at a path; None where it is damaged, and then it is named and set aside.

    Raises `OSError` or `MemoryError` where this machine cannot read it, which says nothing of the file.
    """
    try:
        return _read(cls, path)
    except DAMAGED as error:
        if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno):
            raise
        aside = set_aside(file)
        if aside is None:
            return _read_whole(cls, path, file, set_aside)
        log.error(
            "%s is damaged, and what it records of boards is left out: %s. It was set aside as %s; what the work file "
            "still has of it is written again", path, error, aside,
        )  # fmt: skip
        return None


def _read(cls: type, path: Path) -> pa.Table:
    """The rows of a file, which may be of a version with other columns, and whether they are gone.

    Raises one of `DAMAGED` also where a table lacks its key or what every row must have: no checksum is on names.
    """
    rows = pq.read_table(path, page_checksum_verification=True)
    types = [field for field in arrow_schema(cls) if field.name in rows.column_names]
    if lacking := set(key_of(cls)) - {field.name for field in types}:
        raise ValueError(f"it lacks {', '.join(sorted(lacking))}")
    is_gone = rows["is_gone"].cast(pa.bool_()) if "is_gone" in rows.column_names else pa.repeat(False, len(rows))
    rows = rows.select([field.name for field in types]).cast(pa.schema(types))
    for field in fields_of(cls):
        if not field.nullable and field.name in rows.column_names and rows[field.name].null_count:
            raise ValueError(f"a row lacks {field.name}")
    return rows.append_column("is_gone", is_gone)


def _write(rows: pa.Table, path: Path) -> Path:
    """Write rows as a file that is there whole or not at all."""
    fresh = path.with_name(f".{path.name}.new")
    with atomic_files.naming(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(rows, fresh, compression="zstd", write_page_checksum=True)
        atomic_files.sync_file(fresh)
        fresh.replace(path)
        atomic_files.sync_folder(path.parent)
    return path
