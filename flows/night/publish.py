"""The third stage of a night: compute marts and figures, check them, and publish everything or nothing."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE

from flows.inputs.guide_preflight import allowed_folders, leave_out_faulty
from flows.night import unchanged
from flows.runs.recovery import restore_publication
from flows.runs.run_record import Outcome, Request, work_of, write_end
from flows.runtime import clock
from flows.runtime.permissions import read_sources
from flows.runtime.project import PROJECT
from flows.runtime.version import code_version, program_digest
from flows.terminal.errors import describe_unwritten
from reports.figures import causes, claims, vintages
from reports.figures.catalogue import declarations
from reports.figures.compute import compute_figures
from reports.figures.restricted import for_prose
from reports.guide import refresh
from reports.guide.desk import read_ledger
from reports.guide.markers import GuideError
from reports.guide.render import list_changes
from reports.release.build import site_files
from reports.release.published import describe_published
from transforms.records.definitions import MAX_STALE_DAYS
from transforms.records.vocabulary import POSTING_KINDS
from warehouse import database
from warehouse.checks import integrity
from warehouse.dictionary import count_rows, dictionary
from warehouse.load import loader
from warehouse.mart_tables import Figures
from warehouse.marts import compute, staging
from warehouse.publish import atomic_files, market
from warehouse.publish.inputs import digest_inputs
from warehouse.publish.reader import open_reader
from warehouse.tables import Sources

LOG = logging.getLogger("jobmarket")
GUIDE, LISTS = (PROJECT / "reports" / name for name in ("guide.md", "guide_lists.md"))


def find_lost_rows(request: Request, failures: Mapping[str, str]) -> list[str]:
    """Return a line for each source in `failures` whose published rows would be lost by publishing.

    A rebuild would lose the rows of every such source. Any other run would lose them only if work.duckdb has no rows of
    the source.
    """
    if not failures or not request.outputs.market.exists():
        return []
    remedy = "give the same command again, or move that file out of the archive if it cannot be read"
    with work_of(request) as con, open_reader(request.outputs.folder) as reader:
        return [
            f"{name} could not be refined ({why}), and its published rows would be lost; {remedy}"
            for name, why in failures.items()
            if loader.loaded_files(reader, name) and (request.is_rebuild or not loader.loaded_files(con, name))
        ]


def describe_no_postings(request: Request) -> str:
    """Return a line that says that there are no adverts yet, and how to get some."""
    if request.as_of:
        return f"the archive holds no postings up to {request.as_of} yet: give a later day"
    return (
        "the archive holds no postings yet, and figures are made of postings. The remarks say what each source gave; "
        "`jobmarket sources` says how to turn a source on; `jobmarket run` asks them, `backfill` and `crawl` read files"
    )


def resolve_as_of(request: Request) -> date | None:
    """Return the day of marts and figures: today for a live night, or else the day of the newest answer from a source
    of adverts.

    If the warehouse has figures of a later day, the result is that day, as published figures never go back in time. It
    is never later than today. It is None if no source of adverts has answered yet.
    """
    with work_of(request) as con:
        kinds = ", ".join(f"'{kind}'" for kind in POSTING_KINDS)
        row = con.execute(
            f"SELECT max(observed_to)::DATE FROM ops.loads JOIN core.sources USING (source) WHERE kind IN ({kinds})"
        ).fetchone()
        newest: date | None = row[0] if row else None
        if request.as_of is None and newest:
            (last,) = con.execute("SELECT max(as_of) FROM mart.figures WHERE as_of <= ?", [clock.today()]).fetchall()[0]
            newest = max(newest, last or newest)
    if newest is None:
        return None
    return clock.today() if request.is_live else min(newest, clock.today())


class _UnsoundError(Exception):
    """The integrity checks failed, so the transaction that wrote the day's marts is rolled back."""


def restore_ledger(request: Request) -> list[str]:
    """Restore ledger and vintages to what is published. With `clock_is_right`, set aside what is dated after today.

    Returns sentences for the operator.
    """
    with work_of(request) as con:
        messages = restore_publication(con, request)
        if request.clock_is_right is not None:
            aside = database.set_days_aside(con, request.outputs.market, datetime.now(UTC))
            messages += [aside] if aside else []
    return messages


@task(name="marts", cache_policy=NO_CACHE)
def compute_marts(request: Request, as_of: date) -> tuple[list[str], list[Figures]]:
    """Compute and check the marts and figures of a day, and of earlier days that were never computed.

    Returns problems and figures. If there is a problem, no mart and no figure is stored, so that a later night cannot
    mistake a refused value for an accepted value. The values to publish are decided only for a day later than all
    decided days, or once more for the newest decided day. A backfill of older days leaves published values
    unchanged, and so does a rebuild, except for figures that an update added: their newest value becomes their first
    vintage.
    """
    with work_of(request) as con:
        decided = vintages.last_decided_day(con) if request.as_of is None else None
        first_on = as_of - timedelta(days=MAX_STALE_DAYS.value)
        for day in compute.find_earlier_days(con, as_of, first_on=first_on):
            LOG.info("computing marts of %s, which no night computed; boards have left the stock since", day)
            is_new = decided is None or day > decided
            for problem in _compute_day(request, con, day, decides=is_new, publishes=is_new)[0]:
                LOG.warning("marts of %s are left out: %s", day, problem)
        is_new = decided is None or as_of > decided
        brings_nothing = request.is_backfill and (request.brought is None or request.brought < as_of)
        is_again = as_of == decided and not request.is_rebuild and not brings_nothing
        if decided and not (is_new or is_again or request.is_live):
            LOG.info("No answers from %s or later came in, so the published figures stay as they are", decided)
        decides = is_new or is_again or request.is_live
        adds = as_of == decided and request.is_rebuild
        return _compute_day(request, con, as_of, decides=decides, adds=adds, publishes=True)


def _compute_day(
    request: Request, con: database.Connection, as_of: date, *, decides: bool, adds: bool = False, publishes: bool
) -> tuple[list[str], list[Figures]]:
    """Compute, check and store the marts and figures of one day. Return problems and figures.

    `decides` is whether to decide which values are published; `adds` is whether to decide this for lists without a
    published vintage. Without `publishes` the day gets no figures, because published values were decided before the day
    was computed.
    """
    is_monthly = request.settings.revise == "monthly"
    days = vintages.find_compared_days(con, as_of, is_monthly=is_monthly) if decides and request.as_of is None else []
    with staging.stage_macros(con, [*days, as_of]):
        marts = compute.compute_marts(con, as_of, run_id=request.run_id)
        if marts.problems:
            return marts.problems, []
        problems: list[str] = []
        ledger: list[Figures] = []
        try:
            with database.transaction(con):
                compute.write_marts(con, marts)
                if request.as_of is not None:
                    vintages.accept_all(con, as_of)
                elif decides or adds:
                    _revise_lists(con, request, as_of, is_monthly=is_monthly, only_first=not decides)
                if publishes:
                    ledger = compute_published(con, request, as_of)
                result = integrity.judge(con, as_of=as_of, run_id=request.run_id)
                if not result.passed:
                    raise _UnsoundError
        except _UnsoundError:
            problems, ledger = [f"the warehouse is not sound: {failure}" for failure in result.failures], []
        database.record_checks(con, result.checks)
    return problems, ledger


def compute_published(con: database.Connection, request: Request, as_of: date) -> list[Figures]:
    """Compute and store the figures of a day from the published cells. Call this in a transaction.

    If nothing changed since the day's figures were stored, they are read instead of computed.
    """
    asked = _list_asked(request)
    if unchanged.is_day_published(request, as_of) and unchanged.was_computed_from(
        request, _digest_inputs(con, request, as_of, asked)
    ):
        return read_ledger(con, as_of, declarations(con, asked))
    standing = vintages.read_standing(con)
    ledger = compute_figures(con, as_of, code_version=code_version(), also=asked, standing=standing)
    causes.record(con, declarations(con, asked), ledger, as_of)
    database.write_mart(con, Figures, ledger, as_of=as_of)
    return ledger


def _digest_inputs(con: database.Connection, request: Request, as_of: date, asked: Collection[str]) -> str:
    return digest_inputs(
        con, code_version(), program_digest(), request.is_sample, as_of, sorted(asked), read_sources(request.settings)
    )


def _revise_lists(
    con: database.Connection, request: Request, as_of: date, *, is_monthly: bool, only_first: bool
) -> None:
    figures = declarations(con, _list_asked(request))
    rows = vintages.revise(con, figures, as_of, is_monthly=is_monthly, only_first=only_first)
    for row in rows:
        if row.state == vintages.WAITING:
            LOG.warning("%s waits for review (`jobmarket review`): %.300s", row.list, row.why)
        elif not row.is_reviewed:
            LOG.warning("%s is published without a review: %.300s", row.list, row.why)


def _list_asked(request: Request) -> set[str]:
    """Return the ids of the figures that guides show. Faulty guides are skipped here, as they are reported
    elsewhere."""
    figures: set[str] = set()
    for path, _ in list_guides(request):
        with contextlib.suppress(GuideError, OSError):
            figures |= refresh.figures_of(path)
    return figures


@task(name="publish", cache_policy=NO_CACHE)
def publish(request: Request, outcome: Outcome, ledger: Sequence[Figures]) -> Outcome:
    """Put warehouse, dictionary, guides and page in place, the warehouse first: all of them or none.

    Returns the outcome, with a message for each faulty guide (left unchanged), or with the reason why nothing was
    published and nothing changed. All files are first made beside their places, so that renaming is the only step left
    when everything else has succeeded. If a run is killed between two renames, the next run makes all files again.
    """
    for warning in claims.warn_of_outdated(ledger):
        LOG.warning(warning)
    guides, faults = leave_out_faulty(request.guides, within=_allowed_folders(request))
    if faults:
        request = replace(request, guides=guides)
        outcome = replace(outcome, exit_code=outcome.exit_code or 2, messages=(*outcome.messages, *faults))
    drafts: list[atomic_files.StagedFile | None] = []
    as_of = ledger[0].as_of
    try:
        for path_in, path_out in list_guides(request):
            drafts.append(stage_guide(request, path_in, path_out, ledger))
        sources = read_sources(request.settings)
        outcome = replace(outcome, ended_at=datetime.now(UTC))
        with work_of(request) as con:
            inputs = _digest_inputs(con, request, as_of, _list_asked(request))
            if unchanged.is_site_current(request, inputs):
                atomic_files.remove_leftovers(request.outputs.site)
            else:
                drafts.append(stage_site(con, request, ledger, as_of, sources))
            drafts.insert(
                0, market.stage(con, request.outputs.market, lambda fresh: write_end(fresh, request, outcome))
            )
            beside = dictionary(count_rows(con))
        drafts.append(atomic_files.stage(request.outputs.dictionary, beside.encode()))
        atomic_files.commit(drafts)
        with contextlib.suppress(OSError):  # published all the same; the next run will compute once more
            unchanged.note_published(request, as_of, inputs)
    except (GuideError, refresh.SampleOutsideError) as error:
        return replace(outcome, exit_code=1, messages=(str(error),))
    except OSError as error:
        return replace(outcome, exit_code=1, messages=(describe_unwritten(error),))
    finally:
        atomic_files.abandon(drafts)
    return outcome


def stage_site(
    con: database.Connection, request: Request, figures: Sequence[Figures], as_of: date, sources: Sequence[Sources]
) -> atomic_files.StagedFile | None:
    """Write the site beside its place, from where `atomic_files.commit` moves it. Return None if nothing changed."""
    publication = describe_published(con, figures, sources, as_of=as_of, is_sample=request.is_sample)
    return atomic_files.stage_folder(request.outputs.site, site_files(con, publication))


def list_guides(request: Request) -> list[tuple[Path, Path]]:
    """Return input and output of each guide that a run refreshes: ours from their templates, all others in place."""
    ours = [(GUIDE, request.outputs.guide), (LISTS, request.outputs.lists)]
    return [*ours, *((path, path) for path in request.guides)]


def stage_guide(
    request: Request, path_in: Path, path_out: Path, ledger: Sequence[Figures]
) -> atomic_files.StagedFile | None:
    """Write one guide with the new figures beside its place, and log what changes. Return None if nothing changed."""
    before = path_out.read_bytes() if path_out.is_file() else b""
    sources = read_sources(request.settings)
    draft, result = refresh.stage(
        path_in, path_out, for_prose(ledger, sources), sources=sources, is_sample=request.is_sample,
        within=_allowed_folders(request),
    )  # fmt: skip
    for line, what in result.warnings:
        LOG.warning("%s:%d: %s", path_in, line, what)
    if before and draft is not None:
        _log_changes(path_out, before, draft.fresh.read_bytes())
    return draft


def _allowed_folders(request: Request) -> tuple[Path, ...] | None:
    return allowed_folders(request.settings, is_sample=request.is_sample, allow_outside=request.allow_sample_outside)


MAX_LOGGED = 20
"""Maximum number of changed places in a guide that a run logs. Further places are only counted."""


def _log_changes(path: Path, before: bytes, after: bytes) -> None:
    changes = list_changes(before, after, is_html=refresh.is_html_file(path))
    LOG.info("%s: changes: %d", path, len(changes))
    for change in changes[:MAX_LOGGED]:
        where = f"{path.name}:{change.line}: {change.name}{change.options}"
        LOG.info("  %s: %.120s → %.120s", where, change.before, change.after)
    if len(changes) > MAX_LOGGED:
        LOG.info("  and %d more", len(changes) - MAX_LOGGED)
