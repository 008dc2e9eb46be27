"""Each file of the packages that is no Python goes into the wheel; `python -m tests.wheel` builds and runs it."""

from __future__ import annotations

import fnmatch
import tomllib
from pathlib import Path

import pytest

from flows.runtime.project import PROJECT
from reports.site.build import TEXTS
from tests.wheel import PACKAGES, locked_requirements, name_of, tracked


@pytest.mark.skipif(not (PROJECT / ".git").exists(), reason="what git tracks is known in a checkout alone")
def test_each_tracked_file_of_the_packages_is_declared() -> None:
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    patterns = ("*.py", *settings["package-data"]["*"])
    names = tracked(*PACKAGES)
    assert len(names) > len(PACKAGES)
    assert not [name for name in names if not any(fnmatch.fnmatch(Path(name).name, pattern) for pattern in patterns)]


def test_the_texts_of_the_site_stand_in_a_package() -> None:
    assert all(path.is_file() and path.is_relative_to(PROJECT / "reports") for path in TEXTS)


def test_what_a_user_installs_is_locked_and_holds_nothing_for_developers_alone() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {name_of(line) for line in locked_requirements().splitlines() if "==" in line}
    assert {name_of(requirement) for requirement in project["dependencies"]} <= names
    assert not names & {"pytest", "mypy", "ruff", "moto", "playwright", "setuptools"}
