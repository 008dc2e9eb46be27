"""Figures found by words and filters: those of the guide first, then every printable cell, then withheld ones.

The parts of an id are named by the grammar of addresses (`addresses.KINDS`): place, role or group of roles, level, and
what is asked of it. Words may say the same ("senior pay in Germany"), by the words of `guide.words`.
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
from reports.guide.words import LEVELS, SYNONYMS, cut_out, find_places, hear, terms_of, work_patterns
from reports.mcp.answers import WITHHELD, head, state_of, summarise
from reports.mcp.market import Snapshot
from reports.wording.work import WORKS, name_work
from transforms.records.vocabulary import LEVEL_GROUPS
from warehouse.marts.measures import MEASURES

MAX_LISTED = 25
"""Most figures of one page: one that is in no ledger is computed with its provenance, which takes up to 0.2 s."""


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
    names = [place.name if place else "", name_work(work) if work in WORKS else "", title]
    text = " ".join(["", figure_id, figure_id.replace(".", " ").replace("_", " "), *names, ""]).lower()
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


def _choose(what: str, text: str, names: Mapping[str, str]) -> str:
    """What a name stands for among known ones. Raises `FilterError` with those that are spelt most alike."""
    key = text.strip().lower()
    by_name = {name.lower(): value for name, value in names.items()}
    for spelling in (key, key.replace(" ", "_").replace("-", "_"), key.rstrip("s")):
        if spelling in by_name:
            return by_name[spelling]
    near = difflib.get_close_matches(key, by_name, n=4, cutoff=0.6) or (list(by_name) if len(by_name) < 60 else [])
    choices = dict.fromkeys(by_name[name] if by_name[name] == name else f"{name} ({by_name[name]})" for name in near)
    raise FilterError(f"no {what} {text!r}" + (f"; known: {', '.join(choices)}" if choices else ""))


def find_place(text: str) -> str:
    """The name in ids of a place that is given by that, by its code or by its name in words."""
    if re.fullmatch(r"[a-z]{2}_[a-z0-9]{1,3}", text.lower()):
        return text.lower()  # a subdivision, of which disclosure has figures
    slugs = [place.slug for start, end, place in find_places(text) if (start, end) == (0, len(text))]
    if slugs:
        return slugs[0]
    names = {place.name: place.slug for place in PLACES.values()} | {name: name for name in PLACES}
    return _choose("place", text, names | dict.fromkeys(("all", "world", "everywhere"), EVERYWHERE.slug))


def find_role(text: str) -> str:
    """The name in ids of a role or group of roles."""
    roles = hear(work_patterns(), text)
    names = {name_work(work): work for work in WORKS} | {work: work for work in WORKS}
    try:
        return _choose("role or group of roles", text, names)
    except FilterError:
        if len(roles) == 1:
            return roles.pop()
        raise


def find_level(text: str) -> str:
    """The name in ids of a group of levels."""
    names = {level: level for level in (*LEVEL_GROUPS, *STATED_LEVELS)}
    levels = hear(LEVELS, text)
    return levels.pop() if text.lower() not in names and len(levels) == 1 else _choose("level", text, names)


def find_measure(text: str) -> str:
    """A kind of figure, or a measure of shares."""
    measures = [*KINDS, "claim", "skills", "roles", "reported", "frame", "ladder", *MEASURES]
    return _choose("measure", SYNONYMS.get(text.lower(), text), {name: name for name in measures})


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


def understand(words: str, **filters: str | None) -> SearchTerms:
    """What is asked for by words and filters; a filter wins over words. Raises `FilterError`."""
    parts = {name: frozenset([FILTERS[name][1](value)]) for name, value in filters.items() if value and value.strip()}
    places = list(find_places(words))
    rest = cut_out(words, [(start, end) for start, end, _ in places])
    by_part = {"place": {place.slug for _, _, place in places}, "level": hear(LEVELS, rest)}
    for pattern, _ in LEVELS:
        rest = pattern.sub(" ", rest)
    if not re.fullmatch(r"[\w.]+\.[\w.]+", words.strip()):  # an id says its role itself
        by_part["role"] = hear(work_patterns(), rest)
        for pattern, _ in work_patterns():
            rest = pattern.sub(" ", rest)
    parts |= {name: frozenset(values) for name, values in by_part.items() if values and name not in parts}
    return SearchTerms(parts=parts, words=terms_of(rest))


# --- the list -------------------------------------------------------------------------------------------------


def list_figures(snapshot: Snapshot, terms: SearchTerms, *, first: int, most: int) -> dict[str, Any]:
    """A page of what is asked for, each with value, interval, basis and period; and how the question was understood."""
    addresses = _addresses_of(snapshot)
    matches = [one for one in addresses if terms.fits(one)]
    page = matches[first : first + most]
    answer = head(snapshot) | {
        "understood": {name: sorted(values) for name, values in terms.parts.items()} | {"words": list(terms.words)},
        "total": len(matches),
        "figures": [summarise(row, snapshot) for row in snapshot.read([one.id for one in page])],
    }
    if first + len(page) < len(matches):
        answer["next_offset"] = first + len(page)
        answer["by_kind"] = dict(Counter(one.kind for one in matches).most_common())
    if not matches:
        answer["remedy"] = _relax(addresses, terms)
    elif not page:
        answer["remedy"] = f"there are {len(matches):,}, and offset {first:,} is beyond the last"
    return answer


def _relax(addresses: Iterable[Address], terms: SearchTerms) -> str:
    """How many there would be without each filter, where nothing has all; and which address says what is missing."""
    names = [*terms.parts, *(["words"] if terms.words else [])]
    counts = {name: sum(terms.fits(one, without=name) for one in addresses) for name in names}
    hints = [f"{count:,} without {name}" for name, count in counts.items() if count]
    remedy = f"nothing has all of it; {', '.join(hints)}" if hints else "nothing has it; use fewer words or filters"
    parts = [sorted(terms.parts.get(name, ())) for name in ("place", "role", "level")]
    if all(parts):
        address = ".".join(["pay", *(values[0] for values in parts)])
        remedy += f"; `get` of {address} says what is missing of its pay"
    return remedy
