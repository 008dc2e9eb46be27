"""The home page: findings as sentences, each with a chart, and what cannot be printed yet.

A sentence is a figure in prose (`reports.wording.prose`): it says no more than its interval supports, and is left out
if no figure supports it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from reports.cells.cell import Cell
from reports.cells.of_figure import cells_of
from reports.figures.catalogue import FOLLOWED, declaration_of, displays_of
from reports.figures.declared.pay_figures import pay_id
from reports.figures.places import PLACES, slug
from reports.site import explorer, figure_rows, lines, rows, skills, words
from reports.site.explorer import Answer, Explorer, Key
from reports.site.rows import ChartRow
from reports.site.skills import SkillList
from reports.wording import gaps, movement, notes, prose
from reports.wording.bases import OWN, unit_of
from reports.wording.numbers import (
    choose_printed,
    join_words,
    lower_first,
    on_platforms,
    percent,
    sentences,
    upper_first,
)
from reports.wording.parts import PLAIN
from reports.wording.work import name_people, name_work
from transforms.records.definitions import COUNTS
from warehouse.mart_tables import Figures, Lack
from warehouse.marts.measures import MEASURES
from warehouse.marts.printing import INTERVAL, PLATFORMS, POINT

CARDS_OF_HOME, ROWS_OF_CARD = 6, 4
"""The most cards on the home page, and the most rows in the chart of a card."""
WORKS_OF_LEAD = ("ai_engineering", "ai_science", "other_engineering", "data")
MAX_DAYS_NEW, MAX_DAYS_MOVED = 45, 45
"""Days for which adverts need no word on their age; days for which a change may head the page."""
DAYS_OF_WEEK, DAYS_OF_MONTH, MIN_DAYS_IN_MONTHS, MIN_MONTHS_IN_YEARS = 7, 30.4, 75, 24

Finding = dict[str, Any]
"""A finding: `kicker` names its subject and time, `title` is the finding as a sentence, and `dek` a line below it.

`note` explains the chart or says what it rests on, and `href` leads to more.
"""


def _join(*parts: str | None) -> str:
    return " · ".join(filter(None, parts))


# --- the lead --------------------------------------------------------------------------------------------


def lead(
    pay: Explorer, figures: Sequence[Figures], heads: Mapping[str, str], barred: Set[str] = frozenset()
) -> list[Finding]:
    """Return the finding that heads the page, and the level of pay as another if a change heads it; [] without any.

    `heads` has the words for the platforms of figures, by id; nothing made from the sources `barred` leads.
    """
    found = [find_moved(figures, pay.as_of, pay.choice[0]), find_pay(pay, heads, barred)]
    return [finding for finding in found if finding is not None]


def find_pay(pay: Explorer, heads: Mapping[str, str], barred: Set[str] = frozenset()) -> Finding | None:
    """Return a finding on pay: the explorer's first answer, beside the pay of other work at the same place.

    The last row is what the 2026 guide said of the place or its region. Return None if the answer has no amounts, or
    rests on one of the sources `barred`.
    """
    answer, (place, work, level) = pay.best(pay.choice), pay.choice
    if not answer.has_amounts or not barred.isdisjoint(answer.cell.sources):
        return None
    others = [pay.best((place, other, level)) for other in dict.fromkeys((work, *WORKS_OF_LEAD))]
    chart_rows = [
        explorer.pay_row(
            replace(other, review="" if other.review == answer.review else other.review),  # said above the title
            name=upper_first(name_work(other.cell.work)), is_chosen=other.cell.work == work, href=other.address,
            figure=other.cell.figure or "",
        )
        for other in others if other.has_amounts and barred.isdisjoint(other.cell.sources)
    ]  # fmt: skip
    guide = _guide_of(pay.choice) if answer.currency == "USD" else None
    chart_rows += [guide] if guide else []
    axis = explorer.pay_axis(chart_rows, answer.currency)
    read_on = answer.cell.period_to if answer.is_own else None
    age = say_age(read_on, pay.as_of) if read_on else ""
    return {
        "kicker": _join("Pay", heads.get(answer.cell.figure or ""), answer.review),
        "title": say_pay(answer),
        "dek": " ".join(filter(None, (age, explorer.say_median(answer)))),
        "href": f"f/{answer.cell.figure}.html" if answer.cell.figure else "pay.html",
        "chart": rows.draw(chart_rows, axis, label=f"Pay in {PLACES[place].in_words}, {level} level", classes="pay"),
        "note": figure_rows.KEY_OF_PAY,
    }


def _guide_of(key: Key) -> ChartRow | None:
    """Return the row of what the 2026 guide said of pay at a place, or else in the region of a country."""
    place, work, level = key
    region = PLACES[place].in_region
    own = figure_rows.guide_row(pay_id(place, work, level))
    if own or not region:
        return own
    return figure_rows.guide_row(pay_id(slug(region), work, level), place=PLACES[slug(region)].name)


_TELL = {
    OWN: "In {when}, {adverts} offered {workers} {pay}",
    "advertised_third_party": "In {when}, {adverts} that others collected offered {workers} {pay}",
    "reported": "In {when}, {workers} in {place} reported {pay}",
    "official": "In {when}, offices of statistics gave {workers} in {place} {pay}",
}
"""What kinds of sources tell of pay."""


def say_pay(answer: Answer) -> str:
    """Return pay with its date in house style: "In October 2025, US adverts offered AI engineers $150,000 to …"."""
    place, work, level = answer.key
    period, row = answer.cell.period_to, answer.cell.row
    when = words.months(answer.cell.period_from, period) if period else answer.period
    amounts = prose.say_pay(row, "year") if row.get("currency") == answer.currency else None
    if answer.instead or answer.counted or amounts is None or answer.cell.basis not in _TELL:
        return f"In {when}, {lower_first(explorer.say_title(answer))}"
    workers = f"{words.level_before(level)}{name_people(work)}"
    return _TELL[answer.cell.basis].format(
        when=when, adverts=PLACES[place].adverts, workers=workers, pay=amounts, place=PLACES[place].in_words
    )


def say_age(read_on: date, as_of: date) -> str:
    """Say how long before a day adverts were read: "These adverts were read ten months ago."; "" up to 45 days."""
    days = (as_of - read_on).days
    if days <= MAX_DAYS_NEW:
        return ""
    months = round(days / DAYS_OF_MONTH)
    n, unit = (round(days / DAYS_OF_WEEK), "weeks") if days < MIN_DAYS_IN_MONTHS else (months, "months")
    n, unit = (round(months / 12), "years") if months >= MIN_MONTHS_IN_YEARS else (n, unit)
    return f"These adverts were read {COUNTS[n] if n < len(COUNTS) else n} {unit} ago."


WIDTH_OF_CARD = 352
"""Width of a line chart in a card, in CSS pixels."""


# --- how it moves ----------------------------------------------------------------------------------------


def find_moved(figures: Sequence[Figures], as_of: date, place: str = "") -> Finding | None:
    """Return the first series, of `place` first, whose newest change is no chance and ends lately; None without one."""
    for figure in _list_series(figures, place):
        newest = _newest_of(figure)
        is_new = figure.period_to is not None and (as_of - figure.period_to).days <= MAX_DAYS_MOVED
        if newest is not None and is_new and newest["form"] != INTERVAL and not _is_chance(newest):
            return draw_series(figure, width=lines.WIDTH)
    return None


def find_series(figures: Sequence[Figures], place: str = "") -> Finding | None:
    """Return the first series that can be drawn, of `place` first, as a card; None if there is none."""
    drawn = map(draw_series, _list_series(figures, place))
    return next((one for one in drawn if one is not None), None)


def _list_series(figures: Sequence[Figures], place: str) -> list[Figures]:
    """Return the printed series that may have a chart: of a place first, then our own, then in order of their kinds."""
    series = [one for one in figures if one.value is not None and one.figure.partition(".")[0] in FOLLOWED]
    kinds = list(FOLLOWED)
    key = {one.figure: [*one.figure.split("."), ""] for one in series}

    def order(one: Figures) -> tuple[bool, bool, int]:
        return key[one.figure][1] != place, one.basis not in (OWN, "postings"), kinds.index(key[one.figure][0])

    return sorted(series, key=order)


def _newest_of(figure: Figures) -> Mapping[str, Any] | None:
    return max(choose_printed(notes.rows_of(figure)), key=lambda row: str(row["period"]), default=None)


def _is_chance(row: Mapping[str, Any]) -> bool:
    """Whether the interval of a change holds 0, or no change is known."""
    name = "change" if "change" in row else "difference"
    low, high = (row.get(f"{name}{end}") for end in ("_lo", "_hi"))
    return low is None or high is None or low <= 0 <= high


def draw_series(figure: Figures, *, width: int = WIDTH_OF_CARD) -> Finding | None:
    """Return a printed series as a finding with its line chart; None if it has no point to draw."""
    newest = _newest_of(figure)
    if newest is None:
        return None
    title = upper_first(words.plain(notes.say_in_prose(figure, PLAIN)))
    drawn = lines.draw_series(figure, label=title, width=width)
    if drawn is None:
        return None
    ends = movement.say_ends(newest).replace(" to ", " and ") if "change" in newest else ""
    size = f"the change lies between {ends}, 19 times in 20" if ends else ""
    place = words.plain(figure.title).rpartition(", ")[2]
    return {
        "kicker": _join("How it moves", place, words.find_review(figure.qualifier)),
        "title": title,
        "dek": "",
        "href": f"f/{figure.figure}.html",
        "chart": drawn,
        "note": sentences([size, words.rests_on(figure.n_jobs, figure.n_employers, figure.basis)]),
    }


# --- cards -----------------------------------------------------------------------------------------------


def find_top_skills(lists: Mapping[tuple[str, str], SkillList]) -> Finding | None:
    """Return a finding on skills that are often asked for, without a claim about their order; None without data."""
    skill_list = lists.get(skills.FIRST_CHOICE)
    if skill_list is None or not skill_list.said:
        return None
    chart_rows = []
    for row in map(skills.skill_row, skill_list.skills[:ROWS_OF_CARD]):
        marks = tuple(mark for mark in row.marks if mark.kind in ("line", "dot"))
        chart_rows.append(replace(row, href="", beneath="", data={}, marks=marks))
    return {
        "kicker": _join("Skills", skill_list.month, skill_list.review),
        "title": upper_first(skill_list.said),
        "href": "skills.html",
        "chart": rows.draw(chart_rows, rows.axis_for(chart_rows, percent), label="Skills asked most", classes="shares"),
        "note": sentences([" ".join(filter(None, (skill_list.rests, on_platforms(skill_list.platforms))))]),
    }


_COMPARE = {
    OWN: "The middle offer to {people} was {said}",
    "advertised_third_party": "The middle offer to {people} in adverts that others collected was {said}",
    "reported": "The middle {one} reported {said}",
    "official": "By official statistics the middle {one} was paid {said}",
}
"""How kinds of sources compare places: {people} are of the first answer's work and level."""


def find_places(pay: Explorer, barred: Set[str] = frozenset()) -> Finding | None:
    """Return a finding on pay of the same work and level in other countries, or regions; None with fewer than two.

    Only answers of one kind of source are compared: of our adverts, if they speak of two places.
    """
    _, work, level = pay.choice
    answers = [
        answer
        for place in pay.places
        if (answer := pay.best((place.slug, work, level))).has_amounts
        and not (answer.instead.endswith("every level") or answer.counted) and answer.currency == "USD"
        and answer.number("median").value is not None and barred.isdisjoint(answer.cell.sources)
    ]  # fmt: skip
    groups = [
        [one for one in answers if (one.cell.basis, PLACES[one.cell.place].level) == (basis, level_of_place)]
        for basis in _COMPARE
        for level_of_place in ("country", "region")
    ]
    alike = next((group for group in groups if len(group) > 1), None)
    if alike is None:
        return None
    alike.sort(key=lambda one: -(one.number("median").value or 0.0))
    shown = alike[:ROWS_OF_CARD]
    chart_rows = [
        replace(
            explorer.pay_row(replace(one, instead=""), name=PLACES[one.cell.place].name, href=one.address),
            beneath="", badge="",
        )
        for one in shown
    ]  # fmt: skip
    said = [
        f"about {prose.say_amount(one.cell.row, 'p50')} in {PLACES[one.cell.place].in_words}"
        for one in (shown[0], shown[-1])
    ]
    people = f"{words.level_before(level)}{name_people(work)}"
    first_day, last_day = (end(one.cell.period_to or pay.as_of for one in shown) for end in (min, max))
    return {
        "kicker": _join("Where", words.months(first_day, last_day)),
        "title": _COMPARE[shown[0].cell.basis].format(
            people=people, one=people.removesuffix("s"), said=join_words(said)
        ),
        "href": f"pay.html#place={shown[0].cell.place}&by=place",
        "chart": rows.draw(chart_rows, explorer.pay_axis(chart_rows, "USD"), label="Offers compared", classes="pay"),
        "note": f"{len(shown)} of {len(alike)} places with enough {unit_of(shown[0].cell.basis)[1]}; in US dollars.",
    }


@dataclass(frozen=True, kw_only=True)
class Card:
    """A card on the first rows of figures, which say in prose what they have in common."""

    figures: tuple[str, ...]
    kicker: str
    href: str


CARDS = (
    Card(figures=("roles.shares",), kicker="Roles", href="work.html"),
    Card(
        figures=tuple(f"employers.workplace.{item}" for item in ("remote", "hybrid", "onsite")), kicker="Remote work",
        href="work.html#where",
    ),
    Card(figures=("employers.degree",), kicker="Degree", href="work.html#employers-degree"),
    Card(figures=("employers.years",), kicker="Experience", href="work.html#employers-years"),
)  # fmt: skip


def cards(
    figures: Sequence[Figures],
    lists: Mapping[tuple[str, str], SkillList],
    heads: Mapping[str, str],
    pay: Explorer,
    barred: Set[str] = frozenset(),
) -> list[Finding]:
    """Return the findings below the lead; `heads` has the words for the platforms of figures, by id."""
    by_id = {figure.figure: figure for figure in figures}
    roles, remote, *others = (_draw_card(card, by_id, heads) for card in CARDS)
    found = [
        find_top_skills(lists),
        roles,
        find_places(pay, barred),
        remote,
        find_series(figures, pay.choice[0]),
        *others,
    ]
    return [finding for finding in found if finding is not None][:CARDS_OF_HOME]


def _draw_card(card: Card, by_id: Mapping[str, Figures], heads: Mapping[str, str]) -> Finding | None:
    """Draw the rows of a card's figure; of several figures, each has a row: that of all places."""
    figures = [by_id[name] for name in card.figures if name in by_id and by_id[name].value is not None]
    if not figures:
        return None
    cells = cells_of(figures[0])
    if len(card.figures) > 1:
        of_all = (cell for one in figures for cell in cells_of(one) if cell.row.get("region_level") == "world")
        cells = [_name_item(cell) for cell in of_all]
    cells.sort(key=lambda cell: -(cell.row.get("share") or 0.0))
    said = _say_first(cells)
    if not said:
        return None
    first, shown = figures[0], cells[:ROWS_OF_CARD]
    chart_rows = figure_rows.to_rows(figure_rows.SHARE, shown, names_elsewhere=False)
    rests = " ".join(filter(None, (words.rests_on(first.n_jobs, first.n_employers), heads.get(first.figure))))
    return {
        "kicker": _join(card.kicker, words.say_when(first), words.find_review(first.qualifier)),
        "title": upper_first(said),
        "href": card.href,
        "chart": rows.draw(
            chart_rows, figure_rows.SHARE.axis(chart_rows), label=words.plain(first.title), classes="shares"
        ),
        "note": sentences([rests, f"{len(shown)} of {len(cells)} rows" if len(shown) < len(cells) else ""]),
    }


def _name_item(cell: Cell) -> Cell:
    """Name a row of all places after its item instead of its place."""
    name = upper_first(MEASURES[cell.measure].name_item(cell.item))
    row = {column: value for column, value in cell.row.items() if column not in ("region_level", "region")}
    return replace(cell, name=name, row=row | {"name": name})


def _say_first(cells: Sequence[Cell]) -> str | None:
    """Say the first shares that may be said in prose; None if there are none."""
    known = [cell for cell in cells if cell.row.get("form") in (POINT, PLATFORMS)]
    if not known:
        return None
    return skills.say_first(MEASURES[known[0].measure], known[0].jobs, [cell.row for cell in known])


# --- what is open -------------------------------------------------------------------------------------------

HOME_OF_OPEN = (
    "pay", "entries", "closing_rate", "additional", "qualification", "disclosure", "reported", "degree", "skill",
    "silence",
)  # fmt: skip
"""Kinds of figures of which the home page may name the nearest."""


@dataclass(frozen=True, kw_only=True)
class Open:
    """A figure that cannot be printed yet, and why.

    `lack` is the condition that is furthest from being met; None if nothing was counted. `nearest` is the same fraction
    as `part`, but for the nearest wider figure or other kind of source.
    """

    figure: str
    title: str
    why: str
    lack: Lack | None
    nearest: float

    @property
    def part(self) -> float:
        """The fraction, from 0 to 1, of the data needed that the figure has."""
        return 0.0 if self.lack is None else self.lack.part

    @property
    def kind(self) -> str:
        """The first part of the figure's id."""
        return self.figure.partition(".")[0]


def list_open(figures: Sequence[Figures]) -> list[Open]:
    """Return the figures that cannot be printed yet; those that are nearest to being printed come first."""
    candidates = [
        _open_of(figure)
        for figure in figures
        if figure.value is None and figure.kind == "measured" and (figure.missing or figure.reason)
    ]
    return sorted(candidates, key=lambda item: (-item.part, -item.nearest, item.title))


def _open_of(figure: Figures) -> Open:
    by_rung: dict[str, list[Lack]] = {}
    for lack in figure.lacks or ():
        by_rung.setdefault(lack.rung, []).append(lack)
    rungs, reason = declaration_of(figure.figure).rungs, figure.reason or ""
    own_rung, is_few = rungs[0].name if rungs else "", reason.startswith("not enough")
    lacks = by_rung.pop(own_rung, [])
    if not is_few and not any(lack.n for lack in lacks):
        lacks = []  # nothing was counted, as something else was missing
    nearer = max(by_rung.values(), key=gaps.part_of, default=[])
    part = gaps.part_of(nearer) if nearer else 0.0
    reasons = [", ".join(map(str, lacks)), "" if lacks and is_few else reason]
    if nearer and (not lacks or part > gaps.part_of(lacks)):
        kind, _, wider = nearer[0].rung.partition(", ")
        is_same_kind = wider and kind == own_rung.partition(", ")[0]
        reasons.append(f"{wider if is_same_kind else nearer[0].rung}: {', '.join(map(str, nearer))}")
    return Open(
        figure=figure.figure,
        title=figure.title,
        why=words.plain("; ".join(filter(None, reasons))),
        lack=min(lacks, key=lambda lack: lack.part, default=None),
        nearest=part,
    )


def say_open(candidates: Sequence[Open]) -> tuple[Open, str] | None:
    """Return the open figure that is nearest to being printed, and what it lacks; None if nothing was counted."""
    counted = [one for one in candidates if one.lack is not None and one.kind in HOME_OF_OPEN]
    nearest = max(counted, key=lambda one: one.part, default=None)
    if nearest is None or nearest.lack is None:
        return None
    return nearest, f"with {nearest.lack} so far"


def find_open(candidates: Sequence[Open], sections: Sequence[str]) -> list[Open]:
    """Return the open figures that belong in these sections of pages."""
    return [one for one in candidates if any(display.section in sections for display in displays_of(one.figure))]
