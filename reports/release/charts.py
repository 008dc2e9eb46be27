"""Charts as inline SVG: text that a browser, a printer and a screen reader can read without scripts or network.

Coordinates are percentages of the width, so that a chart fits a telephone and a desk alike while its letters keep
their size: names and values stand above each bar, never beside it. Colours come from CSS classes, for light and
dark. Every chart has a title and a description; the table beside it carries the same numbers.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from reports.wording import amounts, comparison, frame, numbers, pay
from reports.wording.bases import BASES, NAMED
from reports.wording.numbers import Row, Rows

ROW = 48
"""Height of one row in CSS pixels: a line of text and a bar."""
TEXT_AT, BAR_AT, BAR = 20, 27, 10
"""Baseline of the text, top of the bar and its height, within a row."""
REMARK = 16
"""Height added to a row for a remark below its bar."""
AXIS = 30
"""Height of the axis below the rows."""
TICKS = 4
"""About how many steps the axis is divided into."""
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
"""Steps of an axis within a power of ten."""


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A 95 % interval to draw as a whisker; None where there is none."""

    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One row of a chart: a bar from `start` to `end` with whiskers at its ends and, for bands, a dot inside.

    Without `is_drawn` there is no bar, only whiskers: its ends are not known well enough to be shown.
    `remark` is what stands in words below the bar; a hollow bar, of low confidence or without a point, must have said
    there what it is.
    """

    name: str
    value: str
    start: float
    end: float
    dot: float | None = None
    whiskers: tuple[Interval, ...] = ()
    remark: str = ""
    is_hollow: bool = False
    is_drawn: bool = True


def nice_step(highest: float) -> float:
    """The step of an axis from 0 to at least `highest` (> 0) with about `TICKS` steps."""
    power = 10.0 ** math.floor(math.log10(highest / TICKS))
    return next(step * power for step in STEPS if step * power * TICKS >= highest * (1 - 1e-9))


def bands(rows: Rows, chart_id: str, *, title: str, name: str = "place") -> str:
    """Dot-and-range chart of pay bands per year: bar = band, dot = median, whiskers = intervals of the ends.

    A band of which one end is printed as its interval has no bar, a median that is has no dot.
    """
    bars = [
        Bar(
            name=row[name],
            value=pay.band(row),
            start=row["band_low"],
            end=row["band_high"],
            dot=None if row.get("p50") is None or not amounts.is_point(row, "p50") else row["p50"],
            whiskers=tuple(
                Interval(low=row[f"{end}_lo"], high=row[f"{end}_hi"])
                for end in ("band_low", "band_high")
                if row.get(f"{end}_lo") is not None
            ),
            remark=_remark(row, "third-party adverts" if row.get("basis") == "advertised_third_party" else None),
            is_hollow=row["status"] == "low",
            is_drawn=amounts.is_point(row, "band_low") and amounts.is_point(row, "band_high"),
        )
        for row in rows
        if pay.is_band(row)
    ]
    description = _describe(bars)
    return draw(
        bars,
        chart_id=chart_id,
        title=title,
        description=f"{description}. Bars are bands, dots medians, whiskers 95% intervals of the ends; an end whose "
        "interval is too wide has no bar.",
        tick=lambda amount: f"{amount / 1_000:g}K" if amount else "USD 0",
    )


def ranking(rows: Rows, chart_id: str, *, title: str, name: str, verdicts: bool = False) -> str:
    """Bars of shares in order, with the 95 % interval as a whisker. `name` is the column that names a row.

    A share printed as an interval or as bounds is a hollow bar from end to end. `verdicts` puts the verdict on each
    share below its bar.
    """
    bars = [_bar_of_share(row, name, verdicts=verdicts) for row in rows]
    description = _describe(bars)
    return draw(
        bars,
        chart_id=chart_id,
        title=title,
        description=f"{description}. Whiskers are 95% intervals.",
        tick=numbers.percent,
    )


def _bar_of_share(row: Row, name: str, *, verdicts: bool) -> Bar:
    form = row.get("form") or "point"
    words = numbers.verdict(row) if verdicts else None
    value = numbers.printed_share(row)
    if form == "bounds":
        coverage = f"bounds: {numbers.known_part(row)} of jobs say"
        return Bar(
            name=row[name], value=value, start=row["bound_lo"], end=row["bound_hi"], remark=coverage, is_hollow=True
        )
    if form == "interval":
        remark = "; ".join(filter(None, (words, "95% interval")))
        return Bar(
            name=row[name], value=value, start=row["share_lo"], end=row["share_hi"], remark=remark, is_hollow=True
        )
    has_ends = row.get("share_lo") is not None and row.get("share_hi") is not None
    return Bar(
        name=row[name],
        value=value,
        start=0.0,
        end=row["share"],
        whiskers=(Interval(low=row["share_lo"], high=row["share_hi"]),) if has_ends else (),
        remark=words or "",
    )


def _describe(bars: Sequence[Bar]) -> str:
    return "; ".join(numbers.qualify(f"{bar.name} {bar.value}", [bar.remark]) for bar in bars)


def draw(bars: Sequence[Bar], *, chart_id: str, title: str, description: str, tick: Callable[[float], str]) -> str:
    """The SVG of a chart over an axis that begins at 0. Raises `ValueError` without bars."""
    if not bars:
        raise ValueError(f"chart {chart_id}: nothing to draw")
    highest = max([b.end for b in bars] + [w.high for b in bars for w in b.whiskers])
    step = nice_step(highest or 1.0)
    n_steps = math.ceil(highest / step * (1 - 1e-9)) or 1
    scale = _Scale(step * n_steps)
    base = sum(_height(bar) for bar in bars)
    parts = _open_svg(chart_id, title, description, height=base + AXIS)
    for i in range(n_steps + 1):
        x, anchor = scale.at(i * step), "start" if i == 0 else "end" if i == n_steps else "middle"
        parts.append(f'<line class="grid" x1="{x}" x2="{x}" y1="0" y2="{base}"/>')
        parts.append(
            f'<text class="tick" x="{x}" y="{base + 18}" text-anchor="{anchor}">{escape(tick(i * step))}</text>'
        )
    top = 0
    for bar in bars:
        parts += _row(bar, top, scale)
        top += _height(bar)
    return "\n".join([*parts, "</svg>"])


@dataclass(frozen=True)
class _Scale:
    highest: float

    def at(self, value: float) -> str:
        """A value as a coordinate."""
        return f"{100 * value / self.highest:.2f}%"

    def width(self, start: float, end: float) -> str:
        """The width of a bar; a hair where it would vanish."""
        return f"{max(100 * (end - start) / self.highest, 0.4):.2f}%"


def _height(bar: Bar) -> int:
    return ROW + REMARK if bar.remark else ROW


def _remark(row: Row, words: str | None) -> str:
    low = numbers.low_mark(row)
    return "; ".join(part for part in (words, low) if part)


def _row(bar: Bar, top: int, scale: _Scale) -> list[str]:
    low = " low" if bar.is_hollow else ""
    middle = top + BAR_AT + BAR / 2
    parts = [
        f"<g data-name={quoteattr(bar.name)}>",
        f'<text class="name" x="0" y="{top + TEXT_AT}">{escape(bar.name)}</text>',
        f'<text class="value" x="100%" y="{top + TEXT_AT}" text-anchor="end">{escape(bar.value)}</text>',
    ]
    if bar.is_drawn:
        parts.append(
            f'<rect class="bar{low}" x="{scale.at(bar.start)}" y="{top + BAR_AT}" '
            f'width="{scale.width(bar.start, bar.end)}" height="{BAR}" rx="2"/>'
        )
    if bar.remark:
        below = top + BAR_AT + BAR + REMARK - 2
        parts.append(f'<text class="tick" x="0" y="{below}">{escape(bar.remark)}</text>')
    for whisker in bar.whiskers:
        start, end = scale.at(whisker.low), scale.at(whisker.high)
        parts.append(f'<line class="whisker" x1="{start}" x2="{end}" y1="{middle}" y2="{middle}"/>')
        parts += [
            f'<line class="whisker" x1="{x}" x2="{x}" y1="{middle - 5}" y2="{middle + 5}"/>' for x in (start, end)
        ]
    if bar.dot is not None:
        parts.append(f'<circle class="dot" cx="{scale.at(bar.dot)}" cy="{middle}" r="6"/>')
    return [*parts, "</g>"]


LEGEND_LINE = 20
"""Height of one line of a legend."""


def ladder(rows: Rows, chart_id: str, *, title: str, name: str = "place") -> str:
    """Stacked bars of what becomes of AI engineering jobs: in the band, or lost at a step, as parts of all of them.

    The legend above names the parts in the order in which they stand in a bar: the band first, then the steps back from
    it. Raises `ValueError` without rows.
    """
    if not rows:
        raise ValueError(f"chart {chart_id}: nothing to draw")
    description = "; ".join(
        f"{row[name]}: {', '.join(f'{n:,} {words}' for words, n in frame.parts_of(row) if n)}" for row in rows
    )
    words_of_parts = [words for words, _ in frame.parts_of(rows[0])]
    top = len(words_of_parts) * LEGEND_LINE
    lines = _open_svg(chart_id, title, description, height=top + len(rows) * ROW)
    for number, words in enumerate(words_of_parts):
        y = number * LEGEND_LINE
        lines.append(f'<rect class="part p{number}" x="0" y="{y + 3}" width="12" height="12"/>')
        lines.append(f'<text class="tick" x="20" y="{y + 13}">{escape(words)}</text>')
    for number, row in enumerate(rows):
        lines += _stack(row, name, top + number * ROW)
    return "\n".join([*lines, "</svg>"])


def _stack(row: Row, name: str, top: int) -> list[str]:
    """One row of a ladder: its words, and its parts side by side over the whole width."""
    lines = [
        f"<g data-name={quoteattr(row[name])}>",
        f'<text class="name" x="0" y="{top + TEXT_AT}">{escape(row[name])}</text>',
        f'<text class="value" x="100%" y="{top + TEXT_AT}" text-anchor="end">{escape(frame.in_band(row))}</text>',
    ]
    parts = frame.parts_of(row)
    scale, start = _Scale(sum(n for _, n in parts)), 0
    for number, (words, n) in enumerate(parts):
        if n:
            width = f"{100 * n / scale.highest:.2f}%"
            lines.append(
                f'<rect class="part p{number}" x="{scale.at(start)}" y="{top + BAR_AT}" width="{width}" height="{BAR}">'
                f"<title>{n:,} {escape(words)}</title></rect>"
            )
        start += n
    return [*lines, "</g>"]


def dots(rows: Rows, chart_id: str, *, title: str, name: str = "place") -> str:  # as all charts
    """Dots of pay by kind of source, a line for each country and work, with 95 % intervals.

    The legend above names the kinds. A mean, and a wider group, are hollow, pay from abroad is small. Raises
    `ValueError` without rows.
    """
    if not rows:
        raise ValueError(f"chart {chart_id}: nothing to draw")
    lines: dict[str, list[Row]] = {}
    for row in rows:
        lines.setdefault(f"{row['place']}, {comparison.name_work(row)}", []).append(row)
    kinds = [basis for basis in NAMED if any(row["basis"] == basis for row in rows)]
    description = "; ".join(
        f"{heading}: {', '.join(f'{comparison.name_kind(row)} {comparison.value(row)}' for row in group)}"
        for heading, group in lines.items()
    )
    step = nice_step(max(row.get("usd_hi") or row["usd"] for row in rows))
    n_steps = math.ceil(max(row.get("usd_hi") or row["usd"] for row in rows) / step * (1 - 1e-9))
    scale = _Scale(step * n_steps)
    top = len(kinds) * LEGEND_LINE
    base = top + len(lines) * ROW
    parts = _open_svg(chart_id, title, description, height=base + AXIS)
    for number, basis in enumerate(kinds):
        y = number * LEGEND_LINE
        parts.append(f'<circle class="mark m{number}" cx="6" cy="{y + 9}" r="6"/>')
        parts.append(f'<text class="tick" x="20" y="{y + 13}">{escape(BASES[basis].name)}</text>')
    for i in range(n_steps + 1):
        x, anchor = scale.at(i * step), "start" if i == 0 else "end" if i == n_steps else "middle"
        label = f"{i * step / 1_000:g}K" if i else "USD 0"
        parts.append(f'<line class="grid" x1="{x}" x2="{x}" y1="{top}" y2="{base}"/>')
        parts.append(f'<text class="tick" x="{x}" y="{base + 18}" text-anchor="{anchor}">{label}</text>')
    for number, (heading, group) in enumerate(lines.items()):
        parts += _dots_of(heading, group, kinds, top + number * ROW, scale)
    return "\n".join([*parts, "</svg>"])


def _dots_of(heading: str, group: Rows, kinds: Sequence[str], top: int, scale: _Scale) -> list[str]:
    """One line of `dots`: its heading, and a mark for each kind of source with its interval."""
    middle = top + BAR_AT + BAR / 2
    parts = [
        f"<g data-name={quoteattr(heading)}>",
        f'<text class="name" x="0" y="{top + TEXT_AT}">{escape(heading)}</text>',
    ]
    for row in group:
        title = f"<title>{escape(comparison.name_kind(row))}: {escape(comparison.value(row))}</title>"
        if row.get("usd_lo") is not None and row.get("usd_hi") is not None:
            start, end = scale.at(row["usd_lo"]), scale.at(row["usd_hi"])
            parts.append(f'<line class="whisker" x1="{start}" x2="{end}" y1="{middle}" y2="{middle}"/>')
        if amounts.is_point(row, "usd"):
            hollow = "" if comparison.is_comparable(row) else " hollow"
            radius = 4 if row["pay_market"] == "cross_border" else 6
            mark = f'class="mark m{kinds.index(row["basis"])}{hollow}" cx="{scale.at(row["usd"])}" cy="{middle}"'
            parts.append(f'<circle {mark} r="{radius}">{title}</circle>')
    return [*parts, "</g>"]


def _open_svg(chart_id: str, title: str, description: str, *, height: float) -> list[str]:
    """The head of a chart: what it shows, and the same in words for who cannot see it."""
    return [
        f'<svg class="chart" role="img" aria-labelledby="{chart_id}-title {chart_id}-desc" '
        f'width="100%" height="{height}" xmlns="http://www.w3.org/2000/svg">',
        f'<title id="{chart_id}-title">{escape(title)}</title>',
        f'<desc id="{chart_id}-desc">{escape(description)}</desc>',
    ]


CHARTS: dict[str, Callable[..., str]] = {
    "bands": bands,
    "dots": dots,
    "ladder": ladder,
    "shares": ranking,
    "shares with verdicts": functools.partial(ranking, verdicts=True),
}
"""Kinds of charts by name. Each takes rows, an id for its parts, the title and the column that names a row."""
