"""`jobmarket boards import` and what sees the store after it, in a folder of which nothing was published."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from extractors.sources.employer_postings import paylocity
from flows import nightly
from flows.runs import run_record
from flows.runtime.lock import hold_folder
from flows.runtime.settings import Settings
from tests.builders import open_copy
from warehouse import database
from warehouse.load.boards import add_known, count_known, read_known
from warehouse.ops_tables import KnownBoards

if TYPE_CHECKING:
    from tests.flows.conftest import CommandResult

Command = Callable[..., "CommandResult"]
TOKENS = [f"00000000-0000-4000-8000-{number:012}" for number in range(3)]


@pytest.fixture
def board_file(tmp_path: Path) -> Path:
    path = tmp_path / "list.tsv"
    path.write_text("platform\tslug\n" + "".join(f"paylocity\t{token}\n" for token in TOKENS))
    return path


def test_boards_of_a_list_turn_their_source_on_and_are_counted(empty: Path, plain: Command, board_file: Path) -> None:
    before = plain(empty, "boards", "list")
    assert before.code == 1 and "no store of boards yet; jobmarket boards import FILE makes one" in before.said
    assert "off, no board of it is known" in plain(empty, "sources", "paylocity").said
    assert plain(empty, "boards", "import", str(board_file)).code == 0
    output = plain(empty, "sources", "paylocity").said
    assert "open; on" in output and "3, 0 of them of boards.csv" in output
    result = plain(empty, "boards", "list")
    assert result.code == 0
    (line,) = [line.split() for line in result.out.splitlines() if "paylocity" in line]
    assert [word for word in line if word not in "│┃"] == ["paylocity", "new", "3", "0", "0", "0", "0"]


@pytest.mark.parametrize("is_damaged", [False, True])
def test_boards_of_a_list_outlive_the_work_file(
    is_damaged: bool, empty: Path, plain: Command, board_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing was published since they were taken in, so that no other database has them."""
    plain(empty, "boards", "import", str(board_file))
    before = plain(empty, "boards", "list").out
    if is_damaged:
        (empty / database.WORK).write_bytes(b"no database")
        monkeypatch.setattr(nightly, "run_after_fetch", lambda *_: run_record.Outcome(exit_code=0, as_of=None))
        nightly.from_archive(run_record.Request(settings=Settings(data=empty), command="run", sources=()), [])
    else:
        (empty / database.WORK).unlink()
        assert plain(empty, "boards", "prune").code == 0
    assert plain(empty, "boards", "list").out == before
    assert read_known(empty)["paylocity"] == TOKENS


def test_a_check_asks_boards_of_the_store(
    empty: Path, plain: Command, board_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens: list[str] = []

    def fetch(web: object, *, boards: Sequence[str], as_of: date) -> list[str]:
        tokens.extend(boards)
        return ["nothing came"]

    monkeypatch.setattr(paylocity, "fetch", fetch)
    plain(empty, "boards", "import", str(board_file))
    result = plain(empty, "sources", "--check", "paylocity", JOBMARKET_CONTACT="night@example.org")
    assert result.code == 1 and "paylocity gave no rows" in result.said
    assert tokens == TOKENS[: len(tokens)] and tokens


def test_a_store_that_a_run_has_open_is_not_read(empty: Path, plain: Command, board_file: Path) -> None:
    plain(empty, "boards", "import", str(board_file))
    with hold_folder(empty), database.open_work(empty):
        assert read_known(empty) == {}, "nothing was published either"
        result = plain(empty, "boards", "list")
        assert result.code != 0 and "the store is open in process" in result.said


def test_what_was_published_says_what_is_known_of_boards(work_template: Path, tmp_path: Path) -> None:
    def known(board: str, *, is_test: bool = False) -> KnownBoards:
        return KnownBoards(source="lever", board=board, known_from="a", known_on=date(2026, 1, 12), is_test=is_test)

    with open_copy(work_template, tmp_path) as con:
        add_known(con, [known("old"), known("new"), known("trial", is_test=True)])
    assert count_known(tmp_path) == [("lever", "new", 2, 0, 0, 0, 0), ("lever", "test", 1, 0, 0, 0, 0)]
    with database._connect(tmp_path / database.MARKET, {}) as con:
        con.execute("CREATE SCHEMA core")
        con.execute(
            "CREATE TABLE core.board_states AS SELECT 'lever' AS source, 'old' AS board, 'answers' AS state,"
            " 7 AS n_adverts, 2 AS n_ai, 1 AS n_paid"
        )
    assert count_known(tmp_path)[0] == ("lever", "answers", 1, 0, 7, 2, 1)
    assert read_known(tmp_path) == {"lever": ["new", "old"]}, "trials are never asked"


def test_boards_that_have_moved_are_named(empty: Path, plain: Command, board_file: Path) -> None:
    plain(empty, "boards", "import", str(board_file))
    with database._connect(empty / database.MARKET, {}) as con:
        con.execute("CREATE SCHEMA core")
        con.execute(
            "CREATE TABLE core.board_states AS SELECT 'pinpoint' AS source, 'old' || n AS board, 'moved' AS state,"
            " 0 AS n_adverts, 0 AS n_ai, 0 AS n_paid, 'ashby' AS moved_to_source, 'new' AS moved_to_board"
            " FROM range(10, 52) AS r (n)"
        )
    output = plain(empty, "boards", "list").out
    assert "pinpoint old10 redirects to ashby new\n" in output and "and 2 more; core.board_states has all" in output
