"""Each file of the packages that is no Python goes into the wheel; `python -m tests.wheel` builds and runs it."""

from __future__ import annotations

import fnmatch
import shutil
import tomllib
from pathlib import Path

import pytest

from flows.runtime.project import PROJECT
from reports.site.build import TEXTS
from tests import wheel
from tests.wheel import PACKAGES, WheelError, locked_requirements, name_of, tracked

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
needs_checkout = pytest.mark.skipif(not (PROJECT / ".git").exists(), reason="needs a checkout: what git tracks")


@needs_git
@needs_checkout
def test_each_tracked_file_of_the_packages_is_declared() -> None:
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    patterns = ("*.py", *settings["package-data"]["*"])
    names = tracked(*PACKAGES)
    assert len(names) > len(PACKAGES)
    assert not [name for name in names if not any(fnmatch.fnmatch(Path(name).name, pattern) for pattern in patterns)]


@needs_git
@needs_checkout
def test_a_checkout_of_another_user_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    assert "pyproject.toml" in tracked()


@needs_git
def test_where_git_fails_its_words_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheel, "PROJECT", tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.setenv("LC_ALL", "C")
    with pytest.raises(WheelError, match="not a git repository"):
        tracked()


def test_where_there_is_no_git_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(WheelError, match="is git installed"):
        tracked()


def test_the_texts_of_the_site_stand_in_a_package() -> None:
    assert all(path.is_file() and path.is_relative_to(PROJECT / "reports") for path in TEXTS)


def test_what_a_user_installs_is_locked_and_holds_nothing_for_developers_alone() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {name_of(line) for line in locked_requirements().splitlines() if "==" in line}
    assert {name_of(requirement) for requirement in project["dependencies"]} <= names
    assert not names & {"pytest", "mypy", "ruff", "moto", "playwright", "setuptools"}
