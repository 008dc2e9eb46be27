"""Which code made a figure: the package's version and, in a checkout, the commit."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import os
import subprocess
from pathlib import Path

from flows.runtime.project import PACKAGE, PROJECT

PATIENCE = 10.0
"""Seconds git may take."""


@functools.cache
def code_version() -> str:
    """Version of the code of this process, such as `0.1.0+g1a2b3c4d5e6f` (PEP 440: a local version).

    `.dirty` at its end says that files differed from the commit; without a checkout or git, or when git
    refuses, the package's version stands alone.
    """
    return version_of(PROJECT, importlib.metadata.version(PACKAGE))


def version_of(project: Path, version: str) -> str:
    """The version with the commit of a project folder, when that folder itself is a checkout."""
    if not (project / ".git").exists():
        return version
    try:
        commit = _git(project, "rev-parse", "--short=12", "HEAD")
        is_dirty = bool(_git(project, "status", "--porcelain"))
    except (OSError, subprocess.SubprocessError):
        return version
    return f"{version}+g{commit}{'.dirty' if is_dirty else ''}"


@functools.cache
def program_digest() -> str:
    """Return a digest of all files that figures and pages are made with: a version may name changed files, too."""
    folders = [PROJECT / name for name in ("transforms", "warehouse", "reports", "flows")]
    files = sorted(path for folder in folders for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    digest = hashlib.blake2b(digest_size=16)
    for path in files:
        digest.update(path.relative_to(PROJECT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _git(project: Path, *arguments: str) -> str:
    # A git hook that runs us sets GIT_DIR and the like, which name another checkout.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "--no-optional-locks", "-C", str(project), *arguments]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=True)
    return result.stdout.strip()
