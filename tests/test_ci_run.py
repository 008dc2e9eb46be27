"""`.ci/run` installs what a bare machine lacks before it begins, and uses a Python that can make environments."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from flows.runtime.project import PROJECT

TOOLS = ("make", "git", "chromium")
WORKING = "exit 0"
WITHOUT_ENSUREPIP = 'case "$*" in *ensurepip*) exec test -e "$0-venv" ;; esac'
"""A Python that is new enough, on which ensurepip is found once python3-venv is installed."""
APT = 'echo "apt-get $*" >>"$LOG"\ncase "$*" in *python3-venv*) : >"${0%/*}/python-venv" ;; esac'
MAKE = 'echo "make $* by $PYTHON" >>"$LOG"'


JEMALLOC = "apt-get update -qq\napt-get install -y -qq libjemalloc2\n"
"""What a machine without it installs for the sake of speed alone, and may fail to install."""


def run_on(folder: Path, *, tools: tuple[str, ...] = TOOLS, python: str = WORKING) -> tuple[int, str]:
    """The exit code and what is installed and made on a machine with these commands alone."""
    scripts = dict.fromkeys(tools, WORKING) | {"make": MAKE, "apt-get": APT, "python": python, "python3": python}
    for name, lines in scripts.items():
        (folder / name).write_text(f"#!/bin/sh\n{lines}\n", encoding="utf-8")
        (folder / name).chmod(0o755)
    for name in ("dirname", "mktemp", "test"):
        (folder / name).symlink_to(shutil.which(name) or name)
    variables = {"PATH": str(folder), "LOG": str(folder / "log"), "PYTHON": str(folder / "python")}
    bash = shutil.which("bash", path=os.defpath) or "bash"
    done = subprocess.run([bash, ".ci/run"], cwd=PROJECT, env=variables, capture_output=True, text=True, check=False)
    log = folder / "log"
    lines = log.read_text(encoding="utf-8") if log.exists() else ""
    lines = lines.replace(JEMALLOC, "")
    return done.returncode, lines.replace(f"{folder}/", "") + done.stderr


MADE = "make run by python\nmake check by python\nmake wheel by python\n"


@pytest.mark.parametrize(
    ("tools", "python", "installed"),
    [
        (TOOLS, WORKING, ""),
        (TOOLS, WITHOUT_ENSUREPIP, "python3 python3-venv"),
        (("make", "chromium"), WORKING, "git"),
        (("make",), WITHOUT_ENSUREPIP, "git chromium python3 python3-venv"),
    ],
)
def test_what_is_missing_is_installed_first(
    tmp_path: Path, tools: tuple[str, ...], python: str, installed: str
) -> None:
    apt = f"apt-get update -qq\napt-get install -y -qq {installed}\n" if installed else ""
    assert run_on(tmp_path, tools=tools, python=python) == (0, apt + MADE)


def test_a_python_that_makes_no_environments_is_named_before_anything_is_made(tmp_path: Path) -> None:
    code, said = run_on(tmp_path, python="exit 1")
    assert code == 1
    assert "PYTHON=/path/to/python" in said
    assert "make" not in said
