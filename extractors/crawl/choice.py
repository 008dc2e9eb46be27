"""Choose which pages of a crawl to keep: no page that its site forbids, and employers' own pages rather than copies.

A page is on the employer's own site, on the employer's board at a platform, or on a site of many employers: one listed
in `lookups/employers/platforms.csv`, or any other registrable domain whose pages name unrelated employers. The
warehouse uses the same rule (`transforms.employers.shared_names`).
"""

from __future__ import annotations

import functools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import urlsplit

from extractors.crawl.host_files import FileAt
from extractors.crawl.scan import HOST_FILES, Advert, Page
from extractors.web.politeness import Rules, make_rules, robots_text
from transforms.employers.identity import employer_key, fold_letters, platform_of, registrable_domain
from transforms.employers.shared_names import unites
from transforms.employers.title_keys import title_key

OWN, BOARD, MANY = HOMES = ("employer's own site", "board at a platform", "site of many employers")
BOARDS = frozenset(("boards", "pages"))
"""Kinds of platforms in platforms.csv on which each board or site belongs to one employer."""


def find_closed(pages: Iterable[Page], file_at: FileAt) -> set[Page]:
    """Return the pages that their site's robots.txt or tdmrep.json forbade when they were fetched."""
    closed = set()
    for page in pages:
        robots, tdmrep = (file_at(page.url, path, page.observed_at) for path in HOST_FILES)
        if (robots or tdmrep) and _rules_of(robots or b"", tdmrep or b"").refusal(page.url):
            closed.add(page)
    return closed


@functools.lru_cache(maxsize=10)
def _rules_of(robots: bytes, tdmrep: bytes) -> Rules:
    return make_rules(robots_text(robots), tdmrep)


def homes_of(pages: Iterable[Page]) -> Callable[[Page], str]:
    """Return a function that gives the home of a page, judging by all pages of the crawl."""
    names: defaultdict[str, set[str]] = defaultdict(set)
    for page in pages:
        if domain := _domain(page):
            names[domain].update(key for advert in page.adverts if (key := employer_key(advert.employer)))
    several = {domain for domain, keys in names.items() if not unites(f"domain:{domain}", keys)}

    def home(page: Page) -> str:
        if platform := platform_of(_host(page)):
            return BOARD if platform.kind in BOARDS else MANY
        return MANY if _domain(page) in several else OWN

    return home


def find_copies(pages: Iterable[Page], home: Callable[[Page], str]) -> set[Page]:
    """Return the pages on sites of many employers whose adverts are all on employers' own pages, too.

    Two adverts are the same if employer, title and place are equal. Without employer or title, an advert is never a
    copy.
    """
    pages = list(pages)
    own = {identity for page in pages if home(page) != MANY for identity in map(_identify, page.adverts)} - {None}
    return {page for page in pages if home(page) == MANY and own.issuperset(map(_identify, page.adverts))}


def count_homes(pages: Iterable[Page], home: Callable[[Page], str]) -> Mapping[str, int]:
    """Return the number of pages for each of the `HOMES`."""
    counts = Counter(map(home, pages))
    return {name: counts[name] for name in HOMES}


def _identify(advert: Advert) -> tuple[str, str, str] | None:
    """Return employer, title and place of an advert, normalised for comparison."""
    employer = employer_key(advert.employer)
    title = title_key(advert.title, advert.place, advert.employer, frozenset()) if advert.title else ""
    return (employer, title, fold_letters(advert.place or "").strip()) if employer and title else None


def _host(page: Page) -> str:
    return (urlsplit(page.url).hostname or "").lower()


def _domain(page: Page) -> str | None:
    return registrable_domain(_host(page))
