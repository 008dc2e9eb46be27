"""Figures found by words and filters: those of the guide first, then every printable cell, then withheld ones.

The parts of an id are named by the grammar of addresses (`addresses.KINDS`): place, role or group of roles, level, and
what is asked of it. Words may say the same ("senior pay in Germany"), by the words that `verify` knows.
"""

from __future__ import annotations

import difflib
import functools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from reports.figures.addresses import KINDS
from reports.figures.pay_figures import STATED_LEVELS
from reports.figures.places import EVERYWHERE, PLACES
from reports.guide.words import LEVELS, cut_out, find_places, hear, work_patterns
from reports.mcp.answers import WITHHELD, head, state_of, summarise
from reports.mcp.market import Snapshot
from reports.wording.work import WORKS, name_work
from transforms.records.vocabulary import LEVEL_GROUPS
from warehouse.marts.measures import MEASURES

MAX_LISTED = 25
"""Most figures of one page: one that is in no ledger is computed with its provenance, which takes up to 0.2 s."""
IDLE = frozenset((
    "a", "about", "adverts", "all", "an", "and", "are", "at", "by", "figure", "figures", "find", "for", "from",
    "give", "how", "in", "is", "job", "jobs", "level", "list", "me", "much", "of", "on", "or", "share",
    "shares", "show", "stated", "statistics", "tell", "that", "the", "to", "what", "which", "with",
))  # fmt: skip
"""Words of a search that say nothing."""
SYNONYMS = {
    **dict.fromkeys(("salary", "salaries", "compensation", "wage", "wages", "earnings", "income"), "pay"),
    **dict.fromkeys(("skills", "technology", "technologies", "tools"), "skill"),
    **dict.fromkeys(("transparency", "disclosed", "disclose"), "disclosure"),
    **dict.fromkeys(("forecast", "forecasts", "prediction"), "claim"),
    **dict.fromkeys(("home", "telework"), "remote"),
    "university": "degree", "education": "degree", "experience": "years",
}  # fmt: skip
"""Words that people use for what ids call otherwise."""


class FilterError(ValueError):
    """A filter that nothing has. The message names what was given and what would be."""


@dataclass(frozen=True, kw_only=True)
class Address:
    """An id taken apart, with the text in which words are looked for. `order` is its place in a list."""

    id: str
    kind: str
    places: frozenset[str]
    roles: frozenset[str]
    levels: frozenset[str]
    measures: frozenset[str]
    text: str
    order: tuple[int, int, str]


def _parts_of(figure_id: str) -> Mapping[str, str]:
    """The parts of an id by their names in the grammar; none of an id that is no address."""
    kind, *parts = figure_id.split(".")
    if kind not in KINDS:
        return {}
    names = [*KINDS[kind][2].split()[0].lower().split(".")[1:], "basis"]
    return dict(zip(names, parts, strict=False))


def _take_apart(figure_id: str, title: str, rank: int) -> Address:
    parts = _parts_of(figure_id)
    kind = figure_id.partition(".")[0]
    place = PLACES.get(parts.get("place", ""))
    work = parts.get("role") or parts.get("group") or ""
    named = [place.name if place else "", name_work(work) if work in WORKS else "", title]
    text = " ".join(["", figure_id, figure_id.replace(".", " ").replace("_", " "), *named, ""]).lower()
    return Address(
        id=figure_id, kind=kind,
        places=frozenset(filter(None, [parts.get("place")])),
        roles=frozenset(filter(None, [work])),
        levels=frozenset(filter(None, [parts.get("level")])),
        measures=frozenset(filter(None, [kind, parts.get("measure")])),
        text=text, order=(rank, len(figure_id), figure_id),
    )  # fmt: skip


@functools.lru_cache(maxsize=1)
def _addresses_of(snapshot: Snapshot) -> tuple[Address, ...]:
    """All that can be listed of a published file, in order."""
    ledger = [
        _take_apart(name, row.title, 2 if state_of(row, snapshot) == WITHHELD else 0)
        for name, row in snapshot.figures.items()
    ]
    return tuple(sorted([*ledger, *(_take_apart(name, "", 1) for name in snapshot.cells)], key=lambda one: one.order))


# --- filters --------------------------------------------------------------------------------------------------


def _choose(what: str, given: str, names: Mapping[str, str]) -> str:
    """What a name stands for among known ones. Raises `FilterError` with those that are spelt most alike."""
    wanted = given.strip().lower()
    folded = {name.lower(): value for name, value in names.items()}
    for spelled in (wanted, wanted.replace(" ", "_").replace("-", "_"), wanted.rstrip("s")):
        if spelled in folded:
            return folded[spelled]
    near = difflib.get_close_matches(wanted, folded, n=4, cutoff=0.6) or (list(folded) if len(folded) < 60 else [])
    known = dict.fromkeys(folded[name] if folded[name] == name else f"{name} ({folded[name]})" for name in near)
    raise FilterError(f"no {what} {given!r}" + (f"; known: {', '.join(known)}" if known else ""))


def find_place(given: str) -> str:
    """The name in ids of a place that is given by that, by its code or by its name in words."""
    if re.fullmatch(r"[a-z]{2}_[a-z0-9]{1,3}", given.lower()):
        return given.lower()  # a subdivision, of which disclosure has figures
    named = [place.slug for start, end, place in find_places(given) if (start, end) == (0, len(given))]
    if named:
        return named[0]
    names = {place.name: place.slug for place in PLACES.values()} | {name: name for name in PLACES}
    return _choose("place", given, names | dict.fromkeys(("all", "world", "everywhere"), EVERYWHERE.slug))


def find_role(given: str) -> str:
    """The name in ids of a role or group of roles."""
    heard = hear(work_patterns(), given)
    names = {name_work(work): work for work in WORKS} | {work: work for work in WORKS}
    try:
        return _choose("role or group of roles", given, names)
    except FilterError:
        if len(heard) == 1:
            return heard.pop()
        raise


def find_level(given: str) -> str:
    """The name in ids of a group of levels."""
    known = {level: level for level in (*LEVEL_GROUPS, *STATED_LEVELS)}
    heard = hear(LEVELS, given)
    return heard.pop() if given.lower() not in known and len(heard) == 1 else _choose("level", given, known)


def find_measure(given: str) -> str:
    """A kind of figure, or a measure of shares."""
    known = [*KINDS, "claim", "skills", "roles", "reported", "frame", "ladder", *MEASURES]
    return _choose("measure", SYNONYMS.get(given.lower(), given), {name: name for name in known})


FILTERS: dict[str, tuple[str, Callable[[str], str]]] = {
    "place": ("places", find_place),
    "role": ("roles", find_role),
    "level": ("levels", find_level),
    "measure": ("measures", find_measure),
}
"""Filters by name: the part of an address that they hold against, and how what is given is understood."""


@dataclass(frozen=True, kw_only=True)
class SearchTerms:
    """What a search asks for: of each part one of these, if any are named, and all of these words."""

    parts: Mapping[str, frozenset[str]]
    words: tuple[str, ...]

    def fits(self, address: Address, *, without: str = "") -> bool:
        """Whether an address is what is asked for; `without` leaves one filter aside."""
        for name, values in self.parts.items():
            if name != without and values and not values & getattr(address, FILTERS[name][0]):
                return False
        return without == "words" or all(_begins_a_word(word, address.text) for word in self.words)


SHORT = 2
"""Letters up to which a word is looked for as a whole: R, Go."""


def _begins_a_word(word: str, text: str) -> bool:
    return (f" {word} " if len(word) <= SHORT else f" {word}") in text


def understand(words: str, **given: str | None) -> SearchTerms:
    """What is asked for by words and filters; a filter wins over words. Raises `FilterError`."""
    parts = {name: frozenset([FILTERS[name][1](value)]) for name, value in given.items() if value and value.strip()}
    named = list(find_places(words))
    left = cut_out(words, [(start, end) for start, end, _ in named])
    heard = {"place": {place.slug for _, _, place in named}, "level": hear(LEVELS, left)}
    for pattern, _ in LEVELS:
        left = pattern.sub(" ", left)
    if not re.fullmatch(r"[\w.]+\.[\w.]+", words.strip()):  # an id says its role itself
        heard["role"] = hear(work_patterns(), left)
        for pattern, _ in work_patterns():
            left = pattern.sub(" ", left)
    parts |= {name: frozenset(values) for name, values in heard.items() if values and name not in parts}
    said = (SYNONYMS.get(word, word) for word in re.findall(r"[\w+#.&-]+", left.lower()) if word not in IDLE)
    return SearchTerms(parts=parts, words=tuple(dict.fromkeys(said)))


# --- the list -------------------------------------------------------------------------------------------------


def list_figures(snapshot: Snapshot, wanted: SearchTerms, *, first: int, most: int) -> dict[str, Any]:
    """A page of what is asked for, each with value, interval, basis and period; and how the question was understood."""
    addresses = _addresses_of(snapshot)
    found = [one for one in addresses if wanted.fits(one)]
    page = found[first : first + most]
    said = head(snapshot) | {
        "understood": {name: sorted(values) for name, values in wanted.parts.items()} | {"words": list(wanted.words)},
        "total": len(found),
        "figures": [summarise(row, snapshot) for row in snapshot.read([one.id for one in page])],
    }
    if first + len(page) < len(found):
        said["next_offset"] = first + len(page)
        said["by_kind"] = dict(Counter(one.kind for one in found).most_common())
    if not found:
        said["remedy"] = _relax(addresses, wanted)
    elif not page:
        said["remedy"] = f"there are {len(found):,}, and offset {first:,} is beyond the last"
    return said


def _relax(addresses: Iterable[Address], wanted: SearchTerms) -> str:
    """How many there would be without each filter, where nothing has all; and which address says what is missing."""
    names = [*wanted.parts, *(["words"] if wanted.words else [])]
    counts = {name: sum(wanted.fits(one, without=name) for one in addresses) for name in names}
    said = [f"{count:,} without {name}" for name, count in counts.items() if count]
    remedy = f"nothing has all of it; {', '.join(said)}" if said else "nothing has it; use fewer words or filters"
    parts = [sorted(wanted.parts.get(name, ())) for name in ("place", "role", "level")]
    if all(parts):
        address = ".".join(["pay", *(values[0] for values in parts)])
        remedy += f"; `get` of {address} says what is missing of its pay"
    return remedy
