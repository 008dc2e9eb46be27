"""Tables that take seconds to make, kept in the user's cache folder for the next process.

A file is named by a digest of what it was made of, so that another taxonomy, package or processor never gets it. It
begins with a digest of its content, so that a file cut short is made again. Without a writable folder each process
makes its tables again.
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
"""Seconds after which other files of a kind, which another version may still use, are removed."""


def cache_path(kind: str, suffix: str, made_of: Iterable[bytes]) -> Path:
    """Path of the table of a kind that is made of these parts: `<kind>-<digest><suffix>` in the cache folder."""
    digest = blake2b(digest_size=DIGEST_SIZE)
    for part in made_of:
        digest.update(part)
    home = os.environ.get("XDG_CACHE_HOME")
    folder = (Path(home) if home else Path.home() / ".cache") / "ai-job-market"
    return folder / f"{kind}-{digest.hexdigest()}{suffix}"


def read_cached(path: Path) -> bytes | None:
    """The content that `write_cache` wrote; None when the file is missing or damaged."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    content = data[DIGEST_SIZE:]
    return content if _digest(content) == data[:DIGEST_SIZE] else None


def write_cache(path: Path, content: bytes) -> None:
    """Write a file atomically and remove old files of its kind."""
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
