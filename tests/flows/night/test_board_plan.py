"""A night's plan: which boards of the store are asked, why, with which chance, and that this is on record."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import pytest

from extractors.archive.writer import path_of
from extractors.boards import boards_of
from extractors.schedule import panel
from extractors.source import all_sources
from extractors.sources.declaration import Source
from extractors.web.politeness import RULES_REQUESTS
from flows import nightly
from flows.night import board_plan, fetch
from flows.night import load as load_stage
from flows.night.board_plan import plan_boards
from flows.runs import run_record
from flows.runs.run_record import Request
from flows.runs.source_health import Health
from flows.runtime.permissions import PERMISSIONS
from flows.runtime.settings import Settings
from tests.builders import Answer, all_rows, load, night, open_copy, posting, refined
from tests.flows.conftest import TaskFuture
from tests.flows.test_faults import greenhouse_board, greenhouse_job, record
from warehouse import database
from warehouse.load import archive_records
from warehouse.load import boards as store
from warehouse.ops_tables import KnownBoards

DAY = date(2026, 1, 12)
TOKENS = [f"employer{number}" for number in range(400)]


@pytest.fixture
def con(work_template: Path, tmp_path: Path) -> Iterator[database.Connection]:
    with open_copy(work_template, tmp_path) as work:
        store.add_known(
            work,
            [
                KnownBoards(source="recruitee", board=token, known_from="a list", known_on=DAY, is_test=False)
                for token in TOKENS
            ],
        )
        yield work


def plan(con: database.Connection, run_id: str, *, day: date = DAY, most: int = 5_000) -> list[str]:
    """A plan with requests for so many boards; each has a host of its own, whose rules are asked for, too."""
    source = replace(all_sources()["recruitee"].SOURCE, most_requests=most * (1 + RULES_REQUESTS))
    return plan_boards(con, [source, all_sources()["ecb_rates"].SOURCE], run_id=run_id, day=day)["recruitee"]


def read_on(con: database.Connection, folder: Path, day: int, boards: list[str]) -> None:
    """Boards answer on a night."""
    answers = [
        Answer(night(day), [posting(f"{board}1", source="recruitee", board=board)], board=board) for board in boards
    ]
    load(con, refined(folder, str(day), *answers, source="recruitee"))


def test_a_night_that_can_ask_all_asks_all_and_every_board_is_a_member(con: database.Connection) -> None:
    boards = plan(con, "1")
    assert sorted(boards) == sorted([*TOKENS, *boards_of("recruitee")])
    assert all_rows(con, "SELECT DISTINCT chance FROM ops.panel_draw") == [(1.0,)]
    assert all_rows(con, f"SELECT count(*) FROM ops.known_boards WHERE known_from = '{store.CURATED}'")[0][0] > 2_000


def test_a_small_budget_asks_the_panel_first_and_says_why(con: database.Connection) -> None:
    boards = plan(con, "1", most=70)
    rows = all_rows(con, "SELECT board, why, chance FROM ops.board_nights WHERE run_id = '1' ORDER BY rowid")
    assert [row[0] for row in sorted(rows)] == sorted(boards) and len(boards) == 70
    members = {row[0] for row in rows if row[1] == "panel"}
    assert all((row[2] is not None) or row[1] != "panel" for row in rows)
    assert members <= set(boards) and 70 * panel.SHARE_OF_REQUESTS * 0.4 < len(members) < 70
    ((chance,),) = all_rows(con, "SELECT DISTINCT chance FROM ops.panel_draw")
    assert chance == pytest.approx(panel.count_weekly_requests(70) / (len(TOKENS) + len(boards_of("recruitee"))))


def test_the_draw_stands_for_half_a_year_and_new_boards_take_its_chances(con: database.Connection) -> None:
    plan(con, "1", most=70)
    before = dict(all_rows(con, "SELECT board, chance FROM ops.panel_draw"))
    later = DAY + timedelta(days=100)
    new = KnownBoards(source="recruitee", board="newcomer", known_from="a list", known_on=later, is_test=False)
    store.add_known(con, [new])
    plan(con, "2", most=70, day=later)
    after = dict(all_rows(con, "SELECT board, chance FROM ops.panel_draw"))
    assert {board: after[board] for board in before} == before
    assert after["newcomer"] == pytest.approx(before[TOKENS[0]])
    plan(con, "3", most=70, day=DAY + timedelta(weeks=panel.MIN_WEEKS))
    draws = dict(all_rows(con, "SELECT board, drawn_on FROM ops.panel_draw"))
    assert draws.pop("newcomer") == later and set(draws.values()) == {DAY + timedelta(weeks=panel.MIN_WEEKS)}


def test_boards_that_come_in_where_all_were_members_end_the_draw(con: database.Connection) -> None:
    """A fifth of a night's requests then are for members again, and those that stay were members before."""
    plan(con, "1", most=500)
    first = dict(all_rows(con, "SELECT board, chance FROM ops.panel_draw"))
    assert set(first.values()) == {1}
    know(con, "recruitee", 2_000)
    plan(con, "2", most=500, day=DAY + timedelta(days=1))
    after = dict(all_rows(con, "SELECT board, chance FROM ops.panel_draw"))
    assert set(after) > set(first) and len(set(after.values())) == 1
    assert sum(after.values()) == pytest.approx(700)
    ((n_members, n_asked),) = all_rows(
        con, "SELECT count(*) FILTER (why = 'panel'), count(*) FROM ops.board_nights WHERE run_id = '2'"
    )
    assert n_asked == 500 and 100 <= n_members < 150


def test_what_was_asked_tonight_is_not_asked_again(con: database.Connection, tmp_path: Path) -> None:
    first = plan(con, "1", most=70)
    read_on(con, tmp_path, 0, first)
    second = plan(con, "2", day=night(0).date(), most=70)
    assert not set(first) & set(second)


def test_all_boards_get_their_turn(con: database.Connection, tmp_path: Path) -> None:
    total: set[str] = set()
    for number in range(7):
        boards = plan(con, str(number), day=night(number).date(), most=100)
        read_on(con, tmp_path, number, boards)
        total.update(boards)
    assert total >= set(TOKENS)


def know(con: database.Connection, source: str, n_boards: int) -> None:
    """So many boards of a source come in."""
    tokens = (f"00000000-0000-4000-8000-{n:012}" if source == "paylocity" else f"e{n}" for n in range(n_boards))
    boards = [KnownBoards(source=source, board=b, known_from="a list", known_on=DAY, is_test=False) for b in tokens]
    store.add_known(con, boards)


@pytest.mark.parametrize(
    ("source", "limits", "n_lists"),
    [
        ("paylocity", {}, 5_000 - 2_000 - RULES_REQUESTS),
        ("paylocity", {"most_requests": 12_000}, 7_000),  # all boards
        ("paylocity", {"most_requests": 3_000}, 1_499),  # at least half are for lists
        ("rippling", {}, 1_799),  # six seconds apart, six hours have room for 3,600
        ("bamboohr", {}, (5_000 - 2_000) // (1 + RULES_REQUESTS)),  # a host by board, each with its rules
        ("workable", {"most_requests": 1}, 1),
        ("workable", {}, 4_320 - RULES_REQUESTS),  # lists alone, five seconds apart
    ],
)
def test_a_plan_leaves_room_for_what_else_is_asked(
    con: database.Connection, source: str, limits: dict[str, Any], n_lists: int
) -> None:
    know(con, source, 7_000)
    (boards,) = plan_boards(con, [replace(all_sources()[source].SOURCE, **limits)], run_id="1", day=DAY).values()
    assert len(boards) == n_lists


def night_of(data: Path, **options: Any) -> Request:
    config = Settings(data=data, **options)
    return Request(settings=config, command="run", sources=("paylocity", "smartrecruiters"), is_live=True)


def test_boards_of_sources_that_are_off_are_neither_planned_nor_drawn(con: database.Connection, tmp_path: Path) -> None:
    for source in ("paylocity", "smartrecruiters"):
        know(con, source, 20)
    con.close()
    request = night_of(tmp_path)
    choice = fetch.choose_boards(request, request.sources)
    assert {source: len(boards) for source, boards in choice.items()} == {"paylocity": 20}
    with database.open_work(tmp_path) as work:
        assert all_rows(work, "SELECT DISTINCT source FROM ops.board_nights") == [("paylocity",)]
        assert all_rows(work, "SELECT DISTINCT source FROM ops.panel_draw") == [("paylocity",)]
    permission = 'why = "Written permission"\nby = "A. Operator"\non = 2026-01-03\n'
    (tmp_path / PERMISSIONS).write_text(f"[smartrecruiters]\n{permission}")
    assert set(fetch.choose_boards(night_of(tmp_path), request.sources)) == {"paylocity", "smartrecruiters"}


def test_settings_limit_plan_and_session(
    con: database.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    know(con, "paylocity", 20)
    con.close()
    request = night_of(tmp_path, requests={"paylocity": 6}, pause={"paylocity": 3.0})
    (boards,) = fetch.choose_boards(request, ["paylocity"]).values()
    assert len(boards) == 2
    sources: list[Source] = []

    def stop(source: Source, **_: object) -> NoReturn:
        sources.append(source)
        raise ConnectionAbortedError

    monkeypatch.setattr(fetch, "Web", stop)
    with pytest.raises(ConnectionAbortedError):
        fetch.fetch_source.fn("paylocity", request, boards)
    assert [(one.most_requests, one.pause) for one in sources] == [(6, 3.0)]
    assert fetch.fetch_source.fn("paylocity", request, ()).outcome == "disabled"


def test_equal_stores_make_equal_plans(con: database.Connection) -> None:
    assert plan(con, "1", most=70) == plan(con, "2", most=70)


# --- records of boards beside the archive ---------------------------------------------------------------


def told_of_boards(data: Path) -> list[list[Any]]:
    """What the work file says of boards and no archived answer does."""
    with database.open_work(data) as con:
        return [
            all_rows(con, f"FROM {name} ORDER BY ALL")
            for name in ("ops.known_boards", "ops.panel_draw", "ops.board_nights")
        ]


def test_boards_draw_and_nights_outlive_both_databases(
    con: database.Connection, tmp_path: Path, undecorated: None
) -> None:
    know(con, "paylocity", 20)
    con.close()
    request = night_of(tmp_path, requests={"paylocity": 6})
    fetch.choose_boards(request, ["paylocity"])
    fetch.note_outcomes(request, [])
    before = told_of_boards(tmp_path)
    assert all(before)
    records = sorted(path.name for path in (tmp_path / "archive" / "boards").iterdir())
    assert records == [f"{name}-000001.parquet" for name in ("draw", "known", "nights")]
    (tmp_path / database.WORK).unlink()
    run_record.begin(request)
    assert told_of_boards(tmp_path) == before
    later = night_of(tmp_path, requests={"paylocity": 6})
    fetch.choose_boards(later, ["paylocity"])
    fetch.note_outcomes(later, [])
    files = {path.name for path in (tmp_path / "archive" / "boards").iterdir()} - set(records)
    assert files == {"nights-000002.parquet"}, "nothing else is new"


def test_a_rebuild_keeps_what_is_recorded_of_boards(con: database.Connection, tmp_path: Path) -> None:
    know(con, "paylocity", 20)
    archive_records.save(con, Settings(data=tmp_path).archive, archive_records.BOARDS)
    con.execute("DELETE FROM ops.known_boards")
    con.close()
    database.reset_work(tmp_path, restore=partial(archive_records.restore, archive=Settings(data=tmp_path).archive))
    assert len(told_of_boards(tmp_path)[0]) == len(TOKENS) + 20


def test_a_past_day_has_no_records_of_later_ones(con: database.Connection, tmp_path: Path) -> None:
    know(con, "paylocity", 20)
    archive_records.save(con, Settings(data=tmp_path).archive, archive_records.BOARDS)
    con.close()
    request = replace(night_of(tmp_path), as_of=DAY)
    with run_record.work_of(request) as past:
        assert all_rows(past, "FROM ops.known_boards") == []


def test_records_go_where_the_archive_is(
    con: database.Connection, tmp_path: Path, bucket: Callable[[str], str], undecorated: None
) -> None:
    know(con, "paylocity", 20)
    con.close()
    request = night_of(tmp_path, archive_folder=bucket("archive"))
    fetch.choose_boards(request, ["paylocity"])
    fetch.note_outcomes(request, [])
    assert not (tmp_path / "archive").exists()
    run_record.begin(request)
    run_record.record_end(request, run_record.Outcome(exit_code=0, as_of=DAY))
    assert not list((tmp_path / "outbox" / "archive").glob("*/*"))
    elsewhere = night_of(tmp_path / "elsewhere", archive_folder=bucket("archive"))
    run_record.begin(elsewhere)
    assert told_of_boards(tmp_path / "elsewhere") == told_of_boards(tmp_path)
    with run_record.work_of(elsewhere) as other:
        assert all_rows(other, f"SELECT exit_code FROM ops.runs WHERE run_id = '{request.run_id}'") == [(0,)]


def test_no_source_has_the_name_of_the_records() -> None:
    records = (*archive_records.BOARDS, *archive_records.PUBLISHED)
    assert {record.name.partition("/")[0] for record in records}.isdisjoint(all_sources())


# --- a work file that lacks what the archive has ----------------------------------------------------------


Plan = dict[str, list[str]]


def plan_of(data: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Plan, dict[str, list[Any]]]:
    """What a night asks that is begun now, and what is on record of it then. Nothing is fetched or published."""
    fetches: Plan = {}

    class Fetch:
        @staticmethod
        def submit(name: str, request: Request, boards: list[str]) -> TaskFuture:
            fetches[name] = boards
            return TaskFuture(Health(source=name))

    monkeypatch.setattr(fetch, "fetch_source", Fetch)
    monkeypatch.setattr(nightly, "from_archive", lambda *_: run_record.Outcome(exit_code=0, as_of=None))
    config = Settings(data=data, workers=1, board_requests=40)
    nightly.nightly(Request(settings=config, command="run", sources=("greenhouse",), is_live=True))
    with database.open_work(data) as con:
        tables = {
            "draw": all_rows(con, "FROM ops.panel_draw ORDER BY ALL"),
            "nights": all_rows(con, "SELECT board, planned_on, why, chance FROM ops.board_nights ORDER BY ALL"),
            "states": all_rows(con, "FROM core.board_states ORDER BY ALL"),
        }
    return fetches, tables


@pytest.fixture
def asked_before(con: database.Connection, tmp_path: Path, undecorated: None) -> Path:
    """A folder whose panel must be drawn anew, some boards of which answered yesterday; all that came is loaded."""
    yesterday = datetime.now(UTC) - timedelta(days=1)
    long_ago = yesterday.date() - timedelta(weeks=panel.MIN_WEEKS)
    know(con, "greenhouse", 60)
    narrow = replace(all_sources()["greenhouse"].SOURCE, most_requests=40)
    plan_boards(con, [narrow], run_id="long ago", day=long_ago)
    con.close()
    answers = [
        greenhouse_board(f"e{board}", *(greenhouse_job(100 * board + job) for job in range(board % 13)))
        for board in range(40)
    ]
    record(path_of(tmp_path / "archive", "greenhouse", yesterday), answers[:20], yesterday)
    later = yesterday + timedelta(hours=1)
    record(path_of(tmp_path / "archive", "greenhouse", later), answers[20:], later)
    request = night_of(tmp_path, workers=1)
    load_stage.load_refined(request, *load_stage.refine_archive(request))
    return tmp_path


def test_a_night_after_an_update_is_planned_from_what_was_known_before_it(
    asked_before: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = shutil.copytree(asked_before, tmp_path_factory.mktemp("updated") / "data")
    with database.open_work(copy) as con:
        con.execute("UPDATE made_with SET schema_key = 'of the version before'")
    fetches, tables = plan_of(asked_before, monkeypatch)
    answered = {f"e{board}" for board in range(40)}
    again = {why for board, planned_on, why, _ in tables["nights"] if board in answered and planned_on == date.today()}
    assert again <= {"panel"}, "what answered a day ago is asked only where the panel has its weekday today"
    assert any(not row[3].startswith("-1:") for row in tables["draw"]), "some sizes are known"
    assert plan_of(copy, monkeypatch) == (fetches, tables)


def test_a_night_after_a_kill_is_planned_from_what_the_killed_one_was_told(
    asked_before: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = shutil.copytree(asked_before, tmp_path_factory.mktemp("killed") / "data")
    database.reset_work(copy)
    _, second = sorted((copy / "archive" / "greenhouse").glob("*"))
    second.rename(tmp_path_factory.mktemp("aside") / second.name)
    request = night_of(copy, workers=1)
    load_stage.load_refined(request, *load_stage.refine_archive(request))
    shutil.copy2(asked_before / "archive" / "greenhouse" / second.name, second)
    assert plan_of(copy, monkeypatch) == plan_of(asked_before, monkeypatch)


def test_a_night_that_has_loaded_all_refines_nothing_before_its_plan(
    asked_before: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refine(*_: object) -> NoReturn:
        raise AssertionError("nothing is behind")

    monkeypatch.setattr(load_stage, "refine_archive", refine)
    assert fetch.load_unplanned(night_of(asked_before), ["greenhouse", "ecb_rates"]) == ()


def test_a_damaged_work_file_is_made_again_before_the_plan(
    asked_before: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = shutil.copytree(asked_before, tmp_path_factory.mktemp("damaged") / "data")
    (copy / database.WORK).write_bytes(b"no database")
    loads, messages = fetch.load_before_plan(night_of(copy, workers=1), ["greenhouse"])
    assert [one.state for one in loads] == ["loaded", "loaded"]
    assert [sentence.partition(" (")[0] for sentence in messages] == ["work.duckdb is damaged"]


def test_a_night_is_planned_where_the_archive_cannot_be_loaded(
    asked_before: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    database.reset_work(asked_before)

    def load(*_: object, **__: object) -> NoReturn:
        raise ZeroDivisionError("a mistake of ours")

    monkeypatch.setattr(load_stage, "load_refined", load)
    fetches, _ = plan_of(asked_before, monkeypatch)
    assert fetches["greenhouse"]
    assert "boards are planned without the archived answers that work.duckdb lacks: a mistake of ours" in caplog.text


def test_boards_too_large_for_a_night_are_named_each_night_with_what_lets_them_in(
    con: database.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    for day in (DAY, DAY + timedelta(days=1)):
        caplog.clear()
        source = replace(all_sources()["recruitee"].SOURCE, most_requests=RULES_REQUESTS)
        assert plan_boards(con, [source], run_id=str(day), day=day)["recruitee"] == []
        (said,) = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
        assert said.startswith("recruitee: boards skipped, each too large for what was left of 2 requests: ")
        assert " needs 3, " in said and said.endswith(". limits.requests.recruitee = 3 lets the largest in")
    assert plan_boards(con, [replace(source, most_requests=3)], run_id="3", day=day)["recruitee"] != []


@pytest.mark.parametrize("n_postings", [0, 40, 1_000])
@pytest.mark.parametrize("name", ["greenhouse", "recruitee"])
def test_what_is_said_to_let_a_large_board_in_does(name: str, n_postings: int) -> None:
    source = replace(all_sources()[name].SOURCE, most_requests=100, most_postings=n_postings)
    budget = board_plan.count_list_requests(source)
    said = board_plan.describe_skipped(source, {"acme": budget + 30, "mill": budget}, budget)
    assert f"acme needs {budget + 30:,.0f}, mill needs {budget:,.0f}" in said
    setting = int(said.partition(f"limits.requests.{name} = ")[2].partition(" ")[0].replace(",", ""))
    with_setting = [board_plan.count_list_requests(replace(source, most_requests=setting - less)) for less in (0, 1)]
    assert with_setting[1] < budget + 30 <= with_setting[0]
    assert "so no setting can admit the largest" in board_plan.describe_skipped(source, {"acme": 1e6}, budget)
    assert "on a night with enough left" in board_plan.describe_skipped(source, {"acme": budget}, budget)


def test_boards_that_a_clock_ahead_had_asked_are_asked_again(con: database.Connection) -> None:
    """Nights and draws of days still to come say nothing of today."""
    n_all = len(plan(con, "right"))
    drawn = all_rows(con, "SELECT board, number, chance FROM ops.panel_draw ORDER BY board")
    ahead = DAY + timedelta(days=365)
    assert len(plan(con, "ahead", day=ahead)) == n_all
    con.execute("UPDATE ops.board_nights SET outcome = 'no_answer'")
    assert all_rows(con, "SELECT DISTINCT asked_on FROM core.board_states WHERE source = 'recruitee'") == [(ahead,)]
    assert plan(con, "right again") == [], "they were asked today"
    assert len(plan(con, "next", day=DAY + timedelta(days=1))) == n_all
    con.execute("UPDATE ops.panel_draw SET drawn_on = ?", [ahead])
    states = store.read_states(con, ["recruitee"], DAY)["recruitee"]
    assert set(states.drawn_on) == {None}
    assert len(plan(con, "drawn again", day=DAY + timedelta(days=2))) == n_all
    assert all_rows(con, "SELECT board, number, chance FROM ops.panel_draw ORDER BY board") == drawn
