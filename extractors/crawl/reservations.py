"""Which reservations of a page and of its site, as a crawl recorded them, keep a page out."""

from __future__ import annotations

import functools

import protego

from extractors.response import Response
from extractors.web.politeness import Rules, list_reserved, robots_text
from extractors.web.reservations import has_signal, is_noindex, signals_in, tdm_policy


def reservation_in(page: Response) -> str | None:
    """By which key of `scan.LEFT_OUT` a page is reserved in its own record; None: it is free."""
    if is_noindex(page.headers.get, page.body):
        return "noindex"
    if tdm_policy(page.headers.get, page.body):
        return "tdm"
    return "signal" if has_signal(page.headers.get("content-signal")) else None


def is_closed(url: str, robots: bytes | None, tdmrep: bytes | None) -> bool:
    """Whether a site's robots.txt or tdmrep.json, as they were recorded, keep us from a page."""
    return _rules_of(robots or b"", tdmrep or b"").refusal(url) is not None


@functools.lru_cache(maxsize=10)
def _rules_of(robots: bytes, tdmrep: bytes) -> Rules:
    text = robots_text(robots)
    return Rules(
        read_at=0.0,
        robots=protego.Protego.parse(text),
        why_none=None,
        reserved=tuple(list_reserved(tdmrep)),
        signals=tuple(signals_in(text)),
    )
