"""Read Remote OK through the public API: one response with about the last hundred jobs.

The first item is a legal notice, not a job. Texts are UTF-8 that was encoded twice, and titles may have entities. Every
description ends with a sentence against spam that contains the client's IP address, so we cut that sentence off. Pay of
0 means unknown pay. Other amounts have no currency and no period and look like defaults of a form, so we assume neither
a currency nor a period.
"""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from extractors.sources.declaration import declare
from extractors.sources.fetching import fetch_addresses
from extractors.sources.parsing import parse_list
from transforms.pay.structured import stated_pay
from transforms.raw_posting import RawPosting
from transforms.records.rows import Issue
from transforms.text.rejects import leave_out

ADDRESS = "https://remoteok.com/api"
KNOWN = frozenset([
    "last_updated", "legal", "slug", "id", "epoch", "date", "company", "company_logo", "logo", "position", "tags",
    "description", "location", "salary_min", "salary_max", "url", "apply_url", "original",
])  # fmt: skip
BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
AGAINST_SPAM = re.compile(r"(?:\s|<br ?/?>)*Please mention the word \*\*[^*]*\*\* and tag .*\Z", re.DOTALL)

SOURCE = declare("remoteok", kind="aggregator", endpoints=(ADDRESS,))


fetch = fetch_addresses(ADDRESS)


def _read_job(job: dict[str, Any]) -> RawPosting | Issue:
    if "legal" in job and "id" not in job:
        return leave_out(job["legal"], "expected a job; this is the notice on how the list may be used")
    return RawPosting(
        source=SOURCE.name,
        id=job.get("id"),
        title=unescape(repair(job.get("position") or "")),
        url=job.get("url"),
        employer=unescape(repair(job.get("company") or "")),
        html=AGAINST_SPAM.sub("", repair(job.get("description") or "")),
        location_text=repair(job.get("location") or "").strip(", "),
        is_remote=True,
        posted_on=job.get("date"),
        pay=stated_pay(job.get("salary_min"), job.get("salary_max")),
    )


parse = parse_list(_read_job, known=KNOWN)


def repair(text: str) -> str:
    """Repair a text whose UTF-8 was read as Latin-1 and encoded again. Return other texts unchanged.

    In a text to repair, most runs of letters beyond ASCII become valid UTF-8 when they are encoded as Latin-1. In other
    texts only about one run in a hundred does.

    >>> repair("BogotÃ¡"), repair("Bogotá"), repair("«Spaß» für Köche")
    ('Bogotá', 'Bogotá', '«Spaß» für Köche')
    """
    readings = [_meant(run) for run in BEYOND_ASCII.findall(text)]
    if 2 * sum(run is not None for run in readings) <= len(readings):
        return text
    return BEYOND_ASCII.sub(lambda run: _meant(run[0]) or run[0], text)


def _meant(run: str) -> str | None:
    try:
        return run.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return None
