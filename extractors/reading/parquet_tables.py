"""Read Parquet files that others made, in batches and within limits.

A few kilobytes of Parquet may expand to millions of rows that repeat one long text. Therefore rows and values are
counted before anything is read, and repeated texts are stored once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from transforms.text.rejects import Rejected

BATCH = 4_096
"""Number of rows in a batch."""
MAX_STORED = 1_000_000_000
"""Maximum size, in bytes after unpacking, of the columns that are read from one row group."""
MAX_VALUES = 30_000_000
"""Maximum number of values of one column in one row group, counting each value in a list. Most row groups have a
million rows."""
MAX_BATCH = 250_000_000
"""Maximum size of the values of a batch, in bytes, as `held_bytes` computes it."""


class Batch(NamedTuple):
    """A batch of rows, and the size of their values in bytes."""

    rows: pa.RecordBatch
    n_bytes: int


def open_parquet(content: bytes | Path) -> pq.ParquetFile:
    """Open a Parquet file, given as a path or as bytes, for `read_batches`. Repeated texts are kept once in memory."""

    def source() -> Any:
        return pa.BufferReader(content) if isinstance(content, bytes) else content

    metadata = pq.read_metadata(source())
    columns = [metadata.schema.column(place) for place in range(len(metadata.schema))]
    texts = [
        column.path
        for column in columns
        if column.physical_type == "BYTE_ARRAY" and column.logical_type.type in ("STRING", "NONE", "JSON", "ENUM")
    ]
    return pq.ParquetFile(source(), metadata=metadata, read_dictionary=texts)


def read_batches(
    file: pq.ParquetFile, *, columns: Collection[str] | None = None, most_rows: int | None = None
) -> Iterator[Batch]:
    """Yield the rows of a file from `open_parquet`, in order. Only `columns` are read, or all columns if None.

    Raise `Rejected` before the first row if the file has more than `most_rows` rows (None for no limit) or a row group
    is too large, and later if a batch is too large.
    """
    n_rows = file.metadata.num_rows
    if most_rows is not None and n_rows > most_rows:
        raise Rejected("response", f"{n_rows:,} rows", f"expected at most {most_rows:,} rows; split the file")
    names = [name for name in file.schema_arrow.names if columns is None or name in columns]
    _check_stored(file.metadata, names)
    n_read = 0
    for rows in file.iter_batches(BATCH, columns=names):
        n_bytes = sum(map(held_bytes, rows.columns))
        if n_bytes > MAX_BATCH:
            value = f"{n_bytes:,} bytes in rows {n_read + 1:,} to {n_read + rows.num_rows:,} of {n_rows:,}"
            raise Rejected(
                "response", value, f"expected at most {MAX_BATCH:,} bytes in {BATCH:,} rows; shorten the texts"
            )
        n_read += rows.num_rows
        yield Batch(rows, n_bytes)


def _check_stored(metadata: pq.FileMetaData, names: Collection[str]) -> None:
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        chunks = [group.column(place) for place in range(group.num_columns)]
        chunks = [chunk for chunk in chunks if chunk.path_in_schema.partition(".")[0] in names]
        if not chunks:
            continue
        largest = max(chunks, key=lambda chunk: (chunk.num_values, chunk.total_uncompressed_size))
        n_bytes = sum(chunk.total_uncompressed_size for chunk in chunks)
        if largest.num_values > MAX_VALUES or n_bytes > MAX_STORED:
            name = largest.path_in_schema.partition(".")[0]
            size = f"{largest.num_values:,} values of {name} and {n_bytes:,} bytes"
            value = f"row group {number + 1} with {group.num_rows:,} rows, {size}"
            rule = f"expected at most {MAX_VALUES:,} values in a column and {MAX_STORED:,} bytes in a row group"
            remedy = f"write the file with smaller row groups, split it, or leave {name} out"
            raise Rejected("response", value, f"{rule}; {remedy}")


def held_bytes(values: Any) -> int:
    """Return how many bytes Arrow `values` would need if repeated texts were stored each time; at least 8 for each
    value."""
    kind = values.type
    if pa.types.is_dictionary(kind):
        words = values.dictionary
        sizes = pc.binary_length(words) if _is_text(words.type) else pa.array([8] * len(words), pa.int32())
        return 8 * len(values) + (pc.sum(sizes.take(values.indices).cast(pa.int64())).as_py() or 0)
    if pa.types.is_struct(kind):
        return 8 * len(values) + sum(map(held_bytes, values.flatten()))
    if pa.types.is_nested(kind):
        parts = (values.keys, values.items) if pa.types.is_map(kind) else (values.flatten(),)
        return 8 * len(values) + sum(map(held_bytes, parts))
    return max(8 * len(values), int(values.nbytes))


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_binary(kind) or pa.types.is_large_string(kind))
