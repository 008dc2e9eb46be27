"""Read employers' own career pages: schema.org JobPosting in JSON-LD or microdata, or else elements found by selectors.

We request only the sites that career_pages.toml declares. Recorded pages of other sites are read too, because every
https address that no other source claims belongs to this source. extractors/reading/schema_org.py reads the markup.
"""

from __future__ import annotations

import functools
import html
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin

from extractors.reading.schema_org import (
    CDATA,
    id_by,
    identifier_of,
    page_of,
    read_job_posting,
    read_page,
    tree_of,
)
from extractors.response import Response
from extractors.sources.declaration import declare
from extractors.web.paging import Web, ask_each
from extractors.web.session import FetchFailed
from transforms.raw_posting import RawPosting
from transforms.records.rows import Issue
from transforms.text.rejects import leave_out

SITES = Path(__file__).with_suffix(".toml")
MAX_LISTS, MAX_POSTINGS = 20, 500
"""Maximum number of lists and of postings that a night requests from one site."""
SITEMAP = re.compile(rb"<(urlset|sitemapindex)[\s>]")
HEAD = 2_000
"""Number of bytes at the beginning of a response that are searched for the root element of a sitemap."""


def posting_of(url: str) -> str | None:
    """Return a posting's id, made from its address, if `url` is a posting of a declared site, else None.

    The id is used if the page has no `identifier`.
    """
    is_posting = any(re.search(site.postings, url) and url not in site.lists for site in sites())
    return id_by(url) if is_posting else None


SOURCE = declare("career_pages", kind="employer board", endpoints=("https://*/",), posting_id=posting_of)


@dataclass(frozen=True, kw_only=True)
class Site:
    """An employer's site, as career_pages.toml declares it."""

    name: str
    employer: str
    lists: tuple[str, ...]
    postings: str
    selectors: Mapping[str, str] = field(default_factory=dict)


@functools.cache
def sites() -> tuple[Site, ...]:
    """Return the declared sites. Raise `ValueError`, which names the site, if a declaration is wrong."""
    return tuple(map(_site, tomllib.loads(SITES.read_text(encoding="utf-8")).get("sites", [])))


def _site(table: dict[str, Any]) -> Site:
    try:
        site = Site(**table | {"lists": tuple(table["lists"])})
        re.compile(site.postings)
    except (TypeError, KeyError, re.error) as error:
        raise ValueError(f"{SITES.name}, site {table.get('name')!r}: {error!r}; see the comments at its top") from error
    return site


# --- fetching -----------------------------------------------------------------------------------------


def fetch(web: Web, *, boards: Sequence[str] = (), as_of: date) -> list[str]:
    """Request the lists of every declared site and the postings that the lists name."""
    return [failure for site in sites() for failure in _ask_site(web, site)]


def _ask_site(web: Web, site: Site) -> list[str]:
    failures: list[str] = []
    postings: dict[str, None] = {}
    lists = list(site.lists)
    for url in lists:  # `lists` grows while indexes of sitemaps are read
        try:
            answer = web.get(url)
        except FetchFailed as error:
            failures.append(f"{url}: {error}")
            continue
        if answer.status != 200:
            failures.append(f"{url}: HTTP {answer.status}")
            continue
        addresses = addresses_in(answer)
        postings.update(dict.fromkeys(address for address in addresses if re.search(site.postings, address)))
        if _sitemap(answer) == b"sitemapindex":
            more, room = [url for url in addresses if url not in lists], max(0, MAX_LISTS - len(lists))
            lists += more[:room]
            failures += [f"{url}: left out; at most {MAX_LISTS} lists of {site.name} are read" for url in more[room:]]
    if not postings and not failures:
        failures.append(f"{site.lists[0]}: names no posting of {site.name}; check whether its addresses changed")
    if (n_left_out := len(postings) - MAX_POSTINGS) > 0:
        failures.append(f"{site.name}: {n_left_out} postings left out; at most {MAX_POSTINGS} are read")
    return failures + ask_each(web, list(postings)[:MAX_POSTINGS], may_be_gone=True)


def addresses_in(response: Response) -> list[str]:
    """Return the addresses in a sitemap, or the addresses that a page links to: each once, in order."""
    if _sitemap(response):
        parts = (part.partition("</loc>") for part in response.body.decode("utf-8", "replace").split("<loc>")[1:])
        addresses: Iterable[str] = (
            html.unescape(CDATA.sub("", text).strip()) for text, is_whole, _ in parts if is_whole
        )
    else:
        tree = tree_of(page_of(response))
        links = () if tree is None else tree.iter("a")
        addresses = (_join(response.url, link.get("href")) for link in links if link.get("href") is not None)
    return list(dict.fromkeys(addresses))


def _join(base: str, address: str) -> str:
    """Make a link absolute. Return an invalid link unchanged; no site's pattern matches it."""
    try:
        return urldefrag(urljoin(base, address)).url
    except ValueError:
        return address


def is_sitemap(response: Response) -> bool:
    """Whether a response is a sitemap or an index of sitemaps."""
    return _sitemap(response) is not None


def _sitemap(response: Response) -> bytes | None:
    match = SITEMAP.search(response.body[:HEAD])
    return match[1] if match else None


# --- pages --------------------------------------------------------------------------------------------


def parse(response: Response) -> Iterator[RawPosting | Issue]:
    """Yield the postings in the markup of a page, or only an issue for a list of addresses."""
    site = next((site for site in sites() if re.search(site.postings, response.url)), None)
    if is_sitemap(response) or any(response.url in site.lists for site in sites()):
        yield leave_out(response.url, "expected a page of a posting; this one lists addresses")
        return
    read = functools.partial(read_item, url=response.url, site=site)
    remedy = f"or selectors for its site in {SITES.name}"
    yield from read_page(response, read, selectors=site.selectors if site else {}, remedy=remedy)


def read_item(item: dict[str, Any], *, url: str, site: Site | None) -> RawPosting:
    """Read a JobPosting of the page at `url`. If `site` is given, the employer is the one that it declares."""
    posting = read_job_posting(item, source=SOURCE.name, url=url)
    if site:
        posting["board"], posting["employer"], posting["requisition_id"] = site.name, site.employer, identifier_of(item)
    return posting
