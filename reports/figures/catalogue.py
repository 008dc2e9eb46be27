"""Every figure of the guide and of the page, declared once.

A measured figure has a ladder of rungs, each a SELECT over one basis (`compute` climbs it). A cited figure is a claim
of somebody else, with source, date and the day it must be looked at again (`claims`). A gathered figure is a table of
the figures whose ids begin alike. What the page shows, and where, follows from `displays`.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection

from reports.figures import query, verdicts
from reports.figures.addresses import KINDS, AddressError, canonical, declare
from reports.figures.claims import load_claims
from reports.figures.comparison_figures import COMPARISON, declare_compared
from reports.figures.declaration import ADVERTISED, SURVEYED, Display, Fallback, Figure
from reports.figures.disclosure_figures import DISCLOSURES
from reports.figures.pay_figures import (
    AROUND,
    BAND_LEVEL,
    BANDS,
    BONUSES,
    ENTRY_LEVEL,
    GATHERED,
    RETIRED,
    country_figures,
    offer_nearest,
)
from reports.figures.places import PLACES
from reports.figures.query import Connection
from reports.figures.share_figures import SHARES, SKILLS, WHERE_AND_HOW
from reports.wording import frame, levels, reported, shares
from reports.wording.numbers import REGION_NAMES
from transforms.records.vocabulary import CELL_GROUPS

# --- what was read ------------------------------------------------------------------------------------

REPORTED_GROUP = "ai_core"
"""Surveys have too few AI engineers to tell them from data scientists."""
REPORTED = tuple(
    Figure(
        id=f"reported.{name}",
        title=f"Pay that AI engineers and data scientists report, {words}",
        unit="USD per year",
        renderer=reported.REPORTED,
        rungs=(
            Fallback(
                name=SURVEYED,
                basis="reported",
                cells="pay.reported.countries",
                sql="reported",
                behind="behind_reported",
                parameters={
                    "role_group": REPORTED_GROUP,
                    "groups": CELL_GROUPS[REPORTED_GROUP],
                    "split": split,
                    "max_days": verdicts.MAX_DAYS_OF_YEARS,
                },
            ),
        ),
        judge=verdicts.judge_reports,
        displays=(Display(section="reported", heading=heading),),
    )
    for name, split, words, heading in (
        ("countries", "all", "by country", "By country"),
        ("money", "money", "by the money they are paid in", "By the money they are paid in"),
        ("experience", "experience", "by years of experience", "By years of experience"),
    )
)
"""What persons report in surveys; each figure counts a person once."""

LADDERS = tuple(
    Figure(
        id=f"ladder.{name}",
        title=frame.name_ladder(level),
        unit="jobs",
        renderer=frame.LADDER,
        rungs=(
            Fallback(
                name=ADVERTISED,
                basis="postings",
                cells="pay.advertised.{kind}",
                sql="ladder",
                behind="behind_ladder",
                parameters={"role_group": frame.BASE_STEP, "names": REGION_NAMES},
            ),
        ),
        judge=verdicts.judge_counts,
        parameters={"region_level": region_level, "seniority_group": level},
        displays=(
            Display(
                section="read",
                heading=f"{levels.capitalise(level)}, by {region_level}",
            ),
        ),
    )
    for name, region_level, level in (("regions", "region", BAND_LEVEL), ("countries", "country", ENTRY_LEVEL))
)
"""What was read on the way to the bands of regions, and to entry pay by country."""

COVERAGE = tuple(
    Figure(
        id=f"frame.{name}",
        title=f"What we read, by {by}",
        unit="jobs",
        renderer=frame.coverage(by.capitalize()),
        rungs=(
            Fallback(
                name=ADVERTISED,
                basis="postings",
                cells="frame",
                sql="frame",
                behind="behind_frame",
                parameters={"names": REGION_NAMES},
            ),
        ),
        judge=verdicts.judge_counts,
        parameters={"by": by, "region_level": region_level},
        displays=(Display(section="frame", heading=f"By {by}"),),
    )
    for name, by, region_level in (
        ("regions", "region", "region"),
        ("sources", "source", "world"),
        ("sectors", "sector", "world"),
    )
)
"""The frame: which boards are known and read, and what was read of them."""

# --- all of them --------------------------------------------------------------------------------------

CLAIMS = tuple(
    Figure(
        id=claim.id,
        title=claim.title,
        unit=claim.unit,
        renderer=shares.CLAIM,
        baseline=claim.baseline,
        claim=claim,
        displays=(Display(section="cited"),),
    )
    for claim in load_claims()
)
UNSUPPORTED = (
    Figure(
        id="claim.ai_adoption",
        title="Organisations that use AI in at least one business function",
        unit="share of organisations",
        renderer=shares.CLAIM,
        retired="the 2026 guide names no source; missing is a survey of organisations, with its publisher, question "
        "and year, that somebody has looked up",
        baseline="most organisations (no source named)",
    ),
)
"""What the 2026 guide claims and nobody could be named for: no figure until a source has been looked up."""
_OTHERS = (
    *GATHERED,
    COMPARISON,
    *BONUSES,
    *RETIRED,
    *REPORTED,
    *LADDERS,
    *COVERAGE,
    *DISCLOSURES,
    *SKILLS,
    *SHARES,
    *WHERE_AND_HOW,
    *CLAIMS,
    *UNSUPPORTED,
)
_UNITED_STATES = country_figures(PLACES["us"])
FIGURES = (*BANDS, *AROUND, *_OTHERS)
"""All figures that do not depend on the table of countries; `declarations` adds those of each country."""
KNOWN = {figure.id: figure for figure in (*BANDS, *AROUND, *_UNITED_STATES, *_OTHERS)}
"""All figures that are shown or spoken of by name, in order."""
_OF_KIND = {figure.id.partition(".")[0]: figure for figure in reversed(KNOWN.values())}


def declaration_of(figure_id: str) -> Figure:
    """The declaration of a figure, declared by its address if need be; of one that is no longer, that of its kin."""
    try:
        return KNOWN.get(figure_id) or declare(figure_id)
    except AddressError:
        return _OF_KIND[figure_id.partition(".")[0]]


MOST_NAMED = 8
"""Figures that are offered by the first part of an id that none has."""


def find_id(address: str) -> str:
    """The id of a figure that is named by its id, an earlier one or a short form. Raises `AddressError` for none."""
    figure_id = canonical(address)
    if figure_id in KNOWN:
        return figure_id
    kind = figure_id.partition(".")[0]
    ids = [name for name in KNOWN if name.startswith(f"{kind}.")]
    if kind not in KINDS and ids:
        near = difflib.get_close_matches(figure_id, ids, n=2, cutoff=0.6) or ids[:MOST_NAMED]
        raise AddressError(f"no figure {address!r}; did you mean {' or '.join(near)}?")
    try:
        return declare(figure_id).id
    except AddressError as error:
        near = difflib.get_close_matches(address, list(KNOWN), n=2, cutoff=0.6)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise AddressError(f"{error}{hint}") from None


def displays_of(figure_id: str) -> tuple[Display, ...]:
    """Where the page shows a figure."""
    return KNOWN[figure_id].displays if figure_id in KNOWN else ()


def _read_countries(con: Connection) -> list[str]:
    """The countries that ever had a cell of pay; a file of a version before lists of cells has none published."""
    has_lists = query.read(
        con, "FROM duckdb_tables() WHERE database_name = current_database() AND schema_name = 'published' LIMIT 1"
    )
    schemas = ("mart", "published") if has_lists else ("mart",)
    selects = (f"SELECT region FROM {name}.salary_bands WHERE region_level = 'country'" for name in schemas)
    return [row["region"] for row in query.read(con, f"{' UNION '.join(selects)} ORDER BY region")]


def declarations(con: Connection, also: Collection[str] = ()) -> dict[str, Figure]:
    """Every figure of a night by id, gathered ones after those they gather, and others by their addresses.

    Of countries those that ever had a cell of pay, and the United States, of which the guide speaks by name.
    Reads the salary bands of all days and those that are published, and what there is to compare. Raises
    `AddressError` where an address is of no figure.
    """
    names = dict.fromkeys(["us", *(region.lower() for region in _read_countries(con))])
    countries = [PLACES[name] for name in names if name in PLACES]
    figures = (
        *map(offer_nearest, BANDS), *AROUND, *(figure for place in countries for figure in country_figures(place)),
        *declare_compared(con),
    )  # fmt: skip
    by_id = {figure.id: figure for figure in figures}
    others = {figure.id: figure for figure in _OTHERS}
    ids = (find_id(figure_id) for figure_id in also)
    return by_id | {name: declare(name) for name in ids if name not in by_id | others} | others
