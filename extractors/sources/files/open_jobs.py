"""Open Jobs: adverts of many platforms that somebody else collects each day, as Parquet files; a bulk source.

A person hands files over (`jobmarket backfill open_jobs_2026-09-10_ashby.parquet`); nothing is asked. Its publisher
gives the collection away, but the rights of the employers whose texts it holds are not cleared by that, so nothing made
from it is published. What a model read of the texts (pay, level, vectors) is never taken: pay is read of the text, as
of any advert. The same advert on the employer's own board is one job with it, and what is counted is that of the board.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from extractors.reading.parquet_tables import open_parquet, read_batches
from extractors.response import Response, each
from extractors.sources.declaration import EXPIRY_DAYS, Source
from extractors.sources.fetching import fetch_nothing
from transforms.raw_posting import RawPosting
from transforms.records.rows import Issue
from transforms.text.rejects import Rejected, leave_out

FILES = "https://backend.dehnbostele.workers.dev/data/exports/"
NAME = re.compile(r"open[-_]jobs_(\d{4}-\d\d-\d\d)_([\w.-]+)\.parquet", re.IGNORECASE)
NEEDED = ("ats", "slug", "id", "title", "url", "content")
ALSO = ("location", "departments", "published_at", "is_open", "org", "tier")
MAX_ROWS = 1_048_576
"""Adverts of a part of a file, of at most 64 MB: several times as many as fit in with their texts."""
AGGREGATOR = "aggregator"


def address_of(name: str) -> str | None:
    """The address of a file by its name, which has the day of the export and the platform."""
    match = NAME.fullmatch(name)
    return f"{FILES}{match[1]}/jobs/{match[2]}.parquet" if match else None


SOURCE = Source(
    name="open_jobs",
    title="Open Jobs",
    kind="aggregator",
    publisher="Elliott Dehnbostel; the adverts are their employers' own",
    homepage="https://github.com/elliottdehn/open-jobs",
    endpoints=(FILES,),
    licence="CC0 by its publisher; the rights of the employers whose texts it holds are not cleared, so nothing made "
    "from it is published",
    terms_url="https://github.com/elliottdehn/open-jobs",
    terms_checked="2026-11-27, in a stored copy of its repository (06886965)",
    quotation="CC0 1.0 (public domain). Use it for anything, commercial or otherwise, no attribution required.",
    gives="adverts of many platforms with texts, as somebody else collected them",
    attribution="Job postings: Open Jobs (CC0), from employers' boards.",
    is_republishable=False,
    is_verified=False,
    cadence="whenever a person runs `jobmarket backfill open_jobs_2026-09-10_ashby.parquet`",
    expected_rows=(1, 5_000_000),
    access="file",
    is_bulk=True,
    expires_after_days=EXPIRY_DAYS,
    file_url=address_of,
    facts=(
        "A bulk source: off in the night, in no panel. No file was seen; the columns are those that its own programs "
        "write (read in stored copies): one row an open advert by platform, board and id, the text as collected, the "
        "first and last day it was seen, a tier that tells boards from aggregators, and, since they hold what a model "
        "read, columns enrich, enrichment and embedding, which are not read. Files of whole platforms have gigabytes "
        "and the archive takes 64 MB: keep the columns ats, slug, id, title, url, content, location, departments, "
        "published_at, is_open, org and tier, and write parts (DuckDB: COPY (SELECT ats, … FROM 'ashby.parquet') TO "
        "'parts' (FORMAT parquet, FILE_SIZE_BYTES '40MB')), each named with the day and a name of its own. An advert "
        "that a later file lacks has not therefore closed; it expires 30 days after its last file. An older file at "
        "another address stands still since 2026-06-25, others report."
    ),
)


fetch = fetch_nothing


def parse(response: Response) -> Iterator[RawPosting | Issue]:
    """Every open advert of a file. Raises `Rejected` for what is no such file."""
    try:
        file = open_parquet(response.body)
        names = file.schema_arrow.names
        if missing := [name for name in NEEDED if name not in names]:
            raise Rejected("response", ", ".join(names), f"columns {', '.join(missing)} expected")
        columns = [name for name in (*NEEDED, *ALSO) if name in names]
        for batch in read_batches(file, columns=columns, most_rows=MAX_ROWS):
            yield from each(batch.rows.to_pylist(), _read_advert)
    except (pa.ArrowException, OSError) as error:
        begin = response.body[:20].decode("utf-8", "replace")
        raise Rejected("response", begin, f"a whole Parquet file expected ({error}); get the file again") from error


def _read_advert(row: dict[str, Any]) -> RawPosting | Issue:
    """One advert that was open when the file was made. Its employer is the one it names, else its board's token."""
    key = f"{row['ats']}/{row['slug']}#{row['id']}"
    if row.get("is_open") is False:
        return leave_out(key, "an advert that was open expected")
    if not (row["ats"] and row["slug"] and row["id"]):
        raise Rejected("posting_id", key, "platform, board and id expected; without them it cannot be followed")
    content = row["content"] or ""
    is_html = "</" in content
    is_of_others = row.get("tier") == AGGREGATOR
    return RawPosting(
        source=SOURCE.name,
        id=key,
        title=row["title"],
        url=row["url"],
        employer=row.get("org") or (None if is_of_others else row["slug"]),
        department=next(iter(row.get("departments") or ()), None),
        html=content if is_html else None,
        text=None if is_html else content,
        location_text=row.get("location"),
        posted_on=row.get("published_at"),
    )
