"""Skills asked for, as data for the page's script and as the list that is shown without the script.

Shares are of the average employer: each employer counts once, by the part of its jobs that ask.

A list shows the last day on which shares of a place and a group of roles could be printed. It has no ranks: those that
the data allow are known within categories alone (`warehouse.marts.rank_sets`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, NamedTuple

from reports.cells.cell import FIRM, ROUGH, Cell
from reports.figures.declared.share_figures import ASKED, EMPLOYERS, name_jobs
from reports.figures.places import EVERYWHERE, OF_REGION, Place
from reports.site import rows, words
from reports.site.rows import ChartRow, Mark
from reports.wording import numbers, prose
from reports.wording.numbers import Row, category_name, interval, name_platforms, on_platforms, percent, span_share
from reports.wording.shares import say_largest
from reports.wording.work import GROUPS, name_work
from warehouse.mart_tables import Figures
from warehouse.marts.measures import MEASURES, Measure
from warehouse.marts.printing import PLATFORMS, POINT

REQUIRED, PREFERRED, DUTY = "skill_required", "skill_preferred", "skill_duty"
"""Measures of skills that adverts require, prefer, or name only in duties. `ASKED` means any of the three."""
MIN_JOBS = 2
"""Fewest jobs that must ask for a skill before it is listed."""
SAID_IN_TITLE = 2
"""The most skills or other items that a title names."""
SHOWN_FIRST = 40
"""Number of skills shown before a reader asks for all."""
FIRST_CHOICE = (EVERYWHERE.slug, "ai_engineering")
DECIMALS = 6
"""Decimal places of shares in the list and in the script's data, so that both have the same drawings."""
STYLES = {
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
CHIPS = {style: category_name(category) for category, style in STYLES.items()} | {"maths": "Maths, ethics"}
"""The name that readers see for each CSS class."""


class Count(NamedTuple):
    """A share as it is drawn and said. `share` is None if only its interval, or each platform's share, is printed.

    `said` goes from the least to the most of platforms; it is "" if only the interval is printed.
    """

    share: float | None
    low: float
    high: float
    said: str
    ends: str
    is_firm: int


@dataclass(frozen=True, kw_only=True)
class Skill:
    """A skill of a list: its category and CSS class, its shares, and its figure's id or ""."""

    name: str
    category: str
    style: str
    asked: Count
    required: Count | None
    preferred: Count | None
    duty: Count | None
    figure: str


@dataclass(frozen=True, kw_only=True)
class SkillList:
    """The skills of a place and a group of roles, the most asked first.

    `name` says which jobs are counted ("AI engineering jobs in Germany on Ashby boards"), `rests` how many, and `month`
    when. `platforms` are the titles of the platforms named, in the order of their shares.
    """

    place: Place
    work: str
    name: str
    rests: str
    month: str
    platforms: Sequence[str]
    skills: Sequence[Skill]
    said: str = ""  # the shares of the first skills in prose; "" if none is known well enough
    review: str = ""  # such as "under review since 3 May"

    @property
    def kicker(self) -> str:
        """The words above the list's title: "Skills · October 2025 · on Ashby boards", with the review."""
        return " · ".join(filter(None, ("Skills", self.month, on_platforms(self.platforms), self.review)))


SkillLists = Mapping[tuple[str, str], SkillList]
"""Lists of skills by place and group of roles."""


def list_skills(published: Iterable[Cell], figures: Sequence[Figures]) -> SkillLists:
    """Return all lists, of the published cells. `figures` are the published figures, to which skills link."""
    printed = {figure.figure for figure in figures if figure.value is not None}
    lists: dict[tuple[str, str], dict[str, dict[str, Cell]]] = {}
    for cell in published:
        if cell.kind == EMPLOYERS and cell.measure in (ASKED, REQUIRED, PREFERRED, DUTY):
            lists.setdefault((cell.place, cell.work), {}).setdefault(cell.item, {})[cell.measure] = cell
    result = {}
    for key, by_name in sorted(lists.items()):
        listed = [cells for cells in by_name.values() if ASKED in cells and cells[ASKED].row["n_asking"] >= MIN_JOBS]
        listed = [cells for cells in listed if _count(cells[ASKED]) is not None]
        if listed:
            listed.sort(key=lambda cells: (-cells[ASKED].row["share"], cells[ASKED].item))
            result[key] = _make_list(key[1], listed, printed)
    return result


def _make_list(work: str, listed: Sequence[Mapping[str, Cell]], printed: Set[str]) -> SkillList:
    counts = [count for cells in listed if (count := _count(cells[ASKED])) is not None]
    skills = []
    for cells, asked in zip(listed, counts, strict=True):
        cell, category = cells[ASKED], cells[ASKED].row["category"]
        skills.append(
            Skill(
                name=cell.item, category=category_name(category), style=STYLES.get(category, "software"), asked=asked,
                required=_count(cells.get(REQUIRED)), preferred=_count(cells.get(PREFERRED)),
                duty=_count(cells.get(DUTY)), figure=cell.id if cell.id in printed else "",
            )
        )  # fmt: skip
    first = listed[0][ASKED]
    counts_said = f"{first.row['n_jobs']:,} jobs, {first.row['n_employers']:,} employers"
    place = OF_REGION[first.row["region_level"], first.row["region"]]
    platforms = name_platforms(first.row)
    known = [cells[ASKED] for cells in listed if cells[ASKED].row.get("form") in (POINT, PLATFORMS)]
    known_rows = [{**cell.row, "name": cell.item} for cell in known]
    return SkillList(
        place=place,
        work=work,
        name=" ".join(filter(None, (name_jobs(work, place), on_platforms(platforms)))),
        rests=", ".join(filter(None, (counts_said, say_largest(first.row)))),
        month=numbers.month(first.row["as_of"]),
        platforms=platforms,
        skills=skills,
        said=say_first(MEASURES[ASKED], name_jobs(work, place), known_rows) or "",
        review=first.row["review"] or "",
    )


def say_first(measure: Measure, jobs: str, known: Sequence[Row]) -> str | None:
    """Say the first shares in prose, and one alone where each platform has its own; None if none can be said."""
    n_said = 1 if known and known[0].get("form") == PLATFORMS else SAID_IN_TITLE
    return prose.list_shares(measure, jobs, known[:n_said])


def _count(cell: Cell | None) -> Count | None:
    number = None if cell is None else cell.numbers.get("share")
    if cell is None or number is None or number.ends is None:
        return None
    share = None if number.value is None else round(number.value, DECIMALS)
    low, high = (round(end, DECIMALS) for end in number.ends)
    said = span_share(cell.row) if number.form in (POINT, PLATFORMS) else ""
    ends = interval({"share_lo": number.ends[0], "share_hi": number.ends[1]})
    return Count(share, low, high, said, ends, int(cell.sureness == FIRM))


def first_list(lists: SkillLists) -> SkillList | None:
    """Return the list shown first: that of all places, or else the first one; None if there is none."""
    return lists.get(FIRST_CHOICE) or next(iter(lists.values()), None)


def skill_row(skill: Skill) -> ChartRow:
    """Return a row: a bar for required, a tint for all that is asked, and the share with its interval."""
    share, low, high, said, ends, is_firm = skill.asked
    form = FIRM if is_firm else ROUGH
    marks = [Mark(kind="halo", start=low, end=high), Mark(kind="line", start=low, end=high, style=f"ink {form}")]
    if share is not None:
        bars = [Mark(kind="tint", start=0.0, end=share, style=skill.style)]
        if skill.required is not None and skill.required.share is not None:
            bars.append(Mark(kind="bar", start=0.0, end=min(skill.required.share, share), style=skill.style))
        marks = [*bars, *marks, Mark(kind="dot", start=share, style=f"ink {form}")]
    return ChartRow(
        name=skill.name,
        beneath=skill.category,
        value=said or ends,
        value_beneath=ends if said else "range only",
        form=form,
        marks=tuple(marks),
        spoken=f"{skill.name}: {f'{said}, ' if said else ''}between {ends}. {words.SURENESS[form]}.",
        href=f"f/{skill.figure}.html" if skill.figure else "",
        figure=skill.figure,
        data={"category": skill.style, "search": skill.name.lower()},
    )


def view(skill_list: SkillList) -> dict[str, Any]:
    """Return the values of the page's first view: the chips of categories, the rows and their chart."""
    styles, shown = {skill.style for skill in skill_list.skills}, list(map(skill_row, skill_list.skills))
    axis = rows.axis_for(shown, percent)
    return {
        "chips": {style: name for style, name in CHIPS.items() if style in styles},
        "rows": shown,
        "chart": rows.draw(shown, axis, label="Skills, the most asked first", classes="skills"),
    }


def to_script(lists: SkillLists) -> bytes:
    """Return the data as a script: `SKILLS = {…}`.

    A skill is a list: the index of its name; what is asked, required, preferred and named in duties alone (0 without a
    share); its figure's id or 0.
    """
    by_name = {skill.name: skill for skill_list in lists.values() for skill in skill_list.skills}
    number = {name: place for place, name in enumerate(sorted(by_name))}
    places = {skill_list.place.slug: skill_list.place for skill_list in lists.values()}
    order = sorted(places.values(), key=lambda place: (place is not EVERYWHERE, place.level != "country", place.name))
    first = first_list(lists)
    data: dict[str, Any] = {
        "names": list(number),
        "categories": [by_name[name].style for name in number],
        "category_names": [by_name[name].category for name in number],
        "shown_first": SHOWN_FIRST,
        "sureness": dict(words.SURENESS),
        "choice": [first.place.slug, first.work] if first else list(FIRST_CHOICE),
        "places": [[place.slug, place.name or "All adverts read", place.name and place.in_words] for place in order],
        "works": [[work, name_work(work)] for work in GROUPS if any(key[1] == work for key in lists)],
        "lists": {
            ".".join(key): {
                "name": skill_list.name,
                "day": skill_list.month,
                "kicker": skill_list.kicker,
                "rests": skill_list.rests,
                "skills": [
                    [number[one.name], one.asked, one.required or 0, one.preferred or 0, one.duty or 0, one.figure or 0]
                    for one in skill_list.skills
                ],
            }
            for key, skill_list in lists.items()
        },
    }
    return words.script("SKILLS", data)
