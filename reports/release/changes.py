"""What changed since the previous release (figures, rows and columns), as CHANGES.md and as a feed."""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from reports.figures.vintages import PUBLISHED, FigureVintage
from reports.release import texts
from reports.release.figure_files import dated_path_of, page_of
from reports.release.published import PublishedDay
from reports.wording.numbers import count_of
from warehouse.mart_tables import Figures

MAX_RELEASES = 24
"""How many releases the feed lists, newest first."""
MAX_FIGURES = 200
"""How many changed figures have an entry in the feed, newest first; CHANGES.md names all."""
FEED = "feed.atom"
CORRECTED, ACCEPTED, GONE = "corrected", "accepted", "gone"
Manifest = Mapping[str, Any]
T = TypeVar("T")


KINDS = {
    CORRECTED: ("Errata", "{values}. Erratum: {reason}"),
    ACCEPTED: ("Accepted after review", "{values}. Accepted: {reason}"),
    "changed": ("Figures", "{before} → {after}"),
    "new": ("Figures", "new: {after}"),
    GONE: ("Figures", "gone: {before}"),
}
"""Kinds of change in a figure, in the order of their sections in CHANGES.md: the section's heading, and a template."""
HEADINGS = tuple(dict.fromkeys(heading for heading, _ in KINDS.values()))


def find_changes(
    folder: Path, before: Manifest | None, publication: PublishedDay, tables: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the changes of figures, rows and columns since the previous release (`before`), as a manifest holds them.

    The previous release is in `folder`; `tables` are the tables of the new release. Errata come first, then values that
    a person accepted.
    """
    if before is None:
        return {"figures": [], "rows": [], "schema": []}

    def read(name: str, *, release: str = before["release"]) -> Any:
        return json.loads((folder / dated_path_of(name, release)).read_bytes())

    now = {row.figure: (row.title, row.value) for row in publication.figures}
    then = {row["id"]: (row["title"], row["value"]) for row in read("index")["figures"]}
    figures = []
    for name in sorted(now.keys() | then.keys()):
        is_in_both = name in then and name in now
        decision = _find_decision(publication.vintages.get(name, ()), partial(read, name)) if is_in_both else None
        if change := _describe_change(then.get(name), now.get(name), decision):
            figures.append({"id": name, **change})
    figures.sort(key=lambda change: HEADINGS.index(KINDS[change["what"]][0]))
    n_rows, columns = (
        tuple({table["name"]: table[key] for table in release} for release in (before["tables"], tables))
        for key in ("n_rows", "columns")
    )
    rows = [{"table": name, "before": n or 0, "after": m or 0} for name, n, m in _compare(*n_rows) if n or m]
    return {"figures": figures, "rows": rows, "schema": list(_compare_columns(*columns))}


def _describe_change(
    then: tuple[str, str | None] | None, now: tuple[str, str | None] | None, decision: FigureVintage | None
) -> dict[str, Any] | None:
    """Return the change in a figure; None if it did not change.

    `then` and `now` are the figure's title and value in the previous and the new release; None if a release lacks it. A
    person's decision is reported even if the printed value stays the same, but not if the figure was and is withheld.
    """
    title, _ = now or then or ("", None)
    before, after = (None if state is None else state[1] for state in (then, now))
    change = {"title": title, "before": before, "after": after}
    if then is None or now is None:
        return change | {"what": "new" if then is None else GONE}
    if decision:
        what = CORRECTED if decision.is_correction else ACCEPTED
        return change | {"what": what, "reason": decision.reason} if (before, after) != (None, None) else None
    return change | {"what": "changed"} if before != after else None


def _find_decision(vintages: Sequence[FigureVintage], read_before: Callable[[], Any]) -> FigureVintage | None:
    """Return the newest vintage that a person published since the previous release; None if there is none.

    A vintage that corrects an error is returned before newer vintages.
    """
    decided = [vintage for vintage in vintages if vintage.state == PUBLISHED and vintage.reason is not None]
    known = {vintage["number"] for vintage in read_before()["vintages"]} if decided else set()
    new = [vintage for vintage in decided if vintage.number not in known]
    return max(new, key=lambda vintage: (vintage.is_correction, vintage.number), default=None)


def _compare(then: Mapping[str, T], now: Mapping[str, T]) -> Iterator[tuple[str, T | None, T | None]]:
    """Yield (name, value before, value now) for each name whose values differ; None stands for a missing value."""
    for name in sorted(then.keys() | now.keys()):
        if then.get(name) != now.get(name):
            yield name, then.get(name), now.get(name)


def _compare_columns(then: Mapping[str, Mapping[str, str]], now: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    for name, before, after in _compare(then, now):
        if before is None or after is None:
            yield f"{name}: {'new' if before is None else 'gone'}"
            continue
        for column, was, is_now in _compare(before, after):
            change = "new" if was is None else "gone" if is_now is None else f"{was}, now {is_now}"
            yield f"{name}.{column}: {change}"


def _say(change: Mapping[str, Any]) -> str:
    before, after = change["before"] or "withheld", change["after"] or "withheld"
    values = f"{before} → {after}" if before != after else f"{after}, as before"
    _, words = KINDS[change["what"]]
    return words.format(values=values, before=before, after=after, reason=change.get("reason"))


# --- as files -------------------------------------------------------------------------------------------------


def write_changes(newest: Manifest, publication: PublishedDay) -> Iterator[tuple[str, bytes]]:
    """Yield CHANGES.md of the newest release as (path, content)."""
    groups = [
        (heading, [change for change in newest["changes"]["figures"] if KINDS[change["what"]][0] == heading])
        for heading in HEADINGS
    ]
    yield "CHANGES.md", texts.render("CHANGES.md", publication=publication, newest=newest, groups=groups, say=_say)


@dataclass(frozen=True, kw_only=True)
class FeedEntry:
    """An entry of the feed. Its id is made from `key`, so that a reader sees the same entry once."""

    key: str
    title: str
    day: date | str
    href: str
    text: str
    media_type: str = "text/html"


def write_feed(publication: PublishedDay, releases: Sequence[Manifest] = ()) -> Iterator[tuple[str, bytes]]:
    """Yield the Atom feed as (path, content), with an entry for each figure that changed, the newest first.

    Beside a release the entries are what changed between `releases` (newest first), each after an entry of its release.
    Without one they are what the nights published.
    """
    entries = _entries_of_releases(releases) if releases else _entries_of_nights(publication)

    def urn(part: str) -> str:
        return uuid.uuid5(uuid.NAMESPACE_URL, f"{publication.name}/{part}").urn

    yield FEED, texts.render(FEED, publication=publication, entries=entries, urn=urn)


def _entries_of_releases(releases: Sequence[Manifest]) -> Iterator[FeedEntry]:
    n_left = MAX_FIGURES
    for one in releases[:MAX_RELEASES]:
        name, figures = one["release"], one["changes"]["figures"]
        shown = figures[:n_left]
        n_left -= len(shown)
        yield FeedEntry(
            key=name, title=f"Release {name}: {_count(one)}", day=one["as_of"], media_type="application/json",
            href=dated_path_of("index", name), text=_sum_up(one, len(figures) - len(shown)),
        )  # fmt: skip
        for change in shown:
            yield _enter(change, f"{change['id']}/{name}", one["as_of"])


def _count(release: Manifest) -> str:
    if not release["previous"]:
        return "the first"
    n_errata = sum(change["what"] == CORRECTED for change in release["changes"]["figures"])
    errata = [count_of(n_errata, "erratum", "errata")] if n_errata else []
    changed = f"{count_of(len(release['changes']['figures']) - n_errata, 'figure')} changed"
    return ", ".join([*errata, changed])


def _sum_up(release: Manifest, n_more: int) -> str:
    if not release["previous"]:
        return "The first release."
    if not release["changes"]["figures"]:
        return "No figure changed."
    of_newest = f"; {n_more:,} more stand in CHANGES.md of this release" if n_more else ""
    return f"Each figure that changed has an entry{of_newest}."


def _entries_of_nights(publication: PublishedDay) -> Iterator[FeedEntry]:
    for figure, before, after in list_moves(publication.figures, publication.vintages)[:MAX_FIGURES]:
        states = ((figure.title, before.value), (figure.title, after.value))
        if change := _describe_change(*states, after if after.reason is not None else None):
            yield _enter({"id": figure.figure, **change}, f"{figure.figure}/{after.number}", after.decided_on or "")


def _enter(change: Mapping[str, Any], key: str, day: date | str) -> FeedEntry:
    href = "changes.html" if change["what"] == GONE else page_of(change["id"])
    return FeedEntry(key=key, title=change["title"], day=day, href=href, text=_say(change))


def list_moves(
    figures: Sequence[Figures], vintages: Mapping[str, Sequence[FigureVintage]]
) -> list[tuple[Figures, FigureVintage, FigureVintage]]:
    """Return changes as (figure, vintage before, vintage after), the newest first.

    Both vintages were published, one after the other. A change is left out if the value is the same and nobody reviewed
    it, or if both vintages have no value.
    """
    changes = [
        (figure, before, after)
        for figure in sorted(figures, key=lambda figure: figure.figure)
        for before, after in itertools.pairwise(
            vintage for vintage in vintages.get(figure.figure, ()) if vintage.state == PUBLISHED
        )
        if after.decided_on and (after.value != before.value or (after.value is not None and after.reason is not None))
    ]
    return sorted(changes, key=lambda change: change[2].decided_on or change[2].offered_on, reverse=True)
