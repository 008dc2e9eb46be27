"""The manifest of a release: what it holds, with digests, and the digest of the release before; and how it is checked.

    manifest.json             the newest release; its own SHA-256 is the digest of the release
    releases/RELEASE.json     each release's manifest, the newest too
    SHA256SUMS                every file as `sha256sum --check` reads it

The manifest has the SHA-256 of every other file, the DuckDB file too: a digest of its rows would leave statistics that
DuckDB filters by, and all else that a file can hold, to whoever forges it.

Whoever checks a release does not know who made it: no link is followed, no path leads out, no file is opened by a
program that could be misled by it, and what is read is bounded.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import BaseModel, ValidationError

from reports.release.figure_files import to_json
from reports.release.manifest_form import MOST_HASHED, DataPackage, Manifest

MANIFEST, SUMS, DATABASE, SCHEMA = "manifest.json", "SHA256SUMS", "market.duckdb", "schema.sql"
PACKAGE = "datapackage.json"
FORMAT = 3
"""Version of the form of manifests (`manifest_form.Manifest`)."""
MOST_BYTES = 16 * 2**20
"""Most bytes of a file that is read whole: a manifest of ten thousand files has a tenth of it."""
MOST_IN_CHAIN = 512 * 2**20
"""Most bytes of all manifests of a chain: two thousand releases."""
MOST_SAID = 500
"""Most characters of a fault."""


class ReleaseError(ValueError):
    """A folder that holds no release, or one that cannot be read or continued. The message says what to do."""


def sha256(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def list_files(folder: Path) -> list[str]:
    """All files below a folder, by path with slashes, in order."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _list_entries(folder: Path) -> list[dict[str, Any]]:
    """All files below a folder as a manifest lists them."""
    return [
        {"path": path, "sha256": sha256(folder / path), "bytes": (folder / path).stat().st_size}
        for path in list_files(folder)
    ]


def make(folder: Path, head: Mapping[str, Any]) -> bytes:
    """The manifest of the files in a folder."""
    return to_json({"format": FORMAT, **head, "files": _list_entries(folder)})


def write_sums(folder: Path) -> None:
    """SHA256SUMS of all files of a folder."""
    (folder / SUMS).write_bytes(_to_sums(entry for entry in _list_entries(folder) if entry["path"] != SUMS))


def _to_sums(entries: Iterable[Mapping[str, Any]]) -> bytes:
    in_order = sorted(entries, key=lambda entry: str(entry["path"]))
    return "".join(f"{entry['sha256']}  {entry['path']}\n" for entry in in_order).encode()


def history_path(release: str) -> str:
    """Where the manifest of a release stays."""
    return f"releases/{release}.json"


def kept_paths(manifest: Mapping[str, Any]) -> list[str]:
    """Files of a release that stay when the next one takes its place: its manifest and its dated figures."""
    return [history_path(manifest["release"]), *(file["path"] for file in _kept_files(manifest))]


def _kept_files(manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    prefix = f"figures/{manifest['release']}/"
    return [file for file in manifest["files"] if file["path"].startswith(prefix)]


def refuse_inside(folder: Path) -> None:
    """Raise `ReleaseError` for a folder inside a release: the next release there would remove it."""
    for place in folder.parents:
        if (place / MANIFEST).is_file() and (place / SUMS).is_file():
            raise ReleaseError(f"{folder} is inside the release in {place}; choose another folder")


# --- the chain ------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Chain:
    """The manifests of a release and of those before it, the newest first, as far as they can be read.

    `files` are the entries of all that the folder must hold, by path: of earlier releases only what stays. `fault` says
    why the chain ends too early; "" where it is whole.
    """

    manifests: Sequence[dict[str, Any]]
    files: Mapping[str, Mapping[str, Any]]
    fault: str = ""

    @property
    def digest(self) -> str:
        """That of the newest release."""
        return str(self.files[MANIFEST]["sha256"])


def read_chain(folder: Path) -> Chain:
    """Read the manifests of a release and of those before it until one is at fault."""
    manifests: list[dict[str, Any]] = []
    files: dict[str, Mapping[str, Any]] = {}

    def add(entries: Iterable[Mapping[str, Any]]) -> None:
        for entry in entries:
            if files.setdefault(entry["path"], entry) is not entry:
                raise ReleaseError(f"{MANIFEST}: the chain names {entry['path']} twice")

    try:
        for manifest, itself in _walk_chain(folder):
            copies = [] if manifests else [itself | {"path": history_path(manifest["release"])}]
            add([itself, *copies, *manifest["files"]])
            manifests.append(manifest)
        sums = _to_sums(files.values())
        add([{"path": SUMS, "sha256": _digest(sums), "bytes": len(sums)}])
    except ReleaseError as error:
        return Chain(manifests=manifests, files=files, fault=str(error))
    return Chain(manifests=manifests, files=files)


def _walk_chain(folder: Path) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each manifest and its own entry, the newest first; of the others only the files that stay."""
    path, newer, before = MANIFEST, "", None
    n_read = n_named = 0
    while True:
        if not os.path.lexists(folder / path):
            consequence = f"the chain ends at release {newer}" if newer else f"no release stands in {folder}"
            raise ReleaseError(f"{path}: missing, so {consequence}")
        content = _read_whole(folder, path)
        digest = _digest(content)
        if before is not None and digest != before["sha256"]:
            named = f"release {newer} names {before['sha256'][:12]}…"
            raise ReleaseError(f"{path}: SHA-256 is {digest[:12]}…, {named}: the chain is broken")
        if b"\r\n" in content:
            raise ReleaseError(f"{path}: {_LINE_ENDINGS}")
        manifest = _parse(path, content, Manifest)
        if before is not None:
            if manifest["release"] != before["release"]:
                raise ReleaseError(f"{path}: it is of release {manifest['release']}: the chain is broken")
            manifest["files"] = _kept_files(manifest)
        n_read, n_named = n_read + len(content), n_named + sum(file["bytes"] for file in manifest["files"])
        for what, n_bytes, most in (("manifests", n_read, MOST_IN_CHAIN), ("files", n_named, MOST_HASHED)):
            if n_bytes > most:
                raise ReleaseError(
                    f"{path}: {what} of this release and newer ones have {n_bytes:,} bytes in all, and {most:,} are "
                    "the most that are read; begin a new chain in another folder"
                )
        yield manifest, {"path": path, "sha256": digest, "bytes": len(content)}
        if (before := manifest["previous"]) is None:
            return
        path, newer = history_path(before["release"]), manifest["release"]


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
    """The fields of a form, from JSON. Others are dropped, since a chain of many manifests is held in memory.

    Raises `ReleaseError` that names the file and the first thing in it that is wrong.
    """
    try:
        return form.model_validate_json(content).model_dump()
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False)[0]
        value = f" ({fault['input']!r:.80})" if isinstance(fault["input"], str | int | float) else ""
        where = f"{'.'.join(map(str, fault['loc']))}{value}".strip()
        said = filter(None, (path, where, fault["msg"].removeprefix("Value error, ")))
        raise ReleaseError(": ".join(said)) from error


def _say_unread(error: OSError) -> str:
    return f"cannot be read ({error.strerror})"


# --- checks ---------------------------------------------------------------------------------------------

_NO_FILE = "a link, or something else that is no plain file"
_LINE_ENDINGS = (
    "line endings were changed (Git does so with core.autocrlf), so no digest can match; copy the release again byte "
    "for byte (in Git: `* -text` in .gitattributes)"
)


def find_faults(folder: Path, chain: Chain | None = None, *, against: str | None = None) -> Iterator[str]:
    """What is wrong with a release and the chain of those before it, a line each; nothing when all is as it was.

    `chain` is what `read_chain` gave, where it was read. `against` is the digest of this release that a reader kept: 64
    hexadecimal digits. Where it is another, no file is read but manifests.
    """
    for fault in _find_faults(folder, chain or read_chain(folder), against):
        yield "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in fault[:MOST_SAID])


def find_obstacles(folder: Path, chain: Chain) -> Iterator[str]:
    """Why no other release can take the place of one: files that would be lost, and faults in those that would stay."""
    return _check_files(folder, chain, [path for manifest in chain.manifests for path in kept_paths(manifest)])


def _find_faults(folder: Path, chain: Chain, against: str | None) -> Iterator[str]:
    if chain.fault:
        yield chain.fault
    if not chain.manifests:
        return
    newest, *earlier = (manifest["release"] for manifest in chain.manifests)
    if against is not None and (kept := against.lower()) != chain.digest:
        of = next((name for name in earlier if chain.files[history_path(name)]["sha256"] == kept), None)
        what = f"is the digest of release {of}, which this one follows" if of else "matches no release in this chain"
        yield f"{MANIFEST}: release {newest} has the digest {chain.digest}; {kept} {what}"
        return
    yield from _check_files(folder, chain, chain.files)


_OF_SYSTEMS = re.compile(r"\.DS_Store|\._.*|Thumbs\.db|desktop\.ini", re.DOTALL)
"""Names of files that macOS and Windows put into any folder. They count as nothing."""


def is_foreign(entry: os.DirEntry[str]) -> bool:
    """Whether something in a folder is more than a file that an operating system put there by itself."""
    return not (_OF_SYSTEMS.fullmatch(entry.name) and entry.is_file(follow_symlinks=False))


def _check_files(folder: Path, chain: Chain, paths: Iterable[str]) -> Iterator[str]:
    """Faults of the files of these paths, and all that stands in a folder and should not."""
    sizes, faults = _look_around(folder, {*chain.files, SUMS})
    yield from (f"{path}: {fault}" for path, fault in faults.items())
    for path in paths:
        if path not in sizes:
            if not faults.keys() & {path, *map(str, PurePosixPath(path).parents)}:
                yield f"{path}: missing"
        elif fault := _compare(folder, chain.files[path], sizes[path]):
            yield f"{path}: {fault}"
        elif path == PACKAGE:
            yield from _check_package(folder, chain)


def _look_around(folder: Path, expected: Collection[str]) -> tuple[dict[str, int], dict[str, str]]:
    """The sizes of these files, as far as they stand there, and what is wrong with all else, by path.

    No folder is looked into but theirs: a link, and what nobody expects, is not followed.
    """
    folders = {parent for path in expected for parent in PurePosixPath(path).parents}
    sizes: dict[str, int] = {}
    faults: dict[str, str] = {}
    to_see = [PurePosixPath()]
    while to_see:
        at = to_see.pop()
        try:
            entries = sorted(os.scandir(folder / at), key=lambda entry: entry.name)
        except OSError as error:
            faults[str(at)] = _say_unread(error)
            continue
        for entry in entries:
            place = at / entry.name
            path = str(place)
            if place in folders and entry.is_dir(follow_symlinks=False):
                to_see.append(place)
            elif place not in folders and path not in expected:
                if is_foreign(entry):
                    faults[path] = "not in the manifest"
            elif place in folders or not entry.is_file(follow_symlinks=False):
                faults[path] = _NO_FILE
            else:
                sizes[path] = entry.stat(follow_symlinks=False).st_size
    return sizes, faults


def _compare(folder: Path, file: Mapping[str, Any], size: int) -> str:
    """Why a file is not as it was released; "" where it is. Ends of lines can double its bytes, or halve them."""
    place, expected, n_bytes = folder / file["path"], file["sha256"], file["bytes"]
    try:
        if size == n_bytes:
            digest = sha256(place)
            changed = f"SHA-256 is {digest[:12]}…, {expected[:12]}… expected: it was changed"
            return "" if digest == expected else changed
        if size <= min(MOST_BYTES, 2 * n_bytes):
            lines = place.read_bytes().replace(b"\r\n", b"\n")
            if expected in (_digest(lines), _digest(lines.replace(b"\n", b"\r\n"))):
                return _LINE_ENDINGS
        return f"SHA-256 is not {expected[:12]}… ({size:,} bytes, {n_bytes:,} expected): it was changed"
    except OSError as error:
        return _say_unread(error)


def _check_package(folder: Path, chain: Chain) -> Iterator[str]:
    """A Data Package that names other files than those of the release."""
    try:
        package = _parse(PACKAGE, _read_whole(folder, PACKAGE), DataPackage)
    except ReleaseError as error:
        yield str(error)
        return
    for resource in package["resources"]:
        for part in (resource, *resource["alternatives"]):
            if part["path"] not in chain.files:
                yield f"{PACKAGE}: it names {part['path']}, which the manifest does not"
