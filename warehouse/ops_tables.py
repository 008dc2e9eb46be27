"""Tables of bookkeeping: runs, loaded and refused files, answers, rejects, checks, health of sources, audits.

They are declared like the tables of `tables.py`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from transforms.records.columns import Column, struct, table
from transforms.records.rows import Issue
from transforms.records.vocabulary import ASKED_FOR, BOARD_OUTCOMES, CAUSES, READERS, SELF_CHECKS, VINTAGE_STATES

EXITS_PUBLISHED = (0, 2)  # exit codes of runs that published: see `flows.terminal.errors.EXIT_CODES`


@table("ops.runs", "Every run of the pipeline.")
class Runs:
    """Times are by the machine's clock, unlike times in core."""

    run_id: Annotated[str, Column("Run", key=True)]
    command: Annotated[str, Column("Command as given")]
    as_of: Annotated[date | None, Column("Day that it was for")]
    is_sample: Annotated[bool, Column("Whether its data is the synthetic sample")]
    started_at: Annotated[datetime, Column("Start (UTC)")]
    ended_at: Annotated[datetime | None, Column("End (UTC); NULL while running or when killed")]
    exit_code: Annotated[
        int | None, Column("0: all well, 1: nothing published, 2: published, but a source or a guide failed")
    ]
    code_version: Annotated[str, Column("Version of the product")]
    message: Annotated[str | None, Column("What went wrong, in one line")]


@table("ops.loads", "Every archive file that was loaded.")
class Loads:
    """A file is loaded again only if its refined content changed."""

    warc: Annotated[str, Column("Archive file, relative to the archive", key=True)]
    source: Annotated[str, Column("Source")]
    refine_key: Annotated[str, Column("Digest of archive file, source module, transforms and lookups")]
    observed_from: Annotated[datetime | None, Column("Earliest WARC-Date in it; NULL: no whole record")]
    observed_to: Annotated[datetime | None, Column("Latest WARC-Date in it; NULL: no whole record")]
    n_responses: Annotated[int, Column("Responses", low=0)]
    n_rows: Annotated[int, Column("Rows read", low=0)]
    n_seen: Annotated[int, Column("Rows read, and rows of earlier answers that it repeats unchanged", low=0)]
    n_rejects: Annotated[int, Column("Rows and values rejected", low=0)]


@table("ops.refusals", "Archive files that a gate refused; they are not tried again until their reader changes.")
class Refusals:
    """A later night must not admit what an earlier one refused, unless `jobmarket run --accept SOURCE` says so."""

    warc: Annotated[str, Column("Archive file, relative to the archive", key=True)]
    source: Annotated[str, Column("Source")]
    refine_key: Annotated[str, Column("Digest of archive file, source module, transforms and lookups")]
    why: Annotated[str, Column("The expectation that it did not meet")]


@table("ops.fill_rates", "How many rows of each loaded file have a value in each column that may be empty.")
class FillRates:
    """A sudden drop compared with earlier files freezes a source at its last good rows."""

    warc: Annotated[str, Column("Archive file, relative to the archive", key=True)]
    column_name: Annotated[str, Column("Column of the source's rows", key=True)]
    source: Annotated[str, Column("Source")]
    n_rows: Annotated[int, Column("Rows: the newest of each key in the file", low=1)]
    n_filled: Annotated[int, Column("Rows of n_rows with a value", low=0)]


@table(
    "ops.self_checks",
    "How often the adverts of each loaded file contradict themselves, by check (see `doubts` of core.postings).",
    "n_failed <= n_checked",
)
class SelfChecks:
    """A sudden rise compared with earlier files logs a warning; a steep one freezes the source at its last good
    rows."""

    warc: Annotated[str, Column("Archive file, relative to the archive", key=True)]
    check: Annotated[str, Column("Check of an advert against itself", key=True, values=tuple(SELF_CHECKS))]
    source: Annotated[str, Column("Source")]
    n_checked: Annotated[int, Column("Adverts, the newest of each id in the file, that state both sides", low=1)]
    n_failed: Annotated[int, Column("Adverts of these in which the two sides contradict each other", low=0)]


@struct
class ResponseRow:
    """One archived response and what was read from it. Refine writes it beside the rows."""

    record: Annotated[int, Column("Number of the response record in the file, from 0", key=True, low=0)]
    source: Annotated[str, Column("Source")]
    url: Annotated[str | None, Column("Address requested; NULL: the record is damaged")]
    observed_at: Annotated[datetime | None, Column("WARC-Date (UTC); NULL: the record is damaged")]
    http_status: Annotated[int | None, Column("HTTP status; NULL: the record is damaged", low=100, high=599)]
    digest: Annotated[str | None, Column("sha1 of the payload, as in the WARC")]
    refers_to: Annotated[
        datetime | None, Column("WARC-Date of the earlier answer that it repeats; NULL: it is a whole answer itself")
    ] = None
    board: Annotated[str | None, Column("Board that it lists, all of it or a page")]
    posting_id: Annotated[
        str | None,
        Column(
            "Posting at its own address, which a 404 or 410 closes; NULL: not a posting's address, or so many "
            "postings of the file are gone that this is not trusted"
        ),
    ] = None
    removed: Annotated[
        tuple[str, ...] | None, Column("Postings that it says were removed, which closes them; NULL: none")
    ] = None
    is_complete: Annotated[bool, Column("Whether it is a complete, healthy list: postings that it lacks are closed")]
    max_age_days: Annotated[
        int | None,
        Column(
            "Age by `posted_on` from which a complete list may lack adverts that are not closed", unit="days", low=1
        ),
    ] = None
    n_rows: Annotated[int, Column("Rows read from it, including adverts that were read before", low=0)]
    n_rejects: Annotated[int, Column("Rows rejected in it", low=0)]


@table("refined.responses", "Responses of one archive file, as refine writes them (Parquet).")
class RefinedResponses(ResponseRow):
    """Rejects of whole records are here; rejects of single values are with their posting."""

    issues: Annotated[tuple[Issue, ...], Column("Records of the response that were rejected")]
    repetitions: Annotated[
        tuple[str, ...],
        Column(
            "`wording_hash` of each advert that it lists exactly as an earlier answer did; the row is in that "
            "answer's file"
        ),
    ] = ()


@table("ops.responses", "Every archived response and what was read from it.")
class Responses(ResponseRow):
    """Closings follow from these rows: only a complete response may close postings."""

    warc: Annotated[str, Column("Archive file, relative to the archive", key=True)]


@table("ops.rejects", "Everything that was rejected, with its reason.")
class Rejects:
    """`posting_id` is set if the posting was kept and only a value was rejected."""

    source: Annotated[str, Column("Source")]
    warc: Annotated[str, Column("Archive file, relative to the archive")]
    record: Annotated[int, Column("Number of the response record, from 0; -1: the file itself", low=-1)]
    posting_id: Annotated[str | None, Column("Posting that was kept")]
    column_name: Annotated[str, Column("Column, or 'record', 'response', 'file' for all of it")]
    value: Annotated[str, Column("The value, cut to 200 characters")]
    rule: Annotated[str, Column("What was expected, with the remedy")]
    is_deliberate: Annotated[bool, Column("Whole, but left out by a rule of ours; else it could not be read")] = False


@table("ops.checks", "Results of the gates: one row per expectation that was run.")
class Checks:
    """Written by warehouse/checks/gate.py."""

    run_id: Annotated[str, Column("Run", key=True)]
    gate: Annotated[str, Column("load:<archive file> or mart:<table>", key=True)]
    expectation: Annotated[str, Column("Expectation with its column", key=True)]
    is_met: Annotated[bool, Column("Whether it was met")]
    n_checked: Annotated[int | None, Column("Rows it looked at", low=0)]
    n_unexpected: Annotated[int | None, Column("Rows that broke it", low=0)]
    examples: Annotated[str | None, Column("First unexpected values, JSON")]


@table("ops.mart_inputs", "What the marts of a day were computed from: equal digests, equal rows.")
class MartInputs:
    """Written with the mart's rows."""

    mart: Annotated[str, Column("Table", key=True)]
    as_of: Annotated[date, Column("Day its rows are for", key=True)]
    inputs: Annotated[str, Column("Digest of the rows of core it was computed from, and of the code")]


@table("ops.source_health", "How each source fared in each run.")
class SourceHealth:
    """The outcome of fetching and loading a source in a run."""

    run_id: Annotated[str, Column("Run", key=True)]
    source: Annotated[str, Column("Source", key=True)]
    outcome: Annotated[
        str, Column("How it ended", values=("ok", "partial", "unchanged", "empty", "blocked", "disabled", "failed"))
    ]
    n_requests: Annotated[int, Column("Requests", low=0)]
    n_bytes: Annotated[int, Column("Bytes received", low=0)]
    n_rows: Annotated[int | None, Column("Rows read or repeated", low=0)]
    message: Annotated[str | None, Column("What went wrong, in one line")]


@table("ops.known_boards", "Boards known from lists, adverts and forums, beside the boards of boards.csv.")
class KnownBoards:
    """Written by `jobmarket boards import`. core.board_states has what their readings showed."""

    source: Annotated[str, Column("Source that reads the platform", key=True)]
    board: Annotated[str, Column("Token of the board in the platform's addresses", key=True)]
    known_from: Annotated[
        str, Column("What names it: boards.csv, otherwise the list that named it first, `links` or `redirect`")
    ]
    known_on: Annotated[date, Column("Day on which it was added")]
    is_test: Annotated[bool, Column("Whether its token says that it is a trial; trials are never asked")]


@table("ops.panel_draw", "The current draw of the panel: each board's chance of being in it.")
class PanelDraw:
    """A board is a member if its `number` is below its `chance`. Chances never depend on what adverts say.

    A draw lasts 26 weeks, unless its members come to take more than two fifths or less than a tenth of a night's
    requests.
    """

    source: Annotated[str, Column("Source", key=True)]
    board: Annotated[str, Column("Board", key=True)]
    drawn_on: Annotated[
        date, Column("Day of the draw; for a board that became known later, the day on which it joined")
    ]
    stratum: Annotated[str, Column("Size class (-1: never read) and commonest country of its adverts at the draw")]
    number: Annotated[float, Column("The board's permanent random number, from a digest of its token", low=0, high=1)]
    chance: Annotated[float, Column("Chance of being a member", low=0, high=1)]


@table("ops.board_nights", "Why each board was planned in each run, with which chance, and whether it answered.")
class BoardNights:
    """Its answers are in ops.responses, and by night in core.board_answers."""

    run_id: Annotated[str, Column("Run", key=True)]
    source: Annotated[str, Column("Source", key=True)]
    board: Annotated[str, Column("Board", key=True)]
    planned_on: Annotated[date, Column("Day of the run (UTC)")]
    why: Annotated[
        str,
        Column(
            "panel (a member's turn), limit (a later reading could not be compared with its last), dead (asked once "
            "a month, as are boards that refuse us), yield (new AI adverts with pay were expected) or week (quiet, "
            "and not asked for a week)",
            values=ASKED_FOR,
        ),
    ]
    chance: Annotated[
        float | None,
        Column("A member's chance of being in the panel; NULL: asked for what was expected of it", low=0, high=1),
    ] = None
    outcome: Annotated[
        str | None,
        Column(
            "answered (an answer was archived), refused (by robots.txt or a reservation), no_answer (the board or "
            "its own host was asked) or not_asked (the night's requests or hours were used up, or a host shared by "
            "boards did not answer); NULL: the run ended before this was recorded",
            values=BOARD_OUTCOMES,
        ),
    ] = None
    moved_to_source: Annotated[
        str | None,
        Column("Source of the board that it redirects to; NULL: no redirect, or not to a board that we can read"),
    ] = None
    moved_to_board: Annotated[str | None, Column("Token of that board")] = None


@table("ops.vintages", "Every vintage of every list of cells: published, waiting for review, or refused.")
class Vintages:
    """The cells of a list on a day, accepted or held together. Standing cells are in the tables of `published`."""

    list: Annotated[str, Column("List of cells (`warehouse.mart_tables.LISTS`)", key=True)]
    number: Annotated[int, Column("Number of the vintage within the list", key=True, low=1)]
    as_of: Annotated[date, Column("Day of the marts that its cells are from")]
    state: Annotated[
        str,
        Column(
            "published (it stands from `decided_on` until the next published one), waiting, rejected, or withdrawn "
            "(it was replaced before anybody decided: `reason` says by what)",
            values=VINTAGE_STATES,
        ),
    ]
    offered_on: Annotated[date, Column("Day of the night that made it")]
    decided_on: Annotated[date | None, Column("Day on which it took its state; NULL: it waits")]
    why: Annotated[str, Column("Why it was published, or why it waits: reasons separated by semicolons")]
    reason: Annotated[
        str | None, Column("The reviewer's reason; for a correction the erratum; if withdrawn, what replaced it")
    ] = None
    is_correction: Annotated[bool, Column("Whether it corrects an error of the previous vintage")] = False
    is_reviewed: Annotated[bool, Column("False: it waited so long that it was published without a decision")] = True
    n_jobs: Annotated[int, Column("Jobs: the largest cell of each place, added up", low=0)]
    n_cells: Annotated[int, Column("Cells", low=0)]
    n_printed: Annotated[int, Column("Cells of n_cells with a value", low=0)]
    method: Annotated[str, Column("Digest of how the marts estimate: `warehouse.marts.vintages.published.METHODS`")]


@table("ops.kept_adverts", "What shown figures counted in recent vintages, as it was read then.")
class KeptAdverts:
    """An advert that a figure counts, or one of its ranges of pay. It is kept for the vintages that stand or wait, and
    for the one before, to say why the figure moved (`ops.causes`), whatever readers and adverts say by then."""

    counts: Annotated[
        str, Column("Figure that counts it, or the measure, place and group of roles of all that do", key=True)
    ]
    list: Annotated[str, Column("List of cells that the figures were read from", key=True)]
    vintage: Annotated[int, Column("Vintage of that list", key=True, low=1)]
    posting_id: Annotated[str, Column("Posting", key=True)]
    position: Annotated[int, Column("Position of its pay in core.posting_pay; -1: its own, or no pay", key=True)]
    job_id: Annotated[str, Column("Job under which it counted")]
    employer: Annotated[str, Column("Employer under which it counted")]
    weight: Annotated[float, Column("How many jobs it stood for in the panel; 1 without a panel", low=0)]
    currency: Annotated[str | None, Column("Currency of its pay")] = None
    low: Annotated[float | None, Column("Low end of its pay", unit="per year")] = None
    high: Annotated[float | None, Column("High end of its pay", unit="per year")] = None
    low_usd: Annotated[float | None, Column("Low end in dollars", unit="USD per year")] = None
    high_usd: Annotated[float | None, Column("High end in dollars", unit="USD per year")] = None
    items: Annotated[tuple[str, ...], Column("The items for which its job counted: skills, roles")] = ()


@table("ops.causes", "Why the numbers of shown figures moved from one vintage to the next: the differences add up.")
class Causes:
    """One row per number and cause that is not 0, in the order of `CAUSES`: each cause is counted with all earlier ones
    in place already, so another order would give other sizes. Computed when the vintage was made."""

    figure: Annotated[str, Column("Figure", key=True)]
    list: Annotated[str, Column("List of cells of the newer vintage", key=True)]
    vintage: Annotated[int, Column("The newer vintage", key=True, low=1)]
    name: Annotated[str, Column("Name of the row among the figure's rows; empty if it has one", key=True)]
    number: Annotated[str, Column("Column of the number, such as p50 or share", key=True)]
    cause: Annotated[str, Column("Cause", key=True, values=tuple(CAUSES))]
    difference: Annotated[
        float, Column("How much it changed the number; dollars a year are whole, shares have four decimal places")
    ]
    remark: Annotated[str | None, Column("What else it holds, or why it cannot be separated")] = None
    before_on: Annotated[date, Column("Day of the cells of the vintage before")]
    before: Annotated[float, Column("The number as printed then")]
    after: Annotated[float, Column("The number as printed in this vintage")]
    currency: Annotated[str | None, Column("Currency of an amount (ISO 4217); NULL: a share or another number")] = None


@table("ops.job_moves", "Postings that moved from one job to another, because the rules for vacancies changed.")
class JobMoves:
    """Found against the file published before. Several `from_job_id` with one `to_job_id` are a merge; several
    `to_job_id` with one `from_job_id` are a split."""

    posting_id: Annotated[str, Column("Posting", key=True)]
    moved_on: Annotated[date, Column("Day of the night that moved it", key=True)]
    from_job_id: Annotated[str, Column("Job under which it was published before")]
    to_job_id: Annotated[str, Column("Job under which it counts since")]


@table("ops.audits", "How often a person who read the advert confirmed our reading in the last year, by reader.")
class Audits:
    """Rolling accuracy from answers to `jobmarket readers audit`, which draws adverts by strata and by doubt."""

    audited_on: Annotated[date, Column("Day of the newest answer that it counts", key=True)]
    reader: Annotated[str, Column("Reader asked about", key=True, values=READERS)]
    source: Annotated[str, Column("Source of the adverts, or `all`", key=True)]
    language: Annotated[str, Column("Language of the adverts (ISO 639-1), `unknown`, or `all`", key=True)]
    n_asked: Annotated[int, Column("Adverts asked about in the 365 days to `audited_on`", low=1)]
    n_right: Annotated[int, Column("Adverts of n_asked that were read right, according to the person", low=0)]
    accuracy: Annotated[
        float,
        Column(
            "Share read right, with answers weighted by the questions that they stand for", unit="share", low=0, high=1
        ),
    ]
    accuracy_lo: Annotated[
        float,
        Column(
            "Lower end of its 95 % interval (Wilson, of the effective number of answers)", unit="share", low=0, high=1
        ),
    ]
    accuracy_hi: Annotated[
        float,
        Column(
            "Upper end of its 95 % interval (Wilson, of the effective number of answers)", unit="share", low=0, high=1
        ),
    ]
