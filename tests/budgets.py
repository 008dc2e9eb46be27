"""The brake: how long each folder may be, and what the suite may cost (`budgets.toml`).

    python -m tests.budgets            # what `make lint` asks: exit code 1 with a line for each problem
    python -m tests.budgets --write    # write savings down; no number goes up
    python -m tests.budgets --suite -n 2    # the tests, with their CPU seconds: what `make test` runs

A folder has two levels (`reports/wording`). Its number may go up only if others go down by as much: the totals of
product (with `reserve`) and tests are compared with all versions of the file in git.
"""

from __future__ import annotations

import re
import resource
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
FILE = "budgets.toml"
SUFFIXES = frozenset((".py", ".sql", ".html", ".js", ".css"))
"""Python, SQL, templates, scripts and styles."""
MAX_SLACK = 299
"""A folder this far below its number is fine; a larger saving must be written down, so that it stays."""
SPENT = Path("build") / "suite_cpu_seconds.txt"
"""Where `make test` writes what the suite cost; `make lint` compares it, so that no test fails by its time."""


@dataclass(frozen=True)
class Budgets:
    """The numbers of `budgets.toml`: raw lines by folder, lines that may still be spent, CPU seconds of the suite."""

    lines: Mapping[str, int]
    reserve: int
    suite_cpu_seconds: int

    @classmethod
    def parse(cls, text: str) -> Budgets:
        """Return the budgets that a version of the file states."""
        read: dict[str, Any] = tomllib.loads(text)
        return cls(read["lines"], read["reserve"], read["suite_cpu_seconds"])

    @property
    def totals(self) -> dict[str, int]:
        """What may only fall."""
        tests = sum(n for folder, n in self.lines.items() if folder.split("/")[0] == "tests")
        product = sum(self.lines.values()) - tests + self.reserve
        return {"product and reserve": product, "tests": tests, "suite_cpu_seconds": self.suite_cpu_seconds}


def count_lines(root: Path = ROOT) -> Counter[str]:
    """Raw lines by folder of the files that git tracks or would track."""
    listed = _git(root, "ls-files", "--cached", "--others", "--exclude-standard", "-z").split("\0")
    lines: Counter[str] = Counter()
    for path in map(Path, filter(None, listed)):
        if path.suffix in SUFFIXES and (root / path).is_file():
            lines["/".join(path.parts[:-1][:2]) or "."] += (root / path).read_bytes().count(b"\n")
    return lines


def find_problems(root: Path = ROOT) -> Iterator[str]:
    """Say what is over its number, too far below it, not in the file, or set higher than before."""
    budgets, lines = Budgets.parse((root / FILE).read_text(encoding="utf-8")), count_lines(root)
    for folder in sorted(budgets.lines.keys() | lines.keys()):
        budget, n = budgets.lines.get(folder, 0), lines[folder]
        if n > budget:
            yield f"{folder}: {n:,} lines, {n - budget:,} over its budget of {budget:,}: cut here, or lower another's"
        elif budget - n > MAX_SLACK:
            yield f"{folder}: {n:,} lines, {budget - n:,} below its budget: `python -m tests.budgets --write`"
    earlier = [Budgets.parse(_git(root, "show", f"{commit}:{FILE}")).totals for commit in _versions(root)]
    for name, total in budgets.totals.items():
        least = min((totals[name] for totals in earlier), default=total)
        if total > least:
            yield f"{name}: {total:,} in {FILE}, {total - least:,} more than an earlier version of it: it may only fall"
    spent = root / SPENT
    if spent.is_file() and float(spent.read_text()) > budgets.suite_cpu_seconds:
        yield f"the last `make test` took {spent.read_text()} CPU seconds, {budgets.suite_cpu_seconds:,} are allowed"


def write_savings(root: Path = ROOT) -> None:
    """Lower each folder's number to its lines; leave numbers that are too low to `find_problems`."""
    lines = count_lines(root)

    def lower(match: re.Match[str]) -> str:
        folder, budget = match[1], int(match[2])
        return f'"{folder}" = {min(budget, lines[folder])}\n' if lines[folder] else ""

    text = (root / FILE).read_text(encoding="utf-8")
    (root / FILE).write_text(re.sub(r'^"(.+)" = (\d+)\n', lower, text, flags=re.M), encoding="utf-8")


def run_suite(*arguments: str) -> int:
    """Run the tests; print and write the CPU seconds of all their processes. Return pytest's exit code."""
    code = subprocess.run([sys.executable, "-m", "pytest", "--durations=20", *arguments], check=False).returncode
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = round(used.ru_utime + used.ru_stime)
    SPENT.parent.mkdir(exist_ok=True)
    SPENT.write_text(str(seconds), encoding="utf-8")
    print(f"{seconds:,} CPU seconds; budgets.toml allows {Budgets.parse(Path(FILE).read_text()).suite_cpu_seconds:,}")
    return code


def _versions(root: Path) -> list[str]:
    return _git(root, "log", "--format=%H", "--", FILE).split()


def _git(root: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=True).stdout


def main(arguments: list[str]) -> int:
    """Do what the arguments name and return the exit code."""
    if arguments[:1] == ["--suite"]:
        return run_suite(*arguments[1:])
    if arguments == ["--write"]:
        write_savings()
    problems = list(find_problems())
    print(*problems, sep="\n", end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
