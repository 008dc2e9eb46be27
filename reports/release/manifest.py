"""The manifest of a release, with digests of its files and of the previous release; and checks of a release.

    manifest.json             the newest release; its own SHA-256 is the digest of the release
    releases/RELEASE.json     the manifest of each release, including the newest
    SHA256SUMS                every file as `sha256sum --check` reads it

The manifest has the SHA-256 of every other file. For the DuckDB file, this is a digest of the whole file: a digest of
the rows alone would miss a forgery elsewhere in the file, such as in the statistics that DuckDB filters by.

Checks do not trust the maker of a release. They follow no links and no path out of the folder. They open no file with a
program that the file could mislead. They limit how much they read.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, FailFast, Field, ValidationError

from reports.release.figure_files import to_json

MANIFEST, SUMS, DATABASE, SCHEMA = "manifest.json", "SHA256SUMS", "market.duckdb", "schema.sql"
PACKAGE = "datapackage.json"
FORMAT = 3
"""Version of the form of manifests (`Manifest`)."""
MAX_BYTES = 16 * 2**20
"""Largest file that is read into memory: ten times a manifest of ten thousand files."""
MAX_IN_CHAIN = 512 * 2**20
"""Most bytes of all manifests of a chain: two thousand releases."""
MAX_HASHED = 20 * 10**9
"""Most bytes, in total, of the files that a chain of manifests names; a check reads every file."""
MAX_FAULT = 500
"""Most characters in the description of a fault."""


class ReleaseError(ValueError):
    """Error for a folder without a release, or with a release that cannot be read or continued."""


# --- form: validation ensures that types are right and that no path leads out of the release -----------------------


def _stays_inside(path: str) -> str:
    parts = path.split("/")
    if not all(parts) or {".", ".."} & set(parts) or "\\" in path:
        raise ValueError("leads out of the release, or is not a plain relative path")
    return path


Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0)]
ReleaseName = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d(\.\d+)?$")]


class _Part(BaseModel):
    model_config = ConfigDict(strict=True)


class _Path(_Part):
    path: Annotated[str, AfterValidator(_stays_inside)]


class _File(_Path):
    sha256: Sha256
    bytes: Annotated[int, Field(ge=0, le=MAX_HASHED)]


class _Table(_Part):
    name: str
    n_rows: Count
    columns: Annotated[dict[str, str], FailFast()]


class _Change(_Part):
    id: str
    title: str
    what: Literal["corrected", "accepted", "changed", "new", "gone"]
    before: str | None
    after: str | None
    reason: str | None = None


class _Changes(_Part):
    figures: Annotated[list[_Change], FailFast()]


class _Previous(_Part):
    release: ReleaseName
    sha256: Sha256


class Manifest(_Part):
    """Required fields of a manifest; other fields are ignored."""

    format: Literal[3]
    release: ReleaseName
    as_of: date
    is_sample: bool
    previous: _Previous | None
    n_figures: Count
    n_cells: Count
    tables: Annotated[list[_Table], FailFast()]
    changes: _Changes
    files: Annotated[list[_File], FailFast()]


class _Resource(_Path):
    alternatives: Annotated[list[_Path], FailFast()] = []


class DataPackage(_Part):
    """Fields of datapackage.json that name files."""

    resources: Annotated[list[_Resource], FailFast()]


# --- making -----------------------------------------------------------------------------------------------


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def list_files(folder: Path) -> list[str]:
    """Return the paths of all files below a folder, sorted, relative to the folder, and written with `/`."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def make(folder: Path, head: Mapping[str, Any]) -> bytes:
    """Return the manifest of the files in a folder."""
    files = [
        {"path": path, "sha256": sha256(folder / path), "bytes": (folder / path).stat().st_size}
        for path in list_files(folder)
    ]
    return to_json({"format": FORMAT, **head, "files": files})


def write_sums(folder: Path) -> None:
    """Write SHA256SUMS for all files of a folder."""
    (folder / SUMS).write_bytes(_to_sums({path: sha256(folder / path) for path in list_files(folder) if path != SUMS}))


def _to_sums(digests: Mapping[str, str]) -> bytes:
    return "".join(f"{digest}  {path}\n" for path, digest in sorted(digests.items())).encode()


def history_path(release: str) -> str:
    """Return the permanent path of the manifest of a release."""
    return f"releases/{release}.json"


def _kept_files(manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [file for file in manifest["files"] if file["path"].startswith(f"figures/{manifest['release']}/")]


def kept_paths(manifest: Mapping[str, Any]) -> list[str]:
    """Return the files of a release that later releases keep: its manifest and its dated figures."""
    return [history_path(manifest["release"]), *(file["path"] for file in _kept_files(manifest))]


def refuse_inside(folder: Path) -> None:
    """Raise `ReleaseError` for a folder inside a release, because the next release would remove the folder."""
    for place in folder.parents:
        if (place / MANIFEST).is_file() and (place / SUMS).is_file():
            raise ReleaseError(f"{folder} is inside the release in {place}; choose another folder")


# --- the chain ------------------------------------------------------------------------------------------


@dataclass(kw_only=True)
class Chain:
    """The manifests of a release and its predecessors, newest first, as far as they can be read.

    `files` are the entries of all files that the folder must hold, by path; of earlier releases, these are only the
    files that are kept. `fault` says why the chain ends too early; "" if the chain is complete.
    """

    manifests: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    fault: str = ""

    @property
    def digest(self) -> str:
        """The digest of the newest release."""
        return str(self.files[MANIFEST]["sha256"])

    def add_files(self, entries: Iterable[Mapping[str, Any]]) -> None:
        """Add entries of files. Raise `ReleaseError` for a path that is named twice."""
        for entry in entries:
            if self.files.setdefault(entry["path"], entry) is not entry:
                raise ReleaseError(f"{MANIFEST}: the chain names {entry['path']} twice")


def read_chain(folder: Path) -> Chain:
    """Read the manifests of a release and its predecessors, up to the first faulty manifest."""
    chain = Chain()
    try:
        _read_manifests(folder, chain)
        sums = _to_sums({path: entry["sha256"] for path, entry in chain.files.items()})
        chain.add_files([{"path": SUMS, "sha256": _digest(sums), "bytes": len(sums)}])
    except ReleaseError as error:
        chain.fault = str(error)
    return chain


def _read_manifests(folder: Path, chain: Chain) -> None:
    path, newer, before = MANIFEST, "", None
    n_read = n_named = 0
    while True:
        if not os.path.lexists(folder / path):
            consequence = f"the chain ends at release {newer}" if newer else f"there is no release in {folder}"
            raise ReleaseError(f"{path}: missing, so {consequence}")
        content = _read_small(folder, path)
        digest = _digest(content)
        if before is not None and digest != before["sha256"]:
            named = f"release {newer} names {before['sha256'][:12]}…"
            raise ReleaseError(f"{path}: SHA-256 is {digest[:12]}…, but {named}, so the chain is broken")
        if b"\r\n" in content:
            raise ReleaseError(f"{path}: {_LINE_ENDINGS}")
        manifest, itself = _parse(path, content, Manifest), {"path": path, "sha256": digest, "bytes": len(content)}
        entries = [itself, {**itself, "path": history_path(manifest["release"])}]
        if before is not None:
            if manifest["release"] != before["release"]:
                raise ReleaseError(f"{path}: it belongs to release {manifest['release']}, so the chain is broken")
            manifest["files"], entries = _kept_files(manifest), [itself]  # the other files were replaced
        n_read, n_named = n_read + len(content), n_named + sum(file["bytes"] for file in manifest["files"])
        for what, n_bytes, limit in (("manifests", n_read, MAX_IN_CHAIN), ("files", n_named, MAX_HASHED)):
            if n_bytes > limit:
                raise ReleaseError(
                    f"{path}: {what} of this release and newer ones have {n_bytes:,} bytes, over the limit of "
                    f"{limit:,}; begin a new chain in another folder"
                )
        chain.add_files([*entries, *manifest["files"]])
        chain.manifests.append(manifest)
        if (before := manifest["previous"]) is None:
            return
        path, newer = history_path(before["release"]), manifest["release"]


def _read_small(folder: Path, path: str) -> bytes:
    """Return the content of a file. Raise `ReleaseError` if the file is large or is not a plain file."""
    place = folder / path
    try:
        state = place.lstat()
        if place.resolve() != folder.resolve() / path or not stat.S_ISREG(state.st_mode):
            raise ReleaseError(f"{path}: {_NO_FILE}")
        if state.st_size > MAX_BYTES:
            raise ReleaseError(f"{path}: {state.st_size:,} bytes, over the limit of {MAX_BYTES:,}")
        return place.read_bytes()
    except OSError as error:
        raise ReleaseError(f"{path}: {_say_unread(error)}") from error


def _parse(path: str, content: bytes, form: type[BaseModel]) -> dict[str, Any]:
    """Parse JSON and keep only the fields of `form`, because long chains are held in memory.

    Raise `ReleaseError`, naming the file and its first fault, if the content does not have this form.
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

_NO_FILE = "a link, or something other than a plain file"
_LINE_ENDINGS = (
    "line endings were changed (Git does so with core.autocrlf), so no digest can match; copy the release again byte "
    "for byte (in Git: `* -text` in .gitattributes)"
)


def find_faults(folder: Path, chain: Chain | None = None, *, against: str | None = None) -> Iterator[str]:
    """Yield the faults of a release and of the chain of its predecessors, a line for each; none if nothing was changed.

    `chain` is the result of `read_chain`, if already known. `against` is a digest of this release that a reader has
    kept, in 64 hexadecimal digits. If the release has another digest, no further files are read.
    """
    for fault in _find_faults(folder, chain or read_chain(folder), against):
        yield "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in fault[:MAX_FAULT])


def find_obstacles(folder: Path, chain: Chain) -> Iterator[str]:
    """Yield the foreign files that would be lost if a release were replaced, and faults in files that must be kept."""
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
"""Files that macOS and Windows put into any folder; checks ignore them."""


def is_foreign(entry: os.DirEntry[str]) -> bool:
    """Whether a folder entry is anything but a file that the operating system put there."""
    return not (_OF_SYSTEMS.fullmatch(entry.name) and entry.is_file(follow_symlinks=False))


def _check_files(folder: Path, chain: Chain, paths: Iterable[str]) -> Iterator[str]:
    faults = _scan(folder, {*chain.files, SUMS})
    yield from (f"{path}: {fault}" for path, fault in faults.items())
    for path in paths:
        if faults.keys() & {path, *map(str, PurePosixPath(path).parents)}:
            continue
        if not os.path.lexists(folder / path):
            yield f"{path}: missing"
        elif fault := _compare(folder, chain.files[path]):
            yield f"{path}: {fault}"
        elif path == PACKAGE:
            yield from _check_package(folder, chain)


def _scan(folder: Path, expected: Collection[str]) -> dict[str, str]:
    """Return the faults of what is in the folders of expected files, by path, without reading files or following links.

    Other folders are faults themselves and are not scanned.
    """
    folders = {parent for path in expected for parent in PurePosixPath(path).parents}
    faults: dict[str, str] = {}
    for at in sorted(folders):
        if faults.keys() & {*map(str, (at, *at.parents))} or not os.path.lexists(folder / at):
            continue
        try:
            entries = sorted(os.scandir(folder / at), key=lambda entry: entry.name)
        except OSError as error:
            faults[str(at)] = _say_unread(error)
            continue
        for entry in entries:
            place = at / entry.name
            if place in folders or str(place) in expected:
                is_right = entry.is_dir if place in folders else entry.is_file
                if not is_right(follow_symlinks=False):
                    faults[str(place)] = _NO_FILE
            elif is_foreign(entry):
                faults[str(place)] = "not in the manifest"
    return faults


def _compare(folder: Path, file: Mapping[str, Any]) -> str:
    """Say how a file differs from its release; "" if it does not.

    Changed line endings are recognised; they can double or halve the size of a file.
    """
    place, expected, n_bytes = folder / file["path"], file["sha256"], file["bytes"]
    try:
        size = place.lstat().st_size
        if size == n_bytes:
            digest = sha256(place)
            changed = f"SHA-256 is {digest[:12]}… instead of {expected[:12]}…: it was changed"
            return "" if digest == expected else changed
        if size <= min(MAX_BYTES, 2 * n_bytes):
            lines = place.read_bytes().replace(b"\r\n", b"\n")
            if expected in (_digest(lines), _digest(lines.replace(b"\n", b"\r\n"))):
                return _LINE_ENDINGS
        return f"SHA-256 is not {expected[:12]}… ({size:,} bytes instead of {n_bytes:,}): it was changed"
    except OSError as error:
        return _say_unread(error)


def _check_package(folder: Path, chain: Chain) -> Iterator[str]:
    try:
        package = _parse(PACKAGE, _read_small(folder, PACKAGE), DataPackage)
    except ReleaseError as error:
        yield str(error)
        return
    for resource in package["resources"]:
        for part in (resource, *resource["alternatives"]):
            if part["path"] not in chain.files:
                yield f"{PACKAGE}: it names {part['path']}, which is not in the manifest"
