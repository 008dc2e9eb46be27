"""Every figure of the guide and the site, declared once.

A measured figure has a ladder of rungs; each rung is a SELECT over one kind of source (`ladder`). A cited figure is
somebody else's claim, with its source and the day by which the claim must be verified again (`claims`). A gathered
figure is a table of the figures whose ids match a pattern. `displays` say where the site shows a figure.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection

from reports.figures import query, verdicts
from reports.figures.addresses import KINDS, AddressError, canonical, declare
from reports.figures.claims import load_claims
from reports.figures.declaration import Display, Figure, Rung
from reports.figures.declared import (
    comparison_figures,
    disclosure_figures,
    month_figures,
    movement_figures,
    pay_figures,
    reported_figures,
    share_figures,
)
from reports.figures.places import PLACES
from reports.figures.query import Connection
from reports.wording import ai_use, frame, levels, shares
from reports.wording.numbers import REGION_NAMES
from transforms.records.vocabulary import EUROPEAN_UNION

# --- what was read ------------------------------------------------------------------------------------

LADDERS = tuple(
    Figure(
        id=f"ladder.{name}",
        title=frame.name_ladder(level),
        unit="jobs",
        renderer=frame.LADDER,
        rungs=(Rung(
            "pay.advertised.{kind}", "ladder", "behind/frame",
            {"by": "region", "role_group": frame.BASE_STEP, "role_groups": (frame.BASE_STEP,), "names": REGION_NAMES},
        ),),
        judge=verdicts.judge_counts,
        parameters={"region_level": region_level, "seniority_group": level},
        displays=(Display(section="read", heading=f"{levels.capitalise(level)}, by {region_level}"),),
    )
    for name, region_level, level in (
        ("regions", "region", pay_figures.BAND_LEVEL), ("countries", "country", pay_figures.ENTRY_LEVEL),
    )
)  # fmt: skip
"""Ladders of losses: the steps that lead from all adverts read to the bands of regions, and to entry pay by country."""

COVERAGE = tuple(
    Figure(
        id=f"frame.{name}",
        title=f"What we read, by {by}",
        unit="jobs",
        renderer=frame.coverage(by.capitalize()),
        rungs=(Rung("frame", "frame", "behind/frame", {"role_groups": (), "names": REGION_NAMES}),),
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
"""Figures of the frame: the boards that are known, the boards that are read, and the adverts read from them."""

ADOPTION = Figure(
    id="adoption.eu",
    title="Enterprises in the European Union that use AI",
    unit="share of enterprises",
    renderer=ai_use.AI_USE,
    rungs=(Rung(
        "adoption", "ai_use", "ai_use", {"area": EUROPEAN_UNION, "sizes": tuple(ai_use.SIZES)},
        basis="enterprises", name="Eurostat's survey",
    ),),
    judge=verdicts.judge_use,
    displays=(Display(section="adoption"),),
)  # fmt: skip
"""What an office counts, beside the claims of others on the use of AI."""

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
_OTHERS = (
    *pay_figures.GATHERED, comparison_figures.COMPARISON, *pay_figures.BONUSES,
    *reported_figures.TABLES, *reported_figures.SIDE_BY_SIDE, *LADDERS, *COVERAGE, ADOPTION,
    *disclosure_figures.DISCLOSURES, *share_figures.SKILLS, *share_figures.SHARES, *share_figures.WHERE_AND_HOW,
    *CLAIMS,
)  # fmt: skip
"""All figures but those of places."""
KNOWN = {
    figure.id: figure
    for figure in (
        *pay_figures.BANDS,
        *pay_figures.AROUND,
        *pay_figures.country_figures(PLACES["us"]),
        month_figures.declare_months(PLACES["us"]),
        *_OTHERS,
    )
}
"""All figures that a page or a guide shows or names, by id, in order of declaration.

`declarations` adds the figures of each country in the data.
"""
_OF_KIND = {figure.id.partition(".")[0]: figure for figure in reversed(KNOWN.values())}
FOLLOWED = (*movement_figures.KINDS, month_figures.KIND)
"""Kinds of figures that are series; which of them are shown follows from the data."""


def declaration_of(figure_id: str) -> Figure:
    """Return the declaration of a figure, made from its address if necessary; else one of the same kind."""
    try:
        return KNOWN.get(figure_id) or declare(figure_id)
    except AddressError:
        return _OF_KIND[figure_id.partition(".")[0]]


MAX_SUGGESTIONS = 8
"""How many known ids an error suggests when no id is similar."""


def find_id(address: str) -> str:
    """Return the id of a figure that is given by its id or a short form.

    Raise `AddressError` for an unknown address.
    """
    figure_id = canonical(address)
    if figure_id in KNOWN:
        return figure_id
    kind = figure_id.partition(".")[0]
    ids = [name for name in KNOWN if name.startswith(f"{kind}.")]
    if kind not in KINDS and ids:
        near = difflib.get_close_matches(figure_id, ids, n=2, cutoff=0.6) or ids[:MAX_SUGGESTIONS]
        raise AddressError(f"no figure {address!r}; did you mean {' or '.join(near)}?")
    try:
        return declare(figure_id).id
    except AddressError as error:
        near = difflib.get_close_matches(address, list(KNOWN), n=2, cutoff=0.6)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise AddressError(f"{error}{hint}") from None


def displays_of(figure_id: str) -> tuple[Display, ...]:
    """Return the places where the site shows a figure."""
    is_followed = figure_id.partition(".")[0] in FOLLOWED
    return declaration_of(figure_id).displays if figure_id in KNOWN or is_followed else ()


def declarations(con: Connection, also: Collection[str] = ()) -> dict[str, Figure]:
    """Return the declarations of all figures that a night computes, by id.

    `also` are addresses of further figures. The members of a table come before the table that gathers them. The
    countries are those that ever had a cell of pay, and the United States, because the guide names it. These countries,
    and the roles whose pay can be compared between kinds of source, are read from `con`, over all days. Raise
    `AddressError` for an unknown address.
    """
    regions = query.read(con, query.fill("pay/countries", {}))
    names = dict.fromkeys(["us", *(row["region"].lower() for row in regions)])
    countries = [PLACES[name] for name in names if name in PLACES]
    of_contractors = {row["region"].lower() for row in regions if row["has_contractors"]}
    figures = (
        *pay_figures.BANDS,
        *pay_figures.AROUND,
        *(figure for place in countries for figure in pay_figures.country_figures(place)),
        *(pay_figures.declare_contractors(place) for place in countries if place.slug in of_contractors),
        *comparison_figures.declare_compared(con),
        *movement_figures.declare_followed(con),
        *month_figures.declare_followed(con),
    )
    by_id, others = ({figure.id: figure for figure in group} for group in (figures, _OTHERS))
    ids = (find_id(figure_id) for figure_id in also)
    return by_id | {name: declare(name) for name in ids if name not in by_id | others} | others
