"""QUALITY.md: a one-page quality report in the order of SIMS 2.0 (the ESS Single Integrated Metadata Structure)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from reports.figures import query
from reports.figures.query import Connection
from reports.release import texts
from reports.release.licences import OURS
from reports.release.published import PublishedDay
from reports.wording.bases import OWN_BASES
from reports.wording.numbers import percent
from warehouse.marts.coverage.reading_depth import describe_depth, measure_depth
from warehouse.marts.printing import EMPLOYERS

BETWEEN = timedelta(days=31)
"""Time until the next release is due; releases are monthly."""
MAX_LISTED = 12
"""How many releases the calendar lists, newest first."""


def report(con: Connection, publication: PublishedDay, release: str, earlier: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the quality report; `earlier` are the manifests of earlier releases, newest first."""
    as_of, figures = publication.as_of, publication.figures
    states = Counter(row.status for row in figures)
    counted = [row for row in figures if row.value is not None and row.basis in OWN_BASES and row.n_jobs]
    calendar = _list_calendar([(release, as_of), *((before["release"], before["as_of"]) for before in earlier)])
    return texts.render(
        "QUALITY.md",
        publication=publication,
        release=release,
        states=states,
        employers=EMPLOYERS,
        periods=_list_periods(publication),
        next_day=as_of + BETWEEN,
        calendar=calendar,
        most_listed=MAX_LISTED,
        n_punctual=sum(late <= 0 for _, _, late in calendar[:-1]),
        n_other=sum(publication.licences[row.figure].id != OURS for row in figures),
        withheld=percent(states["suppressed"] / max(1, len(figures))),
        frame=next(iter(query.read(con, query.fill("release/frame", {}))), None),
        counts=[row.n_jobs for row in counted],
        days=[on for row in counted for on in (row.period_from, row.period_to) if on is not None],
        depth=describe_depth(measure_depth(con)),
        audits=query.read(con, query.fill("release/audits", {"as_of": as_of})),
        newest=max((row.read_on for row in figures if row.read_on), default=None),
    )


def _list_periods(publication: PublishedDay) -> list[tuple[str, list[date]]]:
    days: dict[str, list[date]] = {}
    for row in publication.figures:
        if row.value is not None and row.period_to is not None and row.basis is not None:
            days.setdefault(row.basis, []).extend(on for on in (row.period_from, row.period_to) if on is not None)
    return sorted(days.items())


def _list_calendar(releases: Sequence[tuple[str, date]]) -> list[tuple[str, date | None, int]]:
    """Return (name, day on which it was due, delay in days) for each release, newest first.

    The first release was never due, so its day is None and its delay 0.
    """
    dated = [(name, before + BETWEEN, (on - before - BETWEEN).days) for (name, on), (_, before) in pairwise(releases)]
    return [*dated, (releases[-1][0], None, 0)]
