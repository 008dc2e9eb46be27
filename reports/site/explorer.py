"""The pay explorer: pay by place, work and level, as data for the page's script and as the view that stands without it.

Each cell is shown as it was last printable, so that a place whose boards were not read for a while keeps its answer
with its day; a cell that is a figure of the catalogue shows that figure's published vintage. The script makes the same
sentences and rows of any choice (templates/pay.js); a test in a browser holds it to the view made here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from markupsafe import Markup

from reports.cells.cell import (
    FEW,
    FIRM,
    MEDIAN_OF_PANEL,
    OTHERS,
    WORDS,
    Cell,
    Number,
    Rests,
    judge_sureness,
    numbers_of,
)
from reports.cells.published import read_published
from reports.figures.pay_figures import KIND_OF_MARKET, LOCAL, MIXED, say_instead
from reports.figures.places import PLACES, Place
from reports.figures.query import Connection
from reports.release.licences import Licence, combine, licence_of
from reports.site import rows, words
from reports.site.rows import Axis, ChartRow, Mark
from reports.wording import notes
from reports.wording.bases import BASES, NAMED
from reports.wording.levels import capitalise
from reports.wording.numbers import SAMPLE_WORDS, Row, day
from reports.wording.pay import find_head, name_place
from reports.wording.work import WORKS, name_work, split_work
from warehouse.mart_tables import Figures
from warehouse.marts.printing import JOBS

OWN = "advertised"
LEVELS = ("all", "entry", "mid", "mid_senior", "senior", "staff")
"""Levels that may be chosen, in the order of a career."""
PARTS = ("low", "median", "high", "p25", "p75")
"""Amounts of a cell, each with the ends of its interval, in the order in which the data have them.

Behind them stands `MEDIAN_OF_PANEL` with its jobs and employers, in cells that have it.
"""
NEEDED = int(JOBS.bound)
CLOSEST, EVERY_LEVEL = "The closest answer", "every level"
"""What the first line says of an answer that is of something else, and of one that counts every level."""
FIRST_CHOICE = ("us", "ai_engineering", "mid_senior")
"""What is shown first, where it can be said."""


@dataclass(frozen=True, kw_only=True)
class Amounts:
    """Amounts per year in one money by part: the amount, None where only its interval may be said, and its ends.

    `of_panel` are the jobs and employers of `MEDIAN_OF_PANEL`, where that may be said.
    """

    currency: str
    parts: Mapping[str, tuple[float | None, float | None, float | None]]
    of_panel: tuple[int, int] | None = None

    def value(self, part: str) -> float | None:
        """An amount that may be printed itself."""
        return self.parts.get(part, (None,))[0]

    def ends(self, part: str) -> tuple[float, float] | None:
        """The interval of an amount."""
        _, low, high = self.parts.get(part, (None, None, None))
        return None if low is None or high is None else (low, high)

    def known(self, part: str) -> tuple[float, float] | None:
        """An amount as a range: itself twice, or its interval where that stands in its place."""
        value = self.value(part)
        return (value, value) if value is not None else self.ends(part)


@dataclass(frozen=True, kw_only=True)
class PayCell:
    """Pay of one place, work and level from one kind of source.

    `amounts` are None where there are too few to say, or, in another money than asked for, with `why`. `counted` is the
    work that was counted where it is wider than `work`, `instead` what stands in the place of adverts at that level ("a
    survey, every level"). `is_old` says that nothing newer could be printed since,
    `review` since when another vintage waits. `licence` is what the amounts may be used under.
    """

    place: str
    work: str
    level: str
    basis: str
    day: date
    period: str
    n: int | None
    employers: int | None
    form: str
    amounts: Amounts | None
    local: Amounts | None = None
    place_currency: str | None = None
    price: float | None = None
    price_year: int | None = None
    figure: str | None = None
    counted: str = ""
    instead: str = ""
    is_old: bool = False
    review: str = ""
    licence: str = ""
    why: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is of."""
        return self.place, self.work, self.level


@dataclass(frozen=True, kw_only=True)
class Explorer:
    """Pay by place, work and level, each from the best kind of source, and what may be chosen.

    `heads` are the countries that stand for regions of which they have nearly all jobs.
    """

    as_of: date
    cells: Mapping[tuple[str, str, str], PayCell]
    places: Sequence[Place]
    works: Sequence[str]
    choice: tuple[str, str, str] = field(default=FIRST_CHOICE)
    heads: Mapping[str, str] = field(default_factory=dict)

    def best(self, key: tuple[str, str, str]) -> PayCell | None:
        """A cell in US dollars; None where nothing was counted."""
        cell = self.cells.get(key)
        return None if cell is None else _in_dollars(cell)


# --- reading ------------------------------------------------------------------------------------------------


def read_explorer(con: Connection, as_of: date, figures: Sequence[Figures]) -> Explorer:
    """What the explorer shows on a day. `figures` are as they stand published.

    A figure of the catalogue says what it says everywhere else, also where it counts wider work; of the others each
    cell is shown whose sources let it be passed on.
    """
    pay_cells: dict[tuple[str, str, str], PayCell] = {}
    every = read_published(con, as_of, kinds=["pay"], also_withheld=True)
    for published in sorted(every, key=lambda cell: cell.kind != PAY_IDS):
        is_own_market = published.kind == PAY_IDS or (published.kind == MIXED_IDS and published.basis in OF_PERSONS)
        if not is_own_market or published.row["is_of_one"] or published.item not in LEVELS:
            continue
        cell = _cell_of(published)
        if cell is not None:
            pay_cells[cell.key] = min(pay_cells.get(cell.key, cell), cell, key=_order_of_kinds)
    figure_cells = [_cell_of_figure(figure) for figure in figures if figure.value is not None]
    pay_cells.update({cell.key: cell for cell in figure_cells if cell is not None})
    keys = [key for key, cell in pay_cells.items() if cell.form != FEW]
    places = sorted({key[0] for key in keys}, key=lambda slug: (PLACES[slug].level != "country", PLACES[slug].name))
    works = [work for work in WORKS if any(key[1] == work for key in keys)]
    return Explorer(
        as_of=as_of,
        cells=pay_cells,
        places=[PLACES[slug] for slug in places],
        works=works,
        choice=_choose_first(pay_cells, keys),
        heads=_find_heads(figures, places),
    )


def _find_heads(figures: Sequence[Figures], places: Sequence[str]) -> dict[str, str]:
    """The countries that stand for the regions of published figures, where they may be chosen and these may not."""
    heads = {}
    for figure in figures:
        kind, _, rest = figure.figure.partition(".")
        place = PLACES.get(rest.partition(".")[0])
        if kind == PAY_IDS and place is not None and place.level != "country" and place.slug not in places:
            head = find_head(notes.rows_of(figure))
            if head is not None and head["country"].lower() in places:
                heads[place.slug] = str(head["country"]).lower()
    return heads


def _order_of_kinds(cell: PayCell) -> tuple[bool, int]:
    return cell.form == FEW, NAMED.index(cell.basis)


def _choose_first(
    pay_cells: Mapping[tuple[str, str, str], PayCell], keys: Sequence[tuple[str, str, str]]
) -> tuple[str, str, str]:
    """The view that is shown first: the usual one, else what rests on most of our own adverts, firm ones first."""
    if FIRST_CHOICE in keys or not keys:
        return FIRST_CHOICE

    def order(key: tuple[str, str, str]) -> tuple[bool, bool, int, tuple[str, str, str]]:
        best = pay_cells[key]
        return best.form != FIRM, best.basis != OWN, -(best.n or 0), key

    return min(keys, key=order)


def _cell_of(published: Cell) -> PayCell | None:
    """A published cell as the explorer shows it; None where it may not be passed on, or says nothing that is shown."""
    licence = combine(published.rests.sources)
    if not isinstance(licence, Licence):
        return None
    row = {**published.row, "status": "published" if published.status == "stale" else published.status}
    cell = _fill_cell(row, published.place, published.work, published.item, published.basis)
    if cell is None:
        return None
    return replace(
        cell,
        day=published.row["as_of"],
        period=_say_period(published.basis, published.row["as_of"], published.rests),
        instead=say_instead(None, published.basis, cell.level),
        is_old=published.status == "stale",
        licence=licence.in_short,
    )


def _cell_of_figure(figure: Figures) -> PayCell | None:
    """The cell that a printed figure of the catalogue is, as it stands published; None for all others."""
    parts = figure.figure.split(".")
    if len(parts) != 4 or parts[0] != PAY_IDS or parts[1] not in PLACES or parts[3] not in LEVELS:
        return None
    _, place, work, level = parts
    row, basis = notes.rows_of(figure)[0], figure.basis or ""
    licence = licence_of(figure.kind, figure.sources)
    if work not in WORKS or row.get("p50") is None or not isinstance(licence, Licence):
        return None
    if PLACES[place].level != "country" and name_place([row], place) != place:
        return None  # nearly all one country, which stands for it
    cell = _fill_cell(row, place, work, level, basis)
    if cell is None:
        return None
    role = row["role_group"] if row["role"] == "all" else row["role"]
    period = notes.describe_period(figure).removeprefix("read ")
    return replace(
        cell,
        day=figure.period_to or figure.as_of,
        period=period.partition(" of ")[2] or period,
        figure=figure.figure,
        counted="" if role == work else name_work(role),
        instead=say_instead(figure.rung, basis, level),
        is_old=figure.status == "stale",
        review=words.review(figure),
        licence=licence.in_short,
    )


PAY_IDS, MIXED_IDS = KIND_OF_MARKET[LOCAL], KIND_OF_MARKET[MIXED]
"""The first part of ids of pay in a place's own market, and of pay of all markets together."""
OF_PERSONS = ("reported", "official")
"""Bases of pay of persons, who live there whoever pays."""


def _fill_cell(row: Row, place: str, work: str, level: str, kind: str) -> PayCell | None:
    """A cell with the amounts of a row; None where its median may not be said in any form."""
    is_few = row.get("status") == "suppressed"
    numbers = {} if is_few else {number.part: number for number in numbers_of(row)}
    amounts = None if is_few else _amounts(numbers, "", row.get("currency") or "USD")
    if amounts is not None and amounts.known("median") is None:
        return None
    is_point = amounts is not None and all(amounts.value(part) is not None for part in ("low", "high"))
    status = "low" if row.get("is_low") else row.get("status") or "published"
    return PayCell(
        place=place,
        work=work,
        level=level,
        basis=kind,
        day=date.min,
        period="",
        n=row["n_jobs"],
        employers=row["n_employers"] if kind == OWN else None,
        form=judge_sureness(status, kind, is_point=is_point),
        amounts=amounts,
        local=_amounts(numbers, "local_", row["local_currency"]) if row.get("local_currency") and not is_few else None,
        place_currency=row.get("place_currency"),
        price=row.get("price"),
        price_year=row.get("price_year"),
    )


def _in_dollars(cell: PayCell) -> PayCell:
    """A cell as it is shown among amounts in US dollars: those in another money have words in their place."""
    if cell.amounts is None or cell.amounts.currency == "USD":
        return cell
    return replace(cell, amounts=None, why=f"known in {cell.amounts.currency} only")


def _say_period(kind: str, on: date, rests: Rests) -> str:
    if kind == OWN or rests.period_to is None:
        return day(on)
    return notes.words_of_period(kind, rests.period_from, rests.period_to).partition(" of ")[2]


def amounts_of(row: Row) -> Amounts:
    """The amounts of a row of pay in the money that it is in."""
    numbers = {number.part: number for number in numbers_of(row)}
    return _amounts(numbers, "", row.get("currency") or "USD")


def _amounts(numbers: Mapping[str, Number], prefix: str, currency: str) -> Amounts:
    parts = (*PARTS, MEDIAN_OF_PANEL)
    by_part = {part: numbers[f"{prefix}{part}"] for part in parts if f"{prefix}{part}" in numbers}
    return Amounts(
        currency=currency,
        parts={part: (one.value, one.low, one.high) for part, one in by_part.items()},
        of_panel=by_part[MEDIAN_OF_PANEL].counts if MEDIAN_OF_PANEL in by_part else None,
    )


# --- the view without a script ------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class View:
    """What one choice shows: kicker, title, line below it, facts, and the chart of its levels with its table."""

    kicker: str
    title: str
    dek: str
    facts: Sequence[tuple[str, str]]
    chart: Markup
    table: Sequence[Sequence[str]]
    cell: PayCell | None


def say_title(cell: PayCell) -> str:
    """The answer as a sentence, in US dollars a year."""
    amounts = cell.amounts
    place, every = PLACES[cell.place].in_words, cell.instead.endswith(EVERY_LEVEL)
    level, work = "" if every else words.level_before(cell.level), cell.counted or name_work(cell.work)
    work = f"{level}{work} jobs{' of every level' if every else ''}"
    if amounts is None:
        phrase = words.capital(cell.why) or f"Too few adverts to say: {cell.n or 0} of {NEEDED}"
        return f"{phrase}{':' if cell.why else ' for'} {work} in {place}"
    low, high, median = (amounts.known(part) for part in ("low", "high", "median"))
    if cell.basis in ("reported", "official") or low is None or high is None:
        who = {"reported": "People report", "official": "Official statistics give"}.get(cell.basis, "Adverts offered")
        phrase = words.money(*(median or (0.0, 0.0)), amounts.currency, is_long=True)
        about = "a median of" if amounts.value("median") is not None else "a median somewhere in"
        return f"{who} {about} {phrase} a year for {work} in {place}"
    by = "Adverts collected by others" if cell.basis == "advertised_third_party" else "Adverts"
    if low[0] == low[1] and high[0] == high[1]:
        phrase = words.money(low[0], high[0], amounts.currency, is_long=True)
        return f"{by} offered {phrase} a year for {work} in {place}"
    first, last = (words.money(*ends, amounts.currency) for ends in (low, high))
    ends = ("" if low[0] == low[1] else "somewhere in ", "" if high[0] == high[1] else "somewhere in ")
    return f"{by} for {work} in {place} offered from {ends[0]}{first} to {ends[1]}{last} a year"


def say_median(cell: PayCell, amounts: Amounts) -> str:
    """The median of all boards and how far it is known; "" where a figure of others, or the title, says it."""
    value, ends = amounts.value("median"), amounts.ends("median")
    if value is None or cell.basis in ("reported", "official"):
        return ""
    median = words.money(value, value, amounts.currency, is_long=True)
    if ends is None or cell.form == OTHERS:
        return f"The median was {median}."
    low, high = (words.money(end, end, amounts.currency, is_long=True) for end in ends)
    return f"The median was {median} (between {low} and {high}, 19 times in 20)."


def say_median_of_panel(amounts: Amounts) -> str:
    """The median of jobs on boards drawn at random, how far it is known and what it rests on; "" where none is said."""
    ends = amounts.ends(MEDIAN_OF_PANEL)
    if ends is None or amounts.of_panel is None:
        return ""
    low, high = (words.money(end, end, amounts.currency, is_long=True) for end in ends)
    interval, value = f"between {low} and {high}, 19 times in 20", amounts.value(MEDIAN_OF_PANEL)
    rests = words.rests_on(*amounts.of_panel, OWN)
    median = interval if value is None else f"{words.money(value, value, amounts.currency, is_long=True)} ({interval})"
    return f"The median of jobs on {SAMPLE_WORDS['panel']} alone was {median}: {rests}."


def say_dek(cell: PayCell, amounts: Amounts) -> str:
    """The line below the answer: both medians, as far as they may be said."""
    return " ".join(filter(None, (say_median(cell, amounts), say_median_of_panel(amounts))))


def view(explorer: Explorer, choice: tuple[str, str, str]) -> View:
    """What a choice shows, by level, in US dollars a year."""
    place, work, level = choice
    cell = explorer.best(choice)
    levels = [explorer.best((place, work, other)) or _nothing(explorer, (place, work, other)) for other in LEVELS]
    chart_rows = [
        pay_row(one, name=capitalise(one.level), is_chosen=one.level == level, href=address_of(one)) for one in levels
    ]
    axis = pay_axis(chart_rows, "USD")
    main_cell = cell or _nothing(explorer, choice)
    rests = words.rests_on(main_cell.n, main_cell.employers, main_cell.basis)
    facts = [("Rests on", rests)] if main_cell.amounts and rests else []
    if main_cell.amounts:
        facts.append(("As of" if main_cell.basis == OWN else "Of", main_cell.period))
        facts.append(("How sure", say_sureness(main_cell)))
    return View(
        kicker=say_kicker(main_cell),
        title=say_title(main_cell),
        dek=say_dek(main_cell, main_cell.amounts) if main_cell.amounts else "",
        facts=facts,
        chart=rows.draw(
            chart_rows, axis, label=f"{name_work(work)} in {PLACES[place].in_words}, by level", classes="pay"
        ),
        table=[table_line(one, capitalise(one.level)) for one in levels],
        cell=main_cell,
    )


def say_kicker(cell: PayCell) -> str:
    """The first line: what stands in the place of what was asked for, if anything does, and the kind of source."""
    kind = f"{'Advertised pay' if cell.basis.startswith(OWN) else 'Pay'} · {BASES[cell.basis].words}"
    return f"{CLOSEST}: {cell.instead} · {kind}" if cell.instead else kind


def name_row(cell: PayCell, name: str) -> str:
    """The name of a row, and what it counts instead where that is something else."""
    return f"{name} ({cell.instead})" if cell.instead and cell.amounts else name


def say_sureness(cell: PayCell) -> str:
    """How sure a cell is, and whether it is old or waits for review."""
    parts = [words.SURENESS[cell.form], "nothing newer since" if cell.is_old else "", cell.review]
    return "; ".join(filter(None, parts))


def _nothing(explorer: Explorer, key: tuple[str, str, str]) -> PayCell:
    place, work, level = key
    return PayCell(
        place=place,
        work=work,
        level=level,
        basis=OWN,
        day=explorer.as_of,
        period=day(explorer.as_of),
        n=0,
        employers=None,
        form=FEW,
        amounts=None,
    )


def address_of(cell: PayCell) -> str:
    """Where the explorer shows a cell."""
    return f"pay.html#place={cell.place}&role={cell.work}&level={cell.level}"


def pay_axis(chart_rows: Sequence[ChartRow], currency: str) -> Axis:
    """The axis of rows of pay."""
    return rows.axis_for(chart_rows, lambda amount: _tick(amount, currency))


def _tick(amount: float, currency: str) -> str:
    if not amount:
        return f"{words.sign(currency)}0"
    return f"{words.sign(currency)}{amount / 1_000:g}K" if amount >= 1_000 else f"{words.sign(currency)}{amount:g}"


def pay_row(cell: PayCell, *, name: str, is_chosen: bool = False, href: str = "", figure: str = "") -> ChartRow:
    """A row of pay: the band, its middle half, the median, and brackets under the ends."""
    if cell.amounts is None:
        count = f"{cell.n or 0} of {NEEDED} needed"
        when = f" in {words.month(cell.day)}" if cell.is_old else ""
        return ChartRow(
            name=name,
            needed=cell.why or f"too few to say: {count}{when}",
            form=WORDS if cell.why else FEW,
            href=href,
            is_chosen=is_chosen,
            spoken=f"{name}: {cell.why}." if cell.why else f"{name}: too few adverts to say, {count}{when}.",
        )
    value, beneath = say_value(cell.amounts)
    rests, name = _say_rests(cell), name_row(cell, name)
    return ChartRow(
        name=name,
        beneath=rests,
        value=value,
        value_beneath=beneath,
        form=cell.form,
        marks=_marks(cell),
        spoken=f"{name}: {value} a year, {beneath}{', rests on ' if rests else ''}{rests}. {say_sureness(cell)}.",
        href=href,
        is_chosen=is_chosen,
        figure=figure,
        badge=cell.review,
    )


def _say_rests(cell: PayCell) -> str:
    """What a cell rests on, with the work that was counted where it is wider."""
    return "; ".join(filter(None, (cell.counted, words.rests_on(cell.n, cell.employers, cell.basis))))


def say_value(amounts: Amounts) -> tuple[str, str]:
    """The band, and the median below it: ("$150–245K", "median 190K"); of pay without a band its median alone."""
    low, high, median = (amounts.known(part) for part in ("low", "high", "median"))
    median_text = "" if median is None else words.money(*median, amounts.currency)
    if low is None or high is None:
        return (median_text if amounts.value("median") is not None else f"within {median_text}"), "median"
    is_point = low[0] == low[1] and high[0] == high[1]
    value = words.money(low[0], high[1], amounts.currency)
    return (
        value if is_point else f"within {value}"
    ), f"median {median_text.removeprefix(words.sign(amounts.currency))}"


def _marks(cell: PayCell) -> tuple[Mark, ...]:
    amounts = cell.amounts
    if amounts is None:
        return ()
    marks = []
    low, high, p25, p75 = (amounts.known(part) for part in ("low", "high", "p25", "p75"))
    if low is not None and high is not None:
        marks.append(Mark(kind="band", start=low[0], end=high[1], style=cell.form))
    if p25 is not None and p75 is not None:
        marks.append(Mark(kind="strong", start=p25[0], end=p75[1], style=cell.form))
    median, ends = amounts.value("median"), amounts.ends("median")
    if median is not None:
        marks.append(Mark(kind="diamond" if cell.form == OTHERS else "dot", start=median, style=cell.form))
    elif ends is not None:
        marks.append(Mark(kind="line", start=ends[0], end=ends[1], style=cell.form))
    if cell.basis == OWN:
        for part in ("low", "high"):
            if (bracket := amounts.ends(part)) is not None:
                marks.append(Mark(kind="bracket", start=bracket[0], end=bracket[1]))
    return tuple(marks)


TABLE_COLUMNS = ("", "Low end", "Median", "High end", "Rests on", "As of", "How sure")


def table_line(cell: PayCell, name: str) -> tuple[str, ...]:
    """A row of pay in words, for the table below its chart."""
    if cell.amounts is None:
        lacks = cell.why or f"{cell.n or 0} of {NEEDED} needed"
        return (name, "–", "–", "–", lacks, cell.period, words.SURENESS[FEW])
    low, median, high = (with_ends(cell.amounts, part, is_own=cell.basis == OWN) for part in ("low", "median", "high"))
    if cell.amounts.known(MEDIAN_OF_PANEL) is not None:
        median += f"; {SAMPLE_WORDS['panel']}: {with_ends(cell.amounts, MEDIAN_OF_PANEL, is_own=True)}"
    return (name_row(cell, name), low, median, high, _say_rests(cell), cell.period, say_sureness(cell))


def with_ends(amounts: Amounts, part: str, *, is_own: bool) -> str:
    """An amount with its interval, where it has one that may be said; or the interval in its place."""
    value, ends = amounts.value(part), amounts.ends(part)
    if value is None:
        return "–" if ends is None else f"within {words.money(*ends, amounts.currency)}"
    money = words.money(value, value, amounts.currency)
    if ends is None or not is_own:
        return money
    return f"{money} ({words.money(*ends, amounts.currency).removeprefix(words.sign(amounts.currency))})"


# --- the data of the script -------------------------------------------------------------------------------


def to_script(explorer: Explorer) -> bytes:
    """The data as a script that a page loads from a disk, too, where browsers refuse to read files: `PAY = {…}`."""
    slugs = {place.slug for place in explorer.places}
    instead = sorted({cell.instead for cell in explorer.cells.values()} | {""})
    pay_cells = {
        ".".join(key): _to_list(cell, instead)
        for key, cell in sorted(explorer.cells.items())
        if key[0] in slugs and key[1] in explorer.works
    }
    data: dict[str, Any] = {
        "as_of": explorer.as_of.isoformat(),
        "needed": NEEDED,
        "closest": CLOSEST,
        "instead": instead,
        "bases": list(NAMED),
        "places": [[place.slug, place.name, place.in_words, place.in_continent or ""] for place in explorer.places],
        "others": {place.slug: place.in_words for place in PLACES.values() if place.slug not in slugs},
        "heads": dict(sorted(explorer.heads.items())),
        "works": [[work, name_work(work)] for work in explorer.works],
        "levels": [[level, capitalise(level), words.level_before(level)] for level in LEVELS],
        "groups": {work: split_work(work)[0] for work in explorer.works},
        "symbols": dict(words.SYMBOLS),
        "units": {basis: BASES[basis].unit for basis in NAMED},
        "kickers": {basis: BASES[basis].words for basis in NAMED},
        "sureness": dict(words.SURENESS),
        "panel": SAMPLE_WORDS["panel"],
        "choice": list(explorer.choice),
        "cells": pay_cells,
    }
    return f"window.PAY = {json.dumps(data, ensure_ascii=False, separators=(',', ':'))};\n".encode()


def _to_list(cell: PayCell, instead: Sequence[str]) -> list[Any]:
    head = [
        NAMED.index(cell.basis), cell.form, cell.n, cell.employers, cell.period, cell.figure, cell.counted,
        words.month(cell.day) if cell.is_old else 0, cell.review, cell.licence,
        instead.index(cell.instead),
    ]  # fmt: skip
    if cell.amounts is None:
        return head
    money = [cell.place_currency, None if cell.price is None else round(cell.price, 5), cell.price_year]
    local = None if cell.local is None else [cell.local.currency, *_to_numbers(cell.local)]
    return [*head, [cell.amounts.currency, *_to_numbers(cell.amounts)], local, *money]


def _to_numbers(amounts: Amounts) -> Iterator[float | None]:
    for part in PARTS:
        for value in amounts.parts.get(part, (None, None, None)):
            yield None if value is None else round(value, 2)
    if amounts.of_panel is not None:
        for value in (*amounts.parts[MEDIAN_OF_PANEL], *amounts.of_panel):
            yield None if value is None else round(value, 2)


def table_of_all(explorer: Explorer) -> Iterator[tuple[str, ...]]:
    """Every answer as a line of a table, for readers without scripts."""
    for place in explorer.places:
        for work in explorer.works:
            for level in LEVELS:
                cell = explorer.best((place.slug, work, level))
                if cell is not None and cell.amounts is not None:
                    yield place.name, name_work(work), *table_line(cell, capitalise(level))
