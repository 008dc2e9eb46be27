"""Whether the numbers of a text are what is published."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reports.figures.addresses import AddressError
from reports.figures.catalogue import find_id
from reports.figures.query import Connection
from reports.guide.desk import is_sample, read_figures, read_sources
from reports.guide.markers import Document, GuideError, Span, decode, pair, scan_tags
from reports.guide.render import read_words, refresh_bytes
from reports.verify.claims_in_text import Claim, find_claims
from reports.wording import amounts, notes
from reports.wording.numbers import Row
from reports.wording.parts import PartFormat
from transforms.pay.normalisation import PER_YEAR
from warehouse.mart_tables import Figures

VERIFIED, ROUNDED, STALE, CONTRADICTED = "verified", "rounded", "stale", "contradicted"
NO_FIGURE, UNRESOLVED = "no figure", "unresolved"
VERDICTS = (VERIFIED, ROUNDED, STALE, CONTRADICTED, NO_FIGURE, UNRESOLVED)
"""As published; as published when it is rounded so far; published, but of long ago or of another time than the text
says; another number is published; what it claims is withheld or in no mart; and not said clearly enough to tell.
What a text says of the time of a stale figure, with that time, is as published."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A number of a text on a line, its verdict, the figure it claims to be, and what that says or what is missing."""

    line: int
    text: str
    verdict: str
    figure: str | None
    says: str


def verify_text(con: Connection, raw: bytes, *, is_html: bool = False) -> list[Finding]:
    """Every number of a text with its verdict, in order.

    Numbers between markers are of the marker's figure, those of a link to a figure (`[57%](…/ID.json)`) of that; all
    others are of what their sentence says.
    """
    document = decode(raw, is_html)
    text = document.text
    lines = [i for i, c in enumerate(text) if c == "\n"]
    scan = scan_tags(text, is_html)
    spans = [span for span in pair(scan.tags, find_id)[0] if span.marker.figure or span.marker.block]
    references = [*_find_marked(document, spans), *_find_linked(text)]
    hidden_spans = [*scan.skipped, *((tag.start, tag.end) for tag in scan.tags)]
    hidden_spans += [(span.marker.start, span.after) for span in spans] + [
        (at, at + len(one.text)) for at, one in references
    ]
    claims = [one for one in find_claims(text) if not any(a <= one.at < b for a, b in hidden_spans)]
    ids = {one.figure for _, one in references if one.figure} | {one.figure for one in claims if one.figure}
    ids |= {name for one in claims if (name := _name_ladder(one))}
    figures = {row.figure: row for row in read_figures(con, ids)}
    changes = _list_changed(con, raw, figures, is_html=is_html)
    findings = [
        (at, _judge(one, figures, changes)) for at, one in [*references, *((claim.at, claim) for claim in claims)]
    ]
    return [
        Finding(line=bisect.bisect_left(lines, at) + 1, text=one.text, verdict=verdict, figure=one.figure, says=says)
        for at, (one, verdict, says) in sorted(findings, key=lambda pair: pair[0])
    ]


def _find_marked(document: Document, spans: list[Span]) -> Iterator[tuple[int, Claim]]:
    """What stands between the markers of figures: the whole of it is claimed."""
    for span in spans:
        tag = span.marker
        text = document.text[span.start : span.end].strip()
        if tag.figure is None or not re.search(r"\d", text):
            continue
        yield (
            span.start,
            Claim(at=span.start, text=text, low=0, high=0, unit=0, figure=find_id(tag.figure), part="marked"),
        )


_LINK = re.compile(
    r"\[(?P<words>[^\]\n]*\d[^\]\n]*)\]\((?P<href>[^)\s]+)\)"
    r"|<a\s[^>]*href=\"(?P<ref>[^\"]+)\"[^>]*>(?P<in>[^<]*\d[^<]*)</a>"
)


def _find_linked(text: str) -> Iterator[tuple[int, Claim]]:
    """Numbers that link to a figure by its id."""
    for hit in _LINK.finditer(text):
        words, href = (hit["words"], hit["href"]) if hit["words"] else (hit["in"], hit["ref"])
        name = re.sub(r"\.(?:json|csv|svg|html)$|/$", "", href.rpartition("#")[2] or href).rpartition("/")[2]
        try:
            figure = find_id(name)
        except AddressError:
            continue
        at = text.index(words, hit.start())
        yield at, Claim(at=at, text=words.strip(), low=0, high=0, unit=0, figure=figure, part="linked")


ClaimVerdict = tuple[Claim, str, str]


def _list_changed(
    con: Connection, raw: bytes, figures: Mapping[str, Figures], *, is_html: bool
) -> set[tuple[str, str]] | None:
    """The figure and the text of each place between markers that a refresh would change; None of no whole guide."""
    try:
        _, result = refresh_bytes(
            raw, list(figures.values()), is_html=is_html, sources=read_sources(con), is_sample=is_sample(con)
        )
    except GuideError:
        return None
    return {(change.name, change.before) for change in result.changes}


def _judge(claim: Claim, figures: Mapping[str, Figures], changes: set[tuple[str, str]] | None) -> ClaimVerdict:
    if claim.figure is None:
        return claim, UNRESOLVED, f"not said: {', '.join(claim.missing)}"
    judgement, ladder = _judge_alone(claim, figures.get(claim.figure), changes), _find_ladder(claim, figures)
    if judgement[1] in (CONTRADICTED, NO_FIGURE) and ladder and _judge_row(claim, ladder) in (VERIFIED, ROUNDED):
        return claim, UNRESOLVED, f"not said: what is counted with it, as in {ladder.figure}: {ladder.value}"
    return judgement


def _judge_alone(claim: Claim, row: Figures | None, changes: set[tuple[str, str]] | None) -> ClaimVerdict:
    """A claim against its own figure."""
    if row is None:
        return claim, NO_FIGURE, "no figure of that name is published"
    if row.value is None:
        return claim, NO_FIGURE, f"withheld: {row.reason}"
    if claim.part == "marked" and changes is not None:
        verdict = CONTRADICTED if (claim.figure, read_words(claim.text)) in changes else VERIFIED
    elif claim.part in ("marked", "linked"):
        verdict = _judge_words(claim, row)
        if verdict == UNRESOLVED:
            return claim, verdict, f"not said: which part it is of {row.value}"
    else:
        verdict = _judge_row(claim, row)
        if verdict == UNRESOLVED:
            return claim, verdict, f"not published so finely: {row.value}"
    if verdict in (VERIFIED, ROUNDED) and not _is_of_its_time(claim, row):
        verdict = STALE
    return claim, verdict, ", ".join(filter(None, (row.value, notes.describe_period(row), notes.describe_n(row))))


def _name_ladder(claim: Claim) -> str | None:
    """The figure of the same pay that takes the best of several kinds of source: `pay.us.ai_engineering.senior`."""
    return claim.figure.rpartition(".")[0] if claim.figure and claim.currency else None


def _find_ladder(claim: Claim, figures: Mapping[str, Figures]) -> Figures | None:
    """That figure, where it is of the kind of source that the text says; it may count more work with it."""
    ladder = figures.get(_name_ladder(claim) or "")
    kind = (claim.figure or "").rpartition(".")[2]
    return ladder if ladder is not None and ladder.value is not None and ladder.basis == kind else None


def _is_of_its_time(claim: Claim, row: Figures) -> bool:
    """Whether all months or years that a text names touch the reference period of a figure; of a stale one it must."""
    if not claim.dates:
        return row.status != "stale"
    last = row.period_to or row.as_of
    first = row.period_from or last
    months = (first.year * 12 + first.month, last.year * 12 + last.month)
    return all(
        months[0] <= year * 12 + (month or 12) and year * 12 + (month or 1) <= months[1] for year, month in claim.dates
    )


def _judge_words(claim: Claim, row: Figures) -> str:
    """A text that is said to be a figure's: it must say nothing else than the figure or one of its parts.

    A number that is only somewhere in it, as the day that it was read or one row of a table, is unresolved.
    """
    text = " ".join(claim.text.split())
    whole = {row.value, row.bare_value}
    if text in whole:
        return VERIFIED
    parts = (
        notes.part(row, PartFormat(part=part)) or "" for part in ("low", "high", "median", "interval", "n", "rank")
    )
    if text in {*parts} or _list_numbers(text) == _list_numbers(row.bare_value or ""):
        return VERIFIED
    return UNRESOLVED if {*_list_numbers(text)} <= {*_list_numbers(row.value or "")} else CONTRADICTED


def _list_numbers(text: str) -> list[str]:
    """The numbers of a text with their units."""
    matches = re.findall(r"(\d[\d.,]*\d|\d)\s?(K\b|%|per ?cent\b)?", text)
    return [number + ("%" if unit.startswith("per") else unit) for number, unit in matches]


_COLUMNS = {
    "median": ("p50", "p50"), "low": ("band_low", "band_low"), "high": ("band_high", "band_high"),
    "value": ("band_low", "band_high"),
}  # fmt: skip


def _judge_row(claim: Claim, row: Figures) -> str:
    first = notes.rows_of(row)[0]
    return _judge_share(claim, first) if claim.per is None else _judge_pay(claim, first)


def _judge_share(claim: Claim, row: Row) -> str:
    """A share against what is printed of a cell: the share, its interval, or bounds for all jobs."""
    ends = ("bound_lo", "bound_hi") if row.get("form") == "bounds" else ("share_lo", "share_hi")
    is_point = claim.part == "value"
    if is_point and row.get("form", "point") != "point":
        return _judge_hidden(claim.low, [100 * row[end] for end in ends], claim.unit)
    columns = ("share", "share") if is_point else ends
    if any(row.get(column) is None for column in columns):
        return NO_FIGURE
    values = [100 * row[column] for column in columns]
    return _judge_digits(claim, values, finest=0.1 if 0 < values[0] < 1 else 1.0)


def _judge_pay(claim: Claim, row: Row) -> str:
    """Sums against those of a cell, in the time and the money of the text."""
    if row.get("currency") != claim.currency:
        return NO_FIGURE
    columns = _COLUMNS[claim.part]
    if any(row.get(column) is None for column in columns):
        return NO_FIGURE
    scale = 1 / PER_YEAR[claim.per or "year"]
    for value, column in zip((claim.low, claim.high), columns, strict=True):
        if not amounts.is_point(row, column):
            return _judge_hidden(value, [scale * row[f"{column}_{end}"] for end in ("lo", "hi")], claim.unit)
    values = [scale * row[column] for column in columns]
    return _judge_digits(claim, values, finest=_unit_of_print(values[0]))


def _judge_hidden(value: float, interval: Sequence[float], unit: float) -> str:
    """A number where only an interval is printed: beyond it it is wrong, and within it nobody can tell."""
    low, high = interval
    return UNRESOLVED if low - 0.5 * unit <= value <= high + 0.5 * unit else CONTRADICTED


def _judge_digits(claim: Claim, values: Sequence[float], *, finest: float) -> str:
    """The digits of a claim against numbers that are printed to the unit `finest`; finer ones must be right, too."""
    off = max(abs(value - is_) for value, is_ in zip((claim.low, claim.high), values, strict=True)) - 1e-9
    if off <= 0.5 * min(claim.unit, finest):
        return VERIFIED
    if off <= 0.5 * claim.unit:
        return ROUNDED
    return UNRESOLVED if off <= 0.5 * finest else CONTRADICTED


def _unit_of_print(amount: float) -> float:
    """The unit to which an amount is printed (`numbers.short`): tenths of a thousand up to 20K, else thousands."""
    return 100.0 if amount < 20_000 else 1_000.0
