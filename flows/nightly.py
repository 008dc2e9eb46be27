"""The night, to be read from top to bottom: fetch, refine, load, derive, compute marts, check, publish.

    nightly          load_unplanned     what the archive has and work.duckdb has not, as after an update
                     fetch_source       each source's answers      into archive/
    run_after_fetch  refine_archive     archive files              into refined/
                     load_refined       refined files, past gates  into work.duckdb: core and ops
                     derive             employers, jobs, USD       in core
                     compute_marts      marts and figures, past gates and integrity checks, into mart
                     publish            market.duckdb, DICTIONARY.md, guides, page: all at once or none

Every step is a function from files to files or tables, safe to run twice. Prefect runs the fetches side by side and
records what ran. Requests are retried one by one in `extractors.web`, tasks are not; what follows the fetches is run
again once when a damaged file was set aside.
"""

from __future__ import annotations

import contextlib
import csv
import functools
import logging
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from extractors.archive.reader import LIVE, MAX_AHEAD, SUFFIX, SYNTHETIC, is_live
from extractors.archive.writer import PART, Writer, path_of, put_left, salvage
from extractors.boards import all_boards, boards_of
from extractors.refine.refine import RefineResult, gc_paused
from extractors.refine.workers import refine_all
from extractors.source import Source, all_sources
from extractors.source_list import declared_sources
from extractors.web.politeness import MAX_FAILURES
from extractors.web.session import MissingContact, check_contact, web_for
from flows.accuracy.audit_results import audits_of
from flows.board_plan import find_outcomes, plan_boards, take_in_moved
from flows.inputs.guide_preflight import leave_out_faulty
from flows.runtime.limits import limit
from flows.runtime.permissions import accept, read_accepted, read_permissions, why_off
from flows.runtime.project import PROJECT
from flows.runtime.recovery import recover, restore_publication
from flows.runtime.run_record import Outcome, Request, begin, keep_record, record_end, record_health, work_of, write_end
from flows.runtime.settings import Settings
from flows.runtime.shutdown import exit_on_signal
from flows.runtime.source_health import SHORT, Health, add_answers, add_future_rejects, add_loads, describe_refusals
from flows.runtime.version import code_version
from flows.terminal.errors import describe_unwritten
from flows.terminal.progress import show_progress
from reports.figures import claims, vintages
from reports.figures.catalogue import declarations
from reports.figures.compute import compute_figures
from reports.guide import refresh
from reports.guide.markers import GuideError
from reports.guide.render import list_changes
from reports.release.build import site_files
from reports.release.published import describe_published
from transforms.employers.cache_key import comparison_key
from transforms.records.definitions import MAX_STALE_DAYS
from transforms.records.vocabulary import POSTING_KINDS
from warehouse import database
from warehouse.checks import drift, gate, integrity
from warehouse.dictionary import count_rows, dictionary
from warehouse.load import agencies, archive_records, employers, jobs, loader
from warehouse.load import boards as board_store
from warehouse.load.lookups import load_lookups
from warehouse.load.usd_conversion import RATE_LADDER, convert_money, find_unconverted
from warehouse.mart_tables import Figures
from warehouse.marts import compute, staging
from warehouse.marts.coverage.reading_depth import describe_depth, measure_depth
from warehouse.ops_tables import Audits, Checks
from warehouse.publish import atomic_files, market
from warehouse.publish.reader import open_reader
from warehouse.tables import Sources

LOG = logging.getLogger("jobmarket")
RUN_NAME = "{request.command} ({request.run_id})"
"""Name of a flow run: the command, and the run's id in ops.runs and in the journal."""
GUIDE = PROJECT / "reports" / "guide.md"
SAMPLE = PROJECT / "extractors" / "sample"


RATES = tuple(source for source, _ in RATE_LADDER)
MAX_CURRENCIES = 5
"""Currencies without rates that are named."""


@flow(name="nightly", flow_run_name=RUN_NAME, validate_parameters=False)
def nightly(request: Request) -> Outcome:
    """Fetch every source (none for a past day), then refine, load, derive, compute, check and publish."""
    with exit_on_signal(request.settings.data, request.settings.prefect_home, request.run_id):
        prepare_archive(request.settings)
        names = [name for name in request.sources if not request.is_sample or (SAMPLE / "recordings" / name).is_dir()]
        if request.as_of is not None:
            return from_archive(request, [])
        loads, repairs = ((), ()) if request.is_sample else load_before_plan(request, names)
        return from_archive(request, fetch_sources(request, names), repairs, loads)


@flow(name="rebuild", flow_run_name=RUN_NAME, validate_parameters=False)
def rebuild(request: Request) -> Outcome:
    """Make the warehouse again from the archive alone, as the nights made it, and publish it."""
    with exit_on_signal(request.settings.data, request.settings.prefect_home, request.run_id):
        prepare_archive(request.settings)
        return from_archive(request, [])


def from_archive(
    request: Request, fetches: Sequence[Health], repairs: Sequence[str] = (), loads: Sequence[loader.LoadResult] = ()
) -> Outcome:
    """Everything after fetching, from the archive alone, so that it can be repeated.

    It is repeated once if it failed on a damaged file that can be made again; `repairs` says which files were. `loads`
    is what the run loaded before it fetched.
    """
    try:
        begin(request)
        return run_after_fetch(request, fetches, repairs, loads)
    except Exception as error:
        if not repairs and (repairs := recover(request.settings, request.outputs, request.run_id)):
            return from_archive(request, fetches, repairs)
        record_end(request, Outcome(exit_code=1, as_of=None, messages=(f"{type(error).__name__}: {error}",)))
        raise


def run_after_fetch(
    request: Request, fetches: Sequence[Health], repairs: Sequence[str], before: Sequence[loader.LoadResult]
) -> Outcome:
    """Refine, load, derive, compute and check; publish when nothing is wrong. `before` was loaded before the fetch."""
    results, failures = refine_archive(request)
    if request.is_rebuild and not failures:  # of a broken source work.duckdb would lose rows that it has
        restore = functools.partial(archive_records.restore, archive=request.settings.archive)
        database.reset_work(request.settings.data, restore=restore)
    loads = (*before, *load_refined(request, results, failures))  # and derive what follows from it
    request = replace(request, brought=find_newest_day(results, fetches))
    notes = describe_missing_rates(request)
    if notes and request.is_backfill and (rates := fetch_rates(request)):
        fetches = [*fetches, *rates]
        results, failures = refine_archive(request)
        loads = (*loads, *load_refined(request, results, failures))
        notes = describe_missing_rates(request)
    for note in notes:
        LOG.warning(note)
    health = add_loads(fetches, results, failures, loads)
    if request.as_of is None:
        health = add_future_rejects(health, results, loads, today())
    newest = resolve_as_of(request)
    as_of = request.as_of if request.as_of and newest else newest
    ledger: list[Figures] = []
    problems = find_lost_rows(request, failures)
    if as_of is None:
        problems = [describe_no_postings(request), *problems]
    elif not problems:
        repairs = [*repairs, *restore_ledger(request)]
        problems, ledger = compute_marts(request, as_of)
    record_health(request, health)
    is_short = any(h.outcome in SHORT for h in health)
    notes = (*request.notes, *notes)
    outcome = Outcome(exit_code=2 if is_short else 0, as_of=as_of, health=health, messages=tuple(repairs), notes=notes)
    outcome = replace(outcome, exit_code=1, messages=tuple(problems)) if problems else publish(request, outcome, ledger)
    record_end(request, outcome)
    request.settings.archive.drop_copies(f"*/*{SUFFIX}")
    return outcome


# --- fetch --------------------------------------------------------------------------------------------


def prepare_archive(settings: Settings) -> None:
    """Finish the archive files a killed run left half-written: whole answers are kept. What it did not send is sent."""
    for store in (settings.archive, settings.refined):
        store.refresh()
    for part in sorted(settings.archive.outbox.glob(f"*/*{PART}")):
        try:
            file = salvage(part)
        except OSError as error:
            LOG.error("%s cannot be finished and is left alone: %s", part, error)
            continue
        LOG.warning("a killed run left %s; %s", part.name, f"kept as {file.name}" if file else "nothing whole in it")
    if paths := put_left(settings.archive):
        LOG.warning("sent to the archive what an earlier run left: %s", ", ".join(path.name for path in paths))


def load_before_plan(
    request: Request, names: Sequence[str], repairs: Sequence[str] = ()
) -> tuple[tuple[loader.LoadResult, ...], Sequence[str]]:
    """Load what the plan of a night rests on and the work file lacks; what was loaded, and which files were mended.

    Where it fails the night goes on without: the answers of a night do not come again, and what cannot be loaded is
    told, or mended, when all is loaded.
    """
    try:
        return load_unplanned(request, names), repairs
    except Exception as error:  # noqa: BLE001  # told again, and raised, after the fetch
        if not repairs and (repairs := recover(request.settings, request.outputs, request.run_id)):
            return load_before_plan(request, names, repairs)
        LOG.warning("boards are planned without what the archive has beside the work file: %s", error)
        return (), repairs


def load_unplanned(request: Request, names: Sequence[str]) -> tuple[loader.LoadResult, ...]:
    """Load the archive files of sources with boards that were neither loaded nor refused.

    As a rule there are none. After an update that declares other tables the work file is an empty one, and after a kill
    it lacks the last answers: planned from that, every board would count as one that was never asked.
    """
    archive = request.settings.archive
    archive_files = {
        name: {f"{name}/{warc.name}" for warc in archive.files(f"{name}/*{SUFFIX}")}
        for name in names
        if all_sources()[name].SOURCE.boards
    }
    with work_of(request) as con:
        behind = [
            name
            for name, files in archive_files.items()
            if files.difference(loader.loaded_files(con, name), loader.refused_files(con, name))
        ]
    if not behind:
        return ()
    LOG.info("the work file lacks answers of %s; they are loaded before boards are planned", ", ".join(behind))
    begin(request)
    results, failures = refine_archive(request, behind)
    return load_refined(request, results, failures, with_derived=False)


def fetch_sources(request: Request, names: Sequence[str]) -> list[Health]:
    """Fetch sources side by side. One that fails for good is that source's failure, not the run's."""
    plan = {} if request.is_sample else choose_boards(request, names)
    futures = {name: fetch_source.submit(name, request, plan.get(name, boards_of(name))) for name in names}
    fetches = []
    for name, future in futures.items():
        result = future.result(raise_on_failure=False)
        if not isinstance(result, Health):
            LOG.error("%s could not be fetched: %s", name, result)
            result = Health(source=name, outcome="failed", message=f"{type(result).__name__}: {result}")
        fetches.append(result)
    if plan:
        note_outcomes(request, fetches)
    return fetches


@task(task_run_name="fetch {name}", cache_policy=NO_CACHE)
def fetch_source(name: str, request: Request, boards: Sequence[str] = ()) -> Health:
    """Fetch everything that one source has for the night and archive it; of the sample, its recorded nights.

    `boards` are those that the night asks.

    What the archive holds is requested conditionally; an unchanged answer is archived as a repetition.
    """
    module = all_sources()[name]
    source = limit(module.SOURCE, request.settings)
    health = Health(source=name)
    began = time.monotonic()
    if request.is_live:
        if why := why_off(source, request.settings.data, {name} if boards else ()):
            return replace(health, outcome="disabled", message=why)
        LOG.info("asking %s%s", name, f": {len(boards):,} boards, {source.pause:g} s apart" if boards else "")
    for recording, batch, day in plan_fetches(name, request, boards):
        archive = request.settings.archive
        path = path_of(archive.outbox, name, datetime.now(UTC))
        handed_over = recording if source.access == "file" else None  # never asked for, so taken as it is
        with request.settings.archive_index(name) as index:
            part_of = SYNTHETIC if request.is_sample else LIVE if request.is_live else None
            with Writer(path, dated=True, part_of=part_of, store=archive) as writer:
                web = web_for(
                    source,
                    writer=writer,
                    replay=None if recording is None else () if handed_over else [recording],
                    contact=request.settings.contact,
                    held=index,
                    is_permitted=name in read_permissions(request.settings.data),
                    obeys_signals=request.settings.content_signals == "obey",
                )
                failures = module.fetch(web, boards=batch, as_of=day)
                if handed_over:
                    web.take(handed_over)
            index.add(writer.path, writer.entries)
        health = add_answers(health, web, failures, writer.path)
        health = replace(health, boards=tuple(find_outcomes(source, web, batch)))
    summary = f"{health.n_requests:,} requests, {health.n_bytes / 1e6:.1f} MB, {time.monotonic() - began:.0f} s"
    LOG.info("fetched %s: %s%s", name, summary, f"; {health.message}" if health.message else "")
    return health


def choose_boards(request: Request, names: Sequence[str]) -> dict[str, list[str]]:
    """The boards that a night asks, by source; none where the work file cannot be read, and boards.csv says which.

    Of sources that are off no board is chosen, and none is drawn for the panel.
    """
    settings = request.settings
    sources = [limit(all_sources()[name].SOURCE, settings) for name in names]
    try:
        with work_of(request) as con:
            in_store = board_store.sources_in(con)
            on = [one for one in sources if not request.is_live or why_off(one, settings.data, in_store) is None]
            plan = plan_boards(con, on, run_id=request.run_id, day=today())
            keep_record(con, request, (archive_records.KNOWN, archive_records.DRAW))
            return plan
    except database.SqlError as error:
        LOG.warning("the boards of the night cannot be planned, those of boards.csv are asked: %s", error)
        return {}


def note_outcomes(request: Request, fetches: Sequence[Health]) -> None:
    """Put on record what came of the boards that were planned. What is not on record is planned as if not asked.

    A night in which nobody sent a byte had no network, which says nothing of boards.
    """
    outcomes = [outcome for health in fetches for outcome in health.boards]
    if not any(health.n_bytes for health in fetches) and len(outcomes) >= MAX_FAILURES:
        outcomes = [one for one in outcomes if one.outcome != "no_answer"]
    try:
        with work_of(request) as con:
            board_store.record_outcomes(con, request.run_id, outcomes)
            take_in_moved(con, outcomes, today())
            keep_record(con, request, archive_records.BOARDS)
    except database.SqlError as error:
        LOG.warning("what came of the boards of the night is not on record: %s", error)


def plan_fetches(
    name: str, request: Request, boards: Sequence[str]
) -> Iterator[tuple[Path | None, Sequence[str], date]]:
    """What to fetch: recording (None: the network), boards and day; one fetch a night, of the sample several."""
    if not request.is_sample:
        yield None, boards, datetime.now(UTC).date()
        return
    with (SAMPLE / "boards.csv").open(encoding="utf-8", newline="") as file:
        tokens = [row["board"] for row in csv.DictReader(file) if row["source"] == name]
    for recording in sorted((SAMPLE / "recordings" / name).glob(f"*{SUFFIX}")):
        yield recording, tokens, date.fromisoformat(recording.name[:10])


# --- refine -------------------------------------------------------------------------------------------


@task(name="refine", cache_policy=NO_CACHE)
def refine_archive(request: Request, names: Sequence[str] | None = None) -> tuple[list[RefineResult], dict[str, str]]:
    """Read every archive file that was not read yet, or was read by other code, in a spawned process pool.

    `names` are the sources; None: all. Returns what was refined, and for each source whose file could not be read why.
    With `as_of`, files of later days are left out: nothing later leaks in.
    """
    settings = request.settings
    archive = settings.archive
    files = [
        (name, warc)
        for name in (all_sources() if names is None else names)
        for warc in archive.files(f"{name}/*{SUFFIX}")
        if request.as_of is None or warc.name[:10] <= request.as_of.isoformat()
    ]
    results: list[RefineResult] = []
    failures: dict[str, str] = {}
    pool = refine_all(
        files,
        archive=archive,
        refined=settings.refined,
        workers=settings.workers,
        cluster=settings.cluster,
        percent=settings.read_percent,
    )
    with contextlib.closing(pool):  # so that an exception here ends the pool's processes now
        for name, warc, result in show_progress(pool, total=len(files), what="refining"):
            if isinstance(result, RefineResult):
                results.append(result)
            else:
                failures[name] = f"{warc.name}: {type(result).__name__}: {result}"
                LOG.error("%s could not be refined: %s", name, failures[name])
    for name in sorted({file.source for file in results if file.is_new}):
        new = [file for file in results if file.source == name and file.is_new]
        n_rows = sum(file.n_rows for file in new)
        refusals, _ = describe_refusals(new)
        LOG.info("refined %s: %d files, %s rows%s", name, len(new), f"{n_rows:,}", f"; {refusals}" if refusals else "")
    return results, failures


# --- load ---------------------------------------------------------------------------------------------


@task(name="load", cache_policy=NO_CACHE)
def load_refined(
    request: Request, results: Sequence[RefineResult], failures: Collection[str] = (), *, with_derived: bool = True
) -> tuple[loader.LoadResult, ...]:
    """Load what was refined, source by source; each archive file passes its gate or leaves no rows.

    Files of live nights are also held against their source's history, whenever they are loaded; what was refused
    stays out until a person accepts it, or its reader is changed. Of sources in `failures`, a file of which could
    not be refined, nothing is loaded: their rows stay as they are, because what a list lacks would close. Without
    `with_derived` what follows from all rows together is left to a later call.
    """
    loads: list[loader.LoadResult] = []
    with work_of(request) as con:
        load_lookups(con, declared_sources())
        audits = audits_of(request.settings.data)
        last = request.as_of or date.max
        database.load_lookup(con, Audits, [row for row in audits if row.audited_on <= last])
        for name in sorted({file.source for file in results} - set(failures)):
            source = all_sources()[name].SOURCE
            checks: list[Checks] = []
            if name in request.accept:
                accept(request.settings.data, loader.refused_files(con, name))
                loader.forget_refusals(con, name)
            judge = make_load_gate(con, request, source, checks)
            files = [file for file in results if file.source == name]
            until = request.as_of or today() + MAX_AHEAD
            outcomes = loader.load(con, files, gate=judge, until=until)
            database.put(con, Checks, checks)
            new = [outcome for outcome in outcomes if outcome.state == "loaded"]
            if new:
                LOG.info("loaded %s: %d files, %s rows", name, len(new), f"{sum(o.n_rows for o in new):,}")
                if keys := loader.new_keys(con, [outcome.warc for outcome in new]):
                    LOG.warning("%s says what its reader does not know: %s", name, ", ".join(keys))
            loads += outcomes
        if with_derived:
            derive(con, results)
    return tuple(loads)


def make_load_gate(con: database.Connection, request: Request, source: Source, checks: list[Checks]) -> loader.Gate:
    """The gate of a source's files: what its rows declare, and for files of live nights its history.

    It adds its results to `checks`.
    """
    let_in = read_accepted(request.settings.data, request.as_of)
    archive = request.settings.archive
    is_of_night = functools.cache(
        lambda warc: archive.remember("live", archive.folder / warc, lambda path: str(is_live(path))) == "True"
    )

    def note(warc: str, result: gate.GateResult) -> bool:
        checks.extend(result.checks)
        for failure in result.failures:
            LOG.error("%s: %s", warc, failure)
        for warning in result.warnings:
            LOG.warning("%s: %s", warc, warning)
        return result.passed

    def judge(warc: str, row_class: type, frame: pd.DataFrame, n_seen: int) -> bool:
        name = gate.name_load_gate(warc)
        fits = note(warc, gate.check(frame, row_class, gate=name, run_id=request.run_id))
        if warc in let_in or not is_of_night(warc):
            return fits
        result = drift.judge(
            con,
            frame,
            gate=name,
            run_id=request.run_id,
            warc=warc,
            source=source.name,
            n_seen=n_seen,
            expected_rows=None if source.is_change_feed else source.expected_rows,
            accepted=let_in,
            live=list(filter(is_of_night, loader.loaded_files(con, source.name))),
        )
        return note(warc, result) and fits

    return judge


# --- derive -------------------------------------------------------------------------------------------


def derive(con: database.Connection, results: Sequence[RefineResult]) -> None:
    """Tell employers, jobs and agencies apart and convert pay to USD, unless that is up to date with what is loaded."""
    follows_from = (comparison_key(), all_boards(), code_version())
    if not loader.derived_is_current(con, *follows_from):
        with gc_paused():  # which otherwise takes a third of their time
            employers.resolve(con, all_boards())
            jobs.resolve(con, results)
            agencies.read_signs(con, results)
        convert_money(con)
        LOG.info("%s", describe_depth(measure_depth(con)))
        loader.mark_derived_current(con, *follows_from)


# --- before marts: what is missing, and the day -------------------------------------------------------


def find_lost_rows(request: Request, failures: Mapping[str, str]) -> list[str]:
    """Why publishing would lose rows: sources in `failures` whose published rows the work file lacks, each in a line.

    A rebuild lacks the rows of each; any other run of those of which the work file, made anew, has none.
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
    """That there is no advert to make figures of, and what brings some."""
    if request.as_of:
        return f"the archive holds no postings up to {request.as_of} yet: give a later day"
    return (
        "the archive holds no postings yet, and figures are made of postings: the remarks say what each source gave, "
        "`jobmarket sources` what turns one on; `jobmarket run` asks them, `backfill` and `crawl` take files in"
    )


def today() -> date:
    """The day it is, in UTC."""
    return datetime.now(UTC).date()


def resolve_as_of(request: Request) -> date | None:
    """The day that marts and figures are of: today for a live night, else the newest WARC-Date of posting sources.

    The last day that the warehouse has figures of, when that is later: what is published never goes back. Never a day
    after today; None when no posting source has answered yet.
    """
    with work_of(request) as con:
        kinds = ", ".join(f"'{kind}'" for kind in POSTING_KINDS)
        row = con.execute(
            f"SELECT max(observed_to)::DATE FROM ops.loads JOIN core.sources USING (source) WHERE kind IN ({kinds})"
        ).fetchone()
        newest: date | None = row[0] if row else None
        if request.as_of is None and newest:
            (last,) = con.execute("SELECT max(as_of) FROM mart.figures WHERE as_of <= ?", [today()]).fetchall()[0]
            newest = max(newest, last or newest)
    if newest is None:
        return None
    return today() if request.is_live else min(newest, today())


def find_newest_day(results: Sequence[RefineResult], fetches: Sequence[Health]) -> date | None:
    """The day of the newest answer in the files that a run brought; None when it brought none."""
    brought = {warc for health in fetches for warc in health.fresh}
    return max((file.observed_to.date() for file in results if file.observed_to and file.warc in brought), default=None)


def describe_missing_rates(request: Request) -> tuple[str, ...]:
    """A note on pay that no exchange rate converts to USD, with the remedy; () when all pay is converted."""
    with work_of(request) as con:
        missing = find_unconverted(con)
    if not missing:
        return ()
    n_all = sum(m.n_postings for m in missing)
    amounts = ", ".join(
        f"{m.currency} {m.n_postings:,} from {m.first_on} to {m.last_on}" for m in missing[:MAX_CURRENCIES]
    )
    more = f" and {len(missing) - MAX_CURRENCIES} more currencies" if len(missing) > MAX_CURRENCIES else ""
    command = f"jobmarket run{' --sample' if request.is_sample else ''} " + " ".join(f"--source {r}" for r in RATES)
    remedy = f"`{command}` brings rates" if any(m.is_behind for m in missing) else "no rates are that old"
    return (
        f"pay of {n_all:,} adverts is not converted to dollars for want of exchange rates ({amounts}{more}); {remedy}",
    )


def fetch_rates(request: Request) -> list[Health]:
    """Fetch the sources of exchange rates; [] without a contact, and only those that answered."""
    try:
        check_contact(request.settings.contact)
    except MissingContact as error:
        LOG.info("exchange rates are missing and were not asked for: %s", error)
        return []
    names = [name for name in RATES if name not in request.settings.sources_off]
    return [health for health in fetch_sources(request, names) if health.fresh and health.outcome not in SHORT]


# --- compute, check, publish --------------------------------------------------------------------------


class _UnsoundError(Exception):
    """The integrity checks failed; the transaction that wrote the marts of the day is rolled back."""


def restore_ledger(request: Request) -> list[str]:
    """Make ledger and vintages those that are published, but for what is dated after today where the clock is right.

    Gives what an operator should know of it, a sentence each.
    """
    with work_of(request) as con:
        messages = restore_publication(con, request)
        if request.clock_is_right is not None:
            aside = database.set_days_aside(con, request.outputs.market, datetime.now(UTC))
            messages += [aside] if aside else []
    return messages


@task(name="marts", cache_policy=NO_CACHE)
def compute_marts(request: Request, as_of: date) -> tuple[list[str], list[Figures]]:
    """Compute and check every mart and figure of the day, and before it of earlier days that were never computed.

    Returns what is wrong and the figures. When anything is wrong, no mart and no figure stays: a later night
    must not take a refused value for an accepted one. What is published is decided for a day once it is newer than all
    that were decided when the run began, and again by a later night of the newest of them. A backfill that brings older
    days alone leaves what is published as it is, and so does a rebuild, but for figures that an update brought: their
    value of the newest day is their first vintage, as if the night had known them.
    """
    with work_of(request) as con:
        decided = vintages.last_decided_day(con) if request.as_of is None else None
        first_on = as_of - timedelta(days=MAX_STALE_DAYS.value)
        for day in compute.find_earlier_days(con, as_of, first_on=first_on):
            LOG.info("%s was never computed, and boards have left the stock since", day)
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
    """Compute, check and store the marts of one day and its figures; gives what is wrong, and the figures.

    `decides`: what is published is decided, too; `adds`: of lists without a published vintage alone. Without
    `publishes` no figure is of the day: what was published had been decided before the day was computed.
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
        database.put(con, Checks, result.checks)
    return problems, ledger


def compute_published(con: database.Connection, request: Request, as_of: date) -> list[Figures]:
    """Compute and store the figures of a day from the cells that are published; to be called in a transaction."""
    standing = vintages.read_standing(con)
    ledger = compute_figures(con, as_of, code_version=code_version(), also=_list_asked(request), standing=standing)
    database.write_mart(con, Figures, ledger, as_of=as_of)
    return ledger


def _revise_lists(
    con: database.Connection, request: Request, as_of: date, *, is_monthly: bool, only_first: bool
) -> None:
    """Decide which lists of cells are revised tonight, and which wait for a person's review."""
    figures = declarations(con, _list_asked(request))
    rows = vintages.revise(con, figures, as_of, is_monthly=is_monthly, only_first=only_first)
    for one in rows:
        if one.state == vintages.WAITING:
            LOG.warning("%s waits for review (`jobmarket review`): %.300s", one.list, one.why)
        elif not one.is_reviewed:
            LOG.warning("%s is published without a review: %.300s", one.list, one.why)


def _list_asked(request: Request) -> set[str]:
    """The figures that guides show. What is wrong with a guide is found before a run, and said when it is written."""
    figures: set[str] = set()
    for path, _ in list_guides(request):
        with contextlib.suppress(GuideError, OSError):
            figures |= refresh.figures_of(path)
    return figures


@task(name="publish", cache_policy=NO_CACHE)
def publish(request: Request, outcome: Outcome, ledger: Sequence[Figures]) -> Outcome:
    """Put the new warehouse, its dictionary, guides and page in place: all of them, the warehouse first, or none.

    Gives the outcome with the guides that are not in order, which are left as they are, or with what prevents
    publishing, and then nothing has changed. Everything that can fail does so while the files are made beside their
    places. A kill between two of the renames is mended by the next run, which makes them all again.
    """
    for warning in claims.warn_of_outdated(ledger):
        LOG.warning(warning)
    guides, faults = leave_out_faulty(
        request.guides, is_sample=request.is_sample, roots=(PROJECT, request.settings.data),
        allow_sample_outside=request.allow_sample_outside,
    )  # fmt: skip
    if faults:
        request = replace(request, guides=guides)
        outcome = replace(outcome, exit_code=outcome.exit_code or 2, messages=(*outcome.messages, *faults))
    drafts: list[atomic_files.StagedFile | None] = []
    as_of = ledger[0].as_of
    try:
        for path_in, path_out in list_guides(request):
            drafts.append(stage_guide(request, path_in, path_out, ledger))
        sources = declared_sources()
        outcome = replace(outcome, ended_at=datetime.now(UTC))
        with work_of(request) as con:
            drafts.append(stage_site(con, request, ledger, as_of, sources))
            drafts.insert(
                0, market.stage(con, request.outputs.market, lambda fresh: write_end(fresh, request, outcome))
            )
            beside = dictionary(count_rows(con))
        drafts.append(atomic_files.stage(request.outputs.dictionary, beside.encode()))
        atomic_files.commit(drafts)
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
    """Write the site of what is published on a day beside its place."""
    publication = describe_published(con, figures, sources, as_of=as_of, is_sample=request.is_sample)
    return atomic_files.stage_folder(request.outputs.site, site_files(con, publication))


def list_guides(request: Request) -> list[tuple[Path, Path]]:
    """The guides a run refreshes: ours from its template, others in place."""
    return [(GUIDE, request.outputs.guide), *((path, path) for path in request.guides)]


def stage_guide(
    request: Request, path_in: Path, path_out: Path, ledger: Sequence[Figures]
) -> atomic_files.StagedFile | None:
    """Put the figures into one guide, beside its place."""
    before = path_out.read_bytes() if path_out.is_file() else b""
    draft, result = refresh.stage(
        path_in, path_out, ledger, sources=declared_sources(), is_sample=request.is_sample,
        roots=(PROJECT, request.settings.data), allow_sample_outside=request.allow_sample_outside,
    )  # fmt: skip
    for line, what in result.warnings:
        LOG.warning("%s:%d: %s", path_in, line, what)
    if before and draft is not None:
        _log_changes(path_out, before, draft.fresh.read_bytes())
    return draft


MAX_LOGGED = 20
"""Changed places of a guide that a run names; the others are counted."""


def _log_changes(path: Path, before: bytes, after: bytes) -> None:
    """Say what changes in a guide, place by place."""
    changes = list_changes(before, after, is_html=refresh.is_html_file(path))
    LOG.info("%s: changes: %d", path, len(changes))
    for change in changes[:MAX_LOGGED]:
        where = f"{path.name}:{change.line}: {change.name}{change.options}"
        LOG.info("  %s: %.120s → %.120s", where, change.before, change.after)
    if len(changes) > MAX_LOGGED:
        LOG.info("  and %d more", len(changes) - MAX_LOGGED)
