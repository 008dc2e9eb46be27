"""Atomic replacement of several files, with rollback: written beside their places, then renamed.

What can fail (a faulty file, a full disk, a folder that may not be written) fails while files are staged, when
nothing has changed. A rename that fails all the same is undone with those before it.
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
"""The file that marks a folder as one of ours, to be removed. It names the place that the folder is for."""


@dataclass(frozen=True, kw_only=True)
class StagedFile:
    """A whole file or folder beside its place. `kept` holds what stands there now, to be put back; None: nothing does.

    Of a folder `kept` is where it is moved to: two folders cannot change places at once. A kill between the two renames
    leaves it there, and `begin_folder` takes it back.
    """

    fresh: Path
    target: Path
    kept: Path | None
    is_folder: bool = False


def stage(target: Path, content: bytes) -> StagedFile | None:
    """Write a file beside its place, mode and all; None when its place holds these bytes already.

    Raises `OSError` that names the place, and leaves nothing behind.
    """
    fresh = target.with_name(f".{target.name}.part")  # a name of its own, so that a killed run's is overwritten
    with naming(target):
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            _remove_left(fresh, _kept_name(target))
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
    """A file that was written whole beside its place by other means; what stands there is kept for now."""
    old = _kept_name(target)
    _remove_left(old)
    if not target.exists():
        return StagedFile(fresh=fresh, target=target, kept=None)
    _link_or_copy(target, old)
    return StagedFile(fresh=fresh, target=target, kept=old)


def stage_folder(target: Path, files: Iterable[tuple[str, bytes]]) -> StagedFile | None:
    """Write a folder beside its place, by paths in it; None when its place holds these files and no others.

    After a power cut its files may be older than their names; the next night makes them again.
    Raises `OSError` that names the place, and leaves nothing behind.
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
    """An empty folder, to be filled and then put in its place by `commit`, or removed by `abandon`.

    It is made in a new folder of a random name beside its place, which carries `MARK`. Such folders that killed
    commands left are removed first; nothing else is. One process at a time may do this for a place.
    Raises `OSError` that names the place, and leaves nothing behind.
    """
    with naming(target):
        take_back(target)
        if target.exists() and not target.is_dir():
            raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(target))
        target.parent.mkdir(parents=True, exist_ok=True)
        for folder in (target, target.parent):
            if folder.exists() and not os.access(folder, os.W_OK):
                raise OSError(errno.EACCES, os.strerror(errno.EACCES), str(target))
        _clear(*_marked_beside(target))
        ours = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        (ours / MARK).write_text(target.name, encoding="utf-8")
        fresh = ours / "new"
        fresh.mkdir()
    return StagedFile(fresh=fresh, target=target, kept=ours / "old" if target.is_dir() else None, is_folder=True)


def take_back(target: Path) -> None:
    """Put a folder back into its place from which a killed command had moved it, to put a new one there."""
    for ours in _marked_beside(target):
        if (ours / "old").is_dir() and not target.exists():
            (ours / "old").rename(target)


def _marked_beside(target: Path) -> list[Path]:
    """The folders beside a place that are ours and for this place."""
    return [mark.parent for mark in target.parent.glob(f".*/{MARK}") if _is_ours(mark, target)]


def _is_ours(mark: Path, target: Path) -> bool:
    folder = mark.parent
    if folder.is_symlink() or not folder.name.startswith(f".{target.name}."):
        return False
    return _holds(mark, target.name.encode())


def _holds(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content


def commit(files: Iterable[StagedFile | None]) -> None:
    """Rename staged files into their places, in order, surviving a power cut.

    Raises `OSError` that names the place that would not take its file; then all places hold what they held.
    Only a kill can come between two renames.
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
    """Undo what was done of a rename: what stood there is there again, or nothing, as before."""
    is_done = not file.fresh.exists()
    if is_done and (file.is_folder or file.kept is None):
        _clear(file.target)
    if file.kept is not None and (is_done or file.is_folder) and file.kept.exists():
        file.kept.replace(file.target)


def abandon(files: Sequence[StagedFile | None]) -> None:
    """Remove what was staged and is not wanted any more. An error here would hide the one that led here.

    A folder that could not go back to its place stays where it is: `take_back` puts it there.
    """
    for file in files:
        if file is None:
            continue
        if not file.is_folder:
            _clear(file.fresh, *filter(None, [file.kept]))
        elif file.target.exists() or file.kept is None or not file.kept.exists():
            _clear(file.fresh.parent)


def check_writable(target: Path) -> None:
    """Raise `OSError` where a file may not be replaced, as far as that can be known without trying."""
    if target.is_dir():
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
    for path in (target, target.parent):
        if path.exists() and not os.access(path, os.W_OK):
            raise OSError(errno.EACCES, os.strerror(errno.EACCES), str(target))


def set_aside(path: Path, day: date) -> Path:
    """Rename a damaged file or folder, and the write-ahead logs of a database with it; returns its new path.

    `work.duckdb` becomes `work.duckdb.damaged-2026-11-26`, or `…-2` and so on where that name is taken.
    """
    aside = _free_name(path, f"damaged-{day.isoformat()}")
    with naming(path):
        for log in path.parent.glob(f"{path.name}.wal*"):
            log.rename(aside.with_name(aside.name + log.name.removeprefix(path.name)))
        path.rename(aside)
        sync_folder(path.parent)
    return aside


def keep_aside(path: Path, day: date) -> Path:
    """Keep a file as it is under a second name, since another will take its place; returns that name.

    `market.duckdb` is kept as `market.duckdb.ahead-2026-11-26`, or `…-2` and so on where that name is taken by another.
    """
    what = f"ahead-{day.isoformat()}"
    for kept in path.parent.glob(f"{path.name}.{what}*"):
        if kept.samefile(path):  # a run that failed after this
            return kept
    aside = _free_name(path, what)
    with naming(aside):
        _link_or_copy(path, aside)
        sync_folder(path.parent)
    return aside


def _free_name(path: Path, what: str) -> Path:
    """A name beside a file that says what is kept there, and that is not taken."""
    name = f"{path.name}.{what}"
    names = chain([name], (f"{name}-{number}" for number in count(2)))
    return next(place for place in map(path.with_name, names) if not os.path.lexists(place))


def _link_or_copy(path: Path, place: Path) -> None:
    try:
        os.link(path, place)
    except OSError:  # a file system without hard links
        part = place.with_name(f".{place.name}.part")  # so that a kill leaves no half of a file at the place
        try:
            shutil.copy2(path, part)
            sync_file(part)
            part.replace(place)
        except BaseException:
            _clear(part)
            raise


@contextlib.contextmanager
def naming(target: Path) -> Iterator[None]:
    """Let each `OSError` name the file that was to be written: one of a full disk names none by itself."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(target)) from error


def sync_file(path: Path) -> None:
    """Make the content of a file survive a power cut."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make renames in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _kept_name(target: Path) -> Path:
    return target.with_name(f".{target.name}.old")


def _remove_left(*paths: Path) -> None:
    """Remove what a killed run left."""
    for path in paths:
        path.unlink(missing_ok=True)


def _clear(*paths: Path) -> None:
    for path in paths:
        with contextlib.suppress(OSError):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
