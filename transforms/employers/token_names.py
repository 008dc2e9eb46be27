"""A readable name of an employer of which a source says no more than the token of its board ("omafertility").

`find_spelling` looks for the token's letters in the advert's own text ("Oma Fertility"); `write_token` makes a name of
the token alone ("black-forest-labs" is "Black Forest Labs"). Both are for display; `identity` says what unites adverts.
Of 281 such boards with texts in the real adverts that we hold, the texts of 257 spell the token.
"""

from __future__ import annotations

import functools
import re
from collections import Counter

from transforms.employers import identity

MIN_LETTERS = 3
"""Letters of a token that are looked for: "ai" stands in every text."""
MAX_LETTERS = 60
"""Letters above which a token is no name; the longest of 3,500 real ones has 45."""
PATTERNS_KEPT = 1 << 12
"""Compiled patterns that are remembered: those of as many boards, whose adverts come one after the other."""

_BETWEEN = "(?:[.'’_-]| ?[&+] ?| )?"
"""What a name has between letters of its token: "LI.FI", "Ben & Jerry's", "Oma Fertility"; no end of a sentence."""
_WORDS = re.compile(r"[\s_.+-]+")
_NUMBER_AT_END = re.compile(r"\d+$")


def find_spelling(employer: str | None, source: str, board: str | None, text: str) -> str | None:
    """The name that a text gives an employer whom its source knows by its board's token alone, in the text's letters.

    Of several spellings the most frequent, of as frequent ones the first that is not in capitals. Words in small
    letters are no name: "we tandem up" does not name Tandem. None: a source that names the employer, no own board, or a
    text without the name.
    """
    token = identity.naming_token(source, board)
    if not token or not text or employer not in (None, board, token):
        return None
    for pattern in _patterns(token):
        if counts := Counter(name for name in pattern.findall(text) if name != name.lower()):
            name: str = max(counts, key=lambda name: (counts[name], not name.isupper()))
            return name
    return None


def write_token(token: str) -> str:
    """A token as a name: its words with capitals, those that have some already as they are."""
    words = [word for word in _WORDS.split(token) if word]
    return " ".join(word if word != word.lower() else word[0].upper() + word[1:] for word in words) or token


@functools.lru_cache(maxsize=PATTERNS_KEPT)
def _patterns(token: str) -> tuple[re.Pattern[str], ...]:
    """What finds a token in a text: the whole of it first, then without "inc", "careers" or a number at its end.

    An ordinary word that such an ending leaves of it ("launch2") is not looked for: most texts have it.
    """
    parts = identity.keys_of_token(token) | identity.keys_of_token(_NUMBER_AT_END.sub("", token))
    whole = "".join(filter(str.isalnum, token.casefold()))
    letters = {whole, *(part for part in parts if not identity.is_ordinary(part))}
    names = {name for name in letters if MIN_LETTERS <= len(name) <= MAX_LETTERS and not name.isdigit()}
    return tuple(
        re.compile(rf"(?<![\w@/.]){_BETWEEN.join(map(re.escape, name))}(?![\w@])", re.IGNORECASE)
        for name in sorted(names, key=lambda name: (-len(name), name))
    )
