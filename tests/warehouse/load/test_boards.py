"""The store of boards: which boards are added, what readings show of them, and which are forgotten."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from extractors.schedule.plan import DEAD_RHYTHM, History, expect_new, rank_boards
from tests.builders import BEGIN, Answer, all_rows, load, night, paid, posting, refined
from transforms.records.vocabulary import DAYS_OF_YIELD, DEAD_AFTER
from warehouse import database
from warehouse.load import boards as store
from warehouse.ops_tables import KnownBoards

TODAY = (BEGIN + timedelta(days=10)).date()
AI = {"role": "machine_learning_engineer", "role_group": "ai_engineering"}


def known(board: str, source: str = "board", **fields: Any) -> KnownBoards:
    values: dict[str, Any] = {"known_from": "a list", "known_on": BEGIN.date(), "is_test": False} | fields
    return KnownBoards(source=source, board=board, **values)


def state(con: database.Connection, board: str, *columns: str) -> tuple[Any, ...]:
    (row,) = all_rows(con, f"SELECT {', '.join(columns)} FROM core.board_states WHERE board = '{board}'")
    return row


def test_a_board_is_known_once_in_any_capitals(con: database.Connection) -> None:
    assert [one.board for one in store.add_known(con, [known("Acme"), known("acme"), known("globex")])] == [
        "Acme",
        "globex",
    ]
    assert store.add_known(con, [known("ACME"), known("acme", "lever")]) == [known("acme", "lever")]


def all_known(con: database.Connection) -> list[tuple[str, str, bool]]:
    return all_rows(con, "SELECT board, known_from, is_test FROM ops.known_boards ORDER BY board")


def test_what_people_enter_wins_over_a_list(con: database.Connection) -> None:
    store.add_known(con, [known("nyt"), known("magic.dev", is_test=True), known("globex")])
    store.put_curated(con, [("board", "NYT"), ("board", "magic.dev"), ("board", "initech")], TODAY)
    entries = [("NYT", "boards.csv", False), ("initech", "boards.csv", False), ("magic.dev", "boards.csv", False)]
    assert all_known(con) == sorted([*entries, ("globex", "a list", False)])
    assert all_rows(con, f"SELECT board FROM ops.known_boards WHERE known_on = '{TODAY}'") == [("initech",)]
    rows = all_rows(con, "SELECT rowid, * FROM ops.known_boards")
    store.put_curated(con, [("board", "NYT"), ("board", "magic.dev"), ("board", "initech")], TODAY)
    assert store.add_known(con, [known("nyt"), known("magic.dev", is_test=True)]) == []
    assert all_rows(con, "SELECT rowid, * FROM ops.known_boards") == rows, "an unchanged night writes nothing"


def test_two_spellings_that_people_enter_are_both_kept(con: database.Connection) -> None:
    for _ in range(2):
        store.put_curated(con, [("board", "NYT"), ("board", "nyt")], TODAY)
        assert [row[0] for row in all_known(con)] == ["NYT", "nyt"]


def test_a_list_that_comes_again_judges_trials_anew(con: database.Connection) -> None:
    store.add_known(con, [known("clerk-dev", is_test=True), known("leverdemo")])
    assert store.add_known(con, [known("clerk-dev"), known("leverdemo", is_test=True)]) == []
    assert all_known(con) == [("clerk-dev", "a list", False), ("leverdemo", "a list", True)]


def test_a_board_that_was_never_asked_is_new(con: database.Connection) -> None:
    store.add_known(con, [known("acme"), known("acme-sandbox", is_test=True)])
    assert state(con, "acme", "state", "asked_on", "n_nights", "n_adverts") == ("new", None, 0, None)
    assert state(con, "acme-sandbox", "state") == ("test",)
    assert store.read_states(con, ["board"], TODAY)["board"].board == ["acme"]


def test_readings_say_what_a_board_lists(con: database.Connection, tmp_path: Path) -> None:
    store.add_known(con, [known("acme")])
    jobs = [posting(1, **AI), paid(90_000, "USD", id=2, **AI), paid(50_000, "USD", id=3)]
    load(con, refined(tmp_path, "a", Answer(night(0), jobs)), refined(tmp_path, "b", Answer(night(7), jobs[:2])))
    row = state(con, "acme", "state", "n_nights", "n_adverts", "n_ai", "n_paid", "n_ai_paid_seen", "asked_on::VARCHAR")
    assert row == ("answers", 2, 2, 2, 1, 1, str(night(7).date()))
    states = store.read_states(con, ["board"], TODAY)["board"]
    assert (states.n_ai_paid_seen.tolist(), states.jobs.tolist(), states.nights_followed.tolist()) == ([1], [2], [7])
    assert states.nights_since.tolist() == [3] and np.isnan(states.chance).all()


def test_the_country_that_names_strata_is_that_of_most_adverts_of_all_time(
    con: database.Connection, tmp_path: Path
) -> None:
    store.add_known(con, [known("acme")])
    load(con, refined(tmp_path, "a", Answer(night(0), [posting(n, country="CL") for n in (1, 2)])))
    load(con, refined(tmp_path, "b", Answer(night(1), [posting(3, country="PE")])))
    assert state(con, "acme", "commonest_country", "n_adverts") == ("CL", 1), "though it lists them no more"
    assert store.read_states(con, ["board"], TODAY)["board"].commonest_country == ["CL"]


def test_what_a_board_gave_long_ago_is_not_expected_of_it(con: database.Connection, tmp_path: Path) -> None:
    store.add_known(con, [known("acme")])
    load(
        con,
        refined(tmp_path, "a", Answer(night(0), [paid(90_000, "USD", **AI)])),
        refined(tmp_path, "b", Answer(night(DAYS_OF_YIELD + 1), [posting(9)])),
    )
    assert state(con, "acme", "n_ai_paid_seen", "n_adverts") == (0, 1)


def test_what_is_expected_of_a_board_of_steady_arrivals_does_not_fade(con: database.Connection, tmp_path: Path) -> None:
    """Over 400 nights, a new advert appears every ten nights and stays for forty."""
    store.add_known(con, [known("acme")])
    nights = range(0, 401, 10)
    answers = [Answer(night(at), [paid(90_000, "USD", id=at // 10 - back, **AI) for back in range(4)]) for at in nights]
    load(con, refined(tmp_path, "a", *answers))
    states = store.read_states(con, ["board"], night(nights[-1] + 1).date())["board"]
    history = History(
        number=np.full(1, 0.5), chance=np.zeros(1), nights_since=states.nights_since,
        n_ai_paid_seen=states.n_ai_paid_seen, nights_followed=states.nights_followed, misses=states.misses,
        requests_per_reading=states.requests_per_reading,
    )  # fmt: skip
    rng = np.random.default_rng(1)
    assert np.mean([expect_new(history, rng) for _ in range(2_000)]) == pytest.approx(0.1, rel=0.2)


def test_a_board_is_dead_when_it_was_not_found_often_enough(con: database.Connection, tmp_path: Path) -> None:
    store.add_known(con, [known("acme")])
    load(con, refined(tmp_path, "0", Answer(night(0), [posting(1)])))
    for number in range(1, DEAD_AFTER + 1):
        load(con, refined(tmp_path, str(number), Answer(night(number), status=404)))
        expected = "dead" if number == DEAD_AFTER else "missing"
        assert state(con, "acme", "state", "n_missed") == (expected, number)
    load(con, refined(tmp_path, "9", Answer(night(9), status=500)))
    assert state(con, "acme", "n_failed", "n_missed") == (DEAD_AFTER + 1, DEAD_AFTER)
    load(con, refined(tmp_path, "z", Answer(night(10), [posting(1)])))
    assert state(con, "acme", "state", "n_failed") == ("answers", 0)


def test_a_board_that_redirects_has_moved(con: database.Connection, tmp_path: Path) -> None:
    store.add_known(con, [known("acme")])
    load(con, refined(tmp_path, "0", Answer(night(0), [posting(1)])))
    load(con, refined(tmp_path, "1", Answer(night(1), status=301)))
    assert state(con, "acme", "state", "n_failed", "n_missed") == ("moved", 1, 1)
    load(con, refined(tmp_path, "2", Answer(night(2), status=404)))
    assert state(con, "acme", "state") == ("missing",)


def test_a_board_that_only_redirects_is_asked_monthly_and_forgotten_as_one_that_is_not_found(
    con: database.Connection, tmp_path: Path
) -> None:
    store.add_known(con, [known("left"), known("gone"), known("fails"), known("people", known_from="boards.csv")])
    for number in range(DEAD_AFTER):
        codes = {"left": 302, "gone": 404, "fails": 500, "people": 301}
        load(con, refined(tmp_path, str(number), *(Answer(night(number), board=b, status=s) for b, s in codes.items())))
    assert state(con, "left", "state", "n_missed") == ("moved", DEAD_AFTER)
    states = store.read_states(con, ["board"], night(DEAD_AFTER + 3).date())["board"]
    assert dict(zip(states.board, states.misses.tolist(), strict=True)) == {
        "left": DEAD_AFTER, "gone": DEAD_AFTER, "fails": 0, "people": DEAD_AFTER,
    }  # fmt: skip
    n = len(states.board)
    history = History(
        number=np.full(n, 0.5), chance=np.ones(n), nights_since=states.nights_since,
        n_ai_paid_seen=states.n_ai_paid_seen, nights_followed=states.nights_followed, misses=states.misses,
        requests_per_reading=states.requests_per_reading,
    )  # fmt: skip
    late = dataclasses.replace(history, nights_since=np.full(n, float(DEAD_RHYTHM)))
    first, later = (rank_boards(one, budget=n, night=1, rng=np.random.default_rng(1)) for one in (history, late))
    assert [states.board[at] for at in first.boards[first.is_asked]] == ["fails"]
    assert sorted(states.board[at] for at in later.boards[later.is_asked]) == sorted(codes)
    assert store.forget_dead(con, min_missed=DEAD_AFTER + 1) == []
    boards = store.forget_dead(con, min_missed=DEAD_AFTER)
    assert boards == [("board", "gone"), ("board", "left")]
