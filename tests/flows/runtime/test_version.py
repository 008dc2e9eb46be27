"""The version of the code tells the truth about a checkout."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from flows.runtime.version import version_of

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=Nobody", "-c", "user.email=nobody@jobs.example", "-c", "commit.gpgsign=false"]
    command = ["git", *who, "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    folder.mkdir()
    git(folder, "init", "--quiet")
    (folder / "code.py").write_text("1\n")
    git(folder, "add", "code.py")
    git(folder, "commit", "--quiet", "--no-verify", "-m", "first")
    return folder


@needs_git
def test_a_clean_checkout_is_its_commit(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit = git(checkout, "rev-parse", "HEAD")
    assert version_of(checkout, "1.2.3") == f"1.2.3+g{commit[:12]}"
    monkeypatch.setenv("GIT_DIR", "/nowhere")  # as in a hook of another checkout
    assert version_of(checkout, "1.2.3") == f"1.2.3+g{commit[:12]}"


@needs_git
@pytest.mark.parametrize("file", ["code.py", "new.py"])
def test_a_checkout_that_was_edited_says_so(checkout: Path, file: str) -> None:
    (checkout / file).write_text("2\n")
    assert version_of(checkout, "1.2.3") == f"1.2.3+g{git(checkout, 'rev-parse', '--short=12', 'HEAD')}.dirty"


@needs_git
def test_a_folder_within_a_checkout_of_something_else_is_none(checkout: Path) -> None:
    folder = checkout / "site-packages"
    folder.mkdir()
    assert version_of(folder, "1.2.3") == "1.2.3"


@pytest.mark.parametrize("path", ["/nowhere", None])
def test_without_a_usable_git_the_package_version_stands_alone(
    path: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".git").mkdir()  # no repository
    if path:
        monkeypatch.setenv("PATH", path)
    assert version_of(tmp_path, "1.2.3") == "1.2.3"
