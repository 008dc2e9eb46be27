"""Several files are replaced completely and together, or nothing changes."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from warehouse.publish.atomic_files import (
    MARK,
    StagedFile,
    abandon,
    begin_folder,
    check_writable,
    commit,
    stage,
    stage_folder,
    stage_written,
    take_back,
)


@pytest.fixture
def places(tmp_path: Path) -> list[Path]:
    """Two existing files in folders of their own, and one that does not exist yet."""
    paths = [tmp_path / name / "file.txt" for name in ("one", "two", "new")]
    for path in paths[:2]:
        path.parent.mkdir()
        path.write_bytes(b"old")
    return paths


def names_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def all_staged(places: list[Path]) -> list[StagedFile | None]:
    return [stage(path, path.parent.name.encode()) for path in places]


def test_nothing_changes_until_all_are_put_in_place(places: list[Path], tmp_path: Path) -> None:
    changes = all_staged(places)
    assert [path.read_bytes() for path in places[:2]] == [b"old", b"old"]
    assert not places[2].exists()
    commit(changes)
    assert [path.read_bytes() for path in places] == [b"one", b"two", b"new"]
    assert names_in(tmp_path) == ["new/file.txt", "one/file.txt", "two/file.txt"]


def test_what_is_discarded_leaves_nothing(places: list[Path], tmp_path: Path) -> None:
    abandon(all_staged(places))
    assert names_in(tmp_path) == ["one/file.txt", "two/file.txt"]


def test_equal_bytes_are_not_written_again(places: list[Path]) -> None:
    before = places[0].stat()
    change = stage(places[0], b"old")
    assert change is None
    commit([change])
    assert (places[0].stat().st_ino, places[0].stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_place_that_takes_no_file_undoes_those_before_it(at: int, places: list[Path], tmp_path: Path) -> None:
    changes = all_staged(places)
    places[at].unlink(missing_ok=True)
    (places[at] / "in the way").mkdir(parents=True)
    with pytest.raises(OSError, match=r"file\.txt") as error:
        commit(changes)
    assert error.value.filename == str(places[at])
    for number, path in enumerate(places):
        if number == at:
            assert path.is_dir()
        elif number == 2:
            assert not path.exists(), "there was none"
        else:
            assert path.read_bytes() == b"old"
    assert all(path.is_dir() or path.name == "file.txt" for path in tmp_path.rglob("*"))


def test_the_first_error_is_the_one_that_is_told(places: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:

        def gone(path: Path, missing_ok: bool = False) -> None:
            raise PermissionError(errno.EACCES, "hides it")

        def full(number: int) -> None:
            patch.setattr(Path, "unlink", gone)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left on device") as error:
            stage(places[0], b"new")
    assert (error.value.errno, error.value.filename) == (errno.ENOSPC, str(places[0]))


def test_what_a_kill_left_is_overwritten_or_removed(places: list[Path], tmp_path: Path) -> None:
    all_staged(places)  # and killed
    all_staged(places)  # and killed again
    commit(all_staged(places)[:2])
    assert stage(places[2], b"new") is not None
    for path in places:
        change = stage(path, path.parent.name.encode())
        commit([change])
    assert names_in(tmp_path) == ["new/file.txt", "one/file.txt", "two/file.txt"]


def test_a_file_system_without_hard_links_will_do(places: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(source: Path, target: Path) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", no_links)
    fresh = places[0].with_name("fresh")
    fresh.write_bytes(b"new")
    change = stage_written(fresh, places[0])
    assert change.kept is not None and change.kept.read_bytes() == b"old"
    commit([change])
    assert places[0].read_bytes() == b"new"


def test_a_folder_in_the_way_is_seen_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError, match=tmp_path.name):
        check_writable(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_a_file_that_is_for_reading_only_is_left_alone(places: list[Path]) -> None:
    places[0].chmod(0o444)
    with pytest.raises(PermissionError, match=r"file\.txt"):
        stage(places[0], b"new")
    assert places[0].read_bytes() == b"old"


# --- folders ---


def files_below(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


NEW = {"index.html": b"new", "f/a.html": b"a"}


@pytest.mark.parametrize("before", [{}, {"index.html": b"old", "f/gone.html": b"gone"}])
def test_a_folder_changes_places_with_the_one_before(before: dict[str, bytes], tmp_path: Path) -> None:
    site = tmp_path / "site"
    for name, content in before.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_bytes(content)
    change = stage_folder(site, NEW.items())
    assert files_below(site) == before if before else not site.exists()
    commit([change])
    assert files_below(site) == NEW and [path.name for path in tmp_path.iterdir()] == ["site"]
    assert stage_folder(site, NEW.items()) is None, "the same files again"
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_folder_goes_back_when_another_file_cannot_be_put_in_place(tmp_path: Path) -> None:
    site, other = tmp_path / "site", tmp_path / "guide.md"
    site.mkdir()
    (site / "index.html").write_bytes(b"old")
    changes = [stage_folder(site, NEW.items()), stage(other, b"guide")]
    other.mkdir()
    (other / "in the way").touch()
    with pytest.raises(OSError, match=r"guide\.md"):
        commit(changes)
    assert files_below(site) == {"index.html": b"old"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["guide.md", "site"]


def test_a_kill_between_the_renames_of_a_folder_loses_nothing(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_bytes(b"old")
    change = stage_folder(site, NEW.items())
    assert change is not None and change.kept is not None
    site.rename(change.kept)  # and here it is killed
    again = stage_folder(site, NEW.items())
    assert files_below(site) == {"index.html": b"old"}
    commit([again])
    assert files_below(site) == NEW and [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_file_in_the_way_of_a_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "site").write_bytes(b"a file")
    with pytest.raises(NotADirectoryError):
        stage_folder(tmp_path / "site", NEW.items())
    assert (tmp_path / "site").read_bytes() == b"a file" and len(list(tmp_path.iterdir())) == 1


def test_only_a_folder_with_our_mark_is_removed_or_moved(tmp_path: Path) -> None:
    site = tmp_path / "site"
    beside = ("site.old", ".site.old", ".site.part", ".site.marked", ".site.page")
    for name in beside:
        (tmp_path / name / "old").mkdir(parents=True)
        (tmp_path / name / "mine.txt").write_bytes(b"mine")
    (tmp_path / ".site.page" / MARK).write_text("site.page")
    left = begin_folder(site)  # and killed
    commit([stage_folder(site, NEW.items())])
    assert files_below(site) == NEW and not left.fresh.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*beside, "site"])
    assert all((tmp_path / name / "mine.txt").read_bytes() == b"mine" for name in beside)


def test_a_folder_that_cannot_go_back_to_its_place_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site, replace = tmp_path / "site", Path.replace
    site.mkdir()
    (site / "index.html").write_bytes(b"old")
    change = stage_folder(site, NEW.items())

    def fail(path: Path, target: Path) -> Path:
        if target == site:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return replace(path, target)

    with monkeypatch.context() as patch, pytest.raises(OSError, match=os.strerror(errno.EIO)):
        patch.setattr(Path, "replace", fail)
        commit([change])
    assert not site.exists()
    take_back(site)
    assert files_below(site) == {"index.html": b"old"}
