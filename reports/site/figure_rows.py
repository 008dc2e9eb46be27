"""Charts of figures. The kind of a chart says what its rows show: pay, one number, silence, a difference, or parts."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from reports.cells.cell import FEW, OTHERS, Cell
from reports.cells.of_figure import cells_of
from reports.figures.catalogue import declaration_of
from reports.figures.declared.pay_figures import say_instead
from reports.site import explorer, rows, words
from reports.site.rows import Axis, ChartRow, Mark
from reports.wording import comparison, disclosure, frame, reported, silence
from reports.wording.bases import BASES
from reports.wording.numbers import category_name, interval, lower_first, percent, rank, upper_first, verdict
from transforms.records.definitions import BAND
from warehouse.mart_tables import Figures
from warehouse.marts.printing import BOUNDS

MAX_ROWS, MAX_ROWS_OF_SECTION, MAX_STACKS = 60, 12, 6
"""The most rows of a chart on the figure's own page, of a chart among other figures, and of a chart of stacks.

The table below a chart has all rows.
"""


def _percents(low: float, high: float) -> str:
    return percent(low) if low == high else interval({"share_lo": low, "share_hi": high})


def _bounds(low: float, high: float) -> str:
    return f"{percent(low).removesuffix('%')}–{percent(high)}"


def _rates(low: float, high: float) -> str:
    return percent_a_day(low) if low == high else f"{100 * low:.1f}–{percent_a_day(high)}"


def percent_a_day(rate: float) -> str:
    """Write a closing rate: "1.2%"."""
    return f"{100 * rate:.1f}%"


_dollars = functools.partial(words.money, currency="USD")
_in_percent = functools.partial(rows.axis_for, say=percent)
_in_dollars = functools.partial(explorer.pay_axis, currency="USD")


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of chart: its CSS class `name`, and the `part` of a cell that it shows.

    `make` turns a cell into a row. `say` writes a range of the part, followed by the text `per`. `beneath` makes the
    small print below a name, and `also` more text for screen readers. `key` is a kind of marks and the explanation of
    these marks. Pages print the explanation if `is_explained`, because their legends do not have it.
    """

    name: str
    part: str = ""
    make: Callable[[Kind, Cell, str], ChartRow]
    axis: Callable[[Sequence[ChartRow]], Axis] = _in_percent
    say: Callable[[float, float], str] = _percents
    per: str = ""
    beneath: Callable[[Cell], str] = lambda cell: ""
    also: Callable[[Cell], str] = lambda cell: ""
    key: tuple[str, str] = ("line", "A line shows where the true value lies, 19 times in 20.")
    is_explained: bool = False
    heading: str = ""
    max_rows: int = MAX_ROWS


@dataclass(frozen=True, kw_only=True)
class DrawnChart:
    """A chart of a figure: the rows shown, the number of all rows, and the names of the parts of a stack."""

    kind: Kind
    label: str
    rows: Sequence[ChartRow]
    n_all: int
    parts: Sequence[str] = ()

    @property
    def chart(self) -> Markup:
        """The chart as HTML."""
        return rows.draw(self.rows, self.kind.axis(self.rows), label=self.label, classes=self.kind.name)

    @property
    def n_rows(self) -> int:
        """Number of rows shown."""
        return len(self.rows)

    @property
    def meaning(self) -> str:
        """What the marks mean; "" if there are no marks to explain."""
        kind, meaning = self.kind.key
        return meaning if any(mark.kind == kind for row in self.rows for mark in row.marks) else ""

    @property
    def key(self) -> str:
        """What the marks mean; "" if the legend of the page already says it."""
        return self.meaning if self.kind.is_explained else ""

    @property
    def heading(self) -> str:
        """The heading on the figure's own page."""
        return self.kind.heading or ("Row by row" if self.n_rows > 1 else "How far the value is known")


def draw(figure: Figures, max_rows: int = MAX_ROWS) -> DrawnChart | None:
    """Return the chart of a printed figure; None if the figure has no chart."""
    cells = cells_of(figure)
    kind = SILENCE if declaration_of(figure.figure).arrange is silence.choose_counted else kind_of(cells)
    if kind is None or kind is DIFFERENCE:  # each cell would have several rows; the table is easier to read
        return None
    if kind is SILENCE:
        cells = [cell for cell in cells if silence.is_counted(cell.row)]
    chart_rows = to_rows(kind, cells[: min(max_rows, kind.max_rows)])
    if not any(row.marks for row in chart_rows):
        return None
    if kind is PAY and (guide := guide_row(figure)) is not None:
        chart_rows.append(guide)
    parts = [part for part, _ in frame.parts_of(cells[0].row)] if kind is STACK else ()
    return DrawnChart(kind=kind, label=words.plain(figure.title), rows=chart_rows, n_all=len(cells), parts=parts)


def kind_of(cells: Sequence[Cell]) -> Kind | None:
    """Return the kind of chart for cells; None if cells are shown only as text and a table."""
    if cells and "steps" in cells[0].row:
        return STACK
    return next((kind for kind in KINDS if any(kind.part in cell.numbers for cell in cells)), None)


def to_rows(kind: Kind, cells: Sequence[Cell]) -> list[ChartRow]:
    """Return the rows of a chart."""
    if kind is DIFFERENCE:
        return [row for cell in cells for row in (*_draw_sides(cell), kind.make(kind, cell, ""))]
    chart_rows = [kind.make(kind, cell, name_row(cell)) for cell in cells]
    counts = {words.rests_on(cell.n, None, None) for cell in cells}
    if kind is SHARE and len(counts) == 1:  # the number of jobs is printed once, beside the chart
        return [replace(row, beneath="") if row.beneath in counts else row for row in chart_rows]
    return chart_rows


def name_row(cell: Cell) -> str:
    """Return the name of a row. A single row is named by its place or its kind of source."""
    row = cell.row
    if (region := words.split_region_name(row)) is not None:
        return region[0]
    names = (cell.name, *(row.get(column) for column in ("place", "country_name", "name", "cell")))
    label = reported.name_persons(row) if "experience" in row else next(filter(None, names), "")
    label = words.plain(label).partition("; ")[0]
    return (label if "word" in row else upper_first(label)) or upper_first(
        BASES[cell.basis].words if cell.basis in BASES else "this figure"
    )


# --- pay -----------------------------------------------------------------------------------------------------


def _pay(kind: Kind, cell: Cell, name: str) -> ChartRow:
    rung = cell.row.get("rung")
    instead = say_instead(rung, cell.basis, "") if rung else ""
    answer = explorer.Answer(cell=cell, instead=instead, review=words.find_review(cell.row.get("value")))
    row = explorer.pay_row(answer, name=name)
    _, others = words.split_region_name(cell.row) or ("", "")
    return replace(row, beneath="; ".join(filter(None, (row.beneath, words.plain(others)))))


def guide_row(figure: Figures) -> ChartRow | None:
    """Return a row with the yearly pay in the 2026 guide, drawn as a bracket; None if the guide gave none."""
    then = declaration_of(figure.figure).baseline_values
    if not then:
        return None
    low, high = (then.get(end, then.get("p50", 0.0)) for end in ("band_low", "band_high"))
    value, mark = _dollars(low, high), Mark(kind="bracket", start=low, end=high, style="guide")
    return ChartRow(
        name="2026 guide", beneath="named no source", value=value, value_beneath="a year", marks=(mark,),
        spoken=f"The 2026 guide said {value} a year.",
    )  # fmt: skip


def _silence(kind: Kind, cell: Cell, name: str) -> ChartRow:
    row, median = cell.row, cell.numbers[kind.part]
    columns = {"band": ("p50_bounds_lo", "p50_bounds_hi"), "strong": ("p50_if_odds_double", "p50_if_odds_half")}
    ends = {mark: (row[low], row[high]) for mark, (low, high) in columns.items() if None not in (row[low], row[high])}
    marks = [Mark(kind=mark, start=low, end=high) for mark, (low, high) in ends.items()]
    low, high = median.known or (0.0, 0.0)
    marks.append(Mark(kind="line", start=low, end=high) if median.value is None else Mark(kind="dot", start=low))
    value, ranges = _dollars(low, high), {mark: _dollars(*pair) for mark, pair in ends.items()}
    bounds = f"within {ranges['band']}" if "band" in ranges else "no bounds" if row["n_silent"] else "all state pay"
    odds = f"; {ranges['strong']} if the silent ones pay less or more" if "strong" in ranges else ""
    stated = f"{silence.say_stated(row)} jobs state pay"
    return ChartRow(
        name=name, beneath=stated, value=value, value_beneath=bounds, form=cell.judge([kind.part]), marks=tuple(marks),
        spoken=f"{name}: median {value} a year, {bounds}{odds}; {stated}.", badge=words.find_review(row.get("value")),
    )  # fmt: skip


# --- one number with its interval ----------------------------------------------------------------------------


def _one_number(kind: Kind, cell: Cell, name: str) -> ChartRow:
    number = cell.numbers.get(kind.part)
    if number is None or number.known is None:
        return ChartRow(name=name, form=FEW, needed="too few to say", spoken=f"{name}: too few to say.")
    is_bounds = number.form == BOUNDS
    form, marks, say = cell.judge([kind.part]), [], _bounds if is_bounds else kind.say
    value, beneath, between = say(*number.known), "silence leaves it open" if is_bounds else "no point", ""
    if number.ends is not None:
        marks.append(Mark(kind="line", start=number.ends[0], end=number.ends[1], style=form))
    if number.value is not None:
        beneath = "" if number.ends is None else say(*number.ends)
        between = f", between {beneath}" if beneath else ""
        marks.append(Mark(kind="diamond" if form == OTHERS else "dot", start=number.value, style=form))
    spoken = f"{name}: {value}{kind.per}{between}{kind.also(cell)}. {words.SURENESS[form]}."
    return ChartRow(
        name=name, beneath=kind.beneath(cell), value=value, value_beneath=beneath, form=form, marks=tuple(marks),
        spoken=spoken,
    )  # fmt: skip


def _of_share(cell: Cell) -> str:
    return verdict(cell.row) or "" if cell.row.get("category") else words.rests_on(cell.n, None, None)


def _say_rank(cell: Cell) -> str:
    """Return the rank of a row in words; "" if it has none.

    Rows of places have no rank, because places overlap; rows with bounds have none, because bounds allow any order.
    """
    text, category = rank(cell.row), cell.row.get("category")
    if text == "–" or cell.numbers["share"].form == BOUNDS or "region" in cell.row:
        return ""
    return f", rank {text}" + (f" among {lower_first(category_name(category))}" if category else "")


def _name_source(cell: Cell) -> str:
    work = comparison.name_work(cell.row)
    return f"{cell.row['place']}, {work}" if "place" in cell.row else upper_first(work)


def _kind_of_source(cell: Cell) -> str:
    return f"{comparison.name_kind(cell.row)}, {cell.row.get('statistic') or 'median'}"


# --- a difference, and parts of a whole ----------------------------------------------------------------------


def _draw_sides(cell: Cell) -> list[ChartRow]:
    if cell.numbers["difference"].value is None:
        return []
    kind, drawn = replace(SHARE, per=" state pay"), []
    for name, side in (("Law in force", "both"), ("No law that we know of", "other")):
        row = {"share": cell.row[f"share_{side}"], "n_jobs": cell.row[f"n_jobs_{side}"]}
        drawn.append(replace(_one_number(kind, replace(cell, row=row), name), value_beneath="state pay"))
    return drawn


def _in_points(kind: Kind, cell: Cell, name: str) -> ChartRow:
    row, difference, form = cell.row, cell.numbers[kind.part].value, cell.judge([kind.part])
    ends = disclosure.say_ends(row).removesuffix(" points")
    value, beneath = (ends, "no point") if difference is None else (disclosure.say_points(difference), ends)
    return ChartRow(
        name="Difference in points", beneath=disclosure.GROUP_WORDS[row["role_group"]], value=value,
        value_beneath=beneath, form=form, spoken=f"Difference: {value} points. {words.SURENESS[form]}.",
    )  # fmt: skip


def _stack(kind: Kind, cell: Cell, name: str) -> ChartRow:
    parts = frame.parts_of(cell.row)
    ends = [0, *itertools.accumulate(n for _, n in parts)]
    marks = [
        Mark(kind="bar", start=ends[number] / ends[-1], end=ends[number + 1] / ends[-1], style=f"part{number}")
        for number, (_, n) in enumerate(parts)
        if n
    ]
    return ChartRow(
        name=name, beneath=words.rests_on(ends[-1], None, None), value=f"{parts[0][1]:,}", value_beneath="in the band",
        marks=tuple(marks), spoken=f"{name}: {', '.join(f'{n:,} {part}' for part, n in parts if n)}.",
    )  # fmt: skip


# --- the kinds -----------------------------------------------------------------------------------------------


KEY_OF_PAY = (
    f"Bars run from where {BAND.start} adverts start or above to where {BAND.stop} stop or below; brackets show how "
    "far an end could move."
)
STACK = Kind(
    name="stack",
    make=_stack,
    axis=lambda chart_rows: Axis(highest=1.0, step=0.25, say=percent),
    key=("", ""),
    heading="What becomes of the adverts we read",
    max_rows=MAX_STACKS,  # in most places no job is in the band
)
SHARE = Kind(name="shares", part="share", make=_one_number, beneath=_of_share, also=_say_rank)
DIFFERENCE = Kind(name="differences", part="difference", make=_in_points)
RATE = Kind(
    name="rates",
    part="rate",
    make=_one_number,
    axis=functools.partial(rows.axis_for, say=percent_a_day),
    say=_rates,
    per=" a day",
    beneath=lambda cell: f"{cell.row['n_closed']:,} closings" if cell.row.get("n_closed") is not None else "",
)
SOURCES = Kind(
    name="kinds",
    part="pay",
    make=lambda kind, cell, name: _one_number(kind, cell, _name_source(cell)),
    axis=_in_dollars,
    say=_dollars,
    per=" a year",
    beneath=_kind_of_source,
    also=lambda cell: f", {_kind_of_source(cell)}",
    heading="By kind of source",
)
PAY = Kind(name="pay", part="median", make=_pay, axis=_in_dollars, key=("band", KEY_OF_PAY))
SILENCE = Kind(
    name="silence",
    part="median",
    make=_silence,
    axis=_in_dollars,
    key=(
        "dot",
        "The dot is the median of adverts that state pay, the strong bar what it would be if the silent ones tend to "
        "pay less or more, the pale bar where it must lie whatever they pay, 19 times in 20.",
    ),
    is_explained=True,
)
KINDS = (SOURCES, RATE, SHARE, DIFFERENCE, PAY)
"""Kinds of charts that are chosen by the numbers that cells have, in order of preference."""
