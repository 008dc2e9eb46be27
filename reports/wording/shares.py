"""Shares in words: rankings of skills and roles, lists of shares, and claims of others.

A share is printed with its interval, as an interval alone where that is too wide to name a point, or, where few adverts
say, as bounds for all of them (`numbers.printed_share`).
"""

from __future__ import annotations

from collections.abc import Callable

from reports.wording.numbers import (
    VERDICT_RULE,
    VERDICTS,
    Row,
    Rows,
    category_name,
    count_of,
    interval,
    known_part,
    percent,
    printed_share,
    qualify,
    rank,
    verdict,
    whole,
)
from reports.wording.parts import CLAIM_PARTS, SHARE_PARTS
from reports.wording.renderer import Renderer, Table, without_empty_columns
from transforms.records.definitions import MIN_KNOWN
from transforms.records.vocabulary import YEARS_BANDS
from warehouse.marts.measures import NOT_ASKED, Measure

ALL_PLACES = "All adverts we read"
"""The name of the shares over all places: where boards are read is not the market."""


def _list_shares(name: str) -> Callable[[Rows], str]:
    """A ranking as one line: name and share with its interval, and of how many jobs they are."""
    return lambda rows: f"{', '.join(f'{row[name]} {_with_interval(row)}' for row in rows)}; {_say_n(rows[0])}"


def _with_interval(row: Row) -> str:
    """A share as it is printed, with its interval in brackets where the point is: "57% (49–65%)"."""
    return qualify(printed_share(row), [_ends(row) if row.get("form", "point") == "point" else None])


def _say_n(row: Row) -> str:
    """Of how many jobs shares are, and what their intervals are: "n = 477 jobs, 95% intervals"."""
    n = f"n = {count_of(row['n_jobs'] or 0, 'job')}"
    return n if row.get("form") == "bounds" else f"{n}, 95% intervals"


def _point(row: Row) -> str:
    """The point of a share; a dash where only an interval or bounds are printed, or nothing."""
    return percent(row["share"]) if row.get("form", "point") == "point" and row["share"] is not None else "–"


def _ends(row: Row) -> str:
    """The 95 % interval; a dash where only bounds are printed."""
    return "–" if row.get("form") == "bounds" else interval(row)


def _bounds(row: Row) -> str:
    """Least and greatest share of all jobs, silent ones too; a dash where silence is no unknown answer."""
    if row.get("bound_lo") is None:
        return "–"
    low, high = percent(row["bound_lo"]), percent(row["bound_hi"])
    return low if low == high else f"{low.removesuffix('%')}–{high}"


def _ranking_table(name: str, heading: str, key: str, *, verdicts: bool) -> Callable[[Rows], Table]:
    """A table of shares in order; `key` says of what, with {n} for the number of jobs."""

    def table(rows: Rows) -> Table:
        cells = tuple(
            (
                rank(row),
                row[name],
                _point(row),
                interval(row),
                whole(row["n_asking"]),
                whole(row.get("n_employers_asking")),
                *((verdict(row) or "none",) if verdicts else ()),
            )
            for row in rows
        )
        columns = ("Rank", heading, "Share", "95% interval", "Jobs", "Employers", *(("Verdict",) if verdicts else ()))
        caption = key.replace(ONCE, _say_counting(rows)).format(n=whole(rows[0]["n_jobs"]))
        return without_empty_columns(
            Table(columns=columns, rows=cells, numeric=frozenset((0, 2, 3, 4, 5)), key=caption)
        )

    return table


ONCE = "Each job counts once: a share is its jobs divided by {n}."
WEIGHTED = (
    "Of boards drawn at random: each of {n} weighs as much as its board stands for, by the chance with which that was "
    "drawn."
)


def _say_counting(rows: Rows) -> str:
    """What a job counts in these rows."""
    return WEIGHTED if any(row.get("sample") == "panel" for row in rows) else ONCE


RANKS = "Ranks that the intervals leave open are ties, as in 1–3; with 95% all ranks of the list hold together."
SKILLS_KEY = "In the adverts we read: share of the {n} AI engineering jobs whose advert we could read in full."
ROLES_KEY = (
    "In the adverts we read: share of {n} AI jobs, that is engineering, research and data science, and the roles "
    f"around them. {ONCE} {RANKS} Adverts whose text we do not have are one job where employer, title, place, pay and "
    "days agree."
)


def _skills_note(rows: Rows) -> list[str]:
    notes = ["a skill counts when the advert requires or prefers it, not when it only mentions it"]
    if rows and rows[0].get("n_without_text"):
        notes.append(f"{rows[0]['n_without_text']:,} jobs whose full advert was not read are left out")
    return notes


def _baseline_skills_text(rows: Rows) -> str:
    parts = []
    for _, word in VERDICTS:
        skills = [f"{row['word']} {printed_share(row)}" for row in rows if verdict(row) == word]
        if skills:
            parts.append(f"{word}: {', '.join(skills)}")
    without = [row["word"] for row in rows if verdict(row) is None]
    return "; ".join([*parts, f"no verdict: {', '.join(without)}"] if without else parts)


def _baseline_skills_table(rows: Rows) -> Table:
    cells = tuple(
        (
            row["word"],
            _point(row),
            interval(row),
            rank(row),
            category_name(row["category"]) if row.get("category") else "–",
            verdict(row) or "not read by our taxonomy",
        )
        for row in rows
    )
    columns = ("Named essential in 2026", "Share now", "95% interval", "Rank", "among", "Verdict now")
    key = f"{SKILLS_KEY} {RANKS} {VERDICT_RULE}".format(n=whole(rows[0]["n_jobs"]))
    return Table(columns=columns, rows=cells, numeric=frozenset((1, 2, 3)), key=key)


def _skill_text(rows: Rows) -> str:
    return printed_share(rows[0])


def _skill_note(rows: Rows) -> list[str]:
    row = rows[0]
    among = "" if rank(row) == "–" else f", rank {rank(row)} among {category_name(row['category']).lower()}"
    return [f"95% interval {interval(row)}{among}, by our rule {verdict(row) or 'without a verdict'}"]


DEGREE_NAMES = {
    "none": "no degree needed, in so many words", "associate": "associate degree", "bachelor": "bachelor's degree",
    "master": "master's degree", "doctorate": "doctorate", NOT_ASKED: "not asked for",
}  # fmt: skip
QUALIFICATION_NAMES = {
    "portfolio": "a portfolio of work", "certification": "a certification", "internship": "experience of an internship",
    "open_source": "contributions to open source",
}  # fmt: skip
EMPLOYMENT_NAMES = {
    "FULL_TIME": "full-time", "PART_TIME": "part-time", "CONTRACTOR": "contract", "TEMPORARY": "temporary",
    "INTERN": "internship", "VOLUNTEER": "voluntary", "PER_DIEM": "by the day", "OTHER": "other",
}  # fmt: skip
YEARS_NAMES = {
    band: f"{first} years or more" if band.endswith("+") else f"{first} to {last} years" if first else "at most 1 year"
    for band, (first, last) in YEARS_BANDS.items()
} | {NOT_ASKED: "not asked for"}


def items(measure: Measure, heading: str) -> Renderer:
    """Shares of the items of one measure; `heading` names the items."""

    def text(rows: Rows) -> str:
        answers = _list_shares("name")(rows)
        if not measure.known_words:
            return answers
        coverage = f"{known_part(rows[0])} of jobs {measure.known_words}"
        if rows[0].get("form") == "bounds" or not rows[0].get("n_unknown"):
            return f"{answers}; {coverage}"
        of_all = ", ".join(f"{row['name']} {_bounds(row)}" for row in rows)
        return f"{answers}; {coverage}; of all jobs, {of_all}"

    def table(rows: Rows) -> Table:
        return _shares_table(
            rows, "name", heading, f"Share of {{n}} {measure.jobs_title}. {_say_counting(rows)}{_say_bounds(measure)}"
        )

    return Renderer(text=text, table=table, note=lambda rows: _unknown_note(measure, rows), named_by="name")


def one(measure: Measure) -> Renderer:
    """The share of one item of a measure: of the jobs that say, where adverts may be silent on it."""

    def text(rows: Rows) -> str:
        row = rows[0]
        if not measure.known_words:
            return printed_share(row)
        of = "of all jobs" if row.get("form") == "bounds" else f"of the {measure.jobs_title}"
        return f"{printed_share(row)} {of}"

    def note(rows: Rows) -> list[str]:
        row = rows[0]
        parts = [] if row.get("form") == "bounds" else [f"95% interval {interval(row)}"]
        if measure.known_words:
            parts.append(f"{known_part(row)} of jobs {measure.known_words}")
            parts += [] if row.get("bound_lo") is None else [f"of all jobs {_bounds(row)}"]
        return parts + _unknown_note(measure, rows)

    return Renderer(text=text, note=note, parts=SHARE_PARTS)


def by_region(measure: Measure) -> Renderer:
    """The share of one item of a measure in all adverts and in each region."""

    def text(rows: Rows) -> str:
        printable, rest = _split_withheld(rows)
        parts: list[str] = []
        for row in printable:
            beside = [_ends(row) if row.get("form", "point") == "point" else None, f"n = {row['n_jobs']:,}"]
            if measure.known_words:
                beside.append(f"{known_part(row)} {'say so' if parts else f'of jobs {measure.known_words}'}")
                beside.append(None if row.get("form") == "bounds" else f"of all jobs {_bounds(row)}")
            parts.append(qualify(f"{row['place']} {printed_share(row)}", beside))
        return "; ".join([*parts, f"{len(rest)} more withheld"] if rest else parts)

    def table(rows: Rows) -> Table:
        printable, rest = _split_withheld(rows)
        few = ", ".join(f"{row['place']} (n = {row['n_jobs']})" for row in rest)
        below = (f"Withheld, too few jobs or employers: {few}.",) if few else ()
        jobs = measure.jobs_title if measure.known_words else "AI jobs"
        once = _say_counting(printable).format(n="the jobs of its region")
        key = f"Share of the {jobs}; a job counts in each region of its places. {once}{_say_bounds(measure)}"
        return _shares_table(printable, "place", "Region", key, below=below, shows_n=True)

    return Renderer(
        text=text,
        table=table,
        note=lambda rows: _unknown_note(measure, rows),
        named_by="place",
        names_withheld=True,
    )


def _split_withheld(rows: Rows) -> tuple[Rows, Rows]:
    """Rows that are printed, and rows that are withheld."""
    printable = [row for row in rows if row["status"] != "suppressed"]
    return printable, [row for row in rows if row["status"] == "suppressed"]


def _say_bounds(measure: Measure) -> str:
    """What the columns of bounds mean, where silence may be either answer."""
    if measure.silence != "unknown":
        return ""
    return (
        " Jobs whose adverts do not say may be either: of all jobs the share lies between the least, if none of these "
        f"were, and the greatest, if all were. Where fewer than {MIN_KNOWN} say, only these bounds are printed."
    )


def _unknown_note(measure: Measure, rows: Rows) -> list[str]:
    """How many jobs do not say, in the first row's cell."""
    n = rows[0].get("n_unknown")
    if not n:
        return []
    do_not = "do not say" if measure.known_words else "could not be read for it"
    return [f"{n:,} more jobs {do_not}"]


def _additional_text(rows: Rows) -> str:
    share = {row["item"]: _with_interval(row) for row in rows}
    return (
        f"{share['any']} of jobs that state pay offer something beside base pay: equity {share['equity']}, "
        f"bonus {share['bonus']}, commission {share['commission']}; {_say_n(rows[0])}"
    )


def _shares_table(
    rows: Rows,
    name: str,
    heading: str,
    key: str,
    *,
    shares: str = "Share of jobs",
    below: tuple[str, ...] = (),
    shows_n: bool = False,
) -> Table:
    """Shares in rows named by the column `name`; `shows_n` adds the number of jobs that each is a share of."""
    cells = tuple(
        (
            row[name],
            _point(row),
            _ends(row),
            _bounds(row),
            "–" if row.get("bound_lo") is None else known_part(row),
            whole(row["n_asking"]),
            whole(row["n_jobs"]) if shows_n else "",
            whole(row.get("n_employers_asking")),
        )
        for row in rows
    )
    columns = (heading, shares, "95% interval", "Of all jobs", "Jobs that say", "Jobs", "Of jobs", "Employers")
    caption = key.format(n=whole(rows[0]["n_jobs"]))
    numeric = frozenset(range(1, len(columns)))
    return without_empty_columns(Table(columns=columns, rows=cells, numeric=numeric, key=caption, below=below))


def _additional_note(rows: Rows) -> list[str]:
    ends = ", ".join(f"{row['item']} {interval(row)}" for row in rows)
    return [f"95% intervals: {ends}", "silence is counted as not offered"]


def _claim_text(rows: Rows) -> str:
    return str(rows[0]["claim"])


def _claim_note(rows: Rows) -> list[str]:
    row = rows[0]
    return [", ".join(part for part in (row["publisher"], row["work"], row["published"]) if part), row["caveat"]]


SKILLS = Renderer(
    text=_list_shares("skill"),
    table=_ranking_table("skill", "Skill", f"{SKILLS_KEY} {ONCE} {RANKS} {VERDICT_RULE}", verdicts=True),
    note=_skills_note,
    named_by="skill",
)
BASELINE_SKILLS = Renderer(
    text=_baseline_skills_text,
    table=_baseline_skills_table,
    note=_skills_note,
    named_by="word",
    shows_baseline=True,
)
SKILL = Renderer(text=_skill_text, note=_skill_note, parts=SHARE_PARTS)
ROLES = Renderer(
    text=_list_shares("title"),
    table=_ranking_table("title", "Role", ROLES_KEY, verdicts=False),
    named_by="title",
)
ADDITIONAL = Renderer(
    text=_additional_text,
    table=lambda rows: _shares_table(
        rows, "item", "Offered beside base pay", _say_counting(rows), shares="Share of jobs that state pay"
    ),
    note=_additional_note,
    named_by="item",
)
CLAIM = Renderer(text=_claim_text, note=_claim_note, parts=CLAIM_PARTS)
