"""The manifest of a release: what it holds, with digests, and the digest of the release before; and how it is checked.

    manifest.json             the newest release; its own SHA-256 is the digest of the release
    releases/RELEASE.json     each release's manifest, the newest too
    SHA256SUMS                every file as `sha256sum --check` reads it

The bytes of a DuckDB file differ each time it is written. The manifest has the digests of its sorted rows instead, and
that of `schema.sql`, which declares all else in it, so that the same published file gives the same manifest;
SHA256SUMS has that of the file.

Who checks a release does not know who made it: no link is followed, no path leads out, and what is read is bounded.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import BaseModel, ValidationError

from reports.release.figure_files import to_json
from reports.release.manifest_form import DataPackage, Manifest
from warehouse.publish.release_digests import TableDigest, find_database_faults

MANIFEST, SUMS, DATABASE, SCHEMA = "manifest.json", "SHA256SUMS", "market.duckdb", "schema.sql"
PACKAGE = "datapackage.json"
FORMAT = 2
"""Version of the form of manifests (`manifest_form.Manifest`)."""
MOST_BYTES = 16 * 2**20
"""Most bytes of a file that is read whole: a manifest of ten thousand files has a tenth of it."""
MOST_SAID = 500
"""Most characters of a fault."""


class ReleaseError(ValueError):
    """A folder that holds no release, or one that cannot be read or continued. The message says what to do."""


def sha256(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def list_files(folder: Path) -> list[str]:
    """All files below a folder, by path with slashes, in order."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def make(folder: Path, head: Mapping[str, Any], tables: Mapping[str, TableDigest]) -> bytes:
    """The manifest of the files in a folder. `tables` are the tables of its DuckDB file."""
    files = [
        {"path": path, "sha256": sha256(folder / path), "bytes": (folder / path).stat().st_size}
        for path in list_files(folder)
        if path != DATABASE
    ]
    database = {"path": DATABASE, "tables": {name: digest._asdict() for name, digest in tables.items()}}
    return to_json({"format": FORMAT, **head, "database": database, "files": files})


def write_sums(folder: Path) -> None:
    """SHA256SUMS of all files of a folder."""
    lines = [f"{sha256(folder / path)}  {path}\n" for path in list_files(folder) if path != SUMS]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")


def history_path(release: str) -> str:
    """Where the manifest of a release stays."""
    return f"releases/{release}.json"


def kept_paths(manifest: Mapping[str, Any]) -> list[str]:
    """Files of a release that stay when the next one takes its place: its manifest and its dated figures."""
    return [history_path(manifest["release"]), *(file["path"] for file in _kept_files(manifest))]


def _kept_files(manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    prefix = f"figures/{manifest['release']}/"
    return [file for file in manifest["files"] if file["path"].startswith(prefix)]


# --- the chain ------------------------------------------------------------------------------------------


def read_chain(folder: Path) -> list[dict[str, Any]]:
    """The manifests of a release and of those before it, the newest first; none where no release stands.

    Raises `ReleaseError` where one cannot be read, or is not the one that the next names.
    """
    return list(_walk_chain(folder)) if os.path.lexists(folder / MANIFEST) else []


def _walk_chain(folder: Path) -> Iterator[dict[str, Any]]:
    if not os.path.lexists(folder / MANIFEST):
        raise ReleaseError(f"{folder / MANIFEST} is missing: no release stands there, or not all of it")
    manifest = _parse(MANIFEST, _read_whole(folder, MANIFEST), Manifest)
    yield manifest
    while (before := manifest["previous"]) is not None:
        path, name = history_path(before["release"]), manifest["release"]
        if not os.path.lexists(folder / path):
            raise ReleaseError(f"{path}: missing, so the chain ends at release {name}")
        content = _read_whole(folder, path)
        if (digest := hashlib.sha256(content).hexdigest()) != before["sha256"]:
            raise ReleaseError(
                f"{path}: SHA-256 is {digest[:12]}…, release {name} names {before['sha256'][:12]}…: the chain is broken"
            )
        manifest = _parse(path, content, Manifest)
        if manifest["release"] != before["release"]:
            raise ReleaseError(f"{path}: it is of release {manifest['release']}: the chain is broken")
        yield manifest


def _read_whole(folder: Path, path: str) -> bytes:
    """A small file of a release. Raises `ReleaseError` for anything else that stands in its place."""
    place = folder / path
    try:
        state = place.lstat()
        if place.resolve() != folder.resolve() / path or not stat.S_ISREG(state.st_mode):
            raise ReleaseError(f"{path}: {_NO_FILE}")
        if state.st_size > MOST_BYTES:
            raise ReleaseError(f"{path}: {state.st_size:,} bytes, and {MOST_BYTES:,} are the most that are read")
        return place.read_bytes()
    except OSError as error:
        raise ReleaseError(f"{path}: {_say_unread(error)}") from error


def _parse(path: str, content: bytes, form: type[BaseModel]) -> dict[str, Any]:
    """JSON of a form. Raises `ReleaseError` that names the file and the first thing in it that is wrong."""
    try:
        parsed: dict[str, Any] = json.loads(content)
        form.model_validate(parsed)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False)[0]
        where = ".".join(map(str, fault["loc"])) or "all of it"
        value = f" ({fault['input']!r:.80})" if isinstance(fault["input"], str | int | float) else ""
        raise ReleaseError(f"{path}: {where}{value}: {fault['msg'].removeprefix('Value error, ')}") from error
    except (ValueError, RecursionError) as error:
        raise ReleaseError(f"{path}: cannot be read as JSON ({error})") from error
    return parsed


def _say_unread(error: OSError) -> str:
    return f"cannot be read ({error.strerror})"


# --- checks ---------------------------------------------------------------------------------------------

_NO_FILE = "a link, or something else that is no plain file"


def find_faults(folder: Path, *, against: str | None = None) -> Iterator[str]:
    """What is wrong with a release and the chain of those before it, a line each; nothing when all is as it was.

    `against` is the digest of this release that a reader kept: 64 hexadecimal digits.
    """
    for fault in _find_faults(folder, against):
        yield "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in fault[:MOST_SAID])


def find_obstacles(folder: Path, chain: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Why no other release can take the place of one: files that would be lost, and faults in those that would stay."""
    look = _look_around(folder, _digests_of(folder, chain))
    yield from look.faults
    yield from _check_copy(folder, history_path(chain[0]["release"]), look)
    for manifest in chain:
        yield from _check_files(folder, _kept_files(manifest), look)


def _find_faults(folder: Path, against: str | None) -> Iterator[str]:
    chain: list[dict[str, Any]] = []
    is_chain_whole = False
    try:
        for manifest in _walk_chain(folder):
            chain.append(manifest)
        is_chain_whole = True
    except ReleaseError as error:
        yield str(error)
    if not chain:
        return
    newest, digests = chain[0], _digests_of(folder, chain)
    if against is not None and against.lower() != digests[MANIFEST]:
        yield _say_other(against.lower(), chain, digests)
    look = _look_around(folder, digests)
    yield from look.faults
    yield from _check_copy(folder, history_path(newest["release"]), look)
    faults = [*_check_files(folder, newest["files"], look)]
    for manifest in chain[1:]:
        faults += _check_files(folder, _kept_files(manifest), look)
    yield from faults
    yield from _check_package(folder, newest, look)
    faults = [*_check_database(folder, newest, look)]
    yield from faults
    if is_chain_whole:
        yield from _check_sums(folder, digests, look, with_database=not faults)


def _say_other(kept: str, chain: Sequence[Mapping[str, Any]], digests: Mapping[str, str]) -> str:
    earlier = [one["release"] for one in chain[1:] if digests[history_path(one["release"])] == kept]
    what = f"the digest of release {earlier[0]}, which this one follows" if earlier else "of no release in this chain"
    return f"{MANIFEST}: release {chain[0]['release']} has the digest {digests[MANIFEST]}; {kept} is {what}"


def _digests_of(folder: Path, chain: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The SHA-256 of all that a release must hold, by path; "" for what no manifest has that of."""
    newest = chain[0]
    digests = {DATABASE: "", SUMS: ""} | {file["path"]: file["sha256"] for file in newest["files"]}
    digests |= dict.fromkeys((MANIFEST, history_path(newest["release"])), sha256(folder / MANIFEST))
    for newer, older in pairwise(chain):
        digests[history_path(older["release"])] = newer["previous"]["sha256"]
        digests |= {file["path"]: file["sha256"] for file in _kept_files(older)}
    return digests


@dataclass(frozen=True, kw_only=True)
class _Look:
    """What stands in a folder: the bytes of each file that should, and what is wrong with all else, a line each."""

    sizes: Mapping[str, int]
    faults: Sequence[str]
    refused: Set[str]
    """Paths of which a fault speaks."""


def _look_around(folder: Path, expected: Collection[str]) -> _Look:
    """Look into the folders of these files, and into no others: a link, and what nobody expects, is not followed."""
    folders = {parent.as_posix() for path in expected for parent in PurePosixPath(path).parents}
    sizes: dict[str, int] = {}
    faults: dict[str, str] = {}
    to_see = ["."]
    while to_see:
        at = PurePosixPath(to_see.pop())
        try:
            entries = sorted(os.scandir(folder / at), key=lambda entry: entry.name)
        except OSError as error:
            faults[at.as_posix()] = _say_unread(error)
            continue
        for entry in entries:
            path = (at / entry.name).as_posix()
            if entry.is_dir(follow_symlinks=False) and path in folders:
                to_see.append(path)
            elif path not in expected and path not in folders:
                faults[path] = "not in the manifest"
            elif not entry.is_file(follow_symlinks=False) or path in folders:
                faults[path] = _NO_FILE
            else:
                sizes[path] = entry.stat(follow_symlinks=False).st_size
    return _Look(sizes=sizes, faults=[f"{path}: {fault}" for path, fault in faults.items()], refused=faults.keys())


def _check_copy(folder: Path, path: str, look: _Look) -> Iterator[str]:
    """The newest manifest under the name that it keeps."""
    if look.sizes.get(path) != look.sizes.get(MANIFEST) or sha256(folder / path) != sha256(folder / MANIFEST):
        yield f"{path}: missing, or not {MANIFEST}"


def _check_files(folder: Path, files: Sequence[Mapping[str, Any]], look: _Look) -> Iterator[str]:
    for file in files:
        path = file["path"]
        if path not in look.sizes:
            if not {path, *(parent.as_posix() for parent in PurePosixPath(path).parents)} & look.refused:
                yield f"{path}: missing"
        elif (size := look.sizes[path]) != file["bytes"]:
            expected = f"{file['sha256'][:12]}… ({size:,} bytes, {file['bytes']:,} expected)"
            yield f"{path}: SHA-256 is not {expected}: it was changed"
        else:
            try:
                digest = sha256(folder / path)
            except OSError as error:
                yield f"{path}: {_say_unread(error)}"
                continue
            if digest != file["sha256"]:
                yield f"{path}: SHA-256 is {digest[:12]}…, {file['sha256'][:12]}… expected: it was changed"


def _check_package(folder: Path, manifest: Mapping[str, Any], look: _Look) -> Iterator[str]:
    """A Data Package that names other files than those of the release."""
    if PACKAGE not in look.sizes:
        return
    try:
        package = _parse(PACKAGE, _read_whole(folder, PACKAGE), DataPackage)
    except ReleaseError as error:
        yield str(error)
        return
    paths = {file["path"] for file in manifest["files"]}
    for resource in package["resources"]:
        for part in (resource, *resource.get("alternatives", ())):
            if part["path"] not in paths:
                yield f"{PACKAGE}: it names {part['path']}, which the manifest does not"


def _check_database(folder: Path, manifest: Mapping[str, Any], look: _Look) -> Iterator[str]:
    if DATABASE not in look.sizes:
        if DATABASE not in look.refused:
            yield f"{DATABASE}: missing"
        return
    if beside := [path for path in look.refused if path.startswith(f"{DATABASE}.")]:
        yield f"{DATABASE}: not checked, since DuckDB would read {beside[0]} with it"
        return
    if manifest["format"] == 1:
        yield f"{MANIFEST}: made by an earlier version, whose digest covers no views; `jobmarket release` makes it anew"
        return
    try:
        schema = _read_whole(folder, SCHEMA)
        released = [file["sha256"] for file in manifest["files"] if file["path"] == SCHEMA]
        if [hashlib.sha256(schema).hexdigest()] != released:
            raise ReleaseError(f"{SCHEMA}: not as it was released")
        tables = {name: TableDigest(**digest) for name, digest in manifest["database"]["tables"].items()}
        for fault in find_database_faults(folder / DATABASE, schema.decode(), tables):
            yield f"{DATABASE}: {fault}"
    except ReleaseError as error:
        yield f"{DATABASE}: not checked ({error})"
    except Exception as error:  # noqa: BLE001  # a broken file fails in many ways, of which DuckDB names some
        yield f"{DATABASE}: cannot be read ({str(error).partition(chr(10))[0]})"


def _check_sums(folder: Path, digests: Mapping[str, str], look: _Look, *, with_database: bool) -> Iterator[str]:
    """SHA256SUMS, byte for byte: who checks files with it alone must find what the manifest says.

    The DuckDB file is read only where its content is right: what it holds is bounded then.
    """
    if SUMS not in look.sizes:
        if SUMS not in look.refused:
            yield f"{SUMS}: missing"
        return
    try:
        text = _read_whole(folder, SUMS).decode(errors="replace")
    except ReleaseError as error:
        yield str(error)
        return
    listed = {path: digest for digest, _, path in (line.partition("  ") for line in text.splitlines())}
    expected = {path: digest for path, digest in digests.items() if path != SUMS}
    expected[DATABASE] = sha256(folder / DATABASE) if with_database else listed.get(DATABASE, "")
    if text == "".join(f"{expected[path]}  {path}\n" for path in sorted(expected)):
        return
    if expected[DATABASE] != listed.get(DATABASE, expected[DATABASE]):
        yield f"{DATABASE}: SHA-256 is not that of {SUMS}: the file was changed or copied in part"
    differ = [path for path in sorted(expected) if path in listed and listed[path] != expected[path]]
    for what, paths in (
        ("does not name", sorted(expected.keys() - listed.keys())),
        ("names what no release holds", sorted(listed.keys() - expected.keys())),
        ("has another digest of", differ),
    ):
        if paths:
            yield f"{SUMS}: {what}: {paths[0]!r}{f' and {len(paths) - 1:,} more' if len(paths) > 1 else ''}"
    if listed == expected:
        yield f"{SUMS}: lines stand twice, or in another order or form than a release has them"
