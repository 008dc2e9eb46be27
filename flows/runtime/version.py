"""The version of the code: the package's version and, in a checkout, the commit."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import os
import subprocess
from pathlib import Path

from flows.runtime.project import PACKAGE, PROJECT

PATIENCE = 10.0
"""Seconds that git may take."""


@functools.cache
def code_version() -> str:
    """Return the version of the running code, such as `0.1.0+g1a2b3c4d5e6f` (a local version according to PEP 440).

    It ends with `.dirty` if files differ from the commit. Without a checkout or git, or if git fails, it is only the
    version of the package.
    """
    return version_of(PROJECT, importlib.metadata.version(PACKAGE))


def version_of(project: Path, version: str) -> str:
    """Return the version with the commit of a project folder if that folder is a checkout, or else only the version."""
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
    """Return a digest of all files that make figures and pages, since files may change while the version stays the
    same."""
    folders = [PROJECT / name for name in ("transforms", "warehouse", "reports", "flows")]
    files = sorted(path for folder in folders for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    digest = hashlib.blake2b(digest_size=16)
    for path in files:
        digest.update(path.relative_to(PROJECT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _git(project: Path, *arguments: str) -> str:
    # A git hook sets GIT_DIR and similar variables, which name another checkout.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "--no-optional-locks", "-C", str(project), *arguments]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=True)
    return result.stdout.strip()
