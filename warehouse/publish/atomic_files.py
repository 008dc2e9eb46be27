"""Replace several files atomically, with rollback: write them beside their places, then rename them.

Most errors (a faulty file, a full disk, a read-only folder) occur while files are staged, before anything has changed.
If a rename fails all the same, that rename and those before it are undone.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, count
from pathlib import Path

MARK = "made-by-jobmarket"
"""Name of the file that marks a folder as made here, so that it may be removed. The file holds the target's name."""


@dataclass(frozen=True, kw_only=True)
class StagedFile:
    """A complete new file or folder beside its target.

    `kept` is a copy of the present target, if there is one, for a rollback. A folder is moved there, since two folders
    cannot swap places in one step; `take_back` restores it if the program is killed between the two renames.
    """

    fresh: Path
    target: Path
    kept: Path | None
    is_folder: bool = False


def stage(target: Path, content: bytes) -> StagedFile | None:
    """Write a file beside its target, with the target's mode. Return None if the target already has these bytes.

    Raise `OSError` with the target's name; then nothing is left behind.
    """
    fresh = target.with_name(f".{target.name}.part")  # a fixed name, so that the file of a killed run is removed
    with naming(target):
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            for left in (fresh, _kept_name(target)):
                left.unlink(missing_ok=True)
            check_writable(target)
            if target.is_file() and target.read_bytes() == content:  # reading a pipe would wait for its writer
                return None
            with fresh.open("wb") as out:
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
            if target.exists():
                shutil.copymode(target, fresh)
            else:
                fresh.chmod(0o644)
            return stage_written(fresh, target)
        except BaseException:
            _clear(fresh)
            raise


def stage_written(fresh: Path, target: Path) -> StagedFile:
    """Stage a complete file that was already written beside its target. Keep a copy of the present target."""
    old = _kept_name(target)
    old.unlink(missing_ok=True)
    if not target.exists():
        return StagedFile(fresh=fresh, target=target, kept=None)
    _link_or_copy(target, old)
    return StagedFile(fresh=fresh, target=target, kept=old)


def stage_folder(target: Path, files: Iterable[tuple[str, bytes]]) -> StagedFile | None:
    """Write a folder beside its target, from relative paths and contents. Return None if the target has just these.

    After a power cut some files may have lost their content; the next night makes them again. Raise `OSError` with the
    target's name; then nothing is left behind.
    """
    change = begin_folder(target)
    with naming(target):
        try:
            paths, is_same = set(), target.is_dir()
            for name, content in files:
                place = change.fresh / name
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)
                paths.add(place.relative_to(change.fresh))
                is_same = is_same and _holds(target / name, content)
            if is_same and paths == {path.relative_to(target) for path in target.rglob("*") if path.is_file()}:
                abandon([change])
                return None
            return change
        except BaseException:
            abandon([change])
            raise


def begin_folder(target: Path) -> StagedFile:
    """Make an empty folder, which the caller fills. `commit` then puts it in its place, or `abandon` removes it.

    It is inside another new folder, beside the target, that has a random name and holds `MARK`. Such folders left by
    killed commands, and nothing else, are removed first. Only one process at a time may do this for a target. Raise
    `OSError` with the target's name; then nothing is left behind.
    """
    with naming(target):
        take_back(target)
        check_writable(target, is_folder=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        _clear(*_marked_beside(target))
        ours = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        (ours / MARK).write_text(target.name, encoding="utf-8")
        fresh = ours / "new"
        fresh.mkdir()
    return StagedFile(fresh=fresh, target=target, kept=ours / "old" if target.is_dir() else None, is_folder=True)


def take_back(target: Path) -> None:
    """Restore a folder if a command moved it away and was killed before it put the new one in place."""
    for ours in _marked_beside(target):
        if (ours / "old").is_dir() and not target.exists():
            (ours / "old").rename(target)


def remove_leftovers(target: Path) -> None:
    """Remove what killed commands left beside a folder, after restoring the folder itself if one had moved it away."""
    take_back(target)
    _clear(*_marked_beside(target))


def _marked_beside(target: Path) -> list[Path]:
    folders = [mark.parent for mark in target.parent.glob(f".*/{MARK}") if _holds(mark, target.name.encode())]
    return [path for path in folders if path.name.startswith(f".{target.name}.") and not path.is_symlink()]


def _holds(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content


def commit(files: Iterable[StagedFile | None]) -> None:
    """Rename staged files to their targets, in order. The renames survive a power cut.

    Raise `OSError` with the name of the target that could not be replaced; then all targets are as before. Only if the
    program is killed may some targets be replaced and others not.
    """
    batch = [file for file in files if file is not None]
    moves: list[StagedFile] = []
    try:
        for file in batch:
            with naming(file.target):
                moves.append(file)
                if file.is_folder and file.kept is not None:
                    file.target.rename(file.kept)
                file.fresh.replace(file.target)
                sync_folder(file.target.parent)
    except OSError:
        for file in reversed(moves):
            _put_back(file)
        raise
    finally:
        abandon(batch)


def _put_back(file: StagedFile) -> None:
    is_done = not file.fresh.exists()
    if is_done and (file.is_folder or file.kept is None):
        _clear(file.target)
    if file.kept is not None and (is_done or file.is_folder) and file.kept.exists():
        file.kept.replace(file.target)


def abandon(files: Sequence[StagedFile | None]) -> None:
    """Remove staged files that are no longer wanted. Errors are ignored: they would hide the error that led here.

    A folder that could not be restored stays where it is, for `take_back`.
    """
    for file in files:
        if file is None:
            continue
        if not file.is_folder:
            _clear(file.fresh, *filter(None, [file.kept]))
        elif file.target.exists() or file.kept is None or not file.kept.exists():
            _clear(file.fresh.parent)


def check_writable(target: Path, *, is_folder: bool = False) -> None:
    """Raise `OSError` if a file or folder may not be replaced, as far as that can be known without trying."""
    code = None
    if target.exists() and target.is_dir() != is_folder:
        code = errno.ENOTDIR if is_folder else errno.EISDIR
    elif any(path.exists() and not os.access(path, os.W_OK) for path in (target, target.parent)):
        code = errno.EACCES
    if code is not None:
        raise OSError(code, os.strerror(code), str(target))


def set_aside(path: Path, day: date) -> Path:
    """Rename a damaged file or folder, together with a database's write-ahead logs. Return its new path.

    `work.duckdb` becomes `work.duckdb.damaged-2026-11-26`, or `…-2` and so on if that name is taken.
    """
    aside = _free_name(path, f"damaged-{day.isoformat()}")
    with naming(path):
        for log in path.parent.glob(f"{path.name}.wal*"):
            log.rename(aside.with_name(aside.name + log.name.removeprefix(path.name)))
        path.rename(aside)
        sync_folder(path.parent)
    return aside


def keep_aside(path: Path, day: date) -> Path:
    """Keep a file under a second name before another file replaces it. Return the path with that name.

    `market.duckdb` is kept as `market.duckdb.ahead-2026-11-26`, or `…-2` and so on if another file has that name.
    """
    what = f"ahead-{day.isoformat()}"
    for kept in path.parent.glob(f"{path.name}.{what}*"):
        if kept.samefile(path):  # kept by a run that failed later
            return kept
    aside = _free_name(path, what)
    with naming(aside):
        _link_or_copy(path, aside)
        sync_folder(path.parent)
    return aside


def _free_name(path: Path, what: str) -> Path:
    name = f"{path.name}.{what}"
    names = chain([name], (f"{name}-{number}" for number in count(2)))
    return next(place for place in map(path.with_name, names) if not os.path.lexists(place))


def _link_or_copy(path: Path, place: Path) -> None:
    try:
        os.link(path, place)
    except OSError:  # a file system without hard links
        part = place.with_name(f".{place.name}.part")  # so that no half-written file is left at `place`
        try:
            shutil.copy2(path, part)
            sync_file(part)
            part.replace(place)
        except BaseException:
            _clear(part)
            raise


@contextlib.contextmanager
def naming(target: Path) -> Iterator[None]:
    """Add the target's name to each `OSError` raised in the block: the error of a full disk itself names no file."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(target)) from error


def sync_file(path: Path) -> None:
    """Flush a file to disk, so that its content survives a power cut."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Flush a folder to disk, so that renames in it survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _kept_name(target: Path) -> Path:
    return target.with_name(f".{target.name}.old")


def _clear(*paths: Path) -> None:
    for path in paths:
        with contextlib.suppress(OSError):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
