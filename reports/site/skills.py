"""Skills asked for, as data for the page's script and as the ranked list that is shown without the script.

A list shows the last day on which shares of a place and a group of roles could be printed. Ranks are ranges: a skill
ranks above another skill only if their 95% intervals do not overlap, so that chance decides no printed order.
"""

from __future__ import annotations

import bisect
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from reports.cells.cell import FIRM, Cell
from reports.cells.published import read_cells
from reports.figures.declared.share_figures import ASKED, name_jobs
from reports.figures.places import EVERYWHERE, OF_REGION, Place
from reports.figures.query import Connection
from reports.site import words
from reports.site.rows import ChartRow, Mark
from reports.wording.numbers import category_name, interval, percent
from reports.wording.work import GROUPS, name_work
from warehouse.mart_tables import Figures

COUNTS = {ASKED: "asked", "skill_required": "required", "skill_preferred": "preferred"}
"""Names of what is counted, by measure. "asked" means required or preferred."""
MIN_JOBS = 2
"""Fewest jobs that must ask for a skill before it is listed."""
SHOWN_FIRST = 40
"""Number of skills shown before a reader asks for all."""
FIRST_CHOICE = (EVERYWHERE.slug, "ai_engineering")
DECIMALS = 6
"""Decimal places of shares in the list and in the script's data, so that both have the same ranks and drawings."""
CATEGORY_STYLES = {
    "Programming Languages": "languages",
    "Machine Learning and Deep Learning": "learning",
    "Generative AI and Agents": "generative",
    "MLOps and Deployment": "deployment",
    "Big Data and Cloud": "cloud",
    "Software Engineering and Tools": "software",
    "Mathematics and Statistics": "maths",
    "AI Ethics and Explainability": "maths",
}
"""The CSS class of each category, which sets its colour. Rows also name their category."""
CHIPS = {style: category_name(category) for category, style in CATEGORY_STYLES.items()} | {"maths": "Maths, ethics"}
"""The name that readers see for each CSS class."""


@dataclass(frozen=True, kw_only=True)
class Skill:
    """A skill of a list: its shares by what is counted, its best and worst rank, and the id of its figure or ""."""

    cells: Mapping[str, Cell]
    ranks: tuple[int, int]
    figure: str

    @property
    def asked(self) -> Cell:
        """The cell with the share of jobs that require or prefer the skill."""
        return self.cells["asked"]

    @property
    def name(self) -> str:
        """The name of the skill."""
        return self.asked.item

    @property
    def is_point(self) -> bool:
        """Whether the share itself is printed, not only its interval."""
        return self.asked.numbers["share"].value is not None

    @property
    def style(self) -> str:
        """The CSS class of the skill's category."""
        return CATEGORY_STYLES.get(self.asked.row["category"], "software")


@dataclass(frozen=True, kw_only=True)
class SkillList:
    """The skills of a place and a group of roles, the most asked first, with the numbers of jobs and employers."""

    place: Place
    work: str
    skills: Sequence[Skill]
    day: date
    n_jobs: int
    n_employers: int

    @property
    def name(self) -> str:
        """The jobs that are counted: "AI engineering jobs in the United States"."""
        return name_jobs(self.work, self.place)

    @property
    def rests(self) -> str:
        """The numbers of jobs and employers: "5,120 jobs, 311 employers"."""
        return f"{self.n_jobs:,} jobs, {self.n_employers:,} employers"


def read_skills(con: Connection, as_of: date, figures: Sequence[Figures]) -> dict[tuple[str, str], SkillList]:
    """Read all lists by place and group of roles. `figures` are the published figures, to which skills link."""
    printed = {figure.figure for figure in figures if figure.value is not None}
    lists: dict[tuple[str, str], dict[str, dict[str, Cell]]] = {}
    for cell in read_cells(con, as_of, kinds=["shares"]):
        if cell.measure in COUNTS:
            skills = lists.setdefault((cell.place, cell.work), {})
            skills.setdefault(cell.item, {})[COUNTS[cell.measure]] = cell
    result = {}
    for key, by_name in sorted(lists.items()):
        listed = [
            cells for cells in by_name.values() if "asked" in cells and cells["asked"].row["n_asking"] >= MIN_JOBS
        ]
        if listed:
            result[key] = _make_list(key[1], listed, printed)
    return result


def _make_list(work: str, listed: list[dict[str, Cell]], printed: set[str]) -> SkillList:
    listed.sort(key=lambda cells: (-cells["asked"].row["share"], cells["asked"].item))
    ranks = rank_by_intervals([drawn[1:] for cells in listed if (drawn := _drawn(cells["asked"]))])
    first = listed[0]["asked"]
    return SkillList(
        place=OF_REGION[first.row["region_level"], first.row["region"]],
        work=work,
        skills=[
            Skill(cells=cells, ranks=rank, figure=cells["asked"].id if cells["asked"].id in printed else "")
            for cells, rank in zip(listed, ranks, strict=True)
        ],
        day=first.row["as_of"],
        n_jobs=first.row["n_jobs"],
        n_employers=first.row["n_employers"],
    )


def _drawn(cell: Cell | None) -> tuple[float | None, float, float] | None:
    """Return (share, low end, high end) of a cell, rounded; the share is None if only its interval is printed.

    Return None if there is no interval.
    """
    number = None if cell is None else cell.numbers.get("share")
    if number is None or number.low is None or number.high is None:
        return None
    share = None if number.value is None else round(number.value, DECIMALS)
    return share, round(number.low, DECIMALS), round(number.high, DECIMALS)


def first_choice(lists: Mapping[tuple[str, str], SkillList]) -> tuple[str, str]:
    """Return the place and group of roles of the list shown first: all places if listed, or else the first list."""
    return FIRST_CHOICE if FIRST_CHOICE in lists else next(iter(lists), FIRST_CHOICE)


def rank_by_intervals(intervals: Sequence[tuple[float, float]]) -> list[tuple[int, int]]:
    """Return the best and worst rank of each interval. An interval ranks above another if it lies entirely above it."""
    lows, highs = sorted(low for low, _ in intervals), sorted(high for _, high in intervals)
    n = len(intervals)
    return [(1 + n - bisect.bisect_right(lows, high), n - bisect.bisect_left(highs, low)) for low, high in intervals]


def leaders(skill_list: SkillList) -> list[Skill]:
    """Return the skills that may rank first."""
    return [skill for skill in skill_list.skills if skill.ranks[0] == 1]


def _say_ranks(ranks: tuple[int, int]) -> str:
    return f"{ranks[0]}" if ranks[0] == ranks[1] else f"{ranks[0]}–{ranks[1]}"


def skill_row(skill: Skill, *, with_category: bool = True) -> ChartRow:
    """Return a row: a bar for required, a tint for required or preferred, and the share with its interval."""
    drawn, required = _drawn(skill.asked), _drawn(skill.cells.get("required"))
    share, low, high = drawn or (None, 0.0, 0.0)
    form, marks = skill.asked.sureness, []
    if share is not None:
        marks.append(Mark(kind="tint", start=0.0, end=share, style=skill.style))
        if required is not None and required[0] is not None:
            marks.append(Mark(kind="bar", start=0.0, end=min(required[0], share), style=skill.style))
    marks.append(Mark(kind="halo", start=low, end=high))
    marks.append(Mark(kind="line", start=low, end=high, style=f"ink {form}"))
    if share is not None:
        marks.append(Mark(kind="dot", start=share, style=f"ink {form}"))
    value, ends = _say(skill.asked)
    between = f"{value}, between {ends}" if value else f"between {ends}"
    ranks = _say_ranks(skill.ranks)
    return ChartRow(
        name=skill.name,
        beneath=category_name(skill.asked.row["category"]) if with_category else "",
        value=value or ends,
        value_beneath=ends if value else "no point",
        form=form,
        marks=tuple(marks),
        spoken=f"{skill.name}: {between}, rank {ranks}. {words.SURENESS[form]}.",
        href=f"f/{skill.figure}.html" if skill.figure else "",
        figure=skill.figure,
        rank=ranks if with_category else "",
        data={"category": skill.style, "search": skill.name.lower()} if with_category else {},
    )


def _say(cell: Cell) -> tuple[str, str]:
    """Write a share and its interval: ("57%", "54–61%"); the share is "" if only its interval is printed."""
    return percent(cell.row["share"]) if cell.numbers["share"].value is not None else "", interval(cell.row)


def to_script(lists: Mapping[tuple[str, str], SkillList]) -> bytes:
    """Return the data as a script: `SKILLS = {…}`."""
    by_name = {skill.name: skill for skill_list in lists.values() for skill in skill_list.skills}
    number = {name: place for place, name in enumerate(sorted(by_name))}
    places = {skill_list.place.slug: skill_list.place for skill_list in lists.values()}
    order = sorted(places.values(), key=lambda place: (place is not EVERYWHERE, place.level != "country", place.name))
    data: dict[str, Any] = {
        "names": list(number),
        "categories": [by_name[name].style for name in number],
        "category_names": [category_name(by_name[name].asked.row["category"]) for name in number],
        "shown_first": SHOWN_FIRST,
        "sureness": dict(words.SURENESS),
        "choice": list(first_choice(lists)),
        "places": [[place.slug, place.name or "All adverts read", place.name and place.in_words] for place in order],
        "works": [[work, name_work(work)] for work in GROUPS if any(key[1] == work for key in lists)],
        "lists": {
            ".".join(key): {
                "name": skill_list.name,
                "day": words.month(skill_list.day),
                "rests": skill_list.rests,
                "skills": [_to_list(skill, number) for skill in skill_list.skills],
            }
            for key, skill_list in lists.items()
        },
    }
    return f"window.SKILLS = {json.dumps(data, ensure_ascii=False, separators=(',', ':'))};\n".encode()


def _to_list(skill: Skill, number: Mapping[str, int]) -> list[Any]:
    """Return a skill for the script: the index of its name, an entry for each of `COUNTS`, and its figure's id or 0.

    An entry has the rounded numbers, their words, and whether the share is firm; it is 0 if there is no share. `number`
    maps names of skills to indices.
    """
    counts = [
        0 if cell is None or drawn is None else [*drawn, *_say(cell), int(cell.sureness == FIRM)]
        for cell, drawn in ((cell, _drawn(cell)) for cell in map(skill.cells.get, COUNTS.values()))
    ]
    return [number[skill.name], *counts, skill.figure or 0]
