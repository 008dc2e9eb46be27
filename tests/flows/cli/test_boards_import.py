"""`jobmarket boards` as it is typed: what it takes in, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.flows.conftest import CommandResult
from warehouse import database

LIST = "platform\tslug\npaylocity\tacme\nlever\tleverdemo\nworkday\tacme.wd1.myworkdayjobs.com\n"


def write_list(folder: Path) -> str:
    path = folder / "list.tsv"
    path.write_text(LIST, encoding="utf-8")
    return str(path)


def test_a_list_is_taken_in_and_what_is_not_is_said(
    empty: Path, tmp_path: Path, plain: Callable[..., CommandResult]
) -> None:
    result = plain(empty, "boards", "import", write_list(tmp_path))
    assert result.code == 0
    assert "workday: 1 boards left out; expected {tenant}.wd{number}/{site}" in result.out
    assert (empty / "kind").read_text().strip() == "live"
    with database.open_work(empty) as con:
        rows = con.execute(
            "SELECT source, board, is_test FROM ops.known_boards WHERE known_from = 'list.tsv'"
        ).fetchall()
    assert sorted(rows) == [("lever", "leverdemo", True), ("paylocity", "acme", False)]


@pytest.mark.parametrize("is_import", [True, False])
def test_boards_are_not_taken_into_a_folder_with_the_sample(
    empty: Path, tmp_path: Path, plain: Callable[..., CommandResult], is_import: bool
) -> None:
    empty.mkdir()
    (empty / "kind").write_text("sample\n")
    result = plain(empty, "boards", *(("import", write_list(tmp_path)) if is_import else ("discover", "--take-in")))
    assert result.code == 1
    assert "holds sample data, which live data must not be mixed with" in result.said
    assert not (empty / "work.duckdb").exists()
