"""The brake holds: a folder over its number fails, a saving is written down, and no total goes up again."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.budgets import find_problems, write_savings

START = {"flows/cli": 500, "reports/site": 400, "tests/flows": 300}
Write = Callable[..., None]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """write(lines, reserve): commits budgets in a repository whose folders have as many lines as `START`."""

    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=t", "-c", "user.email=t@t.example")
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True)

    def commit(lines: dict[str, int], reserve: int = 0) -> None:
        table = "".join(f'"{folder}" = {n}\n' for folder, n in lines.items())
        (tmp_path / "budgets.toml").write_text(f"suite_cpu_seconds = 9\nreserve = {reserve}\n\n[lines]\n{table}")
        git("add", "-A")
        git("commit", "-m", "budgets")

    git("init", "-b", "main")
    for folder, n in START.items():
        set_length(tmp_path, folder, n)
    commit(START)
    return commit


def set_length(root: Path, folder: str, n: int) -> None:
    (root / folder / "deeper").mkdir(parents=True, exist_ok=True)
    (root / folder / "deeper" / "module.py").write_text("x = 1\n" * n)


@pytest.mark.parametrize(
    ("lengths", "problem"),
    [
        ({}, None),
        ({"flows/cli": 700}, "flows/cli: 700 lines, 200 over its budget of 500"),
        ({"flows/cli": 201}, None),
        ({"flows/cli": 200}, "flows/cli: 200 lines, 300 below its budget"),
        ({"flows/new": 1}, "flows/new: 1 lines, 1 over its budget of 0"),
    ],
)
def test_lengths(write: Write, tmp_path: Path, lengths: dict[str, int], problem: str | None) -> None:
    for folder, n in lengths.items():
        set_length(tmp_path, folder, n)
    found = list(find_problems(tmp_path))
    assert len(found) == (problem is not None)
    assert all(one.startswith(problem or "") for one in found)


@pytest.mark.parametrize(
    ("lines", "reserve", "total"),
    [
        ({"flows/cli": 600, "reports/site": 300}, 0, None),
        ({"flows/cli": 450}, 50, None),
        ({"flows/cli": 600}, 0, "product and reserve: 1,000"),
        ({"tests/flows": 301, "flows/cli": 400}, 0, "tests: 301"),
        ({}, 1, "product and reserve: 901"),
    ],
)
def test_totals_only_fall(write: Write, tmp_path: Path, lines: dict[str, int], reserve: int, total: str | None) -> None:
    write(START | lines, reserve)
    found = [one for one in find_problems(tmp_path) if "its budget" not in one]
    assert len(found) == (total is not None)
    assert all(one.startswith(total or "") for one in found)


def test_a_saving_once_written_down_stays(write: Write, tmp_path: Path) -> None:
    set_length(tmp_path, "flows/cli", 100)
    write_savings(tmp_path)
    assert list(find_problems(tmp_path)) == []
    write(START | {"flows/cli": 100})
    set_length(tmp_path, "flows/cli", 500)
    write(START)
    assert list(find_problems(tmp_path)) == [
        "product and reserve: 900 in budgets.toml, 400 more than an earlier version of it: it may only fall"
    ]


def test_the_cost_of_the_suite_is_compared_where_it_was_measured(write: Write, tmp_path: Path) -> None:
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "suite_cpu_seconds.txt").write_text("10")
    assert list(find_problems(tmp_path))[-1] == "the last `make test` took 10 CPU seconds, 9 are allowed"
