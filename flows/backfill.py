"""Take WARC files recorded elsewhere into the archive, then do what a night does after fetching."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from extractors.archive import SUFFIX, Damaged, Writer, path_of, read_recorded
from extractors.source import all_sources, source_of
from extractors.web import FetchFailed, urls_recorded, web_for
from flows.nightly import Health, Outcome, Request, from_archive, salvage_parts
from flows.progress import shown
from warehouse.tables import Rejects

LOG = logging.getLogger("jobmarket")


@flow(name="backfill", validate_parameters=False)
def backfill(request: Request, paths: Sequence[Path]) -> Outcome:
    """Archive the recordings, one task per source and each in time order, then refine, load and publish."""
    salvage_parts(request.settings.archive)
    asked = {
        name: archive_recordings.submit(name, files, request)
        for name, files in recordings_by_source(paths).items()
        if name in request.sources
    }
    return from_archive(request, [future.result() for future in asked.values()])


def recordings_by_source(paths: Sequence[Path]) -> dict[str, list[Path]]:
    """WARC files by the source whose endpoints their addresses fall under, each list in order of time.

    A folder stands for all WARC files in it. Files that no source reads are named in a warning and left
    alone. Raises `FileNotFoundError` for a path that is not there and when there is no WARC file at all.
    """
    files = [file for path in paths for file in _files(path)]
    if not files:
        raise FileNotFoundError(f"no {SUFFIX} file in {', '.join(map(str, paths))}")
    found: defaultdict[str, list[tuple[datetime, Path]]] = defaultdict(list)
    unknown: defaultdict[str, list[Path]] = defaultdict(list)
    for file in shown(files, total=len(files), what="looking through recordings"):
        names: dict[str, datetime] = {}
        for record in read_recorded(file):
            if isinstance(record, Damaged):
                continue
            module = source_of(record.url)
            if module is None:
                if file not in unknown[host := urlsplit(record.url).netloc]:
                    unknown[host].append(file)
                continue
            name = module.SOURCE.name
            names[name] = min(names.get(name, record.observed_at), record.observed_at)
        for name, time in names.items():
            found[name].append((time, file))
    for host, unread in sorted(unknown.items()):
        LOG.warning("no source reads %s; left alone: %d files, first %s", host, len(unread), unread[0])
    return {name: [file for _, file in sorted(timed)] for name, timed in sorted(found.items())}


def _files(path: Path) -> list[Path]:
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist; a WARC file or a folder of them expected")
    return sorted(path.rglob(f"*{SUFFIX}")) if path.is_dir() else [path]


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
                if not url.startswith(source.endpoints):
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
