"""Leave out of figures what some of their sources forbid: rows of collections and tables, else the whole figure."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from reports.figures.catalogue import declaration_of
from reports.wording import notes
from reports.wording.numbers import Row, choose_printed, qualify
from warehouse.mart_tables import Figures
from warehouse.tables import Sources


def for_prose(figures: Sequence[Figures], sources: Iterable[Sources]) -> list[Figures]:
    """Return the figures as they may stand in guides and on the front page.

    What is made from sources with a restriction that the setting `sources.allow` does not name is left out.
    """
    barred = {
        source.source: notes.say_restriction(source.title, source.restriction or "")
        for source in sources
        if not source.is_in_prose
    }
    rows = [leave_out(figure, barred) for figure in figures]
    free = {new.figure for old, new in zip(figures, rows, strict=True) if new is old}
    return [keep_offers(row, free) for row in rows]


def keep_offers(figure: Figures, free: Container[str]) -> Figures:
    """Return a figure without offers, its own or of its rows, of figures whose ids are not in `free`.

    An offer is a figure named in place of a withheld one, with its value.
    """
    kept = tuple(near for near in figure.nearest or () if near.figure in free)
    figure = replace(figure, nearest=kept) if len(kept) < len(figure.nearest or ()) else figure
    rows = list(notes.rows_of(figure))
    kept_rows = [
        {**row, "nearest": None} if row.get("nearest") and row["nearest_figure"] not in free else row for row in rows
    ]
    if kept_rows == rows:
        return figure
    return replace(figure, value_json=json.dumps(kept_rows, ensure_ascii=False, default=date.isoformat))


def leave_out(figure: Figures, barred: Mapping[str, str]) -> Figures:
    """Return a figure without what is made from the sources `barred`, which maps each to the reason.

    Rows are left out of a collection, and members out of a table; other figures are withheld whole. A figure without
    such sources is returned as it is.
    """
    touched = [name for name in figure.sources if name in barred]
    if not touched:
        return figure
    declaration = declaration_of(figure.figure)
    rows = [{"status": figure.status, **row} for row in notes.rows_of(figure)]
    may_split = declaration.is_collection or declaration.gathers is not None
    kept = [row for row in rows if may_split and barred.keys().isdisjoint(_sources_of(row))]
    printed = choose_printed(kept)
    if not printed:
        return replace(
            figure, value=None, bare_value=None, value_json=None, qualifier=None, status="suppressed",
            reason="; ".join(barred[name] for name in touched), sources=(), behind=(), snapshots=(), n_jobs=None,
            n_employers=None,
        )  # fmt: skip
    of_others = set(figure.sources).difference(*map(_sources_of, rows))  # of rates
    remaining = of_others.union(*map(_sources_of, kept)) - barred.keys()
    text = declaration.renderer.text(kept)
    return replace(
        figure,
        value=qualify(text, [figure.qualifier]),
        bare_value=text,
        value_json=json.dumps(kept, ensure_ascii=False, default=date.isoformat),
        n_jobs=None if figure.n_jobs is None else sum(row["n_jobs"] for row in printed),
        sources=tuple(name for name in figure.sources if name in remaining),
        behind=tuple(part for part in figure.behind or () if part.source in remaining),
        snapshots=tuple(name for name in figure.snapshots if name.partition("/")[0] in remaining),
    )


def _sources_of(row: Row) -> set[str]:
    return {row["source"]} if "source" in row else set(row.get("sources") or ())
