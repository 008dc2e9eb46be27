"""Read Open Jobs: adverts of many platforms that somebody else collects each day, as Parquet files.

Open Jobs is a bulk source. A person hands over the files (`jobmarket backfill open_jobs_2026-09-10_ashby.parquet`);
nothing is requested. The publisher gives the collection away, but the rights to the texts belong to the employers who
wrote them. Therefore nothing made from the collection is published. The collection also has pay, levels and vectors
that a model read from the texts; we never use these, but read the texts ourselves. If the employer's own board has the
same advert, both are one job, and the board's advert counts.
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
"""Maximum number of adverts in a file. A file of the largest allowed size, 64 MB, has far fewer adverts with texts."""
AGGREGATOR = "aggregator"


def address_of(name: str) -> str | None:
    """Return the address of a file, given its name, such as "open_jobs_2026-09-10_ashby.parquet".

    The name must contain the day of the export and the platform. Return None for any other name.
    """
    match = NAME.fullmatch(name)
    return f"{FILES}{match[1]}/jobs/{match[2]}.parquet" if match else None


SOURCE = Source(
    name="open_jobs",
    title="Open Jobs",
    kind="aggregator",
    publisher="Elliott Dehnbostel; the adverts are their employers' own",
    homepage="https://github.com/elliottdehn/open-jobs",
    endpoints=(FILES,),
    licence="""CC0 by its publisher; the rights of the employers whose texts it holds are not cleared, so nothing made
    from it is published""",
    terms_url="https://github.com/elliottdehn/open-jobs",
    terms_checked="2026-11-27, in a stored copy of its repository (06886965)",
    quotation="CC0 1.0 (public domain). Use it for anything, commercial or otherwise, no attribution required.",
    gives="adverts of many platforms with texts, as somebody else collected them",
    attribution="Job postings: Open Jobs (CC0), from employers' boards.",
    cadence="whenever a person runs `jobmarket backfill open_jobs_2026-09-10_ashby.parquet`",
    expected_rows=(1, 5_000_000),
    access="file",
    is_bulk=True,
    expires_after_days=EXPIRY_DAYS,
    file_url=address_of,
    facts="""A bulk source: off in the night, in no panel. No file was seen; the columns are those that its own programs
    write (read in stored copies): one row an open advert by platform, board and id, the text as collected, the first
    and last day it was seen, a tier that tells boards from aggregators, and, since they hold what a model read, columns
    enrich, enrichment and embedding, which are not read. Files of whole platforms have gigabytes and the archive takes
    64 MB: keep the columns ats, slug, id, title, url, content, location, departments, published_at, is_open, org and
    tier, and write parts (DuckDB: COPY (SELECT ats, … FROM 'ashby.parquet') TO 'parts' (FORMAT parquet, FILE_SIZE_BYTES
    '40MB')), each named with the day and a name of its own. An advert that a later file lacks has not therefore closed;
    it expires 30 days after its last file. An older file at another address stands still since 2026-06-25, others
    report.""",
)


fetch = fetch_nothing


def parse(response: Response) -> Iterator[RawPosting | Issue]:
    """Yield every open advert of a file, and an issue for each advert that is left out or cannot be read."""
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
    key = f"{row['ats']}/{row['slug']}#{row['id']}"
    if row.get("is_open") is False:
        return leave_out(key, "an open advert expected")
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
