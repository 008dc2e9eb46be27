"""`jobmarket release` and `verify-release`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from flows.terminal.errors import FAILED, USAGE
from tests.reports.release.conftest import DAY, publish_day

if TYPE_CHECKING:
    from tests.flows.conftest import CommandResult

Command = Callable[..., "CommandResult"]


def test_a_release_is_made_verified_and_found_broken(tmp_path: Path, plain: Command) -> None:
    data = publish_day(tmp_path / "data", DAY)
    made = plain(data, "release")
    assert made.code == 0, made.said
    assert f"release {DAY}: " in made.out and "left out: reported.countries" in made.out
    again = plain(data, "release")
    assert "byte for byte" in again.out
    folder = data / "release"
    checked = plain(data, "verify-release", str(folder))
    assert checked.code == 0 and f"release {DAY} is whole" in checked.out
    assert made.out.splitlines()[-1].removeprefix("digest ") in checked.out
    (folder / "llms.txt").write_text("x")
    broken = plain(data, "verify-release", str(folder))
    assert broken.code == FAILED and "llms.txt: SHA-256" in broken.out and "1 fault" in broken.err


def test_what_makes_no_sense_is_said_in_a_line(empty: Path, tmp_path: Path, plain: Command) -> None:
    ended = plain(empty, "release")
    assert ended.code == USAGE and "jobmarket run" in ended.err
    assert plain(empty, "release", "--url", "example.org").code == USAGE
    assert plain(empty, "verify-release", str(tmp_path)).code == FAILED
