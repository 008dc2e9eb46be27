"""What changed between a release and the one before it: figures, rows and columns; in words, and as a feed."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from reports.figures.history import FigureVintage
from reports.figures.vintages import PUBLISHED
from reports.release.figure_files import path_of
from reports.release.published import PublishedDay
from reports.wording.numbers import count_of

MOST_IN_FEED = 24
"""Releases that the feed has, the newest first."""
MOST_SHOWN = 200
"""Figures that an entry of the feed names; CHANGES.md has all."""
WITHHELD = "withheld"
CORRECTED, ACCEPTED = "corrected", "accepted"
HEADINGS = {CORRECTED: "Errata", ACCEPTED: "Accepted after review", None: "Figures"}
"""Sections of CHANGES.md by what a change is, in their order; None: all others."""
Manifest = Mapping[str, Any]


def find_changes(
    figures: Sequence[Mapping[str, Any]],
    tables: Sequence[Mapping[str, Any]],
    before: Manifest | None,
    figures_before: Sequence[Mapping[str, Any]],
    decisions: Mapping[str, FigureVintage] = MappingProxyType({}),
) -> dict[str, Any]:
    """Changes since the release before, as a manifest keeps them: errata first, then what a person accepted.

    `figures` are entries of the index of figures, `decisions` the vintages since then that a person published: they are
    named also where what is printed stays the same, but for figures that were and are withheld.
    """
    if before is None:
        return {"figures": [], "rows": [], "schema": []}
    now, then = ({row["id"]: row for row in rows} for rows in (figures, figures_before))
    changes = [
        {
            "id": name,
            "title": (now.get(name) or then[name])["title"],
            "before": then[name]["value"] if name in then else None,
            "after": now[name]["value"] if name in now else None,
            **_judge(name, now, then, decisions.get(name)),
        }
        for name in sorted(now.keys() | then.keys())
        if name not in then
        or name not in now
        or now[name]["value"] != then[name]["value"]
        or (name in decisions and now[name]["value"] is not None)
    ]
    order = list(HEADINGS)
    changes.sort(key=lambda change: order.index(change["what"]) if change["what"] in order else len(order))
    tables_now, tables_then = ({table["name"]: table for table in rows} for rows in (tables, before["tables"]))
    rows = [
        {"table": name, "before": n_before, "after": n_after}
        for name in sorted(tables_now.keys() | tables_then.keys())
        if (n_before := tables_then.get(name, {}).get("n_rows", 0))
        != (n_after := tables_now.get(name, {}).get("n_rows", 0))
    ]
    return {"figures": changes, "rows": rows, "schema": list(_compare_columns(tables_now, tables_then))}


def _judge(
    name: str, now: Mapping[str, Any], then: Mapping[str, Any], decision: FigureVintage | None
) -> dict[str, str | None]:
    """What a change of a figure is; of what a person decided with the reason, which of an error is the erratum."""
    if decision is not None:
        return {"what": CORRECTED if decision.is_correction else ACCEPTED, "reason": decision.reason}
    return {"what": "new" if name not in then else "gone" if name not in now else "changed"}


def find_decisions(
    vintages: Mapping[str, Sequence[FigureVintage]], numbers_before: Mapping[str, Collection[int]]
) -> dict[str, FigureVintage]:
    """The newest vintage of each figure that a person published, and the release before did not have yet.

    `numbers_before` are the numbers of the vintages that it had, by figure. An erratum is never hidden by what was
    accepted after it.
    """
    newest: dict[str, FigureVintage] = {}
    for name, numbers in numbers_before.items():
        new = [
            one for one in vintages.get(name, ())
            if one.state == PUBLISHED and one.reason is not None and one.number not in numbers
        ]  # fmt: skip
        if new:
            newest[name] = max(new, key=lambda one: (one.is_correction, one.number))
    return newest


def _compare_columns(now: Mapping[str, Any], then: Mapping[str, Any]) -> list[str]:
    lines = []
    for name in sorted(now.keys() | then.keys()):
        columns, before = (tables.get(name, {}).get("columns", {}) for tables in (now, then))
        if name not in then or name not in now:
            lines.append(f"{name}: {'new' if name not in then else 'gone'}")
            continue
        lines += [f"{name}.{column}: new" for column in columns if column not in before]
        lines += [f"{name}.{column}: gone" for column in before if column not in columns]
        lines += [
            f"{name}.{column}: {before[column]}, now {columns[column]}"
            for column in columns
            if column in before and before[column] != columns[column]
        ]
    return lines


def _say(change: Mapping[str, Any]) -> str:
    before, after = change["before"] or WITHHELD, change["after"] or WITHHELD
    if change["what"] in (CORRECTED, ACCEPTED):
        values = f"{before} → {after}" if before != after else f"{after}, as before"
        return f"{values}. {'Erratum' if change['what'] == CORRECTED else 'Accepted'}: {change['reason']}"
    if change["what"] == "changed":
        return f"{before} → {after}"
    value = change["after"] if change["what"] == "new" else change["before"]
    return f"{change['what']}: {value or WITHHELD}"


def _of_kind(changes: Sequence[Mapping[str, Any]], kind: str | None) -> list[Mapping[str, Any]]:
    return [change for change in changes if (change["what"] if change["what"] in HEADINGS else None) == kind]


def to_markdown(changes: Mapping[str, Any], release: str, before: str | None, publication: PublishedDay) -> bytes:
    """CHANGES.md."""
    lines = [f"# {publication.name}: changes of release {release}", ""]
    if before is None:
        lines += ["This is the first release.", ""]
    else:
        lines += [f"Since release {before}.", ""]
        for kind, heading in HEADINGS.items():
            group = _of_kind(changes["figures"], kind)
            lines += [f"## {heading} ({len(group)})", ""]
            lines += [*([f"- `{c['id']}` {c['title']}: {_say(c)}" for c in group] or ["None."]), ""]
        lines += ["## Rows", ""]
        lines += [f"- `{c['table']}`: {c['before']:,} → {c['after']:,}" for c in changes["rows"]] or ["None."]
        lines += ["", "## Schema", ""]
        lines += [f"- `{line}`" for line in changes["schema"]] or ["None."]
    if publication.left_out:
        lines += ["", "## Left out, since their sources do not let them be passed on", ""]
        lines += [f"- `{name}`: {why}" for name, why in publication.left_out.items()]
    return ("\n".join(lines).rstrip() + "\n").encode()


def to_feed(releases: Sequence[Manifest], publication: PublishedDay) -> bytes:
    """An Atom feed with an entry for each release, the newest first. Times are the days that releases speak for."""
    newest = releases[0]
    base = f" xml:base={quoteattr(publication.base_url)}" if publication.base_url else ""
    parts = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom"{base}>',
        f"<title>{escape(publication.name)}: changes of figures</title>",
        f"<id>{_urn('feed', publication)}</id>",
        f"<updated>{newest['as_of']}T00:00:00Z</updated>",
        f"<author><name>{escape(publication.name)}</name></author>",
        '<link rel="self" href="feed.atom"/><link rel="alternate" type="text/markdown" href="CHANGES.md"/>',
        *(_entry(manifest, publication) for manifest in releases[:MOST_IN_FEED]),
        "</feed>",
    ]
    return ("\n".join(parts) + "\n").encode()


def _entry(manifest: Manifest, publication: PublishedDay) -> str:
    release, figures = manifest["release"], manifest["changes"]["figures"]
    items = "".join(
        f'<li><a href="{escape(path_of(c["id"]))}">{escape(c["title"])}</a>: {escape(_say(c))}</li>'
        for c in figures[:MOST_SHOWN]
    )
    n_more = len(figures) - MOST_SHOWN
    more = f"<p>{n_more:,} more stand in CHANGES.md.</p>" if n_more > 0 else ""
    body = f"<ul>{items}</ul>{more}" if figures else "<p>No figure changed.</p>"
    if manifest["previous"] is None:
        body = "<p>The first release.</p>"
    n_errata, n_other = len(_of_kind(figures, CORRECTED)), len(figures) - len(_of_kind(figures, CORRECTED))
    errata = f"{count_of(n_errata, 'erratum', 'errata')}, " if n_errata else ""
    n = f"{errata}{count_of(n_other, 'figure')} changed" if manifest["previous"] else "the first"
    return "\n".join(
        [
            "<entry>",
            f"<title>Release {release}: {n}</title>",
            f"<id>{_urn(release, publication)}</id>",
            f"<updated>{manifest['as_of']}T00:00:00Z</updated>",
            f'<link rel="alternate" type="application/json" href="figures/{release}/index.json"/>',
            f'<content type="html">{escape(body)}</content>',
            "</entry>",
        ]
    )


def _urn(part: str, publication: PublishedDay) -> str:
    """A name that is the same wherever a release stands."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{publication.name}/{part}").urn
