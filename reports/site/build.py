"""The site: every page as a file, made only from published data. It uses no network and is complete without scripts.

    index.html                  findings, a look-up of pay, figures that cannot be printed yet
    pay.html, pay-all.html      the pay explorer; all its answers in one table, for readers without scripts
    skills.html                 one ranked list
    work.html, countries.html, closings.html, laws.html, guide.html
    figures.html, f/ID.html     all figures, and a page for each
    methods.html, known_truth.html, data.html, quality.html, changes.html, archive.html

Links are relative, also links to files of figures (`figures/ID.json`), so that the site works from a disk or a server.
No page depends on the time of day: the same published data give the same bytes.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from reports import definition_words
from reports.figures.catalogue import KNOWN, displays_of
from reports.figures.query import Connection
from reports.figures.vintages import PUBLISHED, WAITING, WITHDRAWN, FigureVintage
from reports.guide.render import SAMPLE_TEXT, SAMPLE_TITLE
from reports.release import quality
from reports.release.published import PublishedDay
from reports.site import explorer, figure_pages, figure_rows, findings, regions, rows, sections, skills, words, world
from reports.site.sections import Section
from reports.wording import notes, numbers
from reports.wording.bases import OWN, entitle_list
from reports.wording.levels import capitalise, define
from reports.wording.numbers import percent
from reports.wording.work import name_work
from transforms.records.definitions import BAND
from transforms.text.lookups import taxonomy
from warehouse.mart_tables import Figures
from warehouse.marts.printing import JOBS

TEMPLATES = Path(__file__).parent / "templates"
DOCS = Path(__file__).parents[1] / "texts"
TEXTS = {DOCS / "methods.md": "How we count", DOCS / "known_truth.md": "Estimators against known truth"}
"""Markdown texts that become pages, with their titles. The texts link to each other by file name."""
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
"""Scripts of the site. They read the files in data/."""


@dataclass(frozen=True, kw_only=True)
class Site:
    """The data of all pages.

    `figures` are in the words of the site. `open` lists the figures that cannot be printed yet, and `quality` is the
    text of QUALITY.md. `releases` are the manifests of the releases beside the site, the newest first.
    """

    published: PublishedDay
    figures: Sequence[Figures]
    explorer: explorer.Explorer
    skills: Mapping[tuple[str, str], skills.SkillList]
    world: world.World
    releases: Sequence[Mapping[str, Any]] = ()
    quality: str = ""
    open: Sequence[findings.Open] = ()


def files_of(
    con: Connection, publication: PublishedDay, *, releases: Sequence[Mapping[str, Any]] = ()
) -> Iterator[tuple[str, bytes]]:
    """Yield every file of the site as (path, content).

    `releases` are the manifests of the releases beside the site, newest first.
    """
    as_of = publication.as_of
    figures = tuple(map(regions.keep_names, publication.figures))
    name = str(releases[0]["release"]) if releases else as_of.isoformat()
    site = Site(
        published=publication,
        figures=figures,
        explorer=explorer.read_explorer(con, as_of, publication.figures),
        skills=skills.read_skills(con, as_of, publication.figures),
        world=world.read_world(con, as_of),
        releases=releases,
        quality=quality.report(con, publication, name, releases[1:]).decode(),
        open=findings.list_open(figures),
    )
    for path, template, values in pages_of(site):
        yield path, render(site, path, template, values)
    yield "data/pay.js", explorer.to_script(site.explorer)
    yield "data/skills.js", skills.to_script(site.skills)
    yield "site.css", b"".join((TEMPLATES / name).read_bytes() for name in ("marks.css", "site.css"))
    for asset in SCRIPTS:
        yield asset, (TEMPLATES / asset).read_bytes()


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals |= {
        "navigation": NAVIGATION,
        "sample": (SAMPLE_TITLE, SAMPLE_TEXT),
        "band": BAND,
        "needed": JOBS,
        "words": words,
        "notes": notes,
        "day": numbers.day,
        "count_of": numbers.count_of,
        "capitalise": capitalise,
        "name_work": name_work,
        "entitle_list": entitle_list,
        "shorten": shorten,
        "draw": functools.partial(figure_rows.draw, max_rows=figure_rows.MAX_ROWS_OF_SECTION),
        "levels": explorer.LEVELS,
    }
    return environment


def render(site: Site, path: str, template: str, values: dict[str, Any]) -> bytes:
    """Fill a page's template with its `values` and with what all pages share; return the page."""
    shared = {
        "path": path,
        "root": "../" * path.count("/"),
        "publication": site.published,
        "explorer": site.explorer,
        "open": site.open,
        "releases": site.releases,
    }
    return _environment().get_template(template).render(shared | values).encode()


# --- pages -----------------------------------------------------------------------------------------------------


def pages_of(site: Site) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield every page as (path, template, values)."""
    yield "index.html", "home.html", _home(site)
    meaning = {"level_meaning": numbers.sentences([define(site.explorer.choice[2], OWN)])}
    view = explorer.view(site.explorer)
    yield "pay.html", "pay.html", {**view, **meaning, "sections": _sections(site, sections.OF_PAY)}
    yield "pay-all.html", "pay_all.html", {"lines": list(explorer.table_of_all(site.explorer))}
    yield "skills.html", "skills.html", _skills(site)
    for page in sections.PAGES:
        unsaid = _sections(site, page.sections, is_said=False)
        hrefs = {f"f/{figure.figure}.html" for _, pairs in unsaid for figure, _ in pairs}
        lacking = [figure for figure in site.open if figure.href in hrefs]
        values = {"page": page, "sections": _sections(site, page.sections), "world": site.world, "lacking": lacking}
        yield page.path, "section.html", values
    yield "figures.html", "figures.html", {"figures": sorted(site.figures, key=figure_pages.order_of)}
    for figure, original in zip(site.figures, site.published.figures, strict=True):
        page_of_figure = figure_pages.describe(figure, original, site.published, site.explorer, site.skills)
        yield f"f/{figure.figure}.html", "figure.html", page_of_figure
    texts = {source.stem: (title, source.read_text(encoding="utf-8")) for source, title in TEXTS.items()}
    for name, (title, text) in {**texts, "quality": ("Quality report", site.quality)}.items():
        yield f"{name}.html", "text.html", {"title": title, "text": _from_markdown(text)}
    licences = Counter(site.published.licences[row.figure] for row in site.figures)
    yield "data.html", "data.html", {"licences": licences.most_common()}
    yield "changes.html", "changes.html", _describe_changes(site)
    yield "archive.html", "archive.html", {}


def _home(site: Site) -> dict[str, Any]:
    first = site.skills.get(skills.first_choice(site.skills))
    return {
        "lead": findings.lead(site.explorer),
        "cards": list(itertools.islice(findings.cards(site.figures, site.skills), findings.CARDS_OF_HOME)),
        "nearest": findings.choose_open(site.open),
        "n_skills": len(first.skills) if first else 0,
        "n_figures": sum(row.value is not None for row in site.figures),
    }


def _skills(site: Site) -> dict[str, Any]:
    found, first = site.skills.get(skills.first_choice(site.skills)), findings.find_top_skills(site.skills)
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


ShownSection = tuple[Section, list[tuple[Figures, str]]]
"""A section with its figures, each with a heading."""


def _sections(site: Site, of_page: Sequence[Section], *, is_said: bool = True) -> list[ShownSection]:
    """Return the sections of a page, each with its figures that have a value, or (`is_said=False`) that have none.

    Figures are in declared order. Sections without such a figure are left out.
    """
    shown: dict[str, list[tuple[Figures, str]]] = {section.id: [] for section in of_page}
    for figure in sorted(site.figures, key=lambda figure: _DECLARED.get(figure.figure, len(_DECLARED))):
        for display in displays_of(figure.figure):
            if display.section in shown and (figure.value is not None) == is_said:
                shown[display.section].append((figure, display.heading or figure.title))
    return [(section, shown[section.id]) for section in of_page if shown[section.id]]


_DECLARED = {name: number for number, name in enumerate(KNOWN)}

LETTERS_LISTED = 160
"""The most characters of a value in the list of all figures. A longer value is cut between two of its parts."""


def shorten(value: str) -> str:
    """Shorten a value to the parts that fit, and say how many parts are left. Parts end at semicolons or commas.

    A part is never cut, because that could change its meaning. If no part fits, return "see its page".
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
"""Patterns that find the separators of a value's parts outside brackets."""


MAX_CHANGES = 100
"""The most changes on the page of changes."""


def _changes(site: Site) -> list[tuple[Figures, FigureVintage, FigureVintage]]:
    """Return changes as (figure, vintage before, vintage after): corrections, then reviewed changes, then others.

    Both vintages were published, one after the other. A change is left out if the value is the same and nobody reviewed
    it, or if both vintages have no value.
    """
    changes = [
        (figure, before, after)
        for figure in sorted(site.figures, key=lambda figure: figure.figure)
        for before, after in itertools.pairwise(
            vintage for vintage in site.published.vintages.get(figure.figure, ()) if vintage.state == PUBLISHED
        )
        if after.decided_on and (after.value != before.value or (after.value is not None and after.reason is not None))
    ]
    changes.sort(key=lambda change: change[2].decided_on or change[2].offered_on, reverse=True)
    return sorted(changes, key=lambda change: (not change[2].is_correction, not change[2].reason))[:MAX_CHANGES]


def _describe_changes(site: Site) -> dict[str, Any]:
    vintages = [vintage for history in site.published.lists.values() for vintage in history]
    vintages.sort(key=lambda vintage: (vintage.decided_on or vintage.offered_on, vintage.list), reverse=True)
    return {
        "changes": _changes(site),
        "waiting": [vintage for vintage in vintages if vintage.state == WAITING],
        "withdrawn": [vintage for vintage in vintages if vintage.state == WITHDRAWN][:MAX_CHANGES],
        "n_figures": Counter(row.list for row in site.figures if row.value is not None),
    }


_FOR_EDITORS = {
    re.compile(r"^(#+ .*?) \(`[^\n]*\)$", re.MULTILINE): r"\1",
    re.compile(r"`[a-z_]+(?:/[a-z_]+)+\.[a-z]+`"): "a file of the code",
    definition_words.MARKER: r"\g<words>",
}
"""Names of tables, files and definitions in the texts, each with the words that readers see instead."""


@functools.lru_cache(maxsize=16)
def _from_markdown(text: str) -> Markup:
    for pattern, words_of_readers in _FOR_EDITORS.items():
        text = pattern.sub(words_of_readers, text)
    html = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    for source in TEXTS:
        html = html.replace(f'href="{source.name}"', f'href="{source.stem}.html"')
    wrapper = '<div class="scroll" role="region" tabindex="0" aria-label="Table">'
    return Markup(html.replace("<table>", f"{wrapper}<table>").replace("</table>", "</table></div>"))
