"""The first stage of a night: fetch into the archive what the sources publish."""

from __future__ import annotations

import csv
import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE

from extractors.archive.reader import LIVE, SUFFIX, SYNTHETIC
from extractors.archive.writer import PART, Writer, path_of, put_unsent, salvage
from extractors.boards import boards_of
from extractors.source import all_sources
from extractors.web.politeness import MAX_FAILURES
from extractors.web.session import MissingContact, Web, check_contact
from flows.night import load
from flows.night.board_plan import find_outcomes, plan_boards, take_in_moved
from flows.runs.recovery import recover
from flows.runs.run_record import Request, begin, keep_record, work_of
from flows.runs.source_health import SHORT, Health, add_answers
from flows.runtime import clock
from flows.runtime.limits import limit
from flows.runtime.permissions import read_permissions, why_off
from flows.runtime.project import PROJECT
from flows.runtime.settings import Settings
from warehouse import database
from warehouse.load import archive_records, loader
from warehouse.load import boards as board_store

LOG = logging.getLogger("jobmarket")
SAMPLE = PROJECT / "extractors" / "sample"


def prepare_archive(settings: Settings) -> None:
    """Finish the archive files that a killed run left: keep their whole answers, and send to storage the files that
    were not sent yet."""
    for store in (settings.archive, settings.refined):
        store.refresh()
    for part in sorted(settings.archive.outbox.glob(f"*/*{PART}")):
        try:
            file = salvage(part)
        except OSError as error:
            LOG.error("%s cannot be finished and is left as it is: %s", part, error)
            continue
        LOG.warning("a killed run left %s; %s", part.name, f"kept as {file.name}" if file else "nothing whole in it")
    if paths := put_unsent(settings.archive):
        LOG.warning("sent to the archive what an earlier run left: %s", ", ".join(path.name for path in paths))


def list_sources(request: Request) -> list[str]:
    """Return the sources that a night fetches. For the sample, these are the sources for which it has recordings."""
    return [name for name in request.sources if not request.is_sample or (SAMPLE / "recordings" / name).is_dir()]


def load_before_plan(
    request: Request, names: Sequence[str], repairs: Sequence[str] = ()
) -> tuple[tuple[loader.LoadResult, ...], Sequence[str]]:
    """Load the archived answers that the plan of boards needs and work.duckdb lacks.

    Returns the result of loading each file, and descriptions of repaired files. If loading fails, the night continues
    without these answers, because tonight's answers cannot be fetched tomorrow. The load after the fetch then repairs
    or reports the failure.
    """
    try:
        return load_unplanned(request, names), repairs
    except Exception as error:  # noqa: BLE001  # raised again after the fetch
        if not repairs and (repairs := recover(request.settings, request.outputs, request.run_id)):
            return load_before_plan(request, names, repairs)
        LOG.warning("boards are planned without the archived answers that work.duckdb lacks: %s", error)
        return (), repairs


def load_unplanned(request: Request, names: Sequence[str]) -> tuple[loader.LoadResult, ...]:
    """For sources with boards, load the archive files that were neither loaded nor refused.

    Usually there are no such files. But after an update that changed the tables, work.duckdb is empty, and after a kill
    it lacks the last answers. A plan made from an empty work.duckdb would treat every board as never asked.
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
    LOG.info("work.duckdb lacks answers of %s; they are loaded before boards are planned", ", ".join(behind))
    begin(request)
    results, failures = load.refine_archive(request, behind)
    return load.load_refined(request, results, failures, with_derived=False)


def fetch_sources(request: Request, names: Sequence[str]) -> list[Health]:
    """Fetch sources side by side, and return the health of each. A source that fails does not stop the run."""
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
    """Fetch and archive what one source has tonight, and return its health. For the sample, archive its recorded
    nights.

    `boards` are the boards to ask. An answer that the archive already has is requested conditionally. If it is
    unchanged, only the fact that it repeats an earlier answer is archived.
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
        with request.settings.archive_index(name) as index:
            part_of = SYNTHETIC if request.is_sample else LIVE if request.is_live else None
            with Writer(path, dated=True, part_of=part_of, store=archive) as writer:
                web = Web(
                    source,
                    writer=writer,
                    is_live=recording is None,
                    contact=request.settings.contact,
                    held=index,
                    is_permitted=name in read_permissions(request.settings.data),
                    obeys_signals=request.settings.content_signals == "obey",
                )
                failures = web.take(recording) if recording else module.fetch(web, boards=batch, as_of=day)
            index.add(writer.path, writer.entries)
        health = add_answers(health, web, failures, writer.path)
        health = replace(health, boards=tuple(find_outcomes(source, web, batch)))
    summary = f"{health.n_requests:,} requests, {health.n_bytes / 1e6:.1f} MB, {time.monotonic() - began:.0f} s"
    LOG.info("fetched %s: %s%s", name, summary, f"; {health.message}" if health.message else "")
    return health


def choose_boards(request: Request, names: Sequence[str]) -> dict[str, list[str]]:
    """Return the boards to ask tonight, by source; {} if work.duckdb cannot be read, so that boards.csv decides.

    No board of a source that is off is chosen or drawn for the panel.
    """
    settings = request.settings
    sources = [limit(all_sources()[name].SOURCE, settings) for name in names]
    try:
        with work_of(request) as con:
            in_store = board_store.sources_in(con)
            on = [
                source for source in sources if not request.is_live or why_off(source, settings.data, in_store) is None
            ]
            plan = plan_boards(con, on, run_id=request.run_id, day=clock.today())
            keep_record(con, request, (archive_records.KNOWN, archive_records.DRAW))
            return plan
    except database.SqlError as error:
        LOG.warning("the boards of the night cannot be planned; the boards of boards.csv are asked: %s", error)
        return {}


def note_outcomes(request: Request, fetches: Sequence[Health]) -> None:
    """Record how each planned board answered. A board without a record is planned as if it had not been asked.

    If at least `MAX_FAILURES` boards were asked and no server sent a single byte, the network was down, so boards
    without an answer are not recorded.
    """
    outcomes = [outcome for health in fetches for outcome in health.boards]
    if not any(health.n_bytes for health in fetches) and len(outcomes) >= MAX_FAILURES:
        outcomes = [outcome for outcome in outcomes if outcome.outcome != "no_answer"]
    try:
        with work_of(request) as con:
            board_store.record_outcomes(con, request.run_id, outcomes)
            take_in_moved(con, outcomes, clock.today())
            keep_record(con, request, archive_records.BOARDS)
    except database.SqlError as error:
        LOG.warning("the answers of the boards are not on record: %s", error)


def plan_fetches(
    name: str, request: Request, boards: Sequence[str]
) -> Iterator[tuple[Path | None, Sequence[str], date]]:
    """Yield recording, boards and day of each fetch: one fetch a night, several for the sample.

    The recording is None if the network is used.
    """
    if not request.is_sample:
        yield None, boards, datetime.now(UTC).date()
        return
    with (SAMPLE / "boards.csv").open(encoding="utf-8", newline="") as file:
        tokens = [row["board"] for row in csv.DictReader(file) if row["source"] == name]
    for recording in sorted((SAMPLE / "recordings" / name).glob(f"*{SUFFIX}")):
        yield recording, tokens, date.fromisoformat(recording.name[:10])


def fetch_rates(request: Request) -> list[Health]:
    """Fetch the sources of exchange rates. Return the health of those that answered; [] without a contact."""
    try:
        check_contact(request.settings.contact)
    except MissingContact as error:
        LOG.info("exchange rates are missing and were not asked for: %s", error)
        return []
    names = [name for name in load.RATES if name not in request.settings.sources_off]
    return [health for health in fetch_sources(request, names) if health.fresh and health.outcome not in SHORT]
