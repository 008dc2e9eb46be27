"""A night's plan: which boards of the store are asked, why, with which chance, and that this is on record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from extractors.boards import boards_of
from extractors.schedule import panel
from flows.board_plan import plan_boards
from tests.builders import Answer, all_rows, load, night, open_copy, posting, refined
from warehouse import database
from warehouse.load import boards as store
from warehouse.ops_tables import KnownBoards

DAY = date(2026, 1, 12)
TOKENS = [f"employer{number}" for number in range(400)]


@pytest.fixture
def con(work_template: Path, tmp_path: Path) -> Iterator[database.Connection]:
    with open_copy(work_template, tmp_path) as made:
        store.add_known(
            made,
            [
                KnownBoards(source="recruitee", board=token, known_from="a list", known_on=DAY, is_test=False)
                for token in TOKENS
            ],
        )
        yield made


def plan(con: database.Connection, run_id: str, *, day: date = DAY, most: int = 5_000) -> list[str]:
    return plan_boards(con, ["recruitee", "ecb_rates"], run_id=run_id, day=day, most_requests=most)["recruitee"]


def read_on(con: database.Connection, folder: Path, day: int, boards: list[str]) -> None:
    """Boards answer on a night."""
    answers = [
        Answer(night(day), [posting(f"{board}1", source="recruitee", board=board)], board=board) for board in boards
    ]
    load(con, refined(folder, str(day), *answers, source="recruitee"))


def test_a_night_that_can_ask_all_asks_all_and_every_board_is_a_member(con: database.Connection) -> None:
    asked = plan(con, "1")
    assert sorted(asked) == sorted([*TOKENS, *boards_of("recruitee")])
    assert all_rows(con, "SELECT DISTINCT chance FROM ops.panel_draw") == [(1.0,)]
    assert all_rows(con, f"SELECT count(*) FROM ops.known_boards WHERE known_from = '{store.BY_PEOPLE}'")[0][0] > 2_000


def test_a_small_budget_asks_the_panel_first_and_says_why(con: database.Connection) -> None:
    asked = plan(con, "1", most=70)
    rows = all_rows(con, "SELECT board, why, chance FROM ops.board_nights WHERE run_id = '1' ORDER BY rowid")
    assert [row[0] for row in sorted(rows)] == sorted(asked) and len(asked) == 70
    members = {row[0] for row in rows if row[1] == "panel"}
    assert all((row[2] is not None) or row[1] != "panel" for row in rows)
    assert members <= set(asked) and 70 * panel.SHARE_OF_REQUESTS * 0.4 < len(members) < 70
    ((chance,),) = all_rows(con, "SELECT DISTINCT chance FROM ops.panel_draw")
    assert chance == pytest.approx(panel.count_members(70) / (len(TOKENS) + len(boards_of("recruitee"))))


def test_the_draw_stands_for_half_a_year_and_new_boards_take_its_chances(con: database.Connection) -> None:
    plan(con, "1", most=70)
    before = dict(all_rows(con, "SELECT board, chance FROM ops.panel_draw"))
    later = DAY + timedelta(days=100)
    new = KnownBoards(source="recruitee", board="newcomer", known_from="a list", known_on=later, is_test=False)
    store.add_known(con, [new])
    plan(con, "2", most=10, day=later)
    after = dict(all_rows(con, "SELECT board, chance FROM ops.panel_draw"))
    assert {board: after[board] for board in before} == before
    assert after["newcomer"] == pytest.approx(before[TOKENS[0]])
    plan(con, "3", most=10, day=DAY + timedelta(weeks=panel.MIN_WEEKS))
    drawn = dict(all_rows(con, "SELECT board, drawn_on FROM ops.panel_draw"))
    assert drawn.pop("newcomer") == later and set(drawn.values()) == {DAY + timedelta(weeks=panel.MIN_WEEKS)}


def test_what_was_asked_tonight_is_not_asked_again(con: database.Connection, tmp_path: Path) -> None:
    first = plan(con, "1", most=70)
    read_on(con, tmp_path, 0, first)
    second = plan(con, "2", day=night(0).date(), most=70)
    assert not set(first) & set(second)


def test_all_boards_get_their_turn(con: database.Connection, tmp_path: Path) -> None:
    seen: set[str] = set()
    for number in range(7):
        asked = plan(con, str(number), day=night(number).date(), most=100)
        read_on(con, tmp_path, number, asked)
        seen.update(asked)
    assert seen >= set(TOKENS)


def test_equal_stores_make_equal_plans(con: database.Connection) -> None:
    assert plan(con, "1", most=70) == plan(con, "2", most=70)
