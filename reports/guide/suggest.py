"""Proposals of markers: numbers and names in a guide's own text that a figure could keep current.

A proposal needs the words of its sentence: a number of pay needs a place, a share of a skill the skill's name. What a
sentence does not say is not guessed: no place or level is put in for one that is missing.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product, zip_longest

from reports.figures.catalogue import find_id
from reports.figures.claims import load_claims
from reports.figures.pay_figures import WORK_OF_GUIDE
from reports.figures.places import EVERYWHERE, Place
from reports.figures.query import Connection
from reports.guide.desk import read_figures
from reports.guide.markers import decode, pair, scan_tags
from reports.guide.words import AMOUNT, LEVELS, PERCENT, PERIODS, SENTENCE, find_places, find_skills, hear
from reports.wording.work import WORKS, name_work
from transforms.records.vocabulary import AI_JOBS
from warehouse.marts.measures import MEASURES


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A text on a line, what a figure says in its place, and the marker that would keep it current."""

    line: int
    text: str
    says: str
    marker: str


_PART_OF = {"median": "median", "typical": "median", "middle": "median"}


_NAMED_WORKS = [work for work in WORKS if " " in name_work(work) and work != "ai_other"]
"""Roles, and groups of them, whose names mean nothing else in a sentence."""


def suggest_markers(con: Connection, raw: bytes, *, is_html: bool) -> Iterator[Proposal]:
    """Proposals for a guide, in order of its text. What stands between markers, in code or comments is left alone."""
    text = decode(raw, is_html).text
    scan = scan_tags(text, is_html)
    spans, _ = pair(scan.tags, find_id)
    taken = [*scan.skipped, *((span.marker.start, span.after) for span in spans)]
    taken += [(tag.start, tag.end) for tag in scan.tags]
    lines = [i for i, c in enumerate(text) if c == "\n"]
    wanted = [one for one in _find_claims(text) if not any(start <= one.at < end for start, end in taken)]
    known = {row.figure: row for row in read_figures(con, {one.figure for one in wanted})}
    for one in sorted(wanted, key=lambda one: one.at):
        row = known.get(one.figure)
        if row is None:
            continue
        given = "".join(f' {name}="{value}"' for name, value in one.options.items())
        tag = f'<span data-figure="{one.figure}"{given}>' if is_html else f"<!-- figure:{one.figure}{given} -->"
        close = "</span>" if is_html else "<!-- /figure -->"
        marked = f"{one.text} ({tag}share{close})" if one.is_name else f"{tag}{one.text}{close}"
        says = row.value if row.value is not None else f"withheld for now: {row.reason}"
        yield Proposal(
            line=bisect.bisect_left(lines, one.at) + 1, text=one.text, says=f"{row.title}: {says}", marker=marked
        )


@dataclass(frozen=True, kw_only=True)
class _Claim:
    """A number of a text, or a name that a share may follow, with the figure and the options of its marker."""

    at: int
    text: str
    figure: str
    options: Mapping[str, str] = field(default_factory=dict)
    is_name: bool = False


def _find_claims(text: str) -> Iterator[_Claim]:
    """What a text says that a figure of the same thing could say; a name once, where it first stands."""
    seen: set[str] = set()
    for sentence in SENTENCE.finditer(text):
        said, start = sentence[0], sentence.start()
        found = [(at, place) for at, _, place in find_places(said)]
        cited = list(_cited_in(said))
        taken = [(one.at, one.at + len(one.text)) for one in cited]
        amounts = [hit for hit in AMOUNT.finditer(said) if not any(a < hit.end() and hit.start() < b for a, b in taken)]
        claims = [*cited, *_paid_in(said, amounts, found), *_shares_in(said, found, taken)]
        if not claims:
            claims = [one for one in _named_in(said) if one.figure not in seen]
        seen |= {one.figure for one in claims}
        yield from (replace(one, at=start + one.at) for one in claims)


def _cited_in(sentence: str) -> Iterator[_Claim]:
    """Parts of claims of others whose amount stands in a sentence as the claim has it."""
    for claim in load_claims():
        amount = claim.parts.get("amount", "")
        number = re.search(r"\d[\d.,–-]*\d(?: ?(?:%|[a-z]+illion))?", amount)
        if number is None or number[0] not in sentence:
            continue
        for part, words in claim.parts.items():
            core = words if part != "amount" else number[0]
            if core in sentence:
                yield _Claim(at=sentence.index(core), text=core, figure=claim.id, options={"part": part})


def _paid_in(sentence: str, amounts: Sequence[re.Match[str]], places: Sequence[tuple[int, Place]]) -> Iterator[_Claim]:
    """Sums of pay of a place: the one that stands between a sum and the next, else the only one of the sentence.

    Where a sentence names several levels or roles, one for each.
    """
    if not re.search(r"\bpa(?:y|id|ys)\b|salar|earn|offer|wage|compensation", sentence, re.I):
        return
    levels, periods = sorted(hear(LEVELS, sentence)) or ["all"], hear(PERIODS, sentence) or {"year"}
    works = _works_in(sentence) or [WORK_OF_GUIDE]
    if len(periods) > 1:
        return  # which sum is by which time is not said
    for hit, following in zip_longest(amounts, amounts[1:]):
        stop = len(sentence) if following is None else following.start()
        behind = [place for at, place in places if hit.end() <= at < stop]
        only = {place.slug: place for _, place in places}
        place = behind[0] if behind else next(iter(only.values())) if len(only) == 1 else None
        if place is None:
            continue
        options = {"per": next(iter(periods))}
        if not hit["high"]:
            options["part"] = next((part for word, part in _PART_OF.items() if word in sentence.lower()), "median")
        for work, level in product(works, levels):  # of several an editor chooses
            figure = f"pay.{place.slug}.{work}.{level}"
            yield _Claim(at=hit.start(), text=hit[0].strip(), figure=figure, options=options)


def _works_in(sentence: str) -> list[str]:
    """Roles and groups of them that a sentence names; of names that stand within another the longest."""
    found = {
        name_work(work).lower(): work
        for work in _NAMED_WORKS
        if re.search(rf"\b{re.escape(name_work(work))}", sentence, re.I)
    }
    return [work for name, work in found.items() if not any(name != other and name in other for other in found)]


def _shares_in(
    sentence: str, places: Sequence[tuple[int, Place]], taken: Sequence[tuple[int, int]]
) -> Iterator[_Claim]:
    """Shares of jobs that ask for a skill: the one named last before the number, else first behind it."""
    skills = list(find_skills(sentence))
    only = {place.slug for _, place in places}
    at = only.pop() if len(only) == 1 else EVERYWHERE.slug
    for hit in PERCENT.finditer(sentence):
        if any(a <= hit.start() < b for a, b in taken) or not skills or len(only) > 1:
            continue
        before = [name for start, _, name in skills if start < hit.start()]
        name = before[-1] if before else skills[0][2]
        yield _Claim(at=hit.start(), text=hit[0], figure=f"skill.{name}.{at}.{WORK_OF_GUIDE}")


def _named_in(sentence: str) -> Iterator[_Claim]:
    """Skills and roles that a sentence names without a number."""
    for start, word, name in find_skills(sentence):
        yield _Claim(at=start, text=word, figure=f"skill.{name}.{EVERYWHERE.slug}.{WORK_OF_GUIDE}", is_name=True)
    for role in MEASURES["role"].items:
        hit = re.search(rf"\b{re.escape(name_work(role))}s?\b", sentence, re.I)
        if hit:
            figure = f"share.role.{role}.{EVERYWHERE.slug}.{AI_JOBS}"
            yield _Claim(at=hit.start(), text=hit[0], figure=figure, is_name=True)
