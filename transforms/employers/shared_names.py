"""Decide by the names on a board or domain whether it belongs to a single employer or carries adverts of many."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable

from transforms.employers.identity import employer_key, evidence

MIN_COMMON = 4
"""Minimum letters of a name that counts as the same employer inside a longer name: "Lucid" in "Lucid Software", but not
"Ro" in "Robinhood".
"""
MAX_NAMES = 50
"""If adverts on a board or domain name more employers than this, it does not belong to a single employer."""

LINK = re.compile(r"https?://[^\s/?#<>()\[\]\"']+(?:/[^\s/?#<>()\[\]\"']*)?", re.IGNORECASE)
"""A link in a text: its host and the beginning of its path, which may be a board on a platform."""
MAX_LINKS = 20
"""Maximum number of links in a text that are compared with the employer's name."""


class Roots:
    """Union-find over evidence of employers.

    The root of a component is its smallest member, so the order in which members are united does not matter.
    """

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def of(self, member: str) -> str:
        """Return the root of the component that holds `member`. A new member is its own root."""
        above = self._above.setdefault(member, member)
        while above != self._above[above]:
            self._above[member] = above = self._above[above]
        return above

    def unite(self, members: Iterable[str]) -> None:
        """Join the components of these members into one."""
        roots = {self.of(member) for member in members}
        for root in roots:
            self._above[root] = min(roots)


def unites(site: str, keys: set[str]) -> bool:
    """Whether a board or domain (`site`) belongs to a single employer.

    `keys` are the keys of the employers that its adverts name. Similar names count as one. With one name or none, the
    answer is yes, even if the name differs from that of the site: greenhouse:wehrtyou belongs to Hudson River Trading.
    If there are two names, one must be similar to the name of the site. With three or more, the site carries adverts of
    several employers.
    """
    if not 1 < len(keys) <= MAX_NAMES:
        return len(keys) <= 1
    roots = Roots()
    for key in keys:
        roots.unite({key, *(other for other in keys if is_akin(key, other))})
    n_names = len({roots.of(key) for key in keys})
    own_key = _key_of_site(site)
    return n_names == 1 or (n_names == 2 and own_key is not None and any(is_akin(own_key, key) for key in keys))


def _key_of_site(site: str) -> str | None:
    kind, _, own = site.partition(":")
    return employer_key(own.partition(".")[0] if kind == "domain" else own.rpartition(":")[2])


def is_akin(first: str, second: str) -> bool:
    """Whether two keys are similar: they are equal, or one contains the other.

    The shorter key must then have at least `MIN_COMMON` letters.
    """
    short, long = sorted((first, second), key=len)
    return first == second or (len(short) >= MIN_COMMON and short in long)


def find_site(employer: str | None, source: str, board: str | None, url: str | None, text: str) -> str | None:
    """Return the first link in a text that leads to a board or domain with a name like the employer's.

    None if the source or the address already leads to the employer's own board or domain. "Solace Health" on a forum
    with a link to jobs.ashbyhq.com/Solace is the employer of that board.
    """
    if board or "://" not in text:
        return None
    key = employer_key(employer)
    if key is None or evidence(None, source, None, url):
        return None
    for match in itertools.islice(LINK.finditer(text), MAX_LINKS):
        link: str = match[0].rstrip(".,;:")
        names = filter(None, map(_key_of_site, evidence(None, source, None, link)))
        if any(is_akin(key, name) for name in names):
            return link
    return None
