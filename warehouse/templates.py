"""Empty databases, made once and copied: their 1,500 declarations take a second, a copy takes milliseconds.

They lie in the user's cache folder (`XDG_CACHE_HOME` moves it) and may be deleted at any time. The name of each has
the digest of what it was made with and the digest of its bytes, so that a damaged one is noticed and made again.
"""

from __future__ import annotations

import hashlib
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path

import duckdb
import platformdirs

END = ".duckdb"


def copy_empty(target: Path, *, kind: str, made_with: str, make: Callable[[Path], None]) -> None:
    """Put an empty database at `target`, where no file is.

    `kind` names its use and `made_with` stands for all its declarations. `make` writes a complete file at the path
    that it is given; it runs where the cache has no such template, and at `target` itself where the cache cannot be
    written. Raises what `make` raises.
    """
    parts = f"{kind}\n{duckdb.__version__}\n{made_with}"
    name = f"{kind}-{hashlib.blake2b(parts.encode(), digest_size=12).hexdigest()}"
    folder = platformdirs.user_cache_path("jobmarket") / "templates"
    try:
        template = _find(folder, name) or _keep(folder, name, kind, make)
        shutil.copyfile(template, target)
    except (OSError, duckdb.Error):  # of the cache, or of the target: then it is raised again
        target.unlink(missing_ok=True)
        make(target)


def _find(folder: Path, name: str) -> Path | None:
    """The template of a name whose bytes are those that were written; damaged ones are removed."""
    for path in folder.glob(f"{name}-*{END}"):
        if path.stem == f"{name}-{_digest(path)}":
            return path
        path.unlink(missing_ok=True)
    return None


def _keep(folder: Path, name: str, kind: str, make: Callable[[Path], None]) -> Path:
    """Make a template; those of the kind that were made with other declarations go."""
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f"{kind}-{uuid.uuid4().hex}.new"
    make(fresh)
    template = folder / f"{name}-{_digest(fresh)}{END}"
    fresh.replace(template)
    for outdated in folder.glob(f"{kind}-*"):  # and what a killed run left of one
        if outdated != template:
            outdated.unlink(missing_ok=True)
    return template


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:24]
