"""The site: every page as a file, made only from published data. It uses no network and is complete without scripts.

    index.html                  findings, a look-up of pay, figures that cannot be printed yet
    pay.html, pay-all.html      the pay explorer; all its answers in one table, for readers without scripts
    skills.html                 the skills asked for
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
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from reports import definition_words
from reports.cells.cell import Cell
from reports.figures.catalogue import KNOWN, displays_of
from reports.figures.query import Connection
from reports.figures.restricted import for_prose
from reports.figures.vintages import FigureVintage
from reports.guide.render import SAMPLE_TEXT, SAMPLE_TITLE
from reports.release import changes, quality
from reports.release.published import PublishedDay
from reports.site import explorer, figure_pages, figure_rows, findings, page_heads, search_data, skills, words, world
from reports.wording import disclosure, notes, numbers
from reports.wording.bases import OWN, entitle_list
from reports.wording.levels import capitalise, define
from reports.wording.work import name_work
from transforms.records.definitions import BAND, MAX_BOUNDS_WIDTH, MIN_KNOWN
from transforms.text.lookups import taxonomy
from warehouse.mart_tables import Figures
from warehouse.marts.printing import EMPLOYERS, JOBS
from warehouse.ops_tables import Vintages

TEMPLATES, ASSETS = (Path(__file__).parent / name for name in ("templates", "assets"))
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
PAGES = (
    "index.html", "pay.html", "pay-all.html", "skills.html", "work.html", "countries.html", "closings.html",
    "laws.html", "guide.html", "skills-by-kind.html", "figures.html", "data.html", "changes.html", "archive.html",
)  # fmt: skip
"""Pages that have a template of their own, with the same name."""
COPIED = ("site.js", "pay.js", "skills.js", "search.js", "embed.js", "icon.svg")
"""Assets that the site has as they are. Scripts read the files in data/; `embed.js` is for sentences on other sites."""


@dataclass(frozen=True, kw_only=True)
class Site:
    """The data of all pages.

    `open` lists the figures that cannot be printed yet, and `quality` is the text of QUALITY.md. `releases` are the
    manifests of the releases beside the site, the newest first.
    """

    publication: PublishedDay
    explorer: explorer.Explorer
    skills: Mapping[tuple[str, str], skills.SkillList]
    world: Mapping[str, Any]
    releases: Sequence[Mapping[str, Any]] = ()
    quality: str = ""
    open: Sequence[findings.Open] = ()

    @functools.cached_property
    def barred(self) -> Set[str]:
        """Sources from which nothing on the front page is made."""
        return {name for name, source in self.publication.sources.items() if not source.is_in_prose}

    @functools.cached_property
    def prose(self) -> Sequence[Figures]:
        """The figures as they may stand on the front page."""
        return for_prose(self.publication.figures, self.publication.sources.values())

    @functools.cached_property
    def heads(self) -> Mapping[str, str]:
        """The words for the platforms that figures name, by id: "on Ashby boards"; {} if none names any."""
        titles = {name: source.title for name, source in self.publication.sources.items()}
        found = ((figure.figure, notes.find_platforms(figure, titles)) for figure in self.publication.figures)
        return {name: numbers.on_platforms(platforms) for name, platforms in found if platforms}


def files_of(
    con: Connection,
    publication: PublishedDay,
    published: Sequence[Cell],
    *,
    releases: Sequence[Mapping[str, Any]] = (),
) -> Iterator[tuple[str, bytes]]:
    """Yield every file of the site as (path, content).

    `published` are all published cells, withheld ones among them; `releases` are as in `Site`.
    """
    as_of = publication.as_of
    name = str(releases[0]["release"]) if releases else as_of.isoformat()
    site = Site(
        publication=publication,
        explorer=explorer.make_explorer(published, as_of, publication.figures),
        skills=skills.list_skills(published, publication.figures),
        world=world.read_world(con, as_of),
        releases=releases,
        quality=quality.report(con, publication, name, releases[1:]).decode(),
        open=findings.list_open(publication.figures),
    )
    yield from pages_of(site)
    yield "data/pay.js", explorer.to_script(site.explorer)
    yield "data/skills.js", skills.to_script(site.skills)
    yield "data/search.js", search_data.to_script(site.prose, as_of)
    yield "site.css", b"".join((ASSETS / name).read_bytes() for name in ("marks.css", "site.css"))
    for asset in COPIED:
        yield asset, (ASSETS / asset).read_bytes()


def pages_of(site: Site) -> Iterator[tuple[str, bytes]]:
    """Yield every page as (path, content)."""
    for path in PAGES:
        yield path, _render(site, path, path)
    for figure in site.publication.figures:
        path = f"f/{figure.figure}.html"
        page = figure_pages.describe(figure, site.publication, site.explorer, site.skills)
        yield path, _render(site, path, "figure.html", **page)
    texts = {source.stem: (title, source.read_text(encoding="utf-8")) for source, title in TEXTS.items()}
    for name, (title, text) in {**texts, "quality": ("Quality report", site.quality)}.items():
        path = f"{name}.html"
        yield path, _render(site, path, "text.html", title=title, text=_from_markdown(text))


def _render(site: Site, path: str, template: str, **values: Any) -> bytes:
    values |= {"site": site, "publication": site.publication, "path": path, "root": "../" * path.count("/")}
    return _environment().get_template(template).render(values).encode()


@functools.cache
def _environment() -> Environment:
    """Return the environment of the templates, with what they may call."""
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
        "needed": f"{EMPLOYERS} employers or {JOBS} persons",
        "min_known": MIN_KNOWN,
        "max_bounds_width": MAX_BOUNDS_WIDTH,
        "verdict_rule": numbers.VERDICT_RULE,
        "n_known_skills": len(taxonomy()),
        "explorer": explorer,
        "figure_pages": figure_pages,
        "page_heads": page_heads,
        "findings": findings,
        "notes": notes,
        "skills": skills,
        "words": words,
        "capital": numbers.upper_first,
        "capitalise": capitalise,
        "count_of": numbers.count_of,
        "day": numbers.day,
        "define_level": lambda level: numbers.sentences([define(level, OWN)]),
        "draw": functools.partial(figure_rows.draw_for_page, max_rows=figure_rows.MAX_ROWS_OF_SECTION),
        "entitle_list": entitle_list,
        "name_work": name_work,
        "shorten": words.shorten,
        "tally": Counter,
        "unchecked": disclosure.UNCHECKED,
        "by_section": by_section,
        "list_changes": list_changes,
        "list_vintages": list_vintages,
    }
    return environment


def by_section(site: Site) -> Mapping[str, list[tuple[Figures, str]]]:
    """Return the printed figures of each section of the pages, each with a heading, in declared order.

    A heading names the only platform of its figure, as a title does.
    """
    shown = defaultdict(list)
    numbers_of = {name: number for number, name in enumerate(KNOWN)}
    for figure in sorted(site.publication.figures, key=lambda figure: numbers_of.get(figure.figure, len(numbers_of))):
        for display in displays_of(figure.figure) if figure.value is not None else ():
            heading = ", ".join(filter(None, (display.heading, site.heads.get(figure.figure))))
            shown[display.section].append((figure, heading if display.heading else figure.title))
    return shown


MAX_CHANGES = 100
"""The most changes on the page of changes."""


def list_changes(site: Site) -> list[tuple[Figures, FigureVintage, FigureVintage]]:
    """Return changes as (figure, vintage before, vintage after): corrections, then reviewed changes, then others.

    They are as in `changes.list_moves`.
    """
    moves = changes.list_moves(site.publication.figures, site.publication.vintages)
    return sorted(moves, key=lambda change: (not change[2].is_correction, not change[2].reason))[:MAX_CHANGES]


def list_vintages(publication: PublishedDay) -> list[Vintages]:
    """Return the vintages of all lists of cells, the newest first."""
    vintages = itertools.chain.from_iterable(publication.lists.values())
    return sorted(vintages, key=lambda one: (one.decided_on or one.offered_on, one.list), reverse=True)


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
