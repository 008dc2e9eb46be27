"""Figures of adverts by month: AI jobs among the jobs that boards list, beside the adverts on Indeed that name AI."""

from __future__ import annotations

from reports.figures import query, verdicts
from reports.figures.declaration import Display, Figure, Rung
from reports.figures.places import PLACES, Place
from reports.figures.query import Connection
from reports.wording import months

KIND = "adverts"
"""First part of the ids of these figures."""
RUNGS = (
    Rung("adverts", "adverts/months", "behind/advert_months"),
    Rung("adverts.indeed", "adverts/indeed", "adverts/indeed", basis="indeed", name="Indeed Hiring Lab"),
)


def declare_months(place: Place) -> Figure:
    """Declare how many jobs of a country are AI jobs, by month; Indeed's share alone where ours is too short."""
    return Figure(
        id=f"{KIND}.{place.slug}",
        title=f"AI in job adverts by month, {place.name}",
        unit="share of jobs, or of adverts on Indeed",
        renderer=months.MONTHS,
        rungs=RUNGS,
        judge=verdicts.judge_months,
        parameters={"region": place.region},
        displays=(Display(section="months"),),
    )


def declare_followed(con: Connection) -> list[Figure]:
    """Declare the figures of all countries of which either side was ever known, and of that which the guide names."""
    known = (row["region"].lower() for row in query.read(con, query.fill("adverts/followed", {})))
    return [declare_months(PLACES[place]) for place in dict.fromkeys(["us", *known]) if place in PLACES]
