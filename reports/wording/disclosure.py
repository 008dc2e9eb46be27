"""Adverts that state pay, in words: first within employers, then by place and law.

No words say what a law causes, because places with and without a law differ in much else.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from reports.wording import numbers, prose
from reports.wording.numbers import Row, Rows
from reports.wording.parts import SHARE_PARTS, PartFormat
from reports.wording.renderer import Column, Renderer, Table, make_table
from transforms.records.vocabulary import AI_JOBS, LAW_IN_FORCE, LAW_UNKNOWN, NO_LAW
from transforms.text.lookups import cells_of
from warehouse.load.lookups import load_disclosure_laws

LAW_WORDS = {
    LAW_IN_FORCE: "pay law in force", NO_LAW: "no pay law that we know of", LAW_UNKNOWN: "pay law not known",
}  # fmt: skip
"""Words for the classes of law, in the order in which they are printed."""
GROUP_WORDS = {AI_JOBS: "AI jobs", "all": "all jobs"}
EVIDENCE_WORDS = {
    "official_text": "checked against the text of the law",
    "third_party": "from summaries of others, not checked against the text of the law",
    "own_knowledge": "from own knowledge, not checked against the text of the law",
}
_WITH_LAW = {law.jurisdiction for law in load_disclosure_laws()}
PLACE_NAMES = {
    "World": "all places",
    **{row["subdivision"]: row["name"] for row in cells_of("subdivisions") if row["subdivision"] in _WITH_LAW},
}
"""Names of the places for which pay disclosure is counted, except countries, whose names are in core.countries."""
UNCOVERED = (
    "a law may cover only employers of some size, or only some adverts, which adverts do not tell; laws of cities are "
    "not in our list"
)
_CHECKED = [law.evidence == "official_text" for law in load_disclosure_laws()]
UNCHECKED = f"checked against the text of the law: {sum(_CHECKED) or 'none'} of the {len(_CHECKED)} laws in our list"
BY_LIST = f"our list of pay laws{'' if any(_CHECKED) else ', none of them checked,'} has one in force"
"""Words for where a law is in force: what we know of it is a list."""
NOT_COMPARABLE = "places with and without a law differ in much else, in pay and in who advertises"


def say_points(share: float) -> str:
    """Return a difference of shares in points, such as "+40" or "−3"."""
    return f"{100 * share:+.0f}".replace("-", "−")


def say_difference(row: Row) -> str:
    """Return the difference of two shares in whole points, such as "+40": that of the shares as they are printed."""
    return say_points((round(100 * row["share_both"]) - round(100 * row["share_other"])) / 100)


def say_ends(row: Row) -> str:
    """Return the 95 % interval of a difference, such as "−25 to +2 points"."""
    return f"{say_points(row['difference_lo'])} to {say_points(row['difference_hi'])} points"


def _name(row: Row) -> str:
    return f"{GROUP_WORDS[row['role_group']]}, {row['place']}"


def _within_text(rows: Rows) -> str:
    parts = [
        f"{_name(row)}: {_say_within(row)} ({numbers.count_of(row['n_employers'], 'employer')})"
        for row in numbers.choose_printed(rows)
    ]
    return (
        f"of employers with adverts both where {BY_LIST} and where it has none, each counting once: {'; '.join(parts)}"
    )


def _say_within(row: Row) -> str:
    if row["form"] == "interval":
        return f"the share that states pay with such a law, less that without, is {say_ends(row)}"
    both, other = numbers.percent(row["share_both"]), numbers.percent(row["share_other"])
    return f"{both} state pay with such a law, {other} without, {say_difference(row)} points [{say_ends(row)}]"


def _within_prose(rows: Rows, style: PartFormat) -> str | None:
    """Say of the first group what part of its adverts states pay, with a law and without."""
    row = rows[0]
    if row["form"] == "interval":
        return None
    both, other = ({"share": row[name], "form": "point"} for name in ("share_both", "share_other"))
    say = partial(prose.say_share, in_numbers=style.in_numbers)
    return f"{say(both, 'adverts')} state pay where {BY_LIST}, and {say(other)} where it has none"


def _of_point(say: Callable[[Row], str]) -> Callable[[Row], str | None]:
    return lambda row: None if row["form"] == "interval" else say(row)


_WITHIN = (
    Column("Jobs", lambda row: numbers.upper_first(_name(row)), False),
    Column("Difference in points", _of_point(say_difference)),  # first, since a telephone shows only the first columns
    Column("95% interval", say_ends),
    Column("State pay, with a law", _of_point(lambda row: numbers.percent(row["share_both"]))),
    Column("State pay, no known law", _of_point(lambda row: numbers.percent(row["share_other"]))),
    Column("Employers", "n_employers"),
    Column("Jobs, with a law", "n_jobs_both"),
    Column("Jobs, no known law", "n_jobs_other"),
)


def _within_table(rows: Rows) -> Table:
    reasons = "; ".join(f"{_name(row)}: {row['reason']}" for row in rows if row["status"] == "suppressed")
    key = (
        f"In the adverts we read: employers with adverts both in places where, on the day of reading, {BY_LIST}, and "
        "in places where it has none. Shares are the mean of the employers' own: each counts once."
    )
    return make_table(
        numbers.choose_printed(rows), _WITHIN, key=key, below=[f"Withheld. {reasons}." if reasons else ""]
    )


def _width(row: Row) -> str | None:
    """Return the printed width of ranges: the median, or its interval."""
    if row["width"] is None:
        return None
    return _width_ends(row) if row["width_form"] == "interval" else numbers.percent(row["width"])


def _width_ends(row: Row) -> str:
    return numbers.percents(row, "width_lo", "width_hi")


def _with_n(row: Row) -> str:
    ends = f"{numbers.interval(row)}, " if row["form"] == "point" else ""
    return f"{row['name']} {numbers.printed_share(row)} ({ends}n = {row['n_jobs']:,})"


def _places_text(rows: Rows) -> str:
    printed = numbers.choose_printed(rows)
    widths = [f"{row['name']} {_width(row)}" for row in printed if row["region_level"] == "world" and _width(row)]
    parts = [
        ", ".join(map(_with_n, printed)),
        numbers.count_withheld(rows),
        f"stated ranges are as wide as so much of their midpoint (median): {', '.join(widths)}" if widths else None,
    ]
    return "; ".join(filter(None, parts))


_PLACES = (
    Column("Place or law", "name", False),
    Column("In force from", "in_force_from", False),
    Column("State pay", _of_point(lambda row: numbers.percent(row["share"]))),
    Column("95% interval", numbers.interval),
    Column("Jobs", "n_asking"),
    Column("Of jobs", "n_jobs"),
    Column("Employers", "n_employers"),
    Column("Median width of ranges", lambda row: None if row["width_form"] == "interval" else _width(row)),
    Column("Its 95% interval", _width_ends),
    Column("Ranges", "n_ranges"),
)


def _places_table(rows: Rows) -> Table:
    key = (
        "In the adverts we read: share of the jobs whose full advert was read that state pay; a job counts in each of "
        "its places. Width: high end less low end over their midpoint. Pay law not known: the place is not known "
        "finely enough, as United States without a state, or remote work over several states."
    )
    few = numbers.name_withheld(rows)
    below = [f"Withheld, since employers are too few or one has most of the jobs: {few}." if few else ""]
    for evidence, words in EVIDENCE_WORDS.items():
        laws = [f"{row['name']} ({row['law_name']})" for row in rows if row["evidence"] == evidence]
        below += [f"{numbers.upper_first(words)}: {'; '.join(laws)}."] if laws else []
    return make_table(numbers.choose_printed(rows), _PLACES, key=key, below=below)


def _note(rows: Rows) -> list[str]:
    return [UNCHECKED, UNCOVERED, NOT_COMPARABLE]


def _place_note(rows: Rows) -> list[str]:
    row, width = rows[0], _width(rows[0])
    widths = [f"stated ranges are as wide as {width} of their midpoint (median)"] if width else []
    return [f"95% interval {numbers.interval(row)}", *widths, *_note(rows)]


WITHIN_EMPLOYERS = Renderer(
    text=_within_text, table=_within_table, note=_note, named_by="place", names_withheld=True, prose=_within_prose
)
PLACE = Renderer(text=lambda rows: numbers.printed_share(rows[0]), note=_place_note, parts=SHARE_PARTS)
PLACES = Renderer(text=_places_text, table=_places_table, note=_note, named_by="name", names_withheld=True)
