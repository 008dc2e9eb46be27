"""Read-only connections to market.duckdb, for people and for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:  # a query that reads no texts does not wait for pyarrow and the declared tables
    import pyarrow.dataset as ds

Connection = duckdb.DuckDBPyConnection
MARKET = "market.duckdb"
"""`warehouse.database.MARKET`, whose module takes longer to import than a query to answer."""


def open_reader(
    data_dir: Path, *, with_texts: bool = False, refined: Path | None = None, max_memory: str | None = None
) -> Connection:
    """A connection for people: market.duckdb, nothing else, and no way to write or reach another file.

    `with_texts` adds the view `adverts` (posting_id, text): the stored text of each posting's newest
    observation, from the refined files in `refined` (default: the folder of that name in `data_dir`). Scratch
    tables in memory are allowed; queries may not spill to disk. `max_memory` is what they may use ("1GB"; default: most
    of what the machine has).
    Raises `FileNotFoundError` when nothing was published yet.

    DuckDB 2.0 keeps every attached file and allowed folder open to COPY ... TO even without external access,
    so market.duckdb could be overwritten. Here the file system itself is switched off after market.duckdb was
    opened, and refined texts come through Arrow, whose reader can only read.
    """
    market = data_dir / MARKET
    if not market.exists():
        raise FileNotFoundError(f"{market} does not exist yet; `jobmarket run` publishes it")
    con = duckdb.connect(config={"autoinstall_known_extensions": False, "autoload_known_extensions": False})
    con.execute("SET temp_directory = ''")
    con.execute("SET TimeZone = 'UTC'")
    con.execute("SET python_enable_replacements = false")
    if max_memory:
        con.execute(f"SET memory_limit = {_literal(max_memory)}")
    con.execute(f"ATTACH {_literal(str(market))} AS market (READ_ONLY)")
    con.execute("USE market")
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


def _texts(folder: Path) -> ds.Dataset:
    """The texts in all refined files of postings, with the archive file and record each comes from."""
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
