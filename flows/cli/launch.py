"""Start a run: do all checks first, hold the data folder, run the flow, and print the result."""

from __future__ import annotations

import gc
import importlib
import logging
import shlex
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from flows.cli.options import settings
from flows.cli.run_report import print_report
from flows.engine import prefect_server
from flows.runtime.lock import hold_folder
from flows.terminal.console import say
from flows.terminal.errors import FAILED, TOLD_TO_END, Wrong, WrongUsage

if TYPE_CHECKING:
    from flows.runs.run_record import Outcome, Request
    from flows.runtime.clock import Outlook
    from flows.runtime.settings import Settings
    from warehouse.database import Connection
    from warehouse.ops_tables import Vintages

LOG = logging.getLogger("jobmarket")


# --- checks before a run --------------------------------------------------------------------------------


def resolve_guides(guides: Sequence[Path]) -> tuple[Path, ...]:
    """Return the guides to refresh, each once, even if it was named twice or by a link. Raise `WrongUsage` if one is
    missing."""
    for path in guides:
        if not path.is_file():
            raise WrongUsage(f"no such guide: {path}")
    return _list_once(guides)


def _list_once(guides: Sequence[Path]) -> tuple[Path, ...]:
    return tuple({path.resolve(): path for path in guides}.values())


def refuse_faulty_guides(
    config: Settings,
    guides: Sequence[Path],
    *,
    kind: str | None,
    as_of: date | None = None,
    allow_sample_outside: bool = False,
) -> None:
    """Raise `WrongUsage` if a guide has faults, before the run rather than after a whole night."""
    if not guides:
        return
    from flows.inputs.guide_preflight import allowed_folders, find_fault
    from flows.runtime.data_kind import SAMPLE, find_kind

    outputs = config.outputs(as_of)
    made = {path.resolve() for path in (outputs.guide, outputs.lists, outputs.page, outputs.market, outputs.dictionary)}
    for path in guides:
        if path.resolve() in made:
            raise WrongUsage(f"{path} is made by every run; name a file of your own")
    is_sample = (kind or find_kind(config)) == SAMPLE
    within = allowed_folders(config, is_sample=is_sample, allow_outside=allow_sample_outside)
    if problems := [fault for path in guides if (fault := find_fault(path, within=within))]:
        raise WrongUsage("\n".join(problems))


def _refuse_dating_back(guides: Sequence[Path], as_of: date | None, may_date_back: bool) -> list[str]:
    """Raise `WrongUsage` if a guide would get older figures and the user did not ask for it. Return remarks for the
    run's end."""
    if as_of is None or not guides:
        if may_date_back:
            raise WrongUsage(
                "--date-back goes with --as-of and --guide: it lets a guide have the figures of an earlier day"
            )
        return []
    from reports.guide.refresh import day_of

    later = [(path, day) for path in guides if (day := day_of(path)) is not None and day > as_of]
    if later and not may_date_back:
        note = "\n".join(f"{path} has the figures of {day}; --as-of {as_of} would date it back" for path, day in later)
        raise WrongUsage(f"{note}\nadd --date-back if that is wanted, or refresh a copy made before {later[0][1]}")
    return [f"{path} was dated back from {day} to {as_of}" for path, day in later]


def _look_out(request: Request, kind: str | None) -> Outlook:
    """Check clock and network (see `clock.look_out`), except for the sample and past days, which need neither."""
    from flows.runtime.clock import Outlook, look_out
    from flows.runtime.data_kind import SAMPLE, find_kind

    config, reason = request.settings, request.clock_is_right
    if reason is not None and not reason.strip():
        raise WrongUsage("--clock-is-right needs a reason, which stays on record")
    if request.as_of is not None or (kind or find_kind(config)) == SAMPLE:
        return Outlook()
    return look_out(config, request.sources, is_live=request.is_live, clock_is_right=reason)


# --- the run --------------------------------------------------------------------------------------------

FLOWS = {"nightly": "flows.nightly", "rebuild": "flows.nightly", "backfill": "flows.backfill", "crawl": "flows.crawl"}
"""The module of each flow. It is imported when Prefect is ready."""


def start_run(
    config: Settings,
    flow: str,
    *arguments: Any,
    kind: str | None,
    may_date_back: bool = False,
    is_reported: bool = False,
    **fields: Any,
) -> None:
    """Check everything, hold the folder, run the flow, print the result, and exit with the exit code of the outcome.

    `flow` is one of `FLOWS`; it gets a `Request` with these `fields`, and `arguments`. `kind` is the kind of data that
    the run adds; None if it adds none. `is_reported` is whether messages and the heartbeat are sent.
    """
    from flows.runtime.data_kind import settle_kind
    from flows.runtime.trouble import describe_trouble, refuse_unreachable

    request = _make_request(config, **fields)
    guides, as_of = request.guides, request.as_of
    refuse_faulty_guides(config, guides, kind=kind, as_of=as_of, allow_sample_outside=request.allow_sample_outside)
    dated_back = _refuse_dating_back(guides, as_of, may_date_back)
    refuse_unreachable(config)
    seen = _look_out(request, kind)
    with hold_folder(config.data):
        request = replace(request, is_sample=settle_kind(config, kind) == "sample", **seen._asdict())
        prefect_server.prepare_prefect(config.prefect_home)
        try:
            outcome = _run_recorded(request, flow, arguments, is_reported=is_reported)
        except Exception as error:  # every error is reported; nothing was published
            is_lost = isinstance(error, prefect_server.ServerLost)  # perhaps because the disk is full
            if why := describe_trouble(error.__cause__ if is_lost else error, config.data):
                raise Wrong(f"nothing was published: {why}") from error
            if is_lost:
                raise Wrong(f"nothing was published: {error}; give the same command again") from error
            LOG.exception("the run failed; nothing was published, and published files are unchanged")
            raise typer.Exit(FAILED) from error
    print_report(request, outcome)
    if outcome.exit_code != FAILED:
        from flows.inputs.guide_preflight import find_remarks

        for remark in (*dated_back, *find_remarks(guides)):
            say(remark, "yellow")
    raise typer.Exit(outcome.exit_code)


def publish_again(make: Callable[[Connection], list[Vintages]]) -> Outcome:
    """Call `make` with work.duckdb, store the vintages that it returns, and publish with them.

    If this fails, nothing changes, not even the vintages. A faulty guide is no failure: it is left unchanged, and the
    outcome names it.
    """
    from flows.runtime.data_kind import settle_kind

    config = settings()
    with hold_folder(config.data):
        is_sample = settle_kind(config, None) == "sample"
        guides = () if is_sample else _list_once(config.guides)
        request = _make_request(config, is_sample=is_sample, guides=guides, sources=())
        prefect_server.prepare_prefect(config.prefect_home)
        from flows.night import publish
        from flows.runs import recovery, run_record
        from reports.figures import vintages
        from reports.guide import desk
        from warehouse import database

        if not database.is_loaded(config.data):
            raise Wrong(
                f"{config.data / database.WORK} lacks the published rows, as after an update; run `jobmarket rebuild`, "
                "which makes it again from the archive, then give the same command again"
            )
        run_record.begin(request)
        with run_record.work_of(request) as con:
            messages = recovery.restore_publication(con, request)
            try:
                as_of = desk.newest_day(con)
            except desk.NothingPublishedError as error:
                raise Wrong(str(error)) from error
            with database.transaction(con):
                vintages.store(con, make(con))
                ledger = publish.compute_published(con, request, as_of)
        outcome = run_record.Outcome(exit_code=0, as_of=as_of, messages=tuple(messages))
        outcome = publish.publish.fn(request, outcome, ledger)
        run_record.record_end(request, outcome)
        return outcome


def _make_request(config: Settings, **fields: Any) -> Request:
    from flows.runs.run_record import Request

    return Request(settings=config, command=shlex.join(["jobmarket", *sys.argv[1:]]), **fields)


def _run_recorded(request: Request, flow: str, arguments: Sequence[Any], *, is_reported: bool) -> Outcome:
    """Run the flow and return its outcome. The run is recorded in the journal and, if `is_reported`, reported."""
    from flows.notification.night import reporting
    from flows.runs.run_log import find_ended_runs, on_record
    from flows.runs.run_record import describe_offline, keep_published_outcome

    config, run_id = request.settings, request.run_id
    ended_runs = find_ended_runs(config.data)
    with (
        reporting(lambda: config if is_reported else None, run_id=run_id, is_sample=request.is_sample) as report,
        on_record(
            config.data, run_id=run_id, command=request.command, clock_is_right=request.clock_is_right
        ) as note_end,
    ):
        try:
            if request.unresolved:
                outcome = describe_offline(request)
            else:
                with prefect_server.server_for_run(ended_runs):
                    gc.disable()  # garbage collection is a quarter of the time of these imports
                    module = importlib.import_module(FLOWS[flow])
                    gc.enable()
                    outcome = getattr(module, flow)(request, *arguments)
        except (KeyboardInterrupt, SystemExit):  # before or after the flow
            LOG.warning(TOLD_TO_END)
            raise
        except Exception as error:  # noqa: BLE001  # raised again unless the run published
            outcome = keep_published_outcome(request, error)
        note_end(**outcome.on_record)
        report(outcome)
    return outcome
