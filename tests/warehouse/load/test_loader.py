"""Loading refined files: upserts, any order of loading, closings, refusals and reloads."""

from __future__ import annotations

import dataclasses
import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.builders import (
    Answer,
    all_rows,
    declare,
    load,
    night,
    open_copy,
    passes,
    posting,
    refined,
)
from transforms.records.columns import fields_of, table_of
from transforms.records.rows import ExchangeRate, Issue, ListedName, Pay, Place, Posting, SkillRequirement
from warehouse import database, schema
from warehouse.load import loader
from warehouse.load.refined_file import RefinedFile
from warehouse.load.repetition import MissingRowsError
from warehouse.load.usd_conversion import convert_money
from warehouse.ops_tables import RefinedResponses


def core(con: database.Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Everything in `core`, ordered."""
    names = [table_of(cls).name for cls in schema.database_tables() if schema.schema_of(cls) == "core"]
    return {name: all_rows(con, f"SELECT * FROM {name} ORDER BY ALL") for name in names}


# --- upserts ----------------------------------------------------------------------------------------

ON_BOARDS = "SELECT posting_id, first_seen_at, last_seen_at, closed_at FROM core.posting_boards ORDER BY ALL"


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (1, 3, 0, 2), (3, 2, 1, 0)])
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


def test_parts_are_those_of_the_newest_observation(con: database.Connection, tmp_path: Path) -> None:
    def asks(*skills: str, pays: tuple[Pay, ...] = ()) -> Posting:
        return posting(
            places=tuple(Place(place_text=skill) for skill in skills),
            pay=pays,
            skills=tuple(SkillRequirement(skill=skill, requirement="required", start=0, end=1) for skill in skills),
            candidates=tuple(ListedName(name=f"{skill}x", beside=skill, start=0, end=1) for skill in skills),
        )

    new = refined(tmp_path, "b", Answer(night(1), [asks("Go", "Rust", pays=(Pay(low=1.0), Pay(component="bonus")))]))
    old = refined(tmp_path, "a", Answer(night(0), [asks("Go", "Cobol", "Java")]))
    load(con, new, old)
    assert all_rows(con, "SELECT skill FROM core.posting_skills ORDER BY ALL") == [("Go",), ("Rust",)]
    assert all_rows(con, "SELECT name, beside FROM core.posting_candidates ORDER BY ALL") == [
        ("Gox", "Go"),
        ("Rustx", "Rust"),
    ]
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
"""An answer: a board's list on a day, complete or not, with rows; or a posting that was not found."""


@dataclass
class PostingLife:
    """What the oracle knows about one posting."""

    intervals: dict[str, list[list[Any]]] = dataclasses.field(default_factory=dict)
    versions: list[tuple[datetime, str, str, str]] = dataclasses.field(default_factory=list)

    def open_at(self, at: datetime, age: int | None) -> list[tuple[datetime, str]]:
        """Boards that list it, each with the time it began."""
        candidates = []
        for board, intervals in self.intervals.items():
            first, last, end, _ = intervals[-1]
            if end is None and (age is None or (at.date() - last.date()).days <= age):
                candidates.append((first, board))
        return sorted(candidates)


def lives_of(files: Sequence[Sequence[tuple[Any, ...]]], age: int | None) -> dict[str, PostingLife]:
    """The life of every posting, computed day by day in plain Python."""
    lives: dict[str, PostingLife] = {}
    answers = [(*answer, number, record) for number, file in enumerate(files) for record, answer in enumerate(file)]
    for day in range(DAYS):
        at, complete, missing = night(day), set(), set()
        read: dict[tuple[str, str], tuple[Any, ...]] = {}
        for of_day, *answer, number, record in answers:
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
            intervals = lives.setdefault(posting_id, PostingLife()).intervals.setdefault(board, [])
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


def made_from(folder: Path, files: Sequence[Sequence[tuple[Any, ...]]], *, is_short: bool = False) -> list[RefinedFile]:
    """Refined files of generated answers. Short files leave out rows that an earlier file has."""
    results = []
    before: set[str] = set()
    for number, file in enumerate(files):
        answers = []
        new: set[str] = set()
        for day, *answer in file:
            if len(answer) == 1:
                answers.append(Answer(night(day), board=None, is_complete=False, gone=f"board:{answer[0]}"))
                continue
            board, is_complete, rows = answer
            times = Counter(id for id, _, _ in rows)
            adverts, repetitions = [], []
            for id, title, fullness in rows:
                digest = None if times[id] > 1 else f"{id} {title} {fullness} {board}"
                if is_short and digest in before:
                    repetitions.append(digest)
                    continue
                adverts.append(posting(id, title=title, text_state=fullness, board=board, wording_hash=digest))
                new |= {digest} if digest else set()
            answers.append(Answer(night(day), adverts, board, is_complete and bool(rows), repetitions=repetitions))
        results.append(refined(folder, str(number), *answers))
        before |= new
    return results


@pytest.mark.parametrize("n_examples", [3, pytest.param(20, marks=pytest.mark.long)])
def test_core_is_the_same_whatever_the_order_of_loading(
    n_examples: int, work_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    @settings(max_examples=n_examples)
    @given(
        files=st.tuples(*(st.lists(st.one_of(LISTED, LISTED, NOT_FOUND), min_size=1, max_size=3) for _ in range(3))),
        age=st.sampled_from([None, 1]),
    )
    @example(  # a board that lists it again later had been silent too long when another one listed it
        files=(
            [
                (0, "globex", False, [(1, "Engineer", "none")]),
                (4, "globex", True, [(1, "Engineer", "none")]),
                (2, "acme", False, [(1, "Engineer", "full")]),
            ],
            [(0, "acme", False, [])],
            [(0, "acme", False, [])],
        ),
        age=1,
    )
    @example(  # of two boards that closed it together, one had begun to list it again
        files=(
            [(0, "globex", False, [(1, "Engineer", "none")]), (2, "acme", False, [(1, "Engineer", "none")])],
            [(3, 1)],
            [(0, "acme", False, [(1, "Engineer", "none"), (3, "Engineer", "none")])],
        ),
        age=1,
    )
    def check(files: tuple[Any, ...], age: int | None) -> None:
        folder = tmp_path_factory.mktemp("order")
        batch = made_from(folder, files)
        results = []
        for number, order in enumerate(itertools.permutations(batch)):
            if number not in (0, 5):  # in order and reversed
                continue
            with open_copy(work_template, folder / f"db{number}") as con:
                declare(con, age)
                load(con, *order)
                convert_money(con)
                results.append(core(con))
                assert_lives(con, lives_of(files, age))
        assert results[0] == results[1]

    check()


SAID = st.lists(
    st.tuples(st.integers(1, 2), st.sampled_from(["Engineer", "Senior engineer"]), st.sampled_from(FULLNESS[1:])),
    max_size=2,
)
NIGHTS = st.lists(st.tuples(SAID, SAID), min_size=DAYS, max_size=DAYS)
"""The adverts that two boards list on each day."""


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(nights=NIGHTS, n_files=st.sampled_from([3, DAYS]), is_one_by_one=st.booleans())
@example(  # another title and back within one file
    nights=[([(1, title, "full")], []) for title in ("Engineer", "Engineer", "Senior engineer", "Engineer") * 2][:DAYS],
    n_files=3,
    is_one_by_one=True,
)
@example(  # back to the words of the day before yesterday
    nights=[([(1, title, "full")], []) for title in ("Engineer", "Senior engineer") * 3],
    n_files=DAYS,
    is_one_by_one=True,
)
def test_what_is_said_again_needs_no_second_row(
    nights: list[tuple[Any, Any]],
    n_files: int,
    is_one_by_one: bool,
    work_template: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Files of one or two days each; an advert has a row only if no earlier file has the same words."""
    folder = tmp_path_factory.mktemp("again")
    days = [
        [(day, board, True, rows) for board, rows in zip(BOARDS, lists, strict=True)]
        for day, lists in enumerate(nights)
    ]
    a_file = DAYS // n_files
    files = [list(itertools.chain(*days[first : first + a_file])) for first in range(0, DAYS, a_file)]
    short = made_from(folder, files, is_short=True)
    with open_copy(work_template, folder / "db") as con:
        declare(con, None)
        if is_one_by_one:
            load(con, *short)
        else:
            loader.load(con, short, gate=passes)
        assert_lives(con, lives_of(files, None))


def assert_lives(con: database.Connection, lives: dict[str, PostingLife]) -> None:
    """Assert that intervals, versions and dates of all postings are as the oracle computed them."""
    assert all_rows(con, "SELECT * FROM core.posting_boards ORDER BY ALL") == [
        (posting_id, board, *interval)
        for posting_id, life in sorted(lives.items())
        for board, intervals in sorted(life.intervals.items())
        for interval in intervals
    ]
    columns = "posting_id, version_from, title, text_state, board"
    assert all_rows(con, f"SELECT {columns} FROM core.posting_versions ORDER BY ALL") == [
        (posting_id, *version) for posting_id, life in sorted(lives.items()) for version in life.versions
    ]
    assert_dates(con)


def assert_dates(con: database.Connection) -> None:
    """Assert that the dates in core.postings follow from the intervals."""
    for posting_id, first, last, end in all_rows(
        con, "SELECT posting_id, first_seen_at, last_seen_at, closed_on FROM core.postings"
    ):
        on = f"FROM core.posting_boards WHERE posting_id = '{posting_id}'"
        newest = all_rows(con, f"SELECT board, closed_at {on} QUALIFY row_number() OVER (PARTITION BY board ORDER BY"
                          " first_seen_at DESC) = 1")  # fmt: skip
        closings = [at for _, at in newest]
        assert [(first, last)] == all_rows(con, f"SELECT min(first_seen_at), max(last_seen_at) {on}")
        assert (end is None) == (None in closings)
        assert end in (None, *(at.date() for at in closings if at))


# --- closings ---------------------------------------------------------------------------------------

CLOSED = "SELECT posting_id, closed_on::VARCHAR FROM core.postings ORDER BY ALL"


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


def test_what_a_gate_refused_is_judged_again_where_it_is_said_again(con: database.Connection, tmp_path: Path) -> None:
    first = refined(tmp_path, "a", Answer(night(0), [posting(1, wording_hash="x"), posting(2, wording_hash="y")]))
    again = refined(tmp_path, "b", Answer(night(1), [posting(3, wording_hash="z")], repetitions=["x", "y"]))
    third = refined(tmp_path, "c", Answer(night(2), repetitions=["x", "y", "z"]))
    calls: list[tuple[list[str], int]] = []

    def gate(warc: str, row_class: type, n_rows: int, n_seen: int) -> bool:
        calls.append((staged(con, "posting_id"), n_seen))
        return warc != first.warc

    def run(*files: RefinedFile) -> list[tuple[str, int, int]]:
        return [(one.state, one.n_rows, one.n_seen) for one in loader.load(con, files, gate=gate)]

    assert run(first) == [("refused", 0, 0)]
    assert run(first, again) == [("unchanged", 0, 0), ("loaded", 3, 3)]
    assert run(first, again, third)[2] == ("loaded", 2, 3)
    assert calls == [
        (["board:1", "board:2"], 2), (["board:1", "board:2", "board:3"], 3), (["board:1", "board:2"], 3)
    ]  # fmt: skip
    assert all_rows(con, "SELECT posting_id, first_seen_at, last_seen_at FROM core.postings ORDER BY ALL") == [
        (f"board:{id}", night(1), night(2)) for id in (1, 2, 3)
    ]


def staged(con: database.Connection, column: str) -> list[Any]:
    """The values of a column that a gate has to judge."""
    return [value for (value,) in all_rows(con, f"SELECT {column} FROM {loader.STAGED} ORDER BY ALL")]


class TitleGate:
    """Refuses files with the title "Bad"; remembers the titles of each file."""

    def __init__(self, con: database.Connection) -> None:
        self.con = con
        self.asked: list[tuple[str, list[str]]] = []

    def __call__(self, warc: str, row_class: type, n_rows: int, n_seen: int) -> bool:
        assert row_class is Posting
        titles = staged(self.con, "title")
        self.asked.append((warc, titles))
        return "Bad" not in titles


def test_each_file_is_judged_by_its_newest_rows_and_a_refused_one_leaves_the_others(
    con: database.Connection, tmp_path: Path
) -> None:
    titles = {"a": "Good", "b": "Bad", "c": "Fine"}
    files = [
        refined(tmp_path, name, Answer(night(n), [posting(1, title="older"), posting(1, title=titles[name])]))
        for n, name in enumerate(titles)
    ]
    gate = TitleGate(con)
    assert [one.state for one in loader.load(con, files, gate=gate)] == ["loaded", "refused", "loaded"]
    assert gate.asked == [(file.warc, [title]) for file, title in zip(files, titles.values(), strict=True)]
    assert all_rows(con, "SELECT title FROM core.postings") == [("Fine",)]


def test_an_advert_whose_row_is_nowhere_is_an_error_that_names_the_file(
    con: database.Connection, tmp_path: Path
) -> None:
    load(con, refined(tmp_path, "a", Answer(night(0), [posting(wording_hash="x")])))
    with pytest.raises(
        MissingRowsError,
        match=r"board/b\.warc\.gz: .* delete these Parquet files \(not the archive files\), and the next run makes",
    ):
        load(con, refined(tmp_path, "b", Answer(night(1), repetitions=["x", "gone"])))
    assert all_rows(con, "SELECT count(*) FROM ops.loads") == [(1,)]


def test_an_answer_that_repeats_one_with_known_adverts_shows_them_all(con: database.Connection, tmp_path: Path) -> None:
    first = refined(tmp_path, "a", Answer(night(0), [posting(1, wording_hash="x"), posting(2, wording_hash="y")]))
    second = refined(tmp_path, "b", Answer(night(1), [posting(3, wording_hash="z")], repetitions=["x"]))
    third = refined(tmp_path, "c", Answer(night(2), repeats=night(1)))
    load(con, first, second, third)
    assert all_rows(con, ON_BOARDS) == [
        ("board:1", night(0), night(2), None),
        ("board:2", night(0), night(0), night(1)),
        ("board:3", night(1), night(2), None),
    ]
    assert all_rows(con, "SELECT n_rows, n_seen FROM ops.loads ORDER BY warc") == [(2, 2), (1, 2), (0, 2)]


def test_how_far_a_column_is_filled_counts_what_is_said_again(con: database.Connection, tmp_path: Path) -> None:
    rows = [posting(1, wording_hash="x", url="https://x.example"), posting(2, wording_hash="y")]
    load(con, refined(tmp_path, "a", Answer(night(0), rows)))
    load(con, refined(tmp_path, "b", Answer(night(1), [posting(2, url="https://y.example")], repetitions=["x"])))
    rates = "SELECT n_filled, n_rows FROM ops.fill_rates WHERE column_name = 'url' ORDER BY warc"
    assert all_rows(con, rates) == [(1, 2), (2, 2)]


def test_loading_the_same_file_again_does_nothing(con: database.Connection, tmp_path: Path) -> None:
    file = refined(tmp_path, "a", Answer(night(0), [posting()]))
    load(con, file)
    before = core(con), counts(con)
    (again,) = loader.load(con, [file], gate=lambda *_: pytest.fail("the gate has nothing to judge"))
    assert again == loader.LoadResult(warc="board/a.warc.gz", state="unchanged")
    assert (core(con), counts(con)) == before


def test_the_gate_sees_one_row_per_key_without_text_or_structs(con: database.Connection, tmp_path: Path) -> None:
    calls: list[tuple[str, type, int, int, list[str]]] = []

    def gate(warc: str, row_class: type, n_rows: int, n_seen: int) -> bool:
        columns = [row[0] for row in all_rows(con, f"DESCRIBE {loader.STAGED}")]
        calls.append((warc, row_class, n_rows, n_seen, columns))
        return True

    row = posting(text="secret", remote_scope=("DE",), posted_on=date(2026, 1, 1))
    load(con, refined(tmp_path, "a", Answer(night(0), [row, row, posting(2)])), gate=gate)
    ((warc, cls, n_rows, n_seen, columns),) = calls
    assert (warc, cls, n_rows, n_seen) == ("board/a.warc.gz", Posting, 2, 2)
    assert not {"text", "spans", "issues"} & set(columns)
    flat = {f.name for f in fields_of(Posting) if not f.is_list} - {"text", "wording_hash", "record_hash"}
    assert set(columns) >= flat | {"agreements", "doubts"}


def test_a_refused_file_leaves_its_rejects_and_the_reason(con: database.Connection, tmp_path: Path) -> None:
    issue = Issue(column_name="record", value="{}", rule="a title expected")
    file = refined(tmp_path, "a", Answer(night(0), [posting()], issues=(issue,)))
    (refusal,) = load(con, file, gate=lambda *_: False)
    assert (refusal.state, refusal.n_rejects) == ("refused", 2)
    assert counts(con) == {
        "core.postings": 0, "core.posting_boards": 0, "ops.loads": 0, "ops.responses": 0, "ops.rejects": 2,
    }  # fmt: skip
    assert all_rows(con, "SELECT record, column_name, rule LIKE '%gate%' FROM ops.rejects ORDER BY ALL") == [
        (-1, "file", True),
        (0, "record", False),
    ]
    assert [again.state for again in load(con, file)] == ["unchanged"], "a later night does not let it in"
    assert [*loader.refused_files(con, "board")] == ["board/a.warc.gz"]
    loader.forget_refusals(con, "board")
    (outcome,) = load(con, file)
    assert (outcome.state, outcome.n_rejects) == ("loaded", 1)
    assert all_rows(con, "SELECT record FROM ops.rejects") == [(0,)]


def test_what_was_refused_is_tried_again_when_what_reads_it_changes(con: database.Connection, tmp_path: Path) -> None:
    load(con, refined(tmp_path, "a", Answer(night(0), [posting()])), gate=lambda *_: False)
    (outcome,) = load(con, refined(tmp_path, "a", Answer(night(0), [posting()]), key="2"))
    assert outcome.state == "loaded"
    assert loader.refused_files(con, "board") == {}


def test_an_error_of_ours_in_the_gate_is_raised_and_nothing_written(con: database.Connection, tmp_path: Path) -> None:
    def broken(*_: object) -> bool:
        raise RuntimeError("the gate cannot judge")

    with pytest.raises(RuntimeError, match="cannot judge"):
        load(con, refined(tmp_path, "a", Answer(night(0), [posting()])), gate=broken)
    assert set(counts(con).values()) == {0}
    load(con, refined(tmp_path, "a", Answer(night(0), [posting()])))  # the connection is still usable
    assert counts(con)["core.postings"] == 1


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"pay": (Pay(low=9.0, high=5.0),)}, "CHECK"),
        ({"pay": (Pay(component="perks"),)}, "CHECK"),
        ({"skills": (SkillRequirement(skill="Go", requirement="required", start=0, end=2),) * 2}, "Go twice"),
    ],
)
def test_parts_that_break_a_rule_refuse_their_file(
    wrong: dict[str, Any], why: str, con: database.Connection, tmp_path: Path
) -> None:
    (outcome,) = load(con, refined(tmp_path, "a", Answer(night(0), [posting(**wrong)])))
    assert outcome.state == "refused"
    assert why in (outcome.why or "")
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
    (outcome,) = load(con, file)
    assert (outcome.state, outcome.n_rows, outcome.n_rejects) == ("loaded", 0, 1)
    assert all_rows(con, "SELECT observed_from, n_responses FROM ops.loads") == [(None, 1)]


def test_what_other_code_read_replaces_what_was_read_before(con: database.Connection, tmp_path: Path) -> None:
    mistake = posting(9, title="Read by mistake")
    files = [
        refined(tmp_path, "a", Answer(night(0), [posting(title="Wrong"), mistake])),
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
    edits = [dataclasses.replace(file, refine_key="2") for file in files]
    outcomes = loader.load(con, edits, gate=lambda warc, *_: "b.warc" not in warc)
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
    edit = refined(tmp_path, "a", Answer(night(0), [posting(title="Edited")]), key="2")
    bad = refined(tmp_path, "b", Answer(night(1), [posting(title="Bad", pay=(Pay(low=2.0, high=1.0),))]), key="2")
    other = refined(tmp_path, "c", Answer(night(2), [posting(title="Refused")]), key="2")
    outcomes = loader.load(con, [edit, bad, other], gate=lambda warc, *_: "c.warc" not in warc)
    assert {outcome.warc: outcome.state for outcome in outcomes} == {
        "board/a.warc.gz": "loaded",
        "board/b.warc.gz": "refused",
        "board/c.warc.gz": "refused",
    }
    assert all_rows(con, "SELECT title FROM core.postings") == [("Edited",)]


def test_a_source_loaded_anew_is_not_settled_whatever_was_before(con: database.Connection, tmp_path: Path) -> None:
    """Its rows lost the ids of employers and jobs, even if the same reading as before is loaded again."""
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


def test_contradictions_of_a_file_are_counted_by_check(con: database.Connection, tmp_path: Path) -> None:
    rows = [
        posting(1, agreements=("currency_country",), doubts=("level_years",)),
        posting(2, agreements=("currency_country", "level_years")),
        posting(3),
    ]
    load(con, refined(tmp_path, "a", Answer(night(0), rows)), gate=lambda *_: True)
    checks = con.execute('SELECT warc, "check", n_checked, n_failed FROM ops.self_checks ORDER BY ALL').fetchall()
    assert checks == [("board/a.warc.gz", "currency_country", 2, 0), ("board/a.warc.gz", "level_years", 2, 1)]
