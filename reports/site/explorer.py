"""The pay explorer: pay by place, work and level, for the page's script and for the view without a script.

Each answer is the last one that could be printed, with its day. An answer that is a figure of the catalogue shows the
published vintage of that figure. The script gets each answer in every money and period, ready to be shown. A browser
test compares the script's first view with the view made here.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from reports.cells.cell import FEW, FIRM, MEDIAN_OF_PANEL, OTHERS, WORDS, Cell, Number
from reports.cells.of_figure import cells_of
from reports.figures.declared.pay_figures import KIND_OF_MARKET, LOCAL, MIXED, say_instead
from reports.figures.places import PLACES, Place
from reports.release.licences import Licence, combine, licence_of
from reports.site import rows, words
from reports.site.rows import Axis, ChartRow, Mark
from reports.wording import notes, pay
from reports.wording.bases import BASES, NAMED, OWN
from reports.wording.levels import capitalise
from reports.wording.numbers import SAMPLE_WORDS, day, head_jobs, say_platform, upper_first
from reports.wording.work import WORKS, name_work, split_work
from warehouse.mart_tables import Figures
from warehouse.marts.printing import EMPLOYERS

LEVELS = ("all", "entry", "mid", "mid_senior", "senior", "staff")
"""Levels to choose from, in the order of a career."""
FIRST_CHOICE = ("us", "ai_engineering", "mid_senior")
"""The answer shown first, if it has amounts."""
PAY_IDS, MIXED_IDS = KIND_OF_MARKET[LOCAL], KIND_OF_MARKET[MIXED]
"""The first part of ids of figures of pay: in a place's own market, and in all markets together."""
OF_PERSONS = {"reported": "People report", "official": "Official statistics give"}
"""Bases that count persons living at a place, each with the first words of titles."""

Key = tuple[str, str, str]
_NOTHING = Number(part="", value=None, low=None, high=None, unit="", form="")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A cell of pay as the explorer shows it. The item of the cell is a level.

    `counted` is the work that was counted, if it is wider than the work asked for. `instead` says what was counted in
    place of adverts at that level ("a survey, every level"). `review` says since when a newer vintage has been waiting.
    `why` says why there is no amount in the chosen money. `money` is the prefix of the names of the numbers in that
    money: "local_" for the local currency, "" otherwise. `prices` says at which prices amounts are shown ("" for the
    place's own). `per` is what amounts are stated for, such as "year" or "month at US prices of 2024"; yearly amounts
    are divided by `by` to get them.
    """

    cell: Cell
    period: str = ""
    counted: str = ""
    instead: str = ""
    is_old: bool = False
    review: str = ""
    licence: str = ""
    why: str = ""
    money: str = ""
    prices: str = ""
    per: str = "year"
    by: float = 1.0

    @property
    def key(self) -> Key:
        """Place, work and level."""
        return self.cell.place, self.cell.work, self.cell.item

    @property
    def is_own(self) -> bool:
        """Whether the answer counts adverts that we read."""
        return self.cell.basis == OWN

    @property
    def has_amounts(self) -> bool:
        """Whether there are amounts in the chosen currency."""
        return bool(self.cell.numbers) and not self.why

    @property
    def currency(self) -> str:
        """The currency of the amounts, or "PPP" for dollars at US prices."""
        return "PPP" if self.prices else self.cell.row.get(f"{self.money}currency") or "USD"

    @property
    def what(self) -> str:
        """The jobs that were counted: "senior AI engineering jobs in Germany"."""
        place, work, level = self.key
        is_every = self.instead.endswith("every level")
        before, after = ("", " of every level") if is_every else (words.level_before(level), "")
        return f"{before}{self.counted or name_work(work)} jobs{after} in {PLACES[place].in_words}"

    @property
    def rests(self) -> str:
        """The number of jobs and employers that were counted, and the only platform that they are on, if any."""
        counts = words.rests_on(self.cell.n, self.cell.employers if self.is_own else None, self.cell.basis)
        return " ".join(filter(None, (counts, say_platform(self.cell.row))))

    @property
    def rests_on_work(self) -> str:
        """The number of jobs and employers; the counted work comes first if it is wider than the chosen work."""
        return "; ".join(filter(None, (self.counted, self.rests)))

    @property
    def lacks(self) -> str:
        """What is missing for an amount."""
        return self.why or words.plain(self.cell.reason or "").removeprefix("too few: ")

    @property
    def sureness(self) -> str:
        """How certain the answer is, whether it is old, and whether it is under review."""
        parts = (words.SURENESS[self.cell.sureness], "nothing newer since" if self.is_old else "", self.review)
        return "; ".join(filter(None, parts))

    @property
    def address(self) -> str:
        """The link to the answer in the explorer."""
        place, work, level = self.key
        return f"pay.html#place={place}&role={work}&level={level}"

    def number(self, part: str) -> Number:
        """Return the number of a part in the chosen money and period; an empty number if there is none."""
        number = self.cell.numbers.get(f"{self.money}{part}", _NOTHING)
        amounts = (number.value, number.low, number.high)
        value, low, high = (amount if amount is None else amount / self.by for amount in amounts)
        return replace(number, value=value, low=low, high=high)

    def write(self, low: float, high: float, *, is_long: bool = False, is_bare: bool = False) -> str:
        """Write an amount or a range in the currency of the answer. `is_bare` leaves out the currency sign."""
        text = words.money(low, high, self.currency, is_long=is_long)
        return text.removeprefix(words.sign(self.currency)) if is_bare else text


@dataclass(frozen=True, kw_only=True)
class Explorer:
    """Pay by place, work and level, each from the best kind of source, and the choices on the page.

    Places, works and levels without an amount in any combination are not offered. `choice` is the answer shown
    first. `heads` maps the slug of a region to that of the country that is shown instead, because it has nearly all
    of the region's jobs.
    """

    as_of: date
    answers: Mapping[Key, Answer]
    places: Sequence[Place]
    works: Sequence[str]
    levels: Sequence[str] = LEVELS
    choice: Key = FIRST_CHOICE
    heads: Mapping[str, str] = field(default_factory=dict)

    def best(self, key: Key) -> Answer:
        """Return an answer in US dollars; if it has no amounts, it says why. It is empty if nothing was counted."""
        answer = self.answers.get(key)
        if answer is None:
            return _no_answer(key, day(self.as_of))
        return _in_moneys(answer)["usd"] if answer.cell.numbers else answer


# --- reading ------------------------------------------------------------------------------------------------


def make_explorer(published: Iterable[Cell], as_of: date, figures: Sequence[Figures]) -> Explorer:
    """Return the answers of a day, of the published cells, withheld ones among them.

    `figures` are the published figures; they replace cells with the same key. Cells are left out if their sources do
    not allow them to be passed on.
    """
    answers: dict[Key, Answer] = {}
    cells = (cell for cell in published if cell.measure == "pay")
    for answer in filter(None, map(_of_published, cells)):
        answers[answer.key] = min(answers.get(answer.key, answer), answer, key=_order_of_kinds)
    answers |= {answer.key: answer for answer in filter(None, map(_of_figure, figures))}
    shown = [answer for answer in answers.values() if answer.has_amounts]
    slugs = {answer.cell.place for answer in shown}
    return Explorer(
        as_of=as_of,
        answers=answers,
        places=sorted((PLACES[slug] for slug in slugs), key=lambda place: (place.level != "country", place.name)),
        works=[work for work in WORKS if any(answer.cell.work == work for answer in shown)],
        levels=[level for level in LEVELS if any(answer.cell.item == level for answer in shown)],
        choice=min(shown, key=_order_of_first).key if shown else FIRST_CHOICE,
        heads=_find_heads(figures, slugs),
    )


def _find_heads(figures: Sequence[Figures], places: Collection[str]) -> dict[str, str]:
    heads = {}
    for figure in figures:
        kind, slug, *_ = [*figure.figure.split("."), ""]
        if kind == PAY_IDS and slug in PLACES and PLACES[slug].level != "country" and slug not in places:
            head = pay.find_main_country(notes.rows_of(figure))
            if head is not None and head["country"].lower() in places:
                heads[slug] = str(head["country"]).lower()
    return heads


def _order_of_kinds(answer: Answer) -> tuple[bool, int, bool]:
    return not answer.has_amounts, NAMED.index(answer.cell.basis), answer.cell.kind != PAY_IDS


def _order_of_first(answer: Answer) -> tuple[bool, bool, bool, int, Key]:
    is_usual = answer.key == FIRST_CHOICE
    return not is_usual, answer.cell.sureness != FIRM, not answer.is_own, -(answer.cell.n or 0), answer.key


def _of_published(cell: Cell) -> Answer | None:
    is_own_market = cell.kind == PAY_IDS or (cell.kind == MIXED_IDS and cell.basis in OF_PERSONS)
    licence, is_shown = combine(cell.sources), is_own_market and not cell.row["is_of_one"] and cell.item in LEVELS
    if not is_shown or (cell.numbers and "median" not in cell.numbers) or not isinstance(licence, Licence):
        return None
    period = day(cell.row["as_of"])
    if cell.basis != OWN and cell.period_to is not None:
        period = notes.words_of_period(cell.basis, cell.period_from, cell.period_to).partition(" of ")[2]
    return Answer(
        cell=cell,
        period=period,
        instead=say_instead(None, cell.basis, cell.item),
        is_old=cell.status == "stale",
        review=cell.row["review"] or "",
        licence=licence.in_short,
    )


def _of_figure(figure: Figures) -> Answer | None:
    kind, place, work, level = [*figure.figure.split("."), "", "", ""][:4]
    if not (kind == PAY_IDS and place in PLACES and work in WORKS and level in LEVELS):
        return None
    licence, cell = licence_of(figure), next(iter(cells_of(figure)), None)
    if cell is None or "median" not in cell.numbers or not isinstance(licence, Licence):
        return None
    if PLACES[place].level != "country" and pay.find_main_country([cell.row]) is not None:
        return None  # nearly all jobs are in one country, which is shown instead
    role = cell.row["role_group"] if cell.row["role"] == "all" else cell.row["role"]
    period = notes.describe_period(figure).removeprefix("read ")
    return Answer(
        cell=replace(cell, place=place, work=work, item=level),
        period=period.partition(" of ")[2] or period,
        counted="" if role == work else name_work(role),
        instead=say_instead(figure.rung, cell.basis, level),
        is_old=figure.status == "stale",
        review=words.find_review(figure.qualifier),
        licence=licence.in_short,
    )


def _no_answer(key: Key, period: str) -> Answer:
    place, work, level = key
    row = {"status": "suppressed", "n_jobs": 0, "reason": EMPLOYERS.explain(0)}
    cell = Cell(id="", kind=PAY_IDS, renderer=pay.PAY, row=row, place=place, work=work, item=level)
    return Answer(cell=cell, period=period)


# --- sentences --------------------------------------------------------------------------------------------------


def say_title(answer: Answer) -> str:
    """Return the answer as a sentence."""
    if answer.why:
        return f"{upper_first(answer.why)}: {answer.what}"
    if not answer.has_amounts:
        return f"Too few adverts to say: {answer.lacks} for {answer.what}"
    low, high, median = (answer.number(part) for part in ("low", "high", "median"))
    basis, of = answer.cell.basis, f"a {answer.per} for {answer.what}"
    if basis in OF_PERSONS or low.known is None or high.known is None:
        about = "a median of" if median.value is not None else "a median somewhere in"
        phrase = answer.write(*(median.known or (0.0, 0.0)), is_long=True)
        return f"{OF_PERSONS.get(basis, 'Adverts offered')} {about} {phrase} {of}"
    by = "Adverts" if basis == OWN else "Adverts collected by others"
    if low.value is not None and high.value is not None:
        return f"{by} offered {answer.write(low.value, high.value, is_long=True)} {of}"
    first, last = (
        f"{'' if end.value is not None else 'somewhere in '}{answer.write(*known)}"
        for end, known in ((low, low.known), (high, high.known))
    )
    return f"{by} for {answer.what} offered from {first} to {last} a {answer.per}"


def say_median(answer: Answer) -> str:
    """Return a sentence on the median of jobs on all boards; "" if there is none, or if the title has it already."""
    median = answer.number("median")
    if not answer.has_amounts or median.value is None or answer.cell.basis in OF_PERSONS:
        return ""
    return f"The median was {_say_with_ends(answer, median, is_known=answer.cell.sureness != OTHERS)}."


def _say_with_ends(answer: Answer, number: Number, *, is_known: bool = True) -> str:
    said = "" if number.value is None else answer.write(number.value, number.value, is_long=True)
    if number.ends is None or not is_known:
        return said
    low, high = (answer.write(end, end, is_long=True) for end in number.ends)
    interval = f"{f'about {low}' if low == high else f'between {low} and {high}'}, 19 times in 20"
    return f"{said} ({interval})" if said else interval


def say_dek(answer: Answer) -> str:
    """Return the line below the title: the median of all boards and that of boards drawn at random, if any."""
    said, panel = say_median(answer), answer.number(MEDIAN_OF_PANEL)
    if not answer.has_amounts or panel.ends is None or panel.counts is None:
        return said
    rests = words.rests_on(*panel.counts, OWN)
    of_panel = f"The median of jobs on {SAMPLE_WORDS['panel']} alone was {_say_with_ends(answer, panel)}: {rests}."
    return f"{said} {of_panel}".lstrip()


def say_kicker(answer: Answer) -> str:
    """Return the line above the title: what is counted instead, if anything, and the kind of source."""
    basis = answer.cell.basis
    kind = f"{'Pay' if basis in OF_PERSONS else 'Advertised pay'} · {head_jobs(answer.cell.row, BASES[basis].words)}"
    return f"The closest answer: {answer.instead} · {kind}" if answer.instead else kind


def say_value(answer: Answer) -> tuple[str, str]:
    """Return the band and the median, such as ("$150–245K", "median 190K"); without a band, ("$190K", "median")."""
    low, high, median = (answer.number(part) for part in ("low", "high", "median"))
    if low.known is None or high.known is None:
        said = "" if median.known is None else answer.write(*median.known)
        return said if median.value is not None else f"within {said}", "median"
    value = answer.write(low.known[0], high.known[1])
    is_point = low.value is not None and high.value is not None
    said = "" if median.known is None else answer.write(*median.known, is_bare=True)
    return value if is_point else f"within {value}", f"median {said}"


def with_ends(answer: Answer, part: str) -> str:
    """Write an amount with its interval, or only the interval if there is no amount."""
    number = answer.number(part)
    if number.value is None:
        return "–" if number.ends is None else f"within {answer.write(*number.ends)}"
    said = answer.write(number.value, number.value)
    if number.ends is None or not answer.is_own:
        return said
    low, high = (answer.write(end, end, is_bare=True) for end in number.ends)
    return f"{said} ({f'about {low}' if low == high else answer.write(*number.ends, is_bare=True)})"


# --- rows, tables and the view without a script --------------------------------------------------------------


def _name_row(answer: Answer, name: str) -> str:
    return f"{name} ({answer.instead})" if answer.instead else name


def pay_row(answer: Answer, name: str, **more: Any) -> ChartRow:
    """Return a row of pay: the band, the middle half, the median, and brackets under the ends of the band.

    `more` are further fields of the row.
    """
    if not answer.has_amounts:
        needed, aloud = f"too few to say: {answer.lacks}", f"too few adverts to say, {answer.lacks}"
        if answer.why:
            needed = aloud = answer.why
        form = WORDS if answer.why else FEW
        return ChartRow(name=name, needed=needed, form=form, spoken=f"{name}: {aloud}.", **more)
    value, beneath = say_value(answer)
    rests, name = answer.rests_on_work, _name_row(answer, name)
    aloud = ", rests on ".join(filter(None, (f"{value} a {answer.per}, {beneath}", rests)))
    return ChartRow(
        name=name,
        beneath=rests,
        value=value,
        value_beneath=beneath,
        form=answer.cell.sureness,
        marks=tuple(_marks(answer)),
        spoken=f"{name}: {aloud}. {answer.sureness}.",
        badge=answer.review,
        **more,
    )


def _marks(answer: Answer) -> Iterator[Mark]:
    form, median = answer.cell.sureness, answer.number("median")
    for kind, first, last in (("band", "low", "high"), ("strong", "p25", "p75")):
        low, high = answer.number(first).known, answer.number(last).known
        if low is not None and high is not None:
            yield Mark(kind=kind, start=low[0], end=high[1], style=form)
    if median.value is not None:
        yield Mark(kind="diamond" if form == OTHERS else "dot", start=median.value, style=form)
    elif median.ends is not None:
        yield Mark(kind="line", start=median.ends[0], end=median.ends[1], style=form)
    for part in ("low", "high"):
        if answer.is_own and (ends := answer.number(part).ends) is not None:
            yield Mark(kind="bracket", start=ends[0], end=ends[1])


def pay_axis(chart_rows: Sequence[ChartRow], currency: str) -> Axis:
    """Return the axis for rows of pay."""
    sign = words.sign(currency)
    return rows.axis_for(
        chart_rows, lambda amount: f"{sign}{amount / 1_000:g}K" if amount >= 1_000 else f"{sign}{amount:g}"
    )


def table_line(answer: Answer, name: str) -> tuple[str, ...]:
    """Return a row of the table below the chart."""
    if not answer.has_amounts:
        return (name, "–", "–", "–", answer.lacks, answer.period, words.SURENESS[FEW])
    low, median, high = (with_ends(answer, part) for part in ("low", "median", "high"))
    if answer.number(MEDIAN_OF_PANEL).known is not None:
        median += f"; {SAMPLE_WORDS['panel']}: {with_ends(answer, MEDIAN_OF_PANEL)}"
    return _name_row(answer, name), low, median, high, answer.rests_on_work, answer.period, answer.sureness


def table_of_all(explorer: Explorer) -> Iterator[tuple[str, ...]]:
    """Yield every answer as a table row, for readers without scripts."""
    for place, work, level in itertools.product(explorer.places, explorer.works, explorer.levels):
        if (answer := explorer.best((place.slug, work, level))).has_amounts:
            yield place.name, name_work(work), *table_line(answer, capitalise(level))


def view(explorer: Explorer) -> dict[str, Any]:
    """Return the values of the page's first view, in US dollars a year."""
    place, work, level = explorer.choice
    answer = explorer.best(explorer.choice)
    levels = {other: explorer.best((place, work, other)) for other in explorer.levels}
    chart_rows = [
        pay_row(shown, name=capitalise(other), is_chosen=other == level, href=shown.address)
        for other, shown in levels.items()
    ]
    facts = {
        "Rests on": answer.rests, "As of" if answer.is_own else "Of": answer.period, "How sure": answer.sureness,
    }  # fmt: skip
    heading = upper_first(f"{name_work(work)} in {PLACES[place].in_words}, by level")
    return {
        "figure": answer.cell.figure,
        "kicker": say_kicker(answer),
        "title": say_title(answer),
        "dek": say_dek(answer),
        "facts": {name: said for name, said in facts.items() if said and answer.has_amounts},
        "heading": heading,
        "chart": rows.draw(chart_rows, pay_axis(chart_rows, "USD"), label=heading, classes="pay"),
        "table": [table_line(shown, capitalise(other)) for other, shown in levels.items()],
    }


# --- the data of the script -------------------------------------------------------------------------------


def to_script(explorer: Explorer) -> bytes:
    """Return the data as a script: `PAY = {…}`."""
    slugs = {place.slug for place in explorer.places}
    data: dict[str, Any] = {
        "as_of": day(explorer.as_of),
        "lacks": _no_answer(explorer.choice, "").lacks,
        "kicker": say_kicker(_no_answer(explorer.choice, "")),
        "places": [[place.slug, place.name, place.in_words, place.in_continent or ""] for place in explorer.places],
        "others": {place.slug: place.in_words for place in PLACES.values() if place.slug not in slugs},
        "heads": dict(sorted(explorer.heads.items())),
        "works": [[work, name_work(work)] for work in explorer.works],
        "levels": [[level, capitalise(level), words.level_before(level)] for level in explorer.levels],
        "groups": {work: split_work(work)[0] for work in explorer.works},
        "sureness": dict(words.SURENESS),
        "choice": list(explorer.choice),
        "cells": {
            ".".join(key): _describe(answer, explorer.as_of)
            for key, answer in sorted(explorer.answers.items())
            if key[0] in slugs and key[1] in explorer.works
        },
    }
    return words.script("PAY", data)


def _describe(answer: Answer, as_of: date) -> Any:
    """Return an answer for the script, with its views in each money (`in`) or the reason why there is none.

    For an answer without amounts, return what it lacks, with the answer's day if this is not the day of the data.
    """
    if not answer.cell.numbers:
        return answer.lacks if answer.period == day(as_of) else {"lacks": answer.lacks, "period": answer.period}
    record = {
        "kicker": say_kicker(answer),
        "what": answer.what,
        "rests": answer.rests,
        "period": answer.period,
        "sure": answer.sureness,
        "licence": answer.licence,
        "figure": answer.cell.figure,
        "is_own": answer.is_own,
        "in": {money: one.why or _view_by_period(one) for money, one in _in_moneys(answer).items()},
    }
    return {name: value for name, value in record.items() if value}


def _in_moneys(answer: Answer) -> dict[str, Answer]:
    """Return an answer in each money that a reader can choose; `why` says why it has no amounts in that money."""
    row = answer.cell.row
    of_place, price = row.get("place_currency"), row.get("price")
    prefixes = {answer.currency: ""}
    if "local_median" in answer.cell.numbers:
        prefixes[row["local_currency"]] = "local_"

    def see(currency: str | None, why: str) -> Answer:
        return replace(answer, money=prefixes[currency]) if currency in prefixes else replace(answer, why=why)

    usd = see("USD", f"known in {answer.currency} only")
    local = see(of_place, "known in US dollars only" if of_place else "a place of several monies")
    ppp = local if local.why else replace(local, why="no price level is known")
    if price and not local.why:
        ppp = replace(local, prices=f" at US prices of {row.get('price_year')}", by=round(price, 5))
    return {"usd": usd, "local": local, "ppp": ppp}


def _view_by_period(answer: Answer) -> dict[str, Any]:
    """Return an answer as it is shown by the year and by the month; its row has no name yet."""
    views = {}
    for per, months in (("year", 1), ("month", 12)):
        shown = replace(answer, per=f"{per}{answer.prices}", by=months * answer.by)
        row = pay_row(shown, name="")
        marks = [replace(mark, start=round(mark.start, 2), end=mark.end and round(mark.end, 2)) for mark in row.marks]
        quarters = [shown.number(part).ends for part in ("p25", "median", "p75")] if answer.is_own else []
        views[per] = {
            "title": say_title(shown),
            "dek": say_dek(shown),
            "per": shown.per,
            "currency": shown.currency,
            "sign": words.sign(shown.currency),
            "row": {name: value for name, value in vars(row).items() if value} | {"marks": list(map(vars, marks))},
            "line": table_line(shown, "")[1:],
            "middle": (shown.number("median").known or (0.0,))[0],
            "quarters": quarters,
            "limits": " · ".join(shown.write(*ends) for ends in quarters if ends),
        }
    return views
