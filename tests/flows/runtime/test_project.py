"""The data folder that nobody set: of a checkout `data/` in it, of an installed copy the user's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.runtime.project import PACKAGE, PROJECT, default_data, is_project
from flows.runtime.settings_declared import DeclaredSettings


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    return tmp_path


def folder_with(path: Path, table: str | None) -> Path:
    path.mkdir()
    if table is not None:
        (path / "pyproject.toml").write_text(table, encoding="utf-8")
    return path


def test_a_checkout_keeps_its_data_in_itself(home: Path) -> None:
    checkout = folder_with(home / "checkout", f'[project]\nname = "{PACKAGE}"\n')
    assert default_data(checkout) == checkout / "data"
    assert is_project(PROJECT)
    assert DeclaredSettings().data == PROJECT / "data"


@pytest.mark.parametrize(
    "table",
    [None, '[project]\nname = "another"\n', '[tool.x]\nname = "ai-job-market"\n', "project = 3\n", "[project", ""],
)
def test_an_installed_copy_writes_into_the_users_folder(home: Path, table: str | None) -> None:
    installed = folder_with(home / "site-packages", table)
    data = default_data(installed)
    assert data.is_relative_to(home) and not data.is_relative_to(installed)
    assert data.name == "jobmarket"
