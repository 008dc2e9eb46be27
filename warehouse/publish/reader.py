"""Read-only connections to market.duckdb, for people and for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:  # a query that reads no texts does not wait for pyarrow and the declared tables
    import pyarrow.dataset as ds

Connection = duckdb.DuckDBPyConnection
MARKET = "market.duckdb"
"""The same as `warehouse.database.MARKET`. Importing that module would take longer than answering a query."""


def open_reader(
    data_dir: Path, *, with_texts: bool = False, refined: Path | None = None, max_memory: str | None = None
) -> Connection:
    """Open market.duckdb for queries, which can neither write nor reach any other file.

    `with_texts` adds the view `adverts` (posting_id, text) with the text of each posting's newest observation, from the
    refined files in `refined`, by default in `data_dir`. `max_memory` bounds the memory of queries ("1GB"), which never
    spill to disk. Raise `FileNotFoundError` if nothing was published yet.

    DuckDB 2.0 keeps attached files open to COPY ... TO even without external access, so market.duckdb could be
    overwritten. Therefore the file system itself is switched off, and texts come through Arrow, which can only read.
    """
    con = connect_market(data_dir, name="market")
    con.execute("SET temp_directory = ''")
    if max_memory:
        con.execute(f"SET memory_limit = {_literal(max_memory)}")
    if with_texts:
        con.register("refined_texts", _texts(refined or data_dir / "refined"))
        con.execute(
            "CREATE TEMP VIEW adverts AS SELECT DISTINCT ON (posting_id) posting_id, text"
            " FROM refined_texts SEMI JOIN market.core.postings USING (posting_id, warc, record)"
        )
    con.execute("SET enable_external_access = false")
    con.execute("SET disabled_filesystems = 'LocalFileSystem'")
    con.execute("SET lock_configuration = true")
    return con


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def connect_market(data_dir: Path, *, name: str) -> Connection:
    """Open a database in memory, attach market.duckdb to it read-only under this name, and use it."""
    market = data_dir / MARKET
    if not market.exists():
        raise FileNotFoundError(f"{market} does not exist yet; `jobmarket run` publishes it")
    con = duckdb.connect(config={"autoinstall_known_extensions": False, "autoload_known_extensions": False})
    con.execute("SET TimeZone = 'UTC'")
    con.execute("SET python_enable_replacements = false")
    con.execute(f"ATTACH {_literal(str(market))} AS {name} (READ_ONLY)")
    con.execute(f"USE {name}")
    return con


def _texts(folder: Path) -> ds.Dataset:
    import pyarrow as pa
    import pyarrow.dataset as ds
    import pyarrow.parquet as pq
    from pyarrow import fs

    from warehouse.load.refined_file import TEXT

    parquet, disk = ds.ParquetFileFormat(), fs.LocalFileSystem()
    columns = [("posting_id", pa.string()), ("record", pa.int64()), (TEXT, pa.string()), ("warc", pa.string())]
    fragments = [
        parquet.make_fragment(
            str(path), disk, partition_expression=ds.field("warc") == f"{path.parent.name}/{path.stem}.warc.gz"
        )
        for path in sorted(folder.glob("*/*.parquet"))
        if path.is_file() and TEXT in pq.read_schema(path).names
    ]
    return ds.FileSystemDataset(fragments, pa.schema(columns), parquet, disk)
