"""Figures of how pay moves: pay for the same kind of job over time, and the premium of AI and data science."""

from __future__ import annotations

from reports.figures import query, verdicts
from reports.figures.declaration import Display, Figure, Rung
from reports.figures.places import PLACES, Place
from reports.figures.query import Connection
from reports.wording import movement
from reports.wording.work import name_work
from transforms.records.vocabulary import COMPARED_GROUPS, MOVEMENTS, PREMIUM_OVER

HELD, OVER = MOVEMENTS
KINDS = ("movement", "premium")
"""First parts of the ids of figures of `HELD` and `OVER`."""
OWN, COLLECTED, REPORTED = "advertised", "advertised_third_party", "reported"
PREMIUM_GROUPS = ("ai_core", "ai_engineering")
"""Groups of roles whose premium is followed."""
_NAMES = {OWN: "adverts by quarter", COLLECTED: "adverts collected by a third party", REPORTED: "newest surveys"}
_WORDS = {OWN: "by employers", COLLECTED: "by titles of unknown employers"}
"""Which clusters pay held constant rests on, printed after the value."""


def _declare(measure: str, bases: tuple[str, ...], title: str, place: Place, group: str) -> Figure:
    rungs = tuple(
        Rung(
            f"movement.{basis}",
            "pay/changes",
            "behind/changes",
            basis=basis,
            name=_NAMES[basis],
            words=_WORDS[basis] if measure == HELD else None,
        )
        for basis in bases
    )
    return Figure(
        id=f"{KINDS[MOVEMENTS.index(measure)]}.{place.slug}.{group}",
        title=f"{title}, {place.name}",
        unit="change of pay" if measure == HELD else f"pay over that of {name_work(PREMIUM_OVER)}",
        renderer=movement.HELD_CONSTANT if measure == HELD else movement.PREMIUM,
        rungs=rungs,
        judge=verdicts.judge_changes,
        parameters={"measure": measure, "region": place.region, "role_group": group},
        displays=(Display(section="movement"),),
    )


def declare_movement(place: Place, group: str) -> Figure:
    """Declare how pay for the same kind of job moved, in our own adverts or else in collections of others."""
    return _declare(HELD, (OWN, COLLECTED), f"Pay for the same kind of job over time, {name_work(group)}", place, group)


def declare_premium(place: Place, group: str) -> Figure:
    """Declare how much more a group is paid than other engineering, from surveys or else from collections."""
    words = movement.SPECIALISTS.get(group, name_work(group))
    title = (
        f"How much more {words} are paid than other engineers"
        if group in movement.SPECIALISTS
        else (f"How much more {words} is paid than {name_work(PREMIUM_OVER)}")
    )
    return _declare(OVER, (REPORTED, COLLECTED), title, place, group)


DECLARE = {HELD: declare_movement, OVER: declare_premium}
GROUPS = {HELD: COMPARED_GROUPS, OVER: PREMIUM_GROUPS}


def declare_followed(con: Connection) -> list[Figure]:
    """Declare the figures of all series that ever had two printed periods."""
    rows = query.read(con, query.fill("pay/changes_of", {}))
    return [DECLARE[row["measure"]](PLACES[row["region"].lower()], row["role_group"]) for row in rows]
