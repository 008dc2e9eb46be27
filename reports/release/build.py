"""Make a release: everything that is published, in one folder of files that others can cite.

A release depends only on the published file, not on clock, network or settings, so that the same file gives the same
bytes. A release is completed beside its folder before it replaces the previous release. It keeps the dated figures of
earlier releases.
"""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from reports.cells.cell import Cell
from reports.cells.published import read_cells
from reports.codes import read_codes
from reports.figures import query
from reports.release import cards, cells, changes, descriptions, figure_files, manifest, quality, sdmx
from reports.release.licences import OURS, licence_ids_of_sources
from reports.release.manifest import DATABASE, MANIFEST, SCHEMA, ReleaseError
from reports.release.published import PublishedDay, read_published
from reports.site import build as site
from warehouse.database import NIGHTLY, Connection
from warehouse.publish import atomic_files
from warehouse.publish.release_tables import KeptRows, export_cells, public_schema, write_public_database


@dataclass(frozen=True, kw_only=True)
class MadeRelease:
    """A finished release: its name, the digest of its manifest, and counts.

    `left_out` says why figures are not in the release, by id. `n_changed` counts the figures that changed since the
    previous release. `is_new` is False if the folder already held this release.
    """

    release: str
    sha256: str
    n_files: int
    n_bytes: int
    n_figures: int
    n_cells: int
    left_out: Mapping[str, str]
    n_changed: int
    is_new: bool


def make_release(con: Connection, folder: Path, *, base_url: str = "") -> MadeRelease:
    """Make the release of what is published, and replace the previous release in `folder`.

    `con` reads the published file and may write other files (`release_tables.open_published_file`). If the folder
    already holds the same release with all its files, nothing changes. If something else was released on the same day,
    the new release is a further release of that day. Only one process at a time may call this function for a folder.

    Raise `NothingPublishedError` if nothing is published. Raise `ReleaseError` if the folder holds something other than
    a release, or a later release.
    """
    publication = read_published(con, base_url=base_url)
    atomic_files.take_back(folder)
    chain = _read_earlier(folder, publication)
    day = publication.as_of.isoformat()
    n_of_day = sum(before["as_of"] == publication.as_of for before in chain)
    candidates = [(f"{day}.{n_of_day + 1}" if n_of_day else day, chain)]
    if n_of_day:
        candidates.insert(0, (chain[0]["release"], chain[1:]))  # in case nothing changed since the newest release
    change = atomic_files.begin_folder(folder)
    fresh = change.fresh
    try:
        for release, earlier in candidates:
            result = _write(con, fresh, folder, publication, release, earlier)
            if chain and result.sha256 == manifest.sha256(folder / MANIFEST):
                if not any(manifest.find_faults(folder)):
                    return replace(result, is_new=False)
                break
        for path in (path for before in chain for path in manifest.kept_paths(before)):
            if not (fresh / path).exists():
                (fresh / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(folder / path, fresh / path)
        manifest.write_sums(fresh)
        atomic_files.commit([change])
        return result
    finally:
        atomic_files.abandon([change])


def _read_earlier(folder: Path, publication: PublishedDay) -> Sequence[dict[str, Any]]:
    """Return the manifests of the releases in the folder, newest first.

    Raise `ReleaseError` if the new release cannot follow them.
    """
    if folder.exists() and not folder.is_dir():
        raise ReleaseError(f"{folder} is a file; name a folder")
    if not os.path.lexists(folder / MANIFEST):
        if folder.exists() and any(map(manifest.is_foreign, os.scandir(folder))):
            raise ReleaseError(f"{folder} holds files that do not belong to a release; name another folder")
        return ()
    chain = manifest.read_chain(folder)
    if chain.fault:
        raise ReleaseError(f"{folder} holds no release that can be continued; name another folder ({chain.fault})")
    newest = chain.manifests[0]
    stands = f"{folder} holds release {newest['release']}"
    if newest["as_of"] > publication.as_of:
        raise ReleaseError(
            f"{stands}, which is newer than what is published ({publication.as_of}); name another folder"
        )
    if newest["is_sample"] != publication.is_sample:
        kind = "sample" if newest["is_sample"] else "live"
        raise ReleaseError(f"{stands}, which is made of {kind} data; name another folder")
    if obstacle := next(manifest.find_obstacles(folder, chain), None):
        raise ReleaseError(f"{stands}, which cannot be replaced ({obstacle}); fix that, or name another folder")
    return chain.manifests


def _write(
    con: Connection, fresh: Path, folder: Path, publication: PublishedDay, release: str, chain: Sequence[dict[str, Any]]
) -> MadeRelease:
    shutil.rmtree(fresh)
    fresh.mkdir()
    kept_rows = _select_kept_rows(con)
    tables = export_cells(con, fresh / "tables", kept_rows)
    write_public_database(con, fresh / DATABASE, kept_rows)
    entries = [
        {"name": table.name, "n_rows": table.n_rows, "columns": {name: kind for name, kind, _ in table.columns}}
        for table in tables
    ]
    before = chain[0] if chain else None
    previous = before and {
        "release": before["release"], "sha256": manifest.sha256(folder / manifest.history_path(before["release"]))
    }  # fmt: skip
    published = tuple(read_cells(con, publication.as_of, also_withheld=True))
    released_cells = cells.select_cells(published)
    head: dict[str, Any] = {
        "name": publication.name, "release": release, "as_of": publication.as_of, "is_sample": publication.is_sample,
        "code_version": publication.code_version, "previous": previous, "n_figures": len(publication.figures),
        "n_cells": len(released_cells.cells), "tables": entries,
        "changes": changes.find_changes(folder, before, publication, entries),
    }  # fmt: skip
    releases = [head, *chain]
    _put(
        fresh,
        itertools.chain(
            site_files(con, publication, published, releases=releases),
            sdmx.files_of(released_cells, publication, read_codes(con)),
            descriptions.files_of(publication, tables, release),
            changes.write_changes(head, publication),
            [(SCHEMA, public_schema().encode())],
            [("QUALITY.md", quality.report(con, publication, release, chain))],
        ),
    )
    _put(fresh, dict.fromkeys((MANIFEST, manifest.history_path(release)), manifest.make(fresh, head)).items())
    sizes = [(fresh / path).stat().st_size for path in manifest.list_files(fresh)]
    return MadeRelease(
        release=release, sha256=manifest.sha256(fresh / MANIFEST), n_files=len(sizes), n_bytes=sum(sizes),
        n_figures=head["n_figures"], n_cells=head["n_cells"], left_out=publication.left_out,
        n_changed=len(head["changes"]["figures"]), is_new=True,
    )  # fmt: skip


def _put(folder: Path, files: Iterable[tuple[str, bytes]]) -> None:
    for path, content in files:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


def site_files(
    con: Connection,
    publication: PublishedDay,
    published: Sequence[Cell] | None = None,
    *,
    releases: Sequence[Mapping[str, Any]] = (),
) -> Iterator[tuple[str, bytes]]:
    """Yield the files of the site, and the files that its pages link to, as (path, content).

    Every night publishes them, and every release contains them. `releases` are the manifests of the releases beside the
    site, newest first. `published` are all published cells, withheld ones among them; None: they are read here.
    """
    if published is None:
        published = tuple(read_cells(con, publication.as_of, also_withheld=True))
    yield from site.files_of(con, publication, published, releases=releases)
    yield from figure_files.files_of(publication, releases[0]["release"] if releases else None)
    for figure in publication.figures:
        yield figure_files.path_of(figure.figure, "svg"), cards.draw(figure, publication)
    yield from cells.files_of(cells.select_cells(published), publication)
    yield from changes.write_feed(publication, releases)


_OFFER = r'("nearest": )"(?:[^"\\]|\\.)*"'
"""The offer in a row of `value_json`. It repeats the value of another figure, which may have another licence."""


def _select_kept_rows(con: Connection) -> dict[str, KeptRows]:
    """Return, for each table of marts or published cells, the rows in a release: those under our own licence."""
    rows = query.read(con, f"SELECT source FROM {NIGHTLY}.core.sources ORDER BY source")
    bound_sources = (row["source"] for row in rows if licence_ids_of_sources().get(row["source"]) != OURS)
    names = ", ".join(map(query.literal, bound_sources)) or "''"

    def bound(what: str, table: str, condition: str = "true") -> str:
        return f"SELECT {what} FROM {NIGHTLY}.core.{table} WHERE source IN ({names}) AND {condition}"

    official = bound("country", "official_wages", "country IS NOT NULL")
    surveys = bound("country", "pay_reports", "basis = 'reported' AND country IS NOT NULL")
    collected = bound("1", "pay_reports", "basis = 'advertised_third_party'")
    collections = f"(basis <> 'advertised_third_party' OR NOT EXISTS ({collected}))"
    of_source = KeptRows(condition=f"source NOT IN ({names})")
    return {
        "mart.salary_bands": KeptRows(
            condition=f"(basis <> 'official' OR region NOT IN ({official}))"
            f" AND (basis <> 'reported' OR region NOT IN ({surveys})) AND {collections}"
        ),
        "pay_comparison": KeptRows(
            condition=f"(basis <> 'official' OR source NOT IN ({names}))"
            f" AND (basis <> 'reported' OR country NOT IN ({surveys})) AND {collections}"
        ),
        **dict.fromkeys(
            ("mart.reported_pay", "mart.pay_changes", "mart.frame_coverage", "mart.closings_left_out"), of_source
        ),
        "ops.vintages": KeptRows(condition="state = 'published'"),
        "mart.figures": KeptRows(
            condition=f"NOT list_has_any(sources, [{names}])",
            columns={"nearest": "NULL", "value_json": f"regexp_replace(value_json, '{_OFFER}', '\\1null', 'g')"},
        ),
    }
