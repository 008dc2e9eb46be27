"""The life of postings by example: opened, closed, reopened, expired and edited, also as known on a past day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.builders import BEGIN, Answer, all_rows, declare, load, night, open_copy, posting, refined
from transforms.records.rows import Place
from warehouse import database
from warehouse.load import loader

INTERVALS = (
    "SELECT posting_id, first_seen_at, last_seen_at, closed_at, closed_by, expires_on::VARCHAR"
    " FROM core.posting_intervals ORDER BY ALL"
)


@pytest.fixture
def con(work_template: Path, tmp_path: Path) -> Iterator[database.Connection]:
    with open_copy(work_template, tmp_path) as con:
        declare(con, 30)
        yield con


def days(number: int) -> datetime:
    """The time a number of days after the first night."""
    return BEGIN + timedelta(days=number)


def edits(con: database.Connection) -> list[tuple[Any, ...]]:
    return all_rows(con, "SELECT changed_at, column_name, old_value, new_value FROM core.posting_changes ORDER BY ALL")


# --- intervals ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        Answer(night(1), is_complete=False),
        Answer(night(1), [posting(2)], is_complete=False),
        Answer(night(1), board=None, is_complete=False),
        Answer(night(1), [posting(3, board="globex")], board="globex"),
    ],
    ids=["empty or failed", "partly read", "of no board", "of another board"],
)
def test_what_is_no_whole_list_of_the_board_closes_nothing(
    answer: Answer, con: database.Connection, tmp_path: Path
) -> None:
    load(con, refined(tmp_path, "0", Answer(night(0), [posting(1)])), refined(tmp_path, "1", answer))
    assert all_rows(con, "SELECT closed_at FROM core.posting_boards WHERE posting_id = 'board:1'") == [(None,)]


def test_what_is_not_seen_for_long_expires_and_that_is_no_closing(con: database.Connection, tmp_path: Path) -> None:
    """A source without lists, declared to keep adverts 30 days: a gap of 31 ends an interval, one of 30 does not."""
    sightings = (0, 30, 61)
    rows = [posting(board=None)]
    load(con, *(refined(tmp_path, str(n), Answer(days(n), rows, board=None, is_complete=False)) for n in sightings))
    assert all_rows(con, INTERVALS) == [
        ("board:1", days(0), days(30), None, None, "2026-03-02"),
        ("board:1", days(61), days(61), None, None, "2026-04-02"),
    ]
    assert all_rows(con, "SELECT closed_on, reopened_on::VARCHAR FROM core.postings") == [(None, "2026-03-03")]


def test_an_advert_that_states_its_last_day_expires_then(con: database.Connection, tmp_path: Path) -> None:
    rows = [posting(board=None, valid_through=date(2026, 1, 10))]
    load(con, refined(tmp_path, "0", Answer(night(0), rows, board=None, is_complete=False)))
    assert all_rows(con, "SELECT closed_at, expires_on::VARCHAR FROM core.posting_intervals") == [(None, "2026-01-10")]
    still = "SELECT is_open FROM postings_as_of(DATE '{}')"
    assert all_rows(con, still.format("2026-01-10")) == [(True,)]
    assert all_rows(con, still.format("2026-01-11")) == [(False,)]


def test_days_on_which_a_board_was_not_read_are_gaps(con: database.Connection, tmp_path: Path) -> None:
    files = [refined(tmp_path, str(n), Answer(night(n), [posting()])) for n in (0, 1, 5)]
    failure = refined(tmp_path, "3", Answer(night(3), is_complete=False))
    load(con, *files, failure)
    gap = "SELECT source, board, read_on::VARCHAR, read_again_on::VARCHAR, days_unread FROM core.reading_gaps"
    assert all_rows(con, gap) == [("board", "acme", "2026-01-02", "2026-01-06", 3)]


# --- versions -------------------------------------------------------------------------------------------


def test_every_edit_is_kept_with_what_was_said_before(con: database.Connection, tmp_path: Path) -> None:
    rows = [
        posting(title="Engineer", location_text="Lima"),
        posting(title="Engineer", location_text="Lima"),
        posting(title="Senior engineer", location_text="Lima", pay_low=1e3, currency="PEN", pay_source="stated"),
        posting(title="Engineer", location_text="Lima"),
    ]
    load(con, *(refined(tmp_path, str(n), Answer(night(n), [one])) for n, one in enumerate(rows)))
    assert edits(con) == [
        (night(2), "currency", None, "PEN"),
        (night(2), "pay_low", None, "1000.0"),
        (night(2), "title", "Engineer", "Senior engineer"),
        (night(3), "currency", "PEN", None),
        (night(3), "pay_low", "1000.0", None),
        (night(3), "title", "Senior engineer", "Engineer"),
    ]
    versions = "SELECT version_from, version_to, title, warc FROM core.posting_versions ORDER BY ALL"
    assert all_rows(con, versions) == [
        (night(0), night(2), "Engineer", "board/0.warc.gz"),
        (night(2), night(3), "Senior engineer", "board/2.warc.gz"),
        (night(3), None, "Engineer", "board/3.warc.gz"),
    ]


def test_a_change_of_places_alone_is_a_version(con: database.Connection, tmp_path: Path) -> None:
    def at(city: str) -> Answer:
        return Answer(night(["Lima", "Quito"].index(city)), [posting(places=(Place(place_text=city, city=city),))])

    load(con, refined(tmp_path, "0", at("Lima")), refined(tmp_path, "1", at("Quito")))
    assert all_rows(con, "SELECT city FROM core.posting_places") == [("Quito",)]
    assert all_rows(con, "SELECT count(*) FROM core.posting_versions") == [(2,)]


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (2, 1, 0)])
def test_what_a_late_file_changed_an_answer_that_was_only_repeated_changes_back(
    order: tuple[int, ...], con: database.Connection, tmp_path: Path
) -> None:
    files = [
        refined(tmp_path, "0", Answer(night(0), [posting(title="Engineer")])),
        refined(tmp_path, "1", Answer(night(1), [posting(title="Lead")])),
        refined(tmp_path, "2", Answer(night(2), repeats=night(0))),
    ]
    load(con, *(files[number] for number in order))
    assert all_rows(con, "SELECT version_from, title, last_seen_at FROM core.postings") == [
        (night(2), "Engineer", night(2))
    ]
    assert [change[0] for change in edits(con)] == [night(1), night(2)]


def test_an_unchanged_posting_is_not_written_again(con: database.Connection, tmp_path: Path) -> None:
    load(con, *(refined(tmp_path, str(n), Answer(night(n), [posting()])) for n in range(3)))
    assert all_rows(con, "SELECT warc, version_from, last_seen_at FROM core.postings") == [
        ("board/0.warc.gz", night(0), night(2))
    ]


# --- past days ------------------------------------------------------------------------------------------


def test_a_past_day_is_shown_as_it_was_known_then(con: database.Connection, tmp_path: Path) -> None:
    lists = [
        [posting(1), posting(2, title="Engineer")],
        [posting(1), posting(2, title="Lead")],
        [posting(2, title="Lead"), posting(3)],
        [posting(1), posting(2, title="Chief"), posting(3)],
    ]
    load(con, *(refined(tmp_path, str(n), Answer(night(n), rows)) for n, rows in enumerate(lists)))
    then = (
        "SELECT posting_id, title, last_seen_at, closed_on::VARCHAR, is_open FROM postings_as_of(DATE '{}') ORDER BY 1"
    )
    usual = "Data Engineer"
    assert all_rows(con, then.format("2025-12-31")) == []
    assert all_rows(con, then.format("2026-01-02")) == [
        ("board:1", usual, night(1), None, True),
        ("board:2", "Lead", night(1), None, True),
    ]
    assert all_rows(con, then.format("2026-01-03")) == [
        ("board:1", usual, night(1), "2026-01-03", False),
        ("board:2", "Lead", night(2), None, True),
        ("board:3", usual, night(2), None, True),
    ]
    jobs = "SELECT job_id FROM open_jobs(DATE '{}') ORDER BY ALL"
    assert all_rows(con, jobs.format("2026-01-03")) == [("board:2",), ("board:3",)]
    assert all_rows(con, jobs.format("2026-01-04")) == [("board:1",), ("board:2",), ("board:3",)]


def test_a_past_day_between_two_sightings_of_an_interval_was_a_day_it_was_open(
    con: database.Connection, tmp_path: Path
) -> None:
    """A source without lists, read every 20 days, keeps adverts for 30: no later sighting closes an earlier day."""
    rows, query = [posting(board=None)], "SELECT count(*) FROM open_jobs(DATE '{}')"
    counts = []
    for n in (0, 20, 40, 60):
        load(con, refined(tmp_path, str(n), Answer(days(n), rows, board=None, is_complete=False)))
        counts.append([all_rows(con, query.format(days(day).date()))[0][0] for day in (0, 19, 35, 50, 59)])
    assert counts == [[1, 1, 0, 0, 0], [1, 1, 1, 1, 0], [1, 1, 1, 1, 1], [1, 1, 1, 1, 1]]


def test_days_are_days_of_utc_wherever_they_are_asked_for(con: database.Connection, tmp_path: Path) -> None:
    """23:30 UTC is the next day in Auckland, but analysts there must see the same closings as everybody else."""
    load(con, *(refined(tmp_path, str(n), Answer(night(n), [posting(n)])) for n in (0, 1, 5)))
    queries = (
        "SELECT posting_id, closed_on FROM core.postings ORDER BY ALL",
        "SELECT posting_id, closed_on, reopened_on, is_open FROM postings_as_of(DATE '2026-01-02') ORDER BY ALL",
        "SELECT posting_id, expires_on FROM core.posting_intervals ORDER BY ALL",
        "SELECT * FROM core.reading_gaps ORDER BY ALL",
    )
    before = [all_rows(con, select) for select in queries]
    con.execute("SET TimeZone = 'Pacific/Auckland'")
    assert [all_rows(con, select) for select in queries] == before


def test_nothing_after_the_day_is_taken_from_a_file_that_goes_on(con: database.Connection, tmp_path: Path) -> None:
    """One archive file over midnight: rows, answers, closings, repetitions and rejects of the next day stay out."""
    file = refined(
        tmp_path, "0", Answer(night(0), [posting(1), posting(2)]), Answer(night(1), [posting(1, title="Later")]),
        Answer(night(2), repeats=night(0)),
    )  # fmt: skip
    loader.load(con, [file], gate=lambda *_: True, until=night(0).date())
    assert all_rows(con, "SELECT posting_id, title, last_seen_at, closed_on FROM core.postings ORDER BY ALL") == [
        ("board:1", "Data Engineer", night(0), None),
        ("board:2", "Data Engineer", night(0), None),
    ]
    assert all_rows(con, "SELECT max(observed_at), count(*) FROM ops.responses") == [(night(0), 1)]
    assert all_rows(con, "SELECT observed_to, n_rows FROM ops.loads") == [(night(0), 2)]


def test_an_edit_that_ends_that_the_text_is_read_is_an_edit(con: database.Connection, tmp_path: Path) -> None:
    """The text in the answer counts, not how much of it was read; a list without texts changes nothing."""
    read: dict[str, Any] = {"text_state": "full", "text_hash": "a" * 32, "role": "other", "is_drawn": False}
    unread = read | {"text_state": "unread", "text_hash": None, "told_by": None, "location_text": "Rome"}
    lists = [
        [posting(1, **read, told_by="words", location_text="Oslo")],
        [posting(1, **unread)],
        [posting(1, is_drawn=False, role="other")],
    ]
    load(con, *(refined(tmp_path, str(n), Answer(night(n), rows)) for n, rows in enumerate(lists)))
    assert all_rows(con, "SELECT text_state, location_text, version_from FROM core.postings") == [
        ("unread", "Rome", night(1))
    ]


def test_why_an_advert_is_read_is_no_content_of_it(con: database.Connection, tmp_path: Path) -> None:
    lists = [[posting(1, is_drawn=True)], [posting(1, is_drawn=False, told_by="title")]]
    load(con, *(refined(tmp_path, str(n), Answer(night(n), rows)) for n, rows in enumerate(lists)))
    assert len(all_rows(con, "SELECT posting_id FROM core.posting_versions")) == 1
