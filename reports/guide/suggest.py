"""Propose markers for numbers and names in a guide that a figure could keep current.

A marker is proposed only if the sentence says enough: a sum of pay needs a place, and a share that asks for a skill
needs the name of the skill. Nothing is assumed that the sentence does not say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product, zip_longest
from typing import TypeVar

from reports.figures.claims import load_claims
from reports.figures.declared.pay_figures import WORK_OF_GUIDE
from reports.figures.places import EVERYWHERE, Place
from reports.figures.query import Connection
from reports.guide.desk import read_figures
from reports.guide.markers import Scan, scan_tags
from reports.guide.misplaced import find_in_links, list_scripts
from reports.guide.numbers_in_text import PERCENT, Number, read_numbers, read_sentences
from reports.guide.words import LEVELS, PERIODS, SENTENCE, UNKNOWN, find_places, find_skills, find_values, work_patterns
from reports.wording.notes import rows_of
from reports.wording.parts import PERIODS as PRINTED_PERIODS
from reports.wording.work import name_work
from transforms.records.vocabulary import AI_JOBS
from warehouse.marts.measures import MEASURES


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A proposal to replace `text`, on a `line`, with `marker`; `says` is the value of the marker's figure."""

    line: int
    text: str
    says: str
    marker: str


_At = TypeVar("_At", "Claim", "Number")


def suggest_markers(
    con: Connection, raw: bytes, *, is_html: bool, is_mdx: bool = False
) -> tuple[list[Proposal], list[tuple[int, str]]]:
    """Propose markers for a guide. Text between markers, and in code, comments or links, is left alone.

    Return the proposals, in order, and the sums and percentages without a figure, as (line, text).
    """
    scan = scan_tags(raw, is_html)
    text = scan.text
    taken = _find_taken(scan, is_mdx=is_mdx)
    claims = sorted(_leave_out(find_claims(text), taken), key=lambda claim: claim.at)
    if not is_html:
        in_links = {at for at, _ in find_in_links(text, [(claim.at, claim.at) for claim in claims])}
        claims = [claim for claim in claims if claim.at not in in_links]
    rows = {row.figure: row for row in read_figures(con, {claim.figure for claim in claims})}
    proposals = []
    for claim in claims:
        row = rows.get(claim.figure)
        if row is None:
            continue
        share = next((line.get("share") for line in rows_of(row)), None) if row.value is not None else None
        if claim.is_name and round(100 * (share or 0)) == 0:
            continue  # "Learn COBOL (0%)" would say nothing
        says = row.value if row.value is not None else f"withheld for now: {row.reason}"
        marker, line = _write_marker(claim, with_elements=is_html or is_mdx), scan.line_of(claim.at)
        proposals.append(Proposal(line=line, text=claim.text, says=f"{row.title}: {says}", marker=marker))
    taken += [(claim.at, claim.at + len(claim.text)) for claim in claims if claim.figure in rows and not claim.is_name]
    numbers = (number for sentence in read_sentences(text) for number in sentence.numbers)
    amounts = (number for number in numbers if number.unit not in ("", UNKNOWN))
    return proposals, [(scan.line_of(number.at), number.text) for number in _leave_out(amounts, taken)]


def _find_taken(scan: Scan, *, is_mdx: bool) -> list[tuple[int, int]]:
    """Return the start and end of each part of a guide in which nothing is proposed."""
    taken = [(0, scan.front_matter), *scan.skipped, *((tag.start, tag.end) for tag in scan.tags)]
    taken += [(span.marker.start, span.after) for span in scan.spans]
    if is_mdx:
        taken += [(start, end) for start, end, _ in list_scripts(scan.text, scan.front_matter)]
    return taken


def _leave_out(hits: Iterable[_At], spans: Sequence[tuple[int, int]]) -> list[_At]:
    return [hit for hit in hits if not any(start < hit.at + len(hit.text) and hit.at < end for start, end in spans)]


def _write_marker(claim: Claim, *, with_elements: bool) -> str:
    name = f'{claim.figure}"' if with_elements else claim.figure
    options = name + "".join(f' {option}="{value}"' for option, value in claim.options.items())
    tag = f'<span data-figure="{options}>' if with_elements else f"<!-- figure:{options} -->"
    close = "</span>" if with_elements else "<!-- /figure -->"
    return f"{claim.text} ({tag}share{close})" if claim.is_name else f"{tag}{claim.text}{close}"


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A number in a text, or a name after which a share may be put (`is_name`).

    `figure` is the id of the figure that could state it, and `options` are those of the marker.
    """

    at: int
    text: str
    figure: str
    options: Mapping[str, str] = field(default_factory=dict)
    is_name: bool = False


def find_claims(text: str) -> Iterator[Claim]:
    """Yield numbers and names that a figure could state. A name is yielded only at its first use."""
    ids: set[str] = set()
    for sentence in SENTENCE.finditer(text):
        words, start = sentence[0], sentence.start()
        places = [(at, place) for at, _, place in find_places(words)]
        citations = list(_find_cited_claims(words))
        spans = [(claim.at, claim.at + len(claim.text)) for claim in citations]
        numbers = _leave_out((number for number in read_numbers(words) if number.unit != UNKNOWN), spans)
        amounts, shares = (
            [number for number in numbers if number.unit and (number.unit == PERCENT) is is_share]
            for is_share in (False, True)
        )
        claims = [*citations, *_find_pay_claims(words, amounts, places), *_find_share_claims(words, places, shares)]
        if not claims:
            claims = [claim for claim in _find_name_claims(words) if claim.figure not in ids]
        ids |= {claim.figure for claim in claims}
        yield from (replace(claim, at=start + claim.at) for claim in claims)


def _find_cited_claims(sentence: str) -> Iterator[Claim]:
    for claim in load_claims():
        amount = claim.parts.get("amount", "")
        number = re.search(r"\d[\d.,–-]*\d(?: ?(?:%|[a-z]+illion))?", amount)
        if number is None or number[0] not in sentence:
            continue
        for part, words in claim.parts.items():
            core = words if part != "amount" else number[0]
            if core in sentence:
                yield Claim(at=sentence.index(core), text=core, figure=claim.id, options={"part": part})


def _find_pay_claims(sentence: str, amounts: Sequence[Number], places: Sequence[tuple[int, Place]]) -> Iterator[Claim]:
    """Yield each sum of pay for which the sentence names a place.

    The place is the first one between the sum and the next sum, or else the only place of the sentence. A sentence with
    several levels or roles gives a claim for each combination, from which the editor chooses.
    """
    if not re.search(r"\bpa(?:y|id|ys)\b|salar|earn|offer|wage|compensation", sentence, re.I):
        return
    levels, periods = sorted(find_values(LEVELS, sentence)) or ["all"], find_values(PERIODS, sentence) or {"year"}
    works = sorted(find_values(work_patterns(), sentence) - {AI_JOBS}) or [WORK_OF_GUIDE]
    if len(periods) > 1 or not periods <= set(PRINTED_PERIODS):
        return  # it is unclear which period each sum has, or no figure is printed for the period
    for hit, following in zip_longest(amounts, amounts[1:]):
        stop = len(sentence) if following is None else following.at
        behind = [place for at, place in places if hit.end <= at < stop]
        only = {place.slug: place for _, place in places}
        place = behind[0] if behind else next(iter(only.values())) if len(only) == 1 else None
        if place is None:
            continue
        options = {"per": next(iter(periods))}
        if hit.low == hit.high:
            options["part"] = "median"
        for work, level in product(works, levels):  # the editor chooses
            figure = f"pay.{place.slug}.{work}.{level}"
            yield Claim(at=hit.at, text=hit.text, figure=figure, options=options)


def _find_share_claims(sentence: str, places: Sequence[tuple[int, Place]], shares: Sequence[Number]) -> Iterator[Claim]:
    skills = list(find_skills(sentence))
    only = {place.slug for _, place in places}
    at = only.pop() if len(only) == 1 else EVERYWHERE.slug
    for number in shares if skills and not only else ():
        before = [name for start, _, name in skills if start < number.at]
        name = before[-1] if before else skills[0][2]
        yield Claim(at=number.at, text=number.text, figure=f"skill.{name}.{at}.{WORK_OF_GUIDE}")


def _find_name_claims(sentence: str) -> Iterator[Claim]:
    for start, word, name in find_skills(sentence):
        yield Claim(at=start, text=word, figure=f"skill.{name}.{EVERYWHERE.slug}.{WORK_OF_GUIDE}", is_name=True)
    for role in MEASURES["role"].items:
        hit = re.search(rf"\b{re.escape(name_work(role))}s?\b", sentence, re.I)
        if hit:
            figure = f"share.role.{role}.{EVERYWHERE.slug}.{AI_JOBS}"
            yield Claim(at=hit.start(), text=hit[0], figure=figure, is_name=True)
