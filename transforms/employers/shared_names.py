"""Whether names that stand on one board or at one domain are one employer's, or it carries the adverts of many."""

from __future__ import annotations

from collections.abc import Iterable

from transforms.employers.identity import employer_key

MIN_COMMON = 4
"""Letters a name must have to be recognised inside another: "Lucid" in "Lucid Software", no "Ro" in "Robinhood"."""
MAX_NAMES = 50
"""Keys of names on a board or domain that are compared with one another; one with more is no employer's."""


class Roots:
    """Union-find over evidence; the root of a component is its smallest member, so no order shows."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def of(self, member: str) -> str:
        """The root of the component a member is in; its own, when it is new."""
        above = self._above.setdefault(member, member)
        while above != self._above[above]:
            self._above[member] = above = self._above[above]
        return above

    def unite(self, members: Iterable[str]) -> None:
        """Make these one component with all that they were united with before."""
        roots = {self.of(member) for member in members}
        for root in roots:
            self._above[root] = min(roots)


def unites(site: str, keys: set[str]) -> bool:
    """Whether a board or domain is one employer's, by the keys of the names that adverts with it give.

    Names that have to do with each other count as one. One may be; two may where one of them is that of the board or
    domain itself: greenhouse:wehrtyou is Hudson River Trading's, and says so nowhere. With three it is an agency's or
    a group's, or carries the adverts of many.
    """
    if not 1 < len(keys) <= MAX_NAMES:
        return len(keys) <= 1
    roots = Roots()
    for key in keys:
        roots.unite({key, *(other for other in keys if is_akin(key, other))})
    n_names = len({roots.of(key) for key in keys})
    kind, _, own = site.partition(":")
    own_key = employer_key(own.partition(".")[0] if kind == "domain" else own.rpartition(":")[2])
    return n_names == 1 or (n_names == 2 and own_key is not None and any(is_akin(own_key, key) for key in keys))


def is_akin(one: str, other: str) -> bool:
    """Whether two keys of names have to do with each other: one stands in the other."""
    short, long = sorted((one, other), key=len)
    return one == other or (len(short) >= MIN_COMMON and short in long)
