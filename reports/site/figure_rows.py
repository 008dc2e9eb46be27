"""Charts of figures. The kind of a chart says what its rows show: pay, one number, silence, a difference, or parts."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from reports.cells.cell import FEW, OTHERS, ROUGH, Cell
from reports.cells.of_figure import cells_of
from reports.figures.catalogue import KNOWN, declaration_of
from reports.figures.declared.pay_figures import say_instead
from reports.site import explorer, rows, words
from reports.site.explorer import Answer
from reports.site.rows import Axis, ChartRow, Mark
from reports.wording import comparison, disclosure, frame, reported, silence
from reports.wording.bases import BASES
from reports.wording.numbers import (
    Row,
    category_name,
    interval,
    join_words,
    known_part,
    list_elsewhere,
    lower_first,
    percent,
    printed_share,
    rank,
    sentences,
    share_elsewhere,
    span_share,
    upper_first,
    verdict,
)
from transforms.records.definitions import BAND
from transforms.records.vocabulary import LAW_IN_FORCE, NO_LAW
from warehouse.mart_tables import Figures
from warehouse.marts.printing import BOUNDS, PLATFORMS, SAYS

MAX_ROWS, MAX_ROWS_OF_SECTION, MAX_STACKS = 60, 12, 6
"""The most rows of a chart: on the figure's own page, among other figures, and if the chart is of stacks.

The table below the chart has all rows.
"""


def percent_a_day(rate: float) -> str:
    """Write a closing rate: "1.2%"."""
    return f"{100 * rate:.1f}%"


def rates(low: float, high: float) -> str:
    """Write a range of closing rates: "1.1–1.3%"."""
    return percent_a_day(low) if low == high else f"{100 * low:.1f}–{percent_a_day(high)}"


def _percents(low: float, high: float) -> str:
    return percent(low) if low == high else interval({"share_lo": low, "share_hi": high})


_dollars = functools.partial(words.money, currency="USD")
_in_percent = functools.partial(rows.axis_for, say=percent)
_in_dollars = functools.partial(explorer.pay_axis, currency="USD")


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of chart: its CSS class `name`, and the `part` of a cell that it shows.

    `make` turns a cell and its name into a row. `meaning` explains marks of the kind `mark`. `heading` is the heading
    on the figure's own page; "" for the usual one.
    """

    name: str
    part: str = ""
    make: Callable[[Cell, str], ChartRow]
    axis: Callable[[Sequence[ChartRow]], Axis] = _in_percent
    mark: str = "line"
    meaning: str = words.LINE
    heading: str = ""


@dataclass(frozen=True, kw_only=True)
class DrawnChart:
    """A chart of a figure: the rows shown, the number of all rows, and the names of the parts of a stack."""

    kind: Kind
    label: str
    rows: Sequence[ChartRow]
    n_all: int
    parts: Sequence[str] = ()
    elsewhere: Sequence[str] = ()  # other platforms that rows name, each with its days
    left_out: Sequence[str] = ()  # rows whose money is not that of the axis
    unmarked: Sequence[str] = ()  # rows of which too few say to draw anything

    @property
    def chart(self) -> Markup:
        """The chart as HTML."""
        return rows.draw(self.rows, self.kind.axis(self.rows), label=self.label, classes=self.kind.name)

    @property
    def meaning(self) -> str:
        """What the marks mean; "" if there are no marks to explain."""
        is_drawn = any(mark.kind == self.kind.mark for row in self.rows for mark in row.marks)
        return self.kind.meaning if is_drawn else ""

    @property
    def key(self) -> str:
        """What the marks mean unless the legend says it, the days of other platforms, and which rows are not drawn."""
        missing = f"in the table alone, as it is not in dollars: {'; '.join(self.left_out)}" if self.left_out else ""
        open_rows = f"too few adverts say it of {join_words(self.unmarked)}" if self.unmarked else ""
        return sentences([self.meaning if self.kind is SILENCE else "", *self.elsewhere, open_rows, missing])

    @property
    def heading(self) -> str:
        """The heading on the figure's own page."""
        return self.kind.heading or ("Row by row" if len(self.rows) > 1 else "How far the value is known")


def draw(figure: Figures, max_rows: int = MAX_ROWS) -> DrawnChart | None:
    """Return the chart of a printed figure; None if the figure has no chart."""
    cells = cells_of(figure)
    kind = SILENCE if declaration_of(figure.figure).arrange is silence.choose_counted else kind_of(cells)
    if kind is None or kind is DIFFERENCE:  # each cell would have several rows; the table is easier to read
        return None
    shown = declaration_of(figure.figure).renderer.choose_shown([cell.row for cell in cells])
    cells = [cell for cell in cells if any(cell.row is row for row in shown)]
    left_out: list[str] = []
    if kind is PAY and any(cell.row.get("currency") == "USD" for cell in cells):  # one axis has one money
        left_out = [name_row(cell) for cell in cells if cell.row.get("currency") != "USD"]
        cells = [cell for cell in cells if cell.row.get("currency") == "USD"]
    chart_rows = to_rows(kind, cells[: min(max_rows, MAX_STACKS) if kind is STACK else max_rows])
    if not any(row.marks for row in chart_rows):
        return None
    if kind is PAY and (guide := guide_row(figure.figure)) is not None:
        chart_rows.append(guide)
    parts = [part for part, _ in _parts_of_stack(cells[0].row)] if kind is STACK else ()
    return DrawnChart(
        kind=kind, label=words.plain(figure.title), rows=chart_rows, n_all=len(cells), parts=parts,
        elsewhere=list_elsewhere([cell.row for cell in cells]), left_out=left_out,
    )  # fmt: skip


def draw_for_page(figure: Figures, max_rows: int = MAX_ROWS) -> DrawnChart | None:
    """Return the chart of a figure if it shows more than words do: two rows or more, not all of them at 0.

    Rows without marks are named below the chart. Pictures that stand alone have all rows (`draw`).
    """
    drawn = draw(figure, max_rows)
    if drawn is None:
        return None
    marked = [row for row in drawn.rows if row.marks]
    if len(marked) < 2 or not any(mark.reach > 0 for row in marked for mark in row.marks):
        return None
    unmarked = [row.name for row in drawn.rows if not row.marks]
    return replace(drawn, rows=marked, n_all=drawn.n_all - len(unmarked), unmarked=unmarked)


def kind_of(cells: Sequence[Cell]) -> Kind | None:
    """Return the kind of chart for cells; None if cells are shown only as text and a table."""
    if cells and "steps" in cells[0].row:
        return STACK
    return next((kind for kind in KINDS if any(kind.part in cell.numbers for cell in cells)), None)


def to_rows(kind: Kind, cells: Sequence[Cell], *, names_elsewhere: bool = True) -> list[ChartRow]:
    """Return the rows of a chart, each with its share on other platforms (`names_elsewhere`)."""
    if kind is DIFFERENCE:
        return [row for cell in cells for row in (*_draw_sides(cell), kind.make(cell, ""))]
    chart_rows = [kind.make(cell, name_row(cell)) for cell in cells]
    counts = {words.rests_on(cell.n) for cell in cells}
    if kind is SHARE and len(counts) == 1:  # the number of jobs is printed once, beside the chart
        chart_rows = [replace(row, beneath="") if row.beneath in counts else row for row in chart_rows]
    if not names_elsewhere:
        return chart_rows
    where = list_elsewhere([cell.row for cell in cells])
    return [
        replace(row, beneath="; ".join(filter(None, (row.beneath, *_say_elsewhere(cell.row, where)))))
        for row, cell in zip(chart_rows, cells, strict=True)
    ]


def _say_elsewhere(row: Row, where: Sequence[str]) -> list[str]:
    """Say the share of a row on other platforms; their days stand below the chart."""
    found = ((one.partition(",")[0], share_elsewhere(row, one)) for one in where)
    return [f"{platform} {share}" for platform, share in found if share]


def name_row(cell: Cell) -> str:
    """Return the name of a row. A single row is named by its place or its kind of source."""
    row = cell.row
    if (region := words.split_region_name(row)) is not None:
        return region[0]
    names = (cell.name, *(row.get(column) for column in ("place", "country_name", "name", "cell")))
    persons = (reported.name_persons(row), row.get("restriction")) if "experience" in row else ()
    label = ", ".join(filter(None, persons)) or next(filter(None, names), "")
    label = words.plain(label).partition("; ")[0]
    if not label:
        label = BASES[cell.basis].words if cell.basis in BASES else "this figure"
    return label if "word" in row else upper_first(label)


# --- pay -----------------------------------------------------------------------------------------------------


def _pay(cell: Cell, name: str) -> ChartRow:
    rung = cell.row.get("rung")
    instead = say_instead(rung, cell.basis, "") if rung else ""
    row = explorer.pay_row(
        Answer(cell=cell, instead=instead, review=words.find_review(cell.row.get("value"))), name=name
    )
    _, others = words.split_region_name(cell.row) or ("", "")
    beneath = (reported.say_who_answered(cell.row), row.beneath, words.plain(others))
    return replace(row, beneath="; ".join(filter(None, beneath)))


def guide_row(figure_id: str, place: str = "") -> ChartRow | None:
    """Return a row with the yearly pay in the 2026 guide, drawn as a bracket; None if the guide gave none.

    `place` names the place of the figure where the row stands beside figures of another.
    """
    then = KNOWN[figure_id].baseline_values if figure_id in KNOWN else None
    if not then:
        return None
    low, high = (then.get(end, then.get("p50", 0.0)) for end in ("band_low", "band_high"))
    value, mark = _dollars(low, high), Mark(kind="bracket", start=low, end=high, style="guide")
    return ChartRow(
        name=" ".join(filter(None, ("2026 guide", place and f"on {place}"))), beneath="named no source", value=value,
        value_beneath="a year", marks=(mark,), spoken=f"The 2026 guide said {value} a year, and named no source.",
    )  # fmt: skip


def _silence(cell: Cell, name: str) -> ChartRow:
    row, median = cell.row, cell.numbers["median"]
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
        name=name, beneath=stated, value=value, value_beneath=bounds, form=cell.judge(["median"]), marks=tuple(marks),
        spoken=f"{name}: median {value} a year, {bounds}{odds}; {stated}.", badge=words.find_review(row.get("value")),
    )  # fmt: skip


# --- one number with its interval ----------------------------------------------------------------------------


def _one_number(
    cell: Cell,
    part: str,
    name: str,
    say: Callable[[float, float], str],
    *,
    per: str = "",
    beneath: str = "",
    also: str = "",
) -> ChartRow:
    """Return a row of one number, which `say` writes as a range, followed by the text `per`.

    `beneath` is the small print below the name, and `also` more text for screen readers.
    """
    number = cell.numbers.get(part)
    if number is not None and number.form == SAYS:
        known = f"{known_part(cell.row)} say"
        spoken = f"{name}: open, only {known}."
        return ChartRow(name=name, beneath=beneath, form=ROUGH, value="open", value_beneath=known, spoken=spoken)
    if number is None or number.known is None:
        return ChartRow(name=name, form=FEW, needed="too few to say", spoken=f"{name}: too few to say.")
    form, marks = cell.judge([part]), []
    value, value_beneath, between = say(*number.known), "range only", ""
    if number.form == BOUNDS:
        low, high = map(percent, number.known)
        value, value_beneath = f"{low.removesuffix('%')}–{high}", "silence leaves it open"
    if number.form == PLATFORMS:
        value, value_beneath, also = span_share(cell.row), "by platform", f" ({printed_share(cell.row)}){also}"
    if number.ends is not None:
        marks.append(Mark(kind="line", start=number.ends[0], end=number.ends[1], style=form))
    if number.form == PLATFORMS:
        marks += [Mark(kind="dot", start=one["share"], style=form) for one in cell.row["platforms"]]
    if number.value is not None:
        value_beneath = "" if number.ends is None else say(*number.ends)
        between = f", between {value_beneath}" if value_beneath else ""
        marks.append(Mark(kind="diamond" if form == OTHERS else "dot", start=number.value, style=form))
    spoken = f"{name}: {value}{per}{between}{also}. {words.SURENESS[form]}."
    return ChartRow(
        name=name, beneath=beneath, value=value, value_beneath=value_beneath, form=form, marks=tuple(marks),
        spoken=spoken,
    )  # fmt: skip


def _share(cell: Cell, name: str, per: str = "") -> ChartRow:
    row, rank_words = cell.row, rank(cell.row)
    beneath = verdict(row) or "" if row.get("category") else words.rests_on(cell.n)
    number, also = cell.numbers.get("share"), ""
    # Rows of places have no rank, because places overlap; rows with bounds have none, because bounds allow any order.
    if rank_words != "–" and number is not None and number.form not in (BOUNDS, SAYS) and "region" not in row:
        among = f" among {lower_first(category_name(row['category']))}" if row.get("category") else ""
        also = f", rank {rank_words}{among}"
    return _one_number(cell, "share", name, _percents, per=per, beneath=beneath, also=also)


def _rate(cell: Cell, name: str) -> ChartRow:
    n_closed, n_provisional = (cell.row.get(name) for name in ("n_closed", "n_provisional"))
    beneath = "" if n_closed is None else f"{n_closed:,} closings"
    beneath += f", {n_provisional:,} provisional" if n_provisional else ""
    return _one_number(cell, "rate", name, rates, per=" a day", beneath=beneath)


def _source(cell: Cell, name: str) -> ChartRow:
    row, work = cell.row, comparison.name_work(cell.row)
    name = f"{row['place']}, {work}" if "place" in row else upper_first(work)
    beneath = f"{comparison.name_kind(row)}, {row.get('statistic') or 'median'}"
    return _one_number(cell, "pay", name, _dollars, per=" a year", beneath=beneath, also=f", {beneath}")


# --- a difference, and parts of a whole ----------------------------------------------------------------------


def _draw_sides(cell: Cell) -> list[ChartRow]:
    if cell.numbers["difference"].value is None:
        return []
    drawn = []
    for law, side in ((LAW_IN_FORCE, "both"), (NO_LAW, "other")):
        row = {"share": cell.row[f"share_{side}"], "n_jobs": cell.row[f"n_jobs_{side}"]}
        name = upper_first(disclosure.LAW_WORDS[law])
        drawn.append(replace(_share(replace(cell, row=row), name, per=" state pay"), value_beneath="state pay"))
    return drawn


def _in_points(cell: Cell, name: str) -> ChartRow:
    row, difference, form = cell.row, cell.numbers["difference"].value, cell.judge(["difference"])
    ends = disclosure.say_ends(row).removesuffix(" points")
    value, beneath = (ends, "range only") if difference is None else (disclosure.say_difference(row), ends)
    return ChartRow(
        name="Difference in points", beneath=disclosure.GROUP_WORDS[row["role_group"]], value=value,
        value_beneath=beneath, form=form, spoken=f"Difference: {value} points. {words.SURENESS[form]}.",
    )  # fmt: skip


PARTS_OF_STACK = {
    "in the band": "in the band",
    "no pay stated": "no pay stated",
    "no full advert": "no full advert read",
}
"""Parts of `frame.parts_of` that stacks draw, with their names; all others are `NOT_IN_BAND`."""
NOT_IN_BAND = "pay stated, but for another level, place or kind of pay"


def _parts_of_stack(row: Row) -> list[tuple[str, int]]:
    """Return the parts of a stack in their order: neighbours of one name are added up."""
    named = ((PARTS_OF_STACK.get(part, NOT_IN_BAND), n) for part, n in frame.parts_of(row))
    return [(part, sum(n for _, n in group)) for part, group in itertools.groupby(named, lambda one: one[0])]


def _stack(cell: Cell, name: str) -> ChartRow:
    parts = _parts_of_stack(cell.row)
    ends = [0, *itertools.accumulate(n for _, n in parts)]
    marks = [
        Mark(kind="bar", start=ends[number] / ends[-1], end=ends[number + 1] / ends[-1], style=f"part{number}")
        for number, (_, n) in enumerate(parts)
        if n
    ]
    return ChartRow(
        name=name, beneath=words.rests_on(ends[-1]), value=f"{parts[0][1]:,}", value_beneath="in the band",
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
    meaning="",
    heading="What becomes of the adverts we read",
)
SHARE = Kind(name="shares", part="share", make=_share)
DIFFERENCE = Kind(name="differences", part="difference", make=_in_points)
RATE = Kind(name="rates", part="rate", make=_rate, axis=functools.partial(rows.axis_for, say=percent_a_day))
SOURCES = Kind(name="kinds", part="pay", make=_source, axis=_in_dollars, heading="By kind of source")
PAY = Kind(name="pay", part="median", make=_pay, axis=_in_dollars, mark="band", meaning=KEY_OF_PAY)
SILENCE = Kind(
    name="silence",
    part="median",
    make=_silence,
    axis=_in_dollars,
    mark="dot",
    meaning="The dot is the median of adverts that state pay, the strong bar what it would be if the silent ones tend "
    "to pay less or more, the pale bar where it must lie whatever they pay, 19 times in 20.",
)
KINDS = (SOURCES, RATE, SHARE, DIFFERENCE, PAY)
"""Kinds of charts that are chosen by the numbers that cells have, in order of preference."""
