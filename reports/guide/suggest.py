"""Propose markers for numbers and names in a guide that a figure could keep current, and put them in.

`statements` finds what sentences state, `quiet` the parts of a guide in which nothing is proposed.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from reports.figures.addresses import AddressError
from reports.figures.catalogue import find_id
from reports.figures.query import Connection
from reports.guide.desk import read_figures
from reports.guide.markers import Scan, scan_tags
from reports.guide.misplaced import find_in_links
from reports.guide.quiet import read_prose
from reports.guide.statements import Left, Statement, find_statements
from reports.wording.notes import rows_of
from warehouse.mart_tables import Figures
from warehouse.marts.printing import POINT


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A proposal to put a marker around `text`, which begins at the offset `at` on a `line`.

    `written` is the text with its marker, and `says` what the figure says. A `doubt` is a question that somebody must
    answer before the marker is put in, or "". `others` propose other figures for the same text.
    """

    line: int
    at: int
    text: str
    figure: str
    says: str
    written: str
    doubt: str = ""
    others: tuple[Proposal, ...] = ()


@dataclass(frozen=True)
class LeftAlone:
    """A number on a line that gets no marker, and why."""

    line: int
    text: str
    reason: str


def suggest_markers(
    con: Connection, raw: bytes, *, is_html: bool, is_mdx: bool = False
) -> tuple[list[Proposal], list[LeftAlone]]:
    """Propose markers for a guide, in order, and list the sums and percentages that are left alone."""
    scan = scan_tags(raw, is_html)
    prose, quiet = read_prose(scan, is_mdx=is_mdx)
    placed = [_place(scan, one, quiet) for one in find_statements(prose)]
    statements = sorted((one for one in placed if isinstance(one, Statement)), key=lambda one: one.start)
    left = [one for one in placed if isinstance(one, Left) and one.reason]
    asked = {_current(name) for one in statements for name in (one.figure, *one.others)}
    rows = {row.figure: row for row in read_figures(con, asked)}
    used, proposals = {span.marker.figure for span in scan.spans}, list[Proposal]()
    for statement in statements:
        known = [row for name in (statement.figure, *statement.others) if (row := rows.get(_current(name)))]
        valued = [row for row in known if row.value is not None]
        if statement.is_name:
            if not valued or statement.figure in used or not _has_point(valued[0]):
                continue
            used.add(statement.figure)
        if not known:
            left.append(Left(statement.start, statement.end, "no figure is published for it"))
            continue
        withheld = f"the figure is withheld: {known[0].reason}"
        doubt = "; ".join(filter(None, (statement.doubt, "" if valued else withheld)))
        first, *others = (
            _propose(scan, replace(statement, doubt=doubt), row, with_elements=is_html or is_mdx)
            for row in valued or known[:1]
        )
        proposals.append(replace(first, others=tuple(others)))
    left.sort(key=lambda one: one.start)
    return proposals, [
        LeftAlone(scan.line_of(one.start), _quote(scan.text[one.start : one.end]), one.reason) for one in left
    ]


def apply_proposals(raw: bytes, proposals: Sequence[Proposal], *, is_html: bool, is_mdx: bool = False) -> bytes:
    """Return a guide with the markers of proposals put in, and with a block of sources if it has none.

    Every other byte stays.
    """
    scan = scan_tags(raw, is_html)
    text, at = "", 0
    for one in proposals:
        text += scan.text[at : one.at] + one.written
        at = one.at + len(one.text)
    text += scan.text[at:]
    if proposals and all(span.marker.block != "sources" for span in scan.spans):
        text = _add_sources(text, scan.newline, with_elements=is_html or is_mdx)
    return text.encode(scan.encoding, "xmlcharrefreplace")


_CLOSING = re.compile(r"[ \t]*</(?:article|main|body)\s*>", re.I)
"""Before the first of these elements ends, the sources are put."""


def _add_sources(text: str, newline: str, *, with_elements: bool) -> str:
    if not with_elements:
        block = f'<!-- figures:sources form="notes" -->{newline}<!-- /figures:sources -->{newline}'
        return text + newline * _count_missing(text, newline) + block
    block = f'<section data-figures="sources" data-form="notes">{newline}</section>{newline}'
    close = _CLOSING.search(text)
    at = close.start() if close else len(text)
    return text[:at] + newline * (0 if close else _count_missing(text, newline)) + block + text[at:]


def _count_missing(text: str, newline: str) -> int:
    """Return how many ends of lines a text lacks before a new paragraph."""
    return next(n for n in (0, 1, 2) if text.endswith(newline * (2 - n)))


def _current(figure: str) -> str:
    try:
        return find_id(figure)
    except AddressError:
        return figure


def _has_point(row: Figures) -> bool:
    first = next(iter(rows_of(row)), {}) if row.value is not None else {}
    return first.get("form") == POINT and round(100 * (first.get("share") or 0)) > 0


def _quote(text: str) -> str:
    return " ".join(text.split())


# --- where a marker may stand -----------------------------------------------------------------------------------


def _place(scan: Scan, found: Statement | Left, quiet: Sequence[tuple[int, int, str]]) -> Statement | Left:
    """Return what was found, as left alone if it is in a quiet part or formatting begins or ends inside it.

    A name that is left alone has no reason: it is not listed.
    """
    what = next((what for start, end, what in quiet if start < found.end and found.start < end), None)
    is_name = isinstance(found, Statement) and found.is_name
    if what:
        return Left(found.start, found.end, "" if is_name else f"it stands in {what}")
    if isinstance(found, Left):
        return found
    if not scan.is_html and next(find_in_links(scan.text, [(found.start, found.start)]), None):
        return Left(found.start, found.end, "it stands in a link")
    ends = _balance(scan, found.start, found.end)
    if ends is None:
        return Left(found.start, found.end, "" if is_name else "formatting begins or ends inside it")
    return replace(found, start=ends[0], end=ends[1])


def _balance(scan: Scan, start: int, end: int) -> tuple[int, int] | None:
    """Return the ends of a text, moved over adjacent formatting so that all that begins in it ends in it; else None."""
    tries = [(start, end), (_before_marks(scan, start), end), (start, _after_marks(scan, end))]
    tries.append((tries[1][0], tries[2][1]))
    return next((ends for ends in tries if _is_balanced(scan, *ends)), None)


_EMPHASIS = re.compile(r"\*+|(?<![A-Za-z0-9])_+|_+(?![A-Za-z0-9])")


def _is_balanced(scan: Scan, start: int, end: int) -> bool:
    opened: list[str] = []
    for tag in scan.tags:
        if start <= tag.start < end:
            if not tag.is_closing and not tag.is_self_closed:
                opened.append(tag.name)
            elif tag.is_closing and (not opened or opened.pop() != tag.name):
                return False
    marks = [] if scan.is_html else _EMPHASIS.findall(scan.text[start:end])
    return not opened and all(marks.count(mark) % 2 == 0 for mark in marks)


def _before_marks(scan: Scan, start: int) -> int:
    tag = next((tag.start for tag in scan.tags if tag.end == start), start)
    hit = None if scan.is_html else re.search(r"[*_]+\Z", scan.text[:tag])
    return hit.start() if hit else tag


def _after_marks(scan: Scan, end: int) -> int:
    tag = next((tag.end for tag in scan.tags if tag.start == end), end)
    hit = None if scan.is_html else re.compile(r"[*_]+").match(scan.text, tag)
    return hit.end() if hit else tag


# --- writing ----------------------------------------------------------------------------------------------------


def _propose(scan: Scan, statement: Statement, row: Figures, *, with_elements: bool) -> Proposal:
    text = scan.text[statement.start : statement.end]
    starts_line = not scan.before_on_line(statement.start).strip(" \t>-*+") and not statement.is_name
    marker = _write_marker(
        row.figure, statement.options, "share" if statement.is_name else text,
        is_element=with_elements or starts_line,  # a comment at the start of a line would be raw HTML
    )  # fmt: skip
    before = "in " if statement.figure.startswith("skill.") else ""  # "Python (in half of adverts)"
    says = row.value if row.value is not None else f"withheld for now: {row.reason}"
    return Proposal(
        line=scan.line_of(statement.start), at=statement.start, text=text, figure=row.figure,
        says=f"{row.title}: {says}", written=f"{text} ({before}{marker})" if statement.is_name else marker,
        doubt=statement.doubt,
    )  # fmt: skip


def _write_marker(figure: str, options: Mapping[str, str], text: str, *, is_element: bool) -> str:
    prefix = "data-" if is_element else ""
    given = "".join(f' {prefix}{name}="{value}"' for name, value in options.items())
    if is_element:
        return f'<span data-figure="{figure}"{given}>{text}</span>'
    return f"<!-- figure:{figure}{given} -->{text}<!-- /figure -->"


def list_left(proposals: Sequence[Proposal], left: Sequence[LeftAlone]) -> list[LeftAlone]:
    """Return what is left alone if only `proposals` without a doubt are put in, by line."""
    doubtful = (LeftAlone(one.line, _quote(one.text), one.doubt) for one in proposals if one.doubt)
    return sorted([*left, *doubtful], key=lambda one: one.line)


def list_difference(before: bytes, after: bytes, name: str, *, is_html: bool) -> list[str]:
    """Return the lines of a unified diff of two versions of a guide; [] if they are equal."""
    old, new = (scan_tags(raw, is_html).text.splitlines() for raw in (before, after))
    return list(difflib.unified_diff(old, new, name, name, lineterm=""))
