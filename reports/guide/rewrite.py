"""Rewrite a sentence of an article with markers: its numbers in its own unit and order, and what adverts say."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reports.figures.places import PLACES
from reports.guide.markers import Scan
from reports.guide.numbers_in_text import PERCENT, Number
from reports.guide.statements import NO_PLACE, Statement
from reports.guide.words import find_places, split_around
from reports.wording import notes, numbers
from reports.wording.parts import PLAIN
from warehouse.mart_tables import Figures

MAX_NAMED = 3
"""How many skills a sentence names with a share each; more are said as the list of their category."""


@dataclass(frozen=True)
class Edit:
    """Put `text` in place of what stands at [start:end] of an article."""

    start: int
    end: int
    text: str


def edit(text: str, edits: Sequence[Edit]) -> str:
    """Return a text with edits made, which do not overlap."""
    ordered = sorted(edits, key=lambda one: one.start)
    around = split_around(text, [(one.start, one.end) for one in ordered])
    return "".join(itertools.chain.from_iterable(zip(around, [*(one.text for one in ordered), ""], strict=True)))


def put_in(scan: Scan, ends: tuple[int, int], edits: Sequence[Edit], added: Sequence[str]) -> str:
    """Return the sentence between two offsets with its edits, followed by sentences that are added."""
    start, end = ends
    words = edit(scan.text[:end], edits)[start:]
    if added and not re.search(r"[.!?:][\"”'’)*_]*\Z", words):
        words += "."
    return " ".join([words, *added])


def span(figure: str, **options: str) -> str:
    """Return an empty marker of a figure."""
    given = "".join(f' data-{name}="{value}"' for name, value in options.items())
    return f'<span data-figure="{figure}"{given}></span>'


# --- numbers --------------------------------------------------------------------------------------------------------


def rewrite_number(scan: Scan, one: Statement, number: Number, row: Figures) -> list[Edit]:
    """Return the edits that put a figure in place of the number of a statement.

    Sums keep their unit, their shortness ("12.5K"), their period and the words around them. The name of a country that
    has nearly all jobs of a figure takes the place of the one in the sentence.
    """
    if number.unit == PERCENT:
        form = "number" if scan.text[one.start : one.end].strip()[:1].isdigit() else "prose"
        options = {"part": "share"} if one.options.get("part") == "share" else {"form": form}
        return [Edit(one.start, one.end, span(row.figure, **options))]
    if number.unit != "USD" or (number.low < number.high and not _has_band(row)):
        return [Edit(one.start, one.end, span(row.figure, **one.options))]
    per = one.options.get("per")
    options = {"format": "short" if re.search(r"\d ?[kK]\b", number.text) else "long", **({"per": per} if per else {})}
    parts = ["median"] if number.low == number.high else ["low", "high"]
    if "$" in number.text:
        options = {"form": "prose", **({"per": per} if per else {})}
        return [Edit(one.start, one.end, span(row.figure, **options)), *_name_place(scan, one, row)]
    joint = " and " if " and " in number.text else " to " if " to " in number.text else "–"
    sums = joint.join(span(row.figure, part=part, **options) for part in parts)
    return [Edit(number.at, number.end, sums), *_name_place(scan, one, row)]


def _has_band(row: Figures) -> bool:
    return notes.rows_of(row)[0].get("band_low") is not None


def _name_place(scan: Scan, one: Statement, row: Figures) -> list[Edit]:
    name = span(row.figure, part="place", form="prose")
    if one.doubt == NO_PLACE:
        return [Edit(one.end, one.end, f" in {name}")]
    start, end = one.clause
    slug = row.figure.split(".")[1]
    for a, b, place in find_places(scan.text[start:end]):
        if place.slug == slug and notes.place_in_prose(row) != PLACES[slug].in_words:
            return [Edit(start + a, start + b, name)]
    return []


def drop_clause(scan: Scan, one: Statement) -> Edit:
    """Return the edit that takes a clause out of its sentence, but for the full stop."""
    start, end = one.clause
    return Edit(start, start + len(scan.text[start:end].rstrip(" .!?\r\n")), "")


# --- sentences that are added ---------------------------------------------------------------------------------------


def say_missing(row: Figures) -> str:
    """Return a sentence that tells why an amount is missing."""
    place = PLACES.get(row.figure.split(".")[1])
    where = f" in {place.in_words}" if place else ""
    return f"Too few adverts{where} state pay to give a figure."


def say_whole(row: Figures, asks: str = "") -> str:
    """Return a sentence of one figure with its month: "As of October 2025, about two in three adverts …"."""
    said = " ".join(filter(None, (span(row.figure, form="prose"), asks)))
    return f"As of {span(row.figure, part='period', form='prose')}, {said}."


def say_shares(rows: Mapping[str, Figures], verb: str) -> str:
    """Return a sentence of the shares of skills or roles by the article's own names, the largest first.

    Of several below the lowest threshold that has words, one share is said, the largest: it holds of the others too.
    """
    ordered = sorted(rows.items(), key=lambda pair: -(notes.rows_of(pair[1])[0].get("share") or 0))
    above = [(name, row) for name, row in ordered if not _is_bound(row)][:MAX_NAMED]
    below = [(name, row) for name, row in ordered if _is_bound(row)]
    preposition = verb.rpartition(" ")[2]
    said = [
        f"{span(row.figure, form='prose')} {verb} {name}" if i == 0 else _say_more(row, f"{preposition} {name}")
        for i, (name, row) in enumerate(above)
    ]
    parts = [numbers.join_words(said)] if said else []
    if below:
        each = " each" if len(below) > 1 else ""
        names, share = numbers.join_words([name for name, _ in below]), span(below[0][1].figure, form="prose")
        passive = f"{names} {'are' if each else 'is'}{each} asked for in {share}"
        parts.append(passive if verb == "ask for" else f"{names} are {share}{each}")
    return f"As of {span(ordered[0][1].figure, part='period', form='prose')}, {'; '.join(parts)}."


def _say_more(row: Figures, of: str) -> str:
    return f"{span(row.figure, part='share', form='prose')} {of}"


def _is_bound(row: Figures) -> bool:
    """Whether the words of a share are an upper bound, "fewer than one in ten"."""
    return notes.say_in_prose(row, PLAIN).startswith("fewer than")


# --- the block of sources -------------------------------------------------------------------------------------------

_CLOSING = re.compile(r"[ \t]*</(?:article|main|body)\s*>", re.I)
"""Before the first of these elements ends, the sources are put."""


def add_sources(text: str, newline: str, *, with_elements: bool) -> str:
    """Return an article with an empty block of sources, whose notes have all remarks."""
    if not with_elements:
        block = f'<!-- figures:sources form="notes" remarks="notes" -->{newline}<!-- /figures:sources -->{newline}'
        return text + newline * _count_missing(text, newline) + block
    block = f'<section data-figures="sources" data-form="notes" data-remarks="notes">{newline}</section>{newline}'
    close = _CLOSING.search(text)
    at = close.start() if close else len(text)
    return text[:at] + newline * (0 if close else _count_missing(text, newline)) + block + text[at:]


def _count_missing(text: str, newline: str) -> int:
    """Return how many ends of lines a text lacks before a new paragraph."""
    return next(n for n in (0, 1, 2) if text.endswith(newline * (2 - n)))
