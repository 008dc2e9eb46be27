"""The mart of shares of jobs."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from transforms.records.columns import Column, table
from transforms.records.definitions import MAX_RELATIVE_WIDTH, MAX_SHARE_WIDTH, MIN_KNOWN, MIN_SHARE_WIDTH
from transforms.records.vocabulary import (
    CELL_GROUPS,
    REGION_LEVELS,
    SENIORITY_GROUPS,
    SHARE_DOUBTS,
    SHARE_FORMS,
    SKILL_CATEGORIES,
    TEXTS_OF_SHARES,
)
from warehouse.mart_tables.cells import CellCounts, FromBoards


@table(
    "mart.shares",
    "Shares of jobs: of which one or the other is true, by region and role group; one row per measure, item and cell.",
    "n_yes + n_no = n_jobs",
    "n_employers_yes <= n_employers",
    "share_lo <= share AND share <= share_hi",
    "bound_lo <= bound_hi",
    "n_even_employers <= n_employers",
    "category_rank_best <= category_rank_worst",
    "estimand = 'share_of_jobs_capped' OR (form IS NULL) = (status = 'suppressed')",
    "status = 'published' OR reason IS NOT NULL",
    "doubt IS NULL OR status = 'low'",
)
class Shares(CellCounts, FromBoards):
    """Measures and their items are declared in `warehouse/marts/measures.py`.

    `n_jobs`, `n_employers`, `n_even_employers` and `largest_employer_share` are of the denominator: the jobs of the
    cell of which the answer is known. A share is `n_yes` / `n_jobs`; its interval takes employers, and not jobs, as the
    independent units (docs/methods.md). Whether it is printed is decided by the denominator alone, and `form` says how.
    NULL in rows of one estimand: columns that only the other has (`n_effective`, `doubt`: share_of_jobs_capped).
    """

    as_of: Annotated[date, Column("Day the row speaks for", key=True)]
    measure: Annotated[str, Column("What is measured: skill_asked, workplace, pay_stated and others", key=True)]
    item: Annotated[
        str,
        Column("Answer whose share it is: a skill, a role, `remote`; `yes` where the question is yes or no", key=True),
    ]
    region_level: Annotated[str, Column("Level of `region`", key=True, values=REGION_LEVELS)]
    region: Annotated[str, Column("World, UN M49 name or ISO country code", key=True)]
    role_group: Annotated[
        str,
        Column(
            "Role group, or ai_core (ai_engineering and ai_science), or ai_jobs (these and ai_other)",
            key=True,
            values=tuple(CELL_GROUPS),
        ),
    ]
    seniority_group: Annotated[str, Column("Level; `all` is every level", key=True, values=SENIORITY_GROUPS)]
    window_days: Annotated[
        int, Column("0: the stock; else the window of a version before", key=True, unit="days", low=0)
    ]
    text_class: Annotated[
        str,
        Column(
            "Texts it rests on: full_advert, truncated, snippet or forum_comment, never together, or all adverts, with "
            "and without text (with_text: a version that did not tell texts apart)",
            key=True,
            values=TEXTS_OF_SHARES,
        ),
    ]
    estimand: Annotated[
        str,
        Column(
            "What is estimated; share_of_jobs: share of jobs, each counted once; share_of_jobs_capped (earlier days): "
            "one employer weighs at most a tenth, the interval is by linearisation",
            key=True,
        ),
    ]
    period_from: Annotated[
        date | None,
        Column("First day of the window of a version before; NULL: the stock, whose period `reference_periods` has"),
    ]
    period_to: Annotated[date | None, Column("Last day of that window")]
    n_yes: Annotated[int, Column("Numerator: jobs of which it is true", low=0)]
    n_no: Annotated[int, Column("Jobs of which it is not true", low=0)]
    n_unknown: Annotated[
        int | None,
        Column(
            "Jobs of the cell that do not say; of what is read from texts those without text, or in a language that is "
            "not read well; not in `n_jobs`",
            low=0,
        ),
    ]
    n_employers_yes: Annotated[
        int | None, Column("Employers with a job of which it is true; NULL: a version that did not count", low=0)
    ]
    largest_employer: Annotated[
        float | None,
        Column("Part of the numerator that is one employer's, as weighted in `share`", unit="share", low=0, high=1),
    ]
    n_even_employers: Annotated[
        float | None,
        Column("G*: as many employers of one size would be as uneven, (Σm)² / Σm² over employers' jobs m", low=1),
    ]
    largest_employer_share: Annotated[
        float | None, Column("Part of the denominator that is one employer's", unit="share", low=0, high=1)
    ]
    design_effect: Annotated[
        float | None,
        Column(
            "Variance of the share over that of as many independent jobs, as the interval takes it; NULL: suppressed",
            low=0,
        ),
    ]
    relative_standard_error: Annotated[
        float | None, Column("Standard error over the share; NULL: suppressed, or the share is 0", unit="share", low=0)
    ]
    share: Annotated[float | None, Column("Share of jobs; NULL: suppressed", unit="share", low=0, high=1)]
    share_lo: Annotated[float | None, Column("Lower end of its 95 % interval", unit="share", low=0, high=1)]
    share_hi: Annotated[float | None, Column("Upper end of its 95 % interval", unit="share", low=0, high=1)]
    share_by_employer: Annotated[
        float | None,
        Column(
            "Mean over employers of their own shares, each employer once: what an employer asks for, which is another "
            "question",
            unit="share",
            low=0,
            high=1,
        ),
    ]
    zero_share_hi: Annotated[
        float | None,
        Column("Upper end of the interval of an answer that no job of the cell gives", unit="share", low=0, high=1),
    ]
    form: Annotated[
        str | None,
        Column(
            f"How it is printed: point (with its interval), interval (wider than {MAX_SHARE_WIDTH}, or than "
            f"{MIN_SHARE_WIDTH} and {MAX_RELATIVE_WIDTH.spaced} of the share, without the point), bounds (fewer than "
            f"{MIN_KNOWN.spaced} of the jobs say); NULL: suppressed",
            values=SHARE_FORMS,
        ),
    ]
    bound_lo: Annotated[
        float | None,
        Column(
            "Least share of all jobs of the cell, silent ones too: as if none of these were; NULL: silence is no "
            "unknown answer, or suppressed",
            unit="share",
            low=0,
            high=1,
        ),
    ]
    bound_hi: Annotated[
        float | None, Column("Greatest share of all jobs: as if all silent ones were", unit="share", low=0, high=1)
    ]
    rank: Annotated[int | None, Column("Order by share within measure and cell; ties share the better", low=1)]
    category: Annotated[
        str | None, Column("Category of a skill; NULL: other measures have none", values=SKILL_CATEGORIES)
    ]
    category_rank: Annotated[
        int | None, Column("Order by share within measure, cell and category; NULL: no categories", low=1)
    ]
    category_rank_best: Annotated[
        int | None,
        Column(
            "Best rank within measure, cell and category (without categories, cell) that the data do not refuse, with "
            "95 % for all of them together; another one than the worst: a tie",
            low=1,
        ),
    ]
    category_rank_worst: Annotated[int | None, Column("Worst such rank", low=1)]
    doubt: Annotated[
        str | None, Column("Why a share is low, as a word; the first that holds, in this order", values=SHARE_DOUBTS)
    ]
