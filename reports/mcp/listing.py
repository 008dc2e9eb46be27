"""Find figures by words and filters: figures of the guide first, then every printable cell, then withheld figures.

Filters compare the parts of an id, which the grammar of addresses names (`addresses.KINDS`): place, role or group of
roles, level, and measure. Words can say the same: "senior pay in Germany" (see `guide.words`).
"""

from __future__ import annotations

import difflib
import functools
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from reports.figures.addresses import KINDS, parts_of
from reports.figures.catalogue import declaration_of
from reports.figures.declared.pay_figures import STATED_LEVELS
from reports.figures.declared.share_figures import EMPLOYERS
from reports.figures.places import EVERYWHERE, PLACES
from reports.guide.words import LEVELS, SYNONYMS, find_places, find_values, split_around, terms_of, work_patterns
from reports.mcp.answers import head, summarise
from reports.mcp.market import Snapshot
from reports.wording.work import WORKS, name_work
from transforms.records.vocabulary import LEVEL_GROUPS
from warehouse.marts.measures import MEASURES

MAX_LISTED = 25
"""The most figures on one page. A figure that is not in the ledger takes up to 0.2 s to compute with its provenance."""


SHORT = 2
"""Words with at most this many letters must match a whole word: R, Go."""


class FilterError(ValueError):
    """An unknown value of a filter. The message names the value and similar known values."""


class Entry(NamedTuple):
    """An entry of the list: its id, the values that filters compare, and the text that is searched."""

    id: str
    values: Mapping[str, Collection[str]]
    text: str


@functools.lru_cache(maxsize=1)
def _entries_of(snapshot: Snapshot) -> tuple[Entry, ...]:
    ledger = [row for row in snapshot.figures.values() if declaration_of(row.figure).alias_of is None]
    ranked = [(2 if row.value is None else 0, row.figure, row.title) for row in ledger]
    ranked += [(1, name, "") for name in snapshot.cells]
    ranked.sort(key=lambda entry: (entry[0], len(entry[1].removeprefix(f"{EMPLOYERS}.")), entry[1]))
    return tuple(_make_entry(name, title) for _, name, title in ranked)


def _make_entry(figure_id: str, title: str) -> Entry:
    kind, *parts = figure_id.split(".")
    names = parts_of(kind) if kind in KINDS else ()
    by_name = dict(zip(names, parts, strict=False))
    place, work = by_name.get("place", ""), by_name.get("role") or by_name.get("group") or ""
    place_name = PLACES[place].name if place in PLACES else ""
    work_name = name_work(work) if work in WORKS else ""
    words = [figure_id, figure_id.replace(".", " ").replace("_", " "), place_name, work_name, title]
    level, measure = by_name.get("level", ""), by_name.get("measure", "")
    values = {"place": {place}, "role": {work}, "level": {level}, "measure": {kind, measure}}
    return Entry(figure_id, values, f" {' '.join(words)} ".lower())


# --- filters --------------------------------------------------------------------------------------------------


@functools.cache
def _spellings_of(name: str) -> dict[str, str]:
    """Return a filter's values, as ids spell them, by their accepted spellings in lower case."""
    if name == "place":
        spellings = {name: place.slug for place in PLACES.values() for name in (place.region, place.name, place.slug)}
        spellings |= dict.fromkeys(("all", "world", "everywhere"), EVERYWHERE.slug)
    elif name == "role":
        spellings = {name_work(work): work for work in WORKS} | {work: work for work in WORKS}
    elif name == "level":
        spellings = {level: level for level in (*LEVEL_GROUPS, *STATED_LEVELS)}
    else:
        kinds = (*KINDS, "claim", "roles", "reported", "frame", "ladder", "adoption", *MEASURES)
        spellings = {kind: kind for kind in kinds} | {word: kind for word, kind in SYNONYMS.items() if kind in kinds}
    return {spelling.lower(): value for spelling, value in spellings.items()}


def _find_in_words(name: str, text: str) -> list[str]:
    """Return the values of a filter that a free text names; a place counts only if the whole text is its name.

    Text such as "us_ca" is taken for a subdivision, for which only figures of disclosure exist.
    """
    if name == "place":
        if re.fullmatch(r"[a-z]{2}_[a-z0-9]{1,3}", text.lower()):
            return [text.lower()]
        return [place.slug for start, end, place in find_places(text) if (start, end) == (0, len(text))]
    patterns = {"role": work_patterns(), "level": LEVELS}.get(name, ())
    return list(find_values(patterns, text))


def _understand_filter(name: str, text: str) -> str:
    """Return the value that a text names, spelled as in ids. Raises `FilterError` with similar known names."""
    key, values = text.strip().lower(), _spellings_of(name)
    for spelling in (key, key.replace(" ", "_").replace("-", "_"), key.rstrip("s")):
        if spelling in values:
            return values[spelling]
    if len(found := _find_in_words(name, text)) == 1:
        return found[0]
    near = difflib.get_close_matches(key, values, n=4, cutoff=0.6) or (values.values() if len(values) < 70 else ())
    choices = dict.fromkeys(word if values[word] == word else f"{word} ({values[word]})" for word in near)
    what = "role or group of roles" if name == "role" else name
    raise FilterError(f"no {what} {text!r}" + (f"; known: {', '.join(choices)}" if choices else ""))


@dataclass(frozen=True, kw_only=True)
class SearchTerms:
    """A search: for each part of an id the values that fit, and words that must all occur."""

    parts: Mapping[str, frozenset[str]]
    words: tuple[str, ...]

    def fits(self, entry: Entry, *, without: str = "") -> bool:
        """Whether an entry fits. `without` names a filter that is ignored; "words" ignores the words."""
        if any(name != without and values.isdisjoint(entry.values[name]) for name, values in self.parts.items()):
            return False
        beginnings = (f" {word} " if len(word) <= SHORT else f" {word}" for word in self.words)
        return without == "words" or all(beginning in entry.text for beginning in beginnings)


def understand(words: str, **filters: str | None) -> SearchTerms:
    """Turn words and filters into a search.

    Where a filter is given, words of the same kind do not count. Raises `FilterError` for an unknown value.
    """
    given = {name: text for name, text in filters.items() if text and text.strip()}
    parts = {name: frozenset([_understand_filter(name, text)]) for name, text in given.items()}
    places = list(find_places(words))
    named = {"place": frozenset(place.slug for _, _, place in places)}
    rest = " ".join(split_around(words, [(start, end) for start, end, _ in places]))
    patterns = {"level": LEVELS, "role": work_patterns()}
    if re.fullmatch(r"[\w.]+\.[\w.]+", words.strip()):
        del patterns["role"]  # an id says its role itself
    for name, known in patterns.items():
        named[name] = frozenset(find_values(known, rest))
        for pattern, _ in known:
            rest = pattern.sub(" ", rest)
    parts |= {name: values for name, values in named.items() if values and name not in parts}
    return SearchTerms(parts=parts, words=terms_of(rest))


# --- the list -------------------------------------------------------------------------------------------------


def list_figures(snapshot: Snapshot, terms: SearchTerms, *, first: int, most: int) -> dict[str, Any]:
    """Return a page of the figures that fit, in short form, and how the search was understood.

    `first` is the index of the page's first figure, and `most` the most figures on a page.
    """
    entries = _entries_of(snapshot)
    ids = [entry.id for entry in entries if terms.fits(entry)]
    page = ids[first : first + most]
    answer = head(snapshot) | {
        "understood": {name: sorted(values) for name, values in terms.parts.items()} | {"words": list(terms.words)},
        "total": len(ids),
        "figures": [summarise(row, snapshot) for row in snapshot.read(page)],
    }
    if first + len(page) < len(ids):
        answer["next_offset"] = first + len(page)
        answer["by_kind"] = dict(Counter(name.partition(".")[0] for name in ids).most_common())
    if not ids:
        answer["remedy"] = _relax(entries, terms)
    elif not page:
        answer["remedy"] = f"offset {first:,} is beyond the last of {len(ids):,} figures"
    return answer


def _relax(entries: Iterable[Entry], terms: SearchTerms) -> str:
    names = [*terms.parts, *(["words"] if terms.words else [])]
    counts = {name: sum(terms.fits(entry, without=name) for entry in entries) for name in names}
    hints = [f"dropping {name} leaves {count:,}" for name, count in counts.items() if count]
    remedy = f"no figure fits all filters and words; {', '.join(hints) or 'use fewer of them'}"
    parts = [min(terms.parts.get(name, ("",))) for name in ("place", "role", "level")]
    return f"{remedy}; `get` of pay.{'.'.join(parts)} says what is missing for its pay" if all(parts) else remedy
