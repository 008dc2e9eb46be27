"""The page of a figure: whether the number can be used, and then everything that stands behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from reports.cells.cell import MEDIAN_OF_PANEL
from reports.figures.catalogue import declaration_of
from reports.figures.history import FigureVintage
from reports.figures.places import PLACES
from reports.release.figure_files import RELEASE, WAREHOUSE, describe_sql, named_rows, path_of
from reports.release.published import PublishedDay
from reports.site import explorer, figure_rows, rows, skills, words
from reports.site.findings import FindingsBasis
from reports.wording import notes, numbers
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


TRUST = {
    "advertised": "It describes the adverts that state pay on the boards we read, not every employer; those that state "
    "none may pay otherwise.",
    "advertised_third_party": "Somebody else collected these ranges. Which employers they are of is not known, so no "
    "interval can be given that allows for it.",
    "reported": "People chose to answer the survey. An interval covers chance alone, not who answered.",
    "official": "An office counts everybody employed in an occupation that is near this work, not new offers.",
    "postings": "It describes the adverts on the boards we read, not the whole market.",
    "cited": "We did not measure it: it is what its publisher says.",
}
"""What a reader should keep in mind, by kind of source."""
STATES = {"published": "Published", "waiting": "Under review", "rejected": "Rejected", "withdrawn": "Withdrawn"}


def describe(figure: Figures, original: Figures, publication: PublishedDay, data: FindingsBasis) -> Mapping[str, Any]:
    """What the page of a figure is filled with; `original` is the figure as its files and guides word it."""
    is_printed = figure.value is not None
    pairs = list(named_rows(figure)) if is_printed else []
    is_single = len(pairs) == 1
    licence = publication.licences[figure.figure]
    pay = _pay_cell(figure, data)
    value, qualifier = notes.parts(figure)
    form = _form(figure, pairs)
    chart, heading = _chart(figure, data, pay)
    return {
        "figure": figure,
        "crumbs": GROUPS.get(figure.figure.split(".")[0], WORK),
        "title": _title(figure, pay, data),
        "instead": notes.say_instead(original),
        "value": _big(figure, pay, value) if is_printed and (is_single or chart is None) else "",
        "said": words.plain(qualifier) if is_printed else "",
        "missing": "" if is_printed else words.plain(figure.missing or figure.reason or ""),
        "nearest": [
            (near.figure, words.plain(near.title), words.plain(near.value))
            for near in figure.nearest or ()
            if near.figure in data.figures
        ],
        "facts": _facts(figure, form) if is_printed else [],
        "parts_of_value": _parts(pairs) if is_single else [],
        "chart": chart,
        "chart_heading": heading,
        "chart_key": figure_rows.KEY_OF_SILENCE if chart is not None and figure_rows.is_of_silence(figure) else "",
        "table": notes.table(figure),
        "counts": _counts(figure, pairs),
        "trust": _trust(figure, form) if is_printed else "",
        "vintages": [_describe_vintage(one) for one in reversed(publication.vintages.get(figure.figure, ()))],
        "sources": _sources(figure, publication),
        "snapshots": figure.snapshots,
        "selects": _selects(figure, publication),
        "citation": publication.cite(
            f"{words.plain(original.title)} [{figure.figure}]", path_of(figure.figure), licence
        ),
        "licence": licence,
        "bibtex": _bibtex(original, publication),
        "marker": f"<!-- figure:{figure.figure} --><!-- /figure -->",
        "printed": original.value or "",
        "file": f"figures/{figure.figure}",
        "address": f"{publication.base_url or 'https://WHERE-THIS-STANDS/'}figures/{figure.figure}.svg",
        "form": words.SURENESS[form],
    }


def _big(figure: Figures, pay: explorer.Answer | None, value: str) -> str:
    """The value in large letters: pay by the year, as its title and chart are."""
    if pay is not None and pay.has_amounts:
        return f"{explorer.say_value(pay)[0]} a year"
    return words.plain(value)


def _form(figure: Figures, pairs: Sequence[Any]) -> str:
    if figure.value is None:
        return words.FEW
    is_point = all((row.get("form") or "point") == "point" for _, row in pairs)
    is_low = figure.status == "low" or any(row.get("is_low") or row.get("status") == "low" for _, row in pairs)
    return words.sureness("low" if is_low else "published", figure.basis, is_point=is_point)


def _pay_cell(figure: Figures, data: FindingsBasis) -> explorer.Answer | None:
    """The cell of the explorer that a figure is; None for all others."""
    parts = figure.figure.split(".")
    if figure.value is None or len(parts) != 4 or parts[0] != "pay" or parts[1] not in PLACES:
        return None
    cell = data.explorer.answers.get((parts[1], parts[2], parts[3]))
    return cell if cell is not None and cell.cell.figure == figure.figure else None


def _title(figure: Figures, pay: explorer.Answer | None, data: FindingsBasis) -> str:
    """The answer as a sentence where a figure is one number of pay or of a skill; else its title."""
    if pay is not None:
        return explorer.say_title(pay)
    at = _skill_at(figure, data)
    if at is None:
        return words.plain(figure.title)
    skill_list, number = at
    skill = skill_list.skills[number]
    ends = f"Between {percent(skill.asked.row['share_lo'])} and {percent(skill.asked.row['share_hi'])}"
    share = percent(skill.asked.row["share"]) if skill.is_point else ends
    return f"{share} of {skill_list.name} ask for {skill.name}"


def _skill_at(figure: Figures, data: FindingsBasis) -> tuple[skills.SkillList, int] | None:
    """The list in which the figure of a skill stands, and its place there."""
    parts = figure.figure.split(".")
    if figure.value is None or len(parts) != 4 or parts[0] != "skill":
        return None
    skill_list = data.skills.get((parts[2], parts[3]))
    numbers = (
        [] if skill_list is None else [n for n, one in enumerate(skill_list.skills) if one.figure == figure.figure]
    )
    return (skill_list, numbers[0]) if skill_list is not None and numbers else None


NEIGHBOURS = 3
"""Skills that are shown above and below one."""


def _among_skills(skill_list: skills.SkillList, number: int) -> Any:
    """A skill among those that are asked about as often."""
    indices = range(max(0, number - NEIGHBOURS), min(len(skill_list.skills), number + NEIGHBOURS + 1))
    chart_rows = []
    for at in indices:
        row = skills.skill_row(skill_list.skills[at])
        href = row.href.removeprefix("f/") if at != number else ""
        chart_rows.append(replace(row, is_chosen=at == number, href=href, figure="", data={}))
    return rows.draw(
        chart_rows, rows.axis_for(chart_rows, percent), label="Skills asked about as often", classes="skills"
    )


def _chart(figure: Figures, data: FindingsBasis, pay: explorer.Answer | None) -> tuple[Any, str]:
    if figure.value is None:
        return None, ""
    if pay is not None:
        return _beside(figure, data, pay)
    if (at := _skill_at(figure, data)) is not None:
        return _among_skills(*at), "Beside the skills that are asked about as often"
    drawing = figure_rows.draw(figure)
    if drawing is None:
        return None, ""
    heading = {
        figure_rows.STACK: "What becomes of the adverts we read",
        figure_rows.KINDS: "By kind of source",
    }.get(drawing.kind, "Row by row" if drawing.n_rows > 1 else "How far the value is known")
    return drawing.chart, heading


def _beside(figure: Figures, data: FindingsBasis, pay: explorer.Answer) -> tuple[Any, str]:
    """The figure beside what is nearest to it: other levels, other work, and the 2026 guide's value."""
    place, work, level = pay.key
    keys = [(place, work, other) for other in explorer.LEVELS if other != level]
    keys += [(place, other, level) for other in data.explorer.works if other != work]
    cells = [cell for cell in map(data.explorer.best, keys) if cell is not None and cell.has_amounts]
    chart_rows = [explorer.pay_row(pay, name="This figure", is_chosen=True, figure=figure.figure)]
    for cell in cells[:6]:
        name = capitalise(cell.cell.item) if cell.cell.work == work else words.capital(name_work(cell.cell.work))
        href = f"{cell.cell.figure}.html" if cell.cell.figure else f"../{cell.address}"
        chart_rows.append(explorer.pay_row(cell, name=name, href=href))
    guide = figure_rows.guide_row(figure)
    chart_rows += [guide] if guide else []
    axis = explorer.pay_axis(chart_rows, pay.currency)
    chart = rows.draw(chart_rows, axis, label="This figure beside others", classes="pay")
    return chart, "Beside its neighbours, a year"


def _facts(figure: Figures, form: str) -> list[tuple[str, str]]:
    facts = [("Rests on", words.rests_on(figure.n_jobs, figure.n_employers, figure.basis))]
    period = notes.describe_period(figure)
    label, _, when = period.partition(" ")
    if label == "read":
        facts.append(("Adverts read", when))
    elif label in ("pay", "wages"):
        facts.append((f"{label.capitalize()} of", when.removeprefix("of ")))
    else:
        facts.append(("As of", period.removeprefix("as of ")))
    facts.append(("Unit", figure.unit))
    old = "nothing newer since" if figure.status == "stale" else ""
    facts.append(("How sure", "; ".join(filter(None, (words.SURENESS[form], old, words.review(figure))))))
    return [(name, value) for name, value in facts if value]


def _parts(pairs: Sequence[Any]) -> list[tuple[str, str]]:
    """The parts of pay in one row, each with its interval."""
    _, row = pairs[0]
    if row.get("p50") is None:
        return []
    labels = (
        ("Median", "median"), (f"Median of jobs on {SAMPLE_WORDS['panel']}", MEDIAN_OF_PANEL), ("Low end", "low"),
        ("High end", "high"),
    )  # fmt: skip
    answer = explorer.answer_of(row, row.get("basis") or "")
    return [(name, explorer.with_ends(answer, part)) for name, part in labels if answer.number(part).known is not None]


def _counts(figure: Figures, pairs: Sequence[Any]) -> str:
    """What the figure counts, as sentences."""
    declaration = declaration_of(figure.figure)
    if not pairs:
        return sentences([figure.unit, notes.level(figure) or None])
    mart_rows = notes.rows_of(figure)
    return words.plain(
        sentences([notes.say_basis(figure), notes.define_level(figure), *declaration.renderer.note(mart_rows)])
    )


def _trust(figure: Figures, form: str) -> str:
    against = notes.compare(figure)
    parts = [
        words.SURENESS[form],
        f"too little was read since then to say it anew: it is as {notes.describe_period(figure)}"
        if figure.status == "stale"
        else None,
        notes.why_low(figure, most=notes.MAX_NAMED_IN_NOTE),
        TRUST.get(figure.basis or ""),
        f"The 2026 guide said: {figure.baseline}" if figure.baseline else None,
        f"against it, {against}" if against else None,
    ]
    return words.plain(sentences(parts))


def _describe_vintage(one: FigureVintage) -> dict[str, Any]:
    is_corrected = one.is_correction and one.state == "published"
    return {
        "day": numbers.day(one.offered_on),
        "value": words.plain(one.value) if one.value else "cannot be said",
        "n": one.n_jobs,
        "why": one.why,
        "reason": one.reason,
        "state": "Corrected" if is_corrected else STATES[one.state],
        "is_waiting": one.state == "waiting",
    }


def _sources(figure: Figures, publication: PublishedDay) -> list[dict[str, Any]]:
    behind = {part.source: part for part in figure.behind or ()}
    entries = []
    for name in figure.sources:
        source, part = publication.sources.get(name), behind.get(name)
        entries.append(
            {
                "title": source.title if source else name,
                "homepage": source.homepage if source else None,
                "attribution": source.attribution if source else "",
                "licence": source.licence if source else "",
                "n": part.n if part else None,
                "read_on": numbers.day(part.read_on) if part and part.read_on else "–",
            }
        )
    return entries


def _selects(figure: Figures, publication: PublishedDay) -> list[tuple[str, str]]:
    """The SELECT that answers what the figure says: where it runs, and its text."""
    one = describe_sql(figure, declaration_of(figure.figure), publication.licences[figure.figure])
    files = {RELEASE: "the released file", WAREHOUSE: "the warehouse"}
    return [] if one is None else [(files[one["answered_by"]], one["select"])]


def _bibtex(figure: Figures, publication: PublishedDay) -> str:
    key = figure.figure.replace(".", "_")
    return (
        f"@misc{{{key}_{publication.as_of:%Y%m%d},\n  title = {{{words.plain(figure.title)}}},\n"
        f"  author = {{{{{publication.name}}}}},\n"
        f"  year = {{{publication.as_of.year}}},\n"
        f"  note = {{Figure {figure.figure}, release of {numbers.day(publication.as_of)}}}\n}}"
    )
