"""Find where the work is done, on site, hybrid or remote, in the sentences of an advert's text.

Statements about this role are the strongest: the days in the office, a word for the role, a line with nothing else.
"You will work at our office" names an office, which hybrid work has too. Statements about what the employer offers
everybody are weaker. An option to work from home is the weakest. Sentences about visits, lunches, a person's skills,
other roles and the like do not count. A sentence that names both hybrid and on-site work states hybrid work.

The phrases are rows of `workplace_phrases.csv`, made of the words in `workplace_words.csv`. Both come from our own
knowledge of the languages. Sampled adverts confirmed the English, German and French phrases and some in Spanish,
Portuguese and Italian. Hardly any adverts in Dutch, Polish, Chinese, Japanese or Korean were available.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from transforms.skills.sections import Line, lines_with, lower_text, sentence_at
from transforms.text.characters import letters_beyond_ascii
from transforms.text.lookups import rows_of
from transforms.text.multi_match import Phrases

DAYS, ROLE, SEAT, OFFER, OPTION = "days", "role", "seat", "offer", "option"
TIERS = (DAYS, ROLE, SEAT, OFFER, OPTION)
"""Strengths of a statement. `SEAT` names an office or refuses fully remote work, which holds for hybrid work too."""
LABEL, ITEM = "label", "item"
"""Weights of words that count only in a line with nothing else. Words of `LABEL` describe the role, words of `ITEM` are
only an option.
"""
REFUSAL, MASK, CLAUSE, REST, SENTENCE = "refusal", "mask", "clause", "rest", "sentence"
"""Weights of phrases that are removed from the text. Phrases of `REFUSAL` (which also mean "onsite") and `MASK` are
removed alone. Phrases of the other weights are removed with their clause, with the rest of the sentence, or with the
whole sentence."""
WEAKER = "weaker"
ANY, ENGLISH = "any", "en"
EAST_ASIAN = ("zh", "ja", "ko")
MAX_LINE = 20_000
"""Maximum number of characters of a line that are read; whole adverts in a single line are shorter."""
MAX_LABEL = 90
"""Maximum number of characters in a line that holds only a label and its value."""
MAX_EAST_ASIAN = 50
"""Maximum number of phrases that are read in a Chinese, Japanese or Korean text."""


class Statement(NamedTuple):
    """A workplace that a sentence states, the strength of the statement (one of `TIERS`), and the sentence's bounds."""

    workplace: str
    tier: str
    start: int
    end: int


def statements_in(text: str) -> tuple[Statement, ...]:
    """Return all statements of a text about the workplace, line by line. Never raises."""
    statements: list[Statement] = []
    for begin, _, line in lines_with(text, "workplace"):
        for workplace, tier, start, end in line.once(_statements_of_line):
            statements.append(Statement(workplace, tier, begin + start, begin + end))
    if any(letter in text for letter in _FREQUENT):
        statements += _east_asian_statements(text)
    return tuple(statements)


# --- one line ---------------------------------------------------------------------------------------


class _Phrase(NamedTuple):
    says: str
    weight: str


def _statements_of_line(line: Line) -> tuple[Statement, ...]:
    plain = fold_letters(line.text[:MAX_LINE])
    data = plain.encode("latin-1", "replace")
    phrases, search = _tiers()
    is_label = len(plain) <= MAX_LABEL and _labels()[0].search(plain) is not None
    matches = search.find(data)
    if not is_label and not matches:
        return ()  # as for most lines
    sentence = functools.cache(functools.partial(_sentence, plain))  # cached: several phrases may end at one offset
    sentences = {sentence(end) for _, end, _ in matches} | ({(0, len(plain))} if is_label else set())
    rest, weak, statements = _mask(plain, data, sentences)
    for _, end, number in matches if rest == data else search.find(rest):
        says, tier = phrases[number]
        is_weak = any(first < end <= last for first, last in weak)
        if tier == DAYS or not is_weak:
            statements.append(Statement(says, ROLE if is_weak else tier, *sentence(end)))
    if is_label:
        statements += _label(rest.decode("latin-1"), len(plain))
    return _join_hybrid(tuple(dict.fromkeys(statements)))


def _join_hybrid(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """Return the statements of a line without those of on-site work in a sentence about hybrid work.

    The hybrid work then has the strength of both: "this role is on site in Berlin, hybrid".
    """
    both = [one for one in statements if one.workplace == "hybrid" and one.tier != OPTION]
    if not both or len(both) == len(statements):
        return statements
    joined: list[Statement] = []
    for one in statements:
        beside = [other for other in both if one.start < other.end and other.start < one.end]
        joined.append(one._replace(workplace="hybrid") if beside and one.workplace == "onsite" else one)
    return tuple(dict.fromkeys(joined))


def fold_letters(text: str) -> str:
    """Return a text in lower case with plain letters, apostrophes, hyphens and blanks; offsets do not change.

    The full stops of "U.S." become blanks.
    """
    low = lower_text(text)
    if not low.isascii():
        for letter in _PLAIN.keys() & map(str.lower, letters_beyond_ascii(text)):
            low = low.replace(letter, _PLAIN[letter])
    return low.replace("u.s.", "u s ")


def fold_to_bytes(text: str) -> bytes:
    """Return `fold_letters(text)` in Latin-1, with "?" for other letters, but faster for long texts."""
    for letter in letters_beyond_ascii(text):
        plain = _fold_letter(letter) if letter > "\xff" else letter
        if plain != letter:
            text = text.replace(letter, plain)
    return text.encode("latin-1", "replace").translate(_folded_bytes()).replace(b"u.s.", b"u s ")


@functools.cache
def _folded_bytes() -> bytes:
    return "".join(map(fold_letters, map(chr, range(256)))).encode("latin-1")


@functools.lru_cache(maxsize=4096)
def _fold_letter(letter: str) -> str:
    return fold_letters(letter)


_MARKED = {
    "a": "àáâãäåāăą", "c": "çćĉċč", "d": "ďđð", "e": "èéêëēĕėęě", "g": "ĝğġģ", "i": "ìíîïĩīĭį", "l": "ĺļľł",
    "n": "ñńņň", "o": "òóôõöøōŏő", "r": "ŕŗř", "s": "śŝşšßș", "t": "ţťŧț", "u": "ùúûüũūŭůűų", "y": "ýÿŷ", "z": "źżž",
    "'": "’‘`´", "-": "‐‑‒–—−", " ": "\u00a0\u2009\u202f",
}  # fmt: skip
_PLAIN = {letter: plain for plain, letters in _MARKED.items() for letter in letters}
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")


_IN_PART = re.compile(r"full|complet|entire|100 ?%|total|solely|only|permanent")
"""Words with which a refusal leaves room for hybrid work: "not fully remote"."""


def _sentence(plain: str, end: int) -> tuple[int, int]:
    return sentence_at(plain, max(0, end - 1), end)


def _mask(
    plain: str, whole: bytes, sentences: Collection[tuple[int, int]]
) -> tuple[bytes, list[tuple[int, int]], list[Statement]]:
    """Return the line's bytes with irrelevant parts of `sentences` masked, the bounds of weak parts, and refusals.

    Weak parts hold for some people only. Only statements about days in the office count in weak parts.
    """
    data = bytearray(whole)
    weak: list[tuple[int, int]] = []
    refusals: list[Statement] = []
    phrases, search = _masks()
    for start, end, number in search.find(whole):
        if phrases[number].weight == REFUSAL:
            tier = SEAT if _IN_PART.search(plain, start, end) else ROLE
            refusals.append(Statement(phrases[number].says, tier, *_sentence(plain, end)))
        data[start:end] = b"#" * (end - start)
    phrases, search = _surroundings()
    for _, end, number in search.find(whole):
        if not any(first < end <= last for first, last in sentences):
            continue
        says, weight = phrases[number]
        first, last = _sentence(plain, end)
        if says == WEAKER:
            weak.append((first if weight == SENTENCE else end, last))
            continue
        if weight == CLAUSE:
            first, last = _clause(plain, first, last, end)
        data[first:last] = b"#" * (last - first)
    return bytes(data), weak, refusals


_CLAUSE_ENDS = re.compile(r"[,;:()•|]| - | (?:and|&|but|or|und|et|mais|y|e|ed|en|oraz|i) ")


def _clause(plain: str, first: int, last: int, at: int) -> tuple[int, int]:
    cuts = [first, *(match.start() for match in _CLAUSE_ENDS.finditer(plain, first, last)), last]
    return max((cut for cut in cuts if cut < at), default=first), min((cut for cut in cuts if cut >= at), default=last)


# --- short lines ------------------------------------------------------------------------------------

_BEFORE_WORD = r"^[\W_]*|[:|,;/(·&+]\s*|\b(?:or|and|oder|und|ou|et|o|lub|of) |\s-\s"
_BEHIND_WORD = (
    r" ?(?:$|[,;|()/&+·?:.!]| -|(?:in|at|from|within|or|and|with|oder|bei|im|ou|a|au|o|en|em|w|te|"
    r"deutschlandweit|bundesweit)\b)"
)
_CHOICE = re.compile(r"\b(?:or|and|oder|und|ou|et|o|of|lub)\b|[/&|]")


@functools.cache
def _labels() -> tuple[re.Pattern[str], tuple[tuple[_Phrase, re.Pattern[str]], ...]]:
    """Return patterns for words alone in a line or after a label: one for all phrases together, then one for each."""
    by_phrase: dict[_Phrase, list[str]] = {}
    for row in rows_of("workplace_phrases"):
        if row["weight"] in (LABEL, ITEM):
            by_phrase.setdefault(_Phrase(row["says"] or "", row["weight"] or ""), []).append(row["pattern"] or "")

    headings = "|".join(row["pattern"] or "" for row in rows_of("workplace_words") if row["name"] == "heading")
    before = rf"(?:^[^:]{{0,20}}\b(?:{headings})\b[^:]{{0,12}}:[^.]{{0,40}}\b|{_BEFORE_WORD})"

    def expression(patterns: Iterable[str]) -> re.Pattern[str]:
        return re.compile(_fold_pattern(f"{before}(?:{'|'.join(patterns)}){_BEHIND_WORD}"))

    of_all = expression(pattern for patterns in by_phrase.values() for pattern in patterns)
    return of_all, tuple((phrase, expression(patterns)) for phrase, patterns in by_phrase.items())


def _label(plain: str, end: int) -> Iterator[Statement]:
    phrases = {phrase for phrase, pattern in _labels()[1] if pattern.search(plain)}
    of_role = {phrase.says for phrase in phrases if phrase.weight == LABEL}
    workplace = next((word for word in ("hybrid", "remote", "onsite") if word in of_role), None)
    if "remote" in of_role and _CHOICE.search(plain):
        workplace = "remote"
    if workplace is not None:  # several words are weaker: the location, which may repeat them, is read more closely
        yield Statement(workplace, ROLE if len(of_role) == 1 else OFFER, 0, end)
    yield from (Statement(phrase.says, OPTION, 0, end) for phrase in phrases if phrase.weight == ITEM)


# --- Chinese, Japanese, Korean ----------------------------------------------------------------------

_FREQUENT = "。、다"
"""Characters of which any longer text in Chinese, Japanese or Korean contains at least one."""
_TELLING = re.compile(
    "远程|居家|每[周天]|混合|现场办公|坐班|到岗办公|出社|在宅|リモート|テレワーク|ハイブリッド|オフィス(?:勤務|での勤務|に勤務)"
    "|출근|재택|원격|리모트|하이브리드|사무실"
)
"""Each Chinese, Japanese or Korean phrase contains one of these words. Only lines with such a word are searched."""


@functools.cache
def _east_asian() -> tuple[dict[str, _Phrase], re.Pattern[str]]:
    phrases: dict[str, _Phrase] = {}
    groups: list[str] = []
    for number, row in enumerate(rows_of("workplace_phrases")):
        if row["language"] in EAST_ASIAN:
            phrases[f"p{number}"] = _Phrase(row["says"] or "", row["weight"] or "")
            groups.append(f"(?P<p{number}>{row['pattern']})")
    return phrases, re.compile("|".join(groups))


def _in_lines(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    at = 0
    while hint := _TELLING.search(text, at):
        first = text.rfind("\n", at, hint.start()) + 1 or at
        last = text.find("\n", hint.end())
        at = len(text) if last < 0 else last
        yield from pattern.finditer(text, first, at)


def _east_asian_statements(text: str) -> list[Statement]:
    phrases, pattern = _east_asian()
    statements: list[Statement] = []
    for match in itertools.islice(_in_lines(pattern, text), MAX_EAST_ASIAN):
        phrase = phrases[match.lastgroup or ""]
        if phrase.weight in TIERS:
            statements.append(Statement(phrase.says, phrase.weight, match.start(), match.end()))
    return statements


# --- the phrases ------------------------------------------------------------------------------------


@functools.cache
def _words() -> dict[str, dict[str, str]]:
    by_language: dict[str, dict[str, list[str]]] = {}
    for row in rows_of("workplace_words"):
        of_language = by_language.setdefault(row["language"] or "", {})
        of_language.setdefault(row["name"] or "", []).append(row["pattern"] or "")
    common = by_language.pop("")
    for words in by_language.values():
        words["onsite"] = [*words["there"], *words["seat"]]
    return {
        language: {name: f"(?:{'|'.join(patterns)})" for name, patterns in (common | words).items()}
        for language, words in by_language.items()
    }


_NAME = re.compile(r"\{([a-z]+)\}")


def _fold_pattern(pattern: str) -> str:
    return _BEYOND_ASCII.sub(lambda letter: _PLAIN.get(letter[0], letter[0]), pattern)


def _compile_phrases(weights: frozenset[str], *, has_starts: bool) -> tuple[tuple[_Phrase, ...], Phrases]:
    """Return the phrases of some weights, and a search for them.

    A phrase for any language counts once in each language, except English, which has phrases of its own.
    """
    phrases: list[_Phrase] = []
    expressions: list[str] = []
    for row in rows_of("workplace_phrases"):
        if row["weight"] not in weights:
            continue
        pattern, language = row["pattern"] or "", row["language"] or ""
        names = _NAME.findall(pattern)
        for of, words in _words().items():
            if of == language or (language == ANY and of != ENGLISH and all(name in words for name in names)):
                phrases.append(_Phrase(row["says"] or "", row["weight"] or ""))
                expression = _NAME.sub(lambda name, words=words: words[name[1]], pattern)  # type: ignore[misc]
                expressions.append(_fold_pattern(expression))
    return tuple(phrases), Phrases(expressions, has_starts=has_starts)


@functools.cache
def _masks() -> tuple[tuple[_Phrase, ...], Phrases]:
    return _compile_phrases(frozenset((MASK, REFUSAL)), has_starts=True)


@functools.cache
def _surroundings() -> tuple[tuple[_Phrase, ...], Phrases]:
    return _compile_phrases(frozenset((CLAUSE, REST, SENTENCE)), has_starts=False)


@functools.cache
def _tiers() -> tuple[tuple[_Phrase, ...], Phrases]:
    return _compile_phrases(frozenset((*TIERS, REFUSAL)), has_starts=False)
