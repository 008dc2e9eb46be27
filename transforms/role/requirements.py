"""Find the years of experience and the lowest degree that an advert's text demands.

Only lines with certain words are read, which keeps the running time low and linear in the text's length. A demand does
not count if it is called preferred or stands in a section of preferred qualifications.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Callable, Iterator
from typing import TypeVar

from transforms.records.vocabulary import DEGREES
from transforms.role.east_asian import degree_in_east_asian, is_east_asian, years_in_east_asian
from transforms.skills.sections import (
    Line,
    cues_of,
    introduced_at,
    lines_with,
    lower_text,
    names_own_role,
    sentence_at,
)
from transforms.text.evidence import Reading
from transforms.text.lookups import cells_of, parts, rows_of

T = TypeVar("T")

cues = functools.partial(cues_of, "requirement_cues")
MAX_YEARS = 20
"""Maximum years that count as a demand. Higher numbers are a firm's age or a slip."""
MONTHS_IN_YEAR = 12


# --- years of experience ----------------------------------------------------------------------------

_SPELT_OUT = {word: int(row["number"]) for row in cells_of("spelt_numbers") for word in parts(row["words"])}
_NUMBER = rf"(?:\d{{1,2}}(?:[.,]5)?|{'|'.join(sorted(_SPELT_OUT, key=len, reverse=True))})"
_UNITS = r"years?|yrs?|yoe|jahren?|ans|ann[ée]es|a[nñ]os?|lata?|lat|jaar|anni|års?"
_AFTER_NUMBER = (
    r"(?:\s?\+|\splus\b)?(?:\s?\(\s?\w{1,9}\+?\s?\))?"
    rf"(?:\s?(?:-|–|—|/|to|bis|à|a|al|do|e|or|oder|ou|and|et|und|y|i|tot|até|ai)\s?(?P<high>{_NUMBER})\s?\+?(?:\s?\(\s?\w{{1,9}}\+?\s?\))?)?"
    rf"(?:\s?\+|\s(?:or more|plus|or greater|o más|ou plus|oder mehr|und mehr|et plus|y más|ou mais|o più|of meer"
    rf"|lub więcej|full|solid|good|strong))?[\s-]{{0,3}}"
    rf"(?P<unit>{_UNITS}|months?|monate?n?|mois|meses)\b\+?"
)
_YEARS = re.compile(rf"(?<![\w$€£.,/-])(?P<low>{_NUMBER}){_AFTER_NUMBER}", re.IGNORECASE)
_YEARS_IN_DIGITS = re.compile(
    rf"(?P<low>\d(?<![\w$€£.,/-]\d)\d?(?:[.,]5)?){_AFTER_NUMBER}",  # begins with a digit, so re can skip to it
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")
_EXPERIENCE = cues("experience")
_DEMAND = cues("demanded before", r"", r"\s*$")
_DEMAND_AFTER = cues("demanded after", r"^\s*\(?", r"\b\.?\)?")
_DOING = cues("doing after", r"^['’]?s?\s*(?:\w+ly )?", r"\b")
_WORK = cues("work after", r"^\s*", r"")
_WORKED = cues("worked after", r"^\s*", r"")
_WORKED_BEFORE = cues("worked before", r"\b", r"\s*$")
"""Work of a person in other words than experience: "years of building apps", "have worked with Kafka for 3 years"."""
_NOT_BEFORE = cues("not before", r"\b", r"\s*(?:\(?the\)?\s*)?$")
_NOT_AFTER = cues("not after", r"^\s*")
_EMPLOYER = cues("employer", r"\b", r"\b")
_LASTING = cues("lasting", r"\b", r"\s*$")
_PERSON = cues("person", r"\b", r"\b")
_SHARED = cues("shared after", r"^\s*")
_COLLEAGUE = cues("colleague", r"\b", r"$")
"""Another person as the subject of the clause that ends here: "your manager has", "our founders spent"."""
_MENTORED = cues("mentored", r"\b", r"$")
"""Other people as the object of the reader's teaching: "mentor juniors with"."""
_SUBJECT = cues("having", r"\W*((?:\w+ ){2,4}?)(?:must|needs?|should|", r")\b")
_WISHED = cues("wished after", r"", r"\W*$")
_WISHED_BEFORE = cues("wished before", r"", r"[:,]?\s*(?:with )?$")
_EXCEPTION_BEFORE = cues("exception before", r"\b", r"\b(?! (?:and|und|et|y|e|en|i|och)\b)[^.;]*$")
"""A case that the words after it are for: "in lieu of a degree, 5 years". Joined by "and", both are asked for."""
_WISHED_ALONE = cues("wished after", r"^\W*(?:\w+ly )?(?:is |are |would be |es |ist |est )?", r"\W*$")
"""A bracket that does nothing but call the words before it preferred."""
_BRACKET = re.compile(r"\s*\([^()]*(?:\)|$)")
_CLAUSE_END = re.compile(r"[,;.]\s|$")
_MONTHS_LABEL = cues("experience", r"", r"(?![^:]*souhait)[^:.;]{0,30}:\s*$")
"""A label before months: "Expérience exigée : 12 mois"."""


def years_in(text: str, title: str = "") -> tuple[float, int, int] | None:
    """Return the minimum years of experience that a text demands, with their span; None if it demands none.

    A range counts by its low end. Of several demands the highest counts, because all must be met. Of alternatives, the
    one for the lowest degree counts: "BS and 5 years or MS and 3" gives 5. Preferred years, years in place of a degree,
    and years of the employer's own history or of a colleague are left out; the `title` tells the role from a
    colleague, as in "the team lead has".
    """
    best: tuple[float, int, int] | None = None
    for begin, kind, line in lines_with(text, "years"):
        candidate = _read_line(line, _years_demanded, kind, title)
        if candidate is not None and (best is None or candidate[0] > best[0]):
            best = candidate[0], begin + candidate[1], begin + candidate[2]
    if best is None and is_east_asian(text):
        need = years_in_east_asian(text, MAX_YEARS)
        return (float(need.value), need.start, need.end) if need else None
    return best


def _read_line(line: Line, reader: Callable[[Line, str, str], tuple[T, list[str]]], kind: str, title: str) -> T:
    """Return what a line demands, read anew with the title if one whose facts do not count is the advert's own role.

    `reader` also returns the subjects whose facts it left out. Few lines have one, so the others are read once for all
    titles.
    """
    found, left_out = line.once(reader, kind, "")
    own = title if any(names_own_role(subject, title) for subject in left_out) else ""
    return line.once(reader, kind, own)[0] if own else found


def _years_demanded(line: Line, kind: str, title: str) -> tuple[tuple[float, int, int] | None, list[str]]:
    best: tuple[float, int, int] | None = None
    left_out: list[str] = []
    for match in itertools.islice(_mentions_of_years(line), MAX_MENTIONS):
        years = _years(match)
        section = line.kind_at(match.start(), kind)
        if years > MAX_YEARS or (best is not None and years <= best[0]):
            continue
        if _is_demanded(line.text, match, section, title, left_out) and _is_applicant(
            line, match.start(), title, left_out
        ):
            best = (years, match.start(), match.end())
    return best, left_out


def _mentions_of_years(line: Line) -> Iterator[re.Match[str]]:
    text = line.text
    for at, _ in line.words["years"]:
        begin = max(0, at - MAX_BEFORE_UNIT)
        is_spelt = not _SPELT_OUT.keys().isdisjoint(_WORD.findall(_fold_case(text[begin:at])))
        for match in (_YEARS if is_spelt else _YEARS_IN_DIGITS).finditer(text, begin, at + MAX_UNIT):
            if match.start("unit") >= at:
                yield match


MAX_BEFORE_UNIT = 48
"""Maximum number of characters from the number to the unit, as in "five (5) to seven (7) full years"."""
MAX_UNIT = 9
"""Maximum number of characters in a unit and its plus sign, as in "monaten+"."""
MAX_MENTIONS = 200
"""Only this many mentions in each line are checked. No line of an advert has more."""


def _fold_case(words: str) -> str:
    """Return words in lower case, via upper case: when `re` ignores case, it also takes "ſ" for "s" and "ı" for "i"."""
    return words.upper().lower()


def _number(word: str) -> float:
    low = _fold_case(word)
    return float(_SPELT_OUT[low]) if low in _SPELT_OUT else float(low.replace(",", "."))


def _years(match: re.Match[str]) -> float:
    ends = [_number(match[end]) for end in ("low", "high") if match[end]]
    number = min(ends)  # of "Bac+5 et 3 ans" the years are the last, of a range the first
    is_months = match["unit"].lower().startswith("m")
    return round(number / MONTHS_IN_YEAR, 1) if is_months else number


def _is_demanded(text: str, match: re.Match[str], section: str, title: str, left_out: list[str]) -> bool:
    if section in ("preferred", "not"):
        return False
    first, last = sentence_at(text, match.start(), match.end())
    before, after = lower_text(text[first : match.start()]), lower_text(text[match.end() : last])
    if (
        _NOT_BEFORE.search(before[-40:])
        or _NOT_AFTER.match(after)
        or not (_is_of_experience(match, before, after) or _is_of_work(before, after, section))
    ):
        return False
    if _MENTORED.search(before) or _is_wished(before, after):
        return False
    is_of_others = _COLLEAGUE.search(before) is not None or (
        _PERSON.search(before) is None
        and (section == "mentioned" or _SHARED.match(after) is not None or _is_of_employer(before, after))
    )
    return not is_of_others or _is_own_role(before, title, left_out)


def _is_own_role(before: str, title: str, left_out: list[str]) -> bool:
    """Whether the subject of a sentence is the advert's own role; if not, it is added to `left_out`."""
    subject = _SUBJECT.match(before)
    if subject is None:
        return False
    is_own = bool(title) and names_own_role(subject[1], title)
    if not is_own:
        left_out.append(subject[1])
    return is_own


def _is_applicant(line: Line, at: int, title: str, left_out: list[str]) -> bool:
    """Whether a sentence speaks of no introduced person, or of the own role; else that is added to `left_out`."""
    words = introduced_at(line, at)
    if not words or (title and names_own_role(words, title)):
        return True
    left_out.append(words)
    return False


def _is_of_experience(match: re.Match[str], before: str, after: str) -> bool:
    if match["unit"].lower().startswith("m") and not (
        _EXPERIENCE.search(after[:60]) or _MONTHS_LABEL.search(before[-60:])
    ):
        return False
    if match["unit"].lower() == "yoe" or _EXPERIENCE.search(after) or _EXPERIENCE.search(before):
        return True
    demand = _DEMAND_AFTER.match(after)
    cue = demand or "+" in match[0] or match["high"] or _DEMAND.search(before[-30:])
    return bool(cue and _DOING.match(after[demand.end() :] if demand else after))


def _is_of_work(before: str, after: str, section: str) -> bool:
    """Whether years are of work that is asked for, by the section, the words before them, or the person they name."""
    if _WORK.match(after):
        is_asked = section == "required" or _DEMAND.search(before[-30:]) is not None
        return is_asked or (_PERSON.search(before) is not None and not _EMPLOYER.search(before))
    is_worked = _WORKED.match(after) or _WORKED_BEFORE.search(before)
    return is_worked is not None and _PERSON.search(before) is not None


def _is_of_employer(before: str, after: str) -> bool:
    return bool(_EMPLOYER.search(before) or (_LASTING.search(before[-25:]) and _EMPLOYER.search(after[:60])))


def _is_wished(before: str, after: str) -> bool:
    if _WISHED_BEFORE.search(before[-30:]) or _EXCEPTION_BEFORE.search(before):
        return True
    after = _BRACKET.sub(lambda bracket: bracket[0] if _WISHED_ALONE.match(bracket[0]) else "", after)
    clause = _CLAUSE_END.search(after)
    return clause is not None and _WISHED.search(after[: clause.start()]) is not None


# --- degree -----------------------------------------------------------------------------------------

_JOINED = re.compile(
    r"^[\s,/)’'-]*(?:(?:degree|or|and|oder|und|bzw|ou|et|o|y|e|lub|of|an?|une?|einer?|higher|in|equivalent|the|advanced)"
    r"\b[\s,/)-]*)*$",
    re.IGNORECASE,
)
_DEGREE_WISHED = cues("degree wished", r"\b", r"\b")
_DEGREE_WISHED_BEFORE = cues("degree wished before", r"\b", r"\b")
_DEGREE_WISHED_NEAR = cues("degree wished near", r"^[^,;.]*\b", r"\b")
_OTHER_PEOPLE = cues("other people", r"\b", r"\b[^.]{0,60}$")
_PAID = cues("degree paid", r"\b", r"$")
_PAID_BEHIND = cues("degree paid behind", r"^\W{0,2}", r"")
"""A degree that the employer pays for: "we sponsor your Master's", "a Master's paid by us"."""
_WITHOUT = cues("without", r"\b", r"\s(?:an?\s|a\w\w?\s)?$")
GENERIC = "generic"
ANY_DEGREE = "bachelor"
"""The degree meant by "a degree in …": the lowest that is usually called a degree."""
_RANK = {degree: rank for rank, degree in enumerate(DEGREES)}


_ENGLISH = ("degree", " or ", " and ", " with ", " the ", "field")
"""Words of English lines about degrees. In a line with any of them, only English names of degrees are looked for."""


@functools.cache
def _degree_pattern(*, is_english: bool) -> re.Pattern[str]:
    """Return an expression with a named group for each degree. The group `generic` matches words for any degree."""
    patterns: dict[str, list[str]] = {name: [] for name in (*DEGREES, GENERIC)}
    for row in rows_of("degree_words"):
        if is_english and row["language"] != "en":
            continue
        flag = "i" if row["case"] == "any" else "-i"
        patterns[(GENERIC if row["generic"] else row["degree"]) or GENERIC].append(f"(?{flag}:{row['pattern']})")
    groups = "|".join(f"(?P<{degree}>{'|'.join(words)})" for degree, words in patterns.items() if words)
    return re.compile(rf"(?<!\w)(?:{groups})(?!\w)", re.IGNORECASE)


@functools.cache
def _first_patterns(*, is_english: bool) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return two expressions without groups for all names of degrees.

    The first holds names in any case and is searched in the result of `lower_text`. The second holds names in exact
    case.
    """
    rows = [row for row in cells_of("degree_words") if row["language"] == "en" or not is_english]
    alternatives = ("|".join(row["pattern"] for row in rows if row["case"] == case) for case in ("any", "exact"))
    of_any, exact = (re.compile(rf"(?<!\w)(?:{patterns})(?!\w)") for patterns in alternatives)
    return of_any, exact


def _degrees_in(text: str, *, is_english: bool) -> Iterator[re.Match[str]]:
    """Yield the matches of `_degree_pattern`, which is tried only where a pattern of `_first_patterns` matches.

    Searching without groups is faster: alternatives that begin with a letter of known case are skipped.
    """
    of_any, exact = _first_patterns(is_english=is_english)
    low, at = lower_text(text), 0
    while begins := [match.start() for match in (of_any.search(low, at), exact.search(text, at)) if match]:
        match = _degree_pattern(is_english=is_english).match(text, min(begins))
        if match is None:  # impossible: both are made from the same rows
            return
        yield match
        at = match.end()


def degree_in(text: str, title: str = "") -> Reading | None:
    """Return the lowest degree that a text requires, a value of `DEGREES`; None if the text demands nothing.

    "Bachelor's or Master's" gives bachelor. "Or equivalent experience" changes nothing. A preferred degree does not
    count. `none` means that the text says that no degree, or only school, is needed.
    """
    best: Reading | None = None
    for begin, kind, line in lines_with(text, "degree", "degree within"):
        lowest = _read_line(line, _degree_demanded, kind, title)
        if lowest is not None and (best is None or _RANK[lowest[0]] < _RANK[best.value]):
            degree, start, end = lowest
            best = Reading(degree, f"asks for: {degree}", begin + start, begin + end, "text")
    if best is None and is_east_asian(text):
        need = degree_in_east_asian(text)
        return Reading(str(need.value), f"asks for: {need.value}", need.start, need.end, "text") if need else None
    return best


def _names_degree(line: Line) -> bool:
    if "degree within" in line.words:
        return True
    text = line.text
    starts = (start for start, _ in line.words.get("degree", ()))
    return any(not at or not (text[at - 1].isalnum() or text[at - 1] == "_") for at in starts)


def _degree_demanded(line: Line, kind: str, title: str) -> tuple[tuple[str, int, int] | None, list[str]]:
    if not _names_degree(line):
        return None, []
    text, left_out = line.text, list[str]()
    degrees = _degrees_in(text, is_english=any(word in text for word in _ENGLISH))
    demands = [
        match
        for group, beyond in _groups(text, list(itertools.islice(degrees, MAX_MENTIONS)))
        if _is_degree_demanded(text, group, beyond, line.kind_at(group[0].start(), kind), title, left_out)
        and _is_applicant(line, group[0].start(), title, left_out)
        for match in group
    ]
    names = [match for match in demands if match.lastgroup != GENERIC]
    best: tuple[str, int, int] | None = None
    for match in names or demands:
        degree = match.lastgroup if names and match.lastgroup else ANY_DEGREE
        if best is None or _RANK[degree] < _RANK[best[0]]:
            best = degree, match.start(), match.end()
    return best, left_out


def _groups(text: str, matches: list[re.Match[str]]) -> Iterator[tuple[list[re.Match[str]], int]]:
    """Yield degrees that are named together ("Bachelor's or Master's"), each group with the start of the next group."""
    first = 0
    while first < len(matches):
        last = first
        while last + 1 < len(matches) and _JOINED.match(text[matches[last].end() : matches[last + 1].start()]):
            last += 1
        yield matches[first : last + 1], matches[last + 1].start() if last + 1 < len(matches) else len(text)
        first = last + 1


def _is_degree_demanded(
    text: str, group: list[re.Match[str]], beyond: int, section: str, title: str, left_out: list[str]
) -> bool:
    start, end = group[0].start(), group[-1].end()
    if section in ("preferred", "not", "mentioned"):
        return False
    first, last = sentence_at(text, start, end)
    before, after = lower_text(text[first:start]), lower_text(text[end : min(last, beyond)])
    closing = after.find(")") if after.count(")") > after.count("(") else -1
    opening = after.find("(")
    after = after[:closing] if closing >= 0 else after[:opening] if opening >= 0 else after
    if _DEGREE_WISHED.search(after) or _DEGREE_WISHED.search(before[-25:]) or _WITHOUT.search(before[-20:]):
        return False
    if _DEGREE_WISHED_BEFORE.search(before[-25:]) or _DEGREE_WISHED_NEAR.match(after):
        return False
    if _PAID.search(before) or _PAID_BEHIND.match(after):
        return False
    is_of_others = _OTHER_PEOPLE.search(before) or _COLLEAGUE.search(before)
    return not is_of_others or _is_own_role(before, title, left_out)
