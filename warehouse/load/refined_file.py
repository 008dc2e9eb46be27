"""A refined file: what the refine step made of one archive file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

TEXT = "text"
"""Column of a refined file of postings that stays there: the advert's text."""


@dataclass(frozen=True, kw_only=True)
class RefinedFile:
    """Two Parquet files, rows and responses, of one archive file (`warc`, relative to the archive).

    `refine_key` is the digest of all that decides how its bytes are read: with another key it is loaded again.
    """

    source: str
    warc: str
    rows: Path
    responses: Path
    refine_key: str
