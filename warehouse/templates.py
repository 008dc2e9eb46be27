"""Empty databases, made once and copied: their 1,500 declarations take a second, a copy takes milliseconds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb

from transforms.text.disk_cache import cache_path, read_cached, write_cache


def copy_empty(target: Path, *, kind: str, made_with: str, make: Callable[[Path], None]) -> None:
    """Put an empty database at `target`, where no file is.

    `kind` names its use and `made_with` stands for all its declarations. Where the user's cache has no such database,
    `make` writes it to the path that it is given, and the cache keeps it. Raises what `make` raises, and `OSError`.
    """
    template = cache_path(kind, ".duckdb", (duckdb.__version__.encode(), made_with.encode()))
    content = read_cached(template)
    if content is None:
        make(target)
        write_cache(template, target.read_bytes())
    else:
        target.write_bytes(content)
