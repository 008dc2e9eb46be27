"""The home page: findings as sentences, and figures that cannot be printed yet.

A sentence says no more than its interval supports, and is left out if no figure supports it. Words about order ("among
the three most asked") follow from the ranks that the intervals allow.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from reports.cells.cell import Cell
from reports.cells.of_figure import cells_of
from reports.figures.catalogue import declaration_of
from reports.figures.places import OF_REGION, PLACES
from reports.site import explorer, figure_rows, rows, skills, words
from reports.site.explorer import Explorer
from reports.site.rows import ChartRow
from reports.site.skills import SkillList
from reports.wording import gaps
from reports.wording.numbers import lower_first, percent
from reports.wording.work import name_work
from transforms.records.definitions import COUNTS
from warehouse.mart_tables import Figures, Lack
from warehouse.marts.measures import MEASURES

CARDS_OF_HOME, ROWS_OF_CARD = 6, 4
"""The most cards on the home page, and the most rows in the chart of a card."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A finding.

    `kicker` names its subject and time, `title` is the finding as a sentence, and `dek` a line below the title. `note`
    explains the chart or says what it rests on, and `href` leads to more.
    """

    kicker: str
    title: str
    href: str
    chart: Markup
    note: str
    dek: str = ""


@dataclass(frozen=True, kw_only=True)
class Open:
    """A figure that cannot be printed yet, and why.

    `lack` is the condition that is furthest from being met; None if nothing was counted. `nearest` is the same fraction
    as `part`, but for the nearest wider figure or other kind of source.
    """

    title: str
    why: str
    lack: Lack | None
    nearest: float
    href: str
    kind: str

    @property
    def part(self) -> float:
        """The fraction of what is needed that the figure has, from 0 to 1."""
        return 0.0 if self.lack is None else self.lack.part


# --- the lead ---------------------------------------------------------------------------------------------

WORKS_OF_LEAD = ("ai_engineering", "ai_science", "other_engineering", "data")


def lead(pay: Explorer) -> Finding | None:
    """Return a finding on pay: the explorer's first answer, beside the pay of other work at the same place.

    Return None if that answer has no amounts.
    """
    answer, (place, work, level) = pay.best(pay.choice), pay.choice
    if not answer.has_amounts:
        return None
    others = [pay.best((place, other, level)) for other in dict.fromkeys((work, *WORKS_OF_LEAD))]
    chart_rows = [
        explorer.pay_row(
            other, name=words.capital(name_work(other.cell.work)), is_chosen=other.cell.work == work,
            href=other.address, figure=other.cell.figure or "",
        )
        for other in others if other.has_amounts
    ]  # fmt: skip
    axis = explorer.pay_axis(chart_rows, answer.currency)
    return Finding(
        kicker=f"Pay · {PLACES[place].name} · {answer.period}",
        title=explorer.say_title(answer),
        dek=explorer.say_median(answer),
        href=f"f/{answer.cell.figure}.html" if answer.cell.figure else "pay.html",
        chart=rows.draw(chart_rows, axis, label=f"Pay in {PLACES[place].in_words}, {level} level", classes="pay"),
        note=figure_rows.KEY_OF_PAY,
    )


# --- cards ------------------------------------------------------------------------------------------------


def find_top_skills(lists: Mapping[tuple[str, str], SkillList]) -> Finding | None:
    """Return a finding on the skills that may be asked for most; None without data."""
    skill_list = lists.get(skills.FIRST_CHOICE)
    if skill_list is None:
        return None
    first = skills.leaders(skill_list)
    title = SKILLS.say([(skill.name, float(skill.asked.row["share"])) for skill in first if skill.is_point], len(first))
    if title is None:
        return None
    shown = skill_list.skills[:ROWS_OF_CARD]
    chart_rows = [_as_dots(skills.skill_row(skill, with_category=False)) for skill in shown]
    return Finding(
        kicker=f"Skills · {words.month(skill_list.day)}",
        title=title,
        href="skills.html",
        chart=rows.draw(chart_rows, rows.axis_for(chart_rows, percent), label="Skills asked most", classes="shares"),
        note=f"{skill_list.rests}.",
    )


def _as_dots(row: ChartRow) -> ChartRow:
    marks = tuple(mark for mark in row.marks if mark.kind in ("line", "dot"))
    return replace(row, marks=marks, href="")


@dataclass(frozen=True, kw_only=True)
class Leaders:
    """Templates for a finding's title, which names the items that may rank first (the leaders).

    `single` is for one leader, `tie` for several that are all named, and `among` for several that are not all named. At
    most `max_named` leaders are named. `name` turns an item into words. In a template, {names} stands for the names,
    and {Names} for the names at the start of a sentence.
    """

    single: str
    tie: str
    among: str
    max_named: int = 2
    name: Callable[[str], str] = str

    def say(self, top: Sequence[tuple[str, float]], n: int) -> str | None:
        """Return the title; None if no leader can be named.

        `n` is the number of leaders. `top` has the name and share of each leader whose share is printed, in order.
        """
        top = top[: self.max_named]
        if not top:
            return None
        sentence = self.single if n == 1 else self.tie if len(top) == n else self.among
        names, shares = " and ".join(self.name(name) for name, _ in top), [percent(share) for _, share in top]
        return sentence.format(
            names=names,
            Names=words.capital(names),
            are="is" if len(top) == 1 else "are",
            n=COUNTS[n] if n <= 10 else n,
            shares=f"{shares[0]} each" if len(shares) > 1 and len(set(shares)) == 1 else " and ".join(shares),
        )


def _name_roles(role: str) -> str:
    return f"{lower_first(role)}s"


SKILLS = Leaders(
    single="{names} leads the skills asked, in {shares} of AI engineering jobs",
    tie="{names} share the top of the skills asked, in {shares} of AI engineering jobs",
    among="{names} {are} among the {n} skills asked most, in {shares} of AI engineering jobs",
)
ROLES = Leaders(
    single="{Names} make up {shares} of AI jobs, more than any other role",
    tie="{Names} share the top, with {shares} of AI jobs",
    among="{Names} are among the {n} largest roles, with {shares} of AI jobs",
    name=_name_roles,
)
YEARS = Leaders(
    single="{shares} of AI jobs ask for {names}, more than for any other span",
    tie="{shares} of AI jobs ask for {names}",
    among="{shares} of AI jobs ask for {names}",
    max_named=1,
)
NOT_ASKED = "not_asked"


def _say_leaders(leaders: Leaders, cells: Sequence[Cell]) -> str | None:
    first = [cell for cell in _by_share(cells) if cell.row.get("rank_best") == 1 and cell.item != NOT_ASKED]
    known = [(cell.name or figure_rows.name_row(cell), cell.numbers["share"].value) for cell in first]
    return leaders.say([(name, share) for name, share in known if share is not None], len(first))


def _say_item(item: str, cells: Sequence[Cell]) -> str | None:
    return next((cell.sentence for cell in cells if cell.item == item), None)


def _by_share(cells: Sequence[Cell]) -> list[Cell]:
    return sorted(cells, key=lambda cell: -cell.row["share"])


def _choose_law(cells: Sequence[Cell]) -> list[Cell]:
    return sorted(cells, key=lambda cell: cell.row["region_level"] != "country")[:1]


def _say_law(cells: Sequence[Cell]) -> str | None:
    if not cells:
        return None
    row = _choose_law(cells)[0].row
    place = OF_REGION[row["region_level"], row["region"]]
    where = f" in {place.in_words}" if place.name else ""
    if row["difference_lo"] <= 0 <= row["difference_hi"]:
        return f"Whether employers{where} state pay more often where a law has them do so cannot be told"
    more = "more" if row["difference_lo"] > 0 else "fewer"
    return f"Employers{where} state pay in {more} of their adverts where a law has them do so"


def _say_closings(cells: Sequence[Cell]) -> str | None:
    if not cells:
        return None
    ours, *others = cells
    rate = figure_rows.RATE.say(*(ours.numbers["rate"].known or (0.0, 0.0)))
    text = f"{figure_rows.name_row(ours)} adverts close at {rate} a day"
    highs = [other.numbers["rate"].high for other in others]
    low, highest = ours.numbers["rate"].low, max((high for high in highs if high is not None), default=None)
    is_faster = low is not None and highest is not None and low > highest
    return f"{text}, faster than other adverts" if is_faster else text


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
        figure="roles.shares", kicker="Roles", say=functools.partial(_say_leaders, ROLES), href="work.html",
        note="adverts we read", order=_by_share,
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
        figure="degree.shares", kicker="Degree", href="work.html#degree-shares", note=IN_FULL,
        say=functools.partial(_say_item, NOT_ASKED), order=_by_share,
    ),
    Card(
        figure="years.shares", kicker="Experience", say=functools.partial(_say_leaders, YEARS),
        href="work.html#years-shares", note=IN_FULL, order=_by_share,
    ),
    Card(
        figure="additional.share", kicker="Beside base pay", href="f/additional.share.html", note="jobs that state pay",
        say=functools.partial(_say_item, "equity"),
    ),
)  # fmt: skip


def cards(figures: Sequence[Figures], lists: Mapping[tuple[str, str], SkillList]) -> Iterator[Finding]:
    """Yield the findings below the lead."""
    if first := find_top_skills(lists):
        yield first
    by_id = {figure.figure: figure for figure in figures}
    for card in CARDS:
        figure = by_id.get(card.figure)
        cells = [] if figure is None else cells_of(figure)
        title, kind = card.say(cells), figure_rows.kind_of(cells)
        if figure is None or title is None or kind is None:
            continue
        selection = card.order(cells)[:ROWS_OF_CARD]
        chart_rows = figure_rows.to_rows(kind, selection)
        of = selection[0] if kind is figure_rows.DIFFERENCE else None
        n, employers = (of.n, of.employers) if of else (figure.n_jobs, figure.n_employers)
        cut = f"{len(selection)} of {len(cells)} rows" if len(selection) < len(cells) else ""
        yield Finding(
            kicker=" · ".join(filter(None, (card.kicker, words.say_when(figure), words.review(figure)))),
            title=title,
            href=card.href,
            chart=rows.draw(chart_rows, kind.axis(chart_rows), label=figure.title, classes="shares"),
            note=f"{'; '.join(filter(None, (words.rests_on(n, employers, None), card.note, cut)))}.",
        )


# --- what is open -------------------------------------------------------------------------------------------

OPEN_ON_HOME = 6
"""The most open figures on the home page. The page of all figures lists the others."""
HOME_OF_OPEN = (
    "pay", "entries", "closing_rate", "additional", "qualification", "disclosure", "reported", "degree", "skill",
    "silence",
)  # fmt: skip
"""Kinds of figures that the home page may list as open, in order."""


def list_open(figures: Sequence[Figures]) -> list[Open]:
    """Return the figures that cannot be printed yet; those that are nearest to being printed come first."""
    candidates = [_open_of(figure) for figure in figures if figure.value is None and figure.kind == "measured"]
    return sorted(filter(None, candidates), key=lambda item: (-item.part, -item.nearest, item.title))


def _open_of(figure: Figures) -> Open | None:
    if not (figure.missing or figure.reason):
        return None
    by_rung: dict[str, list[Lack]] = {}
    for lack in figure.lacks or ():
        by_rung.setdefault(lack.rung, []).append(lack)
    rungs = declaration_of(figure.figure).rungs
    name = rungs[0].name if rungs else ""
    is_few = (figure.reason or "").startswith("not enough")
    lacks = by_rung.pop(name, [])
    if not is_few and not any(lack.n for lack in lacks):
        lacks = []  # nothing was counted, as something else was missing
    nearer = max(by_rung.values(), key=gaps.part_of, default=None)
    part = gaps.part_of(nearer) if nearer else 0.0
    reasons = [", ".join(map(str, lacks)), "" if lacks and is_few else figure.reason or ""]
    if nearer and (not lacks or part > gaps.part_of(lacks)):
        reasons.append(_say_nearer(nearer, name))
    return Open(
        title=figure.title,
        why=words.plain("; ".join(filter(None, reasons))),
        lack=min(lacks, key=lambda lack: lack.part, default=None),
        nearest=part,
        href=f"f/{figure.figure}.html",
        kind=figure.figure.partition(".")[0],
    )


def _say_nearer(lacks: Sequence[Lack], own_rung: str) -> str:
    """Return what a nearer rung lacks, such as "every level: 23 of 30 jobs with pay".

    The kind of source is left out if it is also that of `own_rung`.
    """
    kind, *wider = lacks[0].rung.split(", ")
    rung = ", ".join(wider) if wider and kind == own_rung.partition(", ")[0] else lacks[0].rung
    return f"{rung}: {', '.join(map(str, lacks))}"


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
