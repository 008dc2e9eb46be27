"""Read the share of job adverts that name AI, by country and day, from two CSV files of Indeed's Hiring Lab.

A share is a percentage of all adverts on Indeed, averaged over seven days. The publisher revises past days, so each
response has the whole history.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from datetime import date

from extractors.reading.csv_tables import table_in
from extractors.response import Response, each
from extractors.sources.declaration import declare
from extractors.sources.fetching import fetch_addresses
from transforms.place.places import region_of
from transforms.records.rows import AiPostingShare, Issue
from transforms.text.rejects import Rejected

FILES = "https://raw.githubusercontent.com/hiring-lab/ai-tracker/main/"
MEASURES = {"AI_posting.csv": "ai", "GenAI_posting.csv": "generative_ai"}
SHARES = ("AI_share_postings", "GenAI_share_postings", "AI_share", "GenAI_share")
"""Names that the column with the shares has or, according to the publisher, may have."""
KNOWN = frozenset(("date", "jobcountry", *SHARES))

SOURCE = declare(
    "hiringlab_ai_tracker",
    kind="statistics",
    endpoints=(FILES,),
    file_url=lambda name: FILES + name if name in MEASURES else None,
    row=AiPostingShare,
)


fetch = fetch_addresses(*(FILES + name for name in MEASURES))


def parse(response: Response) -> Iterator[AiPostingShare | Issue]:
    """Yield the share of every day and country. Raise `Rejected` if the response is neither of the two files."""
    rows = table_in(response.body, ("date", "jobcountry"))
    name = response.url.rpartition("/")[2]
    if name not in MEASURES:
        raise Rejected("response", response.url, f"expected one of {', '.join(MEASURES)}")
    yield from each(rows, functools.partial(_share, measure=MEASURES[name]), known=KNOWN)


def _share(row: dict[str, str], *, measure: str) -> AiPostingShare:
    (percentage,) = [row[name] for name in SHARES if name in row]
    country = row["jobcountry"]
    if region_of(country) == (None, None):
        raise Rejected("country", country, "expected a country's ISO code")
    share = float(percentage) / 100
    if not 0 <= share <= 1:
        raise Rejected("share", percentage, "expected a percentage from 0 to 100")
    day = date.fromisoformat(row["date"])
    return AiPostingShare(source=SOURCE.name, measure=measure, country=country, day=day, share=share)
