"""Words about money: phrases of lookups/pay/pay_words.csv found in a stretch of text.

Each row has a phrase, a kind, a value and a reach. The kinds are:

- `pay`: the value is the component
- `not_pay`: money that is not pay; the value `title` marks words that job titles also use
- `period` (of `PERIODS` or `OTHER_PERIODS`), `tax`, `months` (monthly salaries a year)
- `bound`: the value is low ("from") or high ("up to")
- `void`: there is no base pay
- `verb`: "paid"; the subject of the verb decides
- `extra`: what a plus sign adds
- `level`, `role`: words of job titles
- `filler`: small words with the values `add` (plus), `with` (including), `stop` (another subject follows) and `place`

The reach says where a phrase counts:

- `clause`: anywhere before an amount in its sentence, and directly after the amount
- `near`: only directly before or after an amount
- `before`, `after`: on one side of an amount only
- `both` (periods, tax, months): on either side

A phrase that begins with "-" is the end of compound words ("-gehalt"), one that ends in "-" their beginning ("netto-").

A phrase for pay or a period also says the tax that a word of it says: "net maaş", "pe lună net", "brutopalk".
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator
from typing import NamedTuple

from transforms.text.lookups import cells_of

LONG_WORD = 6
"""A word with more letters than this may be a compound."""

_TOKEN = re.compile(
    "[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\\W\\d_]+(?:['’][^\\W\\d_]+)?|[0-9]+|[^\\w\\s]|_"
)
_LAST_WORD = re.compile("(?<![^\\s(])([a-zA-Z]{2,})\\s{0,2}$")


class Word(NamedTuple):
    """A row of pay_words.csv, without its phrase. The module's docstring explains the columns."""

    kind: str
    value: str
    reach: str


class Hit(NamedTuple):
    """A known phrase with its rows (`words`), or an unknown token without rows.

    `mark` is the token if it is a single character, else "".
    """

    start: int
    end: int
    words: tuple[Word, ...]
    mark: str

    def bound(self, reach: str) -> str | None:
        """Return the end that a phrase `before` or `after` an amount bounds: `low`, `high`, or None."""
        return next((word.value for word in self.words if word.kind == "bound" and word.reach == reach), None)

    def of(self, kind: str) -> Word | None:
        """Return the phrase's row of this kind; None if it has none."""
        for word in self.words:  # a loop, for speed: called for a hundred words of an advert
            if word.kind == kind:
                return word
        return None

    @property
    def is_unknown(self) -> bool:
        """Whether this is a word or number that belongs to no phrase."""
        return not self.words and not self.mark


@functools.cache
def _word_rows() -> tuple[dict[str, str], ...]:
    return tuple(cells_of("pay_words"))


@functools.cache
def _endings() -> dict[str, tuple[Word, ...]]:
    rows: dict[str, list[Word]] = {}
    for row in _word_rows():
        if row["phrase"].startswith("-"):
            rows.setdefault(row["phrase"][1:].casefold(), []).append(Word(row["kind"], row["value"], row["reach"]))
    return {ending: tuple(words) for ending, words in rows.items()}


def _compound(token: str) -> tuple[Word, ...]:
    words = next((words for ending, words in _endings().items() if token.endswith(ending)), ())
    return _with_tax((token,), words)


@functools.cache
def _taxes() -> tuple[dict[str, Word], dict[str, Word]]:
    """Return the words for tax: phrases between blanks, and beginnings of compounds after a blank."""
    phrases: dict[str, Word] = {}
    beginnings: dict[str, Word] = {}
    for row in _word_rows():
        if row["kind"] == "tax":
            tokens = [m[0] for m in _TOKEN.finditer(row["phrase"].casefold())]
            is_beginning = tokens[-1] == "-"
            words = f" {' '.join(tokens[:-1])}" if is_beginning else f" {' '.join(tokens)} "
            (beginnings if is_beginning else phrases)[words] = Word("tax", row["value"], row["reach"])
    return phrases, beginnings


def _with_tax(tokens: tuple[str, ...], words: tuple[Word, ...]) -> tuple[Word, ...]:
    """Return the words of a phrase for pay or a period with the tax that its tokens say; other words unchanged."""
    kinds = {word.kind for word in words}
    if "tax" in kinds or kinds.isdisjoint(("pay", "period")):
        return words
    line = f" {' '.join(tokens)} "
    said = next((word for group in _taxes() for phrase, word in group.items() if phrase in line), None)
    return (*words, said) if said else words


@functools.cache
def _phrases() -> dict[str, list[tuple[list[str], tuple[Word, ...]]]]:
    rows: dict[tuple[str, ...], list[Word]] = {}
    for row in _word_rows():
        tokens = tuple(m[0].casefold().replace("’", "'") for m in _TOKEN.finditer(row["phrase"]))
        rows.setdefault(tokens, []).append(Word(row["kind"], row["value"], row["reach"]))
    first: dict[str, list[tuple[list[str], tuple[Word, ...]]]] = {}
    for phrase in sorted(rows, key=len, reverse=True):
        first.setdefault(phrase[0], []).append((list(phrase), _with_tax(phrase, tuple(rows[phrase]))))
    return first


@functools.lru_cache(maxsize=32768)
def _find_entry(token: str) -> tuple[str, dict[str, list[tuple[list[str], tuple[Word, ...]]]], tuple[Word, ...], str]:
    """Return a token in lower case, longer phrases that begin with it (by second token), its rows, and its mark.

    A compound without rows of its own has the rows of its ending.
    """
    form = token.casefold().replace("’", "'")
    phrases = _phrases().get(form, [])
    own = next((words for phrase, words in phrases if len(phrase) == 1), ())
    words = own or (_compound(form) if len(form) > LONG_WORD else ())
    longer: dict[str, list[tuple[list[str], tuple[Word, ...]]]] = {}
    for entry in phrases:
        if len(entry[0]) > 1:
            longer.setdefault(entry[0][1], []).append(entry)
    return form, longer, words, form if len(form) == 1 else ""


@functools.cache
def _phrase_tokens() -> frozenset[str]:
    return frozenset(token for phrases in _phrases().values() for phrase, _ in phrases for token in phrase)


def can_be_known(text: str, end: int) -> bool:
    """Whether the word that ends before an offset may be part of a phrase; True if no word ends there.

    This is a quick check: False means that `hits_in` would end with an unknown token.
    """
    last = _LAST_WORD.search(text, max(0, end - len("internationalisation")), end)
    if last is None:
        return True
    form, _, words, _ = _find_entry(last[1])
    return bool(words) or form in _phrase_tokens()


def line_end(text: str, offset: int, ceiling: int) -> int:
    """Return the offset where the line of `offset` ends, or `ceiling` if that is nearer."""
    end = text.find("\n", offset, ceiling)
    return end if end >= 0 else ceiling


@functools.cache
def _void_tokens() -> tuple[str, ...]:
    phrases = [phrase for rows in _phrases().values() for phrase, words in rows if any(w.kind == "void" for w in words)]
    return tuple(dict.fromkeys(max(phrase, key=len) for phrase in phrases))


def may_be_void(text: str) -> bool:
    """Whether a text may hold a phrase of the kind `void`. This is a quick check before the text is read."""
    form = text.casefold().replace("’", "'")
    return any(map(form.__contains__, _void_tokens()))


@functools.lru_cache(maxsize=1024)
def hits_in(clause: str) -> tuple[Hit, ...]:
    """Return the phrases and unknown tokens of a clause, in order; the longest phrase wins.

    Offsets count in the clause. Results are cached, since four of five clauses repeat a clause of an earlier advert.
    """
    return tuple(_find_hits([*_TOKEN.finditer(clause)]))


def first_hit(text: str) -> Hit | None:
    """Return the first phrase or unknown token of a text; None if it has no token."""
    return next(_find_hits([*itertools.islice(_TOKEN.finditer(text), _max_tokens())]), None)


@functools.cache
def _max_tokens() -> int:
    return max(len(phrase) for phrases in _phrases().values() for phrase, _ in phrases)


def _find_hits(tokens: list[re.Match[str]]) -> Iterator[Hit]:
    entries = [_find_entry(m[0]) for m in tokens]
    i, n = 0, len(tokens)
    while i < n:
        _, phrases, words, mark = entries[i]
        stop = i + 1
        for phrase, its_words in phrases.get(entries[stop][0], ()) if phrases and stop < n else ():
            after = i + len(phrase)
            if after <= n and [t[0] for t in entries[i:after]] == phrase:
                words, mark, stop = its_words, "", after
                break
        yield Hit(tokens[i].start(), tokens[stop - 1].end(), words, mark)
        i = stop
