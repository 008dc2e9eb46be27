"""Marts of how fast adverts close and how long they stay listed."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from transforms.records.columns import Column, struct, table
from transforms.records.vocabulary import CELL_GROUPS, REGION_LEVELS
from warehouse.mart_tables.cells import FromBoards, count, share, state


@struct
class BoardCell(FromBoards):
    """A cell of adverts that boards list, and how sure it is. Its employers are those of its open adverts."""

    as_of: Annotated[date, Column("Day the row is for", key=True)]
    role_group: Annotated[
        str, Column("Group of roles, ai_core or ai_jobs, as in mart.shares", key=True, values=tuple(CELL_GROUPS))
    ]
    region_level: Annotated[str, Column("Level of `region`", key=True, values=REGION_LEVELS)]
    region: Annotated[str, Column("World, UN M49 name or ISO country code", key=True)]
    window_days: Annotated[
        int, Column("Length of the window, up to the newest reading, in which intervals begin", unit="days", low=1)
    ]
    period_from: Annotated[date, Column("Day of the first reading that counts")]
    period_to: Annotated[
        date,
        Column("Day of the reading that ends the last interval that counts"),
    ]
    n_employers: Annotated[
        int | None, Column("Employers with open adverts; NULL: an earlier version, which counted boards", low=1)
    ]
    n_even: Annotated[float, Column("Effective number of employers, by their open days (G*)", low=1)]
    largest_employer: Annotated[float | None, share("The largest employer's part of the open days; NULL: as above")]
    open_days: Annotated[float, Column("Days for which adverts were followed, added up", unit="days", low=0)]
    status: Annotated[str, state("published or suppressed")]
    reason: Annotated[str | None, Column("Why it is suppressed: the rule that it breaks")]


@table(
    "mart.closing_rates",
    "How fast adverts close, by region and role group: closings per open advert and day, between readings of boards.",
    "rate_lo <= rate_hi",
    "ratio_lo <= ratio_hi",
    "period_from < period_to",
    "status = 'published' OR reason IS NOT NULL",
    "ratio_status = 'published' OR ratio_reason IS NOT NULL",
)
class ClosingRates(BoardCell):
    """A job closes when a complete reading of its board lacks all its adverts, and so does the next (docs/methods.md).

    As long as there is no next reading the closing is provisional; a rate that counts such closings is printed as so.
    The job may be filled, given up or moved, so a rate does not measure how hard hiring is. The reference period is
    that of the readings, not of the day: without new readings nothing changes.
    """

    n_jobs: Annotated[int, Column("Jobs that were followed from one reading to the next at least", low=1)]
    n_intervals: Annotated[
        float | None,
        Column("Intervals through which its boards were read, the mean by open days; NULL: an earlier version", low=1),
    ]
    n_days: Annotated[
        float | None, Column("Days of these intervals, the mean by open days; NULL: as above", unit="days", low=1)
    ]
    n_closed: Annotated[int, count("Closings, provisional ones included")]
    n_provisional: Annotated[
        int | None, count("Closings that one reading has seen so far; NULL: an earlier version, which left them out")
    ]
    n_taken_back: Annotated[
        int | None, count("Earlier provisional closings that the next reading took back; NULL: as above")
    ]
    rate: Annotated[float | None, Column("Closings per open advert and day; NULL: suppressed", unit="per day", low=0)]
    rate_lo: Annotated[float | None, Column("Lower end of its 95 % interval", unit="per day", low=0)]
    rate_hi: Annotated[float | None, Column("Upper end of its 95 % interval", unit="per day", low=0)]
    compared_with: Annotated[
        str | None, Column("Group of roles it is compared with, within boards; NULL: none", values=tuple(CELL_GROUPS))
    ]
    n_employers_both: Annotated[int | None, count("Employers with open adverts of both groups on a board at once")]
    n_even_both: Annotated[float | None, count("G* of these employers, by their weight in the ratio")]
    open_days_both: Annotated[
        float | None, Column("Open days of these employers of the group that has fewer", unit="days", low=0)
    ]
    ratio: Annotated[float | None, count("Its rate over the other group's, within boards; NULL: suppressed")]
    ratio_lo: Annotated[float | None, count("Lower end of its 95 % interval")]
    ratio_hi: Annotated[float | None, count("Upper end of its 95 % interval")]
    ratio_status: Annotated[str | None, state("published or suppressed; NULL: not compared")]
    ratio_reason: Annotated[str | None, Column("Why the ratio is suppressed")]


@table(
    "mart.time_listed",
    "How long adverts stay listed, by region and group of roles: the part still listed after some days.",
    "share_lo <= share_hi",
    "period_from < period_to",
    "status = 'published' OR reason IS NOT NULL",
)
class TimeListed(BoardCell):
    """For adverts that were opened between two complete readings of their board, so that their first day is known.

    Kaplan and Meier's estimate with delayed entry. This is not the time to fill a job, which may be given up or moved.
    """

    days: Annotated[int, Column("Days after which the part is estimated", key=True, unit="days", low=1)]
    n_adverts: Annotated[int, Column("Jobs whose adverts were followed, with a known first day", low=1)]
    n_closed: Annotated[int, count("Of these, adverts that closed, at any age")]
    n_at_risk: Annotated[int, count("Adverts that were still followed and listed after `days`")]
    share: Annotated[float | None, share("Part still listed after `days`; NULL: suppressed")]
    share_lo: Annotated[float | None, share("Lower end of its 95 % interval")]
    share_hi: Annotated[float | None, share("Upper end of its 95 % interval")]


@table("mart.closings_left_out", "Intervals of boards in which disappearances do not count as closings, and why.")
class ClosingsLeftOut:
    """Censored in mart.closing_rates: adverts count as open up to `read_on` and not after."""

    as_of: Annotated[date, Column("Day the row is for", key=True)]
    source: Annotated[str, Column("Source", key=True)]
    board: Annotated[str, Column("Board", key=True)]
    read_on: Annotated[date, Column("Day of the complete reading that begins the interval", key=True)]
    read_again_on: Annotated[date, Column("Day of the answer that ends it")]
    n_open: Annotated[int, count("Adverts that the first reading lists")]
    n_gone: Annotated[int, count("Of these, adverts gone at the end of the interval")]
    why: Annotated[
        str,
        Column(
            "board_gone: the board no longer exists, or lists nothing; mass_closing: over half of ten or more "
            "adverts closed, which ordinary closings hardly ever do",
            values=("board_gone", "mass_closing"),
        ),
    ]
