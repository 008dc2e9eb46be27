"""A release: everything that is published, as files that others can cite, in one folder.

It is made whole beside the folder, from the published file alone: no clock, no network, no setting of this machine. So
the same published file gives the same bytes. Figures of earlier releases stay at their dated paths.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reports.figures import query
from reports.release import cards, cells, changes, descriptions, figure_files, manifest, quality, sdmx
from reports.release.licences import open_sources
from reports.release.manifest import DATABASE, MANIFEST, PACKAGE, SCHEMA, ReleaseError
from reports.release.published import PublishedDay, read_published
from reports.site import build as site
from warehouse.database import Connection
from warehouse.publish import atomic_files
from warehouse.publish.release_tables import (
    ExportedTable,
    KeptRows,
    export_cells,
    public_schema,
    write_public_database,
)


@dataclass(frozen=True, kw_only=True)
class MadeRelease:
    """A release that was made: its name and digest, how much it is, and whether it stood there already."""

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
    """Make the release of what is published, and put it into a folder in place of the one before.

    `con` reads the published file and may write others (`release_tables.open_published_file`). Where the folder holds
    the same release already, and all of it, nothing changes. A release of the same day with other content is one of its
    own. One process at a time may do this for a folder.
    Raises `NothingPublishedError`, and `ReleaseError` when the folder holds anything else, or a later release.
    """
    publication = read_published(con, base_url=base_url)
    atomic_files.take_back(folder)
    chain = _read_earlier(folder, publication)
    day = publication.as_of.isoformat()
    change = atomic_files.begin_folder(folder)
    fresh = change.fresh
    try:
        if chain and chain[0]["as_of"] == day:
            release = _write(con, fresh, folder, publication, chain[0]["release"], chain[1:])
            is_same = manifest.sha256(fresh / MANIFEST) == manifest.sha256(folder / MANIFEST)
            if is_same and not any(manifest.find_faults(folder)):
                return _describe(fresh, release, is_new=False)
            if not is_same:
                n_of_day = sum(one["as_of"] == day for one in chain)
                release = _write(con, fresh, folder, publication, f"{day}.{n_of_day + 1}", chain)
        else:
            release = _write(con, fresh, folder, publication, day, chain)
        result = _describe(fresh, release, is_new=True)
        _keep_earlier(fresh, folder, chain)
        manifest.write_sums(fresh)
        atomic_files.commit([change])
        return result
    finally:
        atomic_files.abandon([change])


def _read_earlier(folder: Path, publication: PublishedDay) -> list[dict[str, Any]]:
    """The releases that stand in the folder. Raises `ReleaseError` where this one cannot follow them."""
    if folder.exists() and not folder.is_dir():
        raise ReleaseError(f"{folder} is a file; name a folder")
    try:
        chain = manifest.read_chain(folder)
    except ReleaseError as error:
        raise ReleaseError(f"{folder} holds no release that can be followed; name another folder ({error})") from error
    if not chain and folder.exists() and any(map(manifest.is_foreign, os.scandir(folder))):
        raise ReleaseError(f"{folder} holds something that is no release; name another folder")
    if chain and chain[0]["as_of"] > publication.as_of.isoformat():
        raise ReleaseError(
            f"{folder} holds release {chain[0]['release']}, and what is published is of "
            f"{publication.as_of.isoformat()}; name another folder"
        )
    if chain and chain[0]["is_sample"] != publication.is_sample:
        raise ReleaseError(f"{folder} holds a release of {_kind(chain[0]['is_sample'])} data; name another folder")
    if chain and (obstacle := next(manifest.find_obstacles(folder, chain), None)):
        raise ReleaseError(
            f"{folder} holds release {chain[0]['release']}, which cannot be followed ({obstacle}); put that right, or "
            "name another folder"
        )
    return chain


def _kind(is_sample: bool) -> str:
    return "sample" if is_sample else "live"


@dataclass(frozen=True, kw_only=True)
class _WrittenRelease:
    release: str
    n_cells: int
    n_changed: int
    published: PublishedDay


def _write(
    con: Connection, fresh: Path, folder: Path, publication: PublishedDay, release: str, chain: Sequence[dict[str, Any]]
) -> _WrittenRelease:
    """All files of a release into a folder beside its place, in place of what stands there."""
    shutil.rmtree(fresh)
    fresh.mkdir()
    kept_rows = _select_kept_rows(con)
    tables = export_cells(con, fresh / "tables", kept_rows)
    released_cells = cells.select_cells(con, publication.as_of)
    for path, content in _text_files(con, publication, released_cells, tables, release, chain):
        _put(fresh / path, content)
    write_public_database(con, fresh / DATABASE, kept_rows)
    index = figure_files.describe_index(publication)["figures"]
    entries = [
        {"name": table.name, "n_rows": table.n_rows, "columns": {name: kind for name, kind, _ in table.columns}}
        for table in tables
    ]
    changelog = changes.find_changes(
        index, entries, chain[0] if chain else None, _figures_before(folder, chain) if chain else (),
        changes.find_decisions(publication.vintages, _vintages_before(folder, chain, publication)) if chain else {},
    )  # fmt: skip
    previous = None
    if chain:
        before = folder / manifest.history_path(chain[0]["release"])
        previous = {"release": chain[0]["release"], "sha256": manifest.sha256(before)}
    head = {
        "name": publication.name, "release": release, "as_of": publication.as_of, "is_sample": publication.is_sample,
        "code_version": publication.code_version, "previous": previous, "n_figures": len(publication.figures),
        "n_cells": len(released_cells.cells), "tables": entries, "changes": changelog,
    }  # fmt: skip
    _put(
        fresh / "CHANGES.md",
        changes.to_markdown(changelog, release, chain[0]["release"] if chain else None, publication),
    )
    entry = {**head, "as_of": publication.as_of.isoformat()}
    _put(fresh / "feed.atom", changes.to_feed([entry, *chain], publication))
    content = manifest.make(fresh, head)
    _put(fresh / MANIFEST, content)
    _put(fresh / manifest.history_path(release), content)
    return _WrittenRelease(
        release=release, n_cells=len(released_cells.cells), n_changed=len(changelog["figures"]), published=publication
    )


def _figures_before(folder: Path, chain: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """The figures of the release before, by its index."""
    path = folder / figure_files.dated_path_of("index", chain[0]["release"])
    figures: Sequence[Mapping[str, Any]] = figure_files.from_json(path)["figures"]
    return figures


def _vintages_before(
    folder: Path, chain: Sequence[Mapping[str, Any]], publication: PublishedDay
) -> dict[str, frozenset[int]]:
    """The numbers of the vintages that the release before had, of each figure of this one that it had, too."""
    numbers = {}
    for figure in publication.figures:
        path = folder / figure_files.dated_path_of(figure.figure, chain[0]["release"])
        if path.is_file():
            numbers[figure.figure] = frozenset(one["number"] for one in figure_files.from_json(path)["vintages"])
    return numbers


def _text_files(
    con: Connection,
    publication: PublishedDay,
    released_cells: cells.ReleasedCells,
    tables: Sequence[ExportedTable],
    release: str,
    chain: Sequence[Mapping[str, Any]],
) -> Iterator[tuple[str, bytes]]:
    """Every file but those of tables, and what names the release before."""
    releases = [
        {"release": release, "n_figures": len(publication.figures), "n_cells": len(released_cells.cells)},
        *chain,
    ]
    yield from site_files(con, publication, released_cells, release=release, releases=releases)
    in_flows = released_cells.own([kind for flow in sdmx.DATAFLOWS for kind in flow.kinds])
    yield "sdmx/structure.xml", sdmx.structure(in_flows, publication.as_of, publication.name)
    for flow in sdmx.DATAFLOWS:
        yield f"sdmx/{flow.id}.csv", sdmx.data(released_cells.own(flow.kinds), flow, publication.as_of)
    yield SCHEMA, public_schema().encode()
    yield PACKAGE, descriptions.data_package(publication, tables, release)
    yield "dataset.jsonld", descriptions.dataset(publication, tables, release)
    yield "CITATION.cff", descriptions.citation(publication, release)
    yield "llms.txt", descriptions.llms(publication, release)
    yield "LICENCES.md", descriptions.licences_page(publication)
    yield "QUALITY.md", quality.report(con, publication, release, chain)


def site_files(
    con: Connection,
    publication: PublishedDay,
    released_cells: cells.ReleasedCells | None = None,
    *,
    release: str | None = None,
    releases: Sequence[Mapping[str, Any]] = (),
) -> Iterator[tuple[str, bytes]]:
    """The site with the files that its pages name: what a night publishes, and the first part of a release."""
    yield from site.files_of(con, publication, releases=releases)
    yield from figure_files.files_of(publication, release)
    for figure in publication.figures:
        yield figure_files.path_of(figure.figure, "svg"), cards.draw(figure, publication)
    yield from cells.files_of(released_cells or cells.select_cells(con, publication.as_of), publication)


def _select_kept_rows(con: Connection) -> dict[str, KeptRows]:
    """Which rows of marts and of published cells are under our own licence, and so in the tables of a release."""
    open_names = open_sources()
    sources = query.read(con, f"SELECT source FROM {_PUBLISHED}core.sources ORDER BY source")
    bound_sources = [row["source"] for row in sources if row["source"] not in open_names]
    names = ", ".join(map(query.literal, bound_sources)) or "''"
    official = f"SELECT country FROM {_PUBLISHED}core.official_wages WHERE source IN ({names})"
    surveys = f"SELECT country FROM {_PUBLISHED}core.pay_reports WHERE basis = 'reported' AND source IN ({names})"
    collections = (
        f"SELECT 1 FROM {_PUBLISHED}core.pay_reports WHERE basis = 'advertised_third_party' AND source IN ({names})"
    )
    return {
        "mart.salary_bands": KeptRows(
            condition=f"(basis <> 'official' OR region NOT IN ({official} AND country IS NOT NULL))"
            f" AND (basis <> 'reported' OR region NOT IN ({surveys} AND country IS NOT NULL))"
            f" AND (basis <> 'advertised_third_party' OR NOT EXISTS ({collections}))"
        ),
        "mart.reported_pay": KeptRows(condition=f"source NOT IN ({names})"),
        "mart.frame_coverage": KeptRows(condition=f"source NOT IN ({names})"),
        "mart.closings_left_out": KeptRows(condition=f"source NOT IN ({names})"),
        "pay_comparison": KeptRows(
            condition=f"(basis <> 'official' OR source NOT IN ({names}))"
            f" AND (basis <> 'reported' OR country NOT IN ({surveys} AND country IS NOT NULL))"
            f" AND (basis <> 'advertised_third_party' OR NOT EXISTS ({collections}))"
        ),
        "ops.vintages": KeptRows(condition="state = 'published'"),
        "mart.figures": KeptRows(condition=f"NOT list_has_any(sources, [{names}])", columns={"nearest": "NULL"}),
    }


_PUBLISHED = "nightly."


def _put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _describe(fresh: Path, release: _WrittenRelease, *, is_new: bool) -> MadeRelease:
    files = [fresh / path for path in manifest.list_files(fresh)]
    return MadeRelease(
        release=release.release, sha256=manifest.sha256(fresh / MANIFEST), n_files=len(files),
        n_bytes=sum(path.stat().st_size for path in files), n_figures=len(release.published.figures),
        n_cells=release.n_cells, left_out=release.published.left_out, n_changed=release.n_changed, is_new=is_new,
    )  # fmt: skip


def _keep_earlier(fresh: Path, folder: Path, chain: Sequence[Mapping[str, Any]]) -> None:
    """Copy what earlier releases keep into the new one."""
    for path in (path for one in chain for path in manifest.kept_paths(one)):
        if not (fresh / path).exists():
            (fresh / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / path, fresh / path)
