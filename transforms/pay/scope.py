"""Find the place and level that pay is tied to, and the component and period that a title names.

Two kinds of words are read:

- In a board's fields, the title of a range labels an alternative in a few words: "Canada", "US: Senior", "Zone 2",
  "Hourly rate", "OTE".
- In prose, the words around an amount say what the amount is for: a label ("L5 Staff Engineer ($...)"), words in the
  same sentence ("for roles based in Toronto", "US-based candidates") or words right after the amount ("... in the UK",
  "... (SF)").

Place and level are kept as written; only the country is read from them. Words about pay are explained in
`pay/vocabulary.py`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import NamedTuple

from transforms.pay.vocabulary import Hit, hits_in, line_end
from transforms.place.location_line import countries_ruled_out
from transforms.place.places import country_of, whereabouts
from transforms.records.rows import Place
from transforms.records.vocabulary import PER_YEAR
from transforms.role.titles import role_of, seniority_of
from transforms.text.exclusion import exclusion_pattern, split
from transforms.text.lookups import cells_of

NUMBERED_LEVEL = re.compile(r"\b(?:level|tier|grade|band|step|zone)\b|\b[a-z]{1,2}\d{1,2}\b", re.IGNORECASE)
"""Numbered levels: "Level 4", "Tier 1", "L5", "IC3"."""
ON_TARGET, TOTAL, BASE = "on_target_earnings", "total_compensation", "base"
SEPARATOR = re.compile(r"\s[-–—]|[-–—]\s|[:;()|]")
MIN_CODE, MAX_CODE = 2, 3
"""Number of letters in a country's ISO 3166-1 codes, alpha-2 and alpha-3."""
WRITTEN_CODES = frozenset(("US", "USA", "UK", "GBR", "CAN", "UAE"))
"""The only country codes that count in titles: "GTM" in a title is not Guatemala."""
ABOUT_PAY = ("pay", "period", "filler", "tax")
"""Kinds of words that name neither place nor level, as in "Target base salary range"."""
MAX_LABEL = 70
"""Maximum number of characters in a label: "CA, WA, NY and NJ states:"."""

_NAMES = r"[A-Z][\w.’'-]*(?:(?:,? (?:and|or|&) |, (?:and |or )?|\s?[/+&]\s?| )(?:the )?[A-Z][\w.’'-]*){0,8}"
"""A list of capitalised words, which may be names of places."""
_LED = re.compile(
    r"\b(?:based in|located in|residing in|living in|[Ff]or|[Ii]n|[Ww]ithin|[Aa]cross|at)\s+"
    rf"(?:the |our |most )?({_NAMES})"
)
_FOLLOWED = re.compile(
    rf"({_NAMES})(?:[- ](?:based|only|residents?|candidates?|applicants?|employees?|locations?|hires?|offices?|roles?"
    r"|states?|metro|area|market|[Ss]alary|[Pp]ay|[Rr]ange)\b)"
)
_RIGHT_AFTER = re.compile(
    r"\s?(?:\((?:for |in |within )?|(?:annually |per year )?(?:for|in|within) )"
    rf"(?:the |our |most |those in )?({_NAMES})"
)
_LABEL_END = re.compile(r"[:(–—-]\s{0,3}$")
_LABEL_START = re.compile(r".*(?:[|;•]|(?<!Sr)(?<!Jr)\. |: |\) ?[,.;:]? |^|\n)\s*(?:[-*·–]\s+)?", re.DOTALL)
_SPELT = re.compile(r"[^\W\d_]{2}(?!\$)")
"""Two letters of a word. Labels without them are not read: most labels are bare amounts ("CA$150K – CA$190K")."""
_ASIDE = re.compile(r"\s?\(([^()\n]{1,30})\)")
_NUMBERED = r"(?:[Ll]evel|[Tt]ier|[Gg]rade|[Bb]and|[Ss]tep|[Zz]one|[Rr]egion|Stufe|Niveau|Nivel) ?(?:[A-Z]|\d{1,2})"
_LEVEL_AFTER = re.compile(rf"\s?(?:\(|,? ?(?:in|for|at) (?:a |the |our )?|- )({_NUMBERED})\b")
_LEVEL_BEFORE = re.compile(rf"\b({_NUMBERED})\b\)?[\s:(–—-]{{0,4}}$")
"""A numbered level or zone right after an amount (`_LEVEL_AFTER`) and right before it (`_LEVEL_BEFORE`)."""


class Tie(NamedTuple):
    """The place and level that pay is tied to, as written; None if it is tied to none.

    `country` is the only country of the place, or None.
    """

    place_text: str | None = None
    country: str | None = None
    level_text: str | None = None


# --- titles of ranges -------------------------------------------------------------------------------


@functools.lru_cache(maxsize=4096)
def tied_to(title: str | None) -> Tie:
    """Return what the title of a range ties its pay to; an empty `Tie` if the title only says that it is pay."""
    words = " ".join(title.split()) if title else ""
    if not words:
        return Tie()
    rest, ruled_out = split(words)
    is_only_pay = _names_no_place(hits_in(rest)) and WRITTEN_CODES.isdisjoint(rest.split())  # a town is called Range
    countries = set() if is_only_pay else _countries_of(rest)
    is_place = bool(countries) or bool(ruled_out and _countries_of(ruled_out))
    is_level = (
        seniority_of(words).value != "unstated"
        or NUMBERED_LEVEL.search(words) is not None
        or (not is_place and not _is_about_pay(words))
    )
    return Tie(
        place_text=words if is_place else None,
        country=countries.pop() if len(countries) == 1 else None,
        level_text=words if is_level else None,
    )


def _countries_of(text: str) -> set[str]:
    return {country for segment in SEPARATOR.split(text) for country in _countries_in(segment)}


def _is_about_pay(title: str) -> bool:
    hits = hits_in(title)
    return all(any(w.kind in ABOUT_PAY for w in h.words) or (h.mark and not h.mark.isalnum()) for h in hits)


def _countries_in(segment: str) -> set[str]:
    """Return the countries of the places that a part of a title names.

    Next to words for a job, only names and usual codes of countries count: "Senior AE" is not in the Emirates, and a
    town in Kenya is called Engineer. Elsewhere, two letters count only if they mean a subdivision.
    """
    if seniority_of(segment).value != "unstated" or role_of(segment).value != "other":
        words = (word.strip(".,") for word in segment.split())
        countries = (country_of(word) for word in words if len(word) > MAX_CODE or word in WRITTEN_CODES)
        return {country for country in countries if country}
    return {p.country for p in whereabouts(segment).places if p.country and (p.subdivision or not _is_code(p))}


def _is_code(place: Place) -> bool:
    """Whether a place is named by two letters with other meanings in titles: "PR Manager", "AE"."""
    name = place.place_text or ""
    return len(name) == MIN_CODE and name not in WRITTEN_CODES


@functools.lru_cache(maxsize=4096)
def period_in(text: str) -> str | None:
    """Return the period that a short text about pay names; None if the text names none or several.

    Only words that make sense without an amount count: "hourly" and "per hour", not "h".
    """
    periods = [(hit, word) for hit in hits_in(text) if (word := hit.of("period"))]
    names = {word.value for hit, word in periods if word.reach == "both" or " " in text[hit.start : hit.end]}
    return names.pop() if len(names) == 1 and names <= PER_YEAR.keys() else None


def names_period(words: str) -> bool:
    """Whether words about pay name any period. This is a quick check before the amounts in these words are read."""
    return _SPELT.search(words) is not None and any(hit.of("period") for hit in hits_in(words))


@functools.lru_cache(maxsize=4096)
def component_in(title: str) -> str:
    """Return the component of pay that a title names.

    Return `base` if the title names none, and `other` for signing bonuses and the like. If the title names several
    components, the first rule that applies decides:

    - on-target earnings, wherever they stand ("Base + commission = OTE")
    - total compensation, if it comes first ("Total compensation (base + equity)")
    - base pay, if it is named ("Base pay, bonus excluded, one part of total compensation")
    - the first component
    """
    if _SPELT.search(title) is None:
        return BASE
    hits = hits_in(title)
    components = [component for hit in hits if (component := _component(title, hit))]
    if ON_TARGET in components:
        return ON_TARGET
    return BASE if not components or (BASE in components and components[0] != TOTAL) else components[0]


def _component(title: str, hit: Hit) -> str | None:
    pay = hit.of("pay")
    if pay is not None:
        return pay.value
    if hit.of("void"):
        return "commission"
    last = title[hit.start : hit.end].rsplit(maxsplit=1)[-1] if hit.of("not_pay") else ""
    return "other" if any(h.of("pay") for h in hits_in(last)) else None


# --- words beside an amount -------------------------------------------------------------------------


def tie_of(text: str, begin: int, start: int, end: int, *, floor: int = 0) -> Tie:
    """Return the place and level that the amount from `start` to `end` is tied to.

    The words from `begin` to the amount and the words right after the amount are read. If nothing stands between
    `begin` and the amount, the short line above may be its label, as in tables of zones. No text before `floor` is
    read.
    """
    lead = text[begin:start]
    if not lead.strip(" \n•*-–"):
        lead = _heading(text, floor, begin)
    return _tie_between(lead, text[end : line_end(text, end, end + MAX_LABEL)])


def _heading(text: str, floor: int, begin: int) -> str:
    floor = max(floor, begin - MAX_LABEL - len("\n\n\n"))
    above = text[floor:begin].rstrip()
    line = above[above.rfind("\n") + 1 :].strip(" :")
    is_whole = len(line) < len(above) or floor == 0
    return f"{line}: " if line and is_whole and len(line) <= MAX_LABEL else ""


@functools.lru_cache(maxsize=1024)
def _tie_between(lead: str, tail: str) -> Tie:
    label = _label(lead)
    hits = hits_in(label) if label else ()
    is_title = any(h.of("level") or h.of("role") for h in hits) and not any(h.of("pay") for h in hits)
    level = label if is_title else _level_beside(label or "", lead, tail)
    is_title = is_title or employment_of(level) is not None
    is_name = label is not None and not is_title and not any(h.of("role") or h.of("pay") or h.of("level") for h in hits)
    place = label if label and is_name and _place(label)[0] else _named_place(lead, tail)
    return Tie(place, _place(place)[1] if place else None, level)


def _level_beside(label: str, lead: str, tail: str) -> str | None:
    aside = _ASIDE.match(tail)
    if aside and (_begins_with_level(aside[1]) or NUMBERED_LEVEL.match(aside[1])):
        return aside[1]
    if after := _LEVEL_AFTER.match(tail):
        return after[1]
    if before := _LEVEL_BEFORE.search(label) or _LEVEL_BEFORE.search(lead):
        return before[1]
    employed_after, employed_before, _ = _employment()
    if match := employed_after.match(tail) or employed_before.search(lead[-MAX_LABEL:]):
        return match[1]
    hits = hits_in(lead)
    return lead[hits[-1].start : hits[-1].end] if hits and hits[-1].of("level") and lead[-1:].isspace() else None


@functools.cache
def _employment_words(column: str) -> dict[str, str]:
    return {row["words"].lower(): row[column] for row in cells_of("pay_employment")}


@functools.cache
def _employment() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Return patterns of words for employment: after an amount, before it, and anywhere."""
    words = "|".join(re.escape(word) for word in sorted(_employment_words("contract"), key=len, reverse=True))
    small = (
        r"(?:\s?\(|\s?,?\s?[/–-]?\s?(?:as an? |for an? |for |on an? |on |in |en |als |na |w |em |via |como |por |bajo "
        r"|con |przy |auf |op |через |за )|\s)"
    )
    tax = r"(?:\s?[+(]?\s?(?:net(?:to)?|gross|brutt?o|vat|iva|mwst\.?)\)?){0,3}"
    after = re.compile(rf"{tax}{small}({words})(?![^\W_])", re.IGNORECASE)
    before = re.compile(rf"(?<![^\W_])({words})\)?[\s:–—(-]{{1,3}}$", re.IGNORECASE)
    return after, before, re.compile(rf"(?<![^\W_])({words})(?![^\W_])", re.IGNORECASE)


def employment_of(words: str | None) -> str | None:
    """Return the kind of employment that a level's words name, else None.

    The kind distinguishes, for example, a contract rate from the full-time range next to it.

    >>> employment_of("Contract"), employment_of("Senior"), employment_of(None)
    ('CONTRACTOR', None, None)
    """
    return _employment_words("employment_type").get(words.lower()) if words else None


@functools.lru_cache(maxsize=4096)
def contract_beside(words: str | None) -> str | None:
    """Return the one contract that words of or beside an amount name (`vocabulary.CONTRACTS`), else None.

    >>> contract_beside("PJ"), contract_beside("PLN 14 000 gross UoP per month"), contract_beside("Full-time")
    ('contractor', 'employee', None)
    """
    contracts = {_employment_words("contract")[match[1].lower()] for match in _employment()[2].finditer(words or "")}
    contracts.discard("")
    return contracts.pop() if len(contracts) == 1 else None


def _begins_with_level(words: str) -> bool:
    hits = hits_in(words)
    return bool(hits) and hits[0].of("level") is not None


def _label(lead: str) -> str | None:
    end = _LABEL_END.search(lead)
    if end is None:
        return None
    rest = lead[: end.start()].rstrip()[-MAX_LABEL - 10 :]
    start = _LABEL_START.match(rest)
    label = rest[start.end() if start else 0 :].strip(" :*-–,/&").removeprefix("(")
    label = label if "(" in label else label.removesuffix(")")
    return label if label and len(label) <= MAX_LABEL else None


def _named_place(lead: str, tail: str) -> str | None:
    exclusion = _last_exclusion(lead)
    lead = split(lead).kept
    after = _RIGHT_AFTER.match(tail)
    names = [after[1]] if after else []
    aside = tail.lstrip()[1:].split(")")[0] if tail.lstrip().startswith("(") else ""
    names += [m[1] for pattern in (_FOLLOWED, _LED) for m in pattern.finditer(aside)]  # "(range for US-based staff)"
    names += [m[1] for m in reversed(list(_FOLLOWED.finditer(lead)))]
    names += [m[1] for m in reversed(list(_LED.finditer(lead)))]
    return next((name for name in map(_trim, names) if _place(name)[0]), exclusion)


def _last_exclusion(text: str) -> str | None:
    """Return the last words of a text that rule out countries or groups of countries: "outside of the US"."""
    exclusions = [match[0] for match in exclusion_pattern().finditer(text)]
    return next((words for words in reversed(exclusions) if countries_ruled_out(words)), None)


def _trim(name: str) -> str:
    name = name.strip(" .,-'’").removesuffix("-based")
    return name.split(" ", 1)[1] if name.startswith(("For ", "In ", "The ", "Within ")) else name


def _names_no_place(hits: Sequence[Hit]) -> bool:
    return all(hit.words and not any(word.value == "place" for word in hit.words) for hit in hits)


@functools.lru_cache(maxsize=4096)
def _place(name: str) -> tuple[bool, str | None]:
    """Return whether a name is a place, and the place's country (None if there is no single one)."""
    hits = hits_in(name)
    if any(h.of("role") for h in hits):
        return False, None
    if _names_no_place(hits):
        return False, None
    rest, ruled_out = split(name)
    places = whereabouts(rest).places
    countries = {place.country for place in places}
    is_place = bool(places) or bool(ruled_out and whereabouts(ruled_out).places)
    return is_place, countries.pop() if len(countries) == 1 else None
