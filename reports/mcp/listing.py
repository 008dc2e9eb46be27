"""Find figures by plain words and by filters, for the tool `list` and the command `guide list`.

Words are read and scored by `reports.search`, as on the site. Beside the figures of the ledger, the cell at the address
that the words name is read, since it may answer more exactly. Filters compare the parts of an id, which the grammar of
addresses names (`addresses.KINDS`): place, role or group of roles, level, and measure. With filters, all printable
cells are searched.
"""

from __future__ import annotations

import difflib
import functools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reports.figures.addresses import KINDS, parts_of
from reports.figures.declared.pay_figures import STATED_LEVELS
from reports.figures.declared.share_figures import EMPLOYERS
from reports.figures.places import EVERYWHERE, PLACES
from reports.mcp.answers import head, summarise
from reports.mcp.market import Snapshot
from reports.search.address import addresses_of
from reports.search.find import Found, find, find_by
from reports.search.index import Entry, facets_of, make_entries
from reports.search.question import Question, read_question
from reports.search.say import say_differences, say_nothing
from reports.search.table import Sense, make_table
from reports.wording.work import WORKS, name_work
from transforms.records.vocabulary import LEVEL_GROUPS
from warehouse.marts.measures import MEASURES

MAX_LISTED = 25
"""The most figures on one page. A figure that is not in the ledger takes up to 0.2 s to compute with its provenance."""
FACETS = {"place": "place", "role": "work", "level": "level"}
"""The facets that filters name; the filter `measure` names kinds of figures and measures of shares."""


class FilterError(ValueError):
    """An unknown value of a filter. The message names the value and similar known values."""


# --- filters --------------------------------------------------------------------------------------------------


@functools.cache
def _spellings_of(name: str) -> dict[str, str]:
    """Return a filter's values, as ids spell them, by their accepted spellings in lower case."""
    if name == "place":
        spellings = {name: place.slug for place in PLACES.values() for name in (place.region, place.name, place.slug)}
        spellings |= {"all": EVERYWHERE.slug}
    elif name == "role":
        spellings = {name_work(work): work for work in WORKS} | {work: work for work in WORKS}
    elif name == "level":
        spellings = {level: level for level in (*LEVEL_GROUPS, *STATED_LEVELS)}
    else:
        kinds = (*KINDS, "claim", "roles", "frame", "ladder", "adoption", *MEASURES)
        spellings = {kind: kind for kind in kinds}
    return {spelling.lower(): value for spelling, value in spellings.items()}


def _understand_filter(name: str, text: str) -> str:
    """Return the value that a text names, spelled as in ids. Raises `FilterError` with similar known names."""
    key, values = text.strip().lower(), _spellings_of(name)
    for spelling in (key, key.replace(" ", "_").replace("-", "_"), key.rstrip("s")):
        if spelling in values:
            return values[spelling]
    question = read_question(text, make_table())
    found = {sense.value for sense in question.values_of(FACETS.get(name, "topic"))}
    if len(found) == 1 and not question.unknown and (value := found.pop()) in values.values():
        return value
    near = difflib.get_close_matches(key, values, n=4, cutoff=0.6) or (values.values() if len(values) < 70 else ())
    choices = dict.fromkeys(word if values[word] == word else f"{word} ({values[word]})" for word in near)
    what = "role or group of roles" if name == "role" else name
    raise FilterError(f"no {what} {text!r}" + (f"; known: {', '.join(choices)}" if choices else ""))


@dataclass(frozen=True, kw_only=True)
class SearchTerms:
    """A search: words, and for each filter the value that an id must have."""

    words: str
    filters: Mapping[str, str]

    def fits(self, figure_id: str, *, without: str = "") -> bool:
        """Whether an id has the values of all filters but the one named by `without`."""
        kind, *parts = figure_id.split(".")
        named = dict(zip(parts_of(kind) if kind in KINDS else (), parts, strict=False))
        role = named.get("role") or named.get("group") or ""
        values: dict[str, set[str | None]] = {
            "place": {named.get("place")}, "role": {role}, "level": {named.get("level")},
            "measure": {kind, named.get("measure")},
        }  # fmt: skip
        return all(value in values[name] for name, value in self.filters.items() if name != without)


def understand(words: str, **filters: str | None) -> SearchTerms:
    """Turn words and filters into a search. Raises `FilterError` for an unknown value."""
    given = {name: text for name, text in filters.items() if text and text.strip()}
    return SearchTerms(words=words, filters={name: _understand_filter(name, text) for name, text in given.items()})


# --- the search -----------------------------------------------------------------------------------------------


@functools.lru_cache(maxsize=1)
def entries_of(snapshot: Snapshot) -> tuple[Entry, ...]:
    """Return the figures of the ledger as they are searched."""
    return make_entries(snapshot.figures.values())


@functools.lru_cache(maxsize=1)
def _cells_of(snapshot: Snapshot) -> tuple[Entry, ...]:
    """Return the other printable cells as they are searched, short addresses first, since they say the most usual.

    Their values are read when they are listed.
    """
    names = sorted(snapshot.cells, key=lambda name: (name.startswith(EMPLOYERS), len(name), name))
    return tuple(Entry(id=name, facets=facets_of(name), title="", value="") for name in names)


def answer_words(snapshot: Snapshot, words: str) -> tuple[Found, str | None]:
    """Find figures by words; return also the id of a cell that answers more exactly than the first, if one does."""
    found = find(words, entries_of(snapshot), make_table())
    first = found.figures[0] if found.figures else None
    names = addresses_of(found.question, make_table()) if found.question.is_understood else []
    is_exact = (
        first is not None and first.value and not say_differences(found.question, first, snapshot.published.as_of)
    )
    if is_exact or any(name in snapshot.figures for name in names):
        return found, None
    cells = snapshot.read([name for name in names if snapshot.has(name)])
    return found, next((cell.figure for cell in cells if cell.value is not None), None)


def list_figures(snapshot: Snapshot, terms: SearchTerms, *, first: int, most: int) -> dict[str, Any]:
    """Return a page of the figures that fit, in short form, and how the search was understood.

    `first` is the index of the page's first figure, and `most` the most figures on a page.
    """
    table, as_of = make_table(), snapshot.published.as_of
    question = read_question(terms.words, table)
    exact, found = None, Found(question=question)
    if terms.filters:
        ids = _filter(snapshot, terms, question)
    elif terms.words.strip():
        found, exact = answer_words(snapshot, terms.words)
        ids = [*([exact] if exact else []), *found.ids]
    else:
        ids = [entry.id for entry in (*_by_value(entries_of(snapshot)), *_cells_of(snapshot))]
    answer = head(snapshot) | {"understood": _describe(question) | dict(terms.filters), "total": len(ids)}
    page = ids[first : first + most]
    facets = {name: Entry(id=name, facets=facets_of(name), title="", value="") for name in page}
    figures = []
    for row in snapshot.read(page):
        differs = say_differences(question, facets[row.figure], as_of) if terms.words.strip() else ""
        figures.append(summarise(row, snapshot) | ({"differs": differs} if differs else {}))
    answer["figures"] = figures
    if first + len(page) < len(ids):
        answer["next_offset"] = first + len(page)
        answer["by_kind"] = dict(Counter(name.partition(".")[0] for name in ids).most_common())
    if not ids:
        answer["remedy"] = _relax(snapshot, terms) if terms.filters else say_nothing(found)
    elif not page:
        answer["remedy"] = f"offset {first:,} is beyond the last of {len(ids):,} figures"
    return answer


def _by_value(entries: Iterable[Entry]) -> Sequence[Entry]:
    return sorted(entries, key=lambda entry: entry.value is None)


def _filter(snapshot: Snapshot, terms: SearchTerms, question: Question) -> list[str]:
    """Return ids that fit all filters; with words, those that may answer, best first."""
    known = entries_of(snapshot)
    printed, withheld = ([one for one in known if (one.value is None) == is_open] for is_open in (False, True))
    fitting = [entry for entry in (*printed, *_cells_of(snapshot), *withheld) if terms.fits(entry.id)]
    if not terms.words.strip():
        return [entry.id for entry in fitting]
    senses = [sense for sense in question.senses if sense.facet not in {FACETS.get(name) for name in terms.filters}]
    senses += [Sense(FACETS[name], value) for name, value in terms.filters.items() if name in FACETS]
    asked = Question(senses=tuple(senses), words=question.words)
    return find_by(asked, fitting, make_table(), most=len(fitting)).ids


def _describe(question: Question) -> dict[str, Any]:
    """Return how words were understood: the values of each facet, and words that nothing explains."""
    facets: dict[str, list[str]] = {}
    for sense in question.senses:
        facets.setdefault(sense.facet, []).append(sense.value)
    unknown = {"not understood": list(question.unknown)} if question.unknown else {}
    return facets | unknown


def _relax(snapshot: Snapshot, terms: SearchTerms) -> str:
    ids = [entry.id for entry in (*entries_of(snapshot), *_cells_of(snapshot))]
    counts = {name: sum(terms.fits(one, without=name) for one in ids) for name in terms.filters}
    hints = [f"dropping {name} leaves {count:,}" for name, count in counts.items() if count]
    remedy = f"no figure fits all filters; {', '.join(hints) or 'use fewer of them'}"
    parts = [terms.filters.get(name, "") for name in ("place", "role", "level")]
    return f"{remedy}; `get` of pay.{'.'.join(parts)} says what is missing for its pay" if all(parts) else remedy
