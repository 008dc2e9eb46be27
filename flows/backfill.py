"""Take WARC files recorded elsewhere into the archive, then do what a night does after fetching."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from extractors.archive.reader import DamagedRecord
from extractors.archive.writer import Writer, path_of
from extractors.source import all_sources
from extractors.web.session import Web
from flows.engine.shutdown import exit_on_signal
from flows.inputs.recordings import Recordings
from flows.night.fetch import prepare_archive
from flows.nightly import RUN_NAME, from_archive
from flows.runs.run_record import Outcome, Request
from flows.runs.source_health import Health, add_answers, add_rejects, reject_damage, reject_future
from flows.terminal.progress import show_progress
from warehouse.ops_tables import Rejects

LOG = logging.getLogger("jobmarket")


@flow(name="backfill", flow_run_name=RUN_NAME, validate_parameters=False)
def backfill(request: Request, recordings: Recordings) -> Outcome:
    """Archive the recordings of each source, one task per source, then refine, load and publish."""
    with exit_on_signal(request.settings.data, request.run_id):
        prepare_archive(request.settings)
        futures = [archive_recordings.submit(name, files, request) for name, files in recordings.by_source.items()]
        return from_archive(request, add_unreadable([future.result() for future in futures], recordings.unreadable))


@task(task_run_name="archive {name}", cache_policy=NO_CACHE)
def archive_recordings(name: str, files: Sequence[Path], request: Request) -> Health:
    """Archive every answer of each file in the same way as a live answer, and return the health of the source.

    Damaged records and records dated in the future are reported with file and record; all other records are archived.
    """
    source = all_sources()[name].SOURCE
    health = Health(source=name, outcome="ok")
    rejects: list[Rejects] = []
    ahead: list[Rejects] = []
    for file in show_progress(files, total=len(files), what=f"archiving {name}"):
        archive = request.settings.archive
        path = path_of(archive.outbox, name, datetime.now(UTC))
        with request.settings.archive_index(name) as index:
            with Writer(path, dated=True, store=archive) as writer:
                web = Web(source, writer=writer, is_live=False, held=index)
                web.take(file)
            index.add(writer.path, writer.entries)
        for failure in web.failures:
            LOG.error("%s: %s: %s", file.name, failure.url, failure)
        rejects += [reject_damage(name, _recording_name(file), damage) for _, damage in web.damaged]
        ahead += [reject_future(name, _recording_name(file), record, time) for record, time in web.ahead]
        health = replace(add_answers(health, web, (), writer.path), outcome="ok")
    LOG.info("archived %s: %d files, %s answers", name, len(files), f"{health.n_requests:,}")
    health = add_rejects(health, rejects, "damaged records")
    return add_rejects(health, ahead, "records dated in the future")


def add_unreadable(healths: Sequence[Health], unreadable: Mapping[str, Mapping[Path, str]]) -> list[Health]:
    """Add a reject to the health of a source for each of its recordings that could not be read. Return all healths.

    `unreadable` says, by source and file, why a recording could not be read.
    """
    by_source = {health.source: health for health in healths}
    for name, files in unreadable.items():
        rejects = [
            reject_damage(name, _recording_name(file), DamagedRecord(record=-1, url=None, why=why))
            for file, why in files.items()
        ]
        by_source[name] = add_rejects(by_source.get(name, Health(source=name)), rejects, "unreadable files")
    return list(by_source.values())


def _recording_name(file: Path) -> str:
    return f"{file.parent.name}/{file.name}"
