"""A readable name for an employer, made from its board's token ("omafertility") if nothing else is known.

`find_spelling` looks for the token's letters in the advert's own text ("Oma Fertility"). `write_token` makes a name
from the token alone ("black-forest-labs" becomes "Black Forest Labs"). Both names are for display; `identity` decides
which adverts have the same employer. We hold adverts of 281 boards of which only the token is known, and the texts of
257 of these boards spell the name.
"""

from __future__ import annotations

import functools
import re
from collections import Counter

from transforms.employers import identity
from transforms.skills.sections import lower_text

MIN_LETTERS = 3
"""Minimum letters of a token that is looked for. Shorter ones, such as "ai", are in every text."""
MAX_LETTERS = 60
"""Maximum letters of a token that may be a name. The longest of 3,500 real tokens has 45."""
PATTERNS_KEPT = 1 << 12
"""The number of tokens whose compiled patterns are cached. Adverts of one board come one after the other."""

_BETWEEN = "(?:[.'_-]| ?[&+] ?| )?"
"""What a name may have between the letters of its token, as in "LI.FI", "Ben & Jerry's" and "Oma Fertility"."""
_WORDS = re.compile(r"[\s_.+-]+")
_NUMBER_AT_END = re.compile(r"\d+$")


def find_spelling(employer: str | None, source: str, board: str | None, text: str) -> str | None:
    """Return the employer's name as spelt in a text, if the source states only the token of its board.

    Of several spellings, the most frequent counts; if equally frequent, the first that is not all capitals. Words in
    lower case do not count: "we tandem up" does not name Tandem. Return None if the source names the employer, if the
    board does not belong to an employer, or if the text lacks the name.
    """
    token = identity.naming_token(source, board)
    if not token or not text or employer not in (None, board, token):
        return None
    low = lower_text(text).replace("’", "'")
    for pattern in _patterns(token):
        names = (text[match.start() : match.end()] for match in pattern.finditer(low))
        if counts := Counter(name for name in names if name != name.lower()):
            name: str = max(counts, key=lambda name: (counts[name], not name.isupper()))
            return name
    return None


def write_token(token: str) -> str:
    """Return a token as a name. Words in lower case get a capital."""
    words = [word for word in _WORDS.split(token) if word]
    return " ".join(word if word != word.lower() else word[0].upper() + word[1:] for word in words) or token


@functools.lru_cache(maxsize=PATTERNS_KEPT)
def _patterns(token: str) -> tuple[re.Pattern[str], ...]:
    """Return patterns of a token in lower case: of the whole token, then without "inc", "careers" or a final number.

    If the remaining word is an ordinary word ("launch2"), it is not looked for, because most texts contain it.
    """
    parts = identity.keys_of_token(token) | identity.keys_of_token(_NUMBER_AT_END.sub("", token))
    whole = "".join(filter(str.isalnum, token.casefold()))
    letters = {whole, *(part for part in parts if not identity.is_ordinary(part))}
    names = {name for name in letters if MIN_LETTERS <= len(name) <= MAX_LETTERS and not name.isdigit()}
    return tuple(
        re.compile(rf"{name[0]}(?<![\w@/.]{name[0]}){_BETWEEN.join(name)[1:]}(?![\w@])")  # the first letter is fast
        for name in sorted(names, key=lambda name: (-len(name), name))
    )
