from __future__ import annotations

import errno
import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.runtime.lock import FolderInUse, find_holder, hold_folder, hold_output
from flows.terminal.errors import Wrong

HOLD = """
import sys, time
from pathlib import Path
from flows.runtime.lock import hold_folder
with hold_folder(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def holding(folder: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_run_is_told_who_holds_the_folder(tmp_path: Path) -> None:
    process = holding(tmp_path)
    try:
        with pytest.raises(FolderInUse, match=rf"process {process.pid} on .* since "), hold_folder(tmp_path):
            pass
        assert str(process.pid) in (find_holder(tmp_path) or "")
    finally:
        process.kill()
        process.wait()


def test_a_killed_holder_leaves_no_lock(tmp_path: Path) -> None:
    process = holding(tmp_path)
    process.kill()
    process.wait()
    with hold_folder(tmp_path):
        assert json.loads((tmp_path / "lock").read_text())["pid"] != process.pid
    assert find_holder(tmp_path) is None


def test_nobody_holds_a_folder_that_was_never_used(tmp_path: Path) -> None:
    assert find_holder(tmp_path / "nowhere") is None


def test_two_runs_one_after_the_other(tmp_path: Path) -> None:
    for _ in range(2):
        with hold_folder(tmp_path):
            time.sleep(0)


def test_an_output_has_a_lock_beside_it_that_says_nothing_once_it_is_free(tmp_path: Path) -> None:
    folder = tmp_path / "out" / "release"
    with hold_output(folder):
        assert not folder.exists()
        with pytest.raises(FolderInUse, match=rf"{folder} is in use by process {os.getpid()} on "), hold_output(folder):
            pass
        with hold_output(folder.with_name("another")):
            pass
    assert [path.stat().st_size for path in folder.parent.iterdir()] == [0, 0]
    with hold_output(folder):
        pass


@pytest.mark.parametrize("make_link", [os.symlink, os.link])
def test_a_link_in_the_place_of_the_lock_is_not_followed(
    make_link: Callable[[Path, Path], None], tmp_path: Path
) -> None:
    victim = tmp_path / "victim.txt"
    victim.write_text("mine")
    make_link(victim, tmp_path / ".out.jobmarket-lock")
    with pytest.raises(Wrong, match=r"\.out\.jobmarket-lock is a link, .*; remove it"), hold_output(tmp_path / "out"):
        pass
    assert victim.read_text() == "mine"


def test_a_disk_without_locks_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    for hold in (hold_folder, hold_output):
        with pytest.raises(Wrong, match=rf"{tmp_path}.* is on a disk without locks .*; choose"), hold(tmp_path / "out"):
            pass


def test_no_output_is_held_inside_another_that_is_held(tmp_path: Path) -> None:
    with hold_output(tmp_path / "out"):
        with (
            pytest.raises(FolderInUse, match=f"process {os.getpid()} .*choose another"),
            hold_output(tmp_path / "out/in"),
        ):
            pass
        assert not (tmp_path / "out").exists()
