"""What changed between a release and the one before it: figures, rows and columns; in words, and as a feed."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from reports.figures.history import FigureVintage
from reports.figures.vintages import PUBLISHED
from reports.release import texts
from reports.release.figure_files import dated_path_of, path_of
from reports.release.published import PublishedDay

MOST_IN_FEED = 24
"""Releases that the feed has, the newest first."""
MOST_SHOWN = 200
"""Figures that an entry of the feed names; CHANGES.md has all."""
WITHHELD = "withheld"
CORRECTED, ACCEPTED = "corrected", "accepted"
Manifest = Mapping[str, Any]
T = TypeVar("T")


class Kind(NamedTuple):
    """What a change of a figure can be: the section of CHANGES.md that has it, and how it is said."""

    heading: str
    words: str


KINDS = {
    CORRECTED: Kind("Errata", "{values}. Erratum: {reason}"),
    ACCEPTED: Kind("Accepted after review", "{values}. Accepted: {reason}"),
    "changed": Kind("Figures", "{before} → {after}"),
    "new": Kind("Figures", "new: {after}"),
    "gone": Kind("Figures", "gone: {before}"),
}
"""Kinds of change, those first that come first."""
HEADINGS = tuple(dict.fromkeys(kind.heading for kind in KINDS.values()))


def find_changes(
    folder: Path, before: Manifest | None, publication: PublishedDay, tables: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Changes since the release before, which stands in a folder, as a manifest keeps them.

    Errata come first, then what a person accepted: these are named also where what is printed stays the same, but for
    figures that were and are withheld.
    """
    if before is None:
        return {"figures": [], "rows": [], "schema": []}

    def read(name: str, *, release: str = before["release"]) -> Any:
        return json.loads((folder / dated_path_of(name, release)).read_bytes())

    now = {row.figure: (row.title, row.value) for row in publication.figures}
    then = {row["id"]: (row["title"], row["value"]) for row in read("index")["figures"]}
    figures = []
    for name in sorted(now.keys() | then.keys()):
        title, after = now.get(name) or (then[name][0], None)
        value = then[name][1] if name in then else None
        change: dict[str, Any] = {"id": name, "title": title, "before": value, "after": after}
        if name not in then or name not in now:
            figures.append(change | {"what": "new" if name not in then else "gone"})
        elif decision := _find_decision(publication.vintages.get(name, ()), partial(read, name)):
            what = CORRECTED if decision.is_correction else ACCEPTED
            if value is not None or after is not None:
                figures.append(change | {"what": what, "reason": decision.reason})
        elif value != after:
            figures.append(change | {"what": "changed"})
    figures.sort(key=lambda change: HEADINGS.index(KINDS[change["what"]].heading))
    n_rows, columns = (
        tuple({one["name"]: one[key] for one in rows} for rows in (before["tables"], tables))
        for key in ("n_rows", "columns")
    )
    rows = [{"table": name, "before": n or 0, "after": m or 0} for name, n, m in _compare(*n_rows) if n or m]
    return {"figures": figures, "rows": rows, "schema": list(_compare_columns(*columns))}


def _find_decision(vintages: Sequence[FigureVintage], read_before: Callable[[], Any]) -> FigureVintage | None:
    """The newest vintage that a person published and the release before did not have yet.

    An erratum is never hidden by what was accepted after it.
    """
    decided = [one for one in vintages if one.state == PUBLISHED and one.reason is not None]
    known = {one["number"] for one in read_before()["vintages"]} if decided else set()
    new = [one for one in decided if one.number not in known]
    return max(new, key=lambda one: (one.is_correction, one.number), default=None)


def _compare(then: Mapping[str, T], now: Mapping[str, T]) -> Iterator[tuple[str, T | None, T | None]]:
    """What differs, by name: the value before and now; None where it was or is missing."""
    for name in sorted(then.keys() | now.keys()):
        if then.get(name) != now.get(name) or name not in then or name not in now:
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
    before, after = change["before"] or WITHHELD, change["after"] or WITHHELD
    values = f"{before} → {after}" if before != after else f"{after}, as before"
    words = KINDS[change["what"]].words
    return words.format(values=values, before=before, after=after, reason=change.get("reason"))


def files_of(releases: Sequence[Manifest], publication: PublishedDay) -> Iterator[tuple[str, bytes]]:
    """CHANGES.md of the newest of some releases, and an Atom feed with an entry for each.

    Times are the days that releases speak for.
    """
    newest = releases[0]
    groups = [
        (heading, [change for change in newest["changes"]["figures"] if KINDS[change["what"]].heading == heading])
        for heading in HEADINGS
    ]
    yield "CHANGES.md", texts.render("CHANGES.md", publication=publication, newest=newest, groups=groups, say=_say)

    def urn(part: str) -> str:
        """A name that is the same wherever a release stands."""
        return uuid.uuid5(uuid.NAMESPACE_URL, f"{publication.name}/{part}").urn

    yield "feed.atom", texts.render(
        "feed.atom", publication=publication, releases=releases[:MOST_IN_FEED], most_shown=MOST_SHOWN, say=_say,
        path_of=path_of, urn=urn,
    )  # fmt: skip
