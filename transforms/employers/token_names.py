"""A readable name for an employer known only by the token of its board ("omafertility").

`find_spelling` looks for the token's letters in the advert's own text ("Oma Fertility"); `write_token` makes a name of
the token alone ("black-forest-labs" is "Black Forest Labs"). Both are for display; `identity` decides which adverts
have the same employer. Of 281 such boards in the real adverts that we hold, the texts of 257 spell the token.
"""

from __future__ import annotations

import functools
import re
from collections import Counter

from transforms.employers import identity

MIN_LETTERS = 3
"""Letters of the shortest token that is looked for: "ai" stands in every text."""
MAX_LETTERS = 60
"""Letters of the longest token that is a name; the longest of 3,500 real tokens has 45."""
PATTERNS_KEPT = 1 << 12
"""Tokens with compiled patterns that are remembered; a board's adverts come one after the other."""

_BETWEEN = "(?:[.'’_-]| ?[&+] ?| )?"
"""What a name may have between the letters of its token: "LI.FI", "Ben & Jerry's", "Oma Fertility"; no sentence end."""
_WORDS = re.compile(r"[\s_.+-]+")
_NUMBER_AT_END = re.compile(r"\d+$")


def find_spelling(employer: str | None, source: str, board: str | None, text: str) -> str | None:
    """The employer's name as spelt in a text, where the source gives only the token of its board.

    Of several spellings the most frequent, at equal frequency the first that is not all in capitals. Words in lower
    case do not count: "we tandem up" does not name Tandem. None where the source names the employer, the board is not
    its own, or the text lacks the name.
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
    """A token as a name: words in lower case get a capital."""
    words = [word for word in _WORDS.split(token) if word]
    return " ".join(word if word != word.lower() else word[0].upper() + word[1:] for word in words) or token


@functools.lru_cache(maxsize=PATTERNS_KEPT)
def _patterns(token: str) -> tuple[re.Pattern[str], ...]:
    """Patterns of a token in a text: the whole token first, then without "inc", "careers" or a number at its end.

    An ordinary word that remains without such an ending ("launch2") is not looked for: most texts have it.
    """
    parts = identity.keys_of_token(token) | identity.keys_of_token(_NUMBER_AT_END.sub("", token))
    whole = "".join(filter(str.isalnum, token.casefold()))
    letters = {whole, *(part for part in parts if not identity.is_ordinary(part))}
    names = {name for name in letters if MIN_LETTERS <= len(name) <= MAX_LETTERS and not name.isdigit()}
    return tuple(
        re.compile(rf"(?<![\w@/.]){_BETWEEN.join(map(re.escape, name))}(?![\w@])", re.IGNORECASE)
        for name in sorted(names, key=lambda name: (-len(name), name))
    )
