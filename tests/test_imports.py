"""The walls: which package may import which, and which library lives where (docs/design.md)."""

from __future__ import annotations

import ast
import graphlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TypeGuard

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "transforms": set(),
    "warehouse": {"transforms"},
    "extractors": {"transforms", "warehouse"},
    "reports": {"transforms", "warehouse"},
    "flows": {"extractors", "transforms", "warehouse", "reports"},
}
HOME = {
    "prefect": "flows",
    "typer": "flows",
    "filelock": "flows",
    "platformdirs": "flows",
    "duckdb": "warehouse",
    "great_expectations": "warehouse",
    "requests": "extractors",
    "bs4": "extractors",
    "warcio": "extractors",
    "fastwarc": "extractors",
    "distributed": "extractors",
    "hyperscan": "transforms",
    "jinja2": "reports",
    "mcp": "reports",
}
REFUSED_NAMES = {"utils.py", "helpers.py", "common.py", "misc.py"}
HEAVY = ("prefect", "duckdb", "great_expectations", "distributed")


def modules() -> Iterator[tuple[str, Path]]:
    for package in MAY_IMPORT:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield package, path


def imported(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node.lineno


def imported_modules(path: Path, names: set[str]) -> set[str]:
    """The modules among `names` that a file imports, also inside functions; what only the type checker sees does not
    count."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and getattr(node.test, "id", None) == "TYPE_CHECKING":
            node.body = []
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found & names


def test_no_modules_import_each_other_in_a_circle() -> None:
    paths = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for _, path in modules()}
    paths = {name: path for name, path in paths.items() if not name.endswith(".__init__")}
    try:
        graphlib.TopologicalSorter({name: imported_modules(p, set(paths)) for name, p in paths.items()}).prepare()
    except graphlib.CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_imports_point_one_way() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for package, path in modules()
        for name, line in imported(path)
        if (top := name.split(".")[0]) in MAY_IMPORT and top != package and top not in MAY_IMPORT[package]
    ]
    assert not wrong


def test_only_the_commands_for_a_checkout_import_what_stands_below_tests() -> None:
    wheel_lacks = {
        path.relative_to(ROOT) for _, path in modules() for name, _ in imported(path) if name.startswith("tests.")
    }
    assert wheel_lacks == {Path("flows", "cli", "readers.py")}


def test_each_library_has_one_home() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for package, path in modules()
        for name, line in imported(path)
        if HOME.get(name.split(".")[0], package) != package
    ]
    assert not wrong


def test_tests_of_the_warehouse_need_no_flows() -> None:
    paths = (path for package in ("transforms", "warehouse") for path in (ROOT / "tests" / package).rglob("*.py"))
    assert not [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in paths
        for name, line in imported(path)
        if name.split(".")[0] == "flows" or name.startswith("tests.flows")
    ]


def test_records_need_only_the_standard_library() -> None:
    for path in (ROOT / "transforms" / "records").glob("*.py"):
        names = {name for name, _ in imported(path) if not name.startswith("transforms.records")}
        assert {name.split(".")[0] for name in names} <= set(sys.stdlib_module_names), path


def test_no_module_is_named_like_one_of_the_standard_library_or_says_nothing() -> None:
    names = {path.name for _, path in modules()}
    assert not names & REFUSED_NAMES
    tops = {path.stem for package, path in modules() if path.parent == ROOT / package}
    assert not (tops - {"__init__"}) & set(sys.stdlib_module_names)


@pytest.mark.parametrize("module", ["extractors.refine.workers", "extractors.refine.refine", "flows.cli.main"])
def test_workers_and_command_start_without_the_heavy_libraries(module: str) -> None:
    code = f"import sys, {module}; print([m for m in {HEAVY!r} if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert result.stdout.strip() == "[]"


def test_tests_mirror_the_packages() -> None:
    packages = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and any(path.glob("test_*.py"))}
    assert packages - {"accuracy", "bench", "known_truth", "sample"} == set(MAY_IMPORT)


def test_no_module_gives_two_values_to_a_constant() -> None:
    """A constant renamed to one that its module has already would silently take that one's place."""
    for _, path in modules():
        statements = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.Assign | ast.AnnAssign)]
        names = [node.id for each in statements for node in ast.walk(each) if is_constant(node)]
        assert len(names) == len(set(names)), (path, sorted({name for name in names if names.count(name) > 1}))


def is_constant(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id.isupper()
