"""A figure as an SVG picture for light and dark: value, chart, basis and licence.

The chart is the same as on the figure's page (`site.figure_rows`), in three columns: names, plot, values.
"""

from __future__ import annotations

import functools
import textwrap
from collections.abc import Iterable
from html import escape
from pathlib import Path

from reports.release.published import PublishedDay
from reports.site import figure_rows, rows
from reports.site.figure_rows import DrawnChart
from reports.site.rows import Axis, ChartRow
from reports.wording import notes
from reports.wording.numbers import day, upper_first
from warehouse.mart_tables import Figures

WIDTH, MARGIN = 720, 28
PLOT_AT, PLOT = 244, 286
"""Left edge and width of plots; names stand to the left of a plot, values to its right."""
MAX_ROWS = 30
"""Most rows of a chart; the figure's CSV has all rows."""
MAX_LETTERS = 120
"""A value with more letters than this is set in smaller type."""
TEXTS = {
    "title": (76, 22),
    "value": (38, 34),
    "said": (98, 18),
    "name": (27, 17),
    "beneath": (34, 16),
    "number": (17, 17),
    "under": (22, 16),
}
"""Letters per line, and height of a line, by kind of text."""
_CSS = (Path(rows.__file__).parent / "assets" / "marks.css", Path(__file__).parent / "templates" / "card.css")


@functools.cache
def style() -> str:
    """Return the CSS of a picture: colours and marks of the site, for light and dark, and fonts."""
    return "".join(path.read_text(encoding="utf-8") for path in _CSS).strip()


def draw(figure: Figures, publication: PublishedDay) -> bytes:
    """Return the picture of a figure, also of a withheld figure."""
    chart = figure_rows.draw(figure, MAX_ROWS)
    value, qualifier = notes.parts(figure)
    is_drawn = chart is not None and chart.n_all > 1  # the rows of the chart show the values
    rests = [] if figure.value is None else [notes.strength(figure), notes.describe_period(figure)]
    beside = ", ".join(part for part in rests if part != "–")
    texts = [
        ("title", figure.title),
        ("value" if len(value) <= MAX_LETTERS else "said", "" if is_drawn else value),
        ("said", upper_first(qualifier)),
        ("said", "; ".join(filter(None, (upper_first(figure.unit) if is_drawn else "", beside)))),
    ]
    parts, y = _write(texts, MARGIN + 6, gap=4)
    spoken = ""
    if chart is not None:
        cut = f"{len(chart.rows)} of {chart.n_all} rows." if len(chart.rows) < chart.n_all else ""
        lines, y = _draw_chart(chart, y + 8)
        key, y = _write([("said", f"{chart.meaning} {cut}".strip())], y, gap=4)
        parts += [*lines, *key]
        spoken = " ".join([*(row.spoken for row in chart.rows), chart.meaning])
    licence = publication.licences[figure.figure]
    foot = f"{publication.name}, {day(figure.as_of)}. {licence.in_short}. {figure.figure}"
    lines, y = _write([("said", foot)], y + 8, gap=4)
    height = y + MARGIN - 12
    frame = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}" role="img" aria-labelledby="label" aria-describedby="spoken">',
        f'<title id="label">{escape(f"{figure.title}: {notes.value(figure)}")}</title>',
        f'<desc id="spoken">{escape(spoken)}</desc>',
        f"<style>{style()}</style>",
        f'<rect class="paper" x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1}" rx="6"/>',
        f'<rect class="top" x="0.5" y="0.5" width="{WIDTH - 1}" height="4" rx="2"/>',
    ]
    return "\n".join([*frame, *parts, *lines, "</svg>\n"]).encode()


def _write(
    texts: Iterable[tuple[str, str]], y: int, *, x: int = MARGIN, anchor: str = "start", gap: int = 0
) -> tuple[list[str], int]:
    lines = []
    for kind, text in texts:
        letters, height = TEXTS[kind]
        for line in textwrap.wrap(text, letters):
            y += height
            lines.append(f'<text class="{kind}" x="{x}" y="{y - 6}" text-anchor="{anchor}">{escape(line)}</text>')
        y += gap if text else 0
    return lines, y


def _draw_chart(chart: DrawnChart, y: int) -> tuple[list[str], int]:
    lines: list[str] = []
    axis = chart.kind.axis(chart.rows)
    for number, part in enumerate(chart.parts):
        lines.append(f'<rect class="part{number}" x="{MARGIN}" y="{y + 3}" width="12" height="12"/>')
        text, y = _write([("beneath", part)], y, x=MARGIN + 20)
        lines += text
    for row in chart.rows:
        text, y = _draw_row(row, axis, y)
        lines += text
    lines = [f'<g class="{chart.kind.name}">', *lines, "</g>"]
    for tick in axis.ticks:
        share = tick / axis.highest
        anchor, x = "start" if not tick else "end" if share > 0.94 else "middle", PLOT_AT + share * PLOT
        place = f'class="small" x="{x:.1f}" y="{y + 16}" text-anchor="{anchor}"'
        lines.append(f"<text {place}>{escape(axis.say(tick))}</text>")
    return lines, y + 26


def _draw_row(row: ChartRow, axis: Axis, y: int) -> tuple[list[str], int]:
    names = (("name", row.name), ("beneath", row.beneath), ("beneath", row.badge))
    values = (("number", row.value), ("under", row.value_beneath), ("under", row.sure or row.needed))
    left, left_end = _write(names, y + 9)  # the first line stands at the height of bars and dots
    right, right_end = _write(values, y + 9, x=WIDTH - MARGIN, anchor="end")
    end = max(left_end, right_end, y + 36) + 10
    plot = f'<svg x="{PLOT_AT}" y="{y}" width="{PLOT}" height="{end - y}" overflow="visible">'
    return [*left, f"{plot}{rows.draw_marks(row, axis)}</svg>", *right], end
