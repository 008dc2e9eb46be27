"""The lexicon: every spelling that the readers of adverts look for, in two Hyperscan databases.

Decisions are data: `skills.csv` (the taxonomy), `skill_translations.csv` (its concepts in other languages),
`skill_phrases.csv` (skills said with a verb: "deploy large models"), `skill_context.csv` (what must or must not stand
beside an ambiguous word), `section_words.csv` (headings and turns of phrase in eleven languages).

Chinese, Japanese and Korean, which Latin-1 lacks, have a database of their own, over UTF-16: two bytes of it are one
character. They put no blanks between words, so a name may stand inside a run of letters.

Evidence in `skills.csv` names postings by id and O*NET-SOC codes. This module includes information from the
O*NET 29.2 Database by the U.S. Department of Labor, Employment and Training Administration (USDOL/ETA), used
under the CC BY 4.0 licence; O*NET is a trademark of USDOL/ETA. It has been modified here: skills were chosen,
renamed and grouped, and USDOL/ETA has not approved, endorsed or tested the result.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import re
import threading
from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import hyperscan

from transforms.text.disk_cache import cache_path, read_cached, write_cache
from transforms.text.lookups import parts, rows_of, taxonomy

FORMS = {
    "clause": ("{}",),
    "opening": ("\n{} ", "? {} "),
    "heading": ("\n{}", " {}\n", "{}:", "*{}", "? {}", "¿{}", "# {}"),
}
"""How cues may stand: a heading at the start or end of its line, before its colon, marked up, or after a sign that
Latin-1 lacks; an opening ("Why Acme") only at the start; other cues anywhere."""
SHORT_WORD = 7
"""Letters up to which Hyperscan checks the ends of a word: shorter spellings stand inside too many others."""
MIN_PLURAL = 3
"""Words of at most so many letters ("and", "API") get no plural of their own."""
GAP_WORDS = 4
"""Words that ".." in a phrase may stand for."""
GAP_LETTERS = 12
"""The same in scripts without blanks between words: as much as four words of two or three letters."""
NO_LETTERS_FROM = "\u2e80"
"""From here on (CJK) writing has no blanks between words, so its letters do not lengthen a name."""
KATAKANA = ("\u30a1", "\u30fe")
MAX_SHORT_KATAKANA = 5
"""Letters up to which a name in katakana must be a whole run of them: "テスト" is no part of "コンテスト"."""


# --- what the lookups say -----------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Context:
    """What decides on an ambiguous word: each pattern is None where the row leaves it empty."""

    before: re.Pattern[str] | None
    after: re.Pattern[str] | None
    line: re.Pattern[str] | None
    in_list: str | None
    not_before: re.Pattern[str] | None
    not_after: re.Pattern[str] | None
    not_line: re.Pattern[str] | None

    @functools.cached_property
    def is_open(self) -> bool:
        """Whether the word is accepted unless something refuses it."""
        return not (self.before or self.after or self.line or self.in_list)


@dataclass(frozen=True)
class Meaning:
    """What a spelling stands for: skills, or a cue of some kind.

    A `phrase` is the rest of what must stand there for a spelling that is only its first word.
    """

    skills: tuple[int, ...] = ()
    context: Context | None = None
    phrase: re.Pattern[str] | None = None
    kind: str = ""
    where: str = ""


@dataclass(frozen=True)
class _Spelling:
    """Text to look for, with the number of its meaning."""

    text: str
    is_exact: bool
    meaning: int


class _Entries:
    """Meanings and spellings, each once, in the order in which they are added."""

    def __init__(self) -> None:
        self.meanings: dict[Meaning, int] = {}
        self.spellings: dict[tuple[str, bool, int], None] = {}

    def add(self, texts: Iterable[str], meaning: Meaning, *, is_exact: bool = False) -> None:
        """Let texts stand for a meaning."""
        for text in texts:
            number = self.meanings.setdefault(meaning, len(self.meanings))
            self.spellings[text, is_exact, number] = None


def _read() -> tuple[list[Meaning], list[_Spelling]]:
    """Every meaning, and every spelling with the number of its meaning."""
    entries = _Entries()
    skill_numbers = {skill.skill: n for n, skill in enumerate(taxonomy())}
    _add_names(entries, skill_numbers)
    for row in rows_of("skill_phrases"):
        phrase = str(row["phrase"])
        meaning = Meaning(skills=(skill_numbers[str(row["skill"])],), phrase=_phrase(phrase))
        entries.add(_either(phrase.split(maxsplit=1)[0].rstrip("*")), meaning)
    for row in rows_of("section_words"):
        words, where = str(row["words"]), str(row["where"])
        meaning = Meaning(kind=str(row["kind"]), where=where)
        for form in _forms(words, where, row["language"]):
            entries.add(map(form.format, _variants(words, True)), meaning)
    return list(entries.meanings), [_Spelling(*spelling) for spelling in entries.spellings]


def _add_names(entries: _Entries, skill_numbers: dict[str, int]) -> None:
    """Add the names of all skills. Names that several skills share stand for all of them."""
    contexts = {str(row["alias"]): row for row in rows_of("skill_context")}
    contexts = {alias.lower(): row for alias, row in contexts.items() if row["case_rule"] != "exact"} | contexts
    translations = translated_names()
    if unknown := translations.keys() - skill_numbers.keys():
        raise ValueError(f"lookups/skill_translations.csv: {min(unknown)!r} is no skill of skills.csv")
    by_alias: dict[tuple[str, bool], dict[int, None]] = {}
    for skill in taxonomy():
        for alias in (skill.skill, *skill.aliases, *translations.get(skill.skill, ())):
            row = contexts.get(alias) or contexts.get(alias.lower())
            is_exact = ((row["case_rule"] if row else "") or skill.case_rule) == "exact"
            by_alias.setdefault((alias if is_exact else alias.lower(), is_exact), {})[skill_numbers[skill.skill]] = None
    for (alias, is_exact), skills in by_alias.items():
        row = contexts.get(alias)
        cells = tuple(row[column] for column in CONTEXT_COLUMNS) if row else ()
        meaning = Meaning(skills=tuple(skills), context=_context(*cells) if any(cells) else None)
        entries.add(_variants(alias, is_exact), meaning, is_exact=is_exact)


def _forms(words: str, where: str, language: str | None) -> tuple[str, ...]:
    """How words of a section may stand in a text; East Asian words anywhere."""
    forms = FORMS.get(where, ())
    if forms and is_wide(words):
        return ("{}",)
    return (*forms, "{} :") if where == "heading" and language == "fr" else forms  # French sets a blank before a colon


@functools.cache
def translated_names() -> dict[str, tuple[str, ...]]:
    """Names of skills in languages other than English, by the skill."""
    names: dict[str, tuple[str, ...]] = {}
    for row in rows_of("skill_translations"):
        translations = tuple(name for part in parts(row["names"]) for name in expand_alternatives(part))
        names[str(row["skill"])] = (*names.get(str(row["skill"]), ()), *translations)
    return names


def expand_alternatives(name: str) -> list[str]:
    """The spellings that a name with alternatives in brackets stands for, in order.

    >>> expand_alternatives("maschinelle(s|n) Lernen")
    ['maschinelles Lernen', 'maschinellen Lernen']
    """
    pieces = (part.split("|") for part in re.split(r"[()]", name))
    return ["".join(choice) for choice in itertools.product(*pieces)]


def is_wide(text: str) -> bool:
    """Whether a text holds letters of scripts that put no blanks between words."""
    return any(letter >= NO_LETTERS_FROM for letter in text)


_CLASS_IN_CAPITALS = re.compile(r"\\[A-Z]")
CONTEXT_COLUMNS = ("before", "after", "line", "in_list", "not_before", "not_after", "not_line")


@functools.cache
def _context(
    before: str | None,
    after: str | None,
    line: str | None,
    in_list: str | None,
    not_before: str | None,
    not_after: str | None,
    not_line: str | None,
) -> Context:
    """One and the same for equal rows: contexts are told apart by identity, which costs least.

    Its patterns are for text in lower case: several times faster than ignoring case.
    """

    def compile_words(words: str | None, form: str) -> re.Pattern[str] | None:
        if not words:
            return None
        if _CLASS_IN_CAPITALS.search(words):  # "\\S" is not "\\s"
            return re.compile(form.format(words), re.IGNORECASE)
        return re.compile(form.format(words.lower()))

    return Context(
        before=compile_words(before, r"(?:{})[^\w\n]*\Z"),
        after=compile_words(after, r"[^\w\n]*(?:{})"),
        line=compile_words(line, r"\b(?:{})"),
        in_list=in_list,
        not_before=compile_words(not_before, r"(?:{})\Z"),
        not_after=compile_words(not_after, r"(?:{})"),
        not_line=compile_words(not_line, r"\b(?:{})"),
    )


def _variants(alias: str, is_exact: bool) -> list[str]:
    """The spellings of an alias: blanks and hyphens for each other, "&" for "and"; of phrases also the plural.

    Chinese, Japanese and Korean write a blank, a middle dot or nothing, and a blank or none beside English letters.
    """
    if is_wide(alias):
        forms = {alias, alias.replace(" ", ""), alias.replace(" ", "・")}
        return sorted(forms | {_BESIDE_WIDE.sub(" ", form) for form in forms})
    forms = {alias}
    if " and " in alias:
        forms |= {alias.replace(" and ", " & ")}
    words = alias.split(" ")
    if not is_exact and len(words) + alias.count("-") > 1 and len(words[-1]) > MIN_PLURAL and alias[-1].isalpha():
        if not alias.endswith("s"):
            forms |= {f"{form}s" for form in forms}
        elif not alias.endswith(("ss", "us", "is")):
            forms |= {form[:-1] for form in forms}
    for _ in range(alias.count(" ") + alias.count("-")):
        forms |= {form.replace(" ", "-", 1) for form in forms} | {form.replace("-", " ", 1) for form in forms}
    return sorted(forms)  # in an order that is the same in every process: the cached lexicon is named by it


def _either(word: str) -> list[str]:
    """The words that "(a|b)" stands for; a "*" ends them."""
    return [form.rstrip("*") for form in word.strip("()").split("|")]


def _phrase(phrase: str) -> re.Pattern[str]:
    """A phrase: "*" ends a word in any way, ".." is up to `GAP_WORDS` words of a clause, (a|b) either."""
    if is_wide(phrase):
        return re.compile(re.escape(phrase).replace(r"\ \.\.\ ", rf"[^\W_]{{0,{GAP_LETTERS}}}?"), re.IGNORECASE)
    parts: list[str] = []
    gap = ""
    for word in phrase.split():
        if word == "..":
            gap = rf"(?:[\w/&'’()+-]+,? ){{0,{GAP_WORDS}}}?"
            continue
        pattern = word.replace("*", r"\w*").replace("(", "(?:").replace("-", "[ -]")
        parts.append((rf",? {gap}" if parts else "") + pattern)
        gap = ""
    return re.compile(rf"{''.join(parts)}\b", re.IGNORECASE)


# --- the compiled database ----------------------------------------------------------------------------


class Lexicon:
    """The compiled databases and the meaning of each of their patterns."""

    def __init__(self) -> None:
        self.meanings, spellings = _read()
        self.database = _database("skills", [s for s in spellings if not is_wide(s.text)], _expression)
        self.wide = _database("skills_wide", [s for s in spellings if is_wide(s.text)], _wide_expression)
        self._of_thread = threading.local()

    def find(self, text: str) -> list[tuple[int, int, int]]:
        """(start, end, number of the meaning) of the names and cues in a text that begins and ends with a line's end.

        In order of their starts; of names that nest only the longest, of phrases all of their words. One byte
        stands for one character, so offsets need no translation; what Latin-1 lacks becomes "?".
        """
        hits: list[tuple[int, int, int]] = []
        add = hits.append

        def note(number: int, start: int, end: int, _flags: int, _context: object) -> None:
            add((start, -end, number))

        if not hasattr(self._of_thread, "scratch"):
            self._of_thread.scratch = hyperscan.Scratch(self.database)
            self._of_thread.wide_scratch = hyperscan.Scratch(self.wide)
        scratch = self._of_thread.scratch
        self.database.scan(text.encode("latin-1", "replace"), match_event_handler=note, scratch=scratch)
        if not text.isascii():
            hits += self._wide_hits(text)
        hits.sort()
        return self._keep_whole_words(text, hits)

    def _wide_hits(self, text: str) -> list[tuple[int, int, int]]:
        """Hits of the names in Chinese, Japanese and Korean; ends as negative numbers."""
        spans: list[tuple[int, int, int]] = []

        def note(number: int, start: int, end: int, _flags: int, _context: object) -> None:
            spans.append((start, end, number))

        data = text.encode("utf-16-le", "surrogatepass")
        self.wide.scan(data, match_event_handler=note, scratch=self._of_thread.wide_scratch)
        spans = [(start // 2, end // 2, number) for start, end, number in spans if start % 2 == 0]
        if spans and len(data) != 2 * len(text):  # emoji and the like take two units each
            pairs = [match.start() + n for n, match in enumerate(_BEYOND_UTF16.finditer(text))]
            spans = [(s - bisect_left(pairs, s), e - bisect_left(pairs, e), number) for s, e, number in spans]
        return [(start, -end, number) for start, end, number in spans if not _is_in_katakana(text, start, end)]

    def _keep_whole_words(self, text: str, hits: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
        """The hits that stand as words of their own and in no longer name; ends come in as negative numbers."""
        whole_words: list[tuple[int, int, int]] = []
        meanings = self.meanings
        size = len(text)
        last_start = last_end = last_cue = -1
        for start, negative_end, number in hits:
            end = -negative_end
            if end <= last_end and (end < last_end or start != last_start):
                continue  # inside a longer name
            meaning = meanings[number]
            if not meaning.skills and end <= last_cue:
                continue
            if start and text[start - 1] not in " \n(" and not _begins(text, start):
                continue
            if meaning.phrase is not None:
                match = meaning.phrase.match(text, start) if text[start - 1] != "-" else None
                if match is not None:
                    whole_words.append((start, match.end(), number))
                continue
            if end < size and text[end] not in " ,.\n)" and not _ends(text, start, end):
                continue
            whole_words.append((start, end, number))
            if meaning.skills:
                last_start, last_end = start, end
            else:
                last_cue = end
        return whole_words


def _begins(text: str, start: int) -> bool:
    before, first = text[start - 1], text[start]
    if first >= NO_LETTERS_FROM:
        return True
    return not (before.isalnum() and before < NO_LETTERS_FROM and (first.isalnum() or first == "."))


def _ends(text: str, start: int, end: int) -> bool:
    after, last = text[end], text[end - 1]
    if last >= NO_LETTERS_FROM:
        return True
    if after.isalnum() and after < NO_LETTERS_FROM:
        return not (last.isalnum() or (after.isalpha() and last in "+#"))
    return not (after in "+#" and last.isalnum() and end - start == 1)


_BESIDE_WIDE = re.compile(r"(?<=[!-~])(?=[\u2e80-\uffff])|(?<=[\u2e80-\uffff])(?=[!-~])")
_ACCENTED = re.compile(r"\\?([À-ÖØ-Þà-öø-þ])")
_BEYOND_UTF16 = re.compile("[\U00010000-\U0010ffff]")


def _is_in_katakana(text: str, start: int, end: int) -> bool:
    """Whether a short name in katakana is part of a longer run of them, and so of another word."""
    first, last = KATAKANA
    if end - start > MAX_SHORT_KATAKANA or not all(first <= letter <= last for letter in text[start:end]):
        return False
    return first <= text[start - 1] <= last or first <= text[end : end + 1] <= last


@functools.cache
def lexicon() -> Lexicon:
    """The one lexicon of the process."""
    return Lexicon()


def _database(name: str, spellings: list[_Spelling], expression: Callable[[_Spelling], bytes]) -> Any:
    """The compiled spellings: from the cache folder when it holds this very lexicon, else compiled and kept."""
    made_of = (f"{version('hyperscan')}\n", *(f"{s.is_exact} {s.meaning} {s.text}\n" for s in spellings))
    code = Path(__file__).read_bytes()  # which makes the expressions
    path = cache_path(name, ".hyperscan", (code, "".join(made_of).encode()))
    content = read_cached(path)  # whole, or None: loadb() would read beyond the end of a file cut short
    if content is not None:
        with contextlib.suppress(hyperscan.HyperscanError):  # made for another processor: it is made anew
            return hyperscan.loadb(content, hyperscan.HS_MODE_BLOCK)
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    is_caseless = expression is _expression
    database.compile(
        expressions=[expression(s) for s in spellings],
        ids=[s.meaning for s in spellings],
        flags=[
            hyperscan.HS_FLAG_SOM_LEFTMOST | (hyperscan.HS_FLAG_CASELESS if is_caseless and not s.is_exact else 0)
            for s in spellings
        ],
    )
    write_cache(path, hyperscan.dumpb(database))
    return database


def _wide_expression(spelling: _Spelling) -> bytes:
    """A spelling in UTF-16. Letters of English in either case: ignoring it would mix up bytes of other letters."""
    units = []
    for letter in spelling.text:
        forms = {letter} if spelling.is_exact or not letter.isascii() else {letter.lower(), letter.upper()}
        either = ("".join(f"\\x{byte:02x}" for byte in form.encode("utf-16-le")) for form in sorted(forms))
        units.append(f"(?:{'|'.join(either)})")
    return "".join(units).encode("ascii")


def _expression(spelling: _Spelling) -> bytes:
    """A spelling as an expression: long ones are literals, which compile fast; short ones must be whole words."""
    text = spelling.text
    pattern = re.sub(r"([^\w ])", r"\\\1", "".join(c if ord(c) < 256 else "?" for c in text), flags=re.ASCII)
    if not spelling.is_exact and not text.isascii():  # ignoring case is for letters of ASCII only
        pattern = _ACCENTED.sub(lambda match: f"[{match[1].lower()}{match[1].upper()}]", pattern)
    if len(text) <= SHORT_WORD:
        begin = r"\b" if text[0].isascii() and text[0].isalnum() else ""
        end = r"\b" if text[-1].isascii() and text[-1].isalnum() else ""
        pattern = begin + pattern + end
    return pattern.encode("latin-1")
