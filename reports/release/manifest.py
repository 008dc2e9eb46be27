"""The manifest of a release: what it holds, with digests, and the digest of the release before; and how it is checked.

    manifest.json             the newest release; its own SHA-256 is the digest of the release
    releases/RELEASE.json     each release's manifest, the newest too
    SHA256SUMS                every file as `sha256sum --check` reads it

The bytes of a DuckDB file differ each time it is written. The manifest has the digest of its sorted rows instead, so
that the same published file gives the same manifest; SHA256SUMS has that of the file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from reports.release.figure_files import to_json
from warehouse.publish.release_tables import read_digests

MANIFEST, SUMS, DATABASE = "manifest.json", "SHA256SUMS", "market.duckdb"
FORMAT = 1
"""Version of the form of manifests."""


class ReleaseError(ValueError):
    """A folder that holds no release, or one that cannot be read or continued. The message says what to do."""


def sha256(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def list_files(folder: Path) -> list[str]:
    """All files below a folder, by path with slashes, in order."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def make(folder: Path, head: Mapping[str, Any], tables: Mapping[str, tuple[int, str]]) -> bytes:
    """The manifest of the files in a folder. `tables` are the tables of its DuckDB file with rows and digests."""
    files = [
        {"path": path, "sha256": sha256(folder / path), "bytes": (folder / path).stat().st_size}
        for path in list_files(folder)
        if path != DATABASE
    ]
    database = {
        "path": DATABASE, "tables": {name: {"n_rows": n, "sha256": digest} for name, (n, digest) in tables.items()}
    }  # fmt: skip
    return to_json({"format": FORMAT, **head, "database": database, "files": files})


def write_sums(folder: Path) -> None:
    """SHA256SUMS of all files of a folder."""
    lines = [f"{sha256(folder / path)}  {path}\n" for path in list_files(folder) if path != SUMS]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")


def read(path: Path) -> dict[str, Any]:
    """A manifest. Raises `ReleaseError` for a file that is none."""
    try:
        content = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise ReleaseError(f"{path} is missing: no release stands there, or not all of it") from None
    except ValueError as error:
        raise ReleaseError(f"{path} is no manifest: {error}") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ReleaseError(f"{path} is no manifest of format {FORMAT}; a newer version may read it")
    return content


def history_path(release: str) -> str:
    """Where the manifest of a release stays."""
    return f"releases/{release}.json"


def read_chain(folder: Path) -> list[dict[str, Any]]:
    """The manifests of a release and of those before it, the newest first; none where no release stands.

    Raises `ReleaseError` where one cannot be read.
    """
    if not (folder / MANIFEST).exists():
        return []
    chain = [read(folder / MANIFEST)]
    while (before := chain[-1]["previous"]) is not None:
        chain.append(read(folder / history_path(before["release"])))
    return chain


# --- checks ---------------------------------------------------------------------------------------------


def find_faults(folder: Path) -> Iterator[str]:
    """What is wrong with a release and the chain of those before it, a line each; nothing when all is as it was."""
    try:
        manifest = read(folder / MANIFEST)
        yield from _check_files(folder, manifest["files"])
        yield from _check_database(folder, manifest["database"])
        yield from _check_chain(folder, manifest)
        yield from _check_sums(folder)
        paths = {MANIFEST, SUMS, DATABASE, *(file["path"] for file in manifest["files"])}
        paths |= {path for one in read_chain(folder) for path in kept_paths(one)}
        for path in sorted(set(list_files(folder)) - paths):
            yield f"{path}: not in the manifest"
    except ReleaseError as error:
        yield str(error)
    except (KeyError, TypeError) as error:
        yield f"{folder / MANIFEST}: a manifest without {error}"


def kept_paths(manifest: Mapping[str, Any]) -> list[str]:
    """Files of a release that stay when the next one takes its place: its manifest and its dated figures."""
    prefix = f"figures/{manifest['release']}/"
    paths = [file["path"] for file in manifest["files"] if file["path"].startswith(prefix)]
    return [history_path(manifest["release"]), *paths]


def _check_files(folder: Path, files: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for file in files:
        path = folder / file["path"]
        if not path.is_file():
            yield f"{file['path']}: missing"
        elif (digest := sha256(path)) != file["sha256"]:
            yield f"{file['path']}: SHA-256 is {digest[:12]}…, {file['sha256'][:12]}… expected: it was changed"


def _check_database(folder: Path, database: Mapping[str, Any]) -> Iterator[str]:
    path = folder / database["path"]
    if not path.is_file():
        yield f"{database['path']}: missing"
        return
    try:
        digests = read_digests(path)
    except Exception as error:  # noqa: BLE001  # a broken file fails in many ways, of which DuckDB names some
        yield f"{database['path']}: cannot be read ({str(error).splitlines()[0]})"
        return
    tables = database["tables"]
    for name in sorted(digests.keys() | tables.keys()):
        if name not in digests or name not in tables:
            yield f"{database['path']}: table {name} is {'missing' if name not in digests else 'not in the manifest'}"
        elif digests[name] != (tables[name]["n_rows"], tables[name]["sha256"]):
            yield f"{database['path']}: the rows of {name} are not those of the manifest"


def _check_chain(folder: Path, manifest: Mapping[str, Any]) -> Iterator[str]:
    """The kept copy of the newest manifest, and each release before with its dated files."""
    newest = folder / history_path(manifest["release"])
    if not newest.is_file() or sha256(newest) != sha256(folder / MANIFEST):
        yield f"{history_path(manifest['release'])}: missing, or not {MANIFEST}"
    while (before := manifest["previous"]) is not None:
        path = folder / history_path(before["release"])
        if not path.is_file():
            yield f"{history_path(before['release'])}: missing, so the chain ends at release {manifest['release']}"
            return
        if (digest := sha256(path)) != before["sha256"]:
            yield (
                f"{history_path(before['release'])}: SHA-256 is {digest[:12]}…, release {manifest['release']} names "
                f"{before['sha256'][:12]}…: the chain is broken"
            )
            return
        manifest = read(path)
        paths = set(kept_paths(manifest))
        yield from _check_files(folder, [file for file in manifest["files"] if file["path"] in paths])


def _check_sums(folder: Path) -> Iterator[str]:
    path = folder / SUMS
    if not path.is_file():
        yield f"{SUMS}: missing"
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        digest, _, name = line.partition("  ")
        if name == DATABASE and (folder / name).is_file() and sha256(folder / name) != digest:
            yield f"{name}: SHA-256 is not that of {SUMS}: the file was changed or copied in part"
