"""The pay explorer: pay by place, work and level, as data for the page's script and as the view that stands without it.

Each cell is shown as it was last printable, so that a place whose boards were not read for a while keeps its answer
with its day; a cell that is a figure of the catalogue shows that figure's published vintage. The script makes the same
sentences and rows of any choice (templates/pay.js); a test in a browser holds it to the view made here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from markupsafe import Markup

from reports.figures import query
from reports.figures.pay_figures import BASES, pay_id
from reports.figures.places import PLACES, Place
from reports.figures.query import Connection
from reports.figures.verdicts import MAX_STALE_DAYS
from reports.release import cells
from reports.release.numbers import Number, numbers_of
from reports.site import rows, words
from reports.site.rows import Axis, ChartRow, Mark
from reports.wording import notes
from reports.wording.levels import capitalise
from reports.wording.numbers import Row, day
from reports.wording.work import WORKS, name_work, split_work
from warehouse.mart_tables import Figures
from warehouse.marts.printing import JOBS, MAX_COUNTRY_SHARE

SQL = Path(__file__).with_name("sql") / "pay_cells.sql"
OWN = "advertised"
LEVELS = ("all", "entry", "mid", "mid_senior", "senior", "staff")
"""Levels that may be chosen, in the order of a career."""
PARTS = ("low", "median", "high", "p25", "p75")
"""Amounts of a cell, each with the ends of its interval, in the order in which the data have them."""
NEEDED = int(JOBS.bound)
FIRST_CHOICE = ("us", "ai_engineering", "mid_senior")
"""What is shown first, where it can be said."""


@dataclass(frozen=True, kw_only=True)
class Amounts:
    """Amounts per year in one money by part: the amount, None where only its interval may be said, and its ends."""

    currency: str
    parts: Mapping[str, tuple[float | None, float | None, float | None]]

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
    """Pay of one place, work and level from one kind of source. `amounts` are None where there are too few to say."""

    place: str
    work: str
    level: str
    basis: str
    day: date
    period: str
    n: int
    employers: int | None
    form: str
    amounts: Amounts | None
    local: Amounts | None = None
    place_currency: str | None = None
    price: float | None = None
    price_year: int | None = None
    figure: str | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is of."""
        return self.place, self.work, self.level


@dataclass(frozen=True, kw_only=True)
class Explorer:
    """All cells by place, work and level, the best kind of source first, and what may be chosen."""

    as_of: date
    cells: Mapping[tuple[str, str, str], Sequence[PayCell]]
    places: Sequence[Place]
    works: Sequence[str]
    choice: tuple[str, str, str] = field(default=FIRST_CHOICE)

    def best(self, key: tuple[str, str, str]) -> PayCell | None:
        """The cell of the best kind of source; None where nothing was counted."""
        found = self.cells.get(key)
        return found[0] if found else None


# --- reading ------------------------------------------------------------------------------------------------


def read_explorer(con: Connection, as_of: date, published: Sequence[Figures]) -> Explorer:
    """What the explorer shows on a day. `published` are the figures as they stand published."""
    text = query.fill_text(
        SQL.read_text(encoding="utf-8"),
        {
            "as_of": as_of,
            "first_day": as_of - timedelta(days=MAX_STALE_DAYS),
            "max_country_share": MAX_COUNTRY_SHARE,
        },
    )
    place_of = {(place.level, place.region): place for place in PLACES.values()}
    bases = cells.read_bases(con, as_of)
    figures = {row.figure: row for row in published}
    found: dict[tuple[str, str, str], list[PayCell]] = {}
    for row in query.read(con, text):
        place = place_of.get((row["region_level"], row["region"]))
        work = row["role_group"] if row["role"] == "all" else row["role"]
        if place is None or work not in WORKS or split_work(work) != (row["role_group"], row["role"]):
            continue
        if row["seniority_group"] not in LEVELS:
            continue
        basis = bases.get((row["region_level"], row["region"], row["basis"]))
        cell = _make_cell(row, place, work, basis, figures)
        if cell is not None:
            found.setdefault(cell.key, []).append(cell)
    for group in found.values():
        group.sort(key=lambda cell: (cell.form == words.FEW, BASES.index(cell.basis)))
    printed = [key for key, group in found.items() if group[0].form != words.FEW]
    places = sorted({key[0] for key in printed}, key=lambda slug: (PLACES[slug].level != "country", PLACES[slug].name))
    works = [work for work in WORKS if any(key[1] == work for key in printed)]
    return Explorer(
        as_of=as_of,
        cells=found,
        places=[PLACES[slug] for slug in places],
        works=works,
        choice=_choose_first(found, printed),
    )


def _choose_first(
    found: Mapping[tuple[str, str, str], Sequence[PayCell]], printed: Sequence[tuple[str, str, str]]
) -> tuple[str, str, str]:
    """The view that is shown first: the usual one, else what rests on most of our own adverts, firm ones first."""
    if FIRST_CHOICE in printed or not printed:
        return FIRST_CHOICE

    def order(key: tuple[str, str, str]) -> tuple[bool, bool, int, tuple[str, str, str]]:
        best = found[key][0]
        return best.form != words.FIRM, best.basis != OWN, -best.n, key

    return min(printed, key=order)


def _make_cell(
    row: Row, place: Place, work: str, basis: cells.Basis | None, figures: Mapping[str, Figures]
) -> PayCell | None:
    """A cell of a row of the mart; None where its kind of source says nothing that is shown here."""
    level, kind, on = row["seniority_group"], row["basis"], row["day"]
    figure = figures.get(pay_id(place.slug, work, level))
    is_figure = figure is not None and figure.basis == kind and _is_exactly(figure, work, level)
    if is_figure and figure is not None:
        row = {**row, **notes.rows_of(figure)[0], "status": figure.status, "reason": figure.reason}
        on = figure.period_to if kind == OWN and figure.period_to is not None else on
    common = {
        "place": place.slug,
        "work": work,
        "level": level,
        "basis": kind,
        "day": on,
        "n": row["n_jobs"] or 0,
        "employers": row["n_employers"] if kind == OWN else None,
        "period": _say_period(kind, on, basis),
        "figure": figure.figure if figure is not None and (is_figure or row["status"] == "suppressed") else None,
    }
    if row["status"] == "suppressed":
        return PayCell(**common, form=words.FEW, amounts=None)
    numbers = {number.part: number for number in numbers_of(row)}
    amounts = _amounts(numbers, "", row["currency"])
    if amounts.known("median") is None:
        return None
    is_point = all(amounts.value(part) is not None for part in ("low", "high")) or kind != OWN
    return PayCell(
        **common,
        form=words.sureness(row["status"], kind, is_point=is_point),
        amounts=amounts,
        local=_amounts(numbers, "local_", row["local_currency"]) if row.get("local_currency") else None,
        place_currency=row.get("place_currency"),
        price=row.get("price"),
        price_year=row.get("price_year"),
    )


def _is_exactly(figure: Figures, work: str, level: str) -> bool:
    """Whether what is published of a figure is of its own work and level, and not of a wider one."""
    found = notes.rows_of(figure)
    group, role = split_work(work)
    return bool(found) and (found[0]["role_group"], found[0]["role"], found[0]["seniority_group"]) == (
        group,
        role,
        level,
    )


def _say_period(kind: str, on: date, basis: cells.Basis | None) -> str:
    if kind == OWN or basis is None or basis.period_to is None:
        return day(on)
    return notes.words_of_period(kind, basis.period_from, basis.period_to).partition(" of ")[2]


def _amounts(numbers: Mapping[str, Number], prefix: str, currency: str) -> Amounts:
    found = {part: numbers[f"{prefix}{part}"] for part in PARTS if f"{prefix}{part}" in numbers}
    return Amounts(currency=currency, parts={part: (one.value, one.low, one.high) for part, one in found.items()})


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
    return _say(cell, "year", cell.amounts)


def _say(cell: PayCell, per: str, amounts: Amounts | None) -> str:
    place, work = PLACES[cell.place].in_words, f"{words.level_before(cell.level)}{name_work(cell.work)}"
    if amounts is None:
        return f"Too few adverts to say: {cell.n} of {NEEDED} for {work} jobs in {place}"
    low, high, median = (amounts.known(part) for part in ("low", "high", "median"))
    if cell.basis in ("reported", "official") or low is None or high is None:
        who = {"reported": "People report", "official": "Official statistics give"}.get(cell.basis, "Adverts offered")
        said = words.money(*(median or (0.0, 0.0)), amounts.currency, is_long=True)
        about = "a median of" if amounts.value("median") is not None else "a median somewhere in"
        return f"{who} {about} {said} a {per} for {work} jobs in {place}"
    by = "Adverts collected by others" if cell.basis == "advertised_third_party" else "Adverts"
    if low[0] == low[1] and high[0] == high[1]:
        said = words.money(low[0], high[0], amounts.currency, is_long=True)
        return f"{by} offered {said} a {per} for {work} jobs in {place}"
    first, last = (words.money(*ends, amounts.currency) for ends in (low, high))
    ends = ("" if low[0] == low[1] else "somewhere in ", "" if high[0] == high[1] else "somewhere in ")
    return f"{by} for {work} jobs in {place} offered from {ends[0]}{first} to {ends[1]}{last} a {per}"


def say_median(cell: PayCell, amounts: Amounts) -> str:
    """The line below the answer: the median and how far it is known."""
    value, ends = amounts.value("median"), amounts.ends("median")
    if value is None or cell.basis in ("reported", "official"):
        return ""
    said = words.money(value, value, amounts.currency, is_long=True)
    if ends is None or cell.form == words.OTHERS:
        return f"The median was {said}."
    low, high = (words.money(end, end, amounts.currency, is_long=True) for end in ends)
    return f"The median was {said} (between {low} and {high}, 19 times in 20)."


def view(explorer: Explorer, choice: tuple[str, str, str], *, page: str = "pay.html") -> View:
    """What a choice shows, by level, in US dollars a year."""
    place, work, level = choice
    cell = explorer.best(choice)
    levels = [explorer.best((place, work, other)) or _nothing(explorer, (place, work, other)) for other in LEVELS]
    drawn = [
        pay_row(one, name=capitalise(one.level), is_chosen=one.level == level, href=_address(one, page))
        for one in levels
    ]
    axis = pay_axis(drawn, "USD")
    shown = cell or _nothing(explorer, choice)
    facts = [("Rests on", words.rests_on(shown.n, shown.employers, shown.basis))] if shown.amounts else []
    if shown.amounts:
        facts.append(("As of" if shown.basis == OWN else "Of", shown.period))
        facts.append(("How sure", words.SURENESS[shown.form]))
    return View(
        kicker=f"Advertised pay · {words.KICKERS[shown.basis]}"
        if shown.basis.startswith(OWN)
        else f"Pay · {words.KICKERS[shown.basis]}",
        title=say_title(shown),
        dek=say_median(shown, shown.amounts) if shown.amounts else "",
        facts=facts,
        chart=rows.draw(drawn, axis, label=f"{name_work(work)} in {PLACES[place].in_words}, by level", classes="pay"),
        table=[table_line(one, capitalise(one.level)) for one in levels],
        cell=shown,
    )


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
        form=words.FEW,
        amounts=None,
    )


def _address(cell: PayCell, page: str) -> str:
    return f"{page}#place={cell.place}&role={cell.work}&level={cell.level}"


def pay_axis(drawn: Sequence[ChartRow], currency: str) -> Axis:
    """The axis of rows of pay."""
    return rows.axis_for(drawn, lambda amount: _tick(amount, currency))


def _tick(amount: float, currency: str) -> str:
    if not amount:
        return f"{words.sign(currency)}0"
    return f"{words.sign(currency)}{amount / 1_000:g}K" if amount >= 1_000 else f"{words.sign(currency)}{amount:g}"


def pay_row(
    cell: PayCell, *, name: str, is_chosen: bool = False, href: str = "", figure: str = "", badge: str = ""
) -> ChartRow:
    """A row of pay: the band, its middle half, the median, and brackets under the ends."""
    if cell.amounts is None:
        return ChartRow(
            name=name,
            needed=f"too few to say: {cell.n} of {NEEDED} needed",
            form=words.FEW,
            href=href,
            is_chosen=is_chosen,
            spoken=f"{name}: too few adverts to say, {cell.n} of {NEEDED} needed.",
            badge=badge,
        )
    value, beneath = say_value(cell.amounts)
    rests = words.rests_on(cell.n, cell.employers, cell.basis)
    return ChartRow(
        name=name,
        beneath=rests,
        value=value,
        value_beneath=beneath,
        form=cell.form,
        marks=_marks(cell),
        spoken=f"{name}: {value} a year, {beneath}, rests on {rests}. {words.SURENESS[cell.form]}.",
        href=href,
        is_chosen=is_chosen,
        figure=figure,
        badge=badge,
    )


def say_value(amounts: Amounts) -> tuple[str, str]:
    """The band, and the median below it: ("$150–245K", "median 190K"); of pay without a band its median alone."""
    low, high, median = (amounts.known(part) for part in ("low", "high", "median"))
    said_median = "" if median is None else words.money(*median, amounts.currency)
    if low is None or high is None:
        return said_median, "median"
    is_point = low[0] == low[1] and high[0] == high[1]
    value = words.money(low[0], high[1], amounts.currency)
    return (
        value if is_point else f"within {value}"
    ), f"median {said_median.removeprefix(words.sign(amounts.currency))}"


def _marks(cell: PayCell) -> tuple[Mark, ...]:
    amounts = cell.amounts
    if amounts is None:
        return ()
    found = []
    low, high, p25, p75 = (amounts.known(part) for part in ("low", "high", "p25", "p75"))
    if low is not None and high is not None:
        found.append(Mark(kind="band", start=low[0], end=high[1], style=cell.form))
    if p25 is not None and p75 is not None:
        found.append(Mark(kind="strong", start=p25[0], end=p75[1], style=cell.form))
    median, ends = amounts.value("median"), amounts.ends("median")
    if median is not None:
        found.append(Mark(kind="diamond" if cell.form == words.OTHERS else "dot", start=median, style=cell.form))
    elif ends is not None:
        found.append(Mark(kind="line", start=ends[0], end=ends[1], style=cell.form))
    if cell.basis == OWN:
        for part in ("low", "high"):
            if (bracket := amounts.ends(part)) is not None:
                found.append(Mark(kind="bracket", start=bracket[0], end=bracket[1]))
    return tuple(found)


TABLE_COLUMNS = ("", "Low end", "Median", "High end", "Rests on", "As of", "How sure")


def table_line(cell: PayCell, name: str) -> tuple[str, ...]:
    """A row of pay in words, for the table below its chart."""
    if cell.amounts is None:
        return (name, "–", "–", "–", f"{cell.n} of {NEEDED} needed", cell.period, words.SURENESS[words.FEW])
    said = (_with_ends(cell.amounts, part, is_own=cell.basis == OWN) for part in ("low", "median", "high"))
    rests = words.rests_on(cell.n, cell.employers, cell.basis)
    return (name, *said, rests, cell.period, words.SURENESS[cell.form].partition(":")[0])


def _with_ends(amounts: Amounts, part: str, *, is_own: bool) -> str:
    value, ends = amounts.value(part), amounts.ends(part)
    if value is None:
        return "–" if ends is None else f"within {words.money(*ends, amounts.currency)}"
    said = words.money(value, value, amounts.currency)
    if ends is None or not is_own:
        return said
    return f"{said} ({words.money(*ends, amounts.currency).removeprefix(words.sign(amounts.currency))})"


# --- the data of the script -------------------------------------------------------------------------------


def to_script(explorer: Explorer) -> bytes:
    """The data as a script that a page loads from a disk, too, where browsers refuse to read files: `PAY = {…}`."""
    chosen = {place.slug for place in explorer.places}
    listed = {
        ".".join(key): [_to_list(cell) for cell in group]
        for key, group in sorted(explorer.cells.items())
        if key[0] in chosen and key[1] in explorer.works
    }
    data: dict[str, Any] = {
        "as_of": explorer.as_of.isoformat(),
        "needed": NEEDED,
        "bases": list(BASES),
        "places": [[place.slug, place.name, place.in_words, place.in_continent or ""] for place in explorer.places],
        "works": [[work, name_work(work)] for work in explorer.works],
        "levels": [[level, capitalise(level), words.level_before(level)] for level in LEVELS],
        "groups": {work: split_work(work)[0] for work in explorer.works},
        "symbols": dict(words.SYMBOLS),
        "units": {**words.UNITS, OWN: ["job", "jobs"]},
        "kickers": dict(words.KICKERS),
        "sureness": dict(words.SURENESS),
        "choice": list(explorer.choice),
        "cells": listed,
    }
    return f"window.PAY = {json.dumps(data, ensure_ascii=False, separators=(',', ':'))};\n".encode()


def _to_list(cell: PayCell) -> list[Any]:
    head = [BASES.index(cell.basis), cell.form, cell.n, cell.employers, cell.period, cell.figure]
    if cell.amounts is None:
        return head
    money = [cell.place_currency, None if cell.price is None else round(cell.price, 5), cell.price_year]
    local = None if cell.local is None else [cell.local.currency, *_to_numbers(cell.local)]
    return [*head, [cell.amounts.currency, *_to_numbers(cell.amounts)], local, *money]


def _to_numbers(amounts: Amounts) -> Iterator[float | None]:
    for part in PARTS:
        for value in amounts.parts.get(part, (None, None, None)):
            yield None if value is None else round(value, 2)


def table_of_all(explorer: Explorer) -> Iterator[tuple[str, ...]]:
    """Every answer as a line of a table, for readers without scripts."""
    for place in explorer.places:
        for work in explorer.works:
            for level in LEVELS:
                cell = explorer.best((place.slug, work, level))
                if cell is not None and cell.amounts is not None:
                    yield place.name, name_work(work), capitalise(level), *table_line(cell, "")[1:]
