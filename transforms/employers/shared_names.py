"""Whether a board or domain is a single employer's, or carries the adverts of many, by the names on it."""

from __future__ import annotations

from collections.abc import Iterable

from transforms.employers.identity import employer_key

MIN_COMMON = 4
"""Letters of the shortest name that counts inside another: "Lucid" in "Lucid Software", but not "Ro" in "Robinhood"."""
MAX_NAMES = 50
"""Maximum number of names on an employer's board or domain."""


class Roots:
    """Union-find over evidence; the root of a component is its smallest member, so that order does not matter."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def of(self, member: str) -> str:
        """The root of a member's component; a new member is its own root."""
        above = self._above.setdefault(member, member)
        while above != self._above[above]:
            self._above[member] = above = self._above[above]
        return above

    def unite(self, members: Iterable[str]) -> None:
        """Join the components of these members."""
        roots = {self.of(member) for member in members}
        for root in roots:
            self._above[root] = min(roots)


def unites(site: str, keys: set[str]) -> bool:
    """Whether a board or domain is a single employer's, by the keys of employers' names in its adverts.

    Similar names count as one. A single name is enough, even if it differs from the board's: greenhouse:wehrtyou is
    Hudson River Trading's. With two names, one must be like the board's or domain's own. With three, it is an agency's
    or a group's, or carries the adverts of many.
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


def is_akin(first: str, second: str) -> bool:
    """Whether two keys are similar: equal, or one contained in the other."""
    short, long = sorted((first, second), key=len)
    return first == second or (len(short) >= MIN_COMMON and short in long)
