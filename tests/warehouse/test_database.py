"""Loading, closing, converting, publishing and reading, on small files made here."""

from __future__ import annotations

import dataclasses
import itertools
import json
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.share_rows import share_row
from transforms.records.columns import fields_of, table_of
from transforms.records.rows import ExchangeRate, Issue, Pay, PayReport, Place, Posting, SkillAsked
from warehouse import database, schema
from warehouse.load import jobs, loader
from warehouse.load.refined_file import RefinedFile
from warehouse.load.usd_conversion import convert_money, unconverted
from warehouse.publish.market import export_parquet, publish
from warehouse.publish.reader import open_reader
from warehouse.tables import Checks, Countries, RefinedResponses, Rejects, Runs, Shares, SourceHealth, Sources

BEGIN = datetime(2026, 1, 1, 23, 30, tzinfo=UTC)  # late in the day: another day in most time zones


def night(number: int) -> datetime:
    """The time of a night's answers."""
    return BEGIN + timedelta(days=number)


def posting(id: object = 1, **said: Any) -> Posting:
    """A posting of the source `board` unless it says another."""
    values: dict[str, Any] = {f.name: () if f.is_list and not f.nullable else None for f in fields_of(Posting)}
    values |= {
        "source": "board",
        "board": "acme",
        "title": "Data Engineer",
        "role": "data_engineer",
        "role_group": "data",
        "seniority": "unstated",
        "seniority_inferred": False,
        "text_state": "none",
    } | said
    return Posting(**values | {"posting_id": f"{values['source']}:{id}"})


def paid(low: float, currency: str | None, **said: Any) -> Posting:
    """A posting with yearly pay."""
    return posting(
        **{"pay_low": low, "annual_low": low, "currency": currency, "period": "year", "pay_source": "stated"} | said
    )


@dataclass(frozen=True)
class Answer:
    """What one response held."""

    at: datetime
    rows: Sequence[Any] = ()
    board: str | None = "acme"
    is_complete: bool = True
    issues: tuple[Issue, ...] = ()
    repeats: datetime | None = None
    gone: str | None = None
    """Posting whose own address answered 404."""


def file_at(folder: Path, source: str, name: str, key: str) -> RefinedFile:
    """Where the refined file of an archive file stands."""
    place = folder / "refined" / source
    place.mkdir(parents=True, exist_ok=True)
    rows, responses = place / f"{name}.parquet", place / f"{name}.responses.parquet"
    return RefinedFile(source=source, warc=f"{source}/{name}.warc.gz", rows=rows, responses=responses, refine_key=key)


def refined(
    folder: Path, name: str, *answers: Answer, source: str = "board", key: str = "1", of: type = Posting
) -> RefinedFile:
    """Write what the refine step would have made of one archive file with these answers."""
    file = file_at(folder, source, name, key)
    rows = [(row, record, answer.at) for record, answer in enumerate(answers) for row in answer.rows]
    pq.write_table(schema.refined_table(of, rows).replace_schema_metadata({"row_table": of.__name__}), file.rows)
    responses = [
        RefinedResponses(
            record=record,
            source=source,
            url=f"https://api.example/{answer.board}",
            observed_at=answer.at,
            http_status=304 if answer.repeats else 404 if answer.gone else 200,
            digest="sha1:X",
            refers_to=answer.repeats,
            board=answer.board,
            posting_id=answer.gone,
            is_complete=answer.is_complete and not answer.repeats,
            n_rows=len(answer.rows),
            n_rejects=len(answer.issues),
            issues=answer.issues,
        )
        for record, answer in enumerate(answers)
    ]
    pq.write_table(schema.arrow_table(RefinedResponses, responses), file.responses)
    return file


def rates(
    folder: Path, name: str, quotes: Sequence[tuple[str, str, str, float]], source: str = "ecb_rates"
) -> RefinedFile:
    """A refined file of exchange rates: day, base, currency, rate."""
    rows = [
        ExchangeRate(source=source, rate_on=date.fromisoformat(day), base=base, currency=currency, rate=rate)
        for day, base, currency, rate in quotes
    ]
    return refined(folder, name, Answer(BEGIN, rows, board=None), source=source, of=ExchangeRate)


def passes(*_: object) -> bool:
    """A gate that lets everything in."""
    return True


def load(con: database.Connection, *files: RefinedFile, gate: loader.Gate = passes) -> tuple[loader.Loaded, ...]:
    """Load files one call at a time, in the order given; each call has those of the source that are loaded, too."""
    outcomes = []
    for file in files:
        before = con.execute("SELECT warc, refine_key FROM ops.loads WHERE source = ?", [file.source]).fetchall()
        others = [
            file_at(file.rows.parents[2], file.source, Path(warc).name.removesuffix(".warc.gz"), key)
            for warc, key in before
            if warc != file.warc
        ]
        outcomes += [one for one in loader.load(con, [*others, file], gate=gate) if one.warc == file.warc]
    return tuple(outcomes)


def all_rows(con: database.Connection, select: str) -> list[tuple[Any, ...]]:
    return con.execute(select).fetchall()


def core(con: database.Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Everything in `core`, ordered."""
    names = [table_of(cls).name for cls in schema.database_tables() if schema.schema_of(cls) == "core"]
    return {name: all_rows(con, f"SELECT * FROM {name} ORDER BY ALL") for name in names}


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an empty work file, to copy: making one takes half a second."""
    folder = tmp_path_factory.mktemp("empty")
    database.open_work(folder).close()
    return folder


def copy_of(empty: Path, folder: Path) -> database.Connection:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(empty / database.WORK, folder / database.WORK)
    return database.open_work(folder)


@pytest.fixture
def con(empty: Path, tmp_path: Path) -> Iterator[database.Connection]:
    with copy_of(empty, tmp_path) as made:
        yield made


# --- upserts ----------------------------------------------------------------------------------------

ON_BOARDS = "SELECT posting_id, first_seen_at, last_seen_at, closed_at FROM core.posting_boards ORDER BY ALL"


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_what_is_only_repeated_is_seen_again(con: database.Connection, tmp_path: Path, order: tuple[int, ...]) -> None:
    files = [
        refined(tmp_path, "a", Answer(night(0), [posting("1"), posting("2")])),
        refined(tmp_path, "b", Answer(night(1), repeats=night(0))),
        refined(tmp_path, "c", Answer(night(2), [posting("2"), posting("3")])),
        refined(tmp_path, "d", Answer(night(3), repeats=night(2))),
    ]
    load(con, *(files[number] for number in order))
    assert all_rows(con, ON_BOARDS) == [
        ("board:1", night(0), night(1), night(2)),
        ("board:2", night(0), night(3), None),
        ("board:3", night(2), night(3), None),
    ]
    assert all_rows(con, "SELECT last_seen_at FROM core.postings ORDER BY posting_id") == [
        (night(1),),
        (night(3),),
        (night(3),),
    ]
    assert all_rows(con, "SELECT DISTINCT is_complete FROM ops.responses") == [(True,)]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_repetition_is_no_more_complete_than_what_it_repeats(
    con: database.Connection, tmp_path: Path, order: tuple[int, ...]
) -> None:
    files = [
        refined(tmp_path, "a", Answer(night(0), [posting("1")])),
        refined(tmp_path, "b", Answer(night(1), [posting("2")], is_complete=False)),
        refined(tmp_path, "c", Answer(night(2), repeats=night(1))),
    ]
    load(con, files[0], *(files[1:][number] for number in order))
    assert all_rows(con, "SELECT count(*) FROM core.postings WHERE closed_on IS NOT NULL") == [(0,)]
    assert all_rows(con, "SELECT is_complete FROM ops.responses ORDER BY warc") == [(True,), (False,), (False,)]


SEEN = "SELECT title, first_seen_at, last_seen_at, warc, record FROM core.postings ORDER BY posting_id"


def test_the_newest_observation_gives_the_values_whatever_is_loaded_last(
    con: database.Connection, tmp_path: Path
) -> None:
    old = refined(tmp_path, "a", Answer(night(0), [posting(title="Old")]))
    new = refined(tmp_path, "b", Answer(night(2), [posting(title="New")]))
    between = refined(tmp_path, "c", Answer(night(1), [posting(title="Between")]))
    load(con, new, old, between)
    assert all_rows(con, SEEN) == [("New", night(0), night(2), "board/b.warc.gz", 0)]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_one_time_the_later_file_and_record_win(
    order: tuple[int, ...], con: database.Connection, tmp_path: Path
) -> None:
    first = refined(tmp_path, "a", Answer(night(0)), Answer(night(0), [posting(title="Later record")]))
    second = refined(tmp_path, "b", Answer(night(0), [posting(title="Later file")]))
    load(con, *((first, second)[i] for i in order))
    assert all_rows(con, SEEN) == [("Later file", night(0), night(0), "board/b.warc.gz", 0)]


def test_one_posting_on_two_boards_is_one_posting_with_two_board_rows(con: database.Connection, tmp_path: Path) -> None:
    file = refined(
        tmp_path,
        "a",
        Answer(night(0), [posting(board="acme"), posting(2, board="acme")], board="acme"),
        Answer(night(0), [posting(board="acme-labs")], board="acme-labs"),
    )
    (loaded,) = load(con, file)
    assert (loaded.state, loaded.n_rows) == ("loaded", 3)
    assert all_rows(con, "SELECT posting_id, board FROM core.postings ORDER BY ALL") == [
        ("board:1", "acme"),  # of two that list it since the same time, the first by name speaks
        ("board:2", "acme"),
    ]
    assert all_rows(con, "SELECT posting_id, board FROM core.posting_boards ORDER BY ALL") == [
        ("board:1", "acme"),
        ("board:1", "acme-labs"),
        ("board:2", "acme"),
    ]


def test_parts_are_those_of_the_newest_observation(con: database.Connection, tmp_path: Path) -> None:
    def asks(*skills: str, pays: tuple[Pay, ...] = ()) -> Posting:
        return posting(
            places=tuple(Place(place_text=skill) for skill in skills),
            pay=pays,
            skills=tuple(SkillAsked(skill=skill, requirement="required", start=0, end=1) for skill in skills),
        )

    new = refined(tmp_path, "b", Answer(night(1), [asks("Go", "Rust", pays=(Pay(low=1.0), Pay(component="bonus")))]))
    old = refined(tmp_path, "a", Answer(night(0), [asks("Go", "Cobol", "Java")]))
    load(con, new, old)
    assert all_rows(con, "SELECT skill FROM core.posting_skills ORDER BY ALL") == [("Go",), ("Rust",)]
    assert all_rows(con, "SELECT position, place_text FROM core.posting_places ORDER BY ALL") == [
        (0, "Go"),
        (1, "Rust"),
    ]
    assert all_rows(con, "SELECT position, component, low FROM core.posting_pay ORDER BY ALL") == [
        (0, "base", 1.0),
        (1, "bonus", None),
    ]
    load(con, refined(tmp_path, "c", Answer(night(2), [posting()])))
    assert all_rows(con, "SELECT * FROM core.posting_skills") == []


def test_rows_that_are_no_postings_are_upserted_by_their_key(con: database.Connection, tmp_path: Path) -> None:
    def quote(name: str, at: datetime, rate: float, day: str = "2026-01-02") -> RefinedFile:
        row = ExchangeRate(source="ecb_rates", rate_on=date.fromisoformat(day), base="EUR", currency="USD", rate=rate)
        return refined(tmp_path, name, Answer(at, [row], board=None), source="ecb_rates", of=ExchangeRate)

    load(con, quote("b", night(2), 1.2), quote("a", night(1), 1.1), quote("c", night(1), 1.3, day="2026-01-01"))
    assert all_rows(con, "SELECT rate_on::VARCHAR, rate, warc FROM core.exchange_rates ORDER BY ALL") == [
        ("2026-01-01", 1.3, "ecb_rates/c.warc.gz"),
        ("2026-01-02", 1.2, "ecb_rates/b.warc.gz"),
    ]


def test_pay_reports_keep_every_row_of_every_snapshot(con: database.Connection, tmp_path: Path) -> None:
    def row(number: int, day: date) -> PayReport:
        values: dict[str, Any] = {f.name: None for f in fields_of(PayReport)}
        values |= {"source": "survey", "snapshot_on": day, "row": number, "basis": "reported", "pair_row": number}
        values |= {"year": 2025, "title": "Data Scientist", "role": "data_scientist", "role_group": "ai_science"}
        return PayReport(**{**values, "seniority": "mid", "pay": 50_000.0, "currency": "EUR"})

    days = (date(2026, 1, 1), date(2026, 2, 1))
    for number, day in enumerate(days):
        rows = [row(n, day) for n in (1, 2, 3)]
        load(con, refined(tmp_path, str(number), Answer(night(number), rows), source="survey", of=PayReport))
    assert all_rows(con, "SELECT count(*), count(DISTINCT snapshot_on) FROM core.pay_reports") == [(6, 2)]


# --- order of loading --------------------------------------------------------------------------------

BOARDS = ("acme", "globex")
FULLNESS = ("none", "snippet", "full")
DAYS = 6
LISTED = st.tuples(
    st.integers(0, DAYS - 1),
    st.sampled_from(BOARDS),
    st.booleans(),
    st.lists(
        st.tuples(st.integers(1, 3), st.sampled_from(["Engineer", "Senior engineer"]), st.sampled_from(FULLNESS)),
        max_size=3,
    ),
)
NOT_FOUND = st.tuples(st.integers(0, DAYS - 1), st.integers(1, 3))
"""Answers of a file: a list of a board on a day, complete or not, with rows; or a posting that was not found."""


@dataclass
class Told:
    """What the oracle knows of one posting."""

    intervals: dict[str, list[list[Any]]] = dataclasses.field(default_factory=dict)
    versions: list[tuple[datetime, str, str, str]] = dataclasses.field(default_factory=list)

    def open_at(self, at: datetime, age: int | None) -> list[tuple[datetime, str]]:
        """Boards that list it, from when on."""
        found = []
        for board, intervals in self.intervals.items():
            first, last, closed, _ = intervals[-1]
            if closed is None and (age is None or (at.date() - last.date()).days <= age):
                found.append((first, board))
        return sorted(found)


def told(files: Sequence[Sequence[tuple[Any, ...]]], age: int | None) -> dict[str, Told]:
    """The life of every posting, followed day by day in plain Python."""
    lives: dict[str, Told] = {}
    numbered = [(*answer, number, record) for number, file in enumerate(files) for record, answer in enumerate(file)]
    for day in range(DAYS):
        at, complete, missing = night(day), set(), set()
        read: dict[tuple[str, str], tuple[Any, ...]] = {}
        for of_day, *answer, number, record in numbered:
            if of_day != day:
                continue
            if len(answer) == 1:
                missing.add(f"board:{answer[0]}")
                continue
            board, is_complete, rows = answer
            complete |= {board} if is_complete and rows else set()
            for position, (id, title, fullness) in enumerate(rows):
                rank = (FULLNESS.index(fullness), number, record, position)
                key = (f"board:{id}", board)
                read[key] = max(read.get(key, ((),)), (rank, title, fullness))
        for posting_id, life in lives.items():
            for board, intervals in life.intervals.items():
                if intervals[-1][2] is None and (posting_id, board) not in read:
                    by = "list" if board in complete else "not_found" if posting_id in missing else None
                    intervals[-1][2:] = [at if by else None, by]
        for posting_id, board in sorted(read):
            intervals = lives.setdefault(posting_id, Told()).intervals.setdefault(board, [])
            is_going_on = intervals and intervals[-1][2] is None
            if is_going_on and (age is None or board in complete or (at.date() - intervals[-1][1].date()).days <= age):
                intervals[-1][1] = at
            else:
                intervals.append([at, at, None, None])
        for posting_id in {posting_id for posting_id, _ in read}:
            life = lives[posting_id]
            speaks = life.open_at(at, age)[0][1]
            if (posting_id, speaks) not in read:
                continue
            _, title, fullness = read[posting_id, speaks]
            if life.versions:
                _, before, fuller, _ = life.versions[-1]
                if (before, fuller) == (title, fullness):
                    continue
                if before == title and FULLNESS.index(fullness) < FULLNESS.index(fuller):
                    continue
            life.versions.append((at, title, fullness, speaks))
    return lives


def made_from(folder: Path, files: Sequence[Sequence[tuple[Any, ...]]]) -> list[RefinedFile]:
    """Refined files of generated answers."""
    made = []
    for number, file in enumerate(files):
        answers = []
        for day, *answer in file:
            if len(answer) == 1:
                answers.append(Answer(night(day), board=None, is_complete=False, gone=f"board:{answer[0]}"))
                continue
            board, is_complete, rows = answer
            said = [posting(id, title=title, text_state=fullness, board=board) for id, title, fullness in rows]
            answers.append(Answer(night(day), said, board, is_complete and bool(rows)))
        made.append(refined(folder, str(number), *answers))
    return made


def declare(con: database.Connection, age: int | None) -> None:
    """Put the source `board` among the sources, with the age at which its adverts expire."""
    values: dict[str, Any] = {f.name: "x" for f in fields_of(Sources) if f.type is str}
    row = Sources(**values | {
        "source": "board", "kind": "employer board", "terms_url": None, "is_republishable": True, "is_verified": True,
        "expires_after_days": age,
    })  # fmt: skip
    database.load_lookup(con, Sources, [row])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    files=st.tuples(*(st.lists(st.one_of(LISTED, LISTED, NOT_FOUND), min_size=1, max_size=3) for _ in range(3))),
    age=st.sampled_from([None, 1]),
)
def test_core_is_the_same_whatever_the_order_of_loading(
    files: tuple[Any, ...], age: int | None, empty: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("order")
    made = made_from(folder, files)
    results = []
    for number, order in enumerate(itertools.permutations(made)):
        if number not in (0, 3, 5):  # in order, rotated, reversed
            continue
        with copy_of(empty, folder / f"db{number}") as con:
            declare(con, age)
            load(con, *order)
            convert_money(con)
            results.append(core(con))
            lives = told(files, age)
            assert all_rows(con, "SELECT * FROM core.posting_boards ORDER BY ALL") == [
                (posting_id, board, *interval)
                for posting_id, life in sorted(lives.items())
                for board, intervals in sorted(life.intervals.items())
                for interval in intervals
            ]
            said = "posting_id, version_from, title, text_state, board"
            assert all_rows(con, f"SELECT {said} FROM core.posting_versions ORDER BY ALL") == [
                (posting_id, *version) for posting_id, life in sorted(lives.items()) for version in life.versions
            ]
            assert_dates(con)
    assert results[0] == results[1] == results[2]


def assert_dates(con: database.Connection) -> None:
    """What core.postings says of a posting's life is what its intervals say."""
    for posting_id, first, last, closed in all_rows(
        con, "SELECT posting_id, first_seen_at, last_seen_at, closed_on FROM core.postings"
    ):
        on = f"FROM core.posting_boards WHERE posting_id = '{posting_id}'"
        newest = all_rows(con, f"SELECT board, closed_at {on} QUALIFY row_number() OVER (PARTITION BY board ORDER BY"
                          " first_seen_at DESC) = 1")  # fmt: skip
        closings = [at for _, at in newest]
        assert [(first, last)] == all_rows(con, f"SELECT min(first_seen_at), max(last_seen_at) {on}")
        assert (closed is None) == (None in closings)
        assert closed in (None, *(at.date() for at in closings if at))


# --- closings ---------------------------------------------------------------------------------------

CLOSED = "SELECT posting_id, closed_on::VARCHAR FROM core.postings ORDER BY ALL"


def test_the_first_complete_answer_without_it_closes_a_posting(con: database.Connection, tmp_path: Path) -> None:
    both, one = [posting(1), posting(2)], [posting(1)]
    files = [
        refined(tmp_path, str(n), Answer(night(n), rows, is_complete=complete))
        for n, (rows, complete) in enumerate([(both, True), (one, False), (one, True), (one, True)])
    ]
    load(con, *files[:2])
    assert all_rows(con, CLOSED) == [("board:1", None), ("board:2", None)]  # a partial list closes nothing
    load(con, files[3])
    assert all_rows(con, CLOSED) == [("board:1", None), ("board:2", "2026-01-04")]
    load(con, files[2])  # found late, but earlier
    assert all_rows(con, CLOSED) == [("board:1", None), ("board:2", "2026-01-03")]


def test_a_posting_seen_again_is_open_again(con: database.Connection, tmp_path: Path) -> None:
    load(con, refined(tmp_path, "0", Answer(night(0), [posting()])), refined(tmp_path, "1", Answer(night(1))))
    assert all_rows(con, CLOSED) == [("board:1", "2026-01-02")]
    load(con, refined(tmp_path, "2", Answer(night(2), [posting()])))
    assert all_rows(con, CLOSED) == [("board:1", None)]


INTERVALS = (
    "SELECT first_seen_at::DATE::VARCHAR, last_seen_at::DATE::VARCHAR, closed_at::DATE::VARCHAR"
    " FROM core.posting_boards ORDER BY ALL"
)


def test_nights_without_a_reading_end_no_interval_between_two_whole_lists(
    con: database.Connection, tmp_path: Path
) -> None:
    """It may have counted as expired on some of those days; that it was reopened, nothing says."""
    declare(con, 2)
    load(con, *(refined(tmp_path, str(day), Answer(night(day), [posting()])) for day in (0, 5)))
    assert all_rows(con, INTERVALS) == [("2026-01-01", "2026-01-06", None)]
    load(con, refined(tmp_path, "9", Answer(night(9), [posting()], is_complete=False)))
    assert all_rows(con, INTERVALS) == [("2026-01-01", "2026-01-06", None), ("2026-01-10", "2026-01-10", None)]


def test_a_list_closes_the_newest_interval_and_none_that_expired_before_it(
    con: database.Connection, tmp_path: Path
) -> None:
    declare(con, 2)
    seen = [refined(tmp_path, str(day), Answer(night(day), [posting()], is_complete=False)) for day in (0, 5)]
    without = [refined(tmp_path, str(day), Answer(night(day), [posting(2)])) for day in (6, 7)]
    load(con, *seen, *without)
    ours = INTERVALS.replace(" ORDER", " WHERE posting_id = 'board:1' ORDER")
    expected = [("2026-01-01", "2026-01-01", None), ("2026-01-06", "2026-01-06", "2026-01-07")]
    assert all_rows(con, ours) == expected


def test_a_posting_is_open_while_one_board_lists_it(con: database.Connection, tmp_path: Path) -> None:
    load(
        con,
        refined(tmp_path, "0", *(Answer(night(0), [posting(board=board)], board) for board in BOARDS)),
        refined(tmp_path, "1", Answer(night(1), board="acme"), Answer(night(1), [posting(board="globex")], "globex")),
    )
    assert all_rows(con, CLOSED) == [("board:1", None)]
    assert all_rows(con, "SELECT board, closed_at::DATE::VARCHAR FROM core.posting_boards ORDER BY ALL") == [
        ("acme", "2026-01-02"),
        ("globex", None),
    ]
    load(con, refined(tmp_path, "3", Answer(night(3), board="globex")))
    assert all_rows(con, CLOSED) == [("board:1", "2026-01-04")]


def test_another_source_or_board_closes_nothing(con: database.Connection, tmp_path: Path) -> None:
    load(
        con,
        refined(tmp_path, "0", Answer(night(0), [posting(), posting(2, board=None)])),
        refined(tmp_path, "1", Answer(night(1), board="globex")),
        refined(tmp_path, "1", Answer(night(1), board="acme"), source="other"),
    )
    assert all_rows(con, CLOSED) == [("board:1", None), ("board:2", None)]


# --- gates, refusals, reloads ------------------------------------------------------------------------


def counts(con: database.Connection) -> dict[str, int]:
    names = ("core.postings", "core.posting_boards", "ops.loads", "ops.responses", "ops.rejects")
    return {name: all_rows(con, f"SELECT count(*) FROM {name}")[0][0] for name in names}


def test_loading_the_same_file_again_does_nothing(con: database.Connection, tmp_path: Path) -> None:
    file = refined(tmp_path, "a", Answer(night(0), [posting()]))
    load(con, file)
    before = core(con), counts(con)
    (again,) = loader.load(con, [file], gate=lambda *_: pytest.fail("the gate has nothing to judge"))
    assert again == loader.Loaded(warc="board/a.warc.gz", state="unchanged")
    assert (core(con), counts(con)) == before


def test_the_gate_sees_one_row_per_key_without_text_or_nested_columns(con: database.Connection, tmp_path: Path) -> None:
    seen: list[tuple[str, type, pd.DataFrame, int]] = []
    row = posting(text="secret", remote_scope=("DE",), posted_on=date(2026, 1, 1))
    load(
        con,
        refined(tmp_path, "a", Answer(night(0), [row, row, posting(2)])),
        gate=lambda *judged: seen.append(judged) or True,  # type: ignore[func-returns-value]
    )
    ((warc, cls, frame, n_seen),) = seen
    assert n_seen == 2
    assert (warc, cls, len(frame)) == ("board/a.warc.gz", Posting, 2)
    assert "text" not in frame
    assert set(frame) == {f.name for f in fields_of(Posting) if not f.is_list} - {"text", "said_hash"}


def test_a_refused_file_leaves_its_rejects_and_the_reason(con: database.Connection, tmp_path: Path) -> None:
    broken = Issue(column_name="record", value="{}", rule="a title expected")
    file = refined(tmp_path, "a", Answer(night(0), [posting()], issues=(broken,)))
    (refused,) = load(con, file, gate=lambda *_: False)
    assert (refused.state, refused.n_rejects) == ("refused", 2)
    assert counts(con) == {
        "core.postings": 0, "core.posting_boards": 0, "ops.loads": 0, "ops.responses": 0, "ops.rejects": 2,
    }  # fmt: skip
    assert all_rows(con, "SELECT record, column_name, rule LIKE '%gate%' FROM ops.rejects ORDER BY ALL") == [
        (-1, "file", True),
        (0, "record", False),
    ]
    assert [again.state for again in load(con, file)] == ["unchanged"], "a later night does not let it in"
    assert loader.refused_files(con, "board") == ["board/a.warc.gz"]
    loader.forget_refusals(con, "board")
    (loaded,) = load(con, file)
    assert (loaded.state, loaded.n_rejects) == ("loaded", 1)
    assert all_rows(con, "SELECT record FROM ops.rejects") == [(0,)]


def test_what_was_refused_is_tried_again_when_what_reads_it_changes(con: database.Connection, tmp_path: Path) -> None:
    load(con, refined(tmp_path, "a", Answer(night(0), [posting()])), gate=lambda *_: False)
    (loaded,) = load(con, refined(tmp_path, "a", Answer(night(0), [posting()]), key="2"))
    assert loaded.state == "loaded"
    assert loader.refused_files(con, "board") == []


def test_a_refused_file_keeps_what_others_said(con: database.Connection, tmp_path: Path) -> None:
    load(con, refined(tmp_path, "a", Answer(night(0), [posting(title="Good")])))
    before = core(con)
    load(con, refined(tmp_path, "b", Answer(night(1), [posting(title="Bad")])), gate=lambda *_: False)
    assert core(con) == before


def test_an_error_of_ours_in_the_gate_is_raised_and_nothing_written(con: database.Connection, tmp_path: Path) -> None:
    def broken(*_: object) -> bool:
        raise RuntimeError("the gate cannot judge")

    with pytest.raises(RuntimeError, match="cannot judge"):
        load(con, refined(tmp_path, "a", Answer(night(0), [posting()])), gate=broken)
    assert set(counts(con).values()) == {0}
    load(con, refined(tmp_path, "a", Answer(night(0), [posting()])))  # the connection is usable again
    assert counts(con)["core.postings"] == 1


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"pay": (Pay(low=9.0, high=5.0),)}, "CHECK"),
        ({"pay": (Pay(component="perks"),)}, "CHECK"),
        ({"skills": (SkillAsked(skill="Go", requirement="required", start=0, end=2),) * 2}, "Go twice"),
    ],
)
def test_parts_that_break_a_rule_refuse_their_file(
    wrong: dict[str, Any], why: str, con: database.Connection, tmp_path: Path
) -> None:
    (refused,) = load(con, refined(tmp_path, "a", Answer(night(0), [posting(**wrong)])))
    assert refused.state == "refused"
    assert why in (refused.why or "")
    assert counts(con)["core.postings"] == 0


def test_values_that_were_refused_are_noted_with_their_posting(con: database.Connection, tmp_path: Path) -> None:
    issue = Issue(column_name="posted_on", value="soon", rule="a date expected")
    load(con, refined(tmp_path, "a", Answer(night(0)), Answer(night(0), [posting(issues=(issue,))])))
    assert all_rows(con, "SELECT * FROM ops.rejects") == [
        ("board", "board/a.warc.gz", 1, "board:1", "posted_on", "soon", "a date expected", False)
    ]


def test_an_archive_file_without_one_whole_record_is_loaded_and_reported(
    con: database.Connection, tmp_path: Path
) -> None:
    file = refined(tmp_path, "a")
    cut = RefinedResponses(
        record=0, source="board", url=None, observed_at=None, http_status=None, digest=None, board=None,
        is_complete=False, n_rows=0, n_rejects=1,
        issues=(Issue(column_name="response", value="cut short", rule="a whole record expected"),),
    )  # fmt: skip
    pq.write_table(schema.arrow_table(RefinedResponses, [cut]), file.responses)
    (loaded,) = load(con, file)
    assert (loaded.state, loaded.n_rows, loaded.n_rejects) == ("loaded", 0, 1)
    assert all_rows(con, "SELECT observed_from, n_responses FROM ops.loads") == [(None, 1)]


def test_what_other_code_read_replaces_what_was_read_before(con: database.Connection, tmp_path: Path) -> None:
    gone = posting(9, title="Read by mistake")
    files = [
        refined(tmp_path, "a", Answer(night(0), [posting(title="Wrong"), gone])),
        refined(tmp_path, "b", Answer(night(1), [posting(title="Also wrong")])),
    ]
    loader.load(con, files, gate=passes)
    other = refined(tmp_path, "z", Answer(night(0), [posting(source="other")]), source="other")
    load(con, other)
    again = [
        refined(tmp_path, "a", Answer(night(0), [posting(title="Right")]), key="2"),
        refined(tmp_path, "b", Answer(night(1), [posting(title="Right as well")]), key="2"),
    ]
    outcomes = loader.load(con, again, gate=passes)
    assert [outcome.state for outcome in outcomes] == ["loaded", "loaded"]
    assert all_rows(con, "SELECT posting_id, title, first_seen_at FROM core.postings ORDER BY ALL") == [
        ("board:1", "Right as well", night(0)),
        ("other:1", "Data Engineer", night(0)),
    ]
    assert all_rows(con, "SELECT warc, refine_key FROM ops.loads ORDER BY ALL") == [
        ("board/a.warc.gz", "2"),
        ("board/b.warc.gz", "2"),
        ("other/z.warc.gz", "1"),
    ]
    assert [outcome.state for outcome in loader.load(con, again, gate=passes)] == ["unchanged", "unchanged"]


def test_a_reload_that_a_gate_refuses_keeps_the_last_good_rows(con: database.Connection, tmp_path: Path) -> None:
    files = [refined(tmp_path, name, Answer(night(n), [posting(title=name)])) for n, name in enumerate("ab")]
    loader.load(con, files, gate=passes)
    before = core(con), all_rows(con, "FROM ops.loads ORDER BY ALL")
    edited = [dataclasses.replace(file, refine_key="2") for file in files]
    outcomes = loader.load(con, edited, gate=lambda warc, *_: "b.warc" not in warc)
    assert {outcome.warc: outcome.state for outcome in outcomes} == {
        "board/a.warc.gz": "unchanged",
        "board/b.warc.gz": "refused",
    }
    assert (core(con), all_rows(con, "FROM ops.loads ORDER BY ALL")) == before


def test_a_reload_without_a_file_that_was_loaded_keeps_the_last_good_rows(
    con: database.Connection, tmp_path: Path
) -> None:
    files = [refined(tmp_path, name, Answer(night(n), [posting(title=name)])) for n, name in enumerate("ab")]
    loader.load(con, files, gate=passes)
    before = core(con)
    outcomes = loader.load(con, [dataclasses.replace(files[0], refine_key="2")], gate=passes)
    assert [(outcome.warc, outcome.state) for outcome in outcomes] == [
        ("board/a.warc.gz", "unchanged"),
        ("board/b.warc.gz", "refused"),
    ]
    assert core(con) == before


def test_a_new_bad_file_does_not_stop_a_reload(con: database.Connection, tmp_path: Path) -> None:
    old = refined(tmp_path, "a", Answer(night(0), [posting(title="Old")]))
    load(con, old)
    edited = refined(tmp_path, "a", Answer(night(0), [posting(title="Edited")]), key="2")
    bad = refined(tmp_path, "b", Answer(night(1), [posting(title="Bad", pay=(Pay(low=2.0, high=1.0),))]), key="2")
    refused = refined(tmp_path, "c", Answer(night(2), [posting(title="Refused")]), key="2")
    outcomes = loader.load(con, [edited, bad, refused], gate=lambda warc, *_: "c.warc" not in warc)
    assert {outcome.warc: outcome.state for outcome in outcomes} == {
        "board/a.warc.gz": "loaded",
        "board/b.warc.gz": "refused",
        "board/c.warc.gz": "refused",
    }
    assert all_rows(con, "SELECT title FROM core.postings") == [("Edited",)]


def test_a_source_loaded_anew_is_not_settled_whatever_was_before(con: database.Connection, tmp_path: Path) -> None:
    """Its rows lost what employers and jobs had set, even when the same reading as before is loaded in the end."""
    file = refined(tmp_path, "a", Answer(night(0), [posting()]))
    load(con, file)
    loader.mark_derived_current(con)
    assert loader.derived_is_current(con)
    load(con, dataclasses.replace(file, refine_key="2"))
    load(con, file)
    assert not loader.derived_is_current(con)


def test_files_of_several_sources_in_one_call_are_an_error(con: database.Connection, tmp_path: Path) -> None:
    files = [refined(tmp_path, "a", source=source) for source in ("board", "other")]
    with pytest.raises(ValueError, match="one source"):
        loader.load(con, files, gate=passes)
    assert loader.load(con, [], gate=passes) == ()


def test_a_refined_file_of_unknown_rows_is_an_error(con: database.Connection, tmp_path: Path) -> None:
    file = refined(tmp_path, "a", Answer(night(0), [posting()]))
    pq.write_table(pq.read_table(file.rows).replace_schema_metadata({"row_table": "Postcard"}), file.rows)
    with pytest.raises(ValueError, match=r"a\.parquet.*Postcard"):
        load(con, file)


# --- money ---------------------------------------------------------------------------------------


MONEY = """
    SELECT round(annual_low_usd, 6), round(fx_rate, 6), fx_on::VARCHAR, fx_source, usd_reason FROM core.postings
"""


@pytest.mark.parametrize(
    ("currency", "posted", "expected"),
    [
        ("EUR", "2026-01-05", (110.0, 1.1, "2026-01-05", "ecb_rates", None)),
        ("GBP", "2026-01-05", (137.5, 1.375, "2026-01-05", "ecb_rates", None)),
        ("GBP", "2026-01-11", (137.5, 1.375, "2026-01-05", "ecb_rates", None)),  # six days old
        ("GBP", "2026-01-12", (137.5, 1.375, "2026-01-05", "ecb_rates", None)),  # seven: the last day it holds
        ("GBP", "2026-01-13", (125.0, 1.25, "2026-01-01", "currency_table", None)),  # the second table, twelve days
        ("EUR", "2026-01-13", (None, None, None, None, "no_rate")),  # which has no euro
        ("ARS", "2026-01-05", (0.1, 0.001, "2026-01-01", "currency_table", None)),
        ("ARS", "2026-02-01", (0.1, 0.001, "2026-01-01", "currency_table", None)),  # 31 days
        ("ARS", "2026-02-02", (None, None, None, None, "no_rate")),
        ("GBP", "2010-06-01", (200.0, 2.0, "2010-05-31", "ecb_rates", None)),  # long ago
        ("GBP", "2009-06-01", (None, None, None, None, "no_rate")),  # before all rates: never the next one
        ("USD", "1990-01-01", (100.0, 1.0, None, "identity", None)),
        (None, "2026-01-05", (None, None, None, None, "no_currency")),
        ("EUR", None, (110.0, 1.1, "2026-01-01", "ecb_rates", None)),  # the day of first sight, in UTC
    ],
)
def test_dollars_come_from_the_last_rate_on_or_before_the_day(
    currency: str | None, posted: str | None, expected: tuple[Any, ...], con: database.Connection, tmp_path: Path
) -> None:
    ecb = [
        *(("2026-01-05", "EUR", c, r) for c, r in (("USD", 1.1), ("GBP", 0.8))),
        ("2026-01-01", "EUR", "USD", 1.1),
        *(("2010-05-31", "EUR", c, r) for c, r in (("USD", 1.2), ("GBP", 0.6))),
        ("2026-01-06", "EUR", "GBP", 0.7),  # a day without a dollar implies nothing
    ]
    table = [("2026-01-01", "USD", "ARS", 1000.0), ("2026-01-01", "USD", "GBP", 0.8)]
    load(con, rates(tmp_path, "a", ecb), rates(tmp_path, "a", table, source="currency_table"))
    day = date.fromisoformat(posted) if posted else None
    load(con, refined(tmp_path, "a", Answer(BEGIN, [paid(100.0, currency, posted_on=day)])))
    convert_money(con)
    assert all_rows(con, MONEY) == [expected]


def test_postings_without_a_rate_are_counted_by_currency(con: database.Connection, tmp_path: Path) -> None:
    load(con, rates(tmp_path, "a", [("2026-01-05", "EUR", c, r) for c, r in (("USD", 1.1), ("GBP", 0.8))]))
    said = [("GBP", "2009-06-01"), ("GBP", "2009-06-03"), ("ARS", "2026-01-05"), ("EUR", "2009-06-01")]
    said += [("EUR", "2027-01-01"), ("USD", "2009-06-01"), ("GBP", "2026-01-05")]
    rows = [paid(1.0, currency, id=str(n), posted_on=date.fromisoformat(day)) for n, (currency, day) in enumerate(said)]
    load(con, refined(tmp_path, "a", Answer(BEGIN, rows)))
    convert_money(con)
    assert [(*found[:2], str(found.first_on), str(found.last_on), found.is_behind) for found in unconverted(con)] == [
        ("EUR", 2, "2009-06-01", "2027-01-01", True),  # the rates at hand end before the last of these days
        ("GBP", 2, "2009-06-01", "2009-06-03", False),  # they begin after them
        ("ARS", 1, "2026-01-05", "2026-01-05", True),  # there are none
    ]


def test_every_amount_of_a_posting_is_converted_at_its_own_currency(con: database.Connection, tmp_path: Path) -> None:
    load(con, rates(tmp_path, "a", [("2026-01-01", "EUR", "USD", 1.5), ("2026-01-01", "EUR", "CAD", 2.0)]))
    zones = (
        Pay(currency="EUR", low=100.0, high=200.0, annual_low=100.0, annual_high=200.0),
        Pay(currency="CAD", low=100.0, annual_low=100.0),
        Pay(currency="ARS", high=1.0, annual_high=1.0),
        Pay(component="equity", currency="EUR"),
        Pay(currency="USD", high=7.0, annual_high=7.0),
        Pay(low=50.0, annual_low=50.0),
        Pay(component="equity"),
        Pay(component="equity_percent", low=0.5, high=1.0),
    )
    load(con, refined(tmp_path, "a", Answer(night(0), [posting(pay=zones)])))
    convert_money(con)
    dollars = "SELECT annual_low_usd, annual_high_usd, fx_source, usd_reason FROM core.posting_pay ORDER BY position"
    assert all_rows(con, dollars) == [
        (150.0, 300.0, "ecb_rates", None),
        (75.0, None, "ecb_rates", None),
        (None, None, None, "no_rate"),
        (None, None, None, None),
        (None, 7.0, "identity", None),
        (None, None, None, "no_currency"),
        (None, None, None, None),  # no amount
        (None, None, None, None),  # no money
    ]


def test_dollars_are_reconsidered_when_rates_arrive_and_pay_goes(con: database.Connection, tmp_path: Path) -> None:
    load(con, refined(tmp_path, "a", Answer(night(0), [paid(100.0, "EUR")])))
    convert_money(con)
    assert all_rows(con, MONEY) == [(None, None, None, None, "no_rate")]
    load(con, rates(tmp_path, "a", [("2026-01-01", "EUR", "USD", 1.5)]))
    convert_money(con)
    assert all_rows(con, MONEY) == [(150.0, 1.5, "2026-01-01", "ecb_rates", None)]
    load(con, refined(tmp_path, "b", Answer(night(1), [posting()])))
    convert_money(con)
    assert all_rows(con, MONEY) == [(None, None, None, None, None)]


def test_usd_rates_say_what_the_quotes_imply(con: database.Connection, tmp_path: Path) -> None:
    load(con, rates(tmp_path, "a", [("2026-01-05", "EUR", "USD", 1.25), ("2026-01-05", "EUR", "JPY", 200.0)]))
    load(con, rates(tmp_path, "b", [("2026-01-06", "USD", "JPY", 160.0)], source="currency_table"))
    view = "SELECT source, currency, rate_on::VARCHAR, usd_per_unit FROM core.usd_rates ORDER BY ALL"
    assert all_rows(con, view) == [
        ("currency_table", "JPY", "2026-01-06", 0.00625),
        ("currency_table", "USD", "2026-01-06", 1.0),
        ("ecb_rates", "EUR", "2026-01-05", 1.25),
        ("ecb_rates", "JPY", "2026-01-05", 0.00625),
        ("ecb_rates", "USD", "2026-01-05", 1.0),
    ]


# --- rows of the pipeline's own -----------------------------------------------------------------------


def country(code: str, name: str) -> Countries:
    return Countries(country=code, alpha3=f"{code}X", name=name, m49=None, region=None, continent=None, currencies=())


def test_a_lookup_is_replaced_whole(con: database.Connection) -> None:
    database.load_lookup(con, Countries, [country("NA", "Namibia"), country("XK", "Kosovo")])
    database.load_lookup(con, Countries, [country("NA", "Republic of Namibia")])
    assert all_rows(con, "SELECT country, name FROM core.countries") == [("NA", "Republic of Namibia")]


def run(run_id: str = "r1") -> Runs:
    return Runs(
        run_id=run_id, command="jobmarket run", as_of=None, is_sample=True, started_at=night(0), ended_at=None,
        exit_code=None, code_version="0", message=None,
    )  # fmt: skip


def test_runs_checks_and_health_are_kept_by_key(con: database.Connection) -> None:
    database.begin_run(con, run())
    database.begin_run(con, run("r2"))
    day = date(2026, 1, 2)
    database.end_run(con, "r1", ended_at=night(1), exit_code=2, as_of=day, message="one source failed")
    assert all_rows(con, "SELECT run_id, ended_at, exit_code, as_of, message FROM ops.runs ORDER BY ALL") == [
        ("r1", night(1), 2, day, "one source failed"),
        ("r2", None, None, None, None),
    ]
    database.end_run(con, "r1", ended_at=night(1), exit_code=1)
    assert all_rows(con, "SELECT exit_code, as_of FROM ops.runs WHERE run_id = 'r1'") == [(1, day)]
    check = Checks(
        run_id="r1", gate="load:a", expectation="unique(x)", is_met=False, n_checked=3, n_unexpected=1, examples=None
    )
    database.record_checks(con, [check, dataclasses.replace(check, is_met=True)])  # a gate asked twice
    database.record_checks(con, [])
    assert all_rows(con, "SELECT is_met FROM ops.checks") == [(True,)]
    health = SourceHealth(
        run_id="r1", source="board", outcome="failed", n_requests=1, n_bytes=2, n_rows=None, message="403"
    )
    database.record_health(con, [health])
    database.record_health(con, [dataclasses.replace(health, outcome="ok", message=None)])
    assert all_rows(con, "SELECT outcome, message FROM ops.source_health") == [("ok", None)]


def test_rejects_from_before_the_archive_are_noted_once_and_spare_the_others(
    con: database.Connection, tmp_path: Path
) -> None:
    issue = Issue(column_name="posted_on", value="soon", rule="a date expected")
    load(con, refined(tmp_path, "a", Answer(night(0), [posting(issues=(issue,))])))
    cut = Rejects(
        source="board", warc="board/a.warc.gz", record=-1, posting_id=None, column_name="file", value="", rule="cut"
    )
    for _ in range(2):
        database.put_rejects(con, [cut])
    assert all_rows(con, "SELECT record, column_name FROM ops.rejects ORDER BY ALL") == [(-1, "file"), (0, "posted_on")]


def shares(as_of: date, n_jobs: int) -> pd.DataFrame:
    row = share_row(as_of, "role", "ai_engineer", n_jobs, 1, n_employers_yes=1, largest_employer=1.0, share_lo=0.1)
    row |= {"period_from": as_of - timedelta(days=364), "period_to": as_of, "share": float("nan")}
    return pd.DataFrame([row]).astype({"n_employers": "Int64"})


def test_a_mart_is_replaced_for_its_day_only(con: database.Connection) -> None:
    first, second = date(2026, 1, 1), date(2026, 1, 2)
    for day, n_jobs in ((first, 5), (second, 6), (second, 7)):
        database.write_mart(con, Shares, shares(day, n_jobs), as_of=day)
    select = "SELECT as_of, n_jobs, n_employers, share, share_lo FROM mart.shares ORDER BY ALL"
    assert all_rows(con, select) == [(first, 5, None, None, 0.1), (second, 7, None, None, 0.1)]


def test_marts_of_a_day_come_or_go_together(con: database.Connection) -> None:
    day = date(2026, 1, 1)
    with database.transaction(con):
        database.write_mart(con, Shares, shares(day, 5), as_of=day)
    with pytest.raises(RuntimeError, match="refused"), database.transaction(con):
        database.write_mart(con, Shares, shares(day, 7), as_of=day)
        database.put(con, Runs, [run()])
        raise RuntimeError("refused")
    assert all_rows(con, "SELECT n_jobs FROM mart.shares") == [(5,)]
    assert all_rows(con, "SELECT count(*) FROM ops.runs") == [(0,)]


def test_a_table_is_recalled_as_it_was_published(
    con: database.Connection, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    market = tmp_path / "market.duckdb"
    day = date(2026, 1, 1)
    count = "SELECT n_jobs FROM mart.shares"
    database.write_mart(con, Shares, shares(day, 5), as_of=day)
    publish(con, market)
    database.write_mart(con, Shares, shares(day, 7), as_of=day)
    database.restore_published(con, Shares, market)
    assert all_rows(con, count) == [(5,)]
    market.unlink()
    database.restore_published(con, Shares, market)
    assert all_rows(con, count) == []
    assert caplog.text == ""


@pytest.mark.parametrize("damage", ["no database", "another declaration"])
def test_a_published_file_that_cannot_be_used_changes_nothing_and_is_said(
    damage: str, con: database.Connection, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    market = tmp_path / "market.duckdb"
    database.write_mart(con, Shares, shares(date(2026, 1, 1), 5), as_of=date(2026, 1, 1))
    if damage == "no database":
        market.write_bytes(b"half" * 5000)
    else:
        with duckdb.connect(str(market)) as old:
            old.execute("CREATE SCHEMA mart; CREATE TABLE mart.shares (item VARCHAR)")
            old.execute("INSERT INTO mart.shares VALUES ('engineer')")
    database.restore_published(con, Shares, market)
    assert all_rows(con, "SELECT n_jobs FROM mart.shares") == [(5,)]
    assert "mart.shares" in caplog.text
    assert all_rows(con, "SELECT count(*) FROM duckdb_databases() WHERE database_name = 'published'") == [(0,)]


# --- the working file -------------------------------------------------------------------------------


def test_a_work_file_made_with_other_declarations_is_made_again(
    con: database.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    load(con, refined(tmp_path, "a", Answer(night(0), [posting()])))
    database.begin_run(con, run())
    database.write_mart(con, Shares, shares(date(2026, 1, 1), 5), as_of=date(2026, 1, 1))
    con.close()
    monkeypatch.setattr(database, "schema_key", lambda: "another")
    with database.open_work(tmp_path) as again:
        assert all_rows(again, "SELECT count(*) FROM core.postings") == [(0,)]
        assert all_rows(again, "SELECT count(*) FROM ops.loads") == [(0,)]
        assert all_rows(again, "SELECT run_id FROM ops.runs") == [("r1",)]
        assert all_rows(again, "SELECT n_jobs FROM mart.shares") == [(5,)]
    assert "made again" in caplog.text
    assert [path.name for path in tmp_path.glob("work*")] == ["work.duckdb"]
    caplog.clear()
    database.open_work(tmp_path).close()
    assert caplog.text == ""


def test_history_that_no_longer_fits_is_left_out_and_said(
    con: database.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    database.write_mart(con, Shares, shares(date(2026, 1, 1), 5), as_of=date(2026, 1, 1))
    con.execute("ALTER TABLE mart.shares_history DROP COLUMN role_group")
    con.close()
    monkeypatch.setattr(database, "schema_key", lambda: "another")
    with database.open_work(tmp_path) as again:
        assert all_rows(again, "SELECT count(*) FROM mart.shares") == [(0,)]
    assert "mart.shares" in caplog.text


def test_a_half_made_work_file_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "work.duckdb.new").write_bytes(b"half")
    with database.open_work(tmp_path) as con:
        assert all_rows(con, "SELECT count(*) FROM core.postings") == [(0,)]
    assert [path.name for path in tmp_path.glob("work*")] == ["work.duckdb"]


def test_limits_are_those_asked_for(tmp_path: Path) -> None:
    with database.open_work(tmp_path, memory_limit="1GiB", threads=1, temp_directory=tmp_path / "spill") as con:
        asked = "SELECT current_setting('memory_limit'), current_setting('threads'), current_setting('TimeZone')"
        assert all_rows(con, asked) == [("1.0 GiB", 1, "UTC")]
        assert all_rows(con, "SELECT current_setting('temp_directory')") == [(str(tmp_path / "spill"),)]


# --- publishing -------------------------------------------------------------------------------------


def fill(con: database.Connection, folder: Path) -> None:
    """Two postings with pay and rates, converted."""
    load(con, rates(folder, "a", [("2026-01-01", "EUR", "USD", 1.5)]))
    file = refined(folder, "a", Answer(night(0), [paid(100.0, "EUR", text="Be kind."), posting(2, text="Ship.")]))
    load(con, file)
    jobs.resolve(con, [file])
    convert_money(con)


def test_the_published_file_has_rows_keys_comments_and_views(con: database.Connection, tmp_path: Path) -> None:
    fill(con, tmp_path)
    publish(con, tmp_path / "market.duckdb")
    assert all_rows(con, "SELECT current_database()") == [("work",)]
    with duckdb.connect(str(tmp_path / "market.duckdb"), read_only=True) as market:
        assert all_rows(market, "SELECT posting_id FROM core.postings") == [("board:1",), ("board:2",)]
        assert all_rows(market, "SELECT usd_per_unit FROM core.usd_rates WHERE currency = 'EUR'") == [(1.5,)]
        keyed = {
            f"{space}.{name}"
            for space, name in all_rows(
                market,
                "SELECT schema_name, table_name FROM duckdb_constraints() WHERE constraint_type = 'PRIMARY KEY'",
            )
        }
        assert keyed == {table_of(cls).name for cls in schema.database_tables() if schema.key_of(cls)}
        uncommented = (
            "SELECT * FROM duckdb_columns() WHERE NOT internal AND comment IS NULL"
            " AND table_name NOT IN (SELECT view_name FROM duckdb_views())"
        )
        assert all_rows(market, uncommented) == []
        columns = {name for (name,) in all_rows(market, "SELECT column_name FROM duckdb_columns() WHERE NOT internal")}
        assert "text" not in columns
        tags = all_rows(market, "SELECT tags['storage_version'] FROM duckdb_databases() WHERE database_name = 'market'")
        assert tags[0][0].startswith("v1.4")
    assert not list(tmp_path.glob("market.duckdb.*"))


def test_a_doubled_key_is_not_published_and_the_old_file_stays(con: database.Connection, tmp_path: Path) -> None:
    target = tmp_path / "market.duckdb"
    publish(con, target)
    before = target.read_bytes()
    load(con, refined(tmp_path, "a", Answer(night(0), [posting()])))
    con.execute("INSERT INTO core.postings SELECT * FROM core.postings")
    with pytest.raises(duckdb.ConstraintException):
        publish(con, target)
    assert target.read_bytes() == before
    con.execute("DELETE FROM core.postings")
    publish(con, target)  # the leftover is removed and the connection is usable


def test_what_a_killed_run_left_is_removed(con: database.Connection, tmp_path: Path) -> None:
    for name in ("market.duckdb.new", "market.duckdb.new.wal"):
        (tmp_path / name).write_bytes(b"half a file")
    publish(con, tmp_path / "market.duckdb")
    assert not list(tmp_path.glob("market.duckdb.*"))


def test_readers_are_never_disturbed(con: database.Connection, tmp_path: Path) -> None:
    target = tmp_path / "market.duckdb"
    publish(con, target)
    done, counted, failures = threading.Event(), [], []

    def poll() -> None:
        while not done.is_set():
            try:
                with open_reader(tmp_path) as reader:
                    counts = {tuple(all_rows(reader, "SELECT count(*) FROM core.postings")[0]) for _ in range(3)}
                    counted.append(counts)
            except duckdb.Error as error:
                failures.append(error)

    polling = threading.Thread(target=poll)
    polling.start()
    with open_reader(tmp_path) as early:
        for number in range(4):
            load(con, refined(tmp_path, str(number), Answer(night(number), [posting(number)])))
            publish(con, target)
        assert all_rows(early, "SELECT count(*) FROM core.postings") == [(0,)]  # the file it opened
        with open_reader(tmp_path) as late:
            assert all_rows(late, "SELECT count(*) FROM core.postings") == [(4,)]
    done.set()
    polling.join()
    assert failures == []
    assert len(counted) > 1
    assert all(len(counts) == 1 for counts in counted)


def test_the_same_rows_export_to_the_same_bytes(empty: Path, tmp_path: Path) -> None:
    files = [
        refined(tmp_path, str(n), Answer(night(n), [posting(i, title=f"Engineer {n}") for i in range(n, 3000)]))
        for n in range(2)
    ]
    exports = []
    for number, order in enumerate((files, files[::-1])):
        with copy_of(empty, tmp_path / str(number)) as con:
            load(con, *order)
            jobs.resolve(con, order)
            written = export_parquet(con, tmp_path / str(number) / "out")
            exports.append({path.name: path.read_bytes() for path in written})
    assert exports[0] == exports[1]
    assert "core.postings.parquet" in exports[0]
    assert "mart.figures_history.parquet" in exports[0]
    assert not any(name.startswith("ops.") for name in exports[0])


# --- killed runs ------------------------------------------------------------------------------------

KILLED = """
import os, signal, sys
from pathlib import Path
from warehouse import database
from warehouse.load import history, jobs, loader
from warehouse.load.refined_file import RefinedFile
from warehouse.load.usd_conversion import convert_money
from warehouse.publish import atomic_files, market

folder, at = Path(sys.argv[1]), sys.argv[2]
def kill(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
STEPS = {
    "create_all": database, "sync_file": atomic_files, "_move_intervals": history, "_write_versions": history,
    "_record_load": loader, "_link": jobs, "_follow": jobs, "_order": market,
}
if at in STEPS:
    assert hasattr(STEPS[at], at)
    setattr(STEPS[at], at, kill)
con = database.open_work(folder)
def gate(warc, *_):
    return kill() if at == "gate" and "1" in warc else True
def file(name):
    path = folder / "refined" / "board" / name
    rows, responses = path.with_suffix(".parquet"), path.with_suffix(".responses.parquet")
    warc = f"board/{name}.warc.gz"
    return RefinedFile(source="board", warc=warc, rows=rows, responses=responses, refine_key="1")
files = [file(name) for name in ("0", "1")]
for number in (1, 2):
    loader.load(con, files[:number], gate=gate)
if at == "loaded":
    kill()
jobs.resolve(con, files)
convert_money(con)
if at == "publish":
    atomic_files.sync_file = kill
market.publish(con, folder / "market.duckdb")
"""


def nights_to_kill(folder: Path) -> list[RefinedFile]:
    """Two nights: one posting changes, the other closes."""
    rows = [[posting(1, title="0"), posting(2)], [posting(1, title="1")]]
    return [refined(folder, str(n), Answer(night(n), rows[n])) for n in range(2)]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The export of a run that nothing disturbed."""
    folder = tmp_path_factory.mktemp("undisturbed")
    with database.open_work(folder) as con:
        load(con, *nights_to_kill(folder))
        jobs.resolve(con, nights_to_kill(folder))
        convert_money(con)
        return {path.name: path.read_bytes() for path in export_parquet(con, folder / "out")}


@pytest.mark.parametrize(
    "at",
    ["create_all", "sync_file", "gate", "_move_intervals", "_write_versions", "_record_load", "loaded", "_link",
     "_follow", "_order", "publish"],
)  # fmt: skip
def test_a_killed_run_started_again_ends_as_an_undisturbed_one(
    at: str, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    files = nights_to_kill(tmp_path)
    script = [sys.executable, "-c", KILLED, str(tmp_path), at]
    killed = subprocess.run(script, cwd=Path(database.__file__).parents[1], check=False)
    assert killed.returncode == -signal.SIGKILL
    with database.open_work(tmp_path) as con:
        loader.load(con, files, gate=passes)
        jobs.resolve(con, files)
        convert_money(con)
        publish(con, tmp_path / "market.duckdb")
        exported = {path.name: path.read_bytes() for path in export_parquet(con, tmp_path / "out")}
    assert exported == undisturbed
    with open_reader(tmp_path) as reader:
        assert all_rows(reader, CLOSED) == [("board:1", None), ("board:2", "2026-01-02")]
    assert sorted(path.name for path in tmp_path.glob("*.duckdb*")) == ["market.duckdb", "work.duckdb"]


# --- readers ----------------------------------------------------------------------------------------

FORBIDDEN = [
    "COPY core.postings TO '{folder}/stolen.csv'",
    "COPY core.postings TO '{folder}/market.duckdb'",
    "COPY core.postings TO '{folder}/market.duckdb.wal'",
    "COPY core.postings TO '{folder}/refined/board/a.parquet'",
    "COPY core.postings TO '.tmp/stolen.csv'",
    "COPY core.postings TO '/dev/stdout'",
    "COPY (SELECT 1) TO 'https://example.org/stolen' (FORMAT csv)",
    "EXPORT DATABASE '{folder}/stolen'",
    "IMPORT DATABASE '{folder}'",
    "ATTACH '{folder}/other.duckdb'",
    "ATTACH '{folder}/work.duckdb' AS work",
    "ATTACH '{folder}/work.duckdb' AS work (READ_ONLY)",
    "ATTACH '{folder}/market.duckdb' AS again",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM read_text('/etc/hostname')",
    "SELECT * FROM read_blob('{folder}/market.duckdb')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM read_parquet('{folder}/refined/board/a.parquet')",
    "SELECT * FROM read_json('https://example.org/')",
    "INSTALL httpfs",
    "LOAD httpfs",
    "LOAD '{folder}/evil.duckdb_extension'",
    "CREATE PERSISTENT SECRET s (TYPE s3)",
    "INSERT INTO core.posting_boards VALUES ('x', 'y', now(), now(), NULL)",
    "UPDATE core.postings SET title = 'x'",
    "DELETE FROM core.postings",
    "DROP TABLE core.postings",
    "CREATE TABLE core.mine (x INTEGER)",
    "SET enable_external_access = true",
    "SET disabled_filesystems = ''",
    "SET lock_configuration = false",
    "SET temp_directory = '{folder}'",
    "SET memory_limit = '1GB'",
    "PRAGMA memory_limit = '1GB'",
    "PRAGMA enable_profiling",
    "PRAGMA profiling_output = '{folder}/profile.json'",
    "CALL enable_logging(storage = 'file', storage_path = '{folder}/log')",
    "SELECT getenv('HOME')",
    "SELECT * FROM secret_frame",
]


@pytest.fixture
def published(con: database.Connection, tmp_path: Path) -> Path:
    fill(con, tmp_path)
    publish(con, tmp_path / "market.duckdb")
    con.close()
    return tmp_path


def files_in(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_reader_can_neither_write_nor_reach_another_file(published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret_frame = pd.DataFrame({"secret": [1]})  # DuckDB would find it by its Python name
    assert len(secret_frame) == 1
    workplace = published / "workplace"
    workplace.mkdir()
    monkeypatch.chdir(workplace)
    before = files_in(published)
    allowed = []
    with open_reader(published, with_texts=True) as reader:
        for statement in FORBIDDEN:
            try:
                reader.execute(statement.format(folder=published)).fetchall()
                allowed.append(statement)
            except database.SqlError:
                pass
        for write in ("write_csv", "write_parquet"):
            with pytest.raises(database.SqlError):
                getattr(reader.sql("SELECT * FROM core.postings"), write)(str(published / "stolen"))
        assert all_rows(reader, "SELECT count(*) FROM core.postings") == [(2,)]  # still usable
    assert allowed == []
    assert files_in(published) == before


def test_a_reader_may_ask_anything_of_the_published_tables(published: Path) -> None:
    with open_reader(published) as reader:
        assert all_rows(reader, "SELECT annual_low_usd FROM core.postings WHERE currency = 'EUR'") == [(150.0,)]
        assert all_rows(reader, "SELECT usd_per_unit FROM core.usd_rates WHERE currency = 'EUR'") == [(1.5,)]
        assert all_rows(reader, "SELECT first_seen_at::DATE::VARCHAR FROM core.postings LIMIT 1") == [("2026-01-01",)]
        reader.execute("CREATE TEMP TABLE mine AS SELECT * FROM core.postings")
        assert len(all_rows(reader, "DESCRIBE core.postings")) > 40
        with pytest.raises(database.SqlError, match="adverts"):
            reader.execute("SELECT * FROM adverts")


def test_adverts_shows_the_stored_text_of_the_current_version(empty: Path, tmp_path: Path, published: Path) -> None:
    with database.open_work(published) as con:
        newer = posting(2, text="Ship safely.", text_hash="a" * 32)
        load(con, refined(published, "b", Answer(night(1), [newer, newer])))
        publish(con, published / "market.duckdb")
    with open_reader(published, with_texts=True) as reader:
        assert all_rows(reader, "SELECT * FROM adverts ORDER BY ALL") == [
            ("board:1", "Be kind."),
            ("board:2", "Ship safely."),
        ]
        one = "SELECT title, text FROM core.postings JOIN adverts USING (posting_id) WHERE posting_id = 'board:1'"
        assert all_rows(reader, one) == [("Data Engineer", "Be kind.")]


def test_a_reader_says_when_nothing_was_published(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="jobmarket run"):
        open_reader(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_reader_in_another_process_reads_while_the_pipeline_writes(con: database.Connection, tmp_path: Path) -> None:
    fill(con, tmp_path)
    publish(con, tmp_path / "market.duckdb")
    script = (
        "import json, sys; from pathlib import Path; from warehouse.publish.reader import open_reader;"
        "reader = open_reader(Path(sys.argv[1]));"
        "print(json.dumps(reader.execute('SELECT count(*) FROM core.postings').fetchall()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        cwd=Path(database.__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == [[2]]
