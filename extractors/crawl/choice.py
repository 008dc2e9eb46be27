"""Which pages of a crawl are kept: those that their sites leave open, and of one advert the employer's own page.

A page stands on the employer's own site, on the employer's board at a platform, or on a site of many employers. Which
sites are of many is known of those in `lookups/employers/platforms.csv`; any other tells it by itself: where the pages
of one registrable domain name employers that have nothing to do with each other, it is none's own. That is the rule by
which a domain unites employers in the warehouse, too (`transforms.employers.shared_names`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import urlsplit

from extractors.crawl.host_files import FileAt
from extractors.crawl.reservations import is_closed
from extractors.crawl.scan import HOST_FILES, Advert, Page
from transforms.employers.identity import employer_key, fold_letters, platform_of, registrable_domain
from transforms.employers.shared_names import unites
from transforms.employers.title_keys import title_key

OWN, BOARD, MANY = HOMES = ("employer's own site", "board at a platform", "site of many employers")
BOARDS = frozenset(("boards", "pages"))
"""Kinds of platforms in platforms.csv each of whose boards or sites is one employer's."""

AdvertKey = tuple[str, str, str]
"""Employer, title and place of an advert, as they are compared."""


def find_closed(pages: Iterable[Page], file_at: FileAt) -> set[Page]:
    """Pages that robots.txt or tdmrep.json of their site, as they were when the page was fetched, keep us from."""
    off_limits = set()
    for page in pages:
        robots, tdmrep = (file_at(page.url, path, page.observed_at) for path in HOST_FILES)
        if (robots or tdmrep) and is_closed(page.url, robots, tdmrep):
            off_limits.add(page)
    return off_limits


def homes_of(pages: Iterable[Page]) -> Callable[[Page], str]:
    """Which of `HOMES` a page stands at, by all pages of the crawl."""
    names: defaultdict[str, set[str]] = defaultdict(set)
    for page in pages:
        if domain := _domain(page):
            names[domain].update(key for advert in page.adverts if (key := employer_key(advert.employer)))
    several = {domain for domain, keys in names.items() if not unites(f"domain:{domain}", keys)}

    def home(page: Page) -> str:
        platform = platform_of(_host(page))
        if platform:
            return BOARD if platform.kind in BOARDS else MANY
        return MANY if _domain(page) in several else OWN

    return home


def find_copies(pages: Iterable[Page], home: Callable[[Page], str]) -> set[Page]:
    """Pages of sites of many employers all of whose adverts stand on employers' own pages, too.

    Two adverts are one where employer, title and place are the same; what a site of many employers makes of text and
    pay does not count. Adverts without an employer's name are compared with none.
    """
    pages = list(pages)
    own = {identity for page in pages if home(page) != MANY for identity in map(_identify, page.adverts)} - {None}
    return {page for page in pages if home(page) == MANY and own.issuperset(map(_identify, page.adverts))}


def count_homes(pages: Iterable[Page], home: Callable[[Page], str]) -> Mapping[str, int]:
    """Pages by where they stand."""
    counts = dict.fromkeys(HOMES, 0)
    for page in pages:
        counts[home(page)] += 1
    return counts


def _identify(advert: Advert) -> AdvertKey | None:
    employer = employer_key(advert.employer)
    title = title_key(advert.title, advert.place, advert.employer, frozenset()) if advert.title else ""
    return (employer, title, fold_letters(advert.place or "").strip()) if employer and title else None


def _host(page: Page) -> str:
    return (urlsplit(page.url).hostname or "").lower()


def _domain(page: Page) -> str | None:
    return registrable_domain(_host(page))
