"""The site: every page as a file, from what is published alone. No network, no tracker, complete without a script.

    index.html                  findings, a look-up of pay, what cannot be said yet
    pay.html, pay-all.html      the pay explorer; every answer in one table, for readers without scripts
    skills.html                 one ranked list
    work.html, countries.html, closings.html, laws.html, guide.html
    figures.html, f/ID.html     all figures, and a page for each
    methods.html, known_truth.html, data.html, quality.html, changes.html, archive.html

Pages name each other and the files of figures (`figures/ID.json`) by relative paths, so that a folder opens from a disk
as from a server. They have no clock: the same published figures give the same bytes.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from reports import definition_words
from reports.cells.cell import OWN
from reports.figures.catalogue import KNOWN, displays_of
from reports.figures.history import FigureVintage
from reports.figures.query import Connection
from reports.figures.vintages import WAITING, WITHDRAWN
from reports.guide.render import SAMPLE_TEXT, SAMPLE_TITLE
from reports.release import quality
from reports.release.published import PublishedDay
from reports.site import explorer, figure_pages, figure_rows, findings, regions, rows, sections, skills, words, world
from reports.site.figure_rows import DrawnChart
from reports.site.sections import Section
from reports.wording import notes, numbers
from reports.wording.levels import capitalise, define
from reports.wording.lists import entitle_list
from reports.wording.numbers import percent
from reports.wording.renderer import Table
from reports.wording.work import name_work
from transforms.records.definitions import BAND
from transforms.text.lookups import taxonomy
from warehouse.mart_tables import Figures
from warehouse.marts.printing import JOBS

TEMPLATES = Path(__file__).parent / "templates"
DOCS = Path(__file__).parents[1] / "texts"
TEXTS = {DOCS / "methods.md": "How we count", DOCS / "known_truth.md": "Estimators against known truth"}
"""Texts that are pages, with their titles. They name each other by their file names."""
NAVIGATION = (
    ("pay.html", "Pay"),
    ("skills.html", "Skills"),
    ("work.html", "Roles"),
    ("countries.html", "Countries"),
    ("closings.html", "Closings"),
    ("laws.html", "Pay laws"),
    ("guide.html", "The guide"),
    ("figures.html", "Figures"),
    ("data.html", "Data"),
    ("methods.html", "Methods"),
)
SCRIPTS = ("site.js", "pay.js", "skills.js")
"""Our own scripts; what they read stands in data/."""


@dataclass(frozen=True, kw_only=True)
class ShownFigure:
    """A figure that has a value as part of a page: its chart, its table and its note."""

    figure: Figures
    id: str
    heading: str
    drawn: DrawnChart | None
    table: Table | None
    note: str
    review: str = ""


@dataclass(frozen=True, kw_only=True)
class Site:
    """What pages are made from. `releases` are the releases that stand beside the pages, the newest first."""

    published: PublishedDay
    seen: findings.FindingsBasis
    world: world.World
    releases: Sequence[Mapping[str, Any]] = ()
    quality: str = ""
    open: Sequence[findings.Open] = field(default=())

    @property
    def figures(self) -> Sequence[Figures]:
        """All figures that are published, as pages word them."""
        return tuple(self.seen.figures.values())


def files_of(
    con: Connection, publication: PublishedDay, *, releases: Sequence[Mapping[str, Any]] = ()
) -> Iterator[tuple[str, bytes]]:
    """Every file of the site by path. `releases` are the manifests of the releases that stand beside it."""
    as_of = publication.as_of
    figures = tuple(map(regions.keep_names, publication.figures))
    data = findings.FindingsBasis(
        figures={row.figure: row for row in figures},
        explorer=explorer.read_explorer(con, as_of, publication.figures),
        skills=skills.read_skills(con, as_of, publication.figures),
    )
    name = str(releases[0]["release"]) if releases else as_of.isoformat()
    site = Site(
        published=publication,
        seen=data,
        world=world.read_world(con, as_of),
        releases=releases,
        quality=quality.report(con, publication, name, releases[1:]).decode(),
        open=findings.list_open(figures),
    )
    for path, template, values in pages_of(site):
        yield path, render(site, path, template, values)
    yield "data/pay.js", explorer.to_script(data.explorer)
    yield "data/skills.js", skills.to_script(data.skills)
    for asset in ("site.css", *SCRIPTS):
        yield asset, (TEMPLATES / asset).read_bytes()


@functools.cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def render(site: Site, path: str, template: str, values: Mapping[str, Any]) -> bytes:
    """A page from its template."""
    publication = site.published
    return (
        _environment()
        .get_template(template)
        .render(
            path=path,
            root="../" * path.count("/"),
            navigation=NAVIGATION,
            name=publication.name,
            as_of=numbers.day(publication.as_of),
            as_of_iso=publication.as_of.isoformat(),
            is_sample=publication.is_sample,
            sample=(SAMPLE_TITLE, SAMPLE_TEXT),
            code_version=publication.code_version,
            is_release=bool(site.releases),
            words=words,
            band=BAND,
            needed=JOBS,
            **values,
        )
        .encode()
    )


# --- pages -----------------------------------------------------------------------------------------------------


def pages_of(site: Site) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Every page: its path, its template and what is filled in."""
    yield "index.html", "home.html", _home(site)
    yield "pay.html", "pay.html", _pay(site)
    yield "pay-all.html", "pay_all.html", {"lines": list(explorer.table_of_all(site.seen.explorer))}
    yield "skills.html", "skills.html", _skills(site)
    for page in sections.PAGES:
        extra = {"world": site.world} if page.path == "countries.html" else {"world": None}
        content = {"sections": _sections(site, page.path), "lacking": _lacking(site, page.path)}
        yield page.path, "section.html", {"page": page, **content, **extra}
    entries = [_describe_entry(row) for row in sorted(site.figures, key=figure_pages.order_of)]
    yield "figures.html", "figures.html", {"entries": entries, "open": site.open}
    for figure, original in zip(site.figures, site.published.figures, strict=True):
        values = figure_pages.describe(figure, original, site.published, site.seen)
        yield f"f/{figure.figure}.html", "figure.html", values
    for source, title in TEXTS.items():
        if source.is_file():
            text = _from_markdown(source.read_text(encoding="utf-8"))
            yield f"{source.stem}.html", "text.html", {"title": title, "text": text}
    yield "quality.html", "text.html", {"title": "Quality report", "text": _from_markdown(site.quality)}
    yield "data.html", "data.html", {"licences": _count_licences(site), "left_out": site.published.left_out}
    yield "changes.html", "changes.html", {
        "changes": _changes(site), "waiting": _waiting_lists(site), "withdrawn": _withdrawn_lists(site),
    }  # fmt: skip
    yield "archive.html", "archive.html", {"releases": site.releases}


def _home(site: Site) -> dict[str, Any]:
    lead = findings.lead(site.seen)
    pay_data = site.seen.explorer
    return {
        "lead": lead,
        "cards": list(itertools.islice(findings.cards(site.seen), findings.CARDS_OF_HOME)),
        "open": findings.choose_open(site.open),
        "n_open": len(site.open),
        **_choices(pay_data),
        "n_skills": len(first.skills) if (first := site.seen.skills.get(skills.first_choice(site.seen.skills))) else 0,
        "n_figures": sum(row.value is not None for row in site.figures),
    }


def _choices(pay_data: explorer.Explorer) -> dict[str, Any]:
    """What may be chosen in a look-up of pay."""
    return {
        "explorer": pay_data,
        "levels": [(level, capitalise(level)) for level in explorer.LEVELS],
        "works": [(work, name_work(work)) for work in pay_data.works],
    }


def _pay(site: Site) -> dict[str, Any]:
    pay_data = site.seen.explorer
    return {
        **_choices(pay_data),
        **explorer.view(pay_data),
        "level_meaning": numbers.sentences([define(pay_data.choice[2], OWN)]),
        "sections": _sections(site, "pay.html"),
    }


def _skills(site: Site) -> dict[str, Any]:
    found, first = site.seen.skills.get(skills.first_choice(site.seen.skills)), findings.most_asked(site.seen)
    if found is None:
        return {"found": None, "title": "Too few adverts to say which skills are asked"}
    chart_rows = [skills.skill_row(skill) for skill in found.skills]
    axis, styles = rows.axis_for(chart_rows, percent), {skill.style for skill in found.skills}
    return {
        "found": found,
        "title": first.title if first else f"Skills of {found.name}",
        "month": words.month(found.day),
        "chips": {style: name for style, name in skills.CHIPS.items() if style in styles},
        "rows": list(zip(found.skills, chart_rows, strict=True)),
        "chart": rows.draw(chart_rows, axis, label="Skills, the most asked first", classes="skills"),
        "n_known": len(taxonomy()),
    }


def _sections(site: Site, path: str) -> list[tuple[Section, list[ShownFigure]]]:
    result = []
    for section in sections.SECTIONS:
        if section.page == path:
            figures = [
                _show(figure, heading) for figure, heading in _list_of(site, section) if figure.value is not None
            ]
            result.append((section, figures))
    return [(section, figures) for section, figures in result if figures]


def _list_of(site: Site, section: Section) -> list[tuple[Figures, str]]:
    """The figures of a section with their headings, in the order in which they are declared."""
    figures = sorted(site.figures, key=lambda figure: _DECLARED.get(figure.figure, len(_DECLARED)))
    return [
        (figure, display.heading)
        for figure in figures
        for display in displays_of(figure.figure)
        if display.section == section.id
    ]


_DECLARED = {name: number for number, name in enumerate(KNOWN)}


def _lacking(site: Site, path: str) -> list[findings.Open]:
    """What the sections of a page would show and cannot say yet."""
    hrefs = {
        f"f/{figure.figure}.html"
        for section in sections.SECTIONS
        if section.page == path
        for figure, _ in _list_of(site, section)
    }
    return [one for one in site.open if one.href in hrefs]


def _show(figure: Figures, heading: str) -> ShownFigure:
    return ShownFigure(
        figure=figure,
        id=figure.figure.replace(".", "-"),
        heading=heading or figure.title,
        drawn=figure_rows.draw(figure, figure_rows.MOST_OF_SECTION),
        table=notes.table(figure),
        note=words.plain(notes.note(figure)),
        review=words.review(figure),
    )


def _describe_entry(figure: Figures) -> dict[str, Any]:
    return {
        "id": figure.figure,
        "title": words.plain(figure.title),
        "value": None if figure.value is None else _shorten(words.plain(figure.bare_value or figure.value)),
        "rests": words.rests_on(figure.n_jobs, figure.n_employers, figure.basis),
        "when": words.say_when(figure) if figure.value is not None else "",
        "review": words.review(figure),
    }


LETTERS_LISTED = 160
"""Most letters of a value in the list of all figures; a longer one ends where a part of it does."""


def _shorten(value: str) -> str:
    """A value, or as many of its parts, divided by semicolons or commas, as there is room for, and how many are left.

    What is cut within a part says another thing than the whole.
    """
    if len(value) <= LETTERS_LISTED:
        return value
    for mark in ("; ", ", "):
        parts = _OUTSIDE[mark].split(value)
        head = [part for number, part in enumerate(parts) if len(mark.join(parts[: number + 1])) <= LETTERS_LISTED]
        if head and len(parts) > 1:
            return f"{mark.join(head)}{mark}{len(parts) - len(head)} more"
    return "see its page"


_OUTSIDE = {mark: re.compile(rf"{mark}(?![^(]*\))") for mark in ("; ", ", ")}
"""Marks that divide the parts of a value, outside of brackets."""


def _count_licences(site: Site) -> list[tuple[str, str, int]]:
    counts: dict[str, int] = {}
    for figure in site.figures:
        one = site.published.licences[figure.figure]
        counts[one.id] = counts.get(one.id, 0) + 1
    by_id = {one.id: one for one in site.published.licences.values()}
    return [(by_id[name].name, by_id[name].remark, n) for name, n in sorted(counts.items(), key=lambda item: -item[1])]


MOST_CHANGES = 100
"""Changes that the page of changes lists."""


def _changes(site: Site) -> list[dict[str, Any]]:
    """What was published of figures that had a vintage before: what a person corrected or decided first, then by day.

    Of a figure that could not be said before, and cannot be said now, for another reason, nothing changed for readers.
    Its list may have another vintage while the figure says the same: that is told where a person decided.
    """
    figures = {row.figure: row for row in site.figures}
    changes: list[dict[str, Any]] = [
        {
            "on": one.decided_on,
            "day": numbers.day(one.decided_on),
            "figure": name,
            "title": words.plain(figures[name].title),
            "before": words.plain(before.value or "cannot be said"),
            "after": words.plain(one.value or "cannot be said"),
            "why": one.why,
            "reason": one.reason,
            "is_correction": one.is_correction,
            "is_reviewed": bool(one.reason) and not one.is_correction,
        }
        for name, vintages in site.published.vintages.items()
        if name in figures
        for before, one in _pairs(vintages)
        if one.decided_on is not None and _is_told(before, one)
    ]
    changes.sort(key=lambda one: one["figure"])
    changes.sort(key=lambda one: one["on"], reverse=True)
    return sorted(changes, key=lambda one: (not one["is_correction"], not one["is_reviewed"]))[:MOST_CHANGES]


def _is_told(before: FigureVintage, one: FigureVintage) -> bool:
    return one.value != before.value or (one.value is not None and one.reason is not None)


def _pairs(vintages: Sequence[FigureVintage]) -> Iterator[tuple[FigureVintage, FigureVintage]]:
    history = [one for one in vintages if one.state == "published"]
    yield from itertools.pairwise(history)


def _waiting_lists(site: Site) -> list[dict[str, Any]]:
    """Lists of cells of which a new vintage waits for review, and how many figures with a value are read from each."""
    n_of = Counter(row.list for row in site.figures if row.value is not None)
    return [
        {
            "title": entitle_list(one.list),
            "list": one.list,
            "since": numbers.day(one.offered_on),
            "why": one.why,
            "n_figures": numbers.count_of(n_of[one.list], "figure"),
        }
        for history in site.published.lists.values()
        for one in history
        if one.state == WAITING
    ]


def _withdrawn_lists(site: Site) -> list[dict[str, Any]]:
    """Vintages that waited and were withdrawn, the newest first, and what came instead."""
    rows = [one for history in site.published.lists.values() for one in history if one.state == WITHDRAWN]
    rows.sort(key=lambda one: (one.decided_on or one.offered_on, one.list), reverse=True)
    return [
        {
            "title": entitle_list(one.list),
            "list": one.list,
            "day": numbers.day(one.decided_on or one.offered_on),
            "why": one.why,
            "reason": one.reason,
        }
        for one in rows[:MOST_CHANGES]
    ]


_FOR_EDITORS = {
    re.compile(r"^(#+ .*?) \(`[^\n]*\)$", re.MULTILINE): r"\1",
    re.compile(r"`[a-z_]+(?:/[a-z_]+)+\.[a-z]+`"): "a file of the code",
    definition_words.MARKER: r"\g<words>",
}
"""What names tables, modules, files and definitions in our texts: readers need none of it."""


@functools.lru_cache(maxsize=16)
def _from_markdown(text: str) -> Markup:
    """A text of our own as HTML; links to others that are pages lead to the pages, wide tables scroll by keys, too."""
    for pattern, words_of_readers in _FOR_EDITORS.items():
        text = pattern.sub(words_of_readers, text)
    html = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    for source in TEXTS:
        html = html.replace(f'href="{source.name}"', f'href="{source.stem}.html"')
    wrapper = '<div class="scroll" role="region" tabindex="0" aria-label="Table">'
    return Markup(html.replace("<table>", f"{wrapper}<table>").replace("</table>", "</table></div>"))
