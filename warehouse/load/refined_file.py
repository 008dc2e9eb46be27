"""A refined file: the refine step's result for one archive file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

TEXT = "text"
"""The column with an advert's text. Only refined files of postings have it."""


@dataclass(frozen=True, kw_only=True)
class RefinedFile:
    """Two Parquet files, rows and responses, for the archive file `warc` (a path relative to the archive).

    `refine_key` is the digest of everything that decides how the archive file is read. If the key changes, the file is
    loaded again.
    """

    source: str
    warc: str
    rows: Path
    responses: Path
    refine_key: str
