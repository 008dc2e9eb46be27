"""`jobmarket release` and `verify-release`."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from flows.runtime.lock import hold_output
from flows.terminal.errors import FAILED, USAGE
from tests.reports.release.conftest import DAY, publish_day

if TYPE_CHECKING:
    from tests.flows.conftest import CommandResult

Command = Callable[..., "CommandResult"]


def test_a_release_is_made_verified_and_found_broken(tmp_path: Path, plain: Command) -> None:
    data = publish_day(tmp_path / "data", DAY)
    release = plain(data, "release")
    assert release.code == 0, release.said
    assert f"release {DAY}: " in release.out and "left out: adoption.eu" in release.out
    again = plain(data, "release")
    assert "byte for byte" in again.out
    folder = data / "release"
    check = plain(data, "verify-release", str(folder))
    assert check.code == 0 and f"release {DAY} is whole" in check.out
    assert release.out.splitlines()[-1].removeprefix("digest ") in check.out
    digest = release.out.splitlines()[-1].removeprefix("digest ")
    assert "Keep this digest" in check.out and plain(data, "verify-release", str(folder), "--against", digest).code == 0
    another = plain(data, "verify-release", str(folder), "--against", "0" * 64)
    words = f"has the digest {digest}; {'0' * 64} matches no release in this chain"
    assert another.code == FAILED and words in another.out
    assert plain(data, "verify-release", str(folder), "--against", digest[1:]).code == USAGE
    with hold_output(folder):
        second = plain(data, "release")
    assert second.code == FAILED and f"{folder} is in use by process {os.getpid()} on " in second.err
    (folder / "llms.txt").write_text("x")
    failure = plain(data, "verify-release", str(folder))
    assert failure.code == FAILED and "llms.txt: SHA-256" in failure.out and "1 fault" in failure.err


@pytest.mark.parametrize("place", ["site/mine", "archive", "refined/mine", "asof/2026-08-17", "prefect/mine"])
def test_no_release_is_made_where_runs_keep_their_own_files(place: str, empty: Path, plain: Command) -> None:
    result = plain(empty, "release", "--out", str(empty / place))
    assert result.code == USAGE
    assert f"{empty / place} is inside {empty / place.partition('/')[0]}, where runs replace" in result.said
    assert not empty.exists()


def test_what_makes_no_sense_is_said_in_a_line(empty: Path, tmp_path: Path, plain: Command) -> None:
    result = plain(empty, "release")
    assert result.code == USAGE and "jobmarket run" in result.err
    assert plain(empty, "release", "--url", "example.org").code == USAGE
    assert plain(empty, "verify-release", str(tmp_path)).code == FAILED
