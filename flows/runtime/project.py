"""Where this copy of the program runs from, a checkout or a place where Python keeps what is installed."""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path

import platformdirs

PACKAGE = "ai-job-market"
COMMAND = "jobmarket"
PROJECT = Path(__file__).parents[2]
"""The folder that holds our packages: of a checkout its root, else one of installed packages."""


@functools.cache
def is_project(folder: Path) -> bool:
    """Whether a folder is this project's own, by its pyproject.toml: another's may lie among installed packages."""
    try:
        table = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8")).get("project")
    except (OSError, ValueError):
        return False
    return isinstance(table, dict) and table.get("name") == PACKAGE


def default_data(project: Path = PROJECT) -> Path:
    """The data folder where none is set: `data/` of a checkout, else the user's data folder, named jobmarket."""
    return project / "data" if is_project(project) else platformdirs.user_data_path(COMMAND, appauthor=False)
