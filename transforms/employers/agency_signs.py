"""Find words in an advert which say that its employer hires for others (`lookups/employers/agency_cues.csv`)."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import re2

from transforms.records.rows import AgencySign, Posting
from transforms.text.lookups import cells_of

_ENDS = re.compile(r"^[\W_]+|[\W_]+$")
"""Marks around the words of a sign: the pattern of a cue may hold the character after its last word."""


class _Cue(NamedTuple):
    sign: str
    language: str
    word: str
    pattern: Any


@functools.cache
def _cues_of(part: str) -> tuple[_Cue, ...]:
    return tuple(
        _Cue(row["sign"], row["language"], row["word"], re2.compile(f"(?m){row['pattern']}".encode()))
        for row in cells_of("agency_cues")
        if row["part"] == part
    )


def add_agency_signs(advert: Posting) -> Posting:
    """Return the advert with its signs of an agency, found in its title and in its text if the text is full."""
    text = advert.text if advert.text_state == "full" else None
    signs = (*find_signs("text", text or "", advert.language), *find_signs("title", advert.title, advert.language))
    return replace(advert, agency_signs=signs) if signs else advert


def find_signs(part: str, text: str, language: str | None) -> Iterator[AgencySign]:
    """Yield each sign of an agency in a part of an advert, with the words of the first cue that shows it.

    `part` is `title` or `text`, and `text` holds the words of the part. `language` is the advert's language: cues of
    other languages do not count. The pattern of a cue is searched only if the text contains the cue's word, because the
    pattern takes ten times as long.
    """
    found: set[str] = set()
    data = b""
    for cue in _cues_of(part):
        if cue.sign in found or (cue.language and cue.language != language) or cue.word not in text:
            continue
        data = data or text.encode(errors="replace")
        match = cue.pattern.search(data)
        if match and (words := _ENDS.sub("", match[0].decode())):
            found.add(cue.sign)
            yield AgencySign(sign=cue.sign, words=words)
