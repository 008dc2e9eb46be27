"""Small faults put into the code one at a time: which of them do the tests find?

    python -m tests.bench.mutants FOLDER --seed 1 --number 60          # draw, and run the tests on each
    python -m tests.bench.mutants FOLDER --seed 1 --number 60 --only 3 17 --tests-of OTHER

FOLDER is a clone of this repository with its environment (`make .venv/installed`), in which each fault is put, tried
and taken back. A fault is drawn in three steps, so that no kind and no package is left out: a kind, a package, a place.
The tests beside the changed file run first, then all, each with `-x`. `--tests-of` takes the tests of another clone,
as of an earlier commit, whose own product is not used. A line of JSON tells of each fault; the last line counts.
"""

from __future__ import annotations

import argparse
import ast
import json
import random
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

PACKAGES = ("extractors", "transforms", "warehouse", "reports", "flows")
COMPARISONS = {
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==", ast.In: "not in",
    ast.NotIn: "in", ast.Is: "is not", ast.IsNot: "is",
}  # fmt: skip
ARITHMETIC = {ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*", ast.FloorDiv: "*"}
PREDICATES = {
    r"\bAND\b": "OR", r"\bOR\b": "AND", r"(?<![<>=!-])<=(?!>)": "<", r"(?<![<>=!-])>=": ">", r"<>": "=",
    r"(?<![<>=!:])=(?![=>])": "<>", r"\bIS NOT NULL\b": "IS NULL", r"\bIS NULL\b": "IS NOT NULL", r"\bmax\(": "min(",
    r"\bmin\(": "max(", r"\bDISTINCT\b ": "",
}  # fmt: skip
SQL = re.compile(r"\b(SELECT|WHERE|FROM|JOIN|UPDATE|DELETE|QUALIFY)\b")


class Mutant(NamedTuple):
    """A fault: its kind, the file, where in its bytes, and what stands there before and after."""

    kind: str
    path: str
    at: int
    before: str
    after: str


def find_mutants(root: Path) -> Iterator[Mutant]:
    """Every fault that could be put into the product's files."""
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*")):
            if find := FINDERS.get(path.suffix):
                for kind, at, before, after in find(path.read_bytes()):
                    yield Mutant(kind, path.relative_to(root).as_posix(), at, before, after)


def _in_python(content: bytes) -> Iterator[tuple[str, int, str, str]]:
    starts = [0]
    for line in content.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))

    def place(node: ast.expr, *, end: bool = False) -> int:
        line, column = (node.end_lineno, node.end_col_offset) if end else (node.lineno, node.col_offset)
        return starts[(line or 1) - 1] + (column or 0)

    tree = ast.parse(content)
    for node in ast.walk(tree):
        pairs: list[tuple[str, ast.expr, ast.expr, str]] = []
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in COMPARISONS:
            pairs = [("operators", node.left, node.comparators[0], COMPARISONS[type(node.ops[0])])]
        elif isinstance(node, ast.BinOp) and type(node.op) in ARITHMETIC:
            pairs = [("operators", node.left, node.right, ARITHMETIC[type(node.op)])]
        elif isinstance(node, ast.BoolOp):
            word = "or" if isinstance(node.op, ast.And) else "and"
            pairs = [("operators", node.values[0], node.values[1], word)]
        for kind, left, right, word in pairs:
            begin, stop = place(left, end=True), place(right)
            between = content[begin:stop].decode()
            if match := re.search(r"not in|is not|[<>=!]=|[<>*/+-]{1,2}|\b(?:in|is|and|or)\b", between):
                yield kind, begin + len(between[: match.start()].encode()), match[0], word
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and type(node.value) is not bool:
            text = content[place(node) : place(node, end=True)].decode()
            yield "bounds", place(node), text, repr(node.value + 1)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.search(node.value):
            begin = place(node)
            for _, at, before, after in _in_sql(content[begin : place(node, end=True)]):
                yield "SQL", begin + at, before, after


def _in_sql(content: bytes) -> Iterator[tuple[str, int, str, str]]:
    text = re.sub(r"--.*|'[^'\n]*'", lambda match: " " * len(match[0].encode()), content.decode())
    for pattern, after in PREDICATES.items():
        for match in re.finditer(pattern, text):
            yield "SQL", len(text[: match.start()].encode()), match[0], after


def _in_lookup(content: bytes) -> Iterator[tuple[str, int, str, str]]:
    """A row is left out; the head stays."""
    at = content.find(b"\n") + 1
    for line in content[at:].splitlines(keepends=True):
        yield "lookups", at, line.decode(), ""
        at += len(line)


FINDERS: dict[str, Callable[[bytes], Iterator[tuple[str, int, str, str]]]] = {
    ".py": _in_python, ".sql": _in_sql, ".csv": _in_lookup,
}  # fmt: skip


def draw(root: Path, number: int, seed: int) -> list[Mutant]:
    """Faults by chance: each of a kind, a package and a file drawn one after another."""
    places: dict[str, dict[str, dict[str, list[Mutant]]]] = {}
    for mutant in find_mutants(root):
        package = places.setdefault(mutant.kind, {}).setdefault(mutant.path.split("/")[0], {})
        package.setdefault(mutant.path, []).append(mutant)
    chance, drawn = random.Random(seed), list[Mutant]()
    while len(drawn) < number:
        level: object = places
        while isinstance(level, dict):
            level = level[chance.choice(sorted(level))]
        assert isinstance(level, list)
        if (mutant := chance.choice(level)) not in drawn:
            drawn.append(mutant)
    return drawn


def is_found(root: Path, mutant: Mutant, tests: Path) -> str | None:
    """The first test that fails with a fault; None where all pass. The file is as it was afterwards."""
    path = root / mutant.path
    content = path.read_bytes()
    before, after = mutant.before.encode(), mutant.after.encode()
    assert content[mutant.at : mutant.at + len(before)] == before, mutant
    try:
        path.write_bytes(content[: mutant.at] + after + content[mutant.at + len(before) :])
        beside = tests / Path(mutant.path).parent
        while not beside.is_dir():
            beside = beside.parent
        for selection in [[str(beside)], []] if beside != tests else [[]]:
            command = [str(root / ".venv/bin/python"), "-m", "pytest", "-x", "-n", "2", *selection]
            result = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
            if result.returncode != 0:
                failure = re.search(r"^(?:FAILED|ERROR) (\S+)", result.stdout, re.M)
                return failure[1] if failure else f"exit code {result.returncode}: {result.stdout[-300:]}"
        return None
    finally:
        path.write_bytes(content)


def main() -> None:
    """Draw, try each, and tell."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--number", type=int, default=60)
    parser.add_argument("--only", type=int, nargs="*")
    parser.add_argument("--tests-of", type=Path)
    parser.add_argument("--list", action="store_true", help="only print what is drawn")
    options = parser.parse_args()
    root = options.folder.resolve()
    if options.tests_of:
        shutil.rmtree(root / "tests")
        shutil.copytree(options.tests_of / "tests", root / "tests")
    n_found = n_tried = 0
    for number, mutant in enumerate(draw(root, options.number, options.seed)):
        if options.only and number not in options.only:
            continue
        found_by = None if options.list else is_found(root, mutant, root / "tests")
        n_tried, n_found = n_tried + 1, n_found + (found_by is not None)
        print(json.dumps({"number": number, **mutant._asdict(), "found_by": found_by}), flush=True)
    print(f"{n_found} found of {n_tried}")


if __name__ == "__main__":
    main()
