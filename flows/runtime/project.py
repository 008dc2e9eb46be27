"""Where this copy of the program runs from: a checkout or installed packages."""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path

import platformdirs

PACKAGE = "ai-job-market"
COMMAND = "jobmarket"
PROJECT = Path(__file__).parents[2]
"""The folder with our packages: the root of a checkout, or site-packages."""


@functools.cache
def is_project(folder: Path) -> bool:
    """Whether a folder is the root of this project, according to its pyproject.toml.

    Site-packages may contain the pyproject.toml of another project.
    """
    try:
        table = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8")).get("project")
    except (OSError, ValueError):
        return False
    return isinstance(table, dict) and table.get("name") == PACKAGE


def default_data(project: Path = PROJECT) -> Path:
    """Return the default data folder: `data/` in a checkout, or else `jobmarket` in the user's data folder."""
    return project / "data" if is_project(project) else platformdirs.user_data_path(COMMAND, appauthor=False)


def read_sql(folder: str, name: str) -> str:
    """Return the SQL in the file `flows/<folder>/sql/<name>.sql`."""
    return (PROJECT / "flows" / folder / "sql" / f"{name}.sql").read_text(encoding="utf-8")
