"""The web page: one HTML file with the bands and the rankings as charts and tables.

Made from ledger rows alone, so that what the page says is what `explain` explains. It needs no network and no
script, has no clock, and comes out byte for byte the same from the same rows.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reports.figures.catalogue import slug
from reports.guide.refresh import LAST_READ_KEY, READING_KEY, SAMPLE_TEXT, SAMPLE_TITLE
from reports.site import charts
from reports.wording import wording
from transforms.records.vocabulary import SKILL_CATEGORIES
from warehouse.publish import atomic_files
from warehouse.tables import Figures, Sources

TEMPLATES = Path(__file__).parent / "templates"
COMPARED = (
    "band.northern_america.mid_senior", "band.south_america.mid_senior", "entry.us", "additional.share",
    "additional.bonus", "industries.shares", "hiring.difficulty",
)  # fmt: skip
"""Figures set against the 2026 guide in one table; skills and roles have sections of their own."""


@dataclass(frozen=True, kw_only=True)
class Section:
    """A figure as a part of the page: heading, chart, table, notes; or why it is withheld.

    `credited` names its sources with how much is of each. `is_folded` keeps the table closed until a reader opens it,
    where the chart says nearly as much.
    """

    id: str
    heading: str
    figure: Figures
    chart: Markup | None
    table: wording.Table | None
    note: str
    credited: str
    is_folded: bool = False


@dataclass(frozen=True, kw_only=True)
class Headline:
    """A figure at the top of the page: the value in large letters, and below it what must be known of it."""

    label: str
    value: str
    beside: tuple[str, ...]


def page(
    figures: Sequence[Figures], *, sources: Sequence[Sources] = (), is_sample: bool = False, code_version: str = ""
) -> str:
    """The page as HTML. `figures` are the ledger rows of one day; raises `ValueError` when there are none."""
    if not figures:
        raise ValueError("no figures: compute them before the page is made")
    ledger = {figure.figure: figure for figure in figures}
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    used = sorted({name for figure in figures for name in figure.sources if figure.kind == "measured"})
    named = {source.source: source for source in sources}
    titles = {source.source: source.title for source in sources}
    read = _read(figures)
    return environment.get_template("page.html").render(
        as_of=wording.day(max(figure.as_of for figure in figures)),
        as_of_iso=max(figure.as_of for figure in figures).isoformat(),
        is_sample=is_sample,
        sample=(SAMPLE_TITLE, SAMPLE_TEXT),
        last_read=_last_read(read),
        keys=(READING_KEY, LAST_READ_KEY),
        verdict_rule=wording.VERDICT_RULE,
        summary=_summary(ledger),
        pay=_pay(ledger, titles),
        skills=_skills(ledger, titles),
        baseline=_section(ledger, titles, "skills.baseline", "Skills named essential in 2026, and now"),
        roles=_roles(ledger, titles),
        compared=[ledger[name] for name in COMPARED if name in ledger],
        cited=[figure for figure in figures if figure.kind == "cited"],
        used=[(named[name], _days(read.get(name, ()))) for name in used if name in named],
        unnamed=[name for name in used if name not in named],
        words=wording,
        code_version=code_version or figures[0].code_version,
        # Our own file, and what charts.py escapes, are the only markup that is not escaped by the template.
        css=Markup((TEMPLATES / "page.css").read_text(encoding="utf-8")),
    )


def stage(
    figures: Sequence[Figures], path: Path, *, sources: Sequence[Sources] = (), is_sample: bool = False
) -> atomic_files.Staged | None:
    """Write the page beside its place, from where `atomic_files.commit` takes it. Raises `OSError`."""
    return atomic_files.stage(path, page(figures, sources=sources, is_sample=is_sample).encode("utf-8"))


SUMMARY = (
    ("band.northern_america.mid_senior", "Mid to senior, US and Canada"),
    ("band.south_america.mid_senior", "Mid to senior, South America"),
    ("entry.us", "Entry level, United States"),
)
"""Figures at the top of the page, with their labels."""


def _summary(ledger: Mapping[str, Figures]) -> list[Headline]:
    return [_headline(ledger[name], label) for name, label in SUMMARY if name in ledger]


def _headline(figure: Figures, label: str) -> Headline:
    value, said = wording.parts(figure)
    rests_on = None if figure.value is None else wording.strength(figure)
    then = f"2026 guide: {figure.baseline}" if figure.baseline else None
    beside = (said, rests_on, wording.defined(figure), wording.last_read(figure), then)
    return Headline(label=label, value=value, beside=tuple(f"{line[0].upper()}{line[1:]}" for line in beside if line))


def _read(figures: Sequence[Figures]) -> dict[str, set[date]]:
    """The days on which each source behind a printed figure was last read; more than one where figures differ."""
    days: dict[str, set[date]] = {}
    for figure in figures:
        for part in (figure.behind or ()) if figure.value is not None else ():
            if part.read_on is not None:
                days.setdefault(part.source, set()).add(part.read_on)
    return days


def _days(days: Iterable[date]) -> str:
    """ "on 7 January 2026", or "between" the first and the last of several days; "" for none."""
    found = sorted(days)
    if not found:
        return ""
    first, last = wording.day(found[0]), wording.day(found[-1])
    return f"on {first}" if first == last else f"between {first} and {last}"


def _last_read(read: Mapping[str, Iterable[date]]) -> str:
    """Between which days the sources were last read, each taken by itself; "" when none was."""
    days = _days(itertools.chain.from_iterable(read.values()))
    return f"Sources of the figures last read {days}" if days else ""


Titles = Mapping[str, str]
"""Names of sources to print."""


def _section(
    ledger: Mapping[str, Figures],
    titles: Titles,
    name: str,
    heading: str,
    chart: str | None = None,
    *,
    is_folded: bool = False,
) -> Section | None:
    figure = ledger.get(name)
    if figure is None:
        return None
    drawing = None if chart is None else Markup(chart)
    return Section(
        id=name.replace(".", "-"),
        heading=heading,
        figure=figure,
        chart=drawing,
        table=wording.table(figure),
        note=wording.note(figure),
        credited=wording.credited(figure, titles),
        is_folded=is_folded,
    )


def _shown(ledger: Mapping[str, Figures], name: str) -> wording.Rows:
    if name not in ledger or ledger[name].value is None:
        return ()
    return [row for row in wording.rows_of(ledger[name]) if row.get("status") != "suppressed"]


def _pay(ledger: Mapping[str, Figures], titles: Titles) -> list[Section]:
    rows = _shown(ledger, "bands.regions")
    chart = charts.bands(rows, "chart-bands") if rows else None
    made = (
        _section(ledger, titles, "bands.regions", "Mid to senior, by region", chart),
        _section(ledger, titles, "entries.countries", "Entry level, by country"),
    )
    return [section for section in made if section is not None]


def _skills(ledger: Mapping[str, Figures], titles: Titles) -> list[Section]:
    made = []
    for category in SKILL_CATEGORIES:
        name = f"skills.{slug(category)}"
        rows = _shown(ledger, name)
        heading = wording.category_name(category)
        title = f"{heading}: share of AI engineering adverts that ask for each skill"
        drawn = (
            charts.ranking(rows, f"chart-{slug(category)}", name="skill", title=title, verdicts=True) if rows else None
        )
        made.append(_section(ledger, titles, name, heading, drawn, is_folded=True))
    return [section for section in made if section is not None]


def _roles(ledger: Mapping[str, Figures], titles: Titles) -> Section | None:
    rows = _shown(ledger, "roles.shares")
    title = "Roles: share of AI jobs in each role"
    chart = charts.ranking(rows, "chart-roles", name="title", title=title) if rows else None
    return _section(ledger, titles, "roles.shares", "Roles and specialisations", chart, is_folded=True)
