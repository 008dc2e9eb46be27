"""The rows of a figure as a chart: pay, shares, rates, kinds of source side by side, or parts of a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from reports.cells.cell import numbers_of
from reports.figures.catalogue import declaration_of
from reports.figures.pay_figures import say_instead
from reports.release.figure_files import named_rows
from reports.site import explorer, regions, rows, words
from reports.site.rows import ChartRow, Mark
from reports.wording import comparison, disclosure, frame, reported, silence
from reports.wording.amounts import is_point
from reports.wording.numbers import Row, category_name, interval, percent, rank
from warehouse.mart_tables import Figures

PAY, SHARE, RATE, KINDS, STACK = "pay", "shares", "rates", "kinds", "stack"
DIFFERENCE, SILENCE = "differences", "silence"


@dataclass(frozen=True, kw_only=True)
class DrawnChart:
    """A chart of a figure, how many of its rows are drawn of how many, and words for parts and marks."""

    kind: str
    chart: Markup
    n_rows: int
    n_all: int
    parts: Sequence[str] = ()
    key: str = ""


def kind_of(data_rows: Sequence[Row]) -> str | None:
    """Which chart rows can be drawn as; None where words and a table say all."""
    if not data_rows:
        return None
    columns = data_rows[0].keys()
    if "steps" in columns:
        return STACK
    if "usd" in columns:
        return KINDS
    if "rate" in columns:
        return RATE
    if "share" in columns and "form" in columns:
        return SHARE
    if "difference" in columns:
        return DIFFERENCE
    return PAY if "p50" in columns else None


MOST_ROWS, MOST_OF_SECTION, MOST_STACKS = 60, 12, 6
"""Most rows of a chart, on the figure's own page, among others, and of parts of a whole; the table below it has all."""


def draw(figure: Figures, most: int = MOST_ROWS) -> DrawnChart | None:
    """The chart of a printed figure; None where it has none."""
    pairs = list(named_rows(figure))
    kind = kind_of([row for _, row in pairs])
    if kind in (None, DIFFERENCE):  # a difference has rows on both sides, of several the table is plainer
        return None
    if is_of_silence(figure):
        kind, pairs = SILENCE, [(name, row) for name, row in pairs if silence.is_counted(row)]
    n_all = len(pairs)
    pairs = pairs[: min(most, MOST_STACKS) if kind == STACK else most]  # most places have nothing in the band
    chart_rows = to_rows(figure, pairs, kind)
    if not any(row.marks for row in chart_rows):
        return None
    if kind == PAY and (guide := guide_row(figure)) is not None:
        chart_rows.append(guide)
    axis = {
        PAY: lambda: explorer.pay_axis(chart_rows, "USD"),
        SILENCE: lambda: explorer.pay_axis(chart_rows, "USD"),
        KINDS: lambda: explorer.pay_axis(chart_rows, "USD"),
        SHARE: lambda: rows.axis_for(chart_rows, percent),
        RATE: lambda: rows.axis_for(chart_rows, percent_a_day),
        STACK: lambda: rows.Axis(highest=1.0, step=0.25, say=percent),
    }[kind]()
    parts = [part for part, _ in frame.parts_of(pairs[0][1])] if kind == STACK else ()
    return DrawnChart(
        kind=kind,
        chart=rows.draw(chart_rows, axis, label=words.plain(figure.title), classes=kind),
        n_rows=len(chart_rows),
        n_all=n_all,
        parts=parts,
        key=KEY_OF_SILENCE if kind == SILENCE else "",
    )


KEY_OF_SILENCE = (
    "The dot is the median of adverts that state pay, the strong bar what it would be if the silent ones tend to pay "
    "less or more, the pale bar where it must lie whatever they pay, 19 times in 20."
)


def is_of_silence(figure: Figures) -> bool:
    """Whether the rows of a figure are medians beside what silent adverts may change of them."""
    return declaration_of(figure.figure).arrange is silence.choose_counted


def to_rows(figure: Figures, pairs: Sequence[tuple[str | None, Row]], kind: str) -> list[ChartRow]:
    """The rows of a chart, each under its name; a single row is named by what it rests on."""
    entries = [(name_row(name, row), row) for name, row in pairs]
    if kind == DIFFERENCE:
        return [side for _, row in entries for side in _both_sides(row)]
    make = {PAY: _pay, SILENCE: _silence, KINDS: _kind_of_source, SHARE: _share, RATE: _rate, STACK: _stack}[kind]
    return [make(figure, name, row) for name, row in entries]


NAMES = {"any": "any of these"}
"""Names of rows that say nothing without their table's heading."""


def name_row(name: str | None, row: Row) -> str:
    """The name of a row; of one that stands alone its place."""
    if "experience" in row:
        name = reported.name_persons(row)
    if (region := regions.split_name(row)) is not None:
        return region[0]
    label = name or next(
        (str(row[column]) for column in ("place", "country_name", "name", "cell") if isinstance(row.get(column), str)),
        "",
    )
    label = words.plain(NAMES.get(label, label)).partition("; ")[0]
    label = label if "word" in row else words.capital(label)
    return label or words.capital(words.KICKERS.get(row.get("basis") or "", "this figure"))


def _pay(figure: Figures, name: str, row: Row) -> ChartRow:
    basis = row.get("basis") or figure.basis or ""
    instead = say_instead(row["rung"], basis, "") if row.get("rung") else ""
    answer = explorer.answer_of(row, basis, instead=instead, review=words.find_review(row.get("value")))
    chart_row = explorer.pay_row(answer, name=name)
    _, others = regions.split_name(row) or ("", "")
    return replace(chart_row, beneath="; ".join(filter(None, (chart_row.beneath, words.plain(others)))))


def guide_row(figure: Figures) -> ChartRow | None:
    """What the 2026 guide said of pay, a year, as a bracket; None where it said nothing."""
    then = declaration_of(figure.figure).baseline_values
    if not then:
        return None
    low, high = then.get("band_low", then.get("p50", 0.0)), then.get("band_high", then.get("p50", 0.0))
    return ChartRow(
        name="2026 guide",
        beneath="named no source",
        value=words.money(low, high, "USD"),
        value_beneath="a year",
        marks=(Mark(kind="bracket", start=low, end=high, style="guide"),),
        spoken=f"The 2026 guide said {words.money(low, high, 'USD')} a year.",
    )


def _share(figure: Figures, name: str, row: Row) -> ChartRow:
    form = row.get("form") or "point"
    low, high = row.get("share_lo"), row.get("share_hi")
    if form == "bounds":
        low, high = row.get("bound_lo"), row.get("bound_hi")
    is_point = form == "point"
    if is_point and row.get("share") is None:
        return ChartRow(name=name, form=words.FEW, needed="too few to say", spoken=f"{name}: too few to say.")
    ends = interval(row) if form != "bounds" else f"{percent(low or 0).removesuffix('%')}–{percent(high or 0)}"
    value = percent(row["share"]) if is_point else ends
    beside = {"point": ends if low is not None else "", "interval": "no point", "bounds": "silence leaves it open"}[
        form
    ]
    sure = words.sureness(row.get("status") or "published", None, is_point=is_point)
    ranks = _say_rank(row, form)
    n = row.get("n_jobs")
    return rows.share_row(
        name=name,
        share=row["share"] if is_point else None,
        low=low,
        high=high,
        form=sure,
        value=value,
        value_beneath=beside,
        beneath=words.rests_on(n, None, None) if _differ(figure) else "",
        spoken=f"{name}: {value}"
        + (f", between {ends}" if is_point and low is not None else "")
        + ranks
        + f". {words.SURENESS[sure]}.",
    )


def _say_rank(row: Row, form: str) -> str:
    """The rank of a row among its kind; nothing of places, which overlap, and of bounds, which leave any order open."""
    text = rank(row)
    if text == "–" or form == "bounds" or "region" in row:
        return ""
    return f", rank {text}" + (f" among {category_name(row['category']).lower()}" if row.get("category") else "")


def _differ(figure: Figures) -> bool:
    """Whether the rows of a figure rest on different numbers of jobs."""
    return len({row.get("n_jobs") for _, row in named_rows(figure)}) > 1


def percent_a_day(rate: float) -> str:
    """A rate of closing: 1.2%."""
    return f"{100 * rate:.1f}%"


def say_rate(row: Row) -> str:
    """A rate of closing, or its interval where that is too wide to name a point."""
    return percent_a_day(row["rate"]) if is_point(row, "rate") else _rate_ends(row)


def _rate_ends(row: Row) -> str:
    if row.get("rate_lo") is None or row.get("rate_hi") is None:
        return ""
    return f"{100 * row['rate_lo']:.1f}–{100 * row['rate_hi']:.1f}%"


def _rate(figure: Figures, name: str, row: Row) -> ChartRow:
    value, ends, has_point = say_rate(row), _rate_ends(row), is_point(row, "rate")
    bounds = f"between {ends}" if has_point and ends else ""
    form = words.sureness(row["status"], None, is_point=has_point)
    return rows.share_row(
        name=name,
        share=row["rate"] if has_point else None,
        low=row.get("rate_lo"),
        high=row.get("rate_hi"),
        form=form,
        value=value,
        value_beneath=ends if has_point else "no point",
        beneath=f"{row.get('n_closed', 0):,} closings" if row.get("n_closed") is not None else "",
        spoken=f"{name}: {', '.join(filter(None, (f'{value} a day', bounds)))}. {words.SURENESS[form]}.",
    )


def _kind_of_source(figure: Figures, name: str, row: Row) -> ChartRow:
    value, low, high = row["usd"], row.get("usd_lo"), row.get("usd_hi")
    number = next((one for one in numbers_of(row) if one.part == "pay"), None)
    is_point = number is None or number.value is not None
    basis = row.get("basis") or figure.basis
    form = words.sureness(row["status"], basis, is_point=is_point)
    interval_text = "" if low is None or high is None else words.money(low, high, "USD")
    amount = words.money(value, value, "USD") if is_point else f"within {interval_text}"
    ends = interval_text if is_point else ""
    what, of_kind = row.get("statistic") or "median", comparison.name_kind(row)
    name = words.capital(name or of_kind)
    is_said = name.lower().endswith(of_kind.lower())
    name = name[: len(name) - len(of_kind)].removesuffix(", ") or name if is_said else name
    return rows.share_row(
        name=name,
        share=value if is_point else None,
        low=low,
        high=high,
        form=form,
        value=amount,
        value_beneath=ends,
        beneath=what if name.lower() == of_kind.lower() else f"{of_kind}, {what}",
        spoken=f"{name}: {what} {amount}, {of_kind}. {words.SURENESS[form]}.",
    )


def _silence(figure: Figures, name: str, row: Row) -> ChartRow:
    """A median with what silent adverts may change of it: by odds, and at most."""
    median = explorer.answer_of(row, "advertised").number("median").known or (float(row["p50"]), float(row["p50"]))
    columns = {"band": "p50_bounds_lo p50_bounds_hi", "strong": "p50_if_odds_double p50_if_odds_half"}
    ends: dict[str, tuple[float, float]] = {
        kind: (float(row[low]), float(row[high]))
        for kind, (low, high) in ((kind, names.split()) for kind, names in columns.items())
        if row.get(low) is not None and row.get(high) is not None
    }
    marks = [Mark(kind=kind, start=low, end=high) for kind, (low, high) in ends.items()]
    is_point = median[0] == median[1]
    marks.append(Mark(kind="dot", start=median[0]) if is_point else Mark(kind="line", start=median[0], end=median[1]))
    ranges = {kind: words.money(low, high, "USD") for kind, (low, high) in ends.items()}
    bounds = f"within {ranges['band']}" if "band" in ranges else "no bounds" if row["n_silent"] else "all state pay"
    odds = f"; {ranges['strong']} if the silent ones pay less or more" if "strong" in ranges else ""
    value = words.money(median[0], median[1], "USD")
    return ChartRow(
        name=name,
        beneath=f"{silence.say_stated(row)} jobs state pay",
        value=value,
        value_beneath=bounds,
        form=words.sureness(row.get("status") or "published", None, is_point=is_point),
        marks=tuple(marks),
        spoken=f"{name}: median {value} a year, {bounds}{odds}; {silence.say_stated(row)} jobs state pay.",
        badge=words.find_review(row.get("value")),
    )


def _both_sides(row: Row) -> list[ChartRow]:
    """A difference within employers: the share on both sides, where they may be said, and the difference in points."""
    has_point = row["form"] == "point"
    sides = (("law in force", "share_both", "n_jobs_both"), ("no law that we know of", "share_other", "n_jobs_other"))
    share_rows = [
        rows.share_row(
            name=words.capital(name),
            share=row[share],
            low=None,
            high=None,
            form=words.FIRM,
            value=percent(row[share]),
            value_beneath="state pay",
            beneath=words.rests_on(row[n], None, None),
            spoken=f"{name}: {percent(row[share])} state pay.",
        )
        for name, share, n in sides
        if has_point
    ]
    ends = disclosure.say_ends(row)
    value = disclosure.say_points(row["difference"]) if has_point else ends.removesuffix(" points")
    form = words.sureness(row["status"], None, is_point=has_point)
    return [
        *share_rows,
        ChartRow(
            name="Difference in points",
            beneath=disclosure.GROUP_WORDS[row["role_group"]],
            value=value,
            value_beneath=ends.removesuffix(" points") if has_point else "no point",
            form=form,
            spoken=f"Difference: {value} points. {words.SURENESS[form]}.",
        ),
    ]


def _stack(figure: Figures, name: str, row: Row) -> ChartRow:
    parts = frame.parts_of(row)
    n_all = sum(n for _, n in parts) or 1
    marks, start = [], 0.0
    for number, (_, n) in enumerate(parts):
        if n:
            marks.append(Mark(kind="bar", start=start / n_all, end=(start + n) / n_all, style=f"part{number}"))
        start += n
    text = ", ".join(f"{n:,} {part}" for part, n in parts if n)
    return ChartRow(
        name=name,
        beneath=words.rests_on(n_all, None, None),
        value=f"{parts[0][1]:,}",
        value_beneath="in the band",
        marks=tuple(marks),
        spoken=f"{name}: {text}.",
    )
