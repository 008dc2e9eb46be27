"""Take WARC files recorded elsewhere into the archive, then do what a night does after fetching."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from extractors.archive import Damaged, Writer, path_of
from extractors.replay import urls_recorded
from extractors.source import all_sources
from extractors.web import FetchFailed, web_for
from flows.ending import ends_at_once
from flows.nightly import Health, Outcome, Request, from_archive, salvage_parts
from flows.progress import shown
from warehouse.tables import Rejects

LOG = logging.getLogger("jobmarket")


@flow(name="backfill", validate_parameters=False)
def backfill(request: Request, recordings: Mapping[str, Sequence[Path]]) -> Outcome:
    """Archive the recordings of each source, one task per source, then refine, load and publish."""
    with ends_at_once(request.settings.data, request.settings.prefect_home, request.run_id):
        salvage_parts(request.settings.archive)
        asked = [archive_recordings.submit(name, files, request) for name, files in recordings.items()]
        return from_archive(request, [future.result() for future in asked])


@task(task_run_name="archive {name}", cache_policy=NO_CACHE)
def archive_recordings(name: str, files: Sequence[Path], request: Request) -> Health:
    """Ask a replay of each file for exactly what it recorded, so that it is archived as a live answer is.

    What is damaged in a recording is reported with its file and record; everything whole is taken.
    """
    source = all_sources()[name].SOURCE
    health = Health(source=name, outcome="ok")
    rejects: list[Rejects] = []
    for file in shown(files, total=len(files), what=f"archiving {name}"):
        with Writer(path_of(request.settings.archive, name, datetime.now(UTC)), dated=True) as writer:
            web = web_for(source, writer=writer, replay=[file])
            for url in urls_recorded([file]):
                if not source.longest_endpoint(url):
                    continue
                try:
                    web.get(url, follow=False)
                except FetchFailed as error:
                    LOG.error("%s: %s: %s", file.name, url, error)
        rejects += [_damage(name, file, found) for _, found in web.damaged]
        health = replace(health, n_requests=health.n_requests + web.n_requests, n_bytes=health.n_bytes + web.n_bytes)
    LOG.info("archived %s: %d files, %s answers", name, len(files), f"{health.n_requests:,}")
    if rejects:
        first = rejects[0]
        said = f"{len(rejects)} damaged records, first: {first.warc} record {first.record}: {first.value}"
        LOG.error("%s: %s", name, said)
        health = replace(health, outcome="partial", message=said, rejects=tuple(rejects))
    return health


def _damage(source: str, file: Path, found: Damaged) -> Rejects:
    return Rejects(
        source=source,
        warc=f"{file.parent.name}/{file.name}",
        record=found.record,
        posting_id=None,
        column_name="response",
        value=found.why[:200],
        rule="a whole WARC record expected; the others of the file were taken. Get the file again if you can",
    )
