"""The places, groups of countries and workplace words that a line about a location names.

The line is cut at separators into pieces ("London, UK or Remote - EMEA" has four). A piece is read as a whole or word
by word. It may mean a country, subdivision, city, group of countries, or a word for the workplace. Two neighbouring
places become one if one contains the other ("London, ON"; "Germany - Berlin").

A place may still have several meanings. The choice between them depends first on what the caller knows, then on the
other places of the line ("Cambridge" next to "Boston"), then on the score. The score is the number of inhabitants
weighted by the number of adverts in the country, so a name alone means the place that most adverts mean.

A time zone is a rule about working hours and names no place. Places that the line rules out ("Europe, excluding UK")
are read apart (`ruled_out_in`). The employer's seat beside another place ("Remote (HQ: Berlin)") and what holds for
some roles are left out.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from transforms.place.gazetteer import (
    ADDRESSED_BY_STATE,
    METROPOLIS,
    NICKNAME,
    WELL_KNOWN,
    Group,
    Meaning,
    alone,
    city_states,
    departments,
    gazetteer,
    groups,
    key,
    noise,
    region_of,
    territories,
    with_members,
    workplaces,
)
from transforms.text.exclusion import exclusions_in
from transforms.text.lookups import rows_of

MAX_LOCATION = 4_000
"""Maximum number of characters of a line that are read; lists of all offices of an employer are shorter."""
MAX_NAME = 6
"""Maximum number of words in a name that is looked for within a piece."""
MAX_TOWN = 4
"""Maximum number of words in the name of a town before a state."""
KNOWN_COUNTRY_WEIGHT = 1e15
"""Factor of the score of a meaning in a country that the caller knows. Such a meaning always wins."""
CONTEXT = 30.0
"""Factor of the score of a meaning in a country of the line's other places."""
NEAR_CONTEXT = 4.0
"""Factor of the score of a meaning on a continent of the line's other places. It also applies, on top of `CONTEXT`, to
a meaning in a state of the line's other places.
"""
FAR_AHEAD = 20.0
"""A city is evidence of its country if its score is more than this multiple of the next namesake's score."""
STATE_CODE = 4.0
"""Weight of a state against a country with the same code, after a town ("Richmond, CA")."""
MIN_TOWN = 4
"""Minimum number of letters in the name of a town before a state. Shorter names of countries are codes in a list ("UK,
NY")."""
CONTEST = 20_000.0
"""A name is open between meanings whose scores differ by at most this factor."""
MAX_CONTESTED = 4
"""Maximum number of items of a line that are held against the advert's text: longer lists decide by themselves."""
STRONG_HINT = 40.0
"""Factor of a hint that decides what a name of `places_alone.csv` means."""
IN_DEPARTMENT = 100.0
"""Factor of a place in the region of the department whose number stands beside it."""
MIN_SHARE = 0.005
"""A city is read as lying in the place next to it ("London, Canada") only if its score is at least this share of the
best score among the cities with its name.
"""
MIN_SHARE_IN_LIST = 0.1
"""The same share in a line that lists cities, or if the place next to the city is named like a city ("Boston, New
York").
"""
MAX_BEFORE_RULED_OUT = 12
"""Maximum number of characters between a word of exclusion and the first name that it rules out: "excluding the"."""
REMOTE = "remote"
NEAR = frozenset(("outside", "outside of"))
"""Words of exclusion that, first in a line and before a city, mean a place near the city."""
_BEFORE_NEAR = " ,;-–—|/(justJUST"
_ELSEWHERE = re.compile(
    r"(?<=[\w.])\s?(?:[(\[,;|]\s?(?:(?:our|the|with|an?|global|corporate|main|company|team|firm) ){0,3}"
    r"(?:(?:hq|headquarters|head office|headquartered)(?: is| are| based| located)?(?: in| at|:| -)?"
    r"|(?:company|team|firm|employer) (?:is )?(?:based|located|headquartered) in)"
    r" (?!(?:or|and|in|remote|hybrid|on-?site|office)\b)(?=[^\s)\];|/&])[^()\[\];|]*"
    r"|(?:[(\[]\s?(?:\+|&|also|plus|or)[^()\[\]]*|[(\[,;|+&/][^()\[\];|+&/]*)"
    r" (?:for|in) (?:some|certain|select|selected|a few|other) (?:roles|positions|jobs|teams)\b)",
    re.IGNORECASE,
)
_OF_ELSEWHERE = ("hq", "head", "based", "located", "roles", "positions", "jobs", "teams")
"""Each match of `_ELSEWHERE` holds one of these."""


@dataclass(slots=True)
class Item:
    """A place, a group of countries or a word for the workplace in a line.

    - `glue`: what stands between this item and the item before: start, strong (";", "|"), word ("or"), slash, comma,
      dash, open (a bracket opens), close (a bracket closed) or space
    - `paren`: the number of the brackets around the item, 0 outside brackets
    - `chunk`: the number of the stretch between strong separators
    - `chosen`: the meaning that was decided on
    """

    start: int
    end: int
    glue: str
    paren: int
    chunk: int
    meanings: list[Meaning] = field(default_factory=list)
    group: Group | None = None
    workplace: str | None = None
    keys: list[str] = field(default_factory=list)
    is_code: bool = False
    is_weak: bool = False
    has_country: bool = False
    words: str = ""
    town: str | None = None
    chosen: Meaning | None = None

    @property
    def is_place(self) -> bool:
        """Whether this is a group of countries, or a place whose meaning is decided."""
        return self.group is not None or self.chosen is not None

    @property
    def is_area(self) -> bool:
        """Whether this is a country, subdivision or group, not a city."""
        return self.group is not None or (self.chosen is not None and not self.chosen.city and not self.town)


def fold_spaces(text: str) -> str:
    """Return a text with white space folded, cut to `MAX_LOCATION` characters."""
    return " ".join(text.split())[:MAX_LOCATION]


Hints = tuple[tuple[str, float], ...]
"""Countries and subdivisions, by code, with the factor by which places there are likelier."""


@functools.cache
def factors_of_trust() -> dict[str, float]:
    """Return the factors of `place_trust.csv` by witness; that of a metropolis is the most that hints may weigh
    against it: an advert in London that also states Canadian pay is not in Ontario."""
    return {row["witness"] or "": float(row["factor"] or 1) for row in rows_of("place_trust")}


def items_in(line: str, known_countries: frozenset[str] = frozenset(), hints: Hints = ()) -> tuple[Item, ...]:
    """Return the items of a line folded by `fold_spaces`, in order, with meanings decided.

    The items are cached: do not change them. `known_countries` are countries in which the line's places are known to
    lie, and `hints` are what else the advert speaks of (`spoken_countries`).
    """
    return _items_in(line, known_countries, hints)


@functools.lru_cache(maxsize=20_000)
def _items_in(line: str, known_countries: frozenset[str], hints: Hints) -> tuple[Item, ...]:
    return _decided(_without_ruled_out(line)[0], known_countries, hints)


def _decided(line: str, known_countries: frozenset[str], hints: Hints = ()) -> tuple[Item, ...]:
    items = _join_parts(_parts(line))
    number = _DEPARTMENT.search(line) if _DIGIT.search(line) else None
    if number is not None:
        items, known_countries, hints = _read_department(line, number, items, known_countries, hints)
    _decide(items, known_countries, dict(hints))
    return tuple(items)


@functools.lru_cache(maxsize=20_000)
def ruled_out_in(line: str, known_countries: frozenset[str] = frozenset()) -> frozenset[str]:
    """Return what a folded line rules out: ISO codes of countries and subdivisions, and names of groups of countries.

    Cities are left out. The places of the line itself help to decide what is meant: after "US", CA is California.

    >>> sorted(ruled_out_in("Remote, US (except CA, NY)")), sorted(ruled_out_in("Europe, not only in the UK"))
    (['US-CA', 'US-NY'], [])
    """
    ruled_out = _without_ruled_out(line)[1]
    if not ruled_out:
        return frozenset()
    around = known_countries | {item.chosen.country for item in items_in(line, known_countries) if item.chosen}
    return frozenset(code for words in ruled_out for code in codes_of(_decided(words, around)))


def countries_ruled_out(text: str) -> frozenset[str]:
    """Return the countries and groups of countries that a text about places rules out as a whole.

    The result holds ISO codes of countries, names of groups, and ISO codes of the members of these groups.

    >>> sorted(countries_ruled_out("Remote (anywhere except Canada)")), countries_ruled_out("Remote, US except Ohio")
    (['CA'], frozenset())
    """
    return with_members(code for code in ruled_out_in(fold_spaces(text)) if "-" not in code)


def codes_of(items: Iterable[Item]) -> set[str]:
    """Return the ISO codes of the countries and subdivisions that items name, and the names of groups of countries.

    A city that has the name of its state means the state; other cities are left out.
    """
    return {code for item in items for code in _codes_of(item)}


def _codes_of(item: Item) -> tuple[str, ...]:
    if item.group:
        return item.group.scope
    meaning = item.chosen
    if meaning is None:
        return ()
    if meaning.city and not item.town:
        of_country = gazetteer().subdivisions.get(meaning.country, {})
        state = of_country.get(key(meaning.city)) or of_country.get(item.keys[0])
        return (state,) if state else (meaning.country,) if meaning.country in city_states() else ()
    return () if item.town else (meaning.subdivision or meaning.country,)


@functools.lru_cache(maxsize=20_000)
def _without_ruled_out(line: str) -> tuple[str, tuple[str, ...]]:
    """Return the line with its ruled-out places blanked, and the words of these places.

    Words that exclude no place stay: "no agencies", "not remote", "not only in Spain".
    """
    kept, ruled_out = _without_others(line), []
    for one in exclusions_in(line):
        words = line[one.first : one.last]
        named = [part for part in _parts(words) if part.meanings or part.group]
        if one.is_rest or not named or (one.first >= one.end and named[0].start > MAX_BEFORE_RULED_OUT):
            continue
        if not kept[: one.start].strip(_BEFORE_NEAR) and _is_near(line[one.start : one.end], named):
            continue
        ruled_out.append(words[named[0].start : named[-1].end])
        start, end = min(one.start, one.first + named[0].start), max(one.end, one.first + named[-1].end)
        kept = kept[:start] + " " * (end - start) + kept[end:]
    return kept, tuple(ruled_out)


def _is_near(words: str, named: Sequence[_Part]) -> bool:
    """Whether a line that begins with a word of exclusion means a place near a city: "Outside London, UK"."""
    return key(words) in NEAR and bool(named[0].meanings) and not named[0].is_container


def _without_others(line: str) -> str:
    """Return a line without places of others, where other words come first.

    These are the employer's seat ("Remote (HQ: Berlin)") and what holds for some roles ("Rome (+ Bari for some
    roles)"). They are blanked, so that offsets do not change.
    """
    low = line.lower()
    if not any(word in low for word in _OF_ELSEWHERE):
        return line
    return _ELSEWHERE.sub(lambda match: " " * len(match[0]), line)


def contested(line: str, known_countries: frozenset[str]) -> list[Meaning]:
    """Return the meanings of those places of a folded line that the line alone does not decide."""
    meanings: list[Meaning] = []
    for item in items_in(line, known_countries)[:MAX_CONTESTED]:
        if not item.has_country and len({meaning.country for meaning in item.meanings}) > 1:
            best = max(meaning.score for meaning in item.meanings)
            meanings += [meaning for meaning in item.meanings if meaning.score * CONTEST >= best]
    return meanings


_DIGIT = re.compile(r"\d")
_DEPARTMENT = re.compile(
    r"^(?:\d\d|2[AB]|97\d)(?= ?[-–] ?[^\W\d])|(?<=[(,-])(?:\d\d|2[AB]|97\d)(?=\)?$)|(?<=[-,] )\d\d$"
)


def _read_department(
    line: str, number: re.Match[str], items: list[Item], known_countries: frozenset[str], hints: Hints
) -> tuple[list[Item], frozenset[str], Hints]:
    """Return items, known countries and hints with what the number of a French department says: "26 - Valence".

    A line with nothing but a department ("69 - Rhône") gets the department's region.
    """
    department = departments().get(number[0])
    if department is None or (known_countries and department[1] not in known_countries):
        return items, known_countries, hints
    name, country, subdivision = department
    rest = line[: number.start()] + line[number.end() :]
    here = [m for item in items for m in item.meanings if m.country == country]
    if key(rest) == name and not any(m.city and m.subdivision == subdivision for m in here):
        start = number.end() if number.start() == 0 else 0
        meaning = Meaning(country, subdivision or None, None, 1.0)
        item = Item(start, len(line), "start", 0, 0, meanings=[meaning], keys=[name], words=line[start:])
        return [item], known_countries, hints
    if here:
        return items, known_countries | {country}, (*hints, (subdivision, IN_DEPARTMENT))
    return items, known_countries, hints


def is_bare(line: str) -> bool:
    """Whether a folded line (`fold_spaces`) holds only words for the workplace."""
    return all(part.workplace for part in _parts(line))


@functools.lru_cache(maxsize=20_000)
def is_understood(line: str) -> bool:
    """Whether a folded line (`fold_spaces`) holds nothing that we do not understand.

    That is, it holds only places, groups, words for the workplace and words that accompany them.
    """
    is_lower = line == line.lower()
    return not any(_has_unknown(piece.text, is_lower) for piece in _pieces(line))


def _has_unknown(piece: str, is_lower: bool) -> bool:
    return _whole(piece, is_lower) is None and any(run.kind == "unknown" for run in _scan(piece, is_lower))


def has_time_zone(line: str) -> bool:
    """Whether a line mentions a time zone or hours."""
    return _TIME_ZONE.search(line) is not None


# --- cutting ----------------------------------------------------------------------------------------

_CONJUNCTIONS = "or|and|oder|und|ou|et|y|o|e|lub|oraz|eller|og|och|i|ve|veya|и|или"
_SEPARATOR = re.compile(
    r"(?:(?=\W)|(?<=[(\[]))(?:"  # rules most characters out at once
    r"(?P<strong> ?[;|•·●▪‣►→｜；、¦…]+ ?|(?-i: [+Il] ))"
    r"|(?P<open> ?[(\[{（【] ?)|(?P<close> ?[)\]}）】])"
    rf"|(?P<word>(?:,? |(?<=[(\[]))(?:{_CONJUNCTIONS}) | ?& ?)"
    r"|(?P<slash> ?(?<!\bw)[/\\／] ?)"  # "w/" means "with"
    r"|(?P<comma> ?[,，] ?|(?-i:(?<=[a-z]{4})\.(?=[A-Z])))"  # "Gurugram.India", but "St.Louis"
    r"|(?P<dash> ?[–—―:] ?| [-~@>]+ ?|[-~]+ ))",
    re.IGNORECASE,
)
_EDGES = " .*\"“”'!?"
_OREGON = re.compile(r"US\b|USA\b|United |U\.S|\d")
_JOINTS_IN_NAMES = frozenset(("word", "slash", "comma", "dash"))
_STRENGTH = {glue: n for n, glue in enumerate(("start", "strong", "word", "slash", "comma", "dash", "open", "close"))}


class _Piece(NamedTuple):
    text: str
    start: int
    end: int
    glue: str
    paren: int


def _pieces(line: str) -> list[_Piece]:
    pieces: list[_Piece] = []
    glue, begin, paren, brackets = "start", 0, 0, 0

    def cut(end: int) -> bool:
        words = line[begin:end].strip(_EDGES)
        if words:
            start = line.index(words, begin)
            pieces.append(_Piece(words, start, start + len(words), glue, paren))
        return bool(words)

    for match in _SEPARATOR.finditer(line):
        if match[0] == ", OR " and _OREGON.match(line, match.end()):
            continue
        kind = match.lastgroup or "comma"
        if cut(match.start()) or _STRENGTH[kind] < _STRENGTH[glue]:
            glue = kind
        begin = match.end()
        if kind == "open":
            brackets += 1
            paren = brackets
        elif kind == "close":
            paren = 0
    cut(len(line))
    return _rejoin_names(line, pieces)


def _rejoin_names(line: str, pieces: list[_Piece]) -> list[_Piece]:
    """Rejoin names that hold a separator: "Trinidad and Tobago", "Korea, Republic of", "Vitoria-Gasteiz"."""
    if len(pieces) < 2:
        return pieces
    whole_pieces: list[_Piece] = []
    at, count = 0, len(pieces)
    while at < count:
        first = pieces[at]
        sizes = (3, 2) if count - at > 2 else (2,) if count - at > 1 else ()
        size = next((n for n in sizes if _is_one_name(line, pieces[at : at + n])), 1)
        if size > 1:
            end = pieces[at + size - 1].end
            first = first._replace(text=line[first.start : end], end=end)
        whole_pieces.append(first)
        at += size
    return whole_pieces


def _is_one_name(line: str, run: list[_Piece]) -> bool:
    has_comma = False
    for piece in run[1:]:
        if piece.glue not in _JOINTS_IN_NAMES or piece.paren != run[0].paren:
            return False
        has_comma = has_comma or piece.glue == "comma"
    if has_comma and key(run[0].text).partition(" ")[0] not in _first_words_of_joined():
        return False
    name = key(line[run[0].start : run[-1].end])
    if name in gazetteer().joined:
        return True
    cities = [m for m in gazetteer().names.get(name) if m.city]
    return not has_comma and any(m.population >= WELL_KNOWN or key(m.city or "") == name for m in cities)


@functools.cache
def _first_words_of_joined() -> frozenset[str]:
    """Return the words with which the names begin that may hold a comma: "korea", of "Korea, Republic of"."""
    return frozenset(("the", *(name.partition(" ")[0] for name in gazetteer().joined)))


# --- what a piece may mean --------------------------------------------------------------------------

_POSTCODE = re.compile(
    r"(?i:(?:(?<=paris)|(?<=lyon)|(?<=marseille))[ -]0?\d\d?(?:er|e|ème|eme|nd)?(?: arr\w*\.?)?(?!\w))|"
    r"(?<![\w-])(?:\d{4,6}(?:-\d{3,4})?|[A-Za-z]\d[A-Za-z] ?\d[A-Za-z]\d|[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2})(?![\w-])"
)
_TIME_ZONE = re.compile(
    r"\b(?:time ?-?zones?|tz|hours?|hrs|utc|gmt|cet|cest|est|edt|pst|pdt|mst|cst|ist|bst|overlap)\b|±",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\s\-‐‑/_]+?(?=HQ\b)|[^\s\-‐‑/_]+")
_HEADQUARTERS = re.compile(r"[ -]?HQ\b")
_CODES_IN_ANY_CASE = frozenset({"us", "uk", "usa", "uae", "eu", "ksa"})


class _Run(NamedTuple):
    """A run of words in a piece. Its kind is place, group, workplace, noise or unknown."""

    kind: str
    start: int
    end: int
    meanings: tuple[Meaning, ...] = ()
    group: Group | None = None
    workplace: str | None = None
    is_code: bool = False
    is_weak: bool = False  # a place only when a neighbour contains it

    @property
    def is_area(self) -> bool:
        return not self.is_code and any(m.city is None for m in self.meanings)


@functools.lru_cache(maxsize=50_000)
def _runs(piece: str, is_lower: bool) -> tuple[_Run, ...]:
    plain = _POSTCODE.sub(lambda m: " " * len(m[0]), piece)
    has_zone = _TIME_ZONE.search(plain) is not None
    whole = None if has_zone else _whole(plain, is_lower)
    if whole is not None:
        return (whole,) if whole.kind != "noise" else ()
    runs = list(_scan(plain, is_lower))
    if has_zone:
        return tuple(run for run in runs if run.kind == "workplace")
    if any(run.kind == "unknown" for run in runs) or sum(run.kind == "place" for run in runs) > 1:
        runs = [_demote(runs, n, plain) for n in range(len(runs))]
    return tuple(run for run in runs if run.kind in ("place", "group", "workplace"))


def _whole(piece: str, is_lower: bool) -> _Run | None:
    name = key(piece)
    if not name:
        return _Run("noise", 0, len(piece))
    run = _find_run(piece, name, is_lower)
    states = _small_code(piece)
    if states and (run is None or (run.kind == "place" and not run.is_code)):
        names = run.meanings if run else ()
        return _Run(
            "place", 0, len(piece), (*names, *states), is_code=not names, is_weak=name in noise().no_city or not names
        )
    if run is not None and run.kind == "place":
        if name in noise().strip and not run.is_code:
            return _Run("noise", 0, len(piece))
        return run._replace(end=len(piece), is_weak=name in noise().no_city and not run.is_code)
    if run is None and name in noise().strip:
        return _Run("noise", 0, len(piece))
    return run._replace(end=len(piece)) if run is not None else None


def _small_code(piece: str) -> tuple[Meaning, ...]:
    """Return the states whose code a piece spells with only its first letter in capitals: "Philadelphia, Pa".

    Only countries whose addresses name states count.
    """
    code = piece.strip(_EDGES)
    if not 1 < len(code) < 4 or not code.istitle():
        return ()
    return tuple(
        m for m in gazetteer().codes.get(code.upper(), ()) if m.subdivision and m.country in ADDRESSED_BY_STATE
    )


def _find_run(text: str, name: str, is_lower: bool) -> _Run | None:
    workplace = workplaces(in_text=True).get(name)
    if workplace:
        return _Run("workplace", 0, len(text), workplace=workplace)
    is_capital = is_lower or text.strip(_EDGES)[:1].isupper()
    is_name = len(name) > 3 or not name.isascii() or name in _CODES_IN_ANY_CASE or is_capital
    group = groups().get(name) if is_name else None
    if group:
        return _Run("group", 0, len(text), group=group)
    names = gazetteer().names.get(name) if is_name else ()
    code = text.replace(".", "").strip(_EDGES)
    by_code = gazetteer().codes.get(code.upper() if is_lower else code, ()) if name not in _CODES_IN_ANY_CASE else ()
    sure = tuple(m for m in names if m.score >= NICKNAME) if by_code else names
    return _Run("place", 0, len(text), sure + by_code, is_code=bool(by_code and not sure)) if sure or by_code else None


def _scan(piece: str, is_lower: bool) -> Iterator[_Run]:
    words = [(m.start(), m.end(), key(m[0])) for m in _WORD.finditer(piece) if key(m[0])]
    at = 0
    while at < len(words):
        for size in range(min(MAX_NAME, len(words) - at), 0, -1):
            start, end = words[at][0], words[at + size - 1][1]
            name = " ".join(word[2] for word in words[at : at + size])
            is_last = at == len(words) - 1 > 0 and not piece.isupper()
            run = None
            if size > 1 or not _is_plain_word(piece[start:end], name, is_last=is_last, is_alone=len(words) == 1):
                run = _find_run(piece[start:end], name, is_lower and len(words) == 1)
            if run is not None and run.workplace and _HEADQUARTERS.match(piece, end):
                run = None  # "RemoteHQ" is a company
            if run is not None and not (run.is_code and size > 1):
                yield run._replace(start=start, end=end)
                break
        else:
            size = 1
            yield _Run("noise" if words[at][2] in noise().strip else "unknown", words[at][0], words[at][1])
        at += size


def _is_plain_word(text: str, name: str, *, is_last: bool, is_alone: bool) -> bool:
    """Whether a word of a longer piece is no place: "in", "office", "Main".

    A last word that equals a code is a place: "Indianapolis IN".
    """
    if name in workplaces(in_text=True) or (is_last and text in gazetteer().codes):
        return False
    return name in noise().strip or (name in noise().no_city and not is_alone)


def _demote(runs: list[_Run], n: int, piece: str) -> _Run:
    """Return a run unchanged if it stands out among the other words of its piece, else as weak or unknown.

    A weak run is a place only if a neighbour contains it.
    """
    run = runs[n]
    if run.kind != "place" or _stands_out(runs, n, piece):
        return run
    is_street = any(c.isdigit() for c in piece) or not noise().facility.isdisjoint(key(piece).split())
    is_at_end = not run.is_code and all(after.kind == "noise" for after in runs[n + 1 :])
    return run._replace(is_weak=True) if is_street and is_at_end else run._replace(kind="unknown")


def _stands_out(runs: list[_Run], n: int, piece: str) -> bool:
    run, is_edge = runs[n], n in (0, len(runs) - 1)
    text = piece[run.start : run.end]
    words = key(piece).split()
    if any(m.city for m in run.meanings) and not noise().facility.isdisjoint(words):
        is_venue = is_edge and not noise().venue.isdisjoint(words)
        return _names_facility(run, text, is_venue=is_venue)
    beside = [other for other in runs[max(0, n - 1) : n + 2] if other is not run]
    if run.is_code:
        is_last = n == len(runs) - 1
        return is_last or _has_town_beside(run, beside) or (is_edge and any(map(_holds_places, beside)))
    if any(m.city is None for m in run.meanings):
        return len(text) > 3 or text.replace(".", "").isupper()
    is_large = any(m.population >= WELL_KNOWN or m.score >= NICKNAME for m in run.meanings)
    return (is_large and is_edge) or _lies_in_area_beside(run, beside)


def _names_facility(run: _Run, text: str, *, is_venue: bool) -> bool:
    """Whether a city is so large that a building or street named after the city is taken to stand in it."""
    populations = [m.population for m in run.meanings if m.city and key(m.city) == key(text)]
    is_sure = is_venue and len({m.country for m in run.meanings}) == 1
    return max(populations, default=0) >= (WELL_KNOWN if is_sure else METROPOLIS)


def _has_town_beside(run: _Run, beside: Sequence[_Run]) -> bool:
    return any(within(a, b) for other in beside for a in other.meanings if a.city for b in run.meanings)


def _lies_in_area_beside(run: _Run, beside: Sequence[_Run]) -> bool:
    return any(within(a, b) for other in beside for a in run.meanings for b in other.meanings if not b.city)


def _holds_places(run: _Run) -> bool:
    return bool(run.workplace or run.group or run.is_area)


class _Part(NamedTuple):
    """A run with its position in the line. For an unknown piece, the run has no meanings, group or workplace."""

    text: str
    start: int
    end: int
    glue: str
    paren: int
    run: _Run
    piece: str

    @property
    def meanings(self) -> tuple[Meaning, ...]:
        return self.run.meanings

    @property
    def group(self) -> Group | None:
        return self.run.group

    @property
    def workplace(self) -> str | None:
        return self.run.workplace

    @property
    def is_container(self) -> bool:
        return any(m.city is None for m in self.run.meanings)


@functools.lru_cache(maxsize=20_000)
def _parts(line: str) -> tuple[_Part, ...]:
    is_lower = line == line.lower()
    parts: list[_Part] = []
    for piece in _pieces(line):
        runs = _runs(piece.text, is_lower) or (_Run("unknown", 0, len(piece.text)),)
        for number, run in enumerate(runs):
            start, end = piece.start + run.start, piece.start + run.end
            glue = "space" if number else piece.glue
            parts.append(_Part(line[start:end], start, end, glue, piece.paren, run, piece.text))
    return tuple(parts)


# --- joining parts into places ----------------------------------------------------------------------


def within(inner: Meaning, outer: Meaning) -> bool:
    """Whether the place `inner` lies in the place `outer` or equals it."""
    if inner.country != outer.country:
        return False
    if outer.city is not None:
        return inner.city == outer.city and outer.subdivision in (None, inner.subdivision)
    return outer.subdivision is None or inner.subdivision in (None, outer.subdivision)


def _join_parts(parts: Sequence[_Part]) -> list[Item]:
    items: list[Item] = []
    chunk = 0
    current: Item | None = None  # the place that the next part may belong to
    unknown: _Part | None = None  # the piece just before, if the gazetteer lacks it: perhaps a town
    for number, part in enumerate(parts):
        if part.glue in ("strong", "word", "slash"):
            chunk += part.glue == "strong"
            current = unknown = None
        run = part.run
        if run.workplace or run.group:
            items.append(_item(part, chunk))
            current, unknown = (None if run.group else current), None
        elif not run.meanings:
            unknown = part if part.glue not in ("open", "space") else unknown
        else:
            if _opens_remote(items, part):
                current = None
            may_join = current is not None and (unknown is None or part.is_container)
            if may_join and current and _join(current, part, is_in_list=_is_list(items, current), is_next=not unknown):
                current.end = max(current.end, part.end)
            elif current and number == len(parts) - 1 and _is_wrong_country(items, current, part):
                current.end = part.end
            else:
                current = _item(part, chunk)
                if unknown is not None and part.glue in ("comma", "space"):
                    _give_town(current, unknown)
                items.append(current)
            unknown = None
    return [item for item in items if not item.is_weak or len(item.keys) > 1]


def _is_wrong_country(items: list[Item], current: Item, part: _Part) -> bool:
    """Whether a line ends in a country that contradicts the city and state before it: "Moab, Utah, United Kingdom".

    City and state agree, so that the country is taken to be a default of the form.
    """
    is_whole_address = len(items) == 1 and len(current.keys) > 1 and part.glue == "comma" and not part.run.is_code
    has_state = all(m.subdivision and (m.city or current.town) for m in current.meanings)
    return is_whole_address and has_state and not current.has_country and any(m.is_country for m in part.meanings)


def _item(part: _Part, chunk: int) -> Item:
    run = part.run
    is_open = run.is_code and len(run.meanings) > 1
    return Item(
        start=part.start,
        end=part.end,
        glue=part.glue,
        paren=part.paren,
        chunk=chunk,
        meanings=list(run.meanings),
        group=run.group,
        workplace=run.workplace,
        keys=[key(part.text)],
        is_code=run.is_code,
        is_weak=run.is_weak,
        has_country=not is_open and any(m.is_country for m in run.meanings),
        words=part.piece,
    )


def _opens_remote(items: list[Item], part: _Part) -> bool:
    """Whether a workplace word just before the part begins a new place: "San Francisco, Remote US"."""
    if not items or not items[-1].workplace or part.glue not in ("space", "dash", "open"):
        return False
    return items[-1].glue not in (("space",) if part.glue == "space" else ("space", "dash", "open"))


def _is_list(items: list[Item], current: Item) -> bool:
    at = len(items) - 1
    while at >= 0 and (items[at] is current or not items[at].meanings):
        at -= 1
    before = items[at] if at >= 0 else None
    return before is not None and before.chunk == current.chunk and len(before.keys) == 1 and _has_city(before)


def _has_city(item: Item) -> bool:
    return any(m.city for m in item.meanings)


def _give_town(item: Item, unknown: _Part) -> None:
    town = town_of(unknown.text)
    states = [m for m in _states_first(item.meanings) if m.subdivision and m.city is None]
    if town and states:
        item.town, item.start = town, unknown.start
        item.meanings, item.is_code, item.has_country, item.is_weak = states, False, False, False


def town_of(text: str) -> str | None:
    """Return the text if it can be a town that the gazetteer lacks, else None.

    A town has few words, the first with a capital, no digits, and no word for a building or street.
    """
    words, keys = text.split(), key(text).split()
    if not 0 < len(words) <= MAX_TOWN or not words[0][0].isupper() or any(c.isdigit() for c in text):
        return None
    noise_words = noise()
    is_other = _TIME_ZONE.search(text) or all(k in noise_words.strip or k in noise_words.no_city for k in keys)
    return text if not is_other and noise_words.facility.isdisjoint(keys) else None


def _states_first(meanings: Iterable[Meaning]) -> list[Meaning]:
    """Return only the states if there are any, else all meanings.

    After an unknown town, a code means a state if it can.
    """
    candidates = list(meanings)
    states = [m for m in candidates if m.subdivision and m.city is None and m.country in ADDRESSED_BY_STATE]
    return states or candidates


def _join(item: Item, part: _Part, *, is_in_list: bool, is_next: bool) -> bool:
    name = key(part.text)
    places: dict[tuple[str, str | None, str | None], Meaning] = {}
    by: set[bool] = set()
    for before in item.meanings:
        for meaning in part.meanings:
            both = _combine(item, before, part, meaning, is_in_list=is_in_list)
            if both is not None:
                by.add(meaning.is_country)
                if both.place not in places or places[both.place].score < both.score:
                    places[both.place] = both
    if name == item.keys[-1] and any(m.city for m in places.values()):  # "Québec, Québec" is the city
        places = {place: m for place, m in places.items() if m.city}
    if not places:
        places = _territory(item, part)
    if not places and is_next and not is_in_list and len(item.keys) == 1:
        places = (
            (_town_of_country(item, part) or _town_of_state(item, part)) if item.has_country else _namesake(item, part)
        )
    if not places:
        return False
    item.meanings = list(places.values())
    item.keys.append(name)
    item.has_country = item.has_country or by == {True}
    item.is_code = item.is_code and part.run.is_code
    return True


def _combine(item: Item, before: Meaning, part: _Part, after: Meaning, *, is_in_list: bool) -> Meaning | None:
    if after.city is None and within(before, after):
        return _within_container(item, before, part, after, is_in_list=is_in_list)
    if before.city is not None or not within(after, before):
        return None
    if after.city is not None and not _is_city_of(item, before, part, after):
        return None
    return after._replace(subdivision=after.subdivision or before.subdivision)  # also "Germany, Bavaria"


def _within_container(item: Item, before: Meaning, part: _Part, after: Meaning, *, is_in_list: bool) -> Meaning | None:
    if item.has_country and after.is_country and before.city is None and key(part.text) not in item.keys:
        return None
    is_like_city = after.subdivision is not None and not part.run.is_code and after.score < _best_city(part.meanings)
    min_share = MIN_SHARE_IN_LIST if is_in_list or is_like_city else MIN_SHARE
    if before.city and before.score < _best_city(item.meanings) * min_share:
        return None
    weight = STATE_CODE if part.run.is_code and after.subdivision else 1.0
    score = (after if before.is_country else before).score * weight
    return before._replace(subdivision=before.subdivision or after.subdivision, score=score)


def _is_city_of(item: Item, before: Meaning, part: _Part, after: Meaning) -> bool:
    if item.town is not None or before.score < _best_city(item.meanings):  # "New York, Boston" names two cities
        return False
    is_tight = before.subdivision is not None or part.glue in ("dash", "space", "open")
    min_share = MIN_SHARE if is_tight else MIN_SHARE_IN_LIST
    return after.score >= min_share * max(m.score for m in part.meanings)


def _best_city(meanings: Iterable[Meaning]) -> float:
    return max((m.score for m in meanings if m.city), default=0.0)


def _namesake(item: Item, part: _Part) -> dict[tuple[str, str | None, str | None], Meaning]:
    """Return those countries or states that follow a city but do not contain it.

    "Rome, IL" is a town that the gazetteer lacks.
    """
    if part.glue not in ("comma", "space", "open") or item.is_code:
        return {}
    if not all(m.city for m in item.meanings):
        return _town_of_state(item, part)
    is_small = all(m.population < WELL_KNOWN for m in item.meanings) or key(item.words) != item.keys[0]
    city_countries = {m.country for m in item.meanings if m.population >= WELL_KNOWN}
    is_city = any(m.city and (m.population >= WELL_KNOWN or m.score >= NICKNAME) for m in part.meanings)

    def holds(meaning: Meaning) -> bool:
        if meaning.city is not None:
            return False
        is_state = meaning.subdivision is not None and meaning.country not in city_countries and not is_city
        return is_small or is_state or (part.run.is_code and meaning.subdivision is not None)

    containers = [m for m in part.meanings if holds(m)]
    containers = _states_first(containers) if part.run.is_code else containers
    if containers:
        item.town = item.town or town_of(item.words)
    return {m.place: m for m in containers}


def _territory(item: Item, part: _Part) -> dict[tuple[str, str | None, str | None], Meaning]:
    """Return a territory next to the country that addresses add to it.

    For example, "Guernsey, United Kingdom" is Guernsey, and "China - Hong Kong" is Hong Kong.
    """
    first, second = (max(meanings, key=lambda m: m.score) for meanings in (item.meanings, part.meanings))
    if second.is_country and territories().get(first.country) == second.country:
        return {m.place: m for m in item.meanings if m.country == first.country}
    if part.glue == "comma" or not first.is_country:  # "China, Hong Kong" is a list
        return {}
    return {m.place: m for m in part.meanings if territories().get(m.country) == first.country}


def _town_of_state(item: Item, part: _Part) -> dict[tuple[str, str | None, str | None], Meaning]:
    """Return the state after the name of a country, a subdivision or its seat: "Italy, TX" and "Lisbon, MD" are towns.

    A longer name that holds such a name is a town too: "Wallops Island" is not in Iceland, whose German name is Island.
    A state written out may be another place of a list, unless the name before it is foreign.
    """
    states = [m for m in part.meanings if m.subdivision and m.city is None and m.country in ADDRESSED_BY_STATE]
    town, first = town_of(item.words), max(item.meanings, key=lambda m: m.score)
    if part.glue != "comma" or not states or town is None or len(item.keys[0]) < MIN_TOWN:
        return {}
    is_elsewhere = first.country not in ADDRESSED_BY_STATE
    is_longer = not first.is_country or key(item.words) != item.keys[0]
    is_nickname = first.score >= NICKNAME and first.city is not None  # "NYC", "DC"
    is_state = max(part.meanings, key=lambda m: m.score).country in ADDRESSED_BY_STATE
    if is_nickname or not is_state or not (part.run.is_code or (is_longer and is_elsewhere)):
        return {}
    if first.is_country and not is_elsewhere:  # "Canada, NY"
        return {}
    item.town, item.has_country = item.town or town, False
    return {m.place: m for m in states}


def _town_of_country(item: Item, part: _Part) -> dict[tuple[str, str | None, str | None], Meaning]:
    """Return the country before a name that is no large city: "Costa Rica - Belén" is not Belém in Brazil."""

    def is_elsewhere(meaning: Meaning) -> bool:
        is_bearer = meaning.city is None or key(meaning.city) == key(part.text)
        return meaning.score >= NICKNAME or (is_bearer and meaning.population >= WELL_KNOWN)

    if part.glue != "dash" or item.is_code or part.run.is_code or any(map(is_elsewhere, part.meanings)):
        return {}
    item.town = town_of(part.text)
    return {m.place: m for m in item.meanings if m.is_country}


# --- deciding ---------------------------------------------------------------------------------------


def _decide(items: list[Item], known_countries: frozenset[str], hints: dict[str, float]) -> None:
    _read_beside_remote(items)
    places = [item for item in items if item.meanings]
    countries: dict[str, set[int]] = {}
    states: dict[str, set[int]] = {}
    for number, item in enumerate(places if len(places) > 1 else ()):
        top = _sure(item)
        if top is not None:
            countries.setdefault(top.country, set()).add(number)
        if len(item.meanings) == 1 and item.meanings[0].subdivision:
            states.setdefault(item.meanings[0].subdivision, set()).add(number)
    for number, item in enumerate(places):
        only = {number}
        near = {country for country, who in countries.items() if who != only} | known_countries
        near_states = {state for state, who in states.items() if who != only}
        item.chosen = _choose(item, known_countries, near, near_states, hints)
        if item.chosen is not None:
            item.chosen = _seat(item.chosen, item)


def _read_beside_remote(items: list[Item]) -> None:
    for number, item in enumerate(items):
        rule = alone().get(item.keys[0]) if len(item.keys) == 1 else None
        if rule and rule.beside_remote:
            beside = items[max(0, number - 1) : number + 2]
            if any(other.workplace == REMOTE for other in beside):
                item.group, item.meanings = groups()[rule.beside_remote], []


def _is_lone(item: Item) -> bool:
    return len(item.keys) == 1 and item.town is None and item.keys[0] in alone()


def _sure(item: Item) -> Meaning | None:
    """Return the best meaning of a place if its country is certain, else None."""
    if len(item.meanings) == 1:
        return item.meanings[0]
    ranking = sorted(item.meanings, key=lambda m: -m.score)
    if len({m.country for m in ranking}) == 1:
        return ranking[0]
    if _is_lone(item) or item.is_code:
        return None
    is_ahead = len(ranking) > 1 and ranking[0].score > FAR_AHEAD * ranking[1].score
    return ranking[0] if item.has_country or is_ahead else None


def _choose(
    item: Item, known_countries: frozenset[str], near: set[str], near_states: set[str], hints: dict[str, float]
) -> Meaning | None:
    meanings = item.meanings
    if _is_lone(item):
        spoken_of = {code for code, factor in hints.items() if factor >= STRONG_HINT}
        meanings = [m for m in meanings if m.country in near | spoken_of]
        if not meanings:
            rule = alone()[item.keys[0]]
            return rule.abroad if rule.abroad and near else rule.meaning
    if len(meanings) == 1:
        return meanings[0]
    continents = {region_of(country)[1] for country in near}
    is_metropolis = bool(hints) and max(meanings, key=lambda m: m.score).population >= METROPOLIS

    def hint(meaning: Meaning) -> float:
        factor = hints.get(meaning.country, 1.0) * hints.get(meaning.subdivision or "", 1.0)
        return min(factor, factors_of_trust()["metropolis"]) if is_metropolis else factor

    def weight(meaning: Meaning) -> float:
        return near_weight(meaning) * (hint(meaning) if hints else 1.0)

    def near_weight(meaning: Meaning) -> float:
        if meaning.country in known_countries:
            return meaning.score * KNOWN_COUNTRY_WEIGHT
        if meaning.country in near:
            return meaning.score * CONTEXT * (NEAR_CONTEXT if meaning.subdivision in near_states else 1.0)
        return meaning.score * (NEAR_CONTEXT if region_of(meaning.country)[1] in continents else 1.0)

    return max(meanings, key=weight)


def _seat(meaning: Meaning, item: Item) -> Meaning:
    """Return the city that has the name of a country or subdivision (Singapore, Porto), else the meaning unchanged."""
    if meaning.is_country and meaning.country in city_states():
        return meaning._replace(city=city_states()[meaning.country])
    if meaning.city is None and meaning.subdivision is not None and not item.is_code:
        seats = [m for m in item.meanings if m.city and m.subdivision == meaning.subdivision]
        return max((m for m in seats if m.population >= WELL_KNOWN), key=lambda m: m.score, default=meaning)
    return meaning
