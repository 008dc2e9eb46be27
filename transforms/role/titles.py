"""Find the role, level and kind of employment that a title or a source's own words name.

The project defines roles and levels itself, and every decision is a row of a lookup. A title is folded (case, accents,
gendered endings) and cut into words. The words and phrases of `role_words.csv` give *concepts*. The longest phrase
wins, and no word counts twice. The *head* is the first part of the title that contains a job noun. The role is that of
the first rule in `role_rules.csv` whose required concepts are all present and whose excluded concepts are all absent.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from transforms.records.vocabulary import MIN_YEARS_OF_LEVEL, ROLES, SENIORITIES
from transforms.text.evidence import Reading
from transforms.text.lookups import cells_of

CACHED_TITLES = 1 << 16
"""The number of titles kept in each cache. Adverts repeat titles: a night brings some 70,000 different ones."""
TITLES_KEPT = 4
"""The number of titles whose words are cached. Several readers ask for the words of a title one right
after the other.
"""
MAX_TITLE = 300
"""Only this many characters of a title are read. The rest is advert text in the wrong field."""


# --- words of a title -------------------------------------------------------------------------------


UNSPACED = "\u3040"
"""The first character of the East Asian scripts. Their marks are not accents, and most are written without spaces."""


class _Fold(dict[int, str]):
    def __missing__(self, code: int) -> str:
        char = chr(code)
        form: Literal["NFKC", "NFKD"] = "NFKC" if char >= UNSPACED else "NFKD"  # NFKD makes ガ a カ
        base = unicodedata.normalize(form, char)[:1] or char
        lower = base.lower()
        self[code] = letter = lower if len(lower) == 1 else char
        return letter


_FOLD = _Fold({ord(a): b for a, b in zip("łŁøØđĐıßæœ", "llooddisao", strict=True)})
_ENDING = (
    r"(?:\s?\((?:-?in|-?innen|a|o|e|as|es|ne|euse|ra)\)"
    r"|[/:*·•_](?:-?in|-?innen|a|o|e|as|ne|euse|rice|trice|ka)(?![^\W_]))?"
)
_EAST_ASIAN = re.compile(rf"[{UNSPACED}-\ud7af]")
_WORD = re.compile(rf"([^\W_]+(?:\+\+|#)?|&){_ENDING}|[,|()\[\]{{}}:;•·@–—?!]|\s[-/+]\s?|-\s")
BREAK = ""


@functools.lru_cache(maxsize=TITLES_KEPT)
def words_of(title: str) -> tuple[tuple[str, int, int], ...]:
    """Return the folded words of a title, each with its start and end.

    An empty word marks the end of a part of the title.
    """
    text = title[:MAX_TITLE].translate(_FOLD)
    words = []
    for match in _WORD.finditer(text):
        word = match[1]
        if word is None or word == "at":
            words.append((BREAK, match.start(), match.end()))
        else:
            words.append((word, match.start(1), match.end(1)))
    if text.isascii() or _EAST_ASIAN.search(text) is None:
        return tuple(words)
    return tuple(part for word in words for part in _split_word(*word))


def _split_word(word: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """Yield the parts of a word, cut at the lookups' East Asian words, as in "シニアAIエンジニア"."""
    at = 0
    for match in _east_asian_words().finditer(word):
        if at < match.start():
            yield word[at : match.start()], start + at, start + match.start()
        yield match[0], start + match.start(), start + match.end()
        at = match.end()
    if at < len(word) or not word:
        yield word[at:], start + at, end


@functools.cache
def _east_asian_words() -> re.Pattern[str]:
    """Return a pattern of the lookups' East Asian words, longest first and folded, or else of a run of other letters.

    Korean is written with spaces, so a Korean word counts only at the beginning of a word: 인턴 is not found in 하인턴.
    """
    cells = [row["words"] for name in ("role_words", "seniority_words", "employment_types") for row in cells_of(name)]
    words = {word for cell in cells for word in cell.translate(_FOLD).split() if _EAST_ASIAN.search(word)}
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    patterns = [rf"(?<![\uac00-\ud7af]){re.escape(w)}" if w[0] >= "\uac00" else re.escape(w) for w in longest_first]
    return re.compile("|".join((*patterns, rf"[^{UNSPACED}-\ud7af]+")))


def _key(words: str) -> tuple[str, ...]:
    return tuple(word for word, _, _ in words_of(words) if word)


# --- role -------------------------------------------------------------------------------------------

Phrases = dict[str, tuple[tuple[tuple[str, ...], int], ...]]


@dataclass(frozen=True)
class _Rule:
    name: str
    role: str
    needs: tuple[int, ...]
    needed: int
    without: int


@functools.cache
def _concepts() -> tuple[dict[str, int], int, int]:
    """Return the bits of the concepts in `role_concepts.csv`, as three results.

    They are the bit of each concept, the bits of all nouns together, and the bits of all concepts that alone do not
    name a job (weak nouns and asides). A `noun` names a job. A `weak` noun does so only with others: "Lead" in "Lead -
    AI Engineer" is a level. A `topic` says what the job is about. An `aside` does none of these.
    """
    rows = cells_of("role_concepts")
    bits = {row["concept"]: 1 << number for number, row in enumerate(rows)}
    kinds = {"topic": 0, "noun": 0, "weak": 0, "aside": 0}
    for row in rows:
        kinds[row["kind"]] |= bits[row["concept"]]
    return bits, kinds["noun"] | kinds["weak"], kinds["weak"] | kinds["aside"]


@functools.cache
def _role_words() -> Phrases:
    bits, _, _ = _concepts()
    by_first: dict[str, list[tuple[tuple[str, ...], int]]] = {}
    for row in cells_of("role_words"):
        first, *rest = _key(row["words"])
        mask = sum(bits[concept] for concept in set(row["concepts"].split()))
        by_first.setdefault(first, []).append((tuple(rest), mask))
    return {first: tuple(sorted(phrases, key=lambda phrase: -len(phrase[0]))) for first, phrases in by_first.items()}


@functools.cache
def _role_rules() -> tuple[_Rule, ...]:
    """Return the rules of `role_rules.csv` in order.

    A title must have one alternative of each of `needs` ("ai|ml") and nothing of `without`. `needed` is the union of
    `needs`. A concept with "^" must be in the head of the title, so its bit is shifted.
    """
    bits, _, _ = _concepts()

    def mask(alternatives: str) -> int:
        names = alternatives.split("|")
        return sum(bits[name[1:]] << len(bits) if name.startswith("^") else bits[name] for name in set(names))

    rules = []
    for row in cells_of("role_rules"):
        if row["role"] not in ROLES:
            raise ValueError(f"role_rules.csv: {row['role']!r} is no role; see records.vocabulary.ROLES")
        needs = tuple(mask(term) for term in row["needs"].split())
        without = map(mask, row["without"].split())
        rules.append(_Rule(row["rule"], row["role"], needs, _any_of(needs), _any_of(without)))
    return tuple(rules)


def _any_of(masks: Iterable[int]) -> int:
    return functools.reduce(int.__or__, masks, 0)


Phrase = tuple[int, int, int, int]
"""A phrase found in a title: the number of the part it is in, the bits of its concepts, its start and its end."""


@functools.lru_cache(maxsize=CACHED_TITLES)
def role_of(title: str) -> Reading:
    """Return the role that a title names, a value of `ROLES`, with the rule and the words that decided.

    The role is `other`, without a span, if nothing in the title names a role.
    """
    bits, nouns, weak = _concepts()
    phrases, parts = _find_phrases(title)
    whole = _any_of(parts)
    ai, ia = bits["ai"], bits["ia"]
    if whole & ia and whole & bits["romance"]:  # else "IA" is Iowa or information assurance
        parts = [part | ai if part & ia else part for part in parts]
        phrases = [(part, mask | ai if mask & ia else mask, start, end) for part, mask, start, end in phrases]
        whole |= ai
    candidates = [number for number, part in enumerate(parts) if part & nouns]
    head = next((number for number in candidates if parts[number] & ~weak), candidates[0] if candidates else None)
    rule = _rule_for(whole | (whole if head is None else parts[head]) << len(bits))
    return _role_reading(rule, phrases, head, len(bits)) if rule else Reading("other", "nothing names a role")


def names_followed_role(title: object) -> bool:
    """Whether a title names a role that we follow, so that its whole advert is worth requesting.

    False if `title` is not a text.
    """
    return isinstance(title, str) and role_of(title).value != "other"


def followed_ids(items: Iterable[Mapping[str, object]], *, id: str, title: str) -> list[str]:
    """Return the ids of the records whose title names a role that we follow. `id` and `title` are the keys to read."""
    return [str(item[id]) for item in items if item.get(id) and names_followed_role(item.get(title))]


def names_a_job(words: str) -> bool:
    """Whether words contain a noun for a job ("engineer", "designer"), whatever the role.

    >>> names_a_job("Founding Designer"), names_a_job("Lead, EMEA"), names_a_job("AI in healthcare")
    (True, False, False)
    """
    _, nouns, weak = _concepts()
    return any(part & nouns & ~weak for part in _find_phrases(words)[1])


@functools.lru_cache(maxsize=CACHED_TITLES)
def _rule_for(concepts: int) -> _Rule | None:
    """Return the first rule that these concepts meet; None if they meet none.

    Cached, as four titles in five repeat concepts.
    """
    for rule in _role_rules():
        if concepts & rule.without:
            continue
        for need in rule.needs:  # a plain loop: this runs some fifty times
            if not concepts & need:
                break
        else:
            return rule
    return None


def _find_phrases(title: str) -> tuple[list[Phrase], list[int]]:
    phrases = _role_words()
    words = words_of(title)
    texts = tuple([word for word, _, _ in words])
    hits: list[Phrase] = []
    parts = [0]
    last = 0
    for at, word in enumerate(texts, 1):
        if at <= last:
            continue
        if word == BREAK and parts[-1]:
            parts.append(0)
        for rest, mask in phrases.get(word, ()):
            if not rest or texts[at : at + len(rest)] == rest:
                last = at + len(rest)
                hits.append((len(parts) - 1, mask, words[at - 1][1], words[last - 1][2]))
                parts[-1] |= mask
                break
    return hits, parts


def _role_reading(rule: _Rule, phrases: list[tuple[int, int, int, int]], head: int | None, shift: int) -> Reading:
    start: int | None = None
    end: int | None = None
    for part, mask, first, last in phrases:
        bits = mask | (mask << shift if head is None or part == head else 0)
        if bits & rule.needed:
            start = first if start is None else start
            end = last
    return Reading(rule.role, rule.name, start, end)


# --- seniority --------------------------------------------------------------------------------------

_LEVELS = {level: rank for rank, level in enumerate(SENIORITIES[:-1])}
_NO_LEVEL = Reading("unstated", "no level word")
_NOT_A_LEVEL = "none"
_NO_MANAGER = "no manager"
_NUMBERED_NOUNS = ("engineer", "analyst", "scientist", "specialist", "researcher", "architect", "consultant")


@functools.cache
def _level_words() -> dict[str, tuple[tuple[tuple[str, ...], str, str, str], ...]]:
    """Return phrases by their first word, longest first: the other words, the level, its position, the whole phrase."""
    by_first: dict[str, list[tuple[tuple[str, ...], str, str, str]]] = {}
    for row in cells_of("seniority_words"):
        if row["level"] not in (*_LEVELS, _NOT_A_LEVEL, _NO_MANAGER):
            raise ValueError(f"seniority_words.csv: {row['level']!r} is no level; see records.vocabulary.SENIORITIES")
        first, *rest = _key(row["words"])
        by_first.setdefault(first, []).append((tuple(rest), row["level"], row["where"], row["words"]))
    return {first: tuple(sorted(p, key=lambda p: -len(p[0]))) for first, p in by_first.items()}


@functools.cache
def _numbered_words() -> frozenset[str]:
    bits, _, _ = _concepts()
    nouns = sum(bits[name] for name in _NUMBERED_NOUNS)
    return frozenset(first for first, p in _role_words().items() if any(not rest and mask & nouns for rest, mask in p))


@functools.lru_cache(maxsize=CACHED_TITLES)
def seniority_of(title: str) -> Reading:
    """Return the level that a title names, a value of `SENIORITIES`; `unstated`, without a span, if it names none.

    The highest level counts, but an intern stays an intern, even with a word such as "Graduate". A manager leads
    people: "manager" counts if it opens a part of the title or follows a function with staff, as listed in
    `seniority_words.csv`. It does not count after products, programmes or accounts, which have no staff. "Chief of
    Staff" is an executive because the word "chief" always counts.
    """
    phrases = _level_words()
    words = words_of(title)
    texts = tuple([word for word, _, _ in words])
    if phrases.keys().isdisjoint(texts):
        return _NO_LEVEL
    read: list[Reading] = []
    opens = manages = True
    stop = 0
    for at, word in enumerate(texts):
        if at < stop:
            continue
        if word == BREAK:
            opens = True
            continue
        for rest, level, where, phrase in phrases.get(word, ()):
            after = at + 1 + len(rest)
            if rest and texts[at + 1 : after] != rest:
                continue
            if not _stands(where, texts, at, after, opens):
                continue
            if level == _NO_MANAGER:
                manages = False
            elif level != _NOT_A_LEVEL:
                read.append(Reading(level, f"level word: {phrase}", words[at][1], words[after - 1][2]))
            if level == _NOT_A_LEVEL:
                opens = False
            stop = after
            break
        else:
            opens = opens and word.isdigit()
    levels = [r for r in read if manages or r.value != "manager"]
    best = max(levels, key=lambda r: _LEVELS[r.value], default=_NO_LEVEL)
    if best.value == "junior":
        return next((r for r in levels if r.value == "intern"), best)
    return best


def _stands(where: str, texts: tuple[str, ...], at: int, after: int, opens: bool) -> bool:
    if not where:
        return True
    if where == "opens":
        return opens
    if where == "before":
        return opens or (after < len(texts) and texts[after] != BREAK)
    closes = after >= len(texts) or texts[after] == BREAK or texts[after] in ("ii", "iii", "iv", "2", "3", "or")
    follows = at > 0 and texts[at - 1] != BREAK
    return closes and follows and (where == "numeral" or texts[at - 1] in _numbered_words())


def seniority_by_years(years: float) -> str:
    """Return the level that a minimum of years implies (`MIN_YEARS_OF_LEVEL`).

    The caller must mark the level as inferred.
    """
    return next(level for level, minimum in reversed(MIN_YEARS_OF_LEVEL.items()) if years >= minimum)


# --- employment type --------------------------------------------------------------------------------

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_JOINING = frozenset(("or", "and", "lub", "albo", "i", "ou", "e", "y", "et", "und", "oder"))
UNSTATED = "UNSTATED"
"""Value in `employment_types.csv` for words that leave the kind open: "permanent" says nothing about hours."""
_TYPE_ORDER = (
    "INTERN", "VOLUNTEER", "PER_DIEM", "PART_TIME", "CONTRACTOR", "TEMPORARY", "OTHER", "FULL_TIME", UNSTATED,
)  # fmt: skip
"""Kinds in order of precedence, if a phrase names several: the kinds least like full-time employment come first."""


@functools.cache
def _employment_words() -> dict[tuple[str, ...], tuple[str, str]]:
    return {_key(row["words"]): (row["employment_type"], row["contract"]) for row in cells_of("employment_types")}


@functools.cache
def _levels_stated() -> dict[tuple[str, ...], str]:
    return {_key(row["words"]): row["seniority"] for row in cells_of("levels")}


def seniority_stated(words: str) -> str | None:
    """Return the level that a source's own word means ("Sem Pleno", "mid_level"); None if the word is unknown."""
    return _levels_stated().get(_code_words(words))


def _code_words(words: str) -> tuple[str, ...]:
    return _key(_CAMEL.sub(" ", words[:MAX_TITLE].replace("_", " ")))


def employment_type_of(words: str) -> str | None:
    """Return the schema.org employmentType that a source's own words mean; None if they name none.

    If `employment_types.csv` has the whole phrase ("Full-time, temporary"), that row counts. Otherwise the longest
    known parts are read, and the kind that comes first in `_TYPE_ORDER` wins ("CDD - 6 mois"). A permanent contract
    ("CDI", "Permanent") says nothing about hours, so it names no kind.
    """
    kind = _kind_named(words)
    return None if kind == UNSTATED else kind


def names_employment(words: str) -> bool:
    """Whether words are known words for employment. They may leave its kind open ("Permanent")."""
    return _kind_named(words) is not None


def contracts_named(words: str) -> frozenset[str]:
    """Return the contracts (`vocabulary.CONTRACTS`) that a source's own words name ("UoP / B2B" names two).

    >>> sorted(contracts_named("UoP / B2B")), sorted(contracts_named("Full-time"))
    (['contractor', 'employee'], [])
    """
    return frozenset(contract for _, contract in _employment_named(words) if contract)


def consists_of_employment(words: str) -> bool:
    """Whether words for employment and contracts are all that there is, but for the words that join them.

    >>> consists_of_employment("Full-time B2B"), consists_of_employment("SaaS B2B Presentation Software")
    (True, False)
    """
    known = _employment_words()
    codes = filter(None, (_code_words(words), _key(words[:MAX_TITLE])))
    return any(all(part in known or part[0] in _JOINING for part in _parts(code)) for code in codes)


def _kind_named(words: str) -> str | None:
    kinds = {kind for kind, _ in _employment_named(words)}
    return next((kind for kind in _TYPE_ORDER if kind in kinds), None)


@functools.lru_cache(maxsize=4096)
def _employment_named(words: str) -> tuple[tuple[str, str], ...]:
    """Return the rows of `employment_types.csv` for the whole phrase, or else for its longest known parts."""
    return max((_known_parts(code) for code in (_code_words(words), _key(words[:MAX_TITLE]))), key=len)  # "UoP"


def _known_parts(code: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    rows = _employment_words()
    if code in rows:
        return (rows[code],)
    return tuple(rows[part] for part in _parts(code) if part in rows)


def _parts(code: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the parts of a phrase: the longest known ones, and the other words one by one."""
    rows = _employment_words()
    longest = max(map(len, rows))
    at = 0
    while at < len(code):
        size = next((n for n in range(min(longest, len(code) - at), 0, -1) if code[at : at + n] in rows), 1)
        yield code[at : at + size]
        at += size
