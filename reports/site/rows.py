"""Charts: rows of a name, marks and a value, printed as HTML with SVG inside.

Names and values are text. Only the marks between them are drawn, in percentages of the width, so that a chart fits any
screen. Four forms show how certain a row is, with the same legend everywhere (`words.SURENESS`). The page's script
draws the same rows (assets/site.js: drawRow) and `release.cards` the same plots; browser tests compare the two.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape

from markupsafe import Markup

from reports.cells.cell import FIRM
from reports.site.words import SURENESS

MIDDLE = 16
"""Distance from the top of a row to the middle of its bars and dots, in CSS pixels."""
BELOW = 14
"""Distance from the middle of a row down to a bracket, in CSS pixels."""
HEIGHTS = {"band": 12, "strong": 12, "bar": 14, "tint": 14}
"""Heights of marks that are bars. All other marks are lines, brackets, dots and diamonds."""


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A mark from `start` to `end`, or at `start` alone, in units of the axis; `kind` and `style` are CSS classes."""

    kind: str
    start: float
    end: float | None = None
    style: str = ""

    @property
    def reach(self) -> float:
        """The greatest value of the mark."""
        return self.start if self.end is None else self.end


@dataclass(frozen=True, kw_only=True)
class ChartRow:
    """A row: a name with small print, marks, and a value with small print.

    `spoken` describes the drawing to screen readers. `needed` is the text of a hatched row without marks. `badge` says
    that a value is waiting for review or is out of date.
    """

    name: str
    beneath: str = ""
    value: str = ""
    value_beneath: str = ""
    form: str = FIRM
    marks: tuple[Mark, ...] = ()
    needed: str = ""
    spoken: str = ""
    href: str = ""
    badge: str = ""
    is_chosen: bool = False
    figure: str = ""
    data: dict[str, str] = field(default_factory=dict)

    @property
    def sure(self) -> str:
        """How certain the value is, in words; "" if it is firm or missing."""
        return "" if self.form == FIRM or not self.value else SURENESS[self.form]


@dataclass(frozen=True, kw_only=True)
class Axis:
    """An axis from 0 to `highest` with a tick at every `step`. `say` writes the label of a tick."""

    highest: float
    step: float
    say: Callable[[float], str]

    @property
    def ticks(self) -> list[float]:
        """Values of the ticks."""
        return [number * self.step for number in range(math.floor(self.highest / self.step * (1 + 1e-9)) + 1)]

    def at(self, value: float) -> str:
        """Return the position of a value as a percentage of the width."""
        return f"{100 * value / self.highest:.2f}%"


N_TICKS = 4
"""The approximate number of steps of an axis."""
TICK_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
"""Round steps of an axis, to be multiplied by a power of ten."""


def nice_step(highest: float) -> float:
    """Return a round step for an axis from 0 to `highest` (> 0) with about `N_TICKS` steps."""
    power = 10.0 ** math.floor(math.log10(highest / N_TICKS))
    return next(step * power for step in TICK_STEPS if step * power * N_TICKS >= highest * (1 - 1e-9))


def axis_for(rows: Sequence[ChartRow], say: Callable[[float], str]) -> Axis:
    """Return an axis that fits all rows, with a little room at its end."""
    reach = max((mark.reach for row in rows for mark in row.marks), default=0.0) or 1.0
    return Axis(highest=reach * 1.04, step=nice_step(reach), say=say)


# --- charts of pages -----------------------------------------------------------------------------------------


def draw(rows: Sequence[ChartRow], axis: Axis, *, label: str, classes: str = "") -> Markup:
    """Return a chart: the rows as a list, with the axis below if any row has marks."""
    items, below = "".join(draw_row(row, axis) for row in rows), ""
    if any(row.marks for row in rows):
        labels = (f'<span style="left:{axis.at(tick)}">{escape(axis.say(tick))}</span>' for tick in axis.ticks)
        below = f'<div class="axis" aria-hidden="true"><div>{"".join(labels)}</div></div>'
    return Markup(
        f'<div class="chart {classes}"><ul class="rows" aria-label="{escape(label)}">{items}</ul>{below}</div>'
    )


def draw_row(row: ChartRow, axis: Axis) -> str:
    """Return a row as HTML."""
    data = row.data | ({"figure": row.figure} if row.figure else {})
    attributes = "".join(f' data-{name}="{escape(value)}"' for name, value in data.items())
    suffix, current = (" chosen", ' aria-current="true"') if row.is_chosen else ("", "")
    name = f'<a href="{escape(row.href)}"{current}>{escape(row.name)}</a>' if row.href else escape(row.name)
    badge = f' <span class="badge">{escape(row.badge)}</span>' if row.badge else ""
    plot = ""
    if row.needed:
        plot = f'<div class="hatch"><span>{escape(row.needed)}</span></div>'
    elif row.marks:
        plot = f'<svg width="100%" height="100%" aria-hidden="true">{draw_marks(row, axis)}</svg>'
    return (
        f'<li class="row {row.form}{suffix}"{attributes}>'
        f'<div class="name"><b>{name}{badge}</b>{_element("small", row.beneath)}</div><div class="plot">{plot}</div>'
        f'<div class="value"><b>{escape(row.value)}</b>{_element("small", row.value_beneath)}'
        f"{_element('span', row.sure, 'sure')}</div>{_element('span', row.spoken, 'spoken')}</li>"
    )


def _element(tag: str, text: str, name: str = "") -> str:
    of_class = f' class="{name}"' if name else ""
    return f"<{tag}{of_class}>{escape(text)}</{tag}>" if text else ""


# --- marks, for pages and for pictures of their own -----------------------------------------------------------


def draw_marks(row: ChartRow, axis: Axis) -> str:
    """Return the marks of a row over the grid lines of the axis, as SVG with positions in per cent of the width."""
    lines = (f'<line class="grid" x1="{axis.at(tick)}" x2="{axis.at(tick)}" y1="0" y2="100%"/>' for tick in axis.ticks)
    return "".join([*lines, *(_draw_mark(mark, axis) for mark in row.marks)])


def _draw_mark(mark: Mark, axis: Axis) -> str:
    start, end = axis.at(mark.start), axis.at(mark.reach)
    look = f'class="{mark.kind} {mark.style}"'
    if height := HEIGHTS.get(mark.kind):
        width = max(100 * (mark.reach - mark.start) / axis.highest, 0.3)
        y = MIDDLE - height // 2
        return f'<rect {look} x="{start}" y="{y}" width="{width:.2f}%" height="{height}" rx="1.5"/>'
    if mark.kind == "dot":
        return f'<circle {look} cx="{start}" cy="{MIDDLE}" r="5"/>'
    if mark.kind == "diamond":
        shape = f'<path {look} d="M0 -6L6 0L0 6L-6 0Z"/>'
        return f'<svg x="{start}" y="{MIDDLE}" overflow="visible" width="1" height="1">{shape}</svg>'
    y = MIDDLE + (BELOW if mark.kind == "bracket" else 0)
    ends = (start, end) if mark.kind == "bracket" else ()
    uprights = "".join(f'<line {look} x1="{x}" x2="{x}" y1="{y - 3}" y2="{y + 3}"/>' for x in ends)
    return f'<line {look} x1="{start}" x2="{end}" y1="{y}" y2="{y}"/>{uprights}'
