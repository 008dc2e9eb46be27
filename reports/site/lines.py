"""Line charts of how pay moves: a point for each period with its interval, and a line through unbroken periods."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape

from markupsafe import Markup

from reports.figures.declared.month_figures import KIND
from reports.figures.vintages import PUBLISHED, FigureVintage
from reports.site.rows import nice_step
from reports.wording import months, movement, notes, numbers
from reports.wording.numbers import Rows, choose_printed
from warehouse.mart_tables import Figures
from warehouse.marts.printing import INTERVAL, POINT

WIDTH, HEIGHT = 640, 272
LEFT, RIGHT, TOP, BOTTOM = 52, 20, 22, 56
"""Margins of the plot, in the unit of WIDTH and HEIGHT; labels stand in them."""
LABEL = 96
"""Width left for the label of a period, in the same unit; on phones letters are larger."""


@dataclass(frozen=True, kw_only=True)
class Point:
    """A period: its value less one with its interval, and `raw`, the same without matching; None: not drawn."""

    name: str
    day: date  # on which it begins
    value: float | None
    low: float
    high: float
    raw: float | None = None
    is_break: bool = False  # whether no line leads here from the point before


def points_of(rows: Rows) -> list[Point]:
    """Return the points of a series: a premium in each period, or pay since the first period of each unbroken run."""
    points: list[Point] = []
    raw: float | None = None
    for row in choose_printed(rows):
        name = movement.say_period(row)
        is_point = row["form"] != INTERVAL
        if row["previous"] is None:
            value = row["change"] if is_point else None
            points.append(
                Point(
                    name=name, day=movement.begin_of(row["period"]), value=value,
                    low=row["change_lo"], high=row["change_hi"], is_break=row["is_break"],
                )
            )  # fmt: skip
            continue
        if row["chained_from"] is None:  # too wide for a point
            continue
        if row["chained_from"] == row["previous"]:  # a run begins
            start = movement.say_period(row, "previous")
            begin = movement.begin_of(row["previous"])
            points.append(Point(name=start, day=begin, value=0.0, low=0.0, high=0.0, raw=0.0, is_break=bool(points)))
            raw = 0.0
        raw = None if raw is None or row["raw_change"] is None else (1 + raw) * (1 + row["raw_change"]) - 1
        day, low, high = movement.begin_of(row["period"]), row["chain_lo"], row["chain_hi"]
        points.append(Point(name=name, day=day, value=row["chain"], low=low, high=high, raw=raw))
    return points


def points_of_months(rows: Rows) -> list[Point]:
    """Return the points of a series of shares by month, with Indeed's share as `raw`, or Indeed's alone.

    In an unbroken run, the share of the newest month is carried back by the changes on the same boards, whose intervals
    are the bars. Nothing of a run is drawn if its newest share is too wide for a point.
    """
    by_month = {date.fromisoformat(row["period"]): row for row in sorted(rows, key=lambda row: str(row["period"]))}
    printed = [row for row in by_month.values() if row["status"] != "suppressed"]
    points: list[Point] = []
    value: float | None = None
    for number, row in reversed(list(enumerate(printed))):
        day, name = date.fromisoformat(row["period"]), movement.say_period(row)
        if not months.is_ours(row):
            points.append(Point(name=name, day=day, value=row["indeed"], low=row["indeed"], high=row["indeed"]))
            continue
        if value is None:
            value = math.nan if row["form"] == INTERVAL else row["share"]
        before = (day - timedelta(days=1)).replace(day=1)
        low, high = (value + row[name] - row["difference"] for name in ("difference_lo", "difference_hi"))
        points.append(Point(name=name, day=day, value=value, low=low, high=high, raw=row["indeed"]))
        value -= row["difference"]
        if number == 0 or row["is_break"]:
            raw = by_month.get(before, {}).get("indeed")
            start = movement.say_period(by_month.get(before, {"period": before.isoformat()}))
            points.append(
                Point(name=start, day=before, value=value, low=value, high=value, raw=raw, is_break=row["is_break"])
            )
            value = None
    return [point for point in reversed(points) if not math.isnan(point.value or 0.0)]


def say_share(share: float) -> str:
    """Return a share at a tick of an axis, such as "4%" or "4.5%"."""
    return f"{round(100 * share, 1):g}%"


STEPPED = ("p50", "share", "rate", "usd")
"""Columns of a figure's row, of which the first is drawn over its vintages; their intervals end in _lo and _hi."""


def draw_vintages(vintages: Sequence[FigureVintage], *, label: str) -> Markup | None:
    """Return the published values of a figure of one number as steps; None if they are not two that differ.

    A value stands until the next vintage. Where none could be printed, the line is broken.
    """
    printed = [one for one in vintages if one.state == PUBLISHED]
    rows = [(one, json.loads(one.value_json or "[{}]")[0]) for one in printed]
    column = next((name for name in STEPPED if any(row.get(name) is not None for _, row in rows)), None)
    if column is None:
        return None
    points: list[Point] = []
    for vintage, row in rows:
        value = row.get(column) if vintage.value is not None and row.get("form") in (None, POINT) else None
        low, high = (row.get(f"{column}{end}", value) for end in ("_lo", "_hi"))
        if low is None or high is None:
            continue
        day = vintage.decided_on or vintage.offered_on
        points.append(Point(name=numbers.month(day), day=day, value=value, low=low, high=high))
    if len({(point.value, point.low, point.high) for point in points}) < 2:
        return None
    say = say_share if column in ("share", "rate") else say_thousands
    return draw(points, label=label, say=say, is_stepped=True)


def say_thousands(amount: float) -> str:
    """Return an amount at a tick of an axis, such as "150K"."""
    return f"{amount / 1_000:g}K"


def draw_series(figure: Figures, *, label: str, width: int = WIDTH) -> Markup | None:
    """Return the line chart of a figure that is a series; None if it has no point to draw."""
    rows, is_of_months = notes.rows_of(figure), figure.figure.partition(".")[0] == KIND
    points = points_of_months(rows) if is_of_months else points_of(rows)
    say = say_share if is_of_months else movement.signed
    return draw(points, label=label, say=say, width=width) if points else None


def draw(
    points: Sequence[Point],
    *,
    label: str,
    say: Callable[[float], str] = movement.signed,
    width: int = WIDTH,
    is_stepped: bool = False,
) -> Markup:
    """Return a line chart as SVG: its axis holds 0 and all intervals, and points are as far apart as their days.

    `say` puts a value of the axis into words; `width` is that of the picture. With `is_stepped`, a value stands until
    the next one. Where labels would touch, the later one stands.
    """
    ends = [end for point in points for end in (point.low, point.high, point.raw or 0.0)]
    step = nice_step(max(max(ends) - min(ends), 0.01))
    lowest, highest = (math.floor(min(*ends, 0) / step), math.ceil(max(*ends, 0) / step))
    plot_height, plot_width = HEIGHT - TOP - BOTTOM, width - LEFT - RIGHT - LABEL
    first_day, last_day = points[0].day, points[-1].day

    def x(number: int) -> float:
        share = (points[number].day - first_day) / (last_day - first_day) if first_day < last_day else 0.5
        return LEFT + LABEL / 2 + plot_width * share

    def y(value: float) -> float:
        return TOP + plot_height * (highest - value / step) / max(highest - lowest, 1)

    parts = []
    for tick in range(lowest, highest + 1):
        at = y(tick * step)
        parts.append(_line("line ink" if tick == 0 else "grid", LEFT, at, width - RIGHT, at))
        parts.append(_text(say(tick * step).replace(".0%", "%") if tick else "0%", LEFT - 8, at + 4, "end"))
    for number, point in enumerate(points[1:], 1):
        before, left, right = points[number - 1], x(number - 1), x(number)
        if point.is_break:
            middle = (left + right) / 2
            parts.append(_line("line ink others", middle, TOP, middle, HEIGHT - BOTTOM))
            parts.append(_text(movement.BREAK, middle, TOP - 8))
            continue
        for first, last, look in ((before.value, point.value, "line"), (before.raw, point.raw, "line ink others")):
            if first is not None and last is not None:
                parts.append(_line(look, left, y(first), right, y(first if is_stepped else last)))
                parts += [_line(look, right, y(first), right, y(last))] if is_stepped else []
    for number, point in enumerate(points):
        if point.low < point.high:
            parts.append(_line("line rough", x(number), y(point.low), x(number), y(point.high)))
        if point.value is not None:
            parts.append(f'<circle class="dot" cx="{x(number):.1f}" cy="{y(point.value):.1f}" r="5"/>')
    free = math.inf
    for number in reversed(range(len(points))):
        if x(number) + LABEL <= free:
            free = x(number)
            for line, words in enumerate(points[number].name.split(" ", 1)):
                parts.append(_text(words, free, HEIGHT - BOTTOM + 22 + 20 * line))
    return Markup(
        f'<svg class="lines" viewBox="0 0 {width} {HEIGHT}" width="100%" role="img" aria-label="{escape(label)}">'
        f"{''.join(parts)}</svg>"
    )


def _line(look: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="{look}" x1="{x1:.1f}" x2="{x2:.1f}" y1="{y1:.1f}" y2="{y2:.1f}"/>'


def _text(text: str, x: float, y: float, anchor: str = "middle") -> str:
    style = f'text-anchor="{anchor}" font-size="12" fill="var(--soft)"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {style}>{escape(text)}</text>'
