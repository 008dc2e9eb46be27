"""What changed since the previous release (figures, rows and columns), as CHANGES.md and as a feed."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from reports.figures.vintages import PUBLISHED, FigureVintage
from reports.release import texts
from reports.release.figure_files import dated_path_of, path_of
from reports.release.published import PublishedDay

MAX_RELEASES = 24
"""How many releases the feed lists, newest first."""
MAX_FIGURES = 200
"""How many figures an entry of the feed names; CHANGES.md names all."""
CORRECTED, ACCEPTED = "corrected", "accepted"
Manifest = Mapping[str, Any]
T = TypeVar("T")


KINDS = {
    CORRECTED: ("Errata", "{values}. Erratum: {reason}"),
    ACCEPTED: ("Accepted after review", "{values}. Accepted: {reason}"),
    "changed": ("Figures", "{before} → {after}"),
    "new": ("Figures", "new: {after}"),
    "gone": ("Figures", "gone: {before}"),
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
        return change | {"what": "new" if then is None else "gone"}
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


def files_of(releases: Sequence[Manifest], publication: PublishedDay) -> Iterator[tuple[str, bytes]]:
    """Yield CHANGES.md of the newest release, and an Atom feed of all releases, dated with the days of the releases."""
    newest = releases[0]
    groups = [
        (heading, [change for change in newest["changes"]["figures"] if KINDS[change["what"]][0] == heading])
        for heading in HEADINGS
    ]
    yield "CHANGES.md", texts.render("CHANGES.md", publication=publication, newest=newest, groups=groups, say=_say)

    def urn(part: str) -> str:
        return uuid.uuid5(uuid.NAMESPACE_URL, f"{publication.name}/{part}").urn

    yield "feed.atom", texts.render(
        "feed.atom", publication=publication, releases=releases[:MAX_RELEASES], most_shown=MAX_FIGURES, say=_say,
        path_of=path_of, urn=urn,
    )  # fmt: skip
