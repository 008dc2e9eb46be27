"""Skills asked for in an advert, each once, at its strongest requirement, with the span that says so.

One Hyperscan database holds every alias of the taxonomy together with the words that begin a section, so a
text is scanned once. Decisions are data: `skills.csv` (the taxonomy), `skill_phrases.csv` (skills said with a
verb: "deploy large models"), `skill_context.csv` (what must or must not stand beside an ambiguous word),
`section_words.csv` (headings and turns of phrase in seven languages).

Evidence in `skills.csv` names postings by id and O*NET-SOC codes. This module includes information from the
O*NET 29.2 Database by the U.S. Department of Labor, Employment and Training Administration (USDOL/ETA), used
under the CC BY 4.0 licence; O*NET is a trademark of USDOL/ETA. It has been modified here: skills were chosen,
renamed and grouped, and USDOL/ETA has not approved, endorsed or tested the result.

How a requirement is decided, strongest first where a skill is named more than once:

- `required`: named in a section of requirements or of duties (what the person works with is asked for), in an
  advert's title as well as its text, or in a text without headings;
- `preferred`: named in a section of wishes, or in a clause that says "a plus", "ideally" and the like;
- `mentioned`: named in what the employer says of itself, its benefits or its applicants' rights, or before the
  first heading in a sentence that does not speak of the role;
- a skill said not to be needed is not counted at all.
"""

from __future__ import annotations

import contextlib
import csv
import functools
import itertools
import re
import threading
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from importlib.metadata import version
from operator import itemgetter
from pathlib import Path
from typing import Any

import hyperscan

from transforms.kept import keep, kept_path, read_kept
from warehouse.tables import REQUIREMENTS, SkillAsked, Skills

LOOKUPS = Path(__file__).parent / "lookups"
LONGEST_HEADING = 80
"""Characters of a line that may be a heading: two thirds of a printed line."""
LEAST_OF_HEADING = 0.4
"""Share of a heading's letters that its known words must make up, unless it ends with a colon."""
LONGEST_COLON_GAP = 30
"""Characters between the words of a heading and its colon."""
FLAT_TEXT = 400
"""A line longer than this was flattened: headings stand inside it."""
BESIDE = 48
"""Characters to either side in which the context of an ambiguous word is looked for, within its line."""
IN_LINE = 192
"""The same for words that may stand anywhere in the line: about two printed lines to either side."""
FURTHEST_IN_LIST = 6
"""Ambiguous neighbours of a list that are passed over on the way to one that is not."""
LONGEST_GAP_IN_LIST = 12
"""Characters between two neighbours of a list, as in "Go (or) Rust"."""
FORMS = {"clause": ("{}",), "opening": ("\n{} ", "? {} "), "heading": ("\n{}", "{}:", "*{}", "? {}", "# {}")}
"""How cues may stand: a heading at the start of its line, before its colon, marked up, or after a sign that Latin-1
lacks; an opening ("Why Acme") only at the start; other cues anywhere."""
LONGEST_OPENING = 50
"""Characters of a heading of which only the opening is known: "Life at" and a company's name."""
SHORT_WORD = 7
"""Letters up to which Hyperscan checks the ends of a word: shorter spellings stand inside too many others."""
SHORTEST_PLURAL = 3
"""Words of at most so many letters ("and", "API") get no plural of their own."""
GAP_WORDS = 4
"""Words that ".." in a phrase may stand for."""

KEPT = 8192
"""Titles and headings of which the answer is remembered: employers repeat theirs."""

REQUIRED, PREFERRED, MENTIONED = range(len(REQUIREMENTS))
"""Strengths of a requirement, the strongest first, as in REQUIREMENTS."""
UNNAMED = len(REQUIREMENTS)
"""Weaker than any: the strength of a skill not named yet."""
STRONGEST = {"preferred": PREFERRED, "mentioned": MENTIONED, "not": MENTIONED}
"""The strongest that can be named in a section of each kind, where it is not `REQUIRED`."""


def taxonomy() -> tuple[Skills, ...]:
    """The skill taxonomy in order of `skills.csv`."""
    return _taxonomy()


@functools.cache
def _taxonomy() -> tuple[Skills, ...]:
    return tuple(
        Skills(
            skill=row["skill"],
            category=row["category"],
            aliases=tuple(alias for alias in row["aliases"].split(";") if alias),
            case_rule=row["case_rule"],
            evidence=row["evidence"],
        )
        for row in _rows("skills.csv")
    )


def skills_in(text: str, *, title: str = "") -> tuple[SkillAsked, ...]:
    """The skills of the taxonomy that a text names, in order of their spans.

    `text` is an advert as `text_of` gives it; `title` helps to judge (a skill of the title is required) but
    spans are always in `text`. Longest match wins where names nest: "NoSQL" is not SQL. Words in addresses
    (github.com) are not skills. Linear in the length of the text; never raises.
    """
    if not text:
        return ()
    lexicon = _lexicon()
    advert = lexicon.advert("\n" + text)  # so that a heading in the first line follows a line's end like any other
    in_title = lexicon.named(title) if title else frozenset()
    if not advert.hits:
        return ()
    starts, kinds = advert.sections()
    ranks: dict[int, int] = {}
    spans: dict[int, tuple[int, int]] = {}
    for place, (start, end, number) in enumerate(advert.hits):
        skills = lexicon.meanings[number].skills
        kind = kinds[bisect_right(starts, start)]
        strongest = STRONGEST.get(kind, REQUIRED)
        for skill in skills:
            if ranks.get(skill, UNNAMED) > strongest:
                break
        else:
            continue  # each is already known to be asked for as strongly as it can be here
        if not advert.counts(place):
            continue
        rank = advert.rank(start, end, kind)
        if rank is None:
            continue
        for skill in skills:
            own = REQUIRED if skill in in_title else rank
            if own < ranks.get(skill, UNNAMED):
                ranks[skill] = own
                spans[skill] = (start, end)
    names = taxonomy()
    order = sorted([(start, end, skill) for skill, (start, end) in spans.items()])
    return tuple(
        SkillAsked(skill=names[skill].skill, requirement=REQUIREMENTS[ranks[skill]], start=start - 1, end=end - 1)
        for start, end, skill in order
    )


# --- what the lookups say -----------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Context:
    """What decides on an ambiguous word: each pattern is None where the row leaves it empty."""

    before: re.Pattern[str] | None
    after: re.Pattern[str] | None
    line: re.Pattern[str] | None
    in_list: str
    not_before: re.Pattern[str] | None
    not_after: re.Pattern[str] | None
    not_line: re.Pattern[str] | None

    @functools.cached_property
    def is_open(self) -> bool:
        """Whether the word is accepted unless something refuses it."""
        return not (self.before or self.after or self.line or self.in_list)


@dataclass(frozen=True)
class _Meaning:
    """What a spelling stands for: skills, or a cue of some kind.

    A `phrase` is the rest of what must stand there for a spelling that is only its first word.
    """

    skills: tuple[int, ...] = ()
    context: _Context | None = None
    phrase: re.Pattern[str] | None = None
    kind: str = ""
    where: str = ""


@dataclass(frozen=True)
class _Spelling:
    """Text to look for, with the number of its meaning."""

    text: str
    is_exact: bool
    meaning: int


class _Lexicon:
    """The compiled database and the meaning of each of its patterns."""

    def __init__(self) -> None:
        self.meanings, spellings = _read()
        self._database = _database(spellings)
        self._of_thread = threading.local()

    def advert(self, text: str) -> _Advert:
        """A text with its hits, sorted so that the longest of those at one place comes first.

        One byte stands for one character, so offsets need no translation; what Latin-1 lacks becomes "?".
        """
        hits: list[tuple[int, int, int]] = []
        add = hits.append

        def note(number: int, start: int, end: int, _flags: int, _context: object) -> None:
            add((start, -end, number))

        if not hasattr(self._of_thread, "scratch"):
            self._of_thread.scratch = hyperscan.Scratch(self._database)
        scratch = self._of_thread.scratch
        self._database.scan(text.encode("latin-1", "replace"), match_event_handler=note, scratch=scratch)
        return _Advert(text, hits, self.meanings)

    @functools.lru_cache(maxsize=KEPT)  # noqa: B019  # one lexicon lives as long as the process
    def named(self, title: str) -> frozenset[int]:
        """Skills a title names."""
        advert = self.advert(title)
        found = [number for place, (_, _, number) in enumerate(advert.hits) if advert.counts(place)]
        return frozenset(skill for number in found for skill in self.meanings[number].skills)


@functools.cache
def _lexicon() -> _Lexicon:
    return _Lexicon()


def _rows(name: str) -> list[dict[str, str]]:
    with (LOOKUPS / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _read() -> tuple[list[_Meaning], list[_Spelling]]:
    """Every meaning, and every spelling with the number of its meaning."""
    contexts = {row["alias"]: row for row in _rows("skill_context.csv")}
    contexts = {alias.lower(): row for alias, row in contexts.items() if row["case_rule"] != "exact"} | contexts
    number = {skill.skill: n for n, skill in enumerate(taxonomy())}
    named: dict[tuple[str, bool], list[int]] = {}
    for skill in taxonomy():
        for alias in (skill.skill, *skill.aliases):
            row = contexts.get(alias) or contexts.get(alias.lower())
            is_exact = ((row["case_rule"] if row else "") or skill.case_rule) == "exact"
            held = named.setdefault((alias if is_exact else alias.lower(), is_exact), [])
            if number[skill.skill] not in held:
                held.append(number[skill.skill])
    meanings: dict[_Meaning, int] = {}
    spellings: dict[tuple[str, bool, int], None] = {}

    def add(text: str, is_exact: bool, meaning: _Meaning) -> None:
        spellings[text, is_exact, meanings.setdefault(meaning, len(meanings))] = None

    for (alias, is_exact), skills in named.items():
        row = contexts.get(alias)
        said = tuple(row[column] for column in CONTEXT_COLUMNS) if row else ()
        meaning = _Meaning(skills=tuple(skills), context=_context(*said) if any(said) else None)
        for text in _variants(alias, is_exact):
            add(text, is_exact, meaning)
    for row in _rows("skill_phrases.csv"):
        for text in _either(row["phrase"].split()[0].rstrip("*")):
            add(text, False, _Meaning(skills=(number[row["skill"]],), phrase=_phrase(row["phrase"])))
    for row in _rows("section_words.csv"):
        if row["where"] not in FORMS:
            continue
        meaning = _Meaning(kind=row["kind"], where=row["where"])
        for text in _variants(row["words"], True):
            for form in FORMS[row["where"]]:
                add(form.format(text), False, meaning)
    return list(meanings), [_Spelling(*spelling) for spelling in spellings]


_CLASS_IN_CAPITALS = re.compile(r"\\[A-Z]")
CONTEXT_COLUMNS = ("before", "after", "line", "in_list", "not_before", "not_after", "not_line")


@functools.cache
def _context(
    before: str, after: str, line: str, in_list: str, not_before: str, not_after: str, not_line: str
) -> _Context:
    """One and the same for equal rows: contexts are told apart by identity, which costs least.

    Its patterns are for text in lower case: several times faster than ignoring case.
    """

    def compiled(words: str, form: str) -> re.Pattern[str] | None:
        if not words:
            return None
        if _CLASS_IN_CAPITALS.search(words):  # "\\S" is not "\\s"
            return re.compile(form.format(words), re.IGNORECASE)
        return re.compile(form.format(words.lower()))

    return _Context(
        before=compiled(before, r"(?:{})[^\w\n]*\Z"),
        after=compiled(after, r"[^\w\n]*(?:{})"),
        line=compiled(line, r"\b(?:{})"),
        in_list=in_list,
        not_before=compiled(not_before, r"(?:{})\Z"),
        not_after=compiled(not_after, r"(?:{})"),
        not_line=compiled(not_line, r"\b(?:{})"),
    )


def _variants(alias: str, is_exact: bool) -> list[str]:
    """The spellings of an alias: blanks and hyphens for each other, "&" for "and"; of phrases also the plural."""
    found = {alias}
    if " and " in alias:
        found |= {alias.replace(" and ", " & ")}
    words = alias.split(" ")
    if not is_exact and len(words) + alias.count("-") > 1 and len(words[-1]) > SHORTEST_PLURAL and alias[-1].isalpha():
        if not alias.endswith("s"):
            found |= {f"{form}s" for form in found}
        elif not alias.endswith(("ss", "us", "is")):
            found |= {form[:-1] for form in found}
    for _ in range(alias.count(" ") + alias.count("-")):
        found |= {form.replace(" ", "-", 1) for form in found} | {form.replace("-", " ", 1) for form in found}
    return sorted(found)  # in an order that is the same in every process: the cached lexicon is named by it


def _either(word: str) -> list[str]:
    """The words that "(a|b)" stands for; a "*" ends them."""
    return [form.rstrip("*") for form in word.strip("()").split("|")]


def _phrase(phrase: str) -> re.Pattern[str]:
    """A phrase: "*" ends a word in any way, ".." is up to `GAP_WORDS` words of a clause, (a|b) either."""
    parts: list[str] = []
    gap = ""
    for word in phrase.split():
        if word == "..":
            gap = rf"(?:[\w/&'’()+-]+,? ){{0,{GAP_WORDS}}}?"
            continue
        spelled = word.replace("*", r"\w*").replace("(", "(?:").replace("-", "[ -]")
        parts.append((rf",? {gap}" if parts else "") + spelled)
        gap = ""
    return re.compile(rf"{''.join(parts)}\b", re.IGNORECASE)


# --- the compiled database ----------------------------------------------------------------------------


def _database(spellings: list[_Spelling]) -> Any:
    """The compiled spellings: from the cache folder when it holds this very lexicon, else compiled and kept."""
    made_of = (version("hyperscan"), *(f"{s.text}\n{s.is_exact} {s.meaning}\n" for s in spellings))
    kept = kept_path("skills", ".hyperscan", map(str.encode, made_of))
    content = read_kept(kept)  # whole, or None: loadb() would read beyond the end of a file cut short
    if content is not None:
        with contextlib.suppress(hyperscan.HyperscanError):  # made for another processor: it is made anew
            return hyperscan.loadb(content, hyperscan.HS_MODE_BLOCK)
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[_expression(s.text) for s in spellings],
        ids=[s.meaning for s in spellings],
        flags=[hyperscan.HS_FLAG_SOM_LEFTMOST | (0 if s.is_exact else hyperscan.HS_FLAG_CASELESS) for s in spellings],
    )
    keep(kept, hyperscan.dumpb(database))
    return database


def _expression(text: str) -> bytes:
    """A spelling as an expression: long ones are literals, which compile fast; short ones must be whole words."""
    escaped = re.sub(r"([^\w ])", r"\\\1", "".join(c if ord(c) < 256 else "?" for c in text), flags=re.ASCII)
    if len(text) <= SHORT_WORD:
        begin = r"\b" if text[0].isascii() and text[0].isalnum() else ""
        end = r"\b" if text[-1].isascii() and text[-1].isalnum() else ""
        escaped = begin + escaped + end
    return escaped.encode("latin-1")


# --- one advert ---------------------------------------------------------------------------------------

ADDRESS_JOINTS = "/.@-_:"
SENTENCE_ENDS = (". ", ".\n", ": ", ":\n")
"""Joints that join nothing, unless more stands before the name."""
NO_LETTERS_FROM = "\u2e80"
"""From here on (CJK) writing has no blanks between words, so its letters do not lengthen a name."""
LONGEST_CLAUSE = 600
"""Characters to either side within which the ends of a clause are looked for."""
STRENGTH = {"required": 1, "duties": 1, "preferred": 2, "mentioned": 3, "not": 4}
"""Which word decides where one heading holds several: "Preferred qualifications" are wishes."""
BULLETS = ("-", "•", "*", "·", "–", "●", "▪", "◦", "o ")

_BETWEEN = re.compile(
    r"(?:[\s,/&|;()•·+]|\b(?:and|or|und|oder|et|ou|y|o|e|lub|i|en|of|like|e\.g\.|eg)\b|[:.-] ?(?=\s)|\.)*\Z"
)
_ADDRESS = re.compile(
    r"://|^www\.|@\w|\b[\w-]{1,63}\.(?:com|io|ai|org|net|dev|app|co|so|sh|gg|eu|de|fr|uk|us|me|tech|cloud|xyz|inc)"
    r"(?:[/?:]|\W*$)",
    re.IGNORECASE,
)
_ADDRESS_ENDS = frozenset("(),;\"'<>|")
_CLAUSE_END = re.compile(r"[.;!?](?:\s|$)")
_LETTER = re.compile(r"[^\W_]")
_NOT_NEEDED_BEFORE = re.compile(
    r"\b(?:no|without(?: any)?|not? (?:need|require|expect)\w*(?: any)?|don['’]t (?:need|require|expect)\w*(?: any)?|"
    r"kein\w*|ohne|sans|sin|sem|bez|geen)"
    r"(?: (?:prior|previous|specific|extensive|formal|deep|hands-on|to know|to have))*"
    r"(?: (?:experience|knowledge|background|expertise|skills?|erfahrung|kenntnisse))?"
    r"(?: (?:with|of|in|using|mit|en|de))?(?: (?!but\b|only\b|just\b)[\w.+#/-]+,?(?: or| nor)?){0,2}\s*\Z",
    re.IGNORECASE,
)
_NOT_NEEDED_AFTER = re.compile(
    r"\s*(?:experience|knowledge|skills?|background|expertise)?\s*(?:(?:is|are) not|isn['’]t|aren['’]t|not)"
    r" (?:strictly )?(?:required|needed|necessary|a must|mandatory|expected)\b",
    re.IGNORECASE,
)


class _Advert:
    """The hits of one text, resolved: what stands where, which of them count, and how strongly."""

    def __init__(self, text: str, found: list[tuple[int, int, int]], meanings: list[_Meaning]) -> None:
        self.text = text
        self.meanings = meanings
        self.hits: list[tuple[int, int, int]] = []
        """(start, end, number of the meaning) of the skills, in order of their starts."""
        self._line = (0, -1)
        self._headings: list[tuple[int, int, _Meaning]] = []
        self._clause_cues: list[tuple[int, int, str]] = []
        self._cue_starts: list[int] = []
        hits = self.hits
        found.sort()
        size = len(text)
        last_start = last_end = last_cue = -1
        for start, negative_end, number in found:
            end = -negative_end
            if end <= last_end and (end < last_end or start != last_start):
                continue  # inside a longer name
            meaning = meanings[number]
            skills = meaning.skills
            if not skills and end <= last_cue:
                continue
            if start and text[start - 1] not in " \n(" and not self._begins(start):
                continue
            if meaning.phrase is not None:
                if not start or text[start - 1] != "-":
                    said = meaning.phrase.match(text, start)
                    if said is not None:
                        hits.append((start, said.end(), number))
                continue
            if end < size and text[end] not in " ,.\n)" and not self._ends(start, end):
                continue
            if skills:
                hits.append((start, end, number))
                last_start, last_end = start, end
            else:
                last_cue = end
                if meaning.where == "clause":
                    self._clause_cues.append((start, end, meaning.kind))
                    self._cue_starts.append(start)
                else:
                    self._headings.append((start, end, meaning))

    def sections(self) -> tuple[list[int], list[str]]:
        """Where sections start, and their kinds, beginning with that of the text before the first."""
        starts: list[int] = []
        kinds: list[str] = []
        text = self.text
        begin, stop = 0, -1
        for found, until, meaning in self._headings:
            start = until - len(text[found:until].lstrip("\n*?# "))
            if not begin <= start <= stop:
                begin, stop = self._line_of(start)
            is_further = bool(starts) and starts[-1] >= begin and stop - begin <= FLAT_TEXT
            if is_further and STRENGTH[meaning.kind] <= STRENGTH[kinds[-1]]:
                continue
            if meaning.where == "opening":
                if stop - begin > LONGEST_OPENING or text[stop - 1] in ".,;":
                    continue
            else:
                end = until - (text[until - 1] in ": ")
                if stop - begin > LONGEST_HEADING:
                    if not self._is_inside(start, end, begin, stop):
                        continue
                elif not _is_heading(text[begin:stop], start - begin, end - begin):
                    continue
            if is_further:
                kinds[-1] = meaning.kind
            else:
                starts.append(start)
                kinds.append(meaning.kind)
        speaks_of_role = any(kind in ("required", "duties", "preferred") for kind in kinds)
        return starts, ["intro" if speaks_of_role else "whole", *kinds]

    def _is_inside(self, start: int, end: int, begin: int, stop: int) -> bool:
        """Whether words of a long line are a heading that lost its line."""
        text = self.text
        colon = text.find(":", end, min(stop, end + LONGEST_COLON_GAP))
        if colon < 0 or text.startswith(BULLETS, begin) or any(mark in text[end:colon] for mark in ".;,!?"):
            return False
        ahead = text[max(begin, start - LONGEST_HEADING) : start].rstrip(" *#_")
        if not _LETTER.search(ahead):
            return True
        return stop - begin > FLAT_TEXT and ahead[-1] in ".!?:;)|" and text[start].isupper()

    def _begins(self, start: int) -> bool:
        before, first = self.text[start - 1], self.text[start]
        return not (before.isalnum() and before < NO_LETTERS_FROM and (first.isalnum() or first == "."))

    def _ends(self, start: int, end: int) -> bool:
        after, last = self.text[end], self.text[end - 1]
        if after.isalnum() and after < NO_LETTERS_FROM:
            return not (last.isalnum() or (after.isalpha() and last in "+#"))
        return not (after in "+#" and last.isalnum() and end - start == 1)

    # hits that count

    def counts(self, place: int) -> bool:
        """Whether the hit of that number stands in the right context and outside of addresses."""
        text = self.text
        start, end, number = self.hits[place]
        after = text[end : end + 2]
        if (
            (after[:1] in ADDRESS_JOINTS and after and after not in SENTENCE_ENDS)
            or (start and text[start - 1] in ADDRESS_JOINTS)
        ) and self._in_address(start, end):
            return False
        context = self.meanings[number].context
        if context is None:
            return True
        begin, stop = self._line_of(start)
        left = max(begin, start - IN_LINE)
        around = text[left : min(max(stop, end), end + IN_LINE)]
        fits = _fits(context, around, start - left, end - left)
        return self._in_list(place, context.in_list) if fits is None else fits

    def _in_address(self, start: int, end: int) -> bool:
        """Whether the hit is part of an address of the web or of mail."""
        text = self.text
        left, right = start, end
        floor, ceiling = max(0, start - LONGEST_HEADING), min(len(text), end + LONGEST_HEADING)
        while left > floor and not text[left - 1].isspace() and text[left - 1] not in _ADDRESS_ENDS:
            left -= 1
        while right < ceiling and not text[right].isspace() and text[right] not in _ADDRESS_ENDS:
            right += 1
        token = text[left:right]
        found = _ADDRESS.search(token)
        if found is None:
            return False
        if "://" in token or "@" in token:
            return True
        # "Node.js/Next.js" holds no address, and a name that ends like one (Fly.io) is not inside one
        return found.start() <= start - left < found.end() - 1 and end - left < found.end() - 1

    def _in_list(self, place: int, wanted: str) -> bool:
        """Whether a skill that is not ambiguous stands in the same enumeration: beside it, or on both sides."""
        before = self._beside(place, -1)
        if wanted == "both":
            return before and self._beside(place, 1)
        return before or self._beside(place, 1)

    def _beside(self, place: int, step: int) -> bool:
        hits, text = self.hits, self.text
        for _ in range(FURTHEST_IN_LIST):
            near = place + step
            if not 0 <= near < len(hits):
                return False
            left, right = hits[min(near, place)][1], hits[max(near, place)][0]
            if right - left > LONGEST_GAP_IN_LIST or not _BETWEEN.match(text[left:right]):
                return False
            if self.meanings[hits[near][2]].context is None:
                return True
            place = near
        return False

    def _line_of(self, at: int) -> tuple[int, int]:
        begin, stop = self._line
        if not begin <= at <= stop:
            begin = self.text.rfind("\n", 0, at) + 1
            stop = self.text.find("\n", at)
            stop = len(self.text) if stop < 0 else stop
            self._line = (begin, stop)
        return begin, stop

    # how strongly

    def rank(self, start: int, end: int, kind: str) -> int | None:
        """Index into REQUIREMENTS of a hit in a section of a kind; None when the text says it is not needed."""
        begin, stop = self._line_of(start)
        cues = self._cues_in(max(begin, start - LONGEST_CLAUSE), min(stop, end + LONGEST_CLAUSE))
        is_wished = False
        if cues:
            clause = self._clause_of(start, end)
            for at, to, cue in cues:
                if not clause[0] <= at < clause[1]:
                    continue
                if cue == "mentioned":
                    return MENTIONED
                if cue == "not" and self._is_negated(clause, start, end):
                    return None
                is_wished = is_wished or (cue == "preferred" and self._speaks_of(at, to, clause, start, end))
        strongest = STRONGEST.get(kind, REQUIRED)
        if strongest == MENTIONED:
            return MENTIONED
        if is_wished or strongest == PREFERRED:
            return PREFERRED
        if kind == "intro":
            left, right = self._clause_of(start, end)
            before = max(0, left - 1)  # whether a word begins where the clause does is seen from there
            if not _speaks_of_role(self.text[before:right], left - before):
                return MENTIONED
        return REQUIRED

    def _clause_of(self, start: int, end: int) -> tuple[int, int]:
        begin, stop = self._line_of(start)
        left = max(begin, start - LONGEST_CLAUSE)
        for found in _CLAUSE_END.finditer(self.text, left, start):
            left = found.end()
        stop = min(max(stop, end), end + LONGEST_CLAUSE)
        right = _CLAUSE_END.search(self.text, end, stop)
        return left, right.end() if right else stop

    def _cues_in(self, left: int, right: int) -> list[tuple[int, int, str]]:
        starts = self._cue_starts
        first = bisect_left(starts, left)
        if first == len(starts) or starts[first] >= right:
            return []
        return self._clause_cues[first : bisect_left(starts, right, first)]

    def _is_negated(self, clause: tuple[int, int], start: int, end: int) -> bool:
        before = self.text[max(clause[0], start - LONGEST_HEADING) : start]
        after = self.text[end : min(clause[1], end + LONGEST_HEADING)]
        return bool(_NOT_NEEDED_AFTER.match(after) or _NOT_NEEDED_BEFORE.search(before))

    def _speaks_of(self, at: int, to: int, clause: tuple[int, int], start: int, end: int) -> bool:
        """Whether a cue of the clause speaks of the hit: one in brackets speaks of what stands there with it.

        "Rust (a plus)" speaks of Rust, "one language (preferably Python)" of Python only.
        """
        opened = self.text.rfind("(", clause[0], at)
        if opened < 0 or self.text.find(")", opened, at) >= 0:
            return True
        closed = self.text.find(")", to, clause[1])
        closed = clause[1] if closed < 0 else closed
        stands_alone = at - opened <= 2 and closed - to <= 2
        return opened < start < closed or (stands_alone and end <= opened <= end + 1)


@functools.lru_cache(maxsize=KEPT)
def _fits(context: _Context, around: str, start: int, end: int) -> bool | None:
    """Whether an ambiguous word from `start` to `end` counts with that around it; None when its list decides."""
    before = around[max(0, start - BESIDE) : start].lower()
    after = around[end : end + BESIDE].lower()
    around = around.lower()
    if (context.not_before and context.not_before.search(before)) or (
        context.not_after and context.not_after.match(after)
    ):
        return False
    accepted = (
        context.is_open
        or bool(context.before and context.before.search(before))
        or bool(context.after and context.after.match(after))
        or bool(context.line and context.line.search(around))
    )
    if (accepted or context.in_list) and not (context.not_line and context.not_line.search(around)):
        return accepted or None
    return False


@functools.lru_cache(maxsize=KEPT)
def _is_heading(line: str, start: int, end: int) -> bool:
    """Whether known words make a short line a heading; `start` and `end` are theirs in the line."""
    if line.startswith(BULLETS):
        return False
    whole = line.strip()
    if whole.endswith(":") or (line.find(":", end, end + LONGEST_COLON_GAP) >= 0 and not _LETTER.search(line[:start])):
        return True
    letters, known = len(_LETTER.findall(whole)), len(_LETTER.findall(line[start:end]))
    return not whole.endswith((".", ",", ";")) and known >= LEAST_OF_HEADING * letters


@functools.cache
def _of_role() -> re.Pattern[str]:
    """Words, in lower case, by which a sentence before the first heading speaks of the role, not of the employer.

    Grouped by first letters, which the engine compares before it tries the words.
    """
    words = sorted(
        re.escape(row["words"].lower()).replace(r"\*", r"\w*")
        for row in _rows("section_words.csv")
        if row["kind"] == "role"
    )
    either = "|".join(
        f"{first}(?:{'|'.join(word[1:] for word in group)})"
        for first, group in itertools.groupby(words, key=itemgetter(0))
    )
    return re.compile(rf"\b(?:{either})(?!\w)")


def _speaks_of_role(sentence: str, begin: int) -> bool:
    return _of_role().search(sentence.lower(), begin) is not None
