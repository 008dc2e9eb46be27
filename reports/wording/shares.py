"""Shares in words: rankings of skills and roles, lists of shares, and claims of others."""

from __future__ import annotations

from collections.abc import Callable

from reports.wording.numbers import (
    LOW_CONFIDENCE,
    VERDICT_RULE,
    VERDICTS,
    Rows,
    interval,
    low_mark,
    percent,
    qualify,
    verdict,
    whole,
)
from reports.wording.renderer import Renderer, Table, without_empty_columns
from transforms.records.vocabulary import YEARS_BANDS
from warehouse.marts.measures import NOT_ASKED
from warehouse.marts.statistics import EMPLOYER_CAP


def _list_shares(name: str) -> Callable[[Rows], str]:
    """A ranking as one line: name and share, then, after their mark, those of low confidence."""

    def text(rows: Rows) -> str:
        sure, unsure = (
            ", ".join(f"{row[name]} {percent(row['share'])}" for row in rows if bool(low_mark(row)) == is_low)
            for is_low in (False, True)
        )
        return "; ".join(part for part in (sure, f"{LOW_CONFIDENCE}: {unsure}" if unsure else "") if part)

    return text


def _ranking_table(name: str, heading: str, key: str, *, verdicts: bool) -> Callable[[Rows], Table]:
    """A table of shares in order; `key` says of what, with {n} for the number of jobs."""

    def table(rows: Rows) -> Table:
        cells = tuple(
            (
                str(row["position"]),
                qualify(row[name], [low_mark(row)] if not verdicts else []),
                percent(row["share"]),
                interval(row),
                whole(row["n_asking"]),
                whole(row.get("n_employers_asking")),
                *((qualify(verdict(row) or "none", [low_mark(row)]),) if verdicts else ()),
            )
            for row in rows
        )
        columns = ("Rank", heading, "Share", "95% interval", "Jobs", "Employers", *(("Verdict",) if verdicts else ()))
        said = key.format(n=whole(rows[0]["n_jobs"]))
        return without_empty_columns(Table(columns=columns, rows=cells, numeric=frozenset((0, 2, 3, 4, 5)), key=said))

    return table


WEIGHTED = (
    f"No employer counts for more than {EMPLOYER_CAP:.0%}: where one has more of the jobs, they weigh less, and a "
    "share is then not its jobs divided by {n}. Jobs and employers in a row are counted as they are."
)
"""Why two columns that stand side by side do not divide to the third."""
SKILLS_KEY = "Share of the {n} AI engineering jobs whose advert we could read in full."
ROLES_KEY = f"Share of {{n}} AI jobs: engineering, research and data science, and the roles around them. {WEIGHTED} "
ROLES_KEY += "Adverts whose text we do not have are one job where employer, title, place, pay and days agree."


def _skills_note(rows: Rows) -> list[str]:
    notes = ["a skill counts when the advert requires or prefers it, not when it only mentions it"]
    if rows and rows[0].get("n_without_text"):
        notes.append(f"{rows[0]['n_without_text']:,} jobs whose full advert was not read are left out")
    return notes


def _baseline_skills_text(rows: Rows) -> str:
    parts = []
    for _, word in VERDICTS:
        named = [
            qualify(f"{row['word']} {percent(row['share'])}", [low_mark(row)]) for row in rows if verdict(row) == word
        ]
        if named:
            parts.append(f"{word}: {', '.join(named)}")
    without = [row["word"] for row in rows if verdict(row) is None]
    return "; ".join([*parts, f"no verdict: {', '.join(without)}"] if without else parts)


def _baseline_skills_table(rows: Rows) -> Table:
    cells = tuple(
        (
            row["word"],
            percent(row["share"]) if row["share"] is not None else "–",
            interval(row),
            whole(row["rank"]),
            qualify(verdict(row) or "not read by our taxonomy", [low_mark(row)]),
        )
        for row in rows
    )
    columns = ("Named essential in 2026", "Share now", "95% interval", "Rank among all skills", "Verdict now")
    key = f"{SKILLS_KEY} {VERDICT_RULE}".format(n=whole(rows[0]["n_jobs"]))
    return Table(columns=columns, rows=cells, numeric=frozenset((1, 2, 3)), key=key)


def _skill_text(rows: Rows) -> str:
    return percent(rows[0]["share"])


def _skill_note(rows: Rows) -> list[str]:
    row = rows[0]
    rank = "" if row["rank"] is None else f", rank {row['rank']} of all skills"
    return [f"95% interval {interval(row)}{rank}, by our rule {verdict(row) or 'without a verdict'}"]


DEGREE_NAMES = {
    "none": "no degree needed, in so many words", "associate": "associate degree", "bachelor": "bachelor's degree",
    "master": "master's degree", "doctorate": "doctorate", NOT_ASKED: "not asked for",
}  # fmt: skip
EMPLOYMENT_NAMES = {
    "FULL_TIME": "full-time", "PART_TIME": "part-time", "CONTRACTOR": "contract", "TEMPORARY": "temporary",
    "INTERN": "internship", "VOLUNTEER": "voluntary", "PER_DIEM": "by the day", "OTHER": "other",
}  # fmt: skip
YEARS_NAMES = {
    band: f"{first} years or more" if band.endswith("+") else f"{first} to {last} years" if first else "at most 1 year"
    for band, (first, last) in YEARS_BANDS.items()
} | {NOT_ASKED: "not asked for"}


def items(jobs: str, heading: str) -> Renderer:
    """Shares of the items of one measure. `jobs` names the jobs they are shares of, `heading` the items."""

    def table(rows: Rows) -> Table:
        return _shares_table(rows, "name", heading, f"Share of {{n}} {jobs}. {WEIGHTED}")

    return Renderer(text=_list_shares("name"), table=table, note=_unknown_note, named_by="name")


def by_region(jobs: str) -> Renderer:
    """The share of one item in the world and in each region. `jobs` names the jobs it is a share of."""

    def text(rows: Rows) -> str:
        shown, withheld = _split_withheld(rows)
        said = "; ".join(qualify(f"{row['place']} {percent(row['share'])}", [low_mark(row)]) for row in shown)
        return f"{said}; {len(withheld)} more withheld" if withheld else said

    def table(rows: Rows) -> Table:
        shown, withheld = _split_withheld(rows)
        few = ", ".join(f"{row['place']} (n = {row['n_jobs']})" for row in withheld)
        below = (f"Withheld, too few jobs or employers: {few}.",) if few else ()
        weighted = WEIGHTED.replace("{n}", "the jobs of its region")
        key = f"Share of the {jobs}; a job counts in each region of its places. {weighted}"
        return _shares_table(shown, "place", "Region", key, below=below, shows_n=True)

    return Renderer(text=text, table=table, note=_unknown_note, named_by="place", names_withheld=True)


def _split_withheld(rows: Rows) -> tuple[Rows, Rows]:
    """Rows that are printed, and rows that are withheld."""
    shown = [row for row in rows if row["status"] != "suppressed"]
    return shown, [row for row in rows if row["status"] == "suppressed"]


def _unknown_note(rows: Rows) -> list[str]:
    """How many jobs do not say, in the first row's cell."""
    n = rows[0].get("n_unknown")
    return [f"{n:,} more jobs do not say"] if n else []


def _additional_text(rows: Rows) -> str:
    share = {row["item"]: qualify(percent(row["share"]), [low_mark(row)]) for row in rows}
    return (
        f"{share['any']} of adverts that state pay offer something beside base pay: "
        f"equity {share['equity']}, bonus {share['bonus']}, commission {share['commission']}"
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
            qualify(row[name], [low_mark(row)]),
            percent(row["share"]),
            interval(row),
            whole(row["n_asking"]),
            whole(row["n_jobs"]) if shows_n else "",
            whole(row.get("n_employers_asking")),
        )
        for row in rows
    )
    columns = (heading, shares, "95% interval", "Jobs", "Of jobs", "Employers")
    said = key.format(n=whole(rows[0]["n_jobs"]))
    numeric = frozenset((1, 2, 3, 4, 5))
    return without_empty_columns(Table(columns=columns, rows=cells, numeric=numeric, key=said, below=below))


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
    table=_ranking_table("skill", "Skill", f"{SKILLS_KEY} {WEIGHTED} {VERDICT_RULE}", verdicts=True),
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
SKILL = Renderer(text=_skill_text, note=_skill_note)
ROLES = Renderer(
    text=_list_shares("title"),
    table=_ranking_table("title", "Role", ROLES_KEY, verdicts=False),
    named_by="title",
)
INDUSTRIES = Renderer(
    text=_list_shares("item"), table=lambda rows: _shares_table(rows, "item", "Industry", WEIGHTED), named_by="item"
)
ADDITIONAL = Renderer(
    text=_additional_text,
    table=lambda rows: _shares_table(
        rows, "item", "Offered beside base pay", WEIGHTED, shares="Share of adverts with pay"
    ),
    note=_additional_note,
    named_by="item",
)
CLAIM = Renderer(text=_claim_text, note=_claim_note)
