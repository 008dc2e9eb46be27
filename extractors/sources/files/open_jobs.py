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
from extractors.sources.declaration import declare
from extractors.sources.fetching import fetch_nothing
from transforms.raw_posting import RawPosting
from transforms.records.rows import Issue
from transforms.text.rejects import Rejected, leave_out

FILES = "https://backend.dehnbostele.workers.dev/data/exports/"
NAME = re.compile(r"open[-_]jobs_(\d{4}-\d\d-\d\d)_([\w.-]+)\.parquet", re.IGNORECASE)
"""Pattern of the names of files, such as "open_jobs_2026-09-10_ashby.parquet": the day of the export, the platform."""
NEEDED = ("ats", "slug", "id", "title", "url", "content")
ALSO = ("location", "departments", "published_at", "is_open", "org", "tier")
MAX_ROWS = 1_048_576
"""Maximum number of adverts in a file. A file of the largest allowed size, 64 MB, has far fewer adverts with texts."""
AGGREGATOR = "aggregator"

SOURCE = declare(
    "open_jobs",
    kind="aggregator",
    endpoints=(FILES,),
    is_bulk=True,
    file_url=lambda name: f"{FILES}{m[1]}/jobs/{m[2]}.parquet" if (m := NAME.fullmatch(name)) else None,
)


fetch = fetch_nothing


def parse(response: Response) -> Iterator[RawPosting | Issue]:
    """Yield every open advert of a file, and an issue for each advert that is left out or cannot be read."""
    try:
        file = open_parquet(response.body)
        names = file.schema_arrow.names
        if missing := [name for name in NEEDED if name not in names]:
            raise Rejected("response", ", ".join(names), f"expected columns {', '.join(missing)}")
        columns = [name for name in (*NEEDED, *ALSO) if name in names]
        for batch in read_batches(file, columns=columns, most_rows=MAX_ROWS):
            yield from each(batch.rows.to_pylist(), _read_advert)
    except (pa.ArrowException, OSError) as error:
        begin = response.body[:20].decode("utf-8", "replace")
        raise Rejected("response", begin, f"expected a whole Parquet file ({error}); get the file again") from error


def _read_advert(row: dict[str, Any]) -> RawPosting | Issue:
    key = f"{row['ats']}/{row['slug']}#{row['id']}"
    if row.get("is_open") is False:
        return leave_out(key, "expected an open advert")
    if not (row["ats"] and row["slug"] and row["id"]):
        raise Rejected("posting_id", key, "expected platform, board and id; without them it cannot be followed")
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
