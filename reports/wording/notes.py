"""Ledger rows in words: the value, what is said beside it, and the note that a reader should know.

Advertised pay is what adverts *offer*; only reported pay is *earned*. A median is called a median. Whatever
is not the first choice (another rung, little confidence, an older value) is said in the value itself, in
brackets, so that it cannot be lost when somebody quotes it.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from reports.figures.catalogue import declaration_of
from reports.wording.amounts import is_point
from reports.wording.bases import BASES, OWN_BASES, unit_of
from reports.wording.levels import define, level_phrase
from reports.wording.numbers import (
    LOW_CONFIDENCE,
    MONTHS,
    SAMPLE_WORDS,
    Row,
    Rows,
    count_of,
    day,
    days,
    percent,
    qualify,
    sentences,
)
from reports.wording.parts import PartFormat, count
from reports.wording.pay import find_head, name_place
from reports.wording.renderer import Table, list_doubts
from warehouse.mart_tables import Figures, NearestFigure

NAMED_BEFORE = ("word", "skill", "title", "place", "item")
"""Columns that named the rows of shares in ledgers of c3228cc0."""


@functools.lru_cache(maxsize=4_096)
def _read(value_json: str) -> tuple[Row, ...]:
    return tuple({**_name_before(row), **row} for row in json.loads(value_json))


def _name_before(row: Row) -> Row:
    """The name of a row of c3228cc0, by the column that it had then."""
    name = next((row[column] for column in NAMED_BEFORE if column in row), None)
    return {} if name is None else {"name": name}


def rows_of(figure: Figures) -> Rows:
    """The rows behind a ledger row; none when it is withheld."""
    return _read(figure.value_json) if figure.value_json else ()


def _first_of(figure: Figures) -> Row:
    """The first row behind a ledger row, or one that says nothing."""
    return next(iter(rows_of(figure)), {})


def value(figure: Figures) -> str:
    """The figure as printed, or that it is withheld and why."""
    return figure.value if figure.value is not None else f"withheld: {figure.reason}"


def say_instead(figure: Figures) -> str | None:
    """What a printed figure counts instead of what its id names: wider work, every level, others, one country."""
    declaration, rows = declaration_of(figure.figure), rows_of(figure)
    if figure.value is None or not rows:
        return None
    rung = next((rung.describe(rows) for rung in declaration.rungs[1:] if rung.name == figure.rung), None)
    is_of_one = declaration.place and find_head(rows) is not None
    named = name_place(rows, declaration.place) if is_of_one else declaration.place
    return "; ".join(filter(None, (rung, f"of {named}" if named != declaration.place else None))) or None


def say_basis(figure: Figures) -> str:
    """What a measured figure rests on: "adverts we read (boards drawn at random)"."""
    basis = BASES[figure.basis].words if figure.basis else "each row says what it rests on"
    return qualify(basis, [say_sample(figure)])


def say_sample(figure: Figures) -> str | None:
    """From which boards a figure is; None where that makes no difference to it, as for pay."""
    samples = {row["sample"] for row in rows_of(figure) if row.get("sample")}
    if len(samples) < 2:
        return SAMPLE_WORDS[samples.pop()] if samples else None
    return f"{SAMPLE_WORDS['panel']} where they are enough, else {SAMPLE_WORDS['known']}"


_UNKNOWN = {"share": "an unknown share", "USD": "an unknown amount"}
"""What stands for a withheld value in a sentence, by the first word of its unit."""


def say_withheld(figure: Figures, reason: str | None, *, is_nested: bool = False) -> str:
    """A withheld value as the noun that a sentence expects in its place: "an unknown share (withheld: …)"."""
    noun = _UNKNOWN.get(figure.unit.partition(" ")[0], "an unknown value")
    return qualify(noun, [f"withheld: {reason}"], is_nested=is_nested)


def part(figure: Figures, style: PartFormat, titles: Mapping[str, str] | None = None) -> str | None:
    """A part of a figure as it is wanted, without what is said of it; None where the figure lacks it.

    `titles` are names to print for sources.
    """
    say = declaration_of(figure.figure).renderer.parts.get(style.part)
    if style.part == "value" and (style.is_plain or say is None):
        return figure.bare_value or figure.value
    if say is not None:
        return say(_first_of(figure), style) if rows_of(figure) else None
    if style.part in ("n", "employers"):
        return count(figure.n_jobs if style.part == "n" else figure.n_employers, style)
    return describe_period(figure) if style.part == "period" else credit(figure, titles) or None


def why_no_part(figure: Figures, style: PartFormat) -> str:
    """Why a figure that has a value lacks a part of it."""
    if style.money in ("local", "ppp"):
        return "too few adverts in the money of the country, or no price level is known"
    if style.part in ("low", "high") and figure.basis in ("reported", "official"):
        return f"{BASES[figure.basis].words} have no band"
    return f"{figure.figure} has no {style.part} here"


def parts(figure: Figures) -> tuple[str, str]:
    """The figure as printed, in two: the value, and what is said of it in brackets ("" when nothing is)."""
    if figure.value is None:
        return "Withheld", figure.reason or ""
    return (figure.value, "") if figure.bare_value is None else (figure.bare_value, figure.qualifier or "")


def table(figure: Figures) -> Table | None:
    """The figure as a table; None when it is a single value or withheld."""
    make = declaration_of(figure.figure).renderer.table
    if make is None or figure.value is None:
        return None
    result = make(rows_of(figure))
    if figure.status != "stale" or figure.period_to is None or declaration_of(figure.figure).gathers is not None:
        return result  # rows of a figure that gathers others say their own days
    period = describe_period(figure)
    return replace(result, key=f"{period[0].upper()}{period[1:]}. {result.key}".rstrip())


def strength(figure: Figures) -> str:
    """n in words: "1,234 jobs of 210 employers"; a dash for cited figures."""
    if figure.n_jobs is None:
        return "–"
    n = count_of(figure.n_jobs, *unit_of(figure.basis))
    return n if figure.n_employers is None else f"{n} of {count_of(figure.n_employers, 'employer')}"


def describe_n(figure: Figures) -> str | None:
    """ "n = 1,234 jobs of 210 employers"; None where nothing is counted."""
    return None if figure.n_jobs is None else f"n = {strength(figure)}"


def describe_period(figure: Figures) -> str:
    """The reference period of a figure in words; of one that has none, the day it speaks for.

    What others state is of the day on which they published it.
    """
    if figure.kind == "cited":
        when = _first_of(figure).get("published")
        return f"published {when}" if when else "of an unknown day"
    if figure.period_to is None:
        return f"as of {day(figure.as_of)}"
    return words_of_period(figure.basis, figure.period_from, figure.period_to)


def words_of_period(basis: str | None, first: date | None, last: date) -> str:
    """A reference period: "read 3 to 17 August 2026" of our adverts, "pay of 2024 to 2025" of what others collected.

    A third party says the year alone; official wages are of a month, or of whole years.
    """
    if basis in OWN_BASES or basis is None:
        return f"read {days(first, last)}"
    is_whole_years = first is not None and (first.month, first.day) == (1, 1) and (last.month, last.day) == (12, 31)
    if basis == "official" and not is_whole_years:
        return f"wages of {MONTHS[last.month - 1]} {last.year}"
    if first is None or not (is_whole_years or basis == "advertised_third_party"):
        return f"pay of {days(first, last)}"
    noun = "wages" if basis == "official" else "pay"
    return f"{noun} of {last.year}" if first.year == last.year else f"{noun} of {first.year} to {last.year}"


NAMES_IN_SHORT = 3
"""Most rows of low confidence that are named where there is little room; more are counted."""
MAX_NAMED_IN_NOTE = 10
"""Rows of low confidence that a note names; more are counted, since the table says it of each."""


def why_low(figure: Figures, *, most: int | None = NAMES_IN_SHORT) -> str | None:
    """Why a figure has low confidence, with the rows that is true of; None when it has not.

    More than `most` rows are counted, by reason; None names all of them.
    """
    if figure.status != "low":
        return None
    named_by = declaration_of(figure.figure).renderer.named_by
    doubts = list_doubts(rows_of(figure), named_by, most=most) if named_by else None
    return doubts or f"{LOW_CONFIDENCE}: {figure.reason}"


def credit(figure: Figures, titles: Mapping[str, str] | None = None) -> str:
    """The sources of a figure, with how many adverts are of each where it has several: "Ashby 412, Greenhouse 1".

    `titles` are names to print for sources. Kinds of pay are not set side by side, so a figure of several has no
    numbers; nor has a source that only converts money. "" where there is no source.
    """
    n_of = {part.source: part.n for part in figure.behind or () if part.n}
    if figure.basis is None or len(n_of) < 2:
        n_of = {}
    names = ((titles or {}).get(source, source) for source in figure.sources)
    texts = (f"{name} {n_of[s]:,}" if n_of.get(s) else name for s, name in zip(figure.sources, names, strict=True))
    return ", ".join(texts)


NAMED_OF_SCOPE = 3
"""Countries and sources that are named where shares of all places are headed."""


def scope(figure: Figures, titles: Mapping[str, str] | None = None) -> str:
    """Of what the shares of all places are: "In the adverts we read" with the largest countries and sources.

    Parts of countries are of jobs, those of sources of adverts. "" for figures that are not of all places, or withheld.
    """
    row = _first_of(figure)
    if figure.basis != "postings" or figure.value is None or not row.get("countries"):
        return ""
    n_jobs = row.get("n_all_places") or row["n_jobs"]  # where the first row is not of all places
    countries = ", ".join(f"{part['country']} {percent(part['n_jobs'] / n_jobs)}" for part in row["countries"])
    behind = sorted((part for part in figure.behind or () if part.n), key=lambda part: (-part.n, part.source))
    n_adverts = sum(part.n for part in behind)
    shares = [
        f"{(titles or {}).get(part.source, part.source)} {percent(part.n / n_adverts)}"
        for part in behind[:NAMED_OF_SCOPE]
    ]
    sources = f"; largest sources by adverts: {', '.join(shares)}" if shares else ""
    days = f" ({describe_period(figure)})" if figure.status == "stale" and figure.period_to is not None else ""
    return f"In the adverts we read{days}: {count_of(n_jobs, 'job')}; largest countries: {countries}{sources}"


def origin(figure: Figures) -> str | None:
    """Who said what is cited, where and when: "PwC, Sizing the prize, 27 June 2017"; None for what is measured."""
    if figure.kind != "cited":
        return None
    return ", ".join(filter(None, map(_first_of(figure).get, ("publisher", "work", "published")))) or None


def place(figure: Figures) -> str:
    """The place that a figure of pay is headed by (`pay.name_place`); "" for figures of none."""
    declaration = declaration_of(figure.figure)
    if not declaration.place:
        return ""
    rows = rows_of(figure)
    head = f"{declaration.title}, "  # behind it stands the place of what has no rows, also of one declared by its kin
    return name_place(rows, declaration.place) if rows else figure.title.removeprefix(head)


def level(figure: Figures) -> str:
    """The level of pay that a figure is of, withheld or not: "mid to senior level"; "" for figures of none."""
    group = declaration_of(figure.figure).level
    return "" if group is None else level_phrase(group)


def define_level(figure: Figures) -> str | None:
    """What level and pay a printed figure means; None for figures that are not of one level, and for tables of them."""
    declaration = declaration_of(figure.figure)
    if declaration.level is None or declaration.gathers is not None or figure.value is None:
        return None
    if _is_widened(figure):
        return f"every level is counted, since those of {level_phrase(declaration.level)} alone are too few"
    return define(declaration.level, figure.basis or "")


def note(figure: Figures) -> str:
    """What a reader should know beside the value, as sentences; the reason when it is withheld, and the nearest."""
    declaration = declaration_of(figure.figure)
    renderer, baseline = declaration.renderer, f"the 2026 guide said: {figure.baseline}" if figure.baseline else None
    if figure.value is None:
        nearest = "; ".join(map(name_nearest, figure.nearest or ()))
        offer = f"nearest: {nearest}" if nearest else None
        return sentences([f"withheld: {figure.reason}", figure.missing, offer, baseline])
    if figure.kind == "cited":
        return sentences([*renderer.note(rows_of(figure)), _verification(figure)])
    n = f": {strength(figure)}" if figure.n_jobs is not None else ""
    against = compare(figure)
    texts = [
        f"deprecated: {figure.figure} is now {declaration.alias_of}" if declaration.alias_of else None,
        f"{say_basis(figure)}{n}, {describe_period(figure)}",
        define_level(figure),
        *renderer.note(rows_of(figure)),
        why_low(figure, most=MAX_NAMED_IN_NOTE),
        None if renderer.shows_baseline else baseline,
        f"against it, {against}" if against else None,
    ]
    return sentences(texts)


def name_nearest(near: NearestFigure) -> str:
    """A figure that is offered in place of another: what it says, its value and its id."""
    return f"{near.title}, {near.value} [{near.figure}]"


def _verification(figure: Figures) -> str | None:
    """When a cited figure was looked up, and until when it may stand as it is, or that this day has passed."""
    if figure.verify_by is None:
        return None
    if figure.as_of > figure.verify_by:
        return f"not verified again since {day(figure.verify_by)}"
    verified_on = _first_of(figure).get("verified_on")
    before = f"verified on {day(date.fromisoformat(verified_on))}, " if verified_on else ""
    return f"{before}to be verified again by {day(figure.verify_by)}"


def _is_widened(figure: Figures) -> bool:
    """Whether pay is of every level, though the figure is of one group."""
    level = declaration_of(figure.figure).level
    return level is not None and (_first_of(figure).get("seniority_group") or level) != level


UNDEFINED = "but the guide does not say what it counts as this level, or as pay"
ENDS = {"band_low": "the lower end", "band_high": "the upper end", "p50": "the median"}
"""Columns of pay that are compared with the 2026 guide, in words."""


def compare(figure: Figures) -> str | None:
    """How far a measured value is from the 2026 guide's, in per cent; None where it gave no number.

    The guide says neither what it counts as a level nor as pay, so each comparison says that it may be of two things.
    """
    row, then = _first_of(figure), declaration_of(figure.figure).baseline_values
    if not then or figure.value is None or _is_widened(figure) or any(row.get(column) is None for column in then):
        return None
    changes = [(ENDS[column], _change_of(row, column, amount)) for column, amount in then.items()]
    return " and ".join([" is ".join(changes[0]), *map(" ".join, changes[1:])]) + f", {UNDEFINED}"


def _change_of(row: Row, column: str, then: float) -> str:
    """How far an amount is from another; where its interval stands for it, how far the ends of that are."""
    if is_point(row, column):
        return _change(row[column], then)
    low, high = (_change(row[f"{column}_{end}"], then) for end in ("lo", "hi"))
    return low if low == high else f"between {low} and {high}"


def _change(now: float, then: float) -> str:
    change = round(100 * (now / then - 1))
    return f"{abs(change)}% {'higher' if change > 0 else 'lower'}" if change else "the same"
