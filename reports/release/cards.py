"""A figure as a picture of its own: its value with a chart, what it rests on, and its licence; for light and dark.

Charts are those of `release.charts`; letters keep their size because only the outer picture is scaled.
"""

from __future__ import annotations

import functools
import textwrap
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

from reports.figures.catalogue import declaration_of, displays_of
from reports.release import charts
from reports.release.figure_files import named_rows
from reports.release.published import PublishedDay
from reports.wording import notes
from reports.wording.numbers import Rows, day
from reports.wording.pay import is_band
from warehouse.mart_tables import Figures

WIDTH, MARGIN = 720, 28
MOST_ROWS = 30
"""Most rows of a chart; the table in the figure's CSV has all."""
_CSS = Path(__file__).with_name("card.css")
LINES = {"title": (66, 22), "value": (38, 34), "said": (88, 18)}
"""Letters of a line and its height, by class of text."""


@functools.cache
def style() -> str:
    """The colours of the site, for light and dark, and the rules of the charts."""
    return _CSS.read_text(encoding="utf-8").strip()


def draw(figure: Figures, publication: PublishedDay) -> bytes:
    """The picture of a figure, withheld or not."""
    value, qualifier = notes.parts(figure)
    chart = _chart(figure)
    beside = [] if figure.value is None else [notes.strength(figure), notes.describe_period(figure)]
    licence = publication.licences[figure.figure]
    blocks = [
        ("title", figure.title),
        ("value", value if chart is None or len(notes.rows_of(figure)) == 1 else ""),  # else the chart says it
        ("said", f"{qualifier[0].upper()}{qualifier[1:]}" if qualifier else ""),
        ("said", ", ".join(part for part in beside if part != "–")),
    ]
    parts, y = [], MARGIN + 6
    for kind, text in blocks:
        lines, y = _write(kind, text, y)
        parts += lines
    if chart is not None:
        y += 10
        height = int(chart.partition('height="')[2].partition('"')[0].partition(".")[0])
        inner = f'<svg class="chart" x="{MARGIN}" y="{y}" width="{WIDTH - 2 * MARGIN}"'
        parts.append(chart.replace('<svg class="chart"', inner, 1).replace(' width="100%"', "", 1))
        y += height
    lines, y = _write("said", f"{publication.name}, {day(figure.as_of)}. {licence.in_short}. {figure.figure}", y + 8)
    return _frame(figure, [*parts, *lines], y + MARGIN - 12).encode()


def _frame(figure: Figures, parts: list[str], height: int) -> str:
    label = escape(f"{figure.title}: {notes.value(figure)}")
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
            f'height="{height}" role="img" aria-labelledby="label">',
            f'<title id="label">{label}</title>',
            f"<style>{style()}</style>",
            f'<rect class="card" x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1}" rx="6"/>',
            f'<rect class="card-edge" x="0.5" y="0.5" width="{WIDTH - 1}" height="4" rx="2"/>',
            *parts,
            "</svg>\n",
        ]
    )


def _write(kind: str, text: str, y: int) -> tuple[list[str], int]:
    """Text in lines below `y`, and where the next begins."""
    letters, height = LINES[kind]
    lines = []
    for line in textwrap.wrap(text, letters):
        y += height
        lines.append(f'<text class="{kind}" x="{MARGIN}" y="{y - 6}">{escape(line)}</text>')
    return lines, y + (4 if lines else 0)


def _chart(figure: Figures) -> str | None:
    """The chart of a figure as the page draws it; of a single value one bar with its interval; None for others."""
    rows = list(named_rows(figure))
    if not rows:
        return None
    chart_id = f"chart-{figure.figure.replace('.', '-')}"
    display = next((display for display in displays_of(figure.figure) if display.chart), None)
    chart_rows = [{**row, "name_in_chart": name or " "} for name, row in rows[:MOST_ROWS]]
    title = (display.chart_title if display else "") or figure.title
    for kind in (display.chart if display else None, *_kinds_of(chart_rows)):
        if kind is not None:
            named_by = declaration_of(figure.figure).renderer.named_by or "item"
            name = named_by if display and named_by in chart_rows[0] else "name_in_chart"
            return charts.CHARTS[kind](chart_rows, chart_id, title=title, name=name)
    return None


def _kinds_of(rows: Rows) -> Iterator[str]:
    """Kinds of chart that rows can be drawn as."""
    if all(is_band(row) for row in rows):
        yield "bands"
    elif all("share" in row and row.get("form") for row in rows):
        yield "shares"
