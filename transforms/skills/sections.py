"""Divide an advert's text into lines and sections: requirements, wishes, what the employer says about itself.

Employers repeat their lines from advert to advert, so a line is read once and cached. The cache holds the names and
cues of the lexicon in the line, the sections that begin in the line, the words that readers look for, and the result of
each reader. The result of a reader depends only on the line and the kind of section around it.
"""

from __future__ import annotations

import functools
import itertools
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from transforms.skills.headings import PERSON, heading_kind, names_person
from transforms.skills.lexicon import Meaning, lexicon
from transforms.text.batch_cache import MAX_OF_LINES, BatchCache
from transforms.text.lookups import parts, rows_of
from transforms.text.multi_match import Literals

T = TypeVar("T")

MAX_HEADING = 80
"""Maximum number of characters in a heading: two thirds of a printed line."""
MIN_OF_HEADING = 0.4
"""Minimum share of a heading's letters that belong to known words, unless the heading ends with a colon."""
MAX_COLON_GAP = 30
"""Maximum number of characters between the words of a heading and its colon."""
FLAT_TEXT = 400
"""A line with more characters than this is a flattened text, with headings inside it."""
MAX_OPENING = 50
"""Maximum number of characters in a heading of which only the beginning is known, such as "Life at" and a company's
name.
"""
INTRO, WHOLE = "intro", "whole"
"""Kind of the text before the first heading: `INTRO` in an advert with headings about the role, else `WHOLE`."""
IDEAL = "ideal"
"""Kind of a heading such as "Ideally, you'd have": wishes, or requirements if the advert has no section of these."""
WISHES = frozenset((IDEAL, "preferred"))
OF_ROLE = frozenset(("required", "duties", *WISHES))
STRENGTH = {"required": 1, "duties": 1, IDEAL: 2, "preferred": 3, "mentioned": 4, "not": 5}
"""Precedence of kinds if a heading has words of several; the highest number wins. "Preferred qualifications" are
therefore wishes.
"""
BULLETS = ("-", "•", "*", "·", "–", "●", "▪", "◦", "・", "o ")
FIRST_OF_ITEM = frozenset(bullet for bullet in BULLETS if len(bullet) == 1)
"""Characters that begin an item of a list."""
NO_BREAK_HYPHEN = "\u2011"
KEPT = 8192
"""Number of titles, and of employers, for which the result is cached, since adverts repeat them."""
LISTS = (
    ("years", "requirement_cues", "pattern", "cue", "year literal"),
    ("degree", "requirement_cues", "pattern", "cue", "degree literal"),
    ("degree within", "requirement_cues", "pattern", "cue", "degree literal within"),
    ("qualification", "qualification_cues", "pattern", "cue", "literal"),
    ("workplace", "workplace_words", "pattern", "name", "literal"),
    ("place of work", "place_statements", "pattern", "kind", "literal"),
    ("ai", "ai_terms", "words", "case", "any"),
    ("AI", "ai_terms", "words", "case", "exact"),
    ("overruling", "employment_cues", "pattern", "where", "exact literal"),
)
"""Lists of words that are searched for at once. The items are the name of the list, the lookup, the column with the
words, and the column and value that select the rows of the list.
"""
NAMES = "names"
"""Where the lines with names of skills are kept beside those of `LISTS`."""
_LETTER = re.compile(r"[^\W_]")
_ESCAPED = re.compile(r"\\.")
_AND = frozenset(("&", "and", "und", "et", "y", "e", "en", "i"))
_SENTENCE_ENDS = (". ", "! ", "? ", "; ", "• ", "。")


NO_WORDS: Mapping[str, Sequence[tuple[int, int]]] = {}
"""The words of a line without any, shared by all such lines."""


class Line:
    """What was found in a line. Spans are offsets in the line, in order of their starts."""

    __slots__ = ("after", "cues", "is_lead_in", "names", "openings", "results", "text", "words")

    def __init__(self, text: str) -> None:
        self.text = text
        self.names: Sequence[tuple[int, int, int]] = ()
        """(start, end, number of the meaning) of names of skills."""
        self.cues: Sequence[tuple[int, int, str]] = ()
        """(start, end, kind) of phrases that change what a clause asks for."""
        self.openings: Sequence[tuple[int, str]] = ()
        """(start, kind) of the sections that begin in the line."""
        self.after: str | None = None
        """Kind of the section that goes on after the line, or `IDEAL`; None if the line changes nothing."""
        self.is_lead_in = False
        """Whether the section after the line begins only if a list follows."""
        self.words: Mapping[str, Sequence[tuple[int, int]]] = NO_WORDS
        """(start, end) of words of `LISTS`, by name of the list."""
        self.results: dict[Any, Any] | None = None

    def once(self, reader: Callable[..., T], *args: object) -> T:
        """Return `reader(line, *args)`, computed only the first time."""
        key = (reader, *args)
        if self.results is None:
            self.results = {}
        elif key in self.results:
            known: T = self.results[key]
            return known
        result = self.results[key] = reader(self, *args)
        return result

    def kind_at(self, offset: int, kind: str) -> str:
        """Return the kind of the section that holds an offset of the line.

        `kind` is the section in which the line begins.
        """
        for start, section in self.openings:
            if start > offset:
                break
            kind = section
        return kind


SectionLine = tuple[int, str, Line]
"""Offset of a line in the text, kind of the section in which the line begins, and the line."""


def lines_of(text: str) -> tuple[SectionLine, ...]:
    """Return the lines of a text that hold anything readers look for, in order.

    The kinds of sections are required, preferred, duties, mentioned (the employer and its offer) and not (what is not
    asked for). Before the first heading the kind is `INTRO` or `WHOLE`.
    """
    return _texts(text).lines


def lines_with(text: str, *lists: str) -> list[SectionLine]:
    """Return the lines with words of any of these `LISTS`, or with `NAMES`, in order."""
    lines, by_list = _texts(text)
    number_lists = [by_list[name] for name in lists if name in by_list]
    numbers = number_lists[0] if len(number_lists) == 1 else sorted(set[int]().union(*number_lists))
    return [lines[number] for number in numbers]


class _Text(NamedTuple):
    lines: tuple[SectionLine, ...]
    by_list: dict[str, list[int]]


def read_texts(texts: list[str]) -> list[_Text]:
    """Return the relevant lines of each text. New lines are read all at once."""
    split = [text.split("\n") for text in texts]
    lines = iter(_lines.get_many(list(itertools.chain.from_iterable(split))))
    return [_place_lines(lines_of_text, list(itertools.islice(lines, len(lines_of_text)))) for lines_of_text in split]


_texts = BatchCache(read_texts)
prefetch_lines = _texts.get_many
"""Read the lines of several texts at once, before readers ask for each text."""


def _place_lines(texts: list[str], lines: list[Line | None]) -> _Text:
    begins = list(itertools.accumulate([len(text) + 1 for text in texts], initial=0))
    pairs = zip(begins, lines, strict=False)  # `begins` has one offset more than `lines`
    entries = [(begin, line) for begin, line in pairs if line is not None]
    by_list: dict[str, list[int]] = {}
    turns: list[tuple[int, str]] = []  # index of the entry with which a section begins, kind of the section
    kinds: set[str] = set()
    for number, (begin, line) in enumerate(entries):
        if line.names:
            by_list.setdefault(NAMES, []).append(number)
        for name in line.words:
            by_list.setdefault(name, []).append(number)
        if line.openings:
            for _, opening in line.openings:
                kinds.add(opening)
        if line.after and (not line.is_lead_in or _is_above_list(texts, begins.index(begin))):
            turns.append((number + 1, line.after))
            kinds.add(line.after)
    kind = INTRO if not OF_ROLE.isdisjoint(kinds) else WHOLE
    ideal = "preferred" if "required" in kinds else "required"
    placements: list[SectionLine] = []
    for until, after in (*turns, (len(entries), "")):
        placements += [(begin, kind, line) for begin, line in entries[len(placements) : until]]
        kind = ideal if after == IDEAL else after
    return _Text(tuple(placements), by_list)


def _is_above_list(texts: list[str], at: int) -> bool:
    return _is_item(next(filter(None, texts[at + 1 : at + 3]), ""))


def read_lines(texts: list[str]) -> list[Line | None]:
    """Read lines with one pass of each database over all of them.

    Return None for a line that holds nothing readers look for.
    """
    batch = "\n" + "\n".join(texts) + "\n"  # the first heading follows a line end, too
    if NO_BREAK_HYPHEN in batch:
        batch = batch.replace(NO_BREAK_HYPHEN, "-")  # "Nice‑to‑haves"
    begins = list(itertools.accumulate([len(text) + 1 for text in texts], initial=1))
    lines: list[Line | None] = [None] * len(texts)

    def line_at(place: int) -> Line:
        line = lines[place]
        if line is None:
            line = lines[place] = Line(texts[place])
        return line

    names, cues, headings = _find_meanings(batch, begins)
    for place, of_line in names.items():
        line_at(place).names = of_line
    for place, of_clause in cues.items():
        if place in names or place in headings:  # elsewhere they change nothing
            line_at(place).cues = of_clause
    for place, hits in headings.items():
        _set_sections(line_at(place), hits)
    for place, text in enumerate(texts):
        if 1 < len(text) <= MAX_HEADING and text[0] not in FIRST_OF_ITEM and not _ends_sentence(text):
            lines[place] = _with_heading_of_text(lines[place], text)
    for place, words in _find_listed(batch, begins).items():
        line_at(place).words = words
    return lines


_Headings = dict[int, list[tuple[int, int, Meaning]]]


def _find_meanings(
    batch: str, begins: Sequence[int]
) -> tuple[dict[int, list[tuple[int, int, int]]], dict[int, list[tuple[int, int, str]]], _Headings]:
    """Return names of skills, cues of clauses and words of headings, each by number of the line.

    `begins` are the offsets of the lines in `batch`, and the end of the last one. A line with a cue of wishes is among
    the headings even if it has no words of headings.
    """
    names: dict[int, list[tuple[int, int, int]]] = {}
    cues: dict[int, list[tuple[int, int, str]]] = {}
    headings: _Headings = {}
    meanings = lexicon().meanings
    place = begin = until = 0
    for start, end, number in lexicon().find(batch):
        if not begin < end <= until:
            place = bisect_left(begins, end) - 1
            begin, until = begins[place], begins[place + 1]
        meaning = meanings[number]
        if meaning.skills:
            names.setdefault(place, []).append((start - begin, end - begin, number))
        elif meaning.where == "clause":
            cues.setdefault(place, []).append((start - begin, end - begin, meaning.kind))
            if meaning.kind == "preferred":
                headings.setdefault(place, [])
        else:
            words = batch[start:end].rstrip("\n")
            last = start - begin + len(words)
            headings.setdefault(place, []).append((last - len(words.lstrip("\n*?¿# ")), last, meaning))
    return names, cues, headings


def _find_listed(batch: str, begins: Sequence[int]) -> dict[int, dict[str, list[tuple[int, int]]]]:
    """Return the words of `LISTS` in each line, by number of the line. The arguments are those of `_find_meanings`."""
    by_line: dict[int, dict[str, list[tuple[int, int]]]] = {}
    literals, of_any_case, exact = _looked_for()
    place = begin = until = 0
    for start, end in literals.spans(batch):
        if not begin <= start < until:
            place = bisect_right(begins, start) - 1
            begin, until = begins[place], begins[place + 1]
        words = batch[start:end]
        for name in (*of_any_case.get(words.lower(), ()), *exact.get(words, ())):
            by_line.setdefault(place, {}).setdefault(name, []).append((start - begin, end - begin))
    return by_line


def _set_sections(line: Line, hits: Sequence[tuple[int, int, Meaning]]) -> None:
    """Set the sections that begin in a line by its words of headings."""
    openings = _openings(line.text, hits)
    line.openings = [(start, "preferred" if kind == IDEAL else kind) for start, kind in openings]
    line.is_lead_in = not openings
    if line.is_lead_in and _has_tag(line):
        line.openings = [(0, "preferred")]
    elif line.is_lead_in:
        line.after = _lead_in(line, hits)
    elif line.cues and openings[-1][1] == "required" and _has_tag(line, is_heading=True):
        line.openings, line.after = [(0, "preferred")], "preferred"
    elif not _is_label(line):
        line.after = openings[-1][1]
    if hits and (cues := [*_cues_of_headings(line, hits)]):
        line.cues = sorted([*line.cues, *cues])


_lines = BatchCache(read_lines, limit=MAX_OF_LINES)


def _names_both(text: str) -> bool:
    return not _AND.isdisjoint(text.lower().split())


def _with_heading_of_text(line: Line | None, text: str) -> Line | None:
    """Return the line, with the section that it opens by the roles of its words unless listed words tell.

    A plain word of wishes counts beside listed words of requirements, unless the heading names both: "Compétences
    appréciées", but "Qualifications & preferred experience".
    """
    is_listed = line is not None and bool(line.openings)
    if line is not None and (line.names or (is_listed and (line.after != "required" or _names_both(text)))):
        return line
    told = heading_kind(text) or (PERSON if not is_listed and names_person(text) else None)
    if told is None or (is_listed and not (told.kind == "preferred" and told.is_plain and told.is_whole)):
        return line
    if told.kind == "required" and text[-1] == "!":
        return line  # "We look forward to your application!"
    line = line or Line(text)
    if line.is_lead_in and line.after:
        return line
    line.after = told.kind
    line.is_lead_in = not told.is_whole and text[-1] != ":"
    line.openings = [] if line.is_lead_in else [(0, told.kind)]
    return line


def _openings(text: str, headings: Iterable[tuple[int, int, Meaning]]) -> list[tuple[int, str]]:
    """Return start and kind of each section that a heading in the line opens.

    In a line of up to `FLAT_TEXT` characters only the strongest heading counts. "Qualifications & preferred experience"
    holds both; it opens requirements.
    """
    openings: list[tuple[int, str]] = []
    is_flat = len(text) > FLAT_TEXT
    end = 0
    for start, until, meaning in headings:
        if openings and until <= end + 1 and start > openings[-1][0]:
            continue  # "mission" within "your mission"
        is_longer = bool(openings) and start == openings[-1][0]  # "about your role" after "about your"
        is_further = is_longer or (bool(openings) and not is_flat)
        if is_further and not is_longer and STRENGTH[meaning.kind] <= STRENGTH[openings[-1][1]]:
            continue
        if is_further and openings[-1][1] == "required" and text[end:start].strip().lower() in _AND:
            continue
        end = until - (text[until - 1] in ": ")
        if meaning.where == "lead-in":
            is_heading = False
        elif meaning.where == "opening":
            is_heading = len(text) <= MAX_OPENING and text[-1] not in ".,;"
        elif len(text) > MAX_HEADING:
            is_heading = _is_inside(text, start, end)
        elif _is_item(text):
            is_heading = meaning.kind in OF_ROLE and text.endswith(":") and _is_mostly(text, start, end)
        else:
            is_heading = _is_heading(text, start, end)
        if not is_heading:
            continue
        if is_further:
            openings[-1] = (openings[-1][0], meaning.kind)
        else:
            openings.append((start, meaning.kind))
    return openings


def _cues_of_headings(line: Line, headings: Iterable[tuple[int, int, Meaning]]) -> Iterator[tuple[int, int, str]]:
    """Yield words of headings that open no section but are cues: "a plus" in "- Rust a plus"."""
    starts = {start for start, _ in line.openings}
    for start, until, _ in headings:
        kind = _clause_kinds().get(line.text[start:until].lower().strip(" :"))
        if kind is not None and start not in starts:
            yield start, until, kind


@functools.cache
def _clause_kinds() -> dict[str, str]:
    """Return the kinds of words that are cues of clauses, headings that hold such words included: "would be a plus"."""
    kinds = {str(row["words"]): str(row["kind"]) for row in rows_of("section_words") if row["where"] == "clause"}
    kinds |= {words: "not" for row in rows_of("denials") for words in parts(row["triggers"])}
    wishes = sorted((words for words, kind in kinds.items() if kind == "preferred"), key=len, reverse=True)
    wish = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, wishes))})(?!\w)")
    for row in rows_of("section_words"):
        if row["where"] == "heading" and row["kind"] == "preferred" and wish.search(str(row["words"])):
            kinds.setdefault(str(row["words"]), "preferred")
    return kinds


def _is_heading(line: str, start: int, end: int) -> bool:
    whole = line.strip(" *#_")
    if whole.endswith((":", "：")) or (
        line.find(":", end, end + MAX_COLON_GAP) >= 0 and not _LETTER.search(line[:start])
    ):
        return True
    return not _ends_sentence(whole) and _is_mostly(line, start, end)


def _is_mostly(line: str, start: int, end: int) -> bool:
    """Whether a span has at least `MIN_OF_HEADING` of the letters of its line."""
    return len(_LETTER.findall(line[start:end])) >= MIN_OF_HEADING * len(_LETTER.findall(line))


def _ends_sentence(line: str) -> bool:
    return line.endswith((".", ",", ";")) and not line.endswith("...")


def _lead_in(line: Line, headings: Iterable[tuple[int, int, Meaning]]) -> str | None:
    """Return the kind of a line that announces wishes if a list follows, wherever its words of wishes stand in it."""
    if line.names or len(line.text) > MAX_HEADING or _is_item(line.text) or _ends_sentence(line.text):
        return None
    kinds = [*(meaning.kind for _, _, meaning in headings), *(kind for _, _, kind in line.cues)]
    return max(WISHES.intersection(kinds), key=STRENGTH.__getitem__, default=None)


def _has_tag(line: Line, *, is_heading: bool = False) -> bool:
    """Whether brackets at its start or end call the whole line a wish: "[Nice to have] Rust", "Rust. (Bonus)".

    In a heading, no sentence need end before them: "Qualifications (optional)".
    """
    text = line.text
    return any(
        text[start - 1 : start] in ("(", "[")
        and text[end : end + 1] in (")", "]")
        and (
            not _LETTER.search(text, 0, start)
            or ((is_heading or text[start - 3 : start - 2] in ".!;") and not _LETTER.search(text, end))
        )
        for start, end, kind in line.cues
        if kind == "preferred"
    )


def _is_item(line: str) -> bool:
    return line.startswith(BULLETS) and not line.startswith("**")


def _is_label(line: Line) -> bool:
    """Whether the last section that opens in the line is a single paragraph: "Disclaimer: ...", "Benefits: ..."."""
    return MAX_HEADING < len(line.text) <= FLAT_TEXT and line.openings[-1][1] in ("mentioned", "not")


def _is_inside(line: str, start: int, end: int) -> bool:
    """Whether words of a long line are a heading that lost its line break."""
    colon = line.find(":", end, end + MAX_COLON_GAP)
    if colon < 0 or _is_item(line) or any(mark in line[end:colon] for mark in ".;,!?"):
        return False
    ahead = line[max(0, start - MAX_HEADING) : start].rstrip(" *#_")
    if not _LETTER.search(ahead):
        return True
    return len(line) > FLAT_TEXT and ahead[-1] in ".!?:;)|" and line[start].isupper()


def sentence_at(line: str, start: int, end: int, reach: int = 300) -> tuple[int, int]:
    """Return the bounds of the sentence around a span, at most `reach` characters to either side."""
    first, last = max(0, start - reach), min(len(line), end + reach)
    for mark in _SENTENCE_ENDS:  # each mark searches only within the bounds found so far
        at = line.rfind(mark, first, start)
        first = first if at < 0 else at + len(mark)
        at = line.find(mark, end, last)
        last = last if at < 0 else at
    return first, last


# --- sentences about a person who was introduced ------------------------------------------------------

MAX_INTRODUCTION = 300
"""Maximum number of characters from the words that introduce a person to a sentence about that person."""
_BREAK = re.compile(r"[.!?;•] ")
_ARTICLE = re.compile(r"\W*(?:\w{1,3} )?")


class Introduced(NamedTuple):
    """A sentence about a person whom the line introduced before, by its offsets, with the words that did: "our cto"."""

    start: int
    end: int
    words: str


def introduced_at(line: Line, offset: int) -> str:
    """Return the words that introduced the subject of the sentence at an offset, or ""."""
    if _BREAK.search(line.text, 0, offset) is None:
        return ""  # no sentence before introduces anybody, as for most facts
    return next((said.words for said in line.once(_introduced) if said.start <= offset < said.end), "")


def _introduced(line: Line) -> list[Introduced]:
    """Return the sentences with an introduced person as subject: "Our CTO is Ana Ruiz. She has", "Ana has".

    A person whom the advert seeks does not count: "We look for an engineer. She has".
    """
    text, found = line.text, list[Introduced]()
    begins = [0, *(match.end() for match in _BREAK.finditer(text))]
    low = lower_text(text) if len(begins) > 1 else ""
    for last, begin, end in zip(begins, begins[1:], [*begins[2:], len(text)], strict=False):
        subject = _having().match(low, begin, end)
        if subject is None or not (subject["name"] is None or _is_name(text, subject.start("name"), begin)):
            continue
        first = last if subject["none"] else max(0, begin - MAX_INTRODUCTION)
        before = low[first:begin]
        words = cues_of("requirement_cues", "introduced", r"\b").search(before)
        if words is None or (subject["none"] and not _ARTICLE.fullmatch(before, 0, words.start())):
            continue
        if cues_of("requirement_cues", "applicant", r"\b").search(low, first, end) is None:
            found.append(Introduced(begin, end, words[0]))
    return found


@functools.cache
def _having() -> re.Pattern[str]:
    """Return a pattern for a pronoun or name with a verb of having; the verb may lack a subject where languages do."""
    pronoun, having, alone = (cues_of("requirement_cues", cue).pattern for cue in ("pronoun", "having", "subjectless"))
    return re.compile(rf"\W*(?:{pronoun} (?:\w+ )?{having}|(?P<none>{alone})|(?P<name>\w+) (?:\w+ )?{having})\b")


def _is_name(text: str, at: int, before: int) -> bool:
    """Whether a word with a capital stands in the text before as well."""
    word = _WORD.match(text, at)
    return word is not None and word[0][0].isupper() and re.search(rf"\b{word[0]}\b", text[:before]) is not None


# --- words that send a reader to a line ---------------------------------------------------------------


@functools.cache
def _looked_for() -> tuple[Literals, dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """Return a search for all words of `LISTS`, and the names of the lists by word: in any case, and as written."""
    of_any_case: dict[str, tuple[str, ...]] = {}
    exact: dict[str, tuple[str, ...]] = {}
    for name, lookup, words, column, value in LISTS:
        lists = exact if value in ("exact", "exact literal") else of_any_case
        for row in rows_of(lookup):
            if row[column] == value and row[words]:
                word = str(row[words]) if lists is exact else str(row[words]).lower()
                lists[word] = (*lists.get(word, ()), name)
    return Literals(of_any_case, exact=exact), of_any_case, exact


def lower_text(text: str) -> str:
    """Return a text in lower case as `re` compares letters when it ignores case; offsets do not change."""
    return text.replace("İ", "i").replace("ı", "i").replace("ſ", "s").lower()


def lines_around(text: str, spans: Iterable[tuple[int, int]], reach: int) -> Iterator[str]:
    """Yield each line with a span, in lower case; of a long line, at most `reach` characters before and after the span.

    Spans are sorted by their starts. No part of the text is yielded twice.
    """
    floor = 0
    for start, end in spans:
        if start < floor:
            continue
        first = max(text.rfind("\n", floor, start) + 1, start - reach, floor)
        last = text.find("\n", end, end + reach)
        floor = last = min(len(text), end + reach) if last < 0 else last
        yield lower_text(text[first:last])


_WORD = re.compile(r"\w+")


def names_own_role(subject: str, title: str) -> bool:
    """Whether a subject such as "the team lead" is the advert's own role: the title has all its words but the article.

    "Your team lead" is a colleague, and so is a whole team.
    """
    article, *words = _WORD.findall(subject.lower()) or [""]
    if not words or not _words_of(title).issuperset(words):
        return False
    is_team = cues_of("requirement_cues", "collective").fullmatch(words[-1]) is not None
    return not is_team and cues_of("requirement_cues", "article").fullmatch(article) is not None


@functools.lru_cache(maxsize=KEPT)
def _words_of(title: str) -> frozenset[str]:
    """Return the words of a title in small letters."""
    return frozenset(_WORD.findall(title.lower()))


@functools.cache
def cues_of(lookup: str, cue: str, before: str = "", after: str = "") -> re.Pattern[str]:
    """Return a pattern for all patterns that a lookup lists under a cue, with `before` and `after` around them.

    The pattern is for text from `lower_text`: searching that is several times faster than ignoring case. Raise
    ValueError if the lookup has no such cue, or if a listed pattern has a capital letter, which would never match.
    """
    patterns = [row["pattern"] for row in rows_of(lookup) if row["cue"] == cue and row["pattern"]]
    if not patterns:
        raise ValueError(f"lookups/{lookup}.csv: no row for the cue {cue!r}")
    return re.compile(f"{before}(?:{'|'.join(lower_pattern(lookup, pattern) for pattern in patterns)}){after}")


def lower_pattern(lookup: str, pattern: str) -> str:
    """Return a pattern of a lookup as it is. Raise ValueError if it has a capital letter."""
    letters = _ESCAPED.sub("", pattern)
    if letters != letters.lower():
        raise ValueError(f"lookups/{lookup}.csv: the pattern {pattern!r} must be in lower case")
    return pattern
