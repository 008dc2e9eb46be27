"""Charts of the site: rows of words, a drawing and a value, as HTML with SVG inside.

Names and values are text of the page; only what lies between is drawn, in percentages of the width, so that one chart
fits a telephone and a desk. Four forms say how sure a row is, with one legend everywhere (`words.SURENESS`). The page's
script draws the same rows (templates/site.js: drawRow); a test in a browser holds them together.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape

from markupsafe import Markup

from reports.release.charts import nice_step
from reports.site.words import FEW, FIRM, OTHERS, SURENESS

MIDDLE = 16
"""Where the bar and the dots of a row lie, in CSS pixels from its top."""


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A part of a drawing: `kind` is one of `_DRAWN`, from `start` to `end` in units of the axis."""

    kind: str
    start: float
    end: float | None = None
    style: str = ""


@dataclass(frozen=True, kw_only=True)
class ChartRow:
    """A row: its name and what it rests on, marks, the value and what stands below it.

    `spoken` is the sentence that a screen reader says of the drawing; `needed` stands in a hatched row without marks;
    `badge` says that a value waits for review or is out of date.
    """

    name: str
    beneath: str = ""
    value: str = ""
    value_beneath: str = ""
    form: str = FIRM
    marks: tuple[Mark, ...] = ()
    needed: str = ""
    spoken: str = ""
    rank: str = ""
    href: str = ""
    badge: str = ""
    is_chosen: bool = False
    figure: str = ""
    data: dict[str, str] = field(default_factory=dict)

    @property
    def highest(self) -> float:
        """The greatest value that its marks reach."""
        return max((mark.end if mark.end is not None else mark.start for mark in self.marks), default=0.0)


@dataclass(frozen=True, kw_only=True)
class Axis:
    """An axis from 0, with the greatest value and where its ticks are; `say` puts a tick into words."""

    highest: float
    step: float
    say: Callable[[float], str]

    @property
    def ticks(self) -> list[float]:
        """Where the ticks are."""
        return [number * self.step for number in range(math.floor(self.highest / self.step * (1 + 1e-9)) + 1)]

    def at(self, value: float) -> str:
        """A value as a percentage of the width."""
        return f"{100 * value / self.highest:.2f}%"


def axis_for(rows: Sequence[ChartRow], say: Callable[[float], str]) -> Axis:
    """The axis on which all rows fit, with a little room at its end."""
    reach = max((row.highest for row in rows), default=0.0) or 1.0
    return Axis(highest=reach * 1.04, step=nice_step(reach), say=say)


def draw(rows: Sequence[ChartRow], axis: Axis | None, *, label: str, classes: str = "") -> Markup:
    """A chart: its rows as a list, and the axis below them. Without an axis rows have words and values alone."""
    items = [draw_row(row, axis) for row in rows]
    below = _draw_axis(axis) if axis is not None and any(row.marks for row in rows) else ""
    return Markup(
        f'<div class="chart {classes}"><ul class="rows" aria-label="{escape(label)}">{"".join(items)}</ul>{below}</div>'
    )


def _draw_axis(axis: Axis) -> str:
    labels = "".join(f'<span style="left:{axis.at(tick)}">{escape(axis.say(tick))}</span>' for tick in axis.ticks)
    return f'<div class="axis" aria-hidden="true"><div>{labels}</div></div>'


def draw_row(row: ChartRow, axis: Axis | None) -> str:
    """One row as HTML."""
    suffix = " chosen" if row.is_chosen else ""
    attributes = "".join(f' data-{name}="{escape(value)}"' for name, value in row.data.items())
    attributes += f' data-figure="{escape(row.figure)}"' if row.figure else ""
    current = ' aria-current="true"' if row.is_chosen else ""
    name = f'<a href="{escape(row.href)}"{current}>{escape(row.name)}</a>' if row.href else escape(row.name)
    badge = f' <span class="badge">{escape(row.badge)}</span>' if row.badge else ""
    beneath = f"<small>{escape(row.beneath)}</small>" if row.beneath else ""
    value_beneath = f"<small>{escape(row.value_beneath)}</small>" if row.value_beneath else ""
    sure = "" if row.form == FIRM or not row.value else f'<span class="sure">{escape(SURENESS[row.form])}</span>'
    speech = f'<span class="spoken">{escape(row.spoken)}</span>' if row.spoken else ""
    rank = f'<div class="rank"><span class="spoken">rank </span>{escape(row.rank)}</div>' if row.rank else ""
    return (
        f'<li class="row {row.form}{suffix}"{attributes}>{rank}<div class="name"><b>{name}{badge}</b>{beneath}</div>'
        f'<div class="plot">{_plot(row, axis)}</div>'
        f'<div class="value"><b>{escape(row.value)}</b>{value_beneath}{sure}</div>{speech}</li>'
    )


def _plot(row: ChartRow, axis: Axis | None) -> str:
    if row.form == FEW or row.needed:
        return f'<div class="hatch"><span>{escape(row.needed)}</span></div>' if row.needed else ""
    if axis is None or not row.marks:
        return ""
    grid = "".join(
        f'<line class="grid" x1="{axis.at(tick)}" x2="{axis.at(tick)}" y1="0" y2="100%"/>' for tick in axis.ticks
    )
    marks = "".join(_DRAWN[mark.kind](mark, axis) for mark in row.marks)
    return f'<svg width="100%" height="100%" aria-hidden="true">{grid}{marks}</svg>'


def _rect(mark: Mark, axis: Axis, y: float, height: float) -> str:
    end = mark.start if mark.end is None else mark.end
    width = max(100 * (end - mark.start) / axis.highest, 0.3)
    return (
        f'<rect class="{mark.kind} {mark.style}" x="{axis.at(mark.start)}" y="{y:g}" width="{width:.2f}%" '
        f'height="{height:g}" rx="1.5"/>'
    )


def _line(mark: Mark, axis: Axis) -> str:
    end = mark.start if mark.end is None else mark.end
    return (
        f'<line class="{mark.kind} {mark.style}" x1="{axis.at(mark.start)}" x2="{axis.at(end)}" y1="{MIDDLE}" '
        f'y2="{MIDDLE}"/>'
    )


def _bracket(mark: Mark, axis: Axis) -> str:
    """An interval below a bar, with an upright at each end."""
    y = MIDDLE + 14
    ends = (axis.at(mark.start), axis.at(mark.start if mark.end is None else mark.end))
    uprights = "".join(
        f'<line class="bracket {mark.style}" x1="{x}" x2="{x}" y1="{y - 3}" y2="{y + 3}"/>' for x in ends
    )
    return f'<line class="bracket {mark.style}" x1="{ends[0]}" x2="{ends[1]}" y1="{y}" y2="{y}"/>{uprights}'


def _dot(mark: Mark, axis: Axis) -> str:
    return f'<circle class="dot {mark.style}" cx="{axis.at(mark.start)}" cy="{MIDDLE}" r="5"/>'


def _diamond(mark: Mark, axis: Axis) -> str:
    shape = f'<path class="diamond {mark.style}" d="M0 -6L6 0L0 6L-6 0Z"/>'
    return f'<svg x="{axis.at(mark.start)}" y="{MIDDLE}" overflow="visible" width="1" height="1">{shape}</svg>'


_DRAWN: dict[str, Callable[[Mark, Axis], str]] = {
    "band": lambda mark, axis: _rect(mark, axis, MIDDLE - 6, 12),
    "strong": lambda mark, axis: _rect(mark, axis, MIDDLE - 6, 12),
    "bar": lambda mark, axis: _rect(mark, axis, MIDDLE - 7, 14),
    "tint": lambda mark, axis: _rect(mark, axis, MIDDLE - 7, 14),
    "line": _line,
    "halo": _line,
    "bracket": _bracket,
    "dot": _dot,
    "diamond": _diamond,
}


def share_row(
    *,
    name: str,
    share: float | None,
    low: float | None,
    high: float | None,
    form: str,
    value: str,
    value_beneath: str,
    spoken: str,
    beneath: str = "",
) -> ChartRow:
    """A share or a rate: a dot on its interval. Without a point its interval, or the bounds that silence leaves."""
    marks = [] if low is None or high is None else [Mark(kind="line", start=low, end=high, style=form)]
    if share is not None:
        marks.append(Mark(kind="diamond" if form == OTHERS else "dot", start=share, style=form))
    return ChartRow(
        name=name,
        beneath=beneath,
        value=value,
        value_beneath=value_beneath,
        form=form,
        marks=tuple(marks),
        spoken=spoken,
    )
