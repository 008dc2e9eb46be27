"""An employer's industry, from a source's field that holds words or a classification's code.

`stated_industries.csv` maps words to a division of ISIC (Revision 4). `isic_industries.csv` maps a division to an
industry: the title of the ISIC section, or the guide's own name. NAF (France, Revision 2) and SSIC (Singapore, 2020)
have the same divisions as ISIC. Words that also name a field of work ("Accounting") are left out.
"""

from __future__ import annotations

import functools
import re

from transforms.text.lookups import cells_of, rows_of

CODE = re.compile(r"(?:ISIC|NAF|SSIC) (\d\d[\d.]*)")
DIVISION = 2
"""Digits of a division. A class has up to four digits."""
CACHE_SIZE = 1 << 12
"""The number of cached statements. Some 150 words and 700 classes are in use."""


@functools.lru_cache(maxsize=CACHE_SIZE)
def industry_of(statement: str) -> str | None:
    """Return the industry that words ("Computer Hardware") or a code ("NAF 62.02A") name; None for others.

    A code's longest beginning that has a row in `isic_industries.csv` counts: its class, or else its division.
    """
    code = CODE.match(statement)
    isic = code[1].replace(".", "") if code else _isic_of_words().get(_fold(statement), "")
    industries = _industries()
    ends = range(len(isic), DIVISION - 1, -1)
    return next((industries[isic[:end]] for end in ends if isic[:end] in industries), None)


@functools.cache
def _industries() -> dict[str, str | None]:
    return {str(row["isic"]): row["industry"] for row in rows_of("isic_industries")}


@functools.cache
def _isic_of_words() -> dict[str, str]:
    return {_fold(row["words"]): row["isic"] for row in cells_of("stated_industries")}


def _fold(words: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", words.casefold().replace("&", " and ")))
