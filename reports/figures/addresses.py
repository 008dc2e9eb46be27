"""Addresses of figures: every cell of the marts that may be printed has a predictable id.

    pay.{place}.{role}.{level}               pay.us.ai_engineering.senior, pay.western_europe.data.all
    pay.{place}.{role}.{level}.{basis}       from one kind of source alone: pay.de.data_scientist.senior.reported
    foreign_currency.{place}.{role}.{level}  pay stated in another country's currency; also with {basis}
    mixed.{place}.{role}.{level}             pay in any currency; also with {basis}
    contractor.{place}.{role}.{level}        contractors' invoices in the place's own currency;
                                             contractor_foreign_currency, contractor_mixed as above;
                                             agency.… on an agency's payroll
    comparison.{place}.{role}.{basis}        pay of all levels from one kind of source, to compare it with others
    reported.{place}.{role}.{level}          pay that people report in surveys, by the money they are paid in:
                                             reported.ar.ai_core.senior; countries of a region side by side
    reported_bonus.{place}.{role}.{level}    the yearly bonus that people report
    bonus.{place}                            the yearly bonus of AI engineering, where adverts state an amount
    skill.{skill}.{place}.{group}            skill.python.de.ai_engineering
    share.{measure}.{item}.{place}.{group}   share.workplace.remote.us.ai_jobs, share.degree.master.all.ai_jobs
    employers.{measure}.{item}.{place}.{group}  the same of the average employer, each employer counted once:
                                             employers.skill.python.de.ai_engineering,
                                             employers.workplace.remote.us.ai_jobs
    movement.{country}.{group}               how pay for the same kind of job moved: movement.us.ai_engineering
    premium.{country}.{group}                how much more is paid than in other engineering: premium.ar.ai_core
    adverts.{country}                        AI jobs by month, beside adverts on Indeed that name AI: adverts.us
    disclosure.{place}.{group}.{law}         disclosure.us_ny.all.in_force
    closing_rate.{place}.{group}             closing_rate.all.ai_engineering
    claim.{name}                             what others say

`place` is the ISO 3166-1 alpha-2 code of a country, the name of a UN M49 region or continent, or `all` for all adverts
that we read. `role` is a role or a group of roles (`vocabulary.ROLE_GROUPS`). `level` is a group of levels
(`vocabulary.LEVEL_GROUPS`). `basis` is a kind of pay source. Names are in small letters with underscores
(`places.slug`). A skill may be given without its group, or without place and group (`canonical`).
"""

from __future__ import annotations

import difflib
import functools
import inspect
import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from reports.figures.declaration import Figure
from reports.figures.declared import (
    comparison_figures,
    disclosure_figures,
    month_figures,
    movement_figures,
    pay_figures,
    reported_figures,
    share_figures,
)
from reports.figures.places import EVERYWHERE, PLACES, Place
from reports.wording.bases import NAMED
from reports.wording.disclosure import PLACE_NAMES
from reports.wording.work import WORKS
from transforms.records.vocabulary import AI_JOBS, EMPLOYEE, GROUPS_OF_CLOSINGS, LAW_CLASSES, LEVEL_GROUPS
from warehouse.mart_tables import GROUPS_OF_DISCLOSURE
from warehouse.marts.measures import MEASURES


class AddressError(ValueError):
    """Error for an unknown id; the message names the unknown part and suggests known ones."""


GROUP = pay_figures.WORK_OF_GUIDE


def canonical(figure_id: str) -> str:
    """Return the id for a short form; return any other id unchanged."""
    kind, *parts = figure_id.split(".")
    lacking = (EVERYWHERE.slug, GROUP)[len(parts) - 1 :] if parts else ()
    return ".".join((figure_id, *lacking)) if kind == "skill" else figure_id


# --- the parts of an id ---------------------------------------------------------------------------------


def _choose(what: str, part: str, names: Iterable[str]) -> str:
    choices = list(names)
    if part in choices:
        return part
    near = difflib.get_close_matches(part, choices, n=3, cutoff=0.5)
    hint = f" (similar: {', '.join(near)})" if near else f" (known: {', '.join(choices)})" if len(choices) < 12 else ""
    raise AddressError(f"no {what} {part!r}{hint}")


@functools.cache
def _place(slug: str, levels: tuple[str, ...] = ("country", "region", "continent"), what: str = "place") -> Place:
    places = {place.slug: place for place in (*PLACES.values(), EVERYWHERE) if place.level in levels}
    return places[_choose(what, slug, places)]


EVERY_LEVEL = ("country", "region", "continent", "world")


def _declare_pay(key: tuple[str, str], place: str, role: str, level: str, basis: str | None = None) -> Figure:
    contract, market = key
    if place == EVERYWHERE.slug:
        raise AddressError(
            "there is no pay figure for all places together, because most of its adverts would be from one country"
        )
    _choose("role or group of roles", role, (name for name in WORKS if name != AI_JOBS))
    if basis is not None:
        _choose("kind of source", basis, NAMED if contract == EMPLOYEE else ("advertised",))
    levels = LEVEL_GROUPS if basis is None else (*LEVEL_GROUPS, *pay_figures.STATED_LEVELS)
    at = _place(place)
    return pay_figures.declare_pay(at, role, _choose("level", level, levels), market, basis, contract=contract)


def _declare_comparison(place: str, role: str, basis: str) -> Figure:
    _choose("role or group of roles", role, WORKS)
    return comparison_figures.declare(_place(place), role, _choose("kind of source", basis, comparison_figures.KINDS))


def _declare_reported(declared: Callable[[Place, str, str], Figure], place: str, role: str, level: str) -> Figure:
    _choose("role or group of roles", role, WORKS)
    return declared(_place(place), role, _choose("level", level, LEVEL_GROUPS))


def _declare_bonus(place: str) -> Figure:
    return pay_figures.declare_bonus(_place(place, ("country", "region"), "region or country"))


def _declare_skill(skill: str, place: str, group: str, *, by_employer: bool = False) -> Figure:
    _choose("group of roles", group, MEASURES["skill_asked"].role_groups)
    at = _place(place, EVERY_LEVEL)
    if skill in share_figures.BASELINE_NAMES:
        named = share_figures.BASELINE_NAMES[skill]
        return share_figures.declare_skill(skill, *named, at, group, by_employer=by_employer)
    skills = share_figures.items_of("skill_asked")
    word = skills[_choose("skill", skill, skills)]
    return share_figures.declare_skill(skill, word, (word.lower(),), at, group, by_employer=by_employer)


def _declare_share(measure: str, item: str, place: str, group: str, *, by_employer: bool = False) -> Figure:
    role_groups = MEASURES[_choose("measure", measure, MEASURES)].role_groups
    if items := share_figures.items_of(measure):
        _choose(f"item of {measure}", item, items)
    at, group = _place(place, EVERY_LEVEL), _choose("group of roles", group, role_groups)
    return share_figures.declare_share(measure, item, at, group, by_employer=by_employer)


def _declare_employers(measure: str, item: str, place: str, group: str) -> Figure:
    names = ("skill", *(name for name, one in MEASURES.items() if one.by_employer and name != share_figures.ASKED))
    if _choose("measure", measure, names) == "skill":
        return _declare_skill(item, place, group, by_employer=True)
    return _declare_share(measure, item, place, group, by_employer=True)


def _declare_disclosure(place: str, group: str, law: str) -> Figure:
    subdivision = re.fullmatch(r"([a-z]{2})_([a-z0-9]{1,3})", place)
    if subdivision and subdivision[1] in PLACES:
        code = f"{subdivision[1]}-{subdivision[2]}".upper()
        at = Place(level="subdivision", region=code, name=PLACE_NAMES.get(code, code), slug=place)
    else:
        at = _place(place, ("country", "world"), "country or subdivision (ISO 3166-2 with an underscore)")
    _choose("group of jobs", group, GROUPS_OF_DISCLOSURE)
    return disclosure_figures.declare_disclosure(at, group, _choose("kind of law", law, LAW_CLASSES))


def _declare_closing_rate(place: str, group: str) -> Figure:
    _choose("group of roles", group, GROUPS_OF_CLOSINGS)
    return share_figures.declare_closing_rate(
        _place(place, ("world", "region", "continent"), "region or continent"), group
    )


def _declare_change(measure: str, place: str, group: str) -> Figure:
    _choose("group of roles", group, movement_figures.GROUPS[measure])
    return movement_figures.DECLARE[measure](_place(place, ("country",), "country"), group)


def _declare_months(place: str) -> Figure:
    return month_figures.declare_months(_place(place, ("country",), "country"))


KINDS: dict[str, Callable[..., Figure]] = {
    **{kind: functools.partial(_declare_pay, key) for key, kind in pay_figures.KINDS_OF_PAY.items()},
    "comparison": _declare_comparison,
    "reported": functools.partial(_declare_reported, reported_figures.declare_reported),
    "reported_bonus": functools.partial(_declare_reported, reported_figures.declare_bonus),
    "bonus": _declare_bonus,
    "skill": _declare_skill,
    "share": _declare_share,
    "employers": _declare_employers,
    "movement": functools.partial(_declare_change, movement_figures.HELD),
    "premium": functools.partial(_declare_change, movement_figures.OVER),
    month_figures.KIND: _declare_months,
    "disclosure": _declare_disclosure,
    "closing_rate": _declare_closing_rate,
}
"""For each kind of address, the function that declares a figure from the other parts, which its parameters name."""


@functools.cache
def parts_of(kind: str) -> dict[str, bool]:
    """Return the names of the parts of an address after its kind, each with whether it may be left out."""
    parameters = inspect.signature(KINDS[kind]).parameters.values()
    positional = (parameter for parameter in parameters if parameter.kind is not parameter.KEYWORD_ONLY)
    return {parameter.name: parameter.default is not parameter.empty for parameter in positional}


def declare(figure_id: str) -> Figure:
    """Declare the figure at an address. Raise `AddressError`, naming the unknown part, if there is no such figure."""
    kind, *parts = figure_id.split(".")
    if kind not in KINDS:
        raise AddressError(f"no figure {figure_id!r}: unknown kind {kind!r}; {', '.join(KINDS)} are known")
    names = parts_of(kind)
    if not list(names.values()).count(False) <= len(parts) <= len(names):
        form = [f"[.{name.upper()}]" if may_lack else f".{name.upper()}" for name, may_lack in names.items()]
        raise AddressError(f"no figure {figure_id!r}: expected {kind}{''.join(form)}")
    try:
        figure = KINDS[kind](*parts)
    except AddressError as error:
        raise AddressError(f"no figure {figure_id!r}: {error}") from None
    return replace(figure, id=figure_id)
