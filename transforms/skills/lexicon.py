"""The lexicon: every spelling of skills and cues that is searched for in adverts, in two Hyperscan databases.

Decisions are data: `skills.csv` (the taxonomy), `skill_translations.csv` (its names in other languages),
`skill_phrases.csv` (skills said with a verb: "deploy large models"), `skill_context.csv` (what must or must not stand
beside an ambiguous word; a row that names a skill holds for that skill alone), `section_words.csv` (headings and turns
of phrase in eleven languages), `exclusions.csv` (words that rule something out, for skills as for places),
`denials.csv` (what says that a skill is not needed; its patterns are tried in a line with one of the `triggers`).

Latin-1 lacks Chinese, Japanese and Korean characters, so names in these languages have a database of their own, over
UTF-16: a character takes two bytes. These languages put no blanks between words, so a name may stand within a run of
letters.

Evidence in `skills.csv` names postings by id and O*NET-SOC codes. This module includes information from the O*NET 29.2
Database by the U.S. Department of Labor, Employment and Training Administration (USDOL/ETA), used under the CC BY 4.0
licence; O*NET is a trademark of USDOL/ETA. It has been modified here: skills were chosen, renamed and grouped, and
USDOL/ETA has not approved, endorsed or tested the result.
"""

from __future__ import annotations

import functools
import itertools
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from transforms.text.lookups import parts, rows_of, taxonomy
from transforms.text.multi_match import Pattern, Search

FORMS = {
    "clause": ("{}",),
    "lead-in": ("{}",),
    "opening": ("\n{} ", "? {} "),
    "heading": ("\n{}", " {}\n", "{}:", "*{}", "? {}", "¿{}", "# {}"),
}
"""Where a cue ("{}") must stand, by kind of cue. A heading stands at the start or end of its line, before a colon, in
markup, or after a sign that Latin-1 lacks ("?"). An opening ("Why Acme") stands only at the start of its line. Cues of
clauses and of lines that lead in a list of wishes stand anywhere.
"""
SHORT_WORD = 7
"""Maximum number of letters in a spelling whose ends Hyperscan checks: short spellings occur within too many other
words."""
MIN_PLURAL = 3
"""A phrase has a plural only if its last word has more letters than this: "and" and "API" have none."""
GAP_WORDS = 4
"""Maximum number of words that ".." in a phrase may stand for."""
GAP_LETTERS = 12
"""Maximum number of letters that ".." may stand for in scripts without blanks between words: four words of two or three
letters."""
NO_LETTERS_FROM = "\u2e80"
"""First character of the scripts (CJK) without blanks between words, in which more letters may follow a name."""
KATAKANA = ("\u30a1", "\u30fe")
MAX_SHORT_KATAKANA = 5
"""A katakana name of up to this many letters must be a whole run of katakana: "テスト" is not found in "コンテスト"."""


# --- what the lookups say -----------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Context:
    """Patterns that decide on an ambiguous word; None for a pattern that the row leaves empty."""

    before: re.Pattern[str] | None
    after: re.Pattern[str] | None
    line: re.Pattern[str] | None
    in_list: str | None
    not_before: re.Pattern[str] | None
    not_after: re.Pattern[str] | None
    not_line: re.Pattern[str] | None

    @functools.cached_property
    def is_open(self) -> bool:
        """Whether the word is accepted unless a pattern excludes it."""
        return not (self.before or self.after or self.line or self.in_list)


@dataclass(frozen=True)
class Meaning:
    """What a spelling stands for: skills, or a cue of some kind.

    If the spelling is only the first word of a phrase, the text from that word on must match `phrase`.
    """

    skills: tuple[int, ...] = ()
    context: Context | None = None
    phrase: re.Pattern[str] | None = None
    kind: str = ""
    where: str = ""


@dataclass(frozen=True)
class _Spelling:
    text: str
    is_exact: bool
    meaning: int


class _Entries:
    def __init__(self) -> None:
        self.meanings: dict[Meaning, int] = {}
        self.spellings: dict[tuple[str, bool, int], None] = {}

    def add(self, texts: Iterable[str], meaning: Meaning, *, is_exact: bool = False) -> None:
        for text in texts:
            number = self.meanings.setdefault(meaning, len(self.meanings))
            self.spellings[text, is_exact, number] = None


def _read() -> tuple[list[Meaning], list[_Spelling]]:
    entries = _Entries()
    skill_numbers = {skill.skill: n for n, skill in enumerate(taxonomy())}
    _add_names(entries, skill_numbers)
    for row in rows_of("skill_phrases"):
        phrase = str(row["phrase"])
        meaning = Meaning(skills=(skill_numbers[str(row["skill"])],), phrase=_phrase(phrase))
        entries.add(_either(phrase.split(maxsplit=1)[0].rstrip("*")), meaning)
    for row in rows_of("denials"):
        for words in parts(row["triggers"]):
            entries.add(_variants(words, True), Meaning(kind="not", where="clause"))
    for row in rows_of("section_words"):
        words, where = str(row["words"]), str(row["where"])
        meaning = Meaning(kind=str(row["kind"]), where=where)
        for form in _forms(words, where, row["language"]):
            entries.add(map(form.format, _variants(words, True)), meaning)
    for row in rows_of("exclusions"):
        if row["skills"]:
            entries.add(_variants(str(row["words"]), True), Meaning(kind="contrast", where="clause"))
    return list(entries.meanings), [_Spelling(*spelling) for spelling in entries.spellings]


def _add_names(entries: _Entries, skill_numbers: dict[str, int]) -> None:
    contexts = {(row["skill"], str(row["alias"])): row for row in rows_of("skill_context")}
    folded = {(skill, alias.lower()): row for (skill, alias), row in contexts.items() if row["case_rule"] != "exact"}
    translations = translated_names()
    if unknown := translations.keys() - skill_numbers.keys():
        raise ValueError(f"lookups/skill_translations.csv: {min(unknown)!r} is no skill of skills.csv")
    by_alias: dict[tuple[str, bool, Context | None], dict[int, None]] = {}
    for skill in taxonomy():
        for alias in (skill.skill, *skill.aliases, *translations.get(skill.skill, ())):
            of_alias = (contexts.get((of, alias)) or folded.get((of, alias.lower())) for of in (skill.skill, None))
            row = next(filter(None, of_alias), None)
            is_exact = ((row["case_rule"] if row else "") or skill.case_rule) == "exact"
            cells = tuple(row[column] for column in CONTEXT_COLUMNS) if row else ()
            key = (alias if is_exact else alias.lower(), is_exact, _context(*cells) if any(cells) else None)
            by_alias.setdefault(key, {})[skill_numbers[skill.skill]] = None
    for (alias, is_exact, context), skills in by_alias.items():
        entries.add(_variants(alias, is_exact), Meaning(skills=tuple(skills), context=context), is_exact=is_exact)


def _forms(words: str, where: str, language: str | None) -> tuple[str, ...]:
    forms = FORMS.get(where, ())
    if forms and is_wide(words):
        return ("{}",)
    return (*forms, "{} :") if where == "heading" and language == "fr" else forms  # French sets a blank before a colon


@functools.cache
def translated_names() -> dict[str, tuple[str, ...]]:
    """Return the names of skills in languages other than English, by skill."""
    names: dict[str, tuple[str, ...]] = {}
    for row in rows_of("skill_translations"):
        translations = tuple(name for part in parts(row["names"]) for name in expand_alternatives(part))
        names[str(row["skill"])] = (*names.get(str(row["skill"]), ()), *translations)
    return names


def expand_alternatives(name: str) -> list[str]:
    """Return the spellings of a name with alternatives in brackets, in order.

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
    """Return the context of a row.

    Equal rows share an object, since contexts are compared by identity, which is faster. The patterns are for text in
    lower case: matching it is several times faster than ignoring case.
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
    """Return the spellings of an alias: blanks and hyphens exchanged, "&" for "and", phrases in singular and plural.

    Chinese, Japanese and Korean aliases are spelt with a blank, a middle dot or nothing, and with or without a blank
    next to English letters.
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
    return sorted(forms)  # the same in every process: the cached lexicon is named by a digest of its spellings


def _either(word: str) -> list[str]:
    return [form.rstrip("*") for form in word.strip("()").split("|")]


def _phrase(phrase: str) -> re.Pattern[str]:
    """Return the pattern of a phrase.

    "*" stands for any end of a word, ".." for up to `GAP_WORDS` words of a clause, and "(a|b)" for either word.
    """
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
    """The compiled databases, and the meanings of their patterns."""

    def __init__(self) -> None:
        self.meanings, spellings = _read()
        self.narrow = _search("skills", [s for s in spellings if not is_wide(s.text)], _pattern)
        self._wide = _search("skills_wide", [s for s in spellings if is_wide(s.text)], _wide_pattern)

    def find(self, text: str) -> list[tuple[int, int, int]]:
        """Return the names and cues in a text that begins and ends with a line end: (start, end, number of meaning).

        Hits are in order of their starts. Of nested names only the longest counts. Characters beyond Latin-1 are
        searched as "?".
        """
        hits: list[tuple[int, int, int]] = []
        add = hits.append

        def note(number: int, start: int, end: int, _flags: int, _context: object) -> None:
            add((start, -end, number))

        self.narrow.scan(text.encode("latin-1", "replace"), note)
        if not text.isascii():
            hits += self._wide_hits(text)
        hits.sort()
        return self._keep_whole_words(text, hits)

    def _wide_hits(self, text: str) -> list[tuple[int, int, int]]:
        """Return hits of names in Chinese, Japanese and Korean, with ends as negative numbers."""
        spans: list[tuple[int, int, int]] = []

        def note(number: int, start: int, end: int, _flags: int, _context: object) -> None:
            spans.append((start, end, number))

        data = text.encode("utf-16-le", "surrogatepass")
        self._wide.scan(data, note)
        spans = [(start // 2, end // 2, number) for start, end, number in spans if start % 2 == 0]
        if spans and len(data) != 2 * len(text):  # emoji and the like take two units each
            pairs = [match.start() + n for n, match in enumerate(_BEYOND_UTF16.finditer(text))]
            spans = [(s - bisect_left(pairs, s), e - bisect_left(pairs, e), number) for s, e, number in spans]
        return [(start, -end, number) for start, end, number in spans if not _is_in_katakana(text, start, end)]

    def _keep_whole_words(self, text: str, hits: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
        """Return the hits that are whole words and lie in no longer name. In `hits`, ends are negative numbers."""
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
    first, last = KATAKANA
    if end - start > MAX_SHORT_KATAKANA or not all(first <= letter <= last for letter in text[start:end]):
        return False
    return first <= text[start - 1] <= last or first <= text[end : end + 1] <= last


@functools.cache
def lexicon() -> Lexicon:
    """Return the lexicon. It is made only once in a process."""
    return Lexicon()


def _search(kind: str, spellings: list[_Spelling], expression: Callable[[_Spelling], Pattern]) -> Search:
    code = Path(__file__).read_bytes()  # the code decides on the expressions
    made_of = "".join(f"{s.is_exact} {s.meaning} {s.text}\n" for s in spellings).encode()
    return Search(kind, (code, made_of), lambda: map(expression, spellings))


def _wide_pattern(spelling: _Spelling) -> Pattern:
    """Return a spelling in UTF-16, with English letters in both cases.

    Hyperscan cannot ignore case here: it would confuse bytes of other letters.
    """
    units = []
    for letter in spelling.text:
        forms = {letter} if spelling.is_exact or not letter.isascii() else {letter.lower(), letter.upper()}
        either = ("".join(f"\\x{byte:02x}" for byte in form.encode("utf-16-le")) for form in sorted(forms))
        units.append(f"(?:{'|'.join(either)})")
    return Pattern("".join(units).encode("ascii"), spelling.meaning)


def _pattern(spelling: _Spelling) -> Pattern:
    """Return a spelling as a pattern.

    Long spellings are literals, which compile fast; short spellings must be whole words.
    """
    text = spelling.text
    pattern = re.sub(r"([^\w ])", r"\\\1", "".join(c if ord(c) < 256 else "?" for c in text), flags=re.ASCII)
    if not spelling.is_exact and not text.isascii():  # ignoring case is for letters of ASCII only
        pattern = _ACCENTED.sub(lambda match: f"[{match[1].lower()}{match[1].upper()}]", pattern)
    if len(text) <= SHORT_WORD:
        begin = r"\b" if text[0].isascii() and text[0].isalnum() else ""
        end = r"\b" if text[-1].isascii() and text[-1].isalnum() else ""
        pattern = begin + pattern + end
    return Pattern(pattern.encode("latin-1"), spelling.meaning, is_caseless=not spelling.is_exact)
