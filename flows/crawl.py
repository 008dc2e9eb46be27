"""Take the job postings from the WARC files of a crawl, then do what a night does after fetching."""

from __future__ import annotations

import contextlib
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from extractors.archive.reader import DamagedRecord, is_ahead
from extractors.crawl.choice import count_homes, find_closed, find_copies, homes_of
from extractors.crawl.host_files import host_files_in
from extractors.crawl.keep import keep_pages
from extractors.crawl.scan import HOST_FILES, LEFT_OUT, SEARCHED, Page, Scan
from extractors.crawl.workers import scan_all
from extractors.sources.files import common_crawl
from flows.engine.shutdown import exit_on_signal
from flows.night.fetch import prepare_archive
from flows.nightly import RUN_NAME, from_archive
from flows.runs.run_record import Outcome, Request
from flows.runs.source_health import OUTCOMES, Health, add_rejects, reject_damage
from flows.runtime import clock
from flows.terminal.progress import show_progress
from warehouse.ops_tables import Rejects

LOG = logging.getLogger("jobmarket")
NAME = common_crawl.SOURCE.name
RECORDED_REASONS = ("noindex", "tdm", "signal", "site", "copy", "cut", "long", "ahead")
"""Reasons for leaving out pages that may have a posting. Rejects record the number of such pages by file and reason."""


@flow(name="crawl", flow_run_name=RUN_NAME, validate_parameters=False)
def crawl(request: Request, files: Mapping[Path, str]) -> Outcome:
    """Archive the pages with postings that the files contain, then refine, load and publish.

    `files` has the name of each file in the archive.
    """
    with exit_on_signal(request.settings.data, request.run_id):
        prepare_archive(request.settings)
        return from_archive(request, [archive_postings(request, files)])


@task(name="archive common_crawl", cache_policy=NO_CACHE)
def archive_postings(request: Request, files: Mapping[Path, str]) -> Health:
    """Scan the files, choose the pages to keep across all files, and archive these pages file by file.

    Returns the health of the source.
    """
    scans, health = _scan_files(list(files), request.settings.workers)
    left_out = _find_left_out(scans)
    kept_pages = [page for scan in scans for page in scan.pages if page not in left_out[scan.path]]
    for scan in scans:
        pages = [page for page in scan.pages if page not in left_out[scan.path]]
        scan.counts.update(left_out[scan.path].values())
        warc = keep_pages(request.settings.archive, NAME, scan.path, pages, name=files[scan.path]) if pages else None
        if warc:
            health = replace(health, fresh=tuple(dict.fromkeys((*health.fresh, f"{NAME}/{warc.name}"))))
    totals = sum((scan.counts for scan in scans), Counter[str]())
    summary = _describe(totals, kept_pages, scans)
    LOG.info("%s: %s", NAME, summary)
    return replace(
        health,
        outcome=health.outcome if kept_pages or not scans else max(health.outcome, "empty", key=OUTCOMES.index),
        n_requests=totals[SEARCHED],
        n_bytes=sum(scan.path.stat().st_size for scan in scans),
        message="; ".join(filter(None, [health.message, summary])),
        rejects=(*health.rejects, *(reject for scan in scans for reject in _reject_left_out(scan))),
    )


def _scan_files(paths: Sequence[Path], workers: int) -> tuple[list[Scan], Health]:
    scans: list[Scan] = []
    rejects: list[Rejects] = []
    with contextlib.closing(scan_all(paths, workers=workers)) as pool:  # an exception ends its processes
        for path, result in show_progress(pool, total=len(paths), what="looking through files of a crawl"):
            if isinstance(result, Scan):
                scans.append(result)
                rejects += [reject_damage(NAME, path.name, damage) for damage in result.damaged]
            else:
                why = f"{type(result).__name__}: {result}"
                rejects.append(reject_damage(NAME, path.name, DamagedRecord(record=-1, url=None, why=why)))
    scans.sort(key=lambda scan: scan.path)
    return scans, add_rejects(Health(source=NAME, outcome="ok" if scans else "failed"), rejects, "damaged records")


def _find_left_out(scans: Sequence[Scan]) -> dict[Path, dict[Page, str]]:
    last = clock.today()
    pages = [page for scan in scans for page in scan.pages]
    why = {page: "ahead" for page in pages if is_ahead(page.observed_at, last)}
    why |= dict.fromkeys(find_closed((page for page in pages if page not in why), host_files_in(scans)), "site")
    rest = [page for page in pages if page not in why]
    why |= dict.fromkeys(find_copies(rest, homes_of(rest)), "copy")
    return {scan.path: {page: why[page] for page in scan.pages if page in why} for scan in scans}


def _describe(totals: Counter[str], pages: Sequence[Page], scans: Sequence[Scan]) -> str:
    n_adverts = sum(len(page.adverts) for page in pages)
    homes = ", ".join(f"{n:,} {home}" for home, n in count_homes(pages, homes_of(pages)).items())
    left_out = ", ".join(f"{totals[key]:,} {key}" for key in LEFT_OUT if totals[key])
    summary = f"{totals[SEARCHED]:,} answers searched, {len(pages):,} pages with {n_adverts:,} postings kept ({homes})"
    n_files = len({file.url for scan in scans for file in scan.host_files if file.url.endswith(HOST_FILES)})
    rules = f", by {n_files:,} recorded robots.txt and tdmrep.json" if n_files else ", no robots.txt recorded"
    return f"{summary}; left out: {left_out or 'none'}{rules}"


def _reject_left_out(scan: Scan) -> list[Rejects]:
    return [
        Rejects(
            source=NAME,
            warc=scan.path.name,
            record=-1,
            posting_id=None,
            column_name="response",
            value=f"{scan.counts[key]} answers",
            rule=f"{LEFT_OUT[key]}; others are left out",
            is_deliberate=True,
        )
        for key in RECORDED_REASONS
        if scan.counts[key]
    ]
