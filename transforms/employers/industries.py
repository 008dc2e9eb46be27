"""The industry of an employer by what a source states of it in a field: words, or a code of a classification.

`stated_industries.csv` gives words the division of ISIC (Revision 4) that they name, `isic_industries.csv` a division
its industry: the section's title, or the guide's name where it has one. NAF (France, Revision 2) and SSIC (Singapore,
2020) have the divisions of ISIC. Words that name a field of work as well ("Accounting") stand in no row.
"""

from __future__ import annotations

import functools
import re

from transforms.text.lookups import cells_of, rows_of

CODE = re.compile(r"(?:ISIC|NAF|SSIC) (\d\d[\d.]*)")
DIVISION = 2
"""Digits of a division; a class has up to four."""
CACHE_SIZE = 1 << 12
"""Statements remembered: there are some 150 words in use, and 700 classes."""


@functools.lru_cache(maxsize=CACHE_SIZE)
def industry_of(statement: str) -> str | None:
    """The industry that words ("Computer Hardware") or a code ("NAF 62.02A") name; None where the lookups have none.

    Of a code its class counts where it has a row, else its division.
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
    """Words without signs, so that "Hospital & Health Care" is "hospital and health care"."""
    return " ".join(re.findall(r"[^\W_]+", words.casefold().replace("&", " and ")))
