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
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from transforms.records.columns import fields_of, table_of
from warehouse import database, recovery
from warehouse.ops_tables import BoardNights, KnownBoards, PanelDraw
from warehouse.publish import atomic_files
from warehouse.schema import ident, key_of

log = logging.getLogger("jobmarket.warehouse")

Fetch = Callable[[Path], Path]
"""Gives the file at a path, which may have to be brought from an address first."""
NUMBERED = {"known": KnownBoards, "draw": PanelDraw}
NIGHTS = "nights-"
TAKEN_IN = "board_records_taken_in"
"""Table of the work file: the tables into which it has taken what the files say."""
SUFFIX = ".parquet"


def restore(con: database.Connection, files: Sequence[Path], fetch: Fetch) -> None:
    """Bring what the files of records say into a work file that was made anew; it wins over what was carried over.

    Of nights only those runs are read that the work file lacks. A damaged file is named and left out.
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
            _take_in(con, cls, paths, fetch)


def save(
    con: database.Connection, files: Sequence[Path], fetch: Fetch, folder: Path, *, with_nights: bool = True
) -> list[Path]:
    """Write what the work file says of boards and `files` do not; the files that were made, in `folder`.

    A work file that has not taken in what they say does so first. `with_nights`: also what runs planned.
    """
    restore(con, files, fetch)
    taken_in = _read_taken_in(con)
    new_files = []
    for name, cls in NUMBERED.items():
        in_order = _in_order(files, name)
        changes = _find_changes(con, cls, in_order, fetch)
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
    return sorted((file for file in files if file.name.startswith(f"{name}-")), key=_number_of)


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


def _take_in(con: database.Connection, cls: type, files: Sequence[Path], fetch: Fetch) -> None:
    """Give a table the rows that files say; others of the table stay, but for those that the files say are gone."""
    name, keys = table_of(cls).name, _keys(cls)
    try:
        with database.transaction(con):
            _replay(con, cls, files, fetch)
            con.execute(f"DELETE FROM {name} WHERE ({keys}) IN (SELECT ({keys}) FROM records)")
            con.execute(f"INSERT INTO {name} BY NAME SELECT {_columns(cls)} FROM records WHERE NOT is_gone")
            con.execute("DROP TABLE records")
            con.execute(f"INSERT INTO {TAKEN_IN} VALUES (?)", [name])
    except duckdb.Error as error:  # a row of an earlier version that breaks a new CHECK
        if recovery.may_be_damage(error):
            raise
        log.warning("%s: what was recorded does not fit today's declaration and is left out (%s)", name, error)


def _find_changes(con: database.Connection, cls: type, files: Sequence[Path], fetch: Fetch) -> pa.Table:
    """The rows of a table that files do not say, and the keys that they say and the table lacks (`is_gone`)."""
    name, columns, keys = table_of(cls).name, _columns(cls), _keys(cls)
    _replay(con, cls, files, fetch)
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


def _replay(con: database.Connection, cls: type, files: Sequence[Path], fetch: Fetch) -> None:
    """Temporary table `records`: what files say last of each key, in their order, and whether it is gone."""
    columns = [f.name for f in fields_of(cls)]
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE said AS"
        f" SELECT {_columns(cls)}, false AS is_gone, 0 AS nth_file FROM {table_of(cls).name} LIMIT 0"
    )
    for nth, file in enumerate(files):
        path = fetch(file)
        try:
            rows = pq.read_table(path, page_checksum_verification=True)
        except (OSError, pa.ArrowException) as error:
            log.error("%s is damaged, and what it records of boards is left out: %s", path, error)
            continue
        rows = rows.select([name for name in rows.column_names if name in (*columns, "is_gone")])
        if "is_gone" not in rows.column_names:
            rows = rows.append_column("is_gone", pa.repeat(False, len(rows)))
        database.insert_into(con, "said", rows.append_column("nth_file", pa.repeat(nth, len(rows))))
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE records AS SELECT * EXCLUDE (nth_file) FROM said
        QUALIFY row_number() OVER (PARTITION BY {_keys(cls)} ORDER BY nth_file DESC) = 1
        """
    )
    con.execute("DROP TABLE said")


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
