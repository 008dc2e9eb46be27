"""The page of a figure: its value and how certain it is, then everything that it is made from."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from markupsafe import Markup

from reports.cells.cell import FEW, FIRM, MEDIAN_OF_PANEL, OTHERS, ROUGH, Cell, judge_sureness
from reports.cells.of_figure import cells_of
from reports.figures.catalogue import FOLLOWED, declaration_of
from reports.figures.declared.month_figures import KIND
from reports.figures.declared.share_figures import EMPLOYERS
from reports.figures.vintages import find_day
from reports.guide import stamps
from reports.release.figure_files import RELEASE, WAREHOUSE, describe_sql, path_of
from reports.release.published import PublishedDay
from reports.site import explorer, figure_rows, lines, rows, skills, words
from reports.site.explorer import Answer, Explorer
from reports.site.skills import SkillList, SkillLists
from reports.wording import causes, movement, notes
from reports.wording.bases import BASES, unit_of
from reports.wording.levels import capitalise
from reports.wording.numbers import SAMPLE_WORDS, choose_printed, percent, sentences, upper_first
from reports.wording.sentences import say_all
from reports.wording.work import name_work
from warehouse.mart_tables import Figures

PAY = "pay.html"
SUBJECTS = {
    **dict.fromkeys(
        ("pay", "movement", "foreign_currency", "contractor", "bands", "entries", "silence", "ladder"),
        (PAY, "Pay"),
    ),
    **dict.fromkeys(("skill", "skills"), ("skills.html", "Skills")),
    **dict.fromkeys(("comparison", "reported", "premium", "frame"), ("countries.html", "Countries")),
    **dict.fromkeys(("disclosure", "pay_stated"), ("laws.html", "Pay laws")),
    "closing_rate": ("closings.html", "Closings"),
    **dict.fromkeys(("claim", "adoption"), ("guide.html", "The guide")),
}
"""The address and name of the page to which a figure belongs, by the first part of its id. The default is `WORK`."""
WORK = ("work.html", "Roles")
FILES = {RELEASE: "the released file", WAREHOUSE: "the warehouse"}
"""Names for the database on which a figure's SELECT can be run."""
NEIGHBOURS, MAX_ANSWERS = 3, 6
"""How many skills are shown on either side of a skill; how many other answers are shown beside an answer on pay."""


def page_of_subject(figure: Figures) -> str:
    """Return the path of the page to which a figure belongs."""
    return SUBJECTS.get(_subject_of(figure), WORK)[0]


def by_subject(figures: Sequence[Figures]) -> list[Figures]:
    """Sort figures for the list of all figures."""
    order = {kind: number for number, kind in enumerate(SUBJECTS)}
    return sorted(figures, key=lambda one: (order.get(_subject_of(one), len(order) // 2), one.figure))


def describe(figure: Figures, publication: PublishedDay, pay: Explorer, lists: SkillLists) -> dict[str, Any]:
    """Return the values of a figure's page."""
    cells, licence = cells_of(figure), publication.licences[figure.figure]
    form = _judge(figure, cells)
    title, value, drawing = _head(figure, cells, pay, lists)
    sql = describe_sql(figure, declaration_of(figure.figure), licence)
    return {
        "figure": figure,
        "licence": licence,
        "crumbs": SUBJECTS.get(_subject_of(figure), WORK),
        "title": title,
        "value": upper_first(value) if len(cells) == 1 or drawing is None or _subject_of(figure) in FOLLOWED else "",
        "drawing": drawing,
        "said": words.plain(notes.parts(figure)[1]),
        "missing": words.plain(figure.missing or figure.reason or ""),
        "nearest": figure.nearest,
        "facts": _facts(figure, form),
        "parts_of_value": _parts(cells[0]) if len(cells) == 1 else {},
        "table": notes.table(figure),
        "note": words.plain(notes.note(figure) if cells else sentences([figure.unit, notes.level(figure) or None])),
        "trust": _trust(figure, form) if cells else "",
        "vintages": [
            replace(one, why=_name_sources(one.why, publication)) for one in publication.vintages.get(figure.figure, ())
        ],
        "steps": lines.draw_vintages(publication.vintages.get(figure.figure, ()), label=f"{title}, by vintage"),
        "moves": list(
            causes.say_all(causes.select(publication.causes.get(figure.figure, ()), figure.list, figure.vintage))
        ),
        "moves_key": causes.ORDER_WORDS,
        "units": upper_first(unit_of(figure.basis)[1]),
        "behind": {part.source: part for part in figure.behind or ()},
        "sql": sql and (FILES[sql["answered_by"]], sql["select"]),
        "citation": publication.cite_figure(figure, path_of(figure.figure), title=words.plain(figure.title)),
        "sentences": _list_sentences(figure, publication),
        "address": publication.base_url and f"{publication.base_url}{path_of(figure.figure, 'svg')}",
    }


def _list_sentences(figure: Figures, publication: PublishedDay) -> list[dict[str, Any]]:
    """Return what a figure says in each form with words of its own, and by name what it can be copied as."""
    said = say_all(figure, is_sample=publication.is_sample)
    first_of = {words_of_form: form for form, words_of_form in reversed(said.items())}
    listed = []
    for words_of_form, form in reversed(first_of.items()):
        stamp = stamps.stamp_of(figure, form, find_day(figure, publication.lists))
        copies = {name: write(words_of_form, stamp) for name, write in stamps.COPIES.items()}
        copies["a web page"] = stamps.to_embed(words_of_form, stamp, publication.base_url or "../")
        listed.append({"form": form, "words": words_of_form, "copies": copies})
    return listed


def _name_sources(why: str, publication: PublishedDay) -> str:
    """Return why a vintage was published or waits, with the titles of sources in place of their names."""
    names = publication.sources
    title_of = functools.partial(re.sub, r"[a-z_]+", lambda hit: names[hit[0]].title if hit[0] in names else hit[0])
    return re.sub(r"(?<=other sources: )[^;]*", lambda hit: title_of(hit[0]), why)


def _judge(figure: Figures, cells: Sequence[Cell]) -> str:
    if figure.value is None:
        return FEW
    surenesses = {judge_sureness(figure.status, figure.basis), *(cell.sureness for cell in cells)}
    return next(form for form in (OTHERS, ROUGH, FIRM) if form in surenesses)


def _subject_of(figure: Figures) -> str:
    """Return the first part of a figure's id that names a subject."""
    return figure.figure.removeprefix(f"{EMPLOYERS}.").partition(".")[0]


def _head(
    figure: Figures, cells: Sequence[Cell], pay: Explorer, lists: SkillLists
) -> tuple[str, str, figure_rows.DrawnChart | Mapping[str, Any] | None]:
    """Return a title, the value in large letters, and a chart with its heading and key."""
    title, value = words.plain(figure.title), words.plain(notes.parts(figure)[0])
    if figure.value is None:
        return title, "", None
    kind, first, second, third = [*figure.figure.removeprefix(f"{EMPLOYERS}.").split("."), "", "", ""][:4]
    if kind in FOLLOWED:
        return title, *_draw_series(figure, title)
    answer = pay.answers.get((first, second, third))
    if kind == "pay" and answer is not None and answer.cell.figure == figure.figure:
        drawing = {"chart": _beside(figure, pay, answer), "heading": "Beside its neighbours, a year", "key": ""}
        return explorer.say_title(answer), f"{explorer.say_value(answer)[0]} a year", drawing
    skill_list = lists.get((second, third))
    if kind == "skill" and skill_list is not None:
        for number, skill in enumerate(skill_list.skills):
            if skill.figure == figure.figure:
                said = skill.asked.said or f"between {percent(skill.asked.low)} and {percent(skill.asked.high)}"
                heading = "Beside the skills that are asked about as often"
                drawing = {"chart": _among_skills(skill_list, number), "heading": heading, "key": ""}
                return f"The average employer asks for {skill.name} in {said} of its {skill_list.name}", value, drawing
    title = cells[0].sentence if len(cells) == 1 and cells[0].sentence else title
    return title, value, figure_rows.draw_for_page(figure)


def _draw_series(figure: Figures, title: str) -> tuple[str, Mapping[str, Any] | None]:
    """Return the newest value of a series in words, and its line chart; a chain may have no point to draw."""
    printed, kind = choose_printed(notes.rows_of(figure)), _subject_of(figure)
    shown = printed if kind == KIND else printed[-1:]  # the chart shows earlier ones
    value = words.plain(declaration_of(figure.figure).renderer.text(shown))
    chart = lines.draw_series(figure, label=f"{title}: {value}")
    return value, None if chart is None else {"chart": chart, **_LINES.get(figure.list or "", _LINES[kind])}


def _among_skills(skill_list: SkillList, number: int) -> Markup:
    first, chart_rows = max(0, number - NEIGHBOURS), []
    for at, skill in enumerate(skill_list.skills[first : number + NEIGHBOURS + 1], first):
        row = skills.skill_row(skill)
        href = row.href.removeprefix("f/") if at != number else ""
        chart_rows.append(replace(row, is_chosen=at == number, href=href, figure="", data={}))
    axis = rows.axis_for(chart_rows, percent)
    return rows.draw(chart_rows, axis, label="Skills asked about as often", classes="skills")


def _beside(figure: Figures, pay: Explorer, answer: Answer) -> Markup:
    place, work, level = answer.key
    names = {(place, work, other): capitalise(other) for other in pay.levels if other != level}
    names |= {(place, other, level): upper_first(name_work(other)) for other in pay.works if other != work}
    near = [other for other in map(pay.best, names) if other.has_amounts]
    chart_rows = [explorer.pay_row(answer, name="This figure", is_chosen=True, figure=figure.figure)]
    for other in near[:MAX_ANSWERS]:
        href = f"{other.cell.figure}.html" if other.cell.figure else f"../{other.address}"
        chart_rows.append(explorer.pay_row(other, name=names[other.key], href=href))
    guide = figure_rows.guide_row(figure.figure)
    chart_rows += [guide] if guide else []
    axis = explorer.pay_axis(chart_rows, answer.currency)
    return rows.draw(chart_rows, axis, label="This figure beside others", classes="pay")


_LINES = {
    "movement": {
        "heading": "Pay for the same kind of job, from year to year",
        "key": "The line is pay for the same title, level and money, chained from year to year; the dashed line is the "
        "mean of all pay, whatever the mix. Bars are 95% intervals; after a break the count begins again. A step "
        "whose interval is too wide for a point is not drawn.",
    },
    "movement.advertised": {
        "heading": "Pay for the same kind of job, from quarter to quarter",
        "key": "The line is pay for the same title, level and kind of pay at the same employers, chained from quarter "
        "to quarter; the dashed line is the mean of all pay, whatever the mix. Bars are 95% intervals; after a break "
        "the count begins again. A step whose interval is too wide for a point is not drawn.",
    },
    "adverts": {
        "heading": "Month by month",
        "key": "The line is the share of AI jobs, carried back from the newest month by the changes on boards that "
        "were read in both months; the bars are 95% intervals of these changes. The dashed line is the share of "
        "adverts on Indeed that name AI. After a break the line begins again.",
    },
    "adverts.indeed": {
        "heading": "Month by month",
        "key": "The line is the share of adverts on Indeed that name AI: the mean of each month's days.",
    },
    "premium": {"heading": "Period by period", "key": "Bars are 95% intervals; a break marks another questionnaire."},
}
"""Headings and keys of line charts, by kind of figure or by list."""
_PERIODS = {
    "read ": "Adverts read",
    "pay of ": "Pay of",
    "adverts of ": "Adverts of",
    "wages of ": "Wages of",
    "as of ": "As of",
}
"""Labels under which a page states a figure's period, by the words with which the period begins."""


def _facts(figure: Figures, form: str) -> dict[str, str]:
    period, old = notes.describe_period(figure), "nothing newer since" if figure.status == "stale" else ""
    begin = next((words for words in _PERIODS if period.startswith(words)), "")
    facts = {
        "Rests on": ", ".join(
            filter(None, (words.rests_on(figure.n_jobs, figure.n_employers, figure.basis), _newest_period(figure)))
        ),
        _PERIODS.get(begin, "As of"): period.removeprefix(begin),
        "Unit": figure.unit,
        "How sure": "; ".join(filter(None, (words.SURENESS[form], old, words.find_review(figure.qualifier)))),
    }
    return {name: value for name, value in facts.items() if value}


def _newest_period(figure: Figures) -> str | None:
    """Return the period of a series that its number of jobs or persons is of; None for other figures."""
    printed = choose_printed(notes.rows_of(figure)) if _subject_of(figure) in FOLLOWED else []
    if not printed or figure.n_jobs is None:
        return None
    return movement.say_period(max(printed, key=lambda row: str(row["period"])))


def _parts(cell: Cell) -> dict[str, str]:
    answer = Answer(cell=cell)
    labels = {
        "median": "Median", MEDIAN_OF_PANEL: f"Median of jobs on {SAMPLE_WORDS['panel']}", "low": "Low end",
        "high": "High end",
    }  # fmt: skip
    if cell.row.get("p50") is None:
        return {}
    return {name: explorer.with_ends(answer, part) for part, name in labels.items() if answer.number(part).known}


def _trust(figure: Figures, form: str) -> str:
    stale = f"too little was read since then to say it anew: it is as {notes.describe_period(figure)}"
    trust = BASES[figure.basis].trust if figure.basis else None
    return sentences([words.SURENESS[form], stale if figure.status == "stale" else None, trust])
