"""Recognise one text that a poster uses for many adverts, with another level, place or pay in it."""

from __future__ import annotations

import functools
import re
from dataclasses import replace

from transforms.employers.identity import evidence, is_staffing_agency
from transforms.place.gazetteer import key, workplaces
from transforms.records.rows import Posting
from transforms.text.characters import hash_of
from transforms.text.lookups import cells_of

MIN_SENTENCES = 5
"""Minimum sentences that must remain of a text. Fewer are a closing line or a legal notice."""
MIN_LETTERS = 4
"""Minimum letters of a word of the location that marks a sentence as one about the place."""
_SENTENCE = re.compile(r"[.!?;]\s+|\n+")
_WORD = re.compile(r"[^\W_]+")


@functools.cache
def _words_that_change() -> frozenset[str]:
    """Return single words for levels and workplaces."""
    levels = {key(row["words"]) for row in cells_of("seniority_words")}
    return frozenset(word for word in levels | set(workplaces(in_text=True)) if _WORD.fullmatch(word))


def with_template(advert: Posting) -> Posting:
    """Return the advert with `template_hash` if its poster hires for others, or names no employer."""
    named = evidence(advert.employer, advert.source, advert.board, advert.url)
    if named and not advert.agency_signs and not is_staffing_agency(advert.employer):
        return advert
    digest = template_of(advert.text or "", advert.location_text)
    return replace(advert, template_hash=digest) if digest else advert


def template_of(text: str, location_text: str | None) -> str | None:
    """Return the digest of a text without the sentences that differ between the adverts made from one template.

    Those are sentences with a digit, a level, a workplace, or a word of the location. None if too few remain.
    """
    place = {word for word in _WORD.findall(key(location_text or "")) if len(word) >= MIN_LETTERS}
    changing = _words_that_change() | place
    sentences = (set(_WORD.findall(key(part))) for part in _SENTENCE.split(text))
    kept = [
        " ".join(sorted(words))
        for words in sentences
        if words and changing.isdisjoint(words) and not any(map(str.isdigit, "".join(words)))
    ]
    return hash_of("\n".join(kept)) if len(kept) >= MIN_SENTENCES else None
