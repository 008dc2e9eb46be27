"""A release: everything that is published, as files that others can cite, in one folder.

It is made whole beside the folder, from the published file alone: no clock, no network, no setting of this machine. So
the same published file gives the same bytes. Figures of earlier releases stay at their dated paths.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reports.figures import query
from reports.release import cards, cells, changes, descriptions, figure_files, manifest, quality, sdmx
from reports.release.licences import open_sources
from reports.release.manifest import DATABASE, MANIFEST, ReleaseError
from reports.release.published import PublishedDay, read_published
from reports.site import build as site
from warehouse.database import Connection
from warehouse.publish.release_tables import ExportedTable, KeptRows, export_marts, write_public_database


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
    the same release already, nothing changes. A release of the same day with other content is one of its own.
    Raises `NothingPublishedError`, and `ReleaseError` when the folder holds something else, or a later release.
    """
    published = read_published(con, base_url=base_url)
    aside = _aside(folder)
    if aside.exists() and not folder.exists():  # a run that was killed between its two renames
        aside.rename(folder)
    chain = _read_earlier(folder, published)
    day = published.as_of.isoformat()
    fresh = folder.with_name(f"{folder.name}.new")
    try:
        if chain and chain[0]["as_of"] == day:
            made = _write(con, fresh, folder, published, chain[0]["release"], chain[1:])
            if manifest.sha256(fresh / MANIFEST) == manifest.sha256(folder / MANIFEST):
                return _describe(fresh, made, is_new=False)
            n_of_day = sum(one["as_of"] == day for one in chain)
            made = _write(con, fresh, folder, published, f"{day}.{n_of_day + 1}", chain)
        else:
            made = _write(con, fresh, folder, published, day, chain)
        described = _describe(fresh, made, is_new=True)
        _put_in_place(fresh, folder, chain)
        return described
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _read_earlier(folder: Path, published: PublishedDay) -> list[dict[str, Any]]:
    """The releases that stand in the folder. Raises `ReleaseError` where this one cannot follow them."""
    if folder.exists() and not folder.is_dir():
        raise ReleaseError(f"{folder} is a file; name a folder")
    chain = manifest.read_chain(folder)
    if not chain and folder.exists() and any(folder.iterdir()):
        raise ReleaseError(f"{folder} holds something that is no release; name another folder")
    if chain and chain[0]["as_of"] > published.as_of.isoformat():
        raise ReleaseError(
            f"{folder} holds release {chain[0]['release']}, and what is published is of {published.as_of.isoformat()}; "
            "name another folder"
        )
    if chain and chain[0]["is_sample"] != published.is_sample:
        raise ReleaseError(f"{folder} holds a release of {_kind(chain[0]['is_sample'])} data; name another folder")
    return chain


def _aside(folder: Path) -> Path:
    """Where the release before stands while the new one takes its place."""
    return folder.with_name(f"{folder.name}.old")


def _kind(is_sample: bool) -> str:
    return "sample" if is_sample else "live"


@dataclass(frozen=True, kw_only=True)
class _WrittenRelease:
    release: str
    n_cells: int
    n_changed: int
    published: PublishedDay


def _write(
    con: Connection, fresh: Path, folder: Path, published: PublishedDay, release: str, chain: Sequence[dict[str, Any]]
) -> _WrittenRelease:
    """All files of a release into an empty folder beside its place."""
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    kept = _select_kept_rows(con)
    tables = export_marts(con, fresh / "marts", published.as_of, kept)
    released = cells.select_cells(con, published.as_of)
    for path, content in _text_files(con, published, released, tables, release, chain):
        _put(fresh / path, content)
    digests = write_public_database(con, fresh / DATABASE, kept)
    index = figure_files.describe_index(published)["figures"]
    described = [
        {"name": table.name, "n_rows": table.n_rows, "columns": {name: kind for name, kind, _ in table.columns}}
        for table in tables
    ]
    found = changes.find_changes(
        index, described, chain[0] if chain else None, _figures_before(folder, chain) if chain else (),
        changes.find_decisions(published.vintages, _vintages_before(folder, chain, published)) if chain else {},
    )  # fmt: skip
    previous = None
    if chain:
        before = folder / manifest.history_path(chain[0]["release"])
        previous = {"release": chain[0]["release"], "sha256": manifest.sha256(before)}
    head = {
        "name": published.name, "release": release, "as_of": published.as_of, "is_sample": published.is_sample,
        "code_version": published.code_version, "previous": previous, "n_figures": len(published.figures),
        "n_cells": len(released.cells), "tables": described, "changes": found,
    }  # fmt: skip
    _put(fresh / "CHANGES.md", changes.to_markdown(found, release, chain[0]["release"] if chain else None, published))
    entry = {**head, "as_of": published.as_of.isoformat()}
    _put(fresh / "feed.atom", changes.to_feed([entry, *chain], published))
    content = manifest.make(fresh, head, digests)
    _put(fresh / MANIFEST, content)
    _put(fresh / manifest.history_path(release), content)
    return _WrittenRelease(
        release=release, n_cells=len(released.cells), n_changed=len(found["figures"]), published=published
    )


def _figures_before(folder: Path, chain: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """The figures of the release before, by its index."""
    path = folder / figure_files.dated_path_of("index", chain[0]["release"])
    found: Sequence[Mapping[str, Any]] = figure_files.from_json(path)["figures"]
    return found


def _vintages_before(
    folder: Path, chain: Sequence[Mapping[str, Any]], published: PublishedDay
) -> dict[str, frozenset[int]]:
    """The numbers of the vintages that the release before had, of each figure of this one that it had, too."""
    found = {}
    for figure in published.figures:
        path = folder / figure_files.dated_path_of(figure.figure, chain[0]["release"])
        if path.is_file():
            found[figure.figure] = frozenset(one["number"] for one in figure_files.from_json(path)["vintages"])
    return found


def _text_files(
    con: Connection,
    published: PublishedDay,
    released: cells.ReleasedCells,
    tables: Sequence[ExportedTable],
    release: str,
    chain: Sequence[Mapping[str, Any]],
) -> Iterator[tuple[str, bytes]]:
    """Every file but those of tables, and what names the release before."""
    releases = [{"release": release, "n_figures": len(published.figures), "n_cells": len(released.cells)}, *chain]
    yield from site_files(con, published, released, release=release, releases=releases)
    in_flows = released.own([kind for flow in sdmx.DATAFLOWS for kind in flow.kinds])
    yield "sdmx/structure.xml", sdmx.structure(in_flows, published.as_of, published.name)
    for flow in sdmx.DATAFLOWS:
        yield f"sdmx/{flow.id}.csv", sdmx.data(released.own(flow.kinds), flow, published.as_of)
    yield "datapackage.json", descriptions.data_package(published, tables, release)
    yield "dataset.jsonld", descriptions.dataset(published, tables, release)
    yield "CITATION.cff", descriptions.citation(published, release)
    yield "llms.txt", descriptions.llms(published, release)
    yield "LICENCES.md", descriptions.licences_page(published)
    yield "QUALITY.md", quality.report(con, published, release, chain)


def site_files(
    con: Connection,
    published: PublishedDay,
    released: cells.ReleasedCells | None = None,
    *,
    release: str | None = None,
    releases: Sequence[Mapping[str, Any]] = (),
) -> Iterator[tuple[str, bytes]]:
    """The site with the files that its pages name: what a night publishes, and the first part of a release."""
    yield from site.files_of(con, published, releases=releases)
    yield from figure_files.files_of(published, release)
    for figure in published.figures:
        yield figure_files.path_of(figure.figure, "svg"), cards.draw(figure, published)
    yield from cells.files_of(released or cells.select_cells(con, published.as_of), published)


def _select_kept_rows(con: Connection) -> dict[str, KeptRows]:
    """Which rows of marts are under our own licence, and so in the tables of a release."""
    opened = open_sources()
    sources = query.read(con, f"SELECT source FROM {_PUBLISHED}core.sources ORDER BY source")
    bound = [row["source"] for row in sources if row["source"] not in opened]
    listed = ", ".join(map(query.literal, bound)) or "''"
    official = f"SELECT country FROM {_PUBLISHED}core.official_wages WHERE source IN ({listed})"
    reported = f"SELECT country FROM {_PUBLISHED}core.pay_reports WHERE basis = 'reported' AND source IN ({listed})"
    collected = (
        f"SELECT 1 FROM {_PUBLISHED}core.pay_reports WHERE basis = 'advertised_third_party' AND source IN ({listed})"
    )
    return {
        "mart.salary_bands": KeptRows(
            condition=f"(basis <> 'official' OR region NOT IN ({official} AND country IS NOT NULL))"
            f" AND (basis <> 'reported' OR region NOT IN ({reported} AND country IS NOT NULL))"
            f" AND (basis <> 'advertised_third_party' OR NOT EXISTS ({collected}))"
        ),
        "mart.reported_pay": KeptRows(condition=f"source NOT IN ({listed})"),
        "mart.frame_coverage": KeptRows(condition=f"source NOT IN ({listed})"),
        "mart.closings_left_out": KeptRows(condition=f"source NOT IN ({listed})"),
        "ops.vintages": KeptRows(
            condition=f"state = 'published' AND figure NOT IN (SELECT figure FROM {_PUBLISHED}ops.vintages"
            f" WHERE list_has_any(coalesce(CAST(content -> 'sources' AS VARCHAR[]), []), [{listed}]))",
            columns={"content": """json_merge_patch(content, '{"nearest": null}')"""},
        ),
        "mart.figures": KeptRows(condition=f"NOT list_has_any(sources, [{listed}])", columns={"nearest": "NULL"}),
    }


_PUBLISHED = "published."


def _put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _describe(fresh: Path, made: _WrittenRelease, *, is_new: bool) -> MadeRelease:
    files = [fresh / path for path in manifest.list_files(fresh)]
    return MadeRelease(
        release=made.release, sha256=manifest.sha256(fresh / MANIFEST), n_files=len(files),
        n_bytes=sum(path.stat().st_size for path in files), n_figures=len(made.published.figures),
        n_cells=made.n_cells, left_out=made.published.left_out, n_changed=made.n_changed, is_new=is_new,
    )  # fmt: skip


def _put_in_place(fresh: Path, folder: Path, chain: Sequence[Mapping[str, Any]]) -> None:
    """Move a whole release into its folder: what the releases before keep goes with it, then the folders change places.

    A kill between the two renames leaves the release before beside its place, from where the next run takes it back.
    """
    for path in (path for one in chain for path in manifest.kept_paths(one)):
        if not (folder / path).is_file():
            raise ReleaseError(f"{folder / path} of an earlier release is missing: `jobmarket verify-release {folder}`")
        (fresh / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / path, fresh / path)
    manifest.write_sums(fresh)
    aside = _aside(folder)
    shutil.rmtree(aside, ignore_errors=True)
    if folder.exists():
        folder.rename(aside)
    fresh.rename(folder)
    shutil.rmtree(aside, ignore_errors=True)
