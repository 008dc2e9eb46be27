"""Find in an advert's text and title where a remote worker may live, if the location does not say.

The text names countries after a demand ("must be based in Spain") or after a word for remote work ("anywhere in the
EU"). Cities are offices and state no scope. Time zones are rules about hours.

"We cannot hire in Ohio" and "anywhere in the EU except France" rule places out.

"Remote (EU)" and "open to US-based candidates" state a scope by the marks or words around the names.

A title names a country in a part of its own ("Engineer (Chile/Peru)"). The title counts only if it names all countries
of the known places. A group of countries counts only if no places are known, since it may be a sales territory.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from transforms.place.gazetteer import groups, is_code, key, members_of
from transforms.place.location_line import Item, codes_of, has_time_zone, is_understood, items_in, ruled_out_in
from transforms.place.workplace_text import fold_letters, fold_to_bytes
from transforms.text.exclusion import exclusions_in
from transforms.text.lookups import rows_of
from transforms.text.multi_match import Phrases

DEMAND, REFUSAL, LABEL = "demand", "refusal", "label"
APPLICANTS = "applicants"
"""Words before a place that are a refusal if a rejection follows, and a demand if an acceptance follows: "candidates in
Ohio will not be considered", "applicants based in Kenya are welcome"."""
ANYWHERE = "anywhere"
"""Words for every place, which are a demand if the sentence speaks of work and goes on to rule places out:
"work anywhere except in Russia"."""
BESIDE, PEOPLE, ALONE = "beside", "people", "alone"
"""Words that are a demand only by what is around the places: a bracket, colon or dash before them ("remote (EU)"), a
word for people after them ("open to US-based candidates"), or nothing else in their line ("Based in South America")."""
MAX_BEFORE_REJECTION = 100
"""Number of characters after these words that may say that people from the places are rejected or accepted."""
MAX_TITLE_PART = 60
"""Maximum number of characters in a part of a title that holds only a workplace and a place."""
MAX_NAMES = 90
"""Number of characters after a demand that are searched for countries."""
MAX_BEFORE_NAME = 8
"""Maximum number of characters between a demand and the first country: "in the "."""
MAX_DEMANDS = 40
"""Maximum number of demands that are checked in a text."""
TEXTS_KEPT = 256
"""Number of texts whose demands are cached: several readers ask for those of one text."""
TITLE_CUT = re.compile(r"[()（）【】\[\]|｜–—,、，/／•·]| - ")
MAX_ZONE = 12
"""Number of characters after names that may show that these names belong to a time zone."""
MAX_BEFORE = 40
"""Number of characters before a demand that may deny the demand, or show that it concerns somebody else."""
_PEOPLE = re.compile(
    r"[ -]?(?:only\b|(?:based |only )?(?:residents?|candidates?|applicants?|citizens?|people|talent)\b)"
)
_HOME = re.compile(r"based|bases|basad|live|living|locat|resid|wohn|bosatt|bosat")
"""Words of a demand that mean a home: "applicants from Kenya are welcome" says nothing of those elsewhere."""
_AFTER_ALONE = re.compile(r"[\s,.;]*(?:[(]?(?:only|required|mandatory|a must)[)]?)?[\s.;]*")
_NO_APPLICATION = re.compile(
    r"(?:not|n't|unable|no longer) (?:\w+ ){0,2}(?:appl|consider|proceed|hir|employ|eligible|accept|move)"
)
_BEFORE_NOUN = re.compile(r"\w|(?:(?<=weit)|(?<=wide))\s\w+e[nrs]?\b")
"""What follows words that name a country by themselves if they belong to a noun: "bundesweit tätige Kunden"."""
_ELISION = re.compile("(?<=\\w)['’](?=[A-ZÀ-Þ])")
_SENTENCE_END = re.compile(r"[.;!?\n•|]")
_NAMES_END = re.compile(r"[.;:!?()\n•|]|\s(?:with|to|who|due|because|as|so|for|on|at|but|unless|while|during)\s")


def parts_of_title(title: str) -> Iterator[tuple[int, str]]:
    """Yield the parts of a title after its separators, each with its offset.

    Parts longer than `MAX_TITLE_PART` are left out.
    """
    begins = [match.end() for match in TITLE_CUT.finditer(title)]
    ends = [*(match.start() for match in TITLE_CUT.finditer(title)), len(title)][1:]
    for begin, end in zip(begins, ends, strict=True):
        part = title[begin:end].strip()
        if part and len(part) <= MAX_TITLE_PART:
            yield title.index(part, begin), part


def scope_in_title(title: str, countries: frozenset[str]) -> tuple[str, ...]:
    """Return the countries that a title names in a part without a city, sorted.

    `countries` are the countries of the advert's places. Return () unless the title names all of them and no group of
    countries. If `countries` is empty, groups of countries count too. ISO codes count only for these countries.
    """
    scope: set[str] = set()
    for _, part in parts_of_title(title):
        if part[0].isupper() and is_understood(part):
            items = items_in(part, countries)
            if any(item.chosen and item.chosen.city for item in items):
                return ()  # the country of an address: "Lyon, France"
            if items and all(_is_country(item, part[item.start : item.end], countries) for item in items):
                scope |= scope_of(items)
    if not countries:
        return tuple(sorted(scope))
    return tuple(sorted(scope)) if countries <= scope and all(len(members_of(token)) == 1 for token in scope) else ()


def groups_in_title(title: str) -> tuple[str, ...]:
    """Return the groups of countries that a title names in brackets with nothing else ("Engineer (EMEA)"), sorted.

    Words that mean remote work by themselves ("Engineer - Worldwide") need no brackets. Return () for roles that have a
    territory of customers: "Account Executive (EMEA)".
    """
    for start, part in parts_of_title(title):
        if title[start - 1 : start] not in ("(", "[") and not any(word in key(part) for word in _worldwide()):
            continue
        items = items_in(part)
        has_groups = any(item.group for item in items) and all(item.is_area for item in items)
        is_remote = has_groups and any(item.group and item.group.implies_remote for item in items)
        if has_groups and (is_remote or title[start - 1 : start] in ("(", "[")) and is_understood(part):
            has_territory = _patterns_of("territory").search(fold_letters(title[:start])) is not None
            return () if has_territory and not is_remote else tuple(sorted(scope_of(items)))
    return ()


@functools.cache
def _worldwide() -> frozenset[str]:
    """Return the first words of the names of groups that mean remote work by themselves."""
    return frozenset(name.split()[0] for name, group in groups().items() if group.implies_remote)


class TextScope(NamedTuple):
    """Where a text asks a person to live, and what it rules out.

    `scope` holds countries and groups, sorted; it is empty if the text only rules places out. `ruled_out` holds codes
    as `ruled_out_in` returns them. The words from `start` to `end` say so. `is_location` is set for words in the form
    of a location: "Remote (US and Canada)".
    """

    scope: tuple[str, ...]
    ruled_out: frozenset[str]
    start: int
    end: int
    is_location: bool = False


def scope_in_text(text: str, countries: frozenset[str] = frozenset()) -> TextScope | None:
    """Return where a text asks a person to live. The first demand counts, and all refusals. None if the text says
    nothing.

    `countries` are those of the advert's places: where these include the US, "CA" is California.
    """
    demands = demands_in(text, has_labels=False)
    refusals = [demand for demand in demands if demand.kind == REFUSAL]
    ruled_out = frozenset(code for demand in refusals for code in codes_of(demand.items))
    for demand in demands:
        if demand.country or (demand.kind == DEMAND and demand.items[0].is_area):
            names = _SENTENCE_END.split(text[demand.end : demand.end + MAX_NAMES], maxsplit=1)[0]
            ruled_out |= ruled_out_in(_fold_names(names), countries)
            if demand.country:
                return TextScope((demand.country,), ruled_out, demand.start, demand.end)
            areas = [item for item in demand.items if item.is_area]
            is_location = text[demand.end - 1] in "([:"
            scope, end = tuple(sorted(scope_of(areas))), demand.end + areas[-1].end
            return TextScope(scope, ruled_out, demand.start, end, is_location)
    return TextScope((), ruled_out, refusals[0].start, refusals[0].end) if ruled_out else None


def find_ruled_out(text: str, countries: frozenset[str] = frozenset()) -> TextScope | None:
    """Return what `scope_in_text` does if the text may rule places out, else None."""
    return scope_in_text(text, countries) if _may_rule_out(text) else None


def _may_rule_out(text: str) -> bool:
    rows, search, _ = _demands()
    for _, end, number in search.find(fold_to_bytes(text)):
        kind = rows[number][0]
        if kind == LABEL or not _may_open(kind, text, end):
            continue
        if kind == REFUSAL or exclusions_in(text[end : end + MAX_NAMES]):
            return True
        if kind == APPLICANTS and _find_decision(fold_letters(text[end : end + MAX_BEFORE_REJECTION]), 0) == REJECTION:
            return True
    return False


def _is_country(item: Item, words: str, countries: frozenset[str]) -> bool:
    """Whether an item is a group of countries or a country. An ISO code is one only if it is among `countries`."""
    if item.chosen is None or item.chosen.city or item.town or item.chosen.subdivision:
        return item.group is not None
    return item.chosen.country in countries or not is_code(words)


class Demand(NamedTuple):
    """Words of a text with the places after them.

    `kind` is `DEMAND` for words that say where a person must live, `REFUSAL` for words that say where nobody is hired,
    and `LABEL` for a label ("Location:"). `country` is set for words that name a country or group by themselves; then
    there are no `items`. Offsets of the items count from `end`.
    """

    kind: str
    country: str | None
    items: Sequence[Item]
    start: int
    end: int


@functools.lru_cache(maxsize=TEXTS_KEPT)
def demands_in(text: str, *, has_labels: bool = True) -> tuple[Demand, ...]:
    """Return the demands of a text that somebody else's place or a denial does not explain, in order.

    Labels are left out unless `has_labels`.
    """
    return tuple(_demands_in(text, has_labels))


def _demands_in(text: str, has_labels: bool) -> Iterator[Demand]:
    rows, search, search_with_starts = _demands()
    data = fold_to_bytes(text)
    hits = [(rows[number][0], end) for _, end, number in search.find(data)]
    hits = [(kind, end) for kind, end in hits if (has_labels or kind != LABEL) and _may_open(kind, text, end)]
    plain = fold_letters(text) if hits else ""
    if not any(_may_be_demand(kind, text, plain, end) for kind, end in hits):
        return
    ends = {start: (end, number) for start, end, number in search_with_starts.find(data)}
    for start, (end, number) in itertools.islice(ends.items(), MAX_DEMANDS):
        kind, country = rows[number]
        if (kind == LABEL and not has_labels) or not _may_be_demand(kind, text, plain, end):
            continue
        if kind not in (REFUSAL, APPLICANTS) and _is_denied(plain, start, end):
            continue
        if country:
            if _is_of_work(plain, start, end) if kind == ANYWHERE else not _BEFORE_NOUN.match(plain, end):
                yield Demand(DEMAND, country, (), start, end)
            continue
        names = text[end : end + len(_NAMES_END.split(plain[end : end + MAX_NAMES], maxsplit=1)[0])]
        is_bracket_next = text[end + len(names) : end + len(names) + 1] == "("  # "Europe (UTC to UTC+3)"
        if has_time_zone(names if is_bracket_next else text[end : end + len(names) + MAX_ZONE]):
            continue
        if kind == DEMAND and (closed := _find_closed(text[end : end + MAX_NAMES])):
            yield Demand(REFUSAL, None, closed, start, end)
            continue
        items = items_in(_fold_names(names))
        if items and items[0].start <= MAX_BEFORE_NAME:
            decided = _kind_by_surroundings(kind, plain, (start, end, end + len(names)), items)
            if decided is not None:
                yield Demand(decided, None, items, start, end)


def _fold_names(names: str) -> str:
    """Return names with blanks folded and articles and prepositions apart: "dell Unione Europea"."""
    return _ELISION.sub(" ", " ".join(names.split()))


def _find_closed(rest: str) -> Sequence[Item]:
    """Return the places that the rest of a sentence begins to rule out: "other than Alaska", after "in any state"."""
    names = _fold_names(_SENTENCE_END.split(rest, maxsplit=1)[0])
    first = next(iter(exclusions_in(names)), None)
    return items_in(names[first.first : first.last].strip()) if first and not first.start else ()


def _has_exception(text: str, end: int) -> bool:
    """Whether a sentence goes on at `end` with places that it rules out, and with no others."""
    rest = _SENTENCE_END.split(text[end : end + MAX_NAMES], maxsplit=1)[0]
    names = _fold_names(rest) if exclusions_in(rest) else ""
    return bool(names) and bool(ruled_out_in(names)) and not any(item.is_area for item in items_in(names))


def _is_of_work(plain: str, start: int, end: int) -> bool:
    """Whether the sentence speaks of work, a home or hiring: not "we sell everywhere except China"."""
    before = _SENTENCE_END.split(plain[max(0, start - MAX_NAMES) : end])[-1]
    after = _SENTENCE_END.split(plain[end : end + MAX_NAMES], maxsplit=1)[0]
    return _patterns_of("work").search(before + after) is not None


def _may_be_demand(kind: str, text: str, plain: str, end: int) -> bool:
    """Whether words of a kind that end at `end` may be a demand. It needs no start, and most weak words are none."""
    if kind == APPLICANTS:
        return _find_decision(plain, end) is not None
    return _may_open(kind, text, end) and (kind != ALONE or _is_alone(plain, end))


def _may_open(kind: str, text: str, end: int) -> bool:
    """Whether words of a kind may open a list of places, judging by what follows.

    A capital, or anything in a bracket, may name a place: "looking for people" asks for none.
    """
    if kind == ANYWHERE:
        return _has_exception(text, end)
    return kind not in (PEOPLE, ALONE, BESIDE) or text[end : end + 1].isupper() or text[end - 1 : end] in ("(", "[")


def _is_alone(plain: str, end: int) -> bool:
    return _alone().fullmatch(plain, plain.rfind("\n", 0, end - 1) + 1, end) is not None


def _is_denied(plain: str, start: int, end: int) -> bool:
    """Whether the words before a demand deny it, make it somebody else's, or make it a condition ("if you live in").

    "If you are not based in" is a demand only where such people are told not to apply.
    """
    before = max(0, start - MAX_BEFORE)
    if _no_demand().search(plain, before, start):
        return True
    if " not " in plain[start:end]:
        return not _NO_APPLICATION.search(plain, max(0, start - MAX_NAMES), end + MAX_BEFORE_REJECTION)
    return _condition().search(plain, before, start) is not None


def _kind_by_surroundings(kind: str, plain: str, at: tuple[int, int, int], items: Sequence[Item]) -> str | None:
    """Return what a demand of a kind is by the words around its names, None if it is none.

    `at` holds the start and end of the demand's words and the end of the names.
    """
    start, end, last = at
    if kind in (DEMAND, REFUSAL, LABEL):
        return kind
    if kind == APPLICANTS:
        if _find_decision(plain, end) == REJECTION:
            return REFUSAL
        return DEMAND if _HOME.search(plain, start, end) else None
    if not all(item.is_area for item in items):
        return None
    after = plain[end + items[-1].end : last + MAX_BEFORE_NAME]
    if kind == BESIDE:
        return DEMAND
    if kind == PEOPLE:
        return DEMAND if _PEOPLE.match(after) else None
    sentence = _SENTENCE_END.split(plain[end + items[-1].end : end + MAX_NAMES], maxsplit=1)[0]
    return DEMAND if _AFTER_ALONE.fullmatch(sentence) else None


REJECTION, ACCEPTANCE = "rejection", "acceptance"


def _find_decision(plain: str, start: int) -> str | None:
    """Return whether the sentence goes on at `start` with words that reject people ("cannot be considered") or accept
    them ("are welcome"); None if with neither."""
    rest = _SENTENCE_END.split(plain[start : start + MAX_BEFORE_REJECTION], maxsplit=1)[0]
    return next((kind for kind in (REJECTION, ACCEPTANCE) if _patterns_of(kind).search(rest)), None)


def scope_of(items: Iterable[Item]) -> set[str]:
    """Return the countries and groups of countries that items name."""
    scope = {item.chosen.country for item in items if item.chosen}
    for item in items:
        if item.group:
            scope |= set(item.group.scope)
    return scope


@functools.cache
def _demands() -> tuple[tuple[tuple[str, str | None], ...], Phrases, Phrases]:
    """Return for each demand its kind and its country, and two searches for all demands.

    The second search finds where each demand starts and takes four times as long. Few texts need it.

    The country is None for a demand that countries follow ("must be based in"). It is set for a demand that means a
    country by itself ("bundesweit").
    """
    rows = list(rows_of("scope_demands"))
    marks = {LABEL: " ?: ?", BESIDE: r" ?[(\[:-] ?", ANYWHERE: r"[\s,(-]"}
    endings = [marks.get(row["kind"] or "", "" if row["country"] else r"\s") for row in rows]
    patterns = [fold_letters(row["pattern"] or "") for row in rows]
    expressions = [rf"\b(?:{pattern}){end}" for pattern, end in zip(patterns, endings, strict=True)]
    return (
        tuple((row["kind"] or "", row["country"]) for row in rows),
        Phrases(expressions, has_starts=False),
        Phrases(expressions, has_starts=True),
    )


@functools.cache
def _alone() -> re.Pattern[str]:
    patterns = [fold_letters(row["pattern"] or "") for row in rows_of("scope_demands") if row["kind"] == ALONE]
    return re.compile(rf"\W*\b(?:{'|'.join(patterns)})\s")


@functools.cache
def _patterns_of(kind: str) -> re.Pattern[str]:
    patterns = [row["pattern"] or "" for row in rows_of("scope_denials") if row["kind"] == kind]
    return re.compile(rf"\b(?:{'|'.join(patterns)})\b")


@functools.cache
def _no_demand() -> re.Pattern[str]:
    by_kind: dict[str | None, list[str]] = {}
    for row in rows_of("scope_denials"):
        by_kind.setdefault(row["kind"], []).append(row["pattern"] or "")
    denials, others = "|".join(by_kind["denial"]), "|".join(by_kind["others"])
    return re.compile(rf"(?:(?:{denials})|\b(?:{others})\b[^.,;:!?\n]{{0,12}})\s+(?:\w+ ){{0,2}}$")


@functools.cache
def _condition() -> re.Pattern[str]:
    patterns = [row["pattern"] or "" for row in rows_of("scope_denials") if row["kind"] == "condition"]
    return re.compile(rf"\b(?:{'|'.join(patterns)}) (?:\w+ ){{0,2}}$")
