"""The home page: findings as sentences, and figures that cannot be printed yet.

A sentence says no more than its interval supports, and is left out if no figure supports it. Words about order ("among
the three largest") follow from the ranks that the intervals allow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

from reports.cells.cell import Cell
from reports.cells.of_figure import cells_of
from reports.figures.catalogue import declaration_of, displays_of
from reports.figures.places import OF_REGION, PLACES
from reports.site import explorer, figure_rows, rows, skills, words
from reports.site.explorer import Explorer
from reports.site.skills import SkillList
from reports.wording import disclosure, gaps, shares
from reports.wording.numbers import (
    brief_share,
    count_of,
    join_words,
    lower_first,
    name_platforms,
    percent,
    sentences,
    upper_first,
)
from reports.wording.work import name_work
from transforms.records.definitions import COUNTS
from warehouse.mart_tables import Figures, Lack
from warehouse.marts.measures import MEASURES
from warehouse.marts.printing import PLATFORMS, POINT

CARDS_OF_HOME, ROWS_OF_CARD = 6, 4
"""The most cards on the home page, and the most rows in the chart of a card."""
WORKS_OF_LEAD = ("ai_engineering", "ai_science", "other_engineering", "data")

Finding = dict[str, Any]
"""A finding: `kicker` names its subject and time, `title` is the finding as a sentence, and `dek` a line below it.

`note` explains the chart or says what it rests on, and `href` leads to more.
"""


def lead(pay: Explorer, heads: Mapping[str, str], barred: Set[str] = frozenset()) -> Finding | None:
    """Return a finding on pay: the explorer's first answer, beside the pay of other work at the same place.

    `heads` has the words for the platforms of figures, by id. Return None if the answer has no amounts, or rests on one
    of the sources `barred`.
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
    axis = explorer.pay_axis(chart_rows, answer.currency)
    return {
        "kicker": _join("Pay", PLACES[place].name, answer.period, heads.get(answer.cell.figure or ""), answer.review),
        "title": explorer.say_title(answer),
        "dek": explorer.say_median(answer),
        "href": f"f/{answer.cell.figure}.html" if answer.cell.figure else "pay.html",
        "chart": rows.draw(chart_rows, axis, label=f"Pay in {PLACES[place].in_words}, {level} level", classes="pay"),
        "note": figure_rows.KEY_OF_PAY,
    }


def _join(*parts: str | None) -> str:
    return " · ".join(filter(None, parts))


# --- titles of cards -------------------------------------------------------------------------------------

ROLES = (
    "{Names} make up {shares} of AI jobs, more than any other role",
    "{Names} share the top, with {shares} of AI jobs",
    "{Names} are among the {n} largest roles, with {shares} of AI jobs",
)
YEARS = (
    "The average employer asks for {names} in {shares} of its AI jobs, more than for any other span",
    "The average employer asks for {names} in {shares} of its AI jobs",
    "The average employer asks for {names} in {shares} of its AI jobs",
)
"""Titles that name leaders (items that may rank first): the only leader, all of several, or some of several."""
NOT_ASKED = "not_asked"


def say_leaders(titles: tuple[str, str, str], top: Sequence[tuple[str, str]], n: int) -> str | None:
    """Fill one of the `titles` for `n` leaders; None if no leader can be named.

    `top` has the name and share of the leaders to name, in order.
    """
    if not top:
        return None
    single, tie, among = titles
    names, shares = " and ".join(name for name, _ in top), [share for _, share in top]
    return (single if n == 1 else tie if len(top) == n else among).format(
        names=names,
        Names=upper_first(names),
        are="is" if len(top) == 1 else "are",
        n=COUNTS[n] if n <= 10 else n,
        shares=f"{shares[0]} each" if len(shares) > 1 and len(set(shares)) == 1 else " and ".join(shares),
    )


def find_top_skills(lists: Mapping[tuple[str, str], SkillList]) -> Finding | None:
    """Return a finding on skills that are often asked for, without a claim about their order; None without data."""
    skill_list = lists.get(skills.FIRST_CHOICE)
    if skill_list is None:
        return None
    first = skill_list.skills[:ROWS_OF_CARD]
    known = [(skill.name, skill.asked.said) for skill in first if skill.asked.said]
    if not known:
        return None
    demands = join_words([f"for {name} in {share}" for name, share in _limit(known, skill_list.platforms)])
    title = f"The average employer asks {demands} of its AI engineering jobs"
    chart_rows = []
    for row in map(skills.skill_row, first):
        marks = tuple(mark for mark in row.marks if mark.kind in ("line", "dot"))
        chart_rows.append(replace(row, href="", beneath="", data={}, marks=marks))
    return {
        "kicker": skill_list.kicker,
        "title": title,
        "href": "skills.html",
        "chart": rows.draw(chart_rows, rows.axis_for(chart_rows, percent), label="Skills asked most", classes="shares"),
        "note": f"{skill_list.rests}.",
    }


def _limit(top: Sequence[tuple[str, str]], platforms: Sequence[str]) -> Sequence[tuple[str, str]]:
    """Return two leaders, or one if each has a share for every platform."""
    return top[:1] if len(platforms) > 1 else top[:2]


def _find_leaders(cells: Sequence[Cell]) -> tuple[list[tuple[str, str]], int]:
    """Return the name and share of each leader whose share is printed, and the number of all leaders."""
    first = [cell for cell in _by_share(cells) if cell.row.get("rank_best") == 1 and cell.item != NOT_ASKED]
    known = [cell for cell in first if cell.numbers["share"].form in (POINT, PLATFORMS)]
    return [(cell.name or figure_rows.name_row(cell), brief_share(cell.row)) for cell in known], len(first)


def _say_roles(cells: Sequence[Cell]) -> str | None:
    top, n = _find_leaders(cells)
    platforms = name_platforms(cells[0].row) if cells else []
    return say_leaders(ROLES, [(f"{lower_first(role)}s", share) for role, share in _limit(top, platforms)], n)


def _say_years(cells: Sequence[Cell]) -> str | None:
    top, n = _find_leaders(cells)
    title = say_leaders(YEARS, top[:1], n)
    unasked = _say_share(cells, NOT_ASKED)
    return f"{title}; it asks for none in {unasked}" if title and unasked else title


def _say_degree(cells: Sequence[Cell]) -> str | None:
    share = _say_share(cells, NOT_ASKED)
    return share and f"The average employer requires no degree in {share} of its AI jobs"


def _say_share(cells: Sequence[Cell], item: str) -> str | None:
    return next((brief_share(cell.row) for cell in cells if cell.item == item), None)


def _say_item(item: str) -> Callable[[Sequence[Cell]], str | None]:
    """Return a function that says the share of an item; the platform stands above the title."""

    def say(cells: Sequence[Cell]) -> str | None:
        return next(
            (replace(one, row={**one.row, "platform": None}).sentence for one in cells if one.item == item), None
        )

    return say


def _by_share(cells: Sequence[Cell]) -> list[Cell]:
    return sorted(cells, key=lambda cell: -cell.row["share"])


def _choose_law(cells: Sequence[Cell]) -> list[Cell]:
    return sorted(cells, key=lambda cell: cell.row["region_level"] != "country")[:1]


def _say_law(cells: Sequence[Cell]) -> str | None:
    if not cells:
        return None
    row = _choose_law(cells)[0].row
    place = OF_REGION[row["region_level"], row["region"]]
    who = f"{count_of(row['n_employers'], 'employer')}{f' in {place.in_words}' if place.name else ''}"
    if row["difference_lo"] <= 0 <= row["difference_hi"]:
        return f"Whether {who} state pay more often where {disclosure.BY_LIST} cannot be told"
    more = "more" if row["difference_lo"] > 0 else "fewer"
    return f"On average, {who} state pay in {more} of their adverts where {disclosure.BY_LIST}"


def _say_closings(cells: Sequence[Cell]) -> str | None:
    if not cells:
        return None
    ours, *others = (cell.numbers["rate"] for cell in cells)
    rate = figure_rows.rates(*(ours.known or (0.0, 0.0)))
    text = f"{figure_rows.name_row(cells[0])} adverts close at {rate} a day{shares.say_provisional(cells[0].row)}"
    highest = max((other.high for other in others if other.high is not None), default=None)
    is_faster = ours.low is not None and highest is not None and ours.low > highest
    return f"{text}, faster than other adverts" if is_faster else text


# --- cards -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Card:
    """A card on one figure. `say` makes a title from the figure's cells, or returns None if they support no title."""

    figure: str
    kicker: str
    say: Callable[[Sequence[Cell]], str | None]
    href: str
    note: str
    order: Callable[[Sequence[Cell]], Sequence[Cell]] = lambda cells: cells


IN_FULL = MEASURES["degree"].name_jobs("AI jobs")
CARDS = (
    Card(
        figure="roles.shares", kicker="Roles", say=_say_roles, href="work.html", note="adverts we read",
        order=_by_share,
    ),
    Card(
        figure="disclosure.within_employers", kicker="Pay laws", say=_say_law, href="laws.html",
        note="the mean of employers with adverts in both", order=_choose_law,
    ),
    Card(
        figure="closing_rate.engineering", kicker="Closings", say=_say_closings, href="closings.html",
        note="adverts followed",
    ),
    Card(
        figure="employers.degree", kicker="Degree", say=_say_degree, href="work.html#employers-degree",
        note=IN_FULL, order=_by_share,
    ),
    Card(
        figure="employers.years", kicker="Experience", say=_say_years, href="work.html#employers-years", note=IN_FULL,
        order=_by_share,
    ),
    Card(
        figure="employers.additional", kicker="Beside base pay", say=_say_item("equity"),
        href="f/employers.additional.html", note="jobs that state pay",
    ),
)  # fmt: skip


def cards(
    figures: Sequence[Figures], lists: Mapping[tuple[str, str], SkillList], heads: Mapping[str, str]
) -> list[Finding]:
    """Return the findings below the lead; `heads` has the words for the platforms of figures, by id."""
    by_id = {figure.figure: figure for figure in figures}
    drawn = (_draw_card(card, by_id[card.figure], heads) for card in CARDS if card.figure in by_id)
    found = [find_top_skills(lists), *drawn]
    return [finding for finding in found if finding is not None][:CARDS_OF_HOME]


def _draw_card(card: Card, figure: Figures, heads: Mapping[str, str]) -> Finding | None:
    cells = cells_of(figure)
    title, kind = card.say(cells), figure_rows.kind_of(cells)
    if title is None or kind is None:
        return None
    selection = card.order(cells)[:ROWS_OF_CARD]
    chart_rows = figure_rows.to_rows(kind, selection, names_elsewhere=False)
    n, employers = figure.n_jobs, figure.n_employers
    if kind is figure_rows.DIFFERENCE:
        n, employers = selection[0].n, selection[0].employers
    cut = f"{len(selection)} of {len(cells)} rows" if len(selection) < len(cells) else ""
    elsewhere = shares.say_first_elsewhere([cell.row for cell in selection])
    return {
        "kicker": _join(
            card.kicker, words.say_when(figure), heads.get(figure.figure), words.find_review(figure.qualifier)
        ),
        "title": title,
        "href": card.href,
        "chart": rows.draw(chart_rows, kind.axis(chart_rows), label=figure.title, classes="shares"),
        "note": sentences(["; ".join(filter(None, (words.rests_on(n, employers), card.note, cut))), *elsewhere]),
    }


# --- what is open -------------------------------------------------------------------------------------------

OPEN_ON_HOME = 6
"""The most open figures on the home page. The page of all figures lists the others."""
HOME_OF_OPEN = (
    "pay", "entries", "closing_rate", "additional", "qualification", "disclosure", "reported", "degree", "skill",
    "silence",
)  # fmt: skip
"""Kinds of figures that the home page may list as open, in order."""


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


def choose_open(candidates: Sequence[Open]) -> list[Open]:
    """Choose the open figures of the home page: the nearest figure of each kind, then the figures that lack least.

    A figure is left out if nothing was counted, either for this figure or for any wider figure.
    """
    counted = [
        item
        for item in candidates
        if item.lack is not None and item.kind in HOME_OF_OPEN and item.part + item.nearest > 0
    ]
    first = list({item.kind: item for item in reversed(counted)}.values())
    others = [item for item in counted if item not in first]
    selection = [*sorted(first, key=lambda item: HOME_OF_OPEN.index(item.kind)), *others][:OPEN_ON_HOME]
    return sorted(selection, key=lambda item: (-item.part, -item.nearest))


def find_open(candidates: Sequence[Open], sections: Sequence[str]) -> list[Open]:
    """Return the open figures that belong in these sections of pages."""
    return [one for one in candidates if any(display.section in sections for display in displays_of(one.figure))]
