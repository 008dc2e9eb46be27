"""SQL in files: a SELECT of more than about three lines is kept in a `.sql` file below this folder."""

from __future__ import annotations

import functools
from itertools import takewhile
from pathlib import Path
from string import Template

FOLDER = Path(__file__).parent


def read_sql(name: str, **parameters: object) -> str:
    """Return the SQL of a file. `name` is the file's path below `warehouse/` without `.sql`.

    Each `$name` is replaced by the parameter of that name. Any other `$name` is left for DuckDB to bind.
    """
    return Template(_text_of(name)).safe_substitute(parameters)


def read_view(name: str, **parameters: object) -> tuple[str, str]:
    """Return the meaning and the SELECT of a view or macro. `name` is its path below `warehouse/views/` without `.sql`.

    The meaning is the comment at the head of the file, up to an empty comment line. After that line there may be notes
    on parameters.
    """
    lines = _text_of(f"views/{name}").splitlines()
    head = [line.removeprefix("--").strip() for line in takewhile(lambda line: line.startswith("--"), lines)]
    meaning, select = " ".join(takewhile(bool, head)), "\n".join(lines[len(head) :])
    return Template(meaning).safe_substitute(parameters), Template(select).safe_substitute(parameters)


@functools.cache
def _text_of(name: str) -> str:
    return (FOLDER / f"{name}.sql").read_text(encoding="utf-8")
