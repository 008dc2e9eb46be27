"""The second stage of a night: read the archive (refine), load the rows into work.duckdb, and derive what follows."""

from __future__ import annotations

import contextlib
import functools
import logging
from collections.abc import Collection, Sequence
from datetime import date

from prefect import task
from prefect.cache_policies import NO_CACHE

from extractors.archive.reader import MAX_AHEAD, SUFFIX, is_live
from extractors.boards import all_boards
from extractors.refine.refine import RefineResult, gc_paused
from extractors.refine.workers import refine_all
from extractors.source import all_sources
from extractors.sources.declaration import Source
from flows.accuracy.audit_results import audits_of
from flows.runs.run_record import Request, work_of
from flows.runs.source_health import Health, describe_refusals
from flows.runtime import clock
from flows.runtime.permissions import accept, read_accepted, read_sources
from flows.runtime.version import code_version
from flows.terminal.progress import show_progress
from transforms.employers.cache_key import comparison_key
from warehouse import database
from warehouse.checks import drift, gate
from warehouse.load import employers, jobs, loader
from warehouse.load.lookups import load_lookups
from warehouse.load.usd_conversion import RATE_LADDER, convert_money, find_unconverted
from warehouse.marts.coverage.reading_depth import describe_depth, measure_depth
from warehouse.ops_tables import Audits, Checks
from warehouse.publish.reader import open_reader

LOG = logging.getLogger("jobmarket")
RATES = tuple(source for source, _ in RATE_LADDER)
"""Sources of exchange rates."""
MAX_CURRENCIES = 5
"""Maximum number of currencies without rates that a note names."""


@task(name="refine", cache_policy=NO_CACHE)
def refine_archive(request: Request, names: Sequence[str] | None = None) -> tuple[list[RefineResult], dict[str, str]]:
    """Read, in a pool of processes, every archive file that is new or was last read by other code.

    `names` are the sources, or None for all. Returns the refined files and, for each source with an unreadable file,
    the reason. For a past day (`as_of`), files of later days are left out.
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
    with contextlib.closing(pool):  # an exception here ends the processes at once
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


@task(name="load", cache_policy=NO_CACHE)
def load_refined(
    request: Request, results: Sequence[RefineResult], failures: Collection[str] = (), *, with_derived: bool = True
) -> tuple[loader.LoadResult, ...]:
    """Load refined files source by source, and return the result for each. A file that fails its gate leaves no rows.

    Files of live nights are also compared with the history of their source. A refused file stays out until a person
    accepts it or its reader changes. The sources in `failures` have a file that could not be refined. Nothing is
    loaded from them, because adverts missing from a list would be closed. Without `with_derived`, a later call must
    derive employers, jobs and amounts in USD.
    """
    loads: list[loader.LoadResult] = []
    with work_of(request) as con:
        load_lookups(con, read_sources(request.settings))
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
            until = request.as_of or clock.today() + MAX_AHEAD
            outcomes = loader.load(con, files, gate=judge, until=until)
            database.record_checks(con, checks)
            new = [outcome for outcome in outcomes if outcome.state == "loaded"]
            if new:
                LOG.info("loaded %s: %d files, %s rows", name, len(new), f"{sum(o.n_rows for o in new):,}")
                if keys := loader.new_keys(con, [outcome.warc for outcome in new]):
                    LOG.warning("%s has keys that its reader does not know: %s", name, ", ".join(keys))
            loads += outcomes
        if with_derived:
            derive(con, request)
    return tuple(loads)


def make_load_gate(con: database.Connection, request: Request, source: Source, checks: list[Checks]) -> loader.Gate:
    """Return the gate for a source's files, which checks declared rules and, for live nights, the source's history.

    The gate appends its results to `checks`.
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

    def judge(warc: str, row_class: type, n_rows: int, n_seen: int) -> bool:
        name = gate.name_load_gate(warc)
        fits = note(warc, gate.check_table(con, loader.STAGED, row_class, gate=name, run_id=request.run_id))
        if warc in let_in or not is_of_night(warc):
            return fits
        result = drift.judge(
            con,
            n_rows=n_rows,
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


def derive(con: database.Connection, request: Request) -> None:
    """Identify employers and jobs and convert pay to USD, unless the derived rows are already up to date with the
    loaded rows."""
    follows_from = (comparison_key(), all_boards(), code_version())
    if not loader.derived_is_current(con, *follows_from):
        with gc_paused():  # garbage collection would take a third of the time
            employers.resolve(con, all_boards())
            jobs.resolve(con)
        _record_moves(con, request)
        convert_money(con)
        LOG.info("%s", describe_depth(measure_depth(con)))
        loader.mark_derived_current(con, *follows_from)


def _record_moves(con: database.Connection, request: Request) -> None:
    if request.as_of is not None or not request.outputs.market.exists():
        return
    with open_reader(request.outputs.folder) as reader:
        published = reader.sql("SELECT posting_id, job_id FROM core.postings").to_arrow_table()
    if n := jobs.record_moves(con, published, clock.today()):
        LOG.info("%s postings count under another job than before; ops.job_moves has them", f"{n:,}")


def find_newest_day(results: Sequence[RefineResult], fetches: Sequence[Health]) -> date | None:
    """Return the day of the newest answer in the files that a run added; None if it added none."""
    new_files = {warc for health in fetches for warc in health.fresh}
    return max(
        (file.observed_to.date() for file in results if file.observed_to and file.warc in new_files), default=None
    )


def describe_missing_rates(request: Request) -> tuple[str, ...]:
    """Return a note on pay that cannot be converted to USD, with the remedy; () if there is no such pay."""
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
