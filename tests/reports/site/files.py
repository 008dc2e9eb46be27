"""Rules for the files of a site: working links, words for readers, few bytes."""

from __future__ import annotations

import gzip
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborHTMLParser

FOR_EDITORS = re.compile(r"low confidence|withheld|suppressed|\bn = ", re.IGNORECASE)
"""Words of the ledger and of guides that the site must not use."""
MAY_SAY_THEM = ("methods.html", "known_truth.html", "quality.html")
QUOTED = "pre[id^=query], [data-value], [data-sentence], script, style"
"""Code, and printed markers."""
MAX_FIRST_VIEW, MAX_EXPLORER = 300_000, 1_500_000
"""Most bytes of the first page and of the pay explorer, with all that they load, compressed."""


def parse_pages(site: Path) -> Iterator[tuple[str, LexborHTMLParser]]:
    """Parse every page, by path."""
    for path in sorted(site.rglob("*.html")):
        yield path.relative_to(site).as_posix(), LexborHTMLParser(path.read_text(encoding="utf-8"))


def links_of(page: LexborHTMLParser) -> Iterator[str]:
    """Return the addresses in a page's links, forms, scripts, styles and pictures."""
    for node in page.css("[href], [src], [action]"):
        yield next(filter(None, (node.attributes.get(name) for name in ("href", "src", "action"))), "")


def find_dead_links(site: Path) -> list[str]:
    """Return links to missing files, or to missing ids of a page."""
    ids = {path: {node.attributes["id"] for node in page.css("[id]")} for path, page in parse_pages(site)}
    dead = []
    for path, page in parse_pages(site):
        for link in dict.fromkeys(links_of(page)):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (site / path).parent / unquote(parts.path) if parts.path else site / path
            name = os.path.relpath(target, site)
            is_place = parts.fragment and "=" not in parts.fragment  # else it is a choice of the explorer
            if not target.is_file() or (is_place and parts.fragment not in ids.get(name, {parts.fragment})):
                dead.append(f"{path}: {link}")
    return dead


def find_words_for_editors(site: Path) -> list[str]:
    """Return pages with words that only the ledger and guides use."""
    faults = []
    for path, page in parse_pages(site):
        if path in MAY_SAY_THEM:
            continue
        for node in page.css(QUOTED):
            node.decompose()
        meta = [node.attributes.get("content") or "" for node in page.css("meta[name=description]")]
        labels = [node.attributes.get("aria-label") or "" for node in page.css("[aria-label]")]
        text = " ".join([page.root.text(separator=" "), *meta, *labels])  # type: ignore[union-attr]
        faults += [f"{path}: {text[max(hit.start() - 60, 0) : hit.end() + 30]!r}" for hit in FOR_EDITORS.finditer(text)]
    return faults


def find_requests(site: Path) -> list[str]:
    """Return scripts, styles, pictures and frames that pages would load from other servers."""
    requests = []
    for path, page in parse_pages(site):
        for node in page.css("script[src], link[href], img[src], iframe[src], source[src], form[action]"):
            link = next(filter(None, (node.attributes.get(name) for name in ("src", "href", "action"))))
            if urlsplit(link).scheme or urlsplit(link).netloc:
                requests.append(f"{path}: {link}")
    return requests


def weigh(site: Path, path: str) -> int:
    """Return the compressed bytes of a page with its scripts and styles."""
    page = LexborHTMLParser((site / path).read_text(encoding="utf-8"))
    links: Sequence[str] = [
        link
        for node in page.css("script[src], link[rel=stylesheet]")
        if (link := node.attributes.get("src") or node.attributes.get("href"))
    ]
    return sum(len(gzip.compress((site / name).read_bytes())) for name in (path, *links))
