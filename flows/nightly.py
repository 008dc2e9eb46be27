"""The night, step by step. Read it from top to bottom.

    nightly          fetch.load_before_plan    what the archive has and work.duckdb lacks, as after an update
                     fetch.fetch_sources       each source's answers      into archive/
    run_after_fetch  load.refine_archive       archive files              into refined/
                     load.load_refined         refined files, past gates  into work.duckdb: core and ops
                                               and from them employers, jobs and pay in USD
                     publish.compute_marts     marts and figures, past gates and integrity checks, into mart
                     publish.publish           market.duckdb, DICTIONARY.md, guides, page: all at once or none

Every step turns files into files or tables and is safe to run twice. Prefect runs the fetches side by side and records
what ran. `extractors.web` retries single requests; tasks are not retried. If a damaged file was set aside, everything
after the fetches runs once more.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Sequence
from dataclasses import replace

from prefect import flow

from extractors.archive.reader import SUFFIX
from flows.engine.shutdown import exit_on_signal
from flows.night import fetch, load, publish
from flows.runs.recovery import recover
from flows.runs.run_record import Outcome, Request, begin, record_end, record_health
from flows.runs.source_health import SHORT, Health, add_future_rejects, add_loads
from flows.runtime import clock
from warehouse import database
from warehouse.load import archive_records, loader
from warehouse.mart_tables import Figures

LOG = logging.getLogger("jobmarket")
RUN_NAME = "{request.command} ({request.run_id})"
"""Name of a flow run: the command, and the id of the run in ops.runs and in the journal."""


@flow(name="nightly", flow_run_name=RUN_NAME, validate_parameters=False)
def nightly(request: Request) -> Outcome:
    """Fetch every source (none for a past day), then refine, load, derive, compute, check and publish."""
    with exit_on_signal(request.settings.data, request.run_id):
        fetch.prepare_archive(request.settings)
        if request.as_of is not None:
            return from_archive(request, [])
        names = fetch.list_sources(request)
        loads, repairs = ((), ()) if request.is_sample else fetch.load_before_plan(request, names)
        return from_archive(request, fetch.fetch_sources(request, names), repairs, loads)


@flow(name="rebuild", flow_run_name=RUN_NAME, validate_parameters=False)
def rebuild(request: Request) -> Outcome:
    """Make the warehouse again from the archive alone, as the nights made it, and publish it."""
    with exit_on_signal(request.settings.data, request.run_id):
        fetch.prepare_archive(request.settings)
        return from_archive(request, [])


def from_archive(
    request: Request, fetches: Sequence[Health], repairs: Sequence[str] = (), loads: Sequence[loader.LoadResult] = ()
) -> Outcome:
    """Run everything after the fetch. This only reads the archive, so it can be repeated.

    It is repeated once if it failed because of a damaged file that can be made again. `repairs` describes the files
    that were already repaired; `loads` is what the run loaded before the fetch.
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
    """Refine, load, derive, compute and check, and publish if there is no problem. `before` are the results of
    loading before the fetch."""
    results, failures = load.refine_archive(request)
    if request.is_rebuild and not failures:  # with failures, work.duckdb would lose the rows of a broken source
        restore = functools.partial(archive_records.restore, archive=request.settings.archive)
        database.reset_work(request.settings.data, restore=restore)
    loads = (*before, *load.load_refined(request, results, failures))
    request = replace(request, brought=load.find_newest_day(results, fetches))
    notes = load.describe_missing_rates(request)
    if notes and request.is_backfill and (rates := fetch.fetch_rates(request)):
        fetches = [*fetches, *rates]
        results, failures = load.refine_archive(request)
        loads = (*loads, *load.load_refined(request, results, failures))
        notes = load.describe_missing_rates(request)
    for note in notes:
        LOG.warning(note)
    health = add_loads(fetches, results, failures, loads)
    if request.as_of is None:
        health = add_future_rejects(health, results, loads, clock.today())
    newest = publish.resolve_as_of(request)
    as_of = request.as_of if request.as_of and newest else newest
    ledger: list[Figures] = []
    problems = publish.find_lost_rows(request, failures)
    if as_of is None:
        problems = [publish.describe_no_postings(request), *problems]
    elif not problems:
        repairs = [*repairs, *publish.restore_ledger(request)]
        problems, ledger = publish.compute_marts(request, as_of)
    record_health(request, health)
    is_short = any(h.outcome in SHORT for h in health)
    notes = (*request.notes, *notes)
    outcome = Outcome(exit_code=2 if is_short else 0, as_of=as_of, health=health, messages=tuple(repairs), notes=notes)
    if problems:
        outcome = replace(outcome, exit_code=1, messages=tuple(problems))
    else:
        outcome = publish.publish(request, outcome, ledger)
    record_end(request, outcome)
    request.settings.archive.drop_copies(f"*/*{SUFFIX}")
    return outcome
