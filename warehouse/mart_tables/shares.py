"""The mart of shares of jobs."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from transforms.records.columns import Column, struct, table
from transforms.records.definitions import (
    BRIDGE_DAYS,
    MAX_BOUNDS_WIDTH,
    MAX_PLATFORM_SHARE,
    MAX_RELATIVE_WIDTH,
    MAX_SHARE_WIDTH,
    MIN_KNOWN,
    MIN_PLATFORMS,
    MIN_SHARE_WIDTH,
)
from transforms.records.vocabulary import (
    CELL_GROUPS,
    REGION_LEVELS,
    SENIORITY_GROUPS,
    SHARE_DOUBTS,
    SHARE_FORMS,
    SKILL_CATEGORIES,
    TEXTS_OF_SHARES,
)
from warehouse.mart_tables.cells import CellCounts, FromBoards, count, share
from warehouse.marts.printing import EMPLOYERS


@struct
class PlatformReading:
    """The share of the employers of one platform, if these alone meet the rules of printing."""

    platform: Annotated[str, Column("Title of the source that most jobs of these employers are from")]
    n_jobs: Annotated[int, count("Jobs with a known answer")]
    n_employers: Annotated[int, count("Their employers")]
    share: Annotated[float, share("Share of these jobs")]
    share_lo: Annotated[float, share("Lower end of its 95 % interval")]
    share_hi: Annotated[float, share("Upper end of its 95 % interval")]
    form: Annotated[str, Column("point or interval, as for the whole cell", values=SHARE_FORMS[:2])]


@table(
    "mart.shares",
    "Shares of jobs by region and group of roles: one row per measure, item and cell.",
    "n_yes + n_no = n_jobs",
    "n_employers_yes <= n_employers",
    "share_lo <= share AND share <= share_hi",
    "share_by_employer_lo <= share_by_employer AND share_by_employer <= share_by_employer_hi",
    "bound_lo <= bound_hi",
    "platforms_by_jobs IS NULL OR len(platforms_by_jobs) = len(platforms)",
    "n_even_employers <= n_employers",
    "category_rank_best <= category_rank_worst",
    "estimand = 'share_of_jobs_capped' OR (form IS NULL) = (status = 'suppressed')",
    "status = 'published' OR reason IS NOT NULL",
    "doubt IS NULL OR status = 'low'",
)
class Shares(CellCounts, FromBoards):
    """Measures and their items are declared in `warehouse/marts/measures.py`.

    `n_jobs`, `n_employers`, `n_even_employers` and `largest_employer_share` describe the denominator: the jobs of the
    cell with a known answer. A share is `n_yes` / `n_jobs`; its interval treats employers, not jobs, as the independent
    units (docs/methods.md). The denominator alone decides whether a share is printed, and `form` says how.
    `n_effective` and `doubt` are NULL except in rows with the estimand share_of_jobs_capped.
    """

    as_of: Annotated[date, Column("Day the row is for", key=True)]
    measure: Annotated[str, Column("What is measured: skill_asked, workplace, pay_stated and others", key=True)]
    item: Annotated[
        str, Column("Answer that the share is for: a skill, a role, `remote`; `yes` for yes-or-no questions", key=True)
    ]
    region_level: Annotated[str, Column("Level of `region`", key=True, values=REGION_LEVELS)]
    region: Annotated[str, Column("World, UN M49 name or ISO country code", key=True)]
    role_group: Annotated[
        str,
        Column(
            "Group of roles, or ai_core (ai_engineering and ai_science), or ai_jobs (these and ai_other)",
            key=True,
            values=tuple(CELL_GROUPS),
        ),
    ]
    seniority_group: Annotated[str, Column("Level; `all`: every level", key=True, values=SENIORITY_GROUPS)]
    window_days: Annotated[
        int, Column("0: the stock; otherwise the window of an earlier version", key=True, unit="days", low=0)
    ]
    text_class: Annotated[
        str,
        Column(
            "Texts it is based on: full_advert, truncated, snippet or forum_comment, never together, or all adverts, "
            "with and without text (with_text: made by a version that did not distinguish texts)",
            key=True,
            values=TEXTS_OF_SHARES,
        ),
    ]
    estimand: Annotated[
        str,
        Column(
            "What is estimated; share_of_jobs: share of jobs, each counted once; share_of_jobs_capped (earlier "
            "days): one employer weighs at most a tenth, and the interval is by linearisation",
            key=True,
        ),
    ]
    period_from: Annotated[
        date | None,
        Column("First day of the window of an earlier version; NULL: the stock; its period is in `reference_periods`"),
    ]
    period_to: Annotated[date | None, Column("Last day of that window")]
    n_yes: Annotated[int, count("Numerator: jobs for which the answer is true")]
    n_no: Annotated[int, count("Jobs for which it is not true")]
    n_unknown: Annotated[
        int | None,
        count(
            "Jobs of the cell that could have told and do not say; not in `n_jobs`. In earlier days also those of "
            "`n_unread`"
        ),
    ]
    n_unread: Annotated[
        int | None,
        count(
            "Jobs that could not have told us: without a text that is read for the measure, or listed by a source that "
            "does not have the field; in no share and no bound. NULL: made by a version that did not tell them apart"
        ),
    ]
    n_employers_yes: Annotated[
        int | None, count("Employers with a job for which it is true; NULL: made by a version that did not count")
    ]
    largest_employer: Annotated[
        float | None, share("The largest employer's part of the numerator, as weighted in `share`")
    ]
    n_even_employers: Annotated[
        float | None,
        Column("G*, the effective number of employers: (Σm)² / Σm² over employers' numbers of jobs m", low=1),
    ]
    largest_employer_share: Annotated[float | None, share("The largest employer's part of the denominator")]
    design_effect: Annotated[
        float | None,
        count(
            "Variance of the share over that of as many independent jobs, as used for the interval; NULL: suppressed"
        ),
    ]
    relative_standard_error: Annotated[
        float | None, Column("Standard error over the share; NULL: suppressed, or the share is 0", unit="share", low=0)
    ]
    share: Annotated[float | None, share("Share of jobs; NULL: suppressed")]
    share_lo: Annotated[float | None, share("Lower end of its 95 % interval; with readings of platforms, widened")]
    share_hi: Annotated[float | None, share("Upper end of its 95 % interval; with readings of platforms, widened")]
    platforms: Annotated[
        tuple[PlatformReading, ...] | None,
        Column(
            "Readings of single platforms, the largest first, of the share that is printed first (`share_by_employer` "
            "of what adverts ask for, else `share`), whose ends are no nearer than the outermost of these, or from "
            f"{MIN_PLATFORMS} on than those of the interval for a further platform; from boards read at most "
            f"{BRIDGE_DAYS} apart and, if adverts without text count, from full adverts alone; NULL: fewer than two"
        ),
    ]
    platforms_by_jobs: Annotated[
        tuple[PlatformReading, ...] | None,
        Column(
            "Readings of `share` where `share_by_employer` is printed first, of the same platforms in the same order; "
            "NULL: no readings, or `platforms` has those of `share`"
        ),
    ]
    platforms_chance: Annotated[
        float | None,
        share("Chance of readings as far apart as those in `platforms`, or farther, if platforms did not differ"),
    ]
    platform: Annotated[
        str | None,
        Column(
            f"Title of the only platform, if more than {MAX_PLATFORM_SHARE.spaced} of the jobs are of its employers "
            "and `platforms` is NULL"
        ),
    ]
    share_without_largest: Annotated[
        float | None,
        share(
            "Share of jobs without the employer that has most jobs of the cell; NULL: that moves it by no more than "
            "half the interval of `share_by_employer` over employers"
        ),
    ]
    share_by_employer: Annotated[
        float | None,
        share(
            "Mean over employers of the part of their jobs for which it is true, each employer once: the first number "
            "of what adverts ask for"
        ),
    ]
    share_by_employer_lo: Annotated[float | None, share("Lower end of its 95 % interval, over employers")]
    share_by_employer_hi: Annotated[float | None, share("Upper end of its 95 % interval")]
    share_of_single: Annotated[
        float | None,
        share(f"The same of employers with one job in the cell; NULL: fewer than {EMPLOYERS} such employers"),
    ]
    share_of_small: Annotated[float | None, share("The same of employers with 2 to 5 jobs")]
    share_of_large: Annotated[float | None, share("The same of employers with 6 jobs and more")]
    n_single_employers: Annotated[int | None, count("Employers with one job in the cell; NULL: suppressed")]
    n_small_employers: Annotated[int | None, count("Employers with 2 to 5 jobs")]
    n_large_employers: Annotated[int | None, count("Employers with 6 jobs and more")]
    zero_share_hi: Annotated[
        float | None, share("Upper end of the interval for an answer that no job of the cell gives")
    ]
    zero_share_by_employer_hi: Annotated[
        float | None, share("Upper end of the interval of employers' shares for such an answer")
    ]
    form: Annotated[
        str | None,
        Column(
            f"How it is printed: point (with its interval), interval (wider than {MAX_SHARE_WIDTH}, or than "
            f"{MIN_SHARE_WIDTH} and {MAX_RELATIVE_WIDTH.spaced} of the share, without the point), bounds (fewer than "
            f"{MIN_KNOWN.spaced} of the jobs say), says (the same, with bounds wider than {MAX_BOUNDS_WIDTH}: only "
            f"the part that says), platforms (each reading, if there are fewer than {MIN_PLATFORMS}); NULL: suppressed",
            values=SHARE_FORMS,
        ),
    ]
    form_by_employer: Annotated[
        str | None, Column("How `share_by_employer` is printed, by the same rules", values=SHARE_FORMS)
    ]
    bound_lo: Annotated[
        float | None,
        share(
            "Lower end of the 95 % interval of the share of all jobs that could have told, whatever those in "
            "`n_unknown` would say; NULL: silence is not an unknown answer, or suppressed"
        ),
    ]
    bound_hi: Annotated[float | None, share("Upper end of that interval")]
    rank: Annotated[
        int | None,
        Column("Rank within measure and cell by the share that is printed first; ties share the better rank", low=1),
    ]
    category: Annotated[
        str | None, Column("Category of a skill; NULL: other measures have none", values=SKILL_CATEGORIES)
    ]
    category_rank: Annotated[int | None, Column("The same within the category; NULL: no categories", low=1)]
    category_rank_best: Annotated[
        int | None,
        Column(
            "Best rank within measure, cell and category (if any) that comparing employers leaves open, for all rows "
            "together with 95 %; if it differs from the worst, there is a tie; NULL: skills by one kind of request",
            low=1,
        ),
    ]
    category_rank_worst: Annotated[int | None, Column("Worst such rank", low=1)]
    doubt: Annotated[
        str | None, Column("Why a share is low, as a word; the first that applies, in this order", values=SHARE_DOUBTS)
    ]
