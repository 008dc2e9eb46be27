"""The web page: one HTML file with the bands and the rankings as charts and tables.

Made from ledger rows alone, so that what the page says is what `explain` explains. It needs no network and no
script, has no clock, and comes out byte for byte the same from the same rows.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reports.figures.catalogue import declaration_of, displays_of
from reports.figures.declaration import Display
from reports.guide.render import PERIOD_KEY, READING_KEY, SAMPLE_TEXT, SAMPLE_TITLE
from reports.site import charts, sections
from reports.wording import notes, numbers
from reports.wording.renderer import Table
from warehouse.mart_tables import Figures
from warehouse.publish import atomic_files
from warehouse.tables import Sources

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, kw_only=True)
class Part:
    """A figure as a part of a section: heading, chart, table, note; or why it is withheld.

    `credited` names its sources with how much is of each, `scope` says which adverts shares of all places are of.
    """

    id: str
    figure: Figures
    display: Display
    chart: Markup | None
    table: Table | None
    note: str
    credited: str
    scope: str


@dataclass(frozen=True, kw_only=True)
class Headline:
    """A figure at the top of the page: the value in large letters, and below it what must be known of it."""

    label: str
    value: str
    beside: tuple[str, ...]


def page(
    figures: Sequence[Figures], *, sources: Sequence[Sources] = (), is_sample: bool = False, code_version: str = ""
) -> str:
    """The page as HTML. `figures` are the ledger rows of one day; raises `ValueError` when there are none."""
    if not figures:
        raise ValueError("no figures: compute them before the page is made")
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    used = sorted({name for figure in figures for name in figure.sources if figure.kind == "measured"})
    named = {source.source: source for source in sources}
    titles = {source.source: source.title for source in sources}
    read = _read(figures)
    shown = {section.id: _parts(figures, section.id, titles) for section in sections.SECTIONS}
    return environment.get_template("page.html").render(
        as_of=numbers.day(max(figure.as_of for figure in figures)),
        as_of_iso=max(figure.as_of for figure in figures).isoformat(),
        is_sample=is_sample,
        sample=(SAMPLE_TITLE, SAMPLE_TEXT),
        last_read=_last_read(read),
        keys=(READING_KEY, PERIOD_KEY),
        summary=[_headline(figure, display) for figure, display in _select_displayed(figures, sections.SUMMARY)],
        sections=[(section, shown[section.id]) for section in sections.SECTIONS if shown[section.id]],
        used=[(named[name], _days(read.get(name, ()))) for name in used if name in named],
        unnamed=[name for name in used if name not in named],
        words=notes,
        code_version=code_version or figures[0].code_version,
        # Our own file, and what charts.py escapes, are the only markup that is not escaped by the template.
        css=Markup((TEMPLATES / "page.css").read_text(encoding="utf-8")),
    )


def stage(
    figures: Sequence[Figures], path: Path, *, sources: Sequence[Sources] = (), is_sample: bool = False
) -> atomic_files.Staged | None:
    """Write the page beside its place, from where `atomic_files.commit` takes it. Raises `OSError`."""
    return atomic_files.stage(path, page(figures, sources=sources, is_sample=is_sample).encode("utf-8"))


def _select_displayed(figures: Sequence[Figures], section: str) -> list[tuple[Figures, Display]]:
    """The figures of a section, and how each is shown."""
    return [
        (figure, display) for figure in figures for display in displays_of(figure.figure) if display.section == section
    ]


def _parts(figures: Sequence[Figures], section: str, titles: Mapping[str, str]) -> list[Part]:
    """The figures of a section as parts of it. `titles` are names of sources to print."""
    return [
        Part(
            id=figure.figure.replace(".", "-"),
            figure=figure,
            display=display,
            chart=_chart(figure, display),
            table=notes.table(figure),
            note=notes.note(figure),
            credited=notes.credit(figure, titles),
            scope=notes.scope(figure, titles),
        )
        for figure, display in _select_displayed(figures, section)
    ]


def _chart(figure: Figures, display: Display) -> Markup | None:
    rows = [row for row in notes.rows_of(figure) if row.get("status") != "suppressed"]
    if display.chart is None or figure.value is None or not rows:
        return None
    draw = charts.CHARTS[display.chart]
    name = declaration_of(figure.figure).renderer.named_by or "item"
    chart_id = f"chart-{figure.figure.replace('.', '-')}"
    return Markup(draw(rows, chart_id, title=display.chart_title or figure.title, name=name))


def _headline(figure: Figures, display: Display) -> Headline:
    value, said = notes.parts(figure)
    rests_on = None if figure.value is None else notes.strength(figure)
    period = None if figure.value is None else notes.describe_period(figure)
    if period in said.split("; "):  # a stale figure says it first
        period = None
    then = f"2026 guide: {figure.baseline}" if figure.baseline else None
    beside = (said, figure.missing, notes.offer(figure), rests_on, notes.define_level(figure), period, then)
    return Headline(
        label=", ".join(filter(None, (display.heading or figure.title, display.heading and notes.place(figure)))),
        value=value,
        beside=tuple(f"{line[0].upper()}{line[1:]}" for line in beside if line),
    )


def _read(figures: Sequence[Figures]) -> dict[str, set[date]]:
    """The days on which each source behind a printed figure was last read; more than one where figures differ."""
    days: dict[str, set[date]] = {}
    for figure in figures:
        for part in (figure.behind or ()) if figure.value is not None else ():
            if part.read_on is not None:
                days.setdefault(part.source, set()).add(part.read_on)
    return days


def _days(days: Iterable[date]) -> str:
    """ "on 7 January 2026", or "between" the first and the last of several days; "" for none."""
    found = sorted(days)
    if not found:
        return ""
    first, last = numbers.day(found[0]), numbers.day(found[-1])
    return f"on {first}" if first == last else f"between {first} and {last}"


def _last_read(read: Mapping[str, Iterable[date]]) -> str:
    """Between which days the sources were last read, each taken by itself; "" when none was."""
    days = _days(itertools.chain.from_iterable(read.values()))
    return f"The figures rest on readings {days}" if days else ""
