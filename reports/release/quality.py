"""QUALITY.md: a one-page quality report in the order of SIMS 2.0 (the ESS Single Integrated Metadata Structure)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from reports.cells.of_figure import cells_of
from reports.figures import query
from reports.figures.query import Connection
from reports.release import texts
from reports.release.licences import OURS
from reports.release.published import PublishedDay
from reports.wording.bases import BASES, OWN_BASES
from reports.wording.disclosure import UNCHECKED
from reports.wording.notes import describe_period
from reports.wording.numbers import count_of, days, percent
from transforms.records.definitions import BRIDGE_DAYS
from transforms.records.vocabulary import NO_TEXT
from warehouse.mart_tables import Figures
from warehouse.marts.coverage.reading_depth import describe_depth, measure_depth
from warehouse.marts.printing import EMPLOYERS

BETWEEN = timedelta(days=31)
"""Time until the next release is due; releases are monthly."""
MAX_LISTED = 12
"""How many releases the calendar lists, newest first."""
CHANCE = 0.05
"""The chance of naming a difference between platforms where there is none, for all printed shares together."""
MAX_APART = 5
"""How many of these differences are named, the least likely first."""

MAX_SOURCES = 5
"""How many sources of adverts are named, the largest first; the others are added up."""


def report(con: Connection, publication: PublishedDay, release: str, earlier: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the quality report; `earlier` are the manifests of earlier releases, newest first."""
    as_of, figures = publication.as_of, publication.figures
    states = Counter(row.status for row in figures)
    counted = [row for row in figures if row.value is not None and row.basis in OWN_BASES and row.n_jobs]
    sources = query.read(con, query.fill("release/platforms", {"no_text": NO_TEXT}))
    calendar = _list_calendar([(release, as_of), *((before["release"], before["as_of"]) for before in earlier)])
    return texts.render(
        "QUALITY.md",
        publication=publication,
        release=release,
        states=states,
        employers=EMPLOYERS,
        employers_counted=[row.n_employers for row in counted if row.n_employers],
        laws=UNCHECKED,
        platforms=_say_sources(sources, "n_open"),
        texts=_say_sources(sources, "n_texts"),
        periods=_list_periods(publication),
        next_day=as_of + BETWEEN,
        calendar=calendar,
        most_listed=MAX_LISTED,
        n_punctual=sum(late <= 0 for _, _, late in calendar[:-1]),
        n_other=sum(publication.licences[row.figure].id != OURS for row in figures),
        withheld=percent(states["suppressed"] / max(1, len(figures))),
        frame=next(iter(query.read(con, query.fill("release/frame", {}))), None),
        frame_read=next((describe_period(row) for row in figures if row.list == "frame" and row.value is not None), ""),
        counts=[row.n_jobs for row in counted],
        days=[on for row in counted for on in (row.period_from, row.period_to) if on is not None],
        depth=describe_depth(measure_depth(con)),
        **compare_platforms(figures),
        audits=query.read(con, query.fill("release/audits", {"as_of": as_of})),
        newest=max((row.read_on for row in figures if row.read_on), default=None),
    )


def compare_platforms(figures: Sequence[Figures]) -> dict[str, Any]:
    """Return how many printed shares have readings of several platforms, and which of these differ beyond chance.

    `CHANCE` is divided among all of them (Bonferroni). A share that several figures print counts once.
    """
    compared = {
        repr(cell.row["platforms"]): (cell.row["platforms_chance"], cell.sentence)
        for figure in figures
        for cell in cells_of(figure)
        if cell.row.get("platforms_chance") is not None and cell.sentence
    }
    apart = [words for chance, words in sorted(compared.values()) if chance < CHANCE / len(compared)]
    beside = {
        repr(cell.row["elsewhere"]) for figure in figures for cell in cells_of(figure) if cell.row.get("elsewhere")
    }
    return {
        "n_compared": len(compared),
        "n_beside": len(beside),
        "apart": apart,
        "most_apart": MAX_APART,
        "bridge_days": BRIDGE_DAYS,
    }


def _say_sources(sources: Sequence[Mapping[str, Any]], column: str) -> str:
    """Return which sources a count of adverts is of, largest first: "Ashby job boards 1,200, Lever job boards 30"."""
    found = sorted((row for row in sources if row[column]), key=lambda row: -row[column])
    named = [f"{row['name']} {row[column]:,}" for row in found[:MAX_SOURCES]]
    n_more = len(found) - len(named)
    others = sum(row[column] for row in found[MAX_SOURCES:])
    return ", ".join([*named, *([f"{count_of(n_more, 'other source')} {others:,}"] if n_more else [])])


def _list_periods(publication: PublishedDay) -> list[tuple[str, str]]:
    """Return the first and last day that figures of each kind of source describe, by the words for the kind."""
    found: dict[str, list[date]] = {}
    for row in publication.figures:
        if row.value is not None and row.period_to is not None and row.basis is not None:
            of_kind = found.setdefault(BASES[row.basis].words, [])
            of_kind += [on for on in (row.period_from, row.period_to) if on is not None]
    return [(words, days(min(of_kind), max(of_kind))) for words, of_kind in sorted(found.items())]


def _list_calendar(releases: Sequence[tuple[str, date]]) -> list[tuple[str, date | None, int]]:
    """Return (name, day on which it was due, delay in days) for each release, newest first.

    The first release was never due, so its day is None and its delay 0.
    """
    dated = [(name, before + BETWEEN, (on - before - BETWEEN).days) for (name, on), (_, before) in pairwise(releases)]
    return [*dated, (releases[-1][0], None, 0)]
