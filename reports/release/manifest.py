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
import json
import os
import re
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise
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


def list_files(folder: Path) -> list[str]:
    """All files below a folder, by path with slashes, in order."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def make(folder: Path, head: Mapping[str, Any]) -> bytes:
    """The manifest of the files in a folder."""
    files = [
        {"path": path, "sha256": sha256(folder / path), "bytes": (folder / path).stat().st_size}
        for path in list_files(folder)
    ]
    return to_json({"format": FORMAT, **head, "files": files})


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


def refuse_inside(folder: Path) -> None:
    """Raise `ReleaseError` for a folder inside a release: the next release there would remove it."""
    for place in folder.parents:
        if (place / MANIFEST).is_file() and (place / SUMS).is_file():
            raise ReleaseError(f"{folder} is inside the release in {place}; choose another folder")


# --- the chain ------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Chain:
    """The manifests of a release and of those before it, as far as they can be read.

    Of earlier releases only the files that stay are listed. `digest` is that of the newest release, and `fault` says
    why the chain ends too early; "" where it is whole.
    """

    manifests: Sequence[dict[str, Any]]
    digest: str = ""
    fault: str = ""

    @property
    def uncovered(self) -> str:
        """What the digest of the release does not cover; "" where it covers everything."""
        return _UNCOVERED.get(self.manifests[0]["format"], "") if self.manifests else ""


_UNCOVERED = {
    1: f"the digest of a release of format 1 does not cover the views of {DATABASE}, nor its bytes",
    2: f"the digest of a release of format 2 does not cover every byte of {DATABASE}",
}


def read_chain(folder: Path) -> list[dict[str, Any]]:
    """The manifests of a release and of those before it, the newest first; none where no release stands.

    Raises `ReleaseError` where one cannot be read, or is not the one that the next names.
    """
    if not os.path.lexists(folder / MANIFEST):
        return []
    chain = walk_chain(folder)
    if chain.fault:
        raise ReleaseError(chain.fault)
    return [*chain.manifests]


def walk_chain(folder: Path) -> Chain:
    """Read the manifests of a release and of those before it until one is at fault."""
    manifests: list[dict[str, Any]] = []
    digest = fault = ""
    try:
        for manifest, its_digest in _walk_chain(folder):
            manifests.append(manifest)
            digest = digest or its_digest
    except ReleaseError as error:
        fault = str(error)
    return Chain(manifests=manifests, digest=digest, fault=fault)


def _walk_chain(folder: Path) -> Iterator[tuple[dict[str, Any], str]]:
    """Each manifest with its SHA-256, the newest first."""
    if not os.path.lexists(folder / MANIFEST):
        raise ReleaseError(f"{folder / MANIFEST} is missing: no release stands there, or not all of it")
    content = _read_whole(folder, MANIFEST)
    if b"\r\n" in content:
        raise ReleaseError(f"{MANIFEST}: {_LINE_ENDINGS}")
    manifest = _parse(MANIFEST, content, Manifest)
    n_read, n_hashed = len(content), _count_bytes(manifest, 0)
    yield manifest, hashlib.sha256(content).hexdigest()
    while (before := manifest["previous"]) is not None:
        path, name = history_path(before["release"]), manifest["release"]
        if not os.path.lexists(folder / path):
            raise ReleaseError(f"{path}: missing, so the chain ends at release {name}")
        content = _read_whole(folder, path)
        if (digest := hashlib.sha256(content).hexdigest()) != before["sha256"]:
            raise ReleaseError(
                f"{path}: SHA-256 is {digest[:12]}…, release {name} names {before['sha256'][:12]}…: the chain is broken"
            )
        if (n_read := n_read + len(content)) > MOST_IN_CHAIN:
            raise ReleaseError(
                f"{path}: the manifests since then have more than {MOST_IN_CHAIN:,} bytes, the most that are read; "
                "begin a new chain in another folder"
            )
        manifest = _parse(path, content, Manifest)
        if manifest["release"] != before["release"]:
            raise ReleaseError(f"{path}: it is of release {manifest['release']}: the chain is broken")
        manifest["files"] = _kept_files(manifest)
        n_hashed = _count_bytes(manifest, n_hashed)
        yield manifest, digest


def _count_bytes(manifest: Mapping[str, Any], n_before: int) -> int:
    """The bytes of the files of a manifest and of newer ones. Raises `ReleaseError` for more than are read."""
    n_bytes: int = n_before + sum(file["bytes"] for file in manifest["files"])
    if n_bytes > MOST_HASHED:
        raise ReleaseError(
            f"{MANIFEST}: down to release {manifest['release']} it names files of {n_bytes:,} bytes in all, and "
            f"{MOST_HASHED:,} are the most that are read"
        )
    return n_bytes


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
        return form.model_validate(json.loads(content)).model_dump()
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False)[0]
        where = ".".join(map(str, fault["loc"])) or "all of it"
        value = f" ({fault['input']!r:.80})" if isinstance(fault["input"], str | int | float) else ""
        raise ReleaseError(f"{path}: {where}{value}: {fault['msg'].removeprefix('Value error, ')}") from error
    except (ValueError, RecursionError) as error:
        raise ReleaseError(f"{path}: cannot be read as JSON ({error})") from error


def _say_unread(error: OSError) -> str:
    return f"cannot be read ({error.strerror})"


# --- checks ---------------------------------------------------------------------------------------------

_NO_FILE = "a link, or something else that is no plain file"
_LINE_ENDINGS = (
    "line endings were changed (Git does so with core.autocrlf), so no digest can match; copy the release again byte "
    "for byte (in Git: `* -text` in .gitattributes)"
)


def find_faults(folder: Path, *, against: str | None = None) -> Iterator[str]:
    """What is wrong with a release and the chain of those before it, a line each; nothing when all is as it was.

    `against` is the digest of this release that a reader kept: 64 hexadecimal digits.
    """
    return check_release(folder, walk_chain(folder), against=against)


def check_release(folder: Path, chain: Chain, *, against: str | None = None) -> Iterator[str]:
    """As `find_faults`, of a chain that was read."""
    for fault in _check_release(folder, chain, against):
        yield "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in fault[:MOST_SAID])


def find_obstacles(folder: Path, chain: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Why no other release can take the place of one: files that would be lost, and faults in those that would stay."""
    look = _look_around(folder, _digests_of(chain, sha256(folder / MANIFEST)))
    kept = [file for manifest in chain for file in _kept_files(manifest)]
    yield from look.faults
    yield from _check_copy(folder, history_path(chain[0]["release"]), look)
    yield from look.find_missing([history_path(chain[0]["release"]), *(file["path"] for file in kept)])
    yield from _check_files(folder, kept, look)


def _check_release(folder: Path, chain: Chain, against: str | None) -> Iterator[str]:
    """Faults from the cheapest to find to the dearest: files are hashed where the digest is the one that was kept."""
    if chain.fault:
        yield chain.fault
    if not chain.manifests:
        return
    newest, digests = chain.manifests[0], _digests_of(chain.manifests, chain.digest)
    if against is not None and against.lower() != chain.digest:
        yield _say_other(against.lower(), chain.manifests, digests)
        return
    if against is not None and chain.uncovered:
        yield f"{MANIFEST}: {chain.uncovered}; ask who made it for the SHA-256 of {DATABASE}, or for a newer release"
    look = _look_around(folder, digests)
    yield from look.faults
    yield from _check_copy(folder, history_path(newest["release"]), look)
    yield from look.find_missing(digests)
    yield from _check_package(folder, newest, look)
    earlier = [file for manifest in chain.manifests[1:] for file in _kept_files(manifest)]
    yield from _check_files(folder, [*newest["files"], *earlier], look)
    if not chain.fault:
        yield from _check_sums(folder, digests, look)


def _say_other(kept: str, chain: Sequence[Mapping[str, Any]], digests: Mapping[str, str]) -> str:
    earlier = [one["release"] for one in chain[1:] if digests[history_path(one["release"])] == kept]
    what = (
        f"is the digest of release {earlier[0]}, which this one follows"
        if earlier
        else "matches no release in this chain"
    )
    return f"{MANIFEST}: release {chain[0]['release']} has the digest {digests[MANIFEST]}; {kept} {what}"


def _digests_of(chain: Sequence[Mapping[str, Any]], digest: str) -> dict[str, str]:
    """The SHA-256 of all that a release must hold, by path; "" for what no manifest has that of.

    `digest` is that of the newest manifest.
    """
    newest = chain[0]
    digests = dict.fromkeys([SUMS, *([DATABASE] if newest["format"] in _UNCOVERED else [])], "") | {
        file["path"]: file["sha256"] for file in newest["files"]
    }
    digests |= dict.fromkeys((MANIFEST, history_path(newest["release"])), digest)
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

    def find_missing(self, paths: Iterable[str]) -> Iterator[str]:
        """Of these files those that do not stand there, but where a fault speaks of them or of their folder."""
        for path in paths:
            over = {path, *(parent.as_posix() for parent in PurePosixPath(path).parents)}
            if path not in self.sizes and not over & self.refused:
                yield f"{path}: missing"


_OF_SYSTEMS = re.compile(r"\.DS_Store|\._.*|Thumbs\.db|desktop\.ini", re.DOTALL)
"""Names of files that macOS and Windows put into any folder. They count as nothing."""


def is_foreign(entry: os.DirEntry[str]) -> bool:
    """Whether something in a folder is more than a file that an operating system put there by itself."""
    return not (_OF_SYSTEMS.fullmatch(entry.name) and entry.is_file(follow_symlinks=False))


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
                if is_foreign(entry):
                    faults[path] = "not in the manifest"
            elif not entry.is_file(follow_symlinks=False) or path in folders:
                faults[path] = _NO_FILE
            else:
                sizes[path] = entry.stat(follow_symlinks=False).st_size
    return _Look(sizes=sizes, faults=[f"{path}: {fault}" for path, fault in faults.items()], refused=faults.keys())


def _check_copy(folder: Path, path: str, look: _Look) -> Iterator[str]:
    """The newest manifest under the name that it keeps."""
    if path in look.sizes and (
        look.sizes[path] != look.sizes.get(MANIFEST) or sha256(folder / path) != sha256(folder / MANIFEST)
    ):
        yield f"{path}: not {MANIFEST}"


def _check_files(folder: Path, files: Sequence[Mapping[str, Any]], look: _Look) -> Iterator[str]:
    converted = []
    for file in (file for file in files if file["path"] in look.sizes):
        try:
            fault = _compare(folder, file, look.sizes[file["path"]])
            if fault and _has_other_line_endings(folder, file, look.sizes[file["path"]]):
                converted.append(file["path"])
                continue
        except OSError as error:
            fault = _say_unread(error)
        if fault:
            yield f"{file['path']}: {fault}"
    if converted:
        yield f"{_and_more(converted)}: {_LINE_ENDINGS}"


def _compare(folder: Path, file: Mapping[str, Any], size: int) -> str:
    if size != file["bytes"]:
        expected = f"{file['sha256'][:12]}… ({size:,} bytes, {file['bytes']:,} expected)"
        return f"SHA-256 is not {expected}: it was changed"
    if (digest := sha256(folder / file["path"])) != file["sha256"]:
        return f"SHA-256 is {digest[:12]}…, {file['sha256'][:12]}… expected: it was changed"
    return ""


def _has_other_line_endings(folder: Path, file: Mapping[str, Any], size: int) -> bool:
    """Whether a file is as it was released, but for the ends of its lines. They can double its bytes, or halve them."""
    if size > min(MOST_BYTES, 2 * file["bytes"]) or size == file["bytes"]:
        return False
    lines = (folder / file["path"]).read_bytes().replace(b"\r\n", b"\n")
    contents = (lines, lines.replace(b"\n", b"\r\n"))
    return file["sha256"] in (hashlib.sha256(content).hexdigest() for content in contents)


def _and_more(paths: Sequence[str]) -> str:
    return f"{paths[0]}{f' and {len(paths) - 1:,} more' if len(paths) > 1 else ''}"


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


def _check_sums(folder: Path, digests: Mapping[str, str], look: _Look) -> Iterator[str]:
    """SHA256SUMS, byte for byte: who checks files with it alone must find what the manifest says."""
    if SUMS not in look.sizes:
        return
    try:
        text = _read_whole(folder, SUMS).decode(errors="replace")
    except ReleaseError as error:
        yield str(error)
        return
    listed = {path: digest for digest, _, path in (line.partition("  ") for line in text.splitlines())}
    expected = {path: digest for path, digest in digests.items() if path != SUMS}
    if expected.get(DATABASE) == "":  # before format 3 only SHA256SUMS had it
        is_read = look.sizes.get(DATABASE, MOST_HASHED) < MOST_HASHED
        expected[DATABASE] = sha256(folder / DATABASE) if is_read else listed.get(DATABASE, "")
    if text == "".join(f"{expected[path]}  {path}\n" for path in sorted(expected)):
        return
    differ = [path for path in sorted(expected) if path in listed and listed[path] != expected[path]]
    for what, paths in (
        ("does not name", sorted(expected.keys() - listed.keys())),
        ("names what no release holds", sorted(listed.keys() - expected.keys())),
        ("has another digest of", differ),
    ):
        if paths:
            yield f"{SUMS}: {what}: {_and_more([repr(paths[0]), *paths[1:]])}"
    if listed == expected:
        yield f"{SUMS}: lines stand twice, or in another order or form than a release has them"
