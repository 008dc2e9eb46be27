"""The wheel as strangers get it: all files of the packages are in it, and it works where there is no checkout.

    python -m tests.wheel            # a sample of two sources
    python -m tests.wheel --whole    # the whole sample

It is built of the files that git tracks, installed with the locked requirements into an empty environment, and run in
an empty folder, for a user without files. Ends with exit code 1 and what is wrong. Prints seconds and sizes as seen.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
import tomllib
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from flows.runtime.project import PROJECT

PACKAGES = ("flows", "extractors", "transforms", "warehouse", "reports")
SMALL = ("--source", "lever", "--source", "currency_table")
MADE = ("guide.md", "market.duckdb", "DICTIONARY.md", "site/index.html", "site/methods.html", "site/pay.js")
COMMANDS = (
    ("status",),
    ("sources",),
    ("config", "show"),
    ("config", "check"),
    ("sql", "SELECT count(*) FROM core.postings"),
    ("guide", "list", "python"),
    ("explain", "skill.python.us"),
    ("coverage",),
    ("review",),
    ("notify", "--show"),
    ("readers", "audit"),
    ("verify-release", "{data}/release"),
)
"""What a user of the wheel asks of what the sample published; each ends with exit code 0."""
IN_A_CHECKOUT = ("emerging", "scorecard", "spellings")
"""Commands under `readers` with code below tests/: in a wheel they say so, with exit code 64."""
_PIN = re.compile(r"^(?P<name>[\w.-]+)(?:\[[\w, .-]+\])?==")


class WheelError(Exception):
    """What is wrong with the wheel."""


def tracked(*folders: str) -> list[str]:
    """The files that git tracks, of some folders or all, relative to the checkout.

    Raises `WheelError` with git's words.
    """
    git = ["git", "-c", "safe.directory=*"]  # the checkout may be another user's
    return [name for name in run([*git, "ls-files", "-z", *folders], PROJECT).split("\0") if name]


def build(folder: Path) -> Path:
    """The wheel of the tracked files, as they are in the checkout; nothing is written there."""
    source = folder / "source"
    for name in tracked():
        target = source / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((PROJECT / name).read_bytes())
    run([sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", str(source)], folder)
    (wheel,) = folder.glob("*.whl")
    return wheel


def compare(wheel: Path) -> None:
    """Raise `WheelError` unless the wheel has each tracked file of the packages, and nothing else."""
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    expected = set(tracked(*PACKAGES))
    if names != expected:
        missing, others = sorted(expected - names), sorted(names - expected)
        raise WheelError(f"the wheel lacks {missing} (package-data in pyproject.toml?) and has besides {others}")


def locked_requirements() -> str:
    """The part of requirements.lock that a user needs: what pyproject.toml names without extras, and what these need.

    Whom a package is for stands below it ("# via").
    """
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = {name_of(requirement) for requirement in project["dependencies"]}
    blocks: defaultdict[str, str] = defaultdict(str)  # a version for each Python, of some
    for block in read_blocks((PROJECT / "requirements.lock").read_text(encoding="utf-8")):
        blocks[name_of(block)] += block
    users = {name: set(re.findall(r"^    #(?: via)? +([\w.-]+)$", block, re.M)) for name, block in blocks.items()}
    while more := {name for name, of in users.items() if of & needed} - needed:
        needed |= more
    return "".join(blocks[name] for name in sorted(needed))


def read_blocks(lock: str) -> Iterator[str]:
    """The packages of a lock, each with its hashes and whom it is for."""
    lines: list[str] = []
    for line in lock.splitlines(keepends=True):
        if _PIN.match(line) and lines:
            yield "".join(lines)
            lines = []
        lines.append(line)
    yield "".join(lines)


def name_of(requirement: str) -> str:
    """The name of a package, as locks spell it."""
    match = re.match(r"[\w.-]+", requirement)
    assert match is not None, requirement
    return re.sub(r"[-_.]+", "-", match[0]).lower()


def install(wheel: Path, folder: Path) -> Path:
    """An environment with the wheel and what it needs; the folder of its commands."""
    run([sys.executable, "-m", "venv", str(folder / "environment")], folder)
    commands = folder / "environment" / "bin"
    requirements = folder / "requirements.txt"
    requirements.write_text(locked_requirements(), encoding="utf-8")
    pip = [str(commands / "python"), "-m", "pip", "--disable-pip-version-check"]
    quick = ["install", "--quiet", "--no-compile"]  # Python compiles what is used, a fraction
    run([*pip, *quick, "--require-hashes", "--requirement", str(requirements)], folder)
    run([*pip, *quick, "--no-deps", str(wheel)], folder)
    run([*pip, "check"], folder)
    return commands


class User(NamedTuple):
    """A user without files: the folder where commands are given, an environment, and that of the commands."""

    folder: Path
    variables: dict[str, str]
    commands: Path

    @property
    def data(self) -> Path:
        """The data folder that follows from the user's home."""
        return Path(self.variables["HOME"]) / ".local" / "share" / "jobmarket"

    def give(self, *arguments: str, code: int = 0) -> str:
        """What a command prints. Raises `WheelError` unless it ends with this exit code."""
        words = [argument.format(data=self.data) for argument in arguments]
        return run([str(self.commands / "jobmarket"), *words], self.folder, variables=self.variables, code=code)


def user_of(commands: Path, folder: Path) -> User:
    """A user whose home and folder are empty, and whose environment names no setting."""
    for name in ("home", "empty"):
        (folder / name).mkdir()
    variables = {"HOME": str(folder / "home"), "PATH": f"{commands}:{os.defpath}", "LANG": "C.UTF-8", "COLUMNS": "120"}
    return User(folder / "empty", variables, commands)


def files_below(folder: Path) -> dict[str, tuple[int, int]]:
    """Bytes and time of each file, but for what Python compiles."""
    paths = (path for path in folder.rglob("*") if path.is_file() and path.parent.name != "__pycache__")
    return {str(path.relative_to(folder)): (path.stat().st_size, path.stat().st_mtime_ns) for path in paths}


def run(command: Sequence[str], folder: Path, *, variables: dict[str, str] | None = None, code: int = 0) -> str:
    """What a command prints to stdout. Raises `WheelError` with all it printed unless it ends with this exit code.

    Raises it, too, where there is no such command.
    """
    began, before = time.monotonic(), os.times()
    words = " ".join([Path(command[0]).name, *command[1:]])
    try:
        result = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    except OSError as error:
        raise WheelError(f"{words}: {error}; is {command[0]} installed?") from error
    after = os.times()
    seconds = after.children_user + after.children_system - before.children_user - before.children_system
    print(f"{time.monotonic() - began:6.1f} s, {seconds:5.1f} CPU s: {words[:110]}", flush=True)
    if result.returncode != code:
        raise WheelError(f"{words}: exit code {result.returncode}\n{result.stdout[-4000:]}\n{result.stderr[-4000:]}")
    return result.stdout


def check(folder: Path, sources: Sequence[str]) -> None:
    """Raise `WheelError` for what is wrong with the wheel; `sources` are options that choose some of the sample's."""
    wheel = build(folder)
    compare(wheel)
    print(f"{wheel.name}: {wheel.stat().st_size:,} bytes, {len(tracked(*PACKAGES)):,} files, those that git tracks")
    user = user_of(install(wheel, folder), folder)
    installed = next((folder / "environment" / "lib").glob("python*/site-packages"))
    before = files_below(installed)
    print(f"the environment: {sum(size for size, _ in before.values()):,} bytes, {len(before):,} files")
    user.give("run", "--sample", *sources)
    if missing := [name for name in MADE if not (user.data / name).is_file()]:
        raise WheelError(f"the run made no {', '.join(missing)} in {user.data}")
    user.give("release", "--url", "https://example.org/market/")
    for command in COMMANDS:
        user.give(*command)
    for name in IN_A_CHECKOUT:
        user.give("readers", name, code=64)
    if changed := sorted(name for name in files_below(installed).items() ^ before.items()):
        raise WheelError(f"written among installed packages: {changed[:5]}")
    if others := list(user.folder.iterdir()):
        raise WheelError(f"written where the commands were given: {others}")
    print(f"{user.data}: {', '.join(sorted(path.name for path in user.data.iterdir()))}")


def main() -> int:
    """Check the wheel; exit code 1 with what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--whole", action="store_true", help="run the whole sample")
    with tempfile.TemporaryDirectory() as folder:
        try:
            check(Path(folder), () if parser.parse_args().whole else SMALL)
        except WheelError as error:
            print(error, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
