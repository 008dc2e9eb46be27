"""Skills asked for, as data for the page's script and as the one ranked list that stands without it.

A list is of the last day on which a place and group of roles had shares that could be printed. Ranks are ranges: a
skill stands before another only where their 95 % intervals do not overlap, so that chance turns no order we print.
"""

from __future__ import annotations

import bisect
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from reports.cells.cell import Cell, judge_sureness
from reports.cells.published import read_published
from reports.figures.places import EVERYWHERE, OF_REGION, Place, slug
from reports.figures.query import Connection
from reports.figures.share_figures import ASKED
from reports.site import words
from reports.site.rows import ChartRow, Mark
from reports.wording.numbers import VERDICTS, Row, category_name, interval, percent
from reports.wording.work import GROUPS, name_work
from warehouse.mart_tables import Figures
from warehouse.marts.printing import POINT

BESIDE = {"skill_required": "required", "skill_preferred": "preferred"}
"""Measures of which a list has the share beside what is asked, by the name of its columns."""
LEAST_JOBS = 2
"""Jobs that must ask for a skill for it to be listed."""
SHOWN_FIRST = 40
"""Skills that a list shows before a reader asks for all."""
FIRST_CHOICE = (EVERYWHERE.slug, "ai_engineering")
COUNTS = {"asked": ("share", "share_lo", "share_hi", "form")} | {
    name: (name, f"{name}_lo", f"{name}_hi", f"{name}_form") for name in ("required", "preferred")
}
"""What may be counted, with its columns: a skill that is required or preferred, and each alone."""
DECIMALS = 7
"""Of shares in the list and in the script's data, so that both give the same ranks and drawings."""
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
"""The colour of each category, by the name of its class. Colour is never alone: each row names its category."""


@dataclass(frozen=True, kw_only=True)
class Skill:
    """A skill of a list: its row of the mart, the ranks that the data allow, and its figure where it has one."""

    row: Row
    ranks: tuple[int, int]
    figure: str | None

    @property
    def name(self) -> str:
        """The skill."""
        return str(self.row["item"])

    @property
    def is_point(self) -> bool:
        """Whether the share itself is printed."""
        return bool(self.row["form"] == POINT)

    @property
    def form(self) -> str:
        """How sure it is."""
        return judge_sureness(self.row["status"], None, is_point=self.is_point)


@dataclass(frozen=True, kw_only=True)
class SkillList:
    """The skills of a place and group of roles, the most asked first."""

    place: Place
    work: str
    day: date
    n_jobs: int
    n_employers: int
    skills: Sequence[Skill]


def read_skills(con: Connection, as_of: date, figures: Sequence[Figures]) -> dict[tuple[str, str], SkillList]:
    """All lists by place and group of roles. Figures of the catalogue stand in them as they are published."""
    figure_of = _published_skills(figures)
    groups: dict[tuple[str, str], list[Row]] = {}
    beside: dict[tuple[str, str, str, str], Cell] = {}
    for cell in read_published(con, as_of, kinds=["shares"]):
        if cell.measure == ASKED and cell.row["n_asking"] >= LEAST_JOBS:
            groups.setdefault((cell.place, cell.work), []).append({**cell.row, "day": cell.row["as_of"]})
        elif cell.measure in BESIDE:
            beside[BESIDE[cell.measure], cell.place, cell.work, cell.item] = cell
    rows_of = {
        key: [{**row, **_beside([beside.get((name, *key, row["item"])) for name in BESIDE.values()])} for row in rows]
        for key, rows in groups.items()
    }
    return {
        key: _make_list(OF_REGION[(group[0]["region_level"], group[0]["region"])], key[1], group, figure_of)
        for key, group in sorted(rows_of.items())
    }


def _beside(cells: Sequence[Cell | None]) -> Row:
    """The shares of adverts that require and that prefer a skill, as columns of its row."""
    return {
        f"{name}{suffix}": None if cell is None else cell.row[column]
        for name, cell in zip(BESIDE.values(), cells, strict=True)
        for suffix, column in (("", "share"), ("_lo", "share_lo"), ("_hi", "share_hi"), ("_form", "form"))
    }


def _published_skills(figures: Sequence[Figures]) -> dict[tuple[str, str, str], Figures]:
    """Figures of one skill by the skill, place and group of roles that their ids name."""
    figure_of = {}
    for figure in figures:
        parts = figure.figure.split(".")
        if parts[0] == "skill" and len(parts) == 4 and figure.value is not None:
            figure_of[(parts[1], parts[2], parts[3])] = figure
    return figure_of


def _make_list(
    place: Place, work: str, group: Sequence[Row], figure_of: Mapping[tuple[str, str, str], Figures]
) -> SkillList:
    figures = {
        row["item"]: figure.figure
        for row in group
        if (figure := figure_of.get((slug(row["item"]), place.slug, work))) is not None
    }
    rows = [_round(row) for row in group]
    rows.sort(key=lambda row: (-row["share"], row["item"]))
    ranks = rank_by_intervals([(row["share_lo"], row["share_hi"]) for row in rows])
    skills = [
        Skill(row=row, ranks=rank, figure=figures.get(row["item"])) for row, rank in zip(rows, ranks, strict=True)
    ]
    return SkillList(
        place=place,
        work=work,
        day=rows[0]["day"],
        n_jobs=rows[0]["n_jobs"],
        n_employers=rows[0]["n_employers"],
        skills=skills,
    )


def _round(row: Row) -> Row:
    shares = {name: row[name] for columns in COUNTS.values() for name in columns[:3] if row.get(name) is not None}
    return {**row, **{name: round(share, DECIMALS) for name, share in shares.items()}}


def first_choice(lists: Mapping[tuple[str, str], SkillList]) -> tuple[str, str]:
    """The list that is shown first: that of all places, else the first there is."""
    return FIRST_CHOICE if FIRST_CHOICE in lists else next(iter(lists), FIRST_CHOICE)


def rank_by_intervals(intervals: Sequence[tuple[float, float]]) -> list[tuple[int, int]]:
    """The best and the worst rank of each: above it are those whose interval lies wholly higher, and no others."""
    lows, highs = sorted(low for low, _ in intervals), sorted(high for _, high in intervals)
    n = len(intervals)
    return [(1 + n - bisect.bisect_right(lows, high), n - bisect.bisect_left(highs, low)) for low, high in intervals]


def leaders(skill_list: SkillList) -> list[Skill]:
    """The skills that may be the most asked: no other's interval lies wholly above theirs."""
    return [skill for skill in skill_list.skills if skill.ranks[0] == 1]


def say_ranks(ranks: tuple[int, int]) -> str:
    """1–2, or 3."""
    return f"{ranks[0]}" if ranks[0] == ranks[1] else f"{ranks[0]}–{ranks[1]}"


def skill_row(skill: Skill, *, with_category: bool = True) -> ChartRow:
    """A row of the list: what is required as a bar, what is preferred behind it, the share with its interval."""
    row, style = skill.row, CATEGORY_STYLES.get(skill.row["category"], "software")
    marks = []
    if skill.is_point:
        if row.get("required") is not None and row.get("required_form") == POINT:
            marks.append(Mark(kind="tint", start=0.0, end=row["share"], style=style))
            marks.append(Mark(kind="bar", start=0.0, end=min(row["required"], row["share"]), style=style))
        else:
            marks.append(Mark(kind="tint", start=0.0, end=row["share"], style=style))
    marks.append(Mark(kind="halo", start=row["share_lo"], end=row["share_hi"]))
    marks.append(Mark(kind="line", start=row["share_lo"], end=row["share_hi"], style=f"ink {skill.form}"))
    if skill.is_point:
        marks.append(Mark(kind="dot", start=row["share"], style=f"ink {skill.form}"))
    ends = interval(row)
    value = percent(row["share"]) if skill.is_point else ends
    return ChartRow(
        name=skill.name,
        beneath=category_name(row["category"]) if with_category else "",
        value=value,
        value_beneath=ends if skill.is_point else "no point",
        form=skill.form,
        marks=tuple(marks),
        spoken=f"{skill.name}: {f'{value}, between {ends}' if skill.is_point else f'between {ends}'}, rank "
        f"{say_ranks(skill.ranks)}. {words.SURENESS[skill.form]}.",
        href=f"f/{skill.figure}.html" if skill.figure else "",
        figure=skill.figure or "",
        rank=say_ranks(skill.ranks) if with_category else "",
        data={"category": style, "search": skill.name.lower()} if with_category else {},
    )


def name_list(skill_list: SkillList) -> str:
    """What a list is of: "AI engineering adverts in the United States"."""
    of = f"{name_work(skill_list.work)} adverts"
    return of if skill_list.place is EVERYWHERE else f"{of} in {skill_list.place.in_words}"


def to_script(lists: Mapping[tuple[str, str], SkillList]) -> bytes:
    """The data as a script that a page loads from a disk, too: `SKILLS = {…}`."""
    names = sorted({skill.name for skill_list in lists.values() for skill in skill_list.skills})
    number = {name: place for place, name in enumerate(names)}
    category = {skill.name: skill.row["category"] for skill_list in lists.values() for skill in skill_list.skills}
    data: dict[str, Any] = {
        "names": names,
        "categories": [CATEGORY_STYLES.get(category[name], "software") for name in names],
        "category_names": [category_name(category[name]) for name in names],
        "shown_first": SHOWN_FIRST,
        "verdicts": [least for least, _ in VERDICTS if least],
        "choice": list(first_choice(lists)),
        "places": [
            [place.slug, place.name or "All adverts read", place.in_words if place.name else ""]
            for place in sorted(
                {skill_list.place.slug: skill_list.place for skill_list in lists.values()}.values(),
                key=lambda place: (place is not EVERYWHERE, place.level != "country", place.name),
            )
        ],
        "works": [[work, name_work(work)] for work in GROUPS if any(key[1] == work for key in lists)],
        "lists": {
            ".".join(key): {
                "day": words.month(skill_list.day),
                "n": skill_list.n_jobs,
                "employers": skill_list.n_employers,
                "skills": [_to_list(skill, number) for skill in skill_list.skills],
            }
            for key, skill_list in lists.items()
        },
    }
    return f"window.SKILLS = {json.dumps(data, ensure_ascii=False, separators=(',', ':'))};\n".encode()


def _to_list(skill: Skill, number: Mapping[str, int]) -> list[Any]:
    """Its number among the names, and by count the share (or null), its ends; then its state and figure."""
    values: list[Any] = [number[skill.name]]
    for share, low, high, form in COUNTS.values():
        row = skill.row
        if row.get(low) is None or row.get(high) is None:
            values.append(0)
            continue
        values.append([row[share] if row[form] == POINT else None, row[low], row[high]])
    return [*values, int(skill.row["status"] == "low"), skill.figure or 0]
