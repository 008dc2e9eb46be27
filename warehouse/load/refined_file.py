"""A refined file: the refine step's result for one archive file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

TEXT = "text"
"""The advert's text: a column that stays in refined files of postings."""


@dataclass(frozen=True, kw_only=True)
class RefinedFile:
    """Two Parquet files, rows and responses, for one archive file (`warc`, relative to the archive).

    `refine_key` is the digest of everything that decides how its bytes are read; if it changes, the file is loaded
    again.
    """

    source: str
    warc: str
    rows: Path
    responses: Path
    refine_key: str
