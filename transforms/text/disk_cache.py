"""Keep tables that take seconds to make in the user's cache folder, for later processes.

A file's name has a digest of all that the table was made of. A file begins with a digest of its content, so a file that
was cut short is made again. If the folder is not writable, each process makes its own tables.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path

DIGEST_SIZE = 16
"""Bytes of the digests of names and contents."""
MAX_AGE = 30 * 24 * 60 * 60
"""A file this many seconds older than a new one of its kind is removed; other versions may still use younger ones."""


def cache_path(kind: str, suffix: str, made_of: Iterable[bytes]) -> Path:
    """Return the path `<kind>-<digest><suffix>` in the cache folder. The digest is made of the parts in `made_of`."""
    digest = blake2b(digest_size=DIGEST_SIZE)
    for part in made_of:
        digest.update(part)
    home = os.environ.get("XDG_CACHE_HOME")
    folder = (Path(home) if home else Path.home() / ".cache") / "ai-job-market"
    return folder / f"{kind}-{digest.hexdigest()}{suffix}"


def read_cached(path: Path) -> bytes | None:
    """Return the content that `write_cache` wrote; None if the file is missing or damaged."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    content = data[DIGEST_SIZE:]
    return content if _digest(content) == data[:DIGEST_SIZE] else None


def write_cache(path: Path, content: bytes) -> None:
    """Write a file atomically and remove old files of its kind. An `OSError` is ignored; the file is then missing."""
    kind = path.name.partition("-")[0]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f"{kind}-", suffix=".part", delete=False) as part:
            part.write(_digest(content) + content)
        Path(part.name).replace(path)
        oldest = path.stat().st_mtime - MAX_AGE  # the file's own time: refining reads no clock
        for other in path.parent.glob(f"{kind}-*"):
            with contextlib.suppress(FileNotFoundError):  # another process may remove it first
                if other.stat().st_mtime < oldest:
                    other.unlink()
    except OSError:
        return


def _digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=DIGEST_SIZE).digest()
