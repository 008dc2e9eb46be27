"""What came of boards that gave no answer is on record, and decides when they are asked again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from extractors.source import all_sources
from extractors.sources.employer_boards import breezy
from extractors.web.session import FetchFailed
from flows.night import fetch
from flows.night.board_plan import find_outcomes, take_in_moved
from flows.runs.run_record import Request
from flows.runtime import clock
from flows.runtime.settings import Settings
from tests.builders import Answer, all_rows, load, night, open_copy, posting, refined
from warehouse import database
from warehouse.load import boards as store
from warehouse.load.boards import BoardOutcome
from warehouse.ops_tables import KnownBoards

TOKENS = ("refuses", "silent", "late")
"""Boards of Breezy HR by what they do; each has a host of its own."""
FAILS: dict[str, dict[str, bool]] = {"refuses": {"is_refused": True}, "late": {"is_put_off": True}}
DAY = date(2026, 1, 12)


@pytest.fixture
def con(work_template: Path, tmp_path: Path) -> Iterator[database.Connection]:
    with open_copy(work_template, tmp_path) as work:
        yield work


def outcomes(name: str, **of: dict[str, bool] | None) -> dict[str, str]:
    """What came of boards: of each the arguments of its failure, None where it answered."""
    source = all_sources()[name].SOURCE
    urls = {board: source.url_of(board) for board in of}
    web: Any = SimpleNamespace(
        failures=[FetchFailed(urls[board], "so", **fault) for board, fault in of.items() if fault is not None],
        answered={urls[board] for board, fault in of.items() if fault is None},
        redirects={},
    )
    return {one.board: one.outcome for one in find_outcomes(source, web, [*of, "never"])}


def test_what_came_of_boards_on_hosts_of_their_own() -> None:
    assert outcomes("breezy", acme=None, a={"is_refused": True}, b={}, c={"is_put_off": True}) == {
        "acme": "answered", "a": "refused", "b": "no_answer", "c": "not_asked", "never": "not_asked",
    }  # fmt: skip
    assert outcomes("breezy", a={"is_refused": True}, b={}) == {
        "a": "refused", "b": "no_answer", "never": "not_asked"
    }  # fmt: skip


def test_a_platform_that_is_down_or_refuses_says_nothing_of_its_boards() -> None:
    assert set(outcomes("greenhouse", acme={}, globex={"is_refused": True}).values()) == {"not_asked"}
    assert outcomes("greenhouse", acme={}, globex=None)["acme"] == "no_answer"
    assert outcomes("greenhouse", acme={"is_refused": True}, globex=None)["acme"] == "refused"
    refusal = {"is_refused": True, "is_answered": True}
    assert outcomes("greenhouse", acme=refusal, globex=refusal)["acme"] == "refused", "each answer costs a request"


def test_a_list_that_answered_and_broke_off_was_answered() -> None:
    source = all_sources()["greenhouse"].SOURCE
    url = source.url_of("acme")
    web: Any = SimpleNamespace(failures=[FetchFailed(url, "so", is_put_off=True)], answered={url}, redirects={})
    assert [one.outcome for one in find_outcomes(source, web, ["acme"])] == ["answered"]


PINPOINT = "https://{}.pinpointhq.com/postings.json"


@pytest.mark.parametrize(
    ("location", "target"),
    [
        (PINPOINT.format("new"), ("pinpoint", "new")),
        ("https://jobs.ashbyhq.com/Acme", ("ashby", "Acme")),
        ("https://boards-api.greenhouse.io/v1/boards/acme/jobs", ("greenhouse", "acme")),
        ("https://jobs.eu.lever.co/acme/", ("lever", "eu:acme")),
        ("https://old.pinpointhq.com/", None),  # its own page
        ("https://www.pinpointhq.com/", None),
        ("https://careers.example/jobs", None),
        ("https://boards-api.greenhouse.io/v1/boards/a%0Ab/jobs", None),
    ],
)
def test_a_redirect_tells_to_which_board_one_has_moved(location: str, target: tuple[str, str] | None) -> None:
    url = PINPOINT.format("old")
    web: Any = SimpleNamespace(failures=[], answered={url}, redirects={url: location})
    (outcome,) = find_outcomes(all_sources()["pinpoint"].SOURCE, web, ["old"])
    assert (outcome.outcome, outcome.moved_to) == ("answered", target)


def test_the_board_that_one_has_moved_to_is_taken_in(con: database.Connection) -> None:
    def known(board: str, by: str = "a list") -> KnownBoards:
        return KnownBoards(source="pinpoint", board=board, known_from=by, known_on=DAY, is_test=False)

    store.add_known(con, [known("old"), known("Caps"), known("People", store.CURATED)])
    moves = [("old", "new"), ("Caps", "caps"), ("People", "people"), ("gone", "new")]
    results = [BoardOutcome("pinpoint", board, "answered", ("pinpoint", target)) for board, target in moves]
    unread = BoardOutcome("pinpoint", "x", "answered", ("breezy", "yardiromania"))
    for _ in range(2):
        take_in_moved(con, [*results, unread], DAY)
    rows = all_rows(con, "SELECT board, known_from FROM ops.known_boards ORDER BY board")
    assert rows == [("People", store.CURATED), ("caps", "a list"), ("new", "redirect"), ("old", "a list")]


def test_the_state_of_a_board_names_the_one_it_has_moved_to(con: database.Connection, tmp_path: Path) -> None:
    plan_of(con, 0, "answered")
    store.record_outcomes(con, "0 first", [BoardOutcome("board", "acme", "answered", ("ashby", "Acme"))])
    load(con, refined(tmp_path, "a", Answer(night(0), status=301)))
    query = "SELECT state, moved_to_source, moved_to_board FROM core.board_states WHERE board = 'acme'"
    assert all_rows(con, query) == [("moved", "ashby", "Acme")]
    load(con, refined(tmp_path, "b", Answer(night(1), [posting(1)])))
    assert all_rows(con, query) == [("answers", None, None)], "it is back"


class Failing:
    """A session in which no address is answered: `happens` gives the arguments of a board's failure."""

    def __init__(self, happens: Callable[[str], dict[str, bool]], n_bytes: int) -> None:
        self.n_requests, self.n_unchanged, self.n_bytes, self.is_refused = 3, 0, n_bytes, False
        self.statuses: Counter[int] = Counter()
        self.failures: list[FetchFailed] = []
        self.answered: set[str] = set()
        self.redirects: dict[str, str] = {}
        self._happens = happens

    def ask(self, url: str, **_: object) -> int:
        """Fail as is said of the board that an address lists."""
        failure = FetchFailed(url, "so", **self._happens(str(breezy.SOURCE.board_of(url))))
        self.failures.append(failure)
        raise failure


class Nights:
    """Nights of one store, without a network."""

    def __init__(self, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.data = data
        self.monkeypatch = monkeypatch
        monkeypatch.setattr(fetch, "why_off", lambda *_: None)

    def night(self, day: date, *, n_bytes: int = 9) -> Collection[str]:
        """Plan and ask on a day, and return which boards of `TOKENS` were planned."""
        self.monkeypatch.setattr(clock, "today", lambda: day)
        self.monkeypatch.setattr(fetch, "Web", lambda *_, **__: Failing(lambda b: FAILS.get(b, {}), n_bytes))
        config = Settings(data=self.data)
        request = Request(settings=config, command="run", sources=("breezy",), is_live=True, run_id=f"{day}")
        plan = fetch.choose_boards(request, request.sources)
        health = fetch.fetch_source.fn("breezy", request, plan["breezy"])
        fetch.note_outcomes(request, [health])
        return set(plan["breezy"]) & set(TOKENS)

    def states(self) -> dict[str, str]:
        with database.open_work(self.data) as con:
            rows = all_rows(con, "SELECT board, state FROM core.board_states WHERE source = 'breezy'")
        return {board: state for board, state in rows if board in TOKENS}


@pytest.fixture
def nights(con: database.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Nights:
    rows = [
        KnownBoards(source="breezy", board=token, known_from="a list", known_on=DAY, is_test=False) for token in TOKENS
    ]
    store.add_known(con, rows)
    con.close()
    return Nights(tmp_path, monkeypatch)


def test_a_board_that_never_answers_is_not_new_for_ever(nights: Nights) -> None:
    assert nights.night(DAY) == set(TOKENS)
    assert nights.states() == {"refuses": "refused", "silent": "fails", "late": "new"}
    second = nights.night(DAY + timedelta(days=1))
    assert "refuses" not in second and "late" in second
    assert "refuses" in nights.night(DAY + timedelta(days=30))
    with database.open_work(nights.data) as con:
        why = all_rows(con, "SELECT why, outcome FROM ops.board_nights WHERE board = 'refuses' ORDER BY planned_on")
        assert why == [("yield", "refused"), ("dead", "refused")]
        assert store.forget_dead(con, min_missed=1) == [], "it is there"


def test_a_night_without_a_network_says_nothing_of_boards(nights: Nights) -> None:
    nights.night(DAY, n_bytes=0)
    assert nights.states()["silent"] == "new"


def test_what_came_of_boards_outlives_a_rebuild(nights: Nights) -> None:
    nights.night(DAY)
    before = nights.states()
    database.reset_work(nights.data)
    assert nights.states() == before


def test_a_refusal_ends_with_the_next_answer(con: database.Connection, tmp_path: Path) -> None:
    plan_of(con, 0, "refused")
    assert state_of(con) == ("refused", 1, 0, None)
    load(con, refined(tmp_path, "a", Answer(night(1), [posting(1)])))
    assert state_of(con) == ("answers", 0, 0, 1)
    plan_of(con, 2, "refused")
    plan_of(con, 2, "not_asked", run_id="again")
    assert state_of(con) == ("refused", 1, 0, 1), "of two runs of a night the one that asked counts"
    load(con, refined(tmp_path, "b", Answer(night(3), status=404)))
    assert state_of(con) == ("missing", 2, 1, 1)


def test_an_answer_of_the_night_beats_what_a_run_of_it_came_to(con: database.Connection, tmp_path: Path) -> None:
    plan_of(con, 0, "no_answer")
    load(con, refined(tmp_path, "a", Answer(night(0), [posting(1)])))
    assert state_of(con) == ("answers", 0, 0, 1)
    assert all_rows(con, "SELECT n_nights FROM core.board_states WHERE board = 'acme'") == [(1,)]


def plan_of(con: database.Connection, number: int, outcome: str, *, run_id: str = "first") -> None:
    """The board acme was planned on a night, and this came of it."""
    con.execute(
        "INSERT INTO ops.board_nights BY NAME SELECT ? AS run_id, 'board' AS source, 'acme' AS board,"
        " ? AS planned_on, 'yield' AS why, ? AS outcome",
        [f"{number} {run_id}", night(number).date(), outcome],
    )


def state_of(con: database.Connection) -> tuple[Any, ...]:
    columns = "state, n_failed, n_missed, n_adverts"
    return all_rows(con, f"SELECT {columns} FROM core.board_states WHERE board = 'acme'")[0]
