"""The page of a figure: whether the number can be used, and then everything that stands behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from reports.cells.cell import FEW, FIRM, MEDIAN_OF_PANEL, OTHERS, ROUGH, Cell, judge_sureness
from reports.cells.of_figure import cells_of
from reports.figures.catalogue import declaration_of
from reports.release.figure_files import RELEASE, WAREHOUSE, describe_sql, path_of
from reports.release.published import PublishedDay
from reports.site import explorer, figure_rows, rows, skills, words
from reports.site.findings import FindingsBasis
from reports.wording import notes
from reports.wording.bases import BASES
from reports.wording.levels import capitalise
from reports.wording.numbers import SAMPLE_WORDS, percent, sentences
from reports.wording.work import name_work
from warehouse.mart_tables import Figures

GROUPS = {
    "pay": ("pay.html", "Pay"),
    "abroad": ("pay.html", "Pay"),
    "bands": ("pay.html", "Pay"),
    "entries": ("pay.html", "Pay"),
    "silence": ("pay.html", "Pay"),
    "ladder": ("pay.html", "Pay"),
    "skill": ("skills.html", "Skills"),
    "skills": ("skills.html", "Skills"),
    "comparison": ("countries.html", "Countries"),
    "reported": ("countries.html", "Countries"),
    "frame": ("countries.html", "Countries"),
    "disclosure": ("laws.html", "Pay laws"),
    "pay_stated": ("laws.html", "Pay laws"),
    "closing_rate": ("closings.html", "Closings"),
    "claim": ("guide.html", "The guide"),
}
"""Under which page a figure belongs, by the first part of its id; the others are of work."""
WORK = ("work.html", "Roles")
_ORDER = {name: number for number, name in enumerate(GROUPS)}


def order_of(figure: Figures) -> tuple[int, str]:
    """Where a figure stands among all: pay first, then skills, then kinds of source beside each other."""
    return _ORDER.get(figure.figure.partition(".")[0], len(_ORDER) // 2), figure.figure


FILES = {RELEASE: "the released file", WAREHOUSE: "the warehouse"}
"""Where the SELECT of a figure runs."""


def describe(figure: Figures, original: Figures, publication: PublishedDay, data: FindingsBasis) -> Mapping[str, Any]:
    """What the page of a figure is filled with; `original` is the figure as its files and guides word it."""
    cells, licence = cells_of(figure), publication.licences[figure.figure]
    form = _judge(figure, cells)
    head = _head(figure, data)
    sql = describe_sql(figure, declaration_of(figure.figure), licence)
    return {
        "figure": figure,
        "original": original,
        "licence": licence,
        "crumbs": GROUPS.get(figure.figure.partition(".")[0], WORK),
        "head": head,
        "value": head.value if len(cells) == 1 or head.chart is None else "",
        "said": words.plain(notes.parts(figure)[1]),
        "missing": words.plain(figure.missing or figure.reason or ""),
        "nearest": [near for near in figure.nearest or () if near.figure in data.figures],
        "facts": _facts(figure, form),
        "parts_of_value": _parts(cells[0]) if len(cells) == 1 else {},
        "table": notes.table(figure),
        "note": words.plain(notes.note(figure) if cells else sentences([figure.unit, notes.level(figure) or None])),
        "trust": _trust(figure, form) if cells else "",
        "vintages": publication.vintages.get(figure.figure, ()),
        "behind": {part.source: part for part in figure.behind or ()},
        "sql": sql and (FILES[sql["answered_by"]], sql["select"]),
        "citation": publication.cite_figure(original, path_of(figure.figure), title=words.plain(original.title)),
        "address": f"{publication.base_url or 'https://WHERE-THIS-STANDS/'}figures/{figure.figure}.svg",
    }


def _judge(figure: Figures, cells: Sequence[Cell]) -> str:
    """How sure a figure is: as sure as the least sure of its rows."""
    if figure.value is None:
        return FEW
    surenesses = {judge_sureness(figure.status, figure.basis), *(cell.sureness for cell in cells)}
    return next(one for one in (OTHERS, ROUGH, FIRM) if one in surenesses)


@dataclass(frozen=True, kw_only=True)
class Head:
    """What a page begins with: the title, the value in large letters, and the chart with its heading and key."""

    title: str
    value: str = ""
    chart: Markup | None = None
    heading: str = ""
    key: str = ""


def _head(figure: Figures, data: FindingsBasis) -> Head:
    """The answer as a sentence, beside its neighbours, where a figure is one number of pay or of a skill."""
    title, value = words.plain(figure.title), words.plain(notes.parts(figure)[0])
    if figure.value is None:
        return Head(title=title)
    cells = cells_of(figure)
    title = cells[0].sentence if len(cells) == 1 and cells[0].sentence else title
    kind, first, second, third = [*figure.figure.split("."), "", "", ""][:4]
    answer, skill_list = data.explorer.answers.get((first, second, third)), data.skills.get((second, third))
    if kind == "pay" and answer is not None and answer.cell.figure == figure.figure:
        return Head(
            title=explorer.say_title(answer),
            value=f"{explorer.say_value(answer)[0]} a year",
            chart=_beside(figure, data, answer),
            heading="Beside its neighbours, a year",
        )
    if kind == "skill" and skill_list is not None:
        for number, skill in enumerate(skill_list.skills):
            if skill.figure == figure.figure:
                row = skill.asked.row
                share = percent(row["share"])
                if not skill.is_point:
                    share = f"Between {percent(row['share_lo'])} and {percent(row['share_hi'])}"
                return Head(
                    title=f"{share} of {skill_list.name} ask for {skill.name}",
                    value=value,
                    chart=_among_skills(skill_list, number),
                    heading="Beside the skills that are asked about as often",
                )
    drawing = figure_rows.draw(figure)
    if drawing is None:
        return Head(title=title, value=value)
    return Head(title=title, value=value, chart=drawing.chart, heading=drawing.heading, key=drawing.key)


NEIGHBOURS = 3
"""Skills that are shown above and below one."""


def _among_skills(skill_list: skills.SkillList, number: int) -> Markup:
    """A skill among those that are asked about as often."""
    first, chart_rows = max(0, number - NEIGHBOURS), []
    for at, skill in enumerate(skill_list.skills[first : number + NEIGHBOURS + 1], first):
        row = skills.skill_row(skill)
        href = row.href.removeprefix("f/") if at != number else ""
        chart_rows.append(replace(row, is_chosen=at == number, href=href, figure="", data={}))
    axis = rows.axis_for(chart_rows, percent)
    return rows.draw(chart_rows, axis, label="Skills asked about as often", classes="skills")


def _beside(figure: Figures, data: FindingsBasis, answer: explorer.Answer) -> Markup:
    """The figure beside what is nearest to it: other levels, other work, and the 2026 guide's value."""
    place, work, level = answer.key
    names = {(place, work, other): capitalise(other) for other in explorer.LEVELS if other != level}
    names |= {(place, other, level): words.capital(name_work(other)) for other in data.explorer.works if other != work}
    near = [one for one in map(data.explorer.best, names) if one.has_amounts]
    chart_rows = [explorer.pay_row(answer, name="This figure", is_chosen=True, figure=figure.figure)]
    for one in near[:6]:
        href = f"{one.cell.figure}.html" if one.cell.figure else f"../{one.address}"
        chart_rows.append(explorer.pay_row(one, name=names[one.key], href=href))
    guide = figure_rows.guide_row(figure)
    chart_rows += [guide] if guide else []
    axis = explorer.pay_axis(chart_rows, answer.currency)
    return rows.draw(chart_rows, axis, label="This figure beside others", classes="pay")


_PERIODS = {"read ": "Adverts read", "pay of ": "Pay of", "wages of ": "Wages of", "as of ": "As of"}
"""Names of the fact that gives the period, by the first words of the period."""


def _facts(figure: Figures, form: str) -> dict[str, str]:
    period, old = notes.describe_period(figure), "nothing newer since" if figure.status == "stale" else ""
    begin = next((one for one in _PERIODS if period.startswith(one)), "")
    facts = {
        "Rests on": words.rests_on(figure.n_jobs, figure.n_employers, figure.basis),
        _PERIODS.get(begin, "As of"): period.removeprefix(begin),
        "Unit": figure.unit,
        "How sure": "; ".join(filter(None, (words.SURENESS[form], old, words.review(figure)))),
    }
    return {name: value for name, value in facts.items() if value}


def _parts(cell: Cell) -> dict[str, str]:
    """The parts of pay in one row, each with its interval."""
    answer = explorer.Answer(cell=cell)
    labels = {
        "median": "Median", MEDIAN_OF_PANEL: f"Median of jobs on {SAMPLE_WORDS['panel']}", "low": "Low end",
        "high": "High end",
    }  # fmt: skip
    if cell.row.get("p50") is None:
        return {}
    return {name: explorer.with_ends(answer, part) for part, name in labels.items() if answer.number(part).known}


def _trust(figure: Figures, form: str) -> str:
    """How far to trust a printed figure, as sentences."""
    stale = f"too little was read since then to say it anew: it is as {notes.describe_period(figure)}"
    trust = BASES[figure.basis].trust if figure.basis else None
    return sentences([words.SURENESS[form], stale if figure.status == "stale" else None, trust])
