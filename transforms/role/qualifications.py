"""Find qualifications that an advert asks for: portfolio, certification, internship, open source.

As in `requirements`, only lines with certain words are read, and each mention is judged by its section and its
sentence. Preferred qualifications count as asked for, as preferred skills do. The words are English and apply to
English texts; `lookups.languages_read` says in which languages this reading is good enough to count.
"""

from __future__ import annotations

import functools
import itertools
import re

from transforms.records.vocabulary import QUALIFICATIONS
from transforms.skills.sections import WHOLE, Line, cues_of, lines_with, lower_text, sentence_at
from transforms.text.evidence import Reading
from transforms.text.lookups import cells_of

cues = functools.partial(cues_of, "qualification_cues")
ASKING = frozenset(("required", "preferred", WHOLE))
"""Sections in which a mention is a demand. In a section of duties, "contribute to open source" is the work itself."""
_ANYWHERE = " anywhere"
ANYWHERE = frozenset(
    row["cue"].removesuffix(_ANYWHERE) for row in cells_of("qualification_cues") if row["cue"].endswith(_ANYWHERE)
)
"""Qualifications for which some phrases count in any section, such as "send us a link to your portfolio"."""
MAX_MENTIONS = 50
"""Only this many mentions in each line are checked. No line of an advert has more."""


def qualifications_in(text: str) -> tuple[Reading, ...]:
    """Return the values of `QUALIFICATIONS` that an English text requires or prefers, each with its first mention.

    An internship is asked for if it may replace experience ("including internships"). A licence to practise a trade
    counts if the text calls it a certification. The running time is linear in the text's length. Never raises.
    """
    readings: dict[str, Reading] = {}
    for begin, kind, line in lines_with(text, "qualification"):
        for name, start, end in line.once(_read_line, kind):
            if name not in readings:
                readings[name] = Reading(name, f"asks for: {name}", begin + start, begin + end, "text")
    return tuple(readings[name] for name in QUALIFICATIONS if name in readings)


def _read_line(line: Line, kind: str) -> tuple[tuple[str, int, int], ...]:
    low = lower_text(line.text)
    mentions = ((name, _find_mention(low, line, kind, name)) for name in QUALIFICATIONS)
    return tuple((name, *span) for name, span in mentions if span is not None)


def _find_mention(low: str, line: Line, kind: str, name: str) -> tuple[int, int] | None:
    demand, anywhere, never = _patterns(name)
    for match in itertools.islice(demand.finditer(low), MAX_MENTIONS):
        if line.kind_at(match.start(), kind) in ASKING and not _is_set_aside(low, match, never):
            return match.span()
    for match in itertools.islice(anywhere.finditer(low), MAX_MENTIONS) if anywhere else ():
        if line.kind_at(match.start(), kind) != "not" and not _is_set_aside(low, match, never):
            return match.span()
    return None


@functools.cache
def _patterns(name: str) -> tuple[re.Pattern[str], re.Pattern[str] | None, re.Pattern[str]]:
    """Return three patterns: demands in `ASKING` sections, demands in any section, and phrases with another meaning."""
    return cues(name), cues(f"{name}{_ANYWHERE}") if name in ANYWHERE else None, cues(f"not {name}", r"\b")


_DENIED = cues("denied", r"\b")
_WISHED = cues("wished", r"\b", r"\b")


def _is_set_aside(low: str, match: re.Match[str], never: re.Pattern[str]) -> bool:
    """Whether the sentence gives a mention another meaning ("a loan portfolio") or says that it is not needed."""
    first, last = sentence_at(low, match.start(), match.end())
    sentence = low[first:last]
    at, until = match.start() - first, match.end() - first
    is_other = any(other.start() < until and other.end() > at for other in never.finditer(sentence))
    return is_other or (_DENIED.search(sentence) is not None and not _WISHED.search(sentence))
