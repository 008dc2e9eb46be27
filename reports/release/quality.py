"""QUALITY.md: a quality report of one page in the order of SIMS 2.0, the ESS's Single Integrated Metadata Structure."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from string import Template
from typing import Any

from reports.figures import query
from reports.figures.query import Connection
from reports.figures.verdicts import OWN_BASES
from reports.release.licences import OURS
from reports.release.published import PublishedDay
from reports.wording.numbers import count_of, day, percent
from transforms.records.vocabulary import FIGURE_STATES
from warehouse.marts.printing import EMPLOYERS, JOBS
from warehouse.reading_depth import describe_depth, measure_depth

_REPORT = Path(__file__).with_name("quality.md")
_SAMPLE = "Everything here is made from an invented sample. No number is true.\n\n"
DAYS_BETWEEN = 31
"""Days from a release to the one that is due after it: releases are monthly."""
MOST_LISTED = 12
"""Releases that the calendar lists, the newest first."""
_FRAME = """
SELECT n_boards, n_boards_read_whole, n_adverts, n_jobs, n_ai_jobs, n_paid, as_of FROM published.frame_coverage
WHERE region_level = 'world' AND source = 'all' AND sector = 'all'
"""
_AUDITS = """
SELECT reader, sum(n_asked) AS n_asked, sum(n_right) AS n_right FROM ops.audits
WHERE audited_on <= $as_of GROUP BY reader ORDER BY reader
"""


def report(con: Connection, publication: PublishedDay, release: str, earlier: Sequence[Mapping[str, Any]]) -> bytes:
    """The quality report. `earlier` are the manifests of the releases before, the newest first."""
    as_of = publication.as_of
    states = Counter(row.status for row in publication.figures)
    n_figures = len(publication.figures)
    where = f": {publication.base_url}" if publication.base_url else "; write to whoever gave you this copy"
    text = Template(_REPORT.read_text(encoding="utf-8")).substitute(
        name=publication.name,
        release=release,
        sample=_SAMPLE if publication.is_sample else "",
        contact=f"{publication.name}, the publisher of this release{where}.",
        day=day(as_of),
        code_version=publication.code_version,
        n_figures=f"{n_figures:,}",
        jobs=JOBS,
        employers=EMPLOYERS,
        **{f"n_{state}": f"{states[state]:,}" for state in FIGURE_STATES},
        periods=_reference_periods(publication),
        next_day=day(as_of + timedelta(days=DAYS_BETWEEN)),
        calendar=_calendar(release, as_of, earlier),
        n_other=f"{sum(publication.licences[row.figure].id != OURS for row in publication.figures):,}",
        withheld=percent(states["suppressed"] / max(1, n_figures)),
        accuracy=_accuracy(con, publication),
        timeliness=_timeliness(publication, release, earlier),
        comment=f"{count_of(len(publication.left_out), 'figure')} left out, since sources do not let them be passed on."
        if publication.left_out
        else "None.",
    )
    return text.encode()


def _reference_periods(publication: PublishedDay) -> str:
    """From when to when the figures speak, by kind of source."""
    days_of: dict[str, list[date]] = {}
    for row in publication.figures:
        if row.value is not None and row.period_to is not None and row.basis is not None:
            days_of.setdefault(row.basis, []).extend(d for d in (row.period_from, row.period_to) if d is not None)
    periods = [
        f"{basis.replace('_', ' ')} {day(min(days))} to {day(max(days))}" for basis, days in sorted(days_of.items())
    ]
    return "; ".join(periods) or "none yet"


def _ground(publication: PublishedDay) -> str:
    """How many jobs the figures of our adverts rest on, which may be of other days than that of the release."""
    own = [row for row in publication.figures if row.value is not None and row.basis in OWN_BASES]
    counts = [row.n_jobs for row in own if row.n_jobs]
    days = [on for row in own for on in (row.period_from, row.period_to) if row.n_jobs and on is not None]
    if not counts:
        return ""
    when = f", within {day(min(days))} to {day(max(days))}" if days else ""
    n = f"from {min(counts):,} to {count_of(max(counts), 'job')}"
    return f"Each figure counts the jobs of its own reference period instead{when}: {n}. "


def _accuracy(con: Connection, publication: PublishedDay) -> str:
    as_of = publication.as_of
    frame = query.read(con, _FRAME)
    coverage = "Coverage is not known for a market; of the frame nothing was read yet."
    if frame:
        row = frame[0]
        coverage = (
            f"Frame: {row['n_boards'] or 0:,} boards known, {row['n_boards_read_whole'] or 0:,} read whole. Open on "
            f"{day(row['as_of'])}, the day of the published frame: {count_of(row['n_adverts'], 'advert')}, "
            f"{count_of(row['n_jobs'], 'job')}, {row['n_ai_jobs']:,} of them in AI, {row['n_paid']:,} with pay. "
            f"{_ground(publication)}Who advertises on boards that are not read is missing."
        )
    audits = query.read(con, query.fill_text(_AUDITS, {"as_of": as_of}))
    read = ", ".join(f"{row['reader']} {row['n_right']} of {row['n_asked']}" for row in audits)
    return (
        f"{coverage} {describe_depth(measure_depth(con))}. Readings confirmed by a person: {read or 'none on record'}."
    )


def _timeliness(publication: PublishedDay, release: str, earlier: Sequence[Mapping[str, Any]]) -> str:
    newest = max((row.read_on for row in publication.figures if row.read_on), default=None)
    ages = f"the newest reading is {(publication.as_of - newest).days} days old" if newest else "nothing was read"
    late = [n for _, _, n in _punctuality(release, publication.as_of, earlier) if n is not None]
    punctual = (
        f"{sum(n <= 0 for n in late)} of {len(late)} releases came by their day" if late else "no release was due"
    )
    return f"On the day of the release {ages}. Punctuality: {punctual}."


def _punctuality(
    release: str, as_of: date, earlier: Sequence[Mapping[str, Any]]
) -> list[tuple[str, date | None, int | None]]:
    """Each release, the day it was due and how many days late it came, the newest first; None for the first."""
    days = [(release, as_of), *((m["release"], date.fromisoformat(m["as_of"])) for m in earlier)]
    releases: list[tuple[str, date | None, int | None]] = []
    for (name, on), (_, before) in itertools.pairwise(days):
        due = before + timedelta(days=DAYS_BETWEEN)
        releases.append((name, due, (on - due).days))
    return [*releases, (days[-1][0], None, None)]


def _calendar(release: str, as_of: date, earlier: Sequence[Mapping[str, Any]]) -> str:
    entries = [
        f"{name} ({'the first' if due is None or late is None else _lateness(due, late)})"
        for name, due, late in _punctuality(release, as_of, earlier)[:MOST_LISTED]
    ]
    return ", ".join(entries)


def _lateness(due: date, late: int) -> str:
    return f"due by {day(due)}, {'on time' if late <= 0 else f'{late} days late'}"
