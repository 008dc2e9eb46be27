"""WARC records as crawlers write them, good and bad."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

URL = "https://www.plover.example/jobs/1"
POSTING: dict[str, Any] = {
    "@context": "https://schema.org",
    "@type": "JobPosting",
    "title": "Wader Watcher",
    "description": "You count waders with Python.",
    "hiringOrganization": {"@type": "Organization", "name": "Plover"},
    "jobLocation": {"address": {"addressLocality": "Porto", "addressCountry": "PT"}},
}
MICRODATA = (
    '<div itemscope itemtype="http://schema.org/JobPosting"><h1 itemprop="title">Wader Watcher</h1>'
    '<div itemprop="description">You count waders.</div></div>'
)


def page(*items: object, head: str = "", body: str = "<p>Nothing else.</p>") -> str:
    """A page with JSON-LD scripts of what is said."""
    scripts = "".join(f'<script type="application/ld+json">{json.dumps(one)}</script>' for one in items)
    return f"<!DOCTYPE html><html><head><title>x</title>{head}</head><body>{scripts}{body}</body></html>"


def answer(
    body: str | bytes = "",
    url: str = URL,
    *,
    status: int = 200,
    headers: Iterable[tuple[str, str]] = (("Content-Type", "text/html; charset=utf-8"),),
    kind: str = "response",
    lines: str = "",
    length: int | None = None,
    date: str = "2026-08-15T04:12:09Z",
) -> bytes:
    """A record, not packed; `lines` are further lines of its header, `length` what it says of its own."""
    http = f"HTTP/1.1 {status} X\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers) + "\r\n"
    block = http.encode() + (body.encode() if isinstance(body, str) else body)
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Date: {date}\r\nWARC-Record-ID: <urn:x:{url}>\r\n"
        f"WARC-Target-URI: {url}\r\nContent-Type: application/http; msgtype=response\r\n{lines}"
        f"Content-Length: {len(block) if length is None else length}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def posting_at(number: int, **further: object) -> bytes:
    """A record of a page with a posting, one of several."""
    url = f"https://www.plover.example/jobs/{number}"
    return answer(page(POSTING | {"title": f"Wader Watcher {number}", **further}), url)


def write(path: Path, *records: bytes) -> Path:
    """A WARC file of records, each packed for itself."""
    path.write_bytes(b"".join(gzip.compress(record, mtime=0) for record in records))
    return path
