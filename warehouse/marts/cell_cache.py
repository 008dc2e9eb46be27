"""Reuse of mart cells whose inputs did not change since an earlier day.

If an earlier day has the same digest of all rows of core that marts read, all rows of a mart are reused at once.
Otherwise the column `inputs` has a digest for each cell: of its key, of the hashes of its rows, and of the code. A cell
whose digest is already stored is reused. The day is not part of a digest: where it matters, it changes which rows are
selected.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from transforms import records
from transforms.records.columns import fields_of, table_of
from warehouse import tables
from warehouse.marts.history import mart_history
from warehouse.marts.history.mart_history import CELL
from warehouse.schema import ident

WAREHOUSE = Path(__file__).parents[1]
INPUT_TABLES = {
    tables.Postings: "posting_id IN (SELECT posting_id FROM stock_postings($as_of))",
    tables.PostingPlaces: "true",
    tables.PostingPay: "true",
    tables.PostingSkills: "true",
    tables.PayReports: "snapshot_on <= $as_of",
    tables.OfficialWages: "period_on <= $as_of",
    tables.NearOccupations: "true",
    tables.Countries: "true",
    tables.DisclosureLaws: "true",
    tables.Employers: "true",
    tables.Roles: "true",
    tables.Skills: "true",
    tables.Sources: "true",
}
"""Tables that marts read, each with the condition for rows that can affect marts."""
VOLATILE_COLUMNS = ("last_seen_at", "warc", "record")
"""Columns that change when an advert is merely seen again. Digests leave them out."""
Hashes = NDArray[np.uint64]


@functools.cache
def code_key() -> str:
    """Return a digest of the code that computes and checks marts, of the views that it reads, and of its libraries."""
    digest = hashlib.blake2b(digest_size=16)
    folders = [WAREHOUSE / "marts", WAREHOUSE / "mart_tables", WAREHOUSE / "views", Path(str(records.__file__)).parent]
    files = [file for folder in folders for file in sorted(folder.rglob("*.*")) if file.suffix in (".py", ".sql")]
    files = [file for file in files if "analysis" not in file.stem and file.parent.name != "analysis"]
    files += [WAREHOUSE / f"{name}.py" for name in ("schema", "tables", "ops_tables", "checks/gate")]
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    digest.update(f"{duckdb.__version__} {np.__version__} {pd.__version__} {scipy.__version__}".encode())
    return digest.hexdigest()


def inputs_on(con: duckdb.DuckDBPyConnection, as_of: date) -> str:
    """Return a digest of everything that the marts of a day are computed from: the rows of core, and the code."""
    digest = hashlib.blake2b(code_key().encode(), digest_size=16)
    for cls, condition in INPUT_TABLES.items():
        columns = ", ".join(ident(f.name) for f in fields_of(cls) if f.name not in VOLATILE_COLUMNS)
        query = f"SELECT count(*), sum(hash({columns})) FROM {table_of(cls).name} WHERE {condition}"
        totals = con.execute(query, {"as_of": as_of} if "$as_of" in query else {}).fetchall()[0]
        digest.update(f"{table_of(cls).name} {totals}".encode())
    return digest.hexdigest()


def digest_of(con: duckdb.DuckDBPyConnection, relation: str, as_of: date) -> str:
    """Return a digest of the rows of a relation that changes with the day or with readings (`Mart.moving`)."""
    query = f"SELECT count(*), sum(hash(r)) FROM (SELECT r FROM {relation} AS r)"
    return str(con.execute(query, {"as_of": as_of} if "$as_of" in relation else {}).fetchall()[0])


@contextmanager
def hold(con: duckdb.DuckDBPyConnection, macros: Iterable[str], as_of: date) -> Iterator[None]:
    """Keep the rows that macros have on a day in temporary tables (`held_name`): digest and mart read them once."""
    names = {macro: held_name(macro) for macro in macros}
    for macro, name in names.items():
        con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM {macro}($as_of)", {"as_of": as_of})
    try:
        yield
    finally:
        for name in names.values():
            con.execute(f"DROP TABLE {name}")


def held_name(macro: str) -> str:
    """Return the temporary table that holds the rows of a macro."""
    return f"held_{macro}"


def hashes_of(rows: pd.DataFrame) -> Hashes:
    """Return one hash for each row, which depends only on the values of this row."""
    return np.asarray(pd.util.hash_pandas_object(rows, index=False), dtype=np.uint64)


def inputs_of(key: Sequence[object], rows: Hashes) -> str:
    """Return a digest of a cell's inputs: its key without the day, the hashes of its rows, and the code."""
    digest = hashlib.blake2b("|".join(map(str, (code_key(), *key))).encode(), digest_size=16)
    digest.update(rows.tobytes())
    return digest.hexdigest()


class CellCache:
    """Which cells of a mart are already stored, for an earlier day or for the day itself, and which must be computed.

    `reused` collects the stored cells that the day also has, and `n_computed` counts the other cells of the day.
    """

    def __init__(self, cells: Iterable[str] = ()) -> None:
        self.n_computed = 0
        self.reused: set[str] = set()
        self._cells = frozenset(cells)

    def reuse(self, inputs: str) -> bool:
        """Whether the cell with this digest is stored. If so, its rows are reused; if not, it must be computed."""
        if inputs not in self._cells:
            self.n_computed += 1
            return False
        self.reused.add(inputs)
        return True


def combine_rows(cls: type, as_of: date, computed: Iterable[pd.DataFrame | None]) -> pd.DataFrame:
    """Combine computed rows into one frame with the columns and types of the mart `cls` on a day."""
    names = [f.name for f in fields_of(cls)]
    frames = [frame for frame in computed if frame is not None and len(frame)]
    if not frames:
        return pd.DataFrame(columns=names)
    frame = pd.concat(frames, ignore_index=True)
    types: dict[Any, str] = {int: "Int64", float: "float64", str: "str", date: "object", bool: "boolean"}
    columns = {f.name: "object" if f.is_list else types[f.type] for f in fields_of(cls)}
    lacking = dict.fromkeys(name for name in names if name not in frame)
    return frame.assign(**lacking)[names].astype(columns).assign(as_of=as_of)


def has_cells(cls: type) -> bool:
    """Whether a mart is computed cell by cell, so that it has the column `inputs`."""
    return CELL in {f.name for f in fields_of(cls)}


def cache_of(con: duckdb.DuckDBPyConnection, cls: type, as_of: date) -> CellCache:
    """Return the cache with a mart's cells on its newest stored day up to `as_of`. It is empty if there are none."""
    if not has_cells(cls):
        return CellCache()
    newest = mart_history.last_day(con, cls, until=as_of)
    query = f"SELECT DISTINCT {CELL} FROM {table_of(cls).name} WHERE as_of = ? AND {CELL} IS NOT NULL"
    return CellCache(inputs for (inputs,) in con.execute(query, [newest]).fetchall())


def day_with(con: duckdb.DuckDBPyConnection, cls: type, as_of: date, inputs: str) -> date | None:
    """Return the newest day up to `as_of` on which a mart was computed from these inputs; None if there is none."""
    query = "SELECT max(as_of) FROM ops.mart_inputs WHERE mart = ? AND as_of <= ? AND inputs = ?"
    day: date | None = con.execute(query, [table_of(cls).name, as_of, inputs]).fetchall()[0][0]
    return day
