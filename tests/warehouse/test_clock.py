"""The clock by example: what is in the stock of a day, what in the flow of new adverts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.builders import BEGIN, Answer, all_rows, declare, load, night, open_copy, posting, refined
from transforms.records.definitions import BRIDGE_DAYS, MAX_DAYS_APART
from transforms.records.rows import Place
from warehouse import database
from warehouse.marts.compute import MIN_ADVERTS_LEFT, find_earlier_days

EXPIRES_AFTER_DAYS = 30
APART = int(MAX_DAYS_APART.value)


@pytest.fixture
def con(work_template: Path, tmp_path: Path) -> Iterator[database.Connection]:
    with open_copy(work_template, tmp_path) as con:
        declare(con, EXPIRES_AFTER_DAYS)
        yield con


def day(number: int) -> date:
    """The day so many days after the first night."""
    return (BEGIN + timedelta(days=number)).date()


def stock(con: database.Connection, number: int) -> list[tuple[str, date]]:
    """Postings in the stock of a day, with the day on which each was read."""
    return all_rows(con, f"SELECT posting_id, read_on FROM stock_postings(DATE '{day(number)}') ORDER BY ALL")


def flow(con: database.Connection, number: int, window_days: int = 365) -> list[str]:
    query = f"SELECT posting_id FROM new_postings(DATE '{day(number)}', {window_days}) ORDER BY ALL"
    return [name for (name,) in all_rows(con, query)]


def read(con: database.Connection, folder: Path, *answers: Answer) -> None:
    """Load each answer as an archive file of its own."""
    load(con, *(refined(folder, str(n), answer) for n, answer in enumerate(answers)))


# --- stock ----------------------------------------------------------------------------------------------


def test_the_stock_is_what_the_last_whole_reading_of_each_board_lists(con: database.Connection, tmp_path: Path) -> None:
    read(
        con,
        tmp_path,
        Answer(night(0), [posting(1), posting(2)]),
        Answer(night(1), [posting(5, board="globex")], board="globex"),
        Answer(night(3), [posting(2), posting(3)]),
        Answer(night(4), [posting(4)], is_complete=False),  # seen, but in no whole list yet
    )
    assert stock(con, 0) == [("board:1", day(0)), ("board:2", day(0))]
    assert stock(con, 2) == [("board:1", day(0)), ("board:2", day(0)), ("board:5", day(1))]
    assert stock(con, 9) == [("board:2", day(3)), ("board:3", day(3)), ("board:5", day(1))]


def test_a_repeated_answer_is_a_reading(con: database.Connection, tmp_path: Path) -> None:
    read(con, tmp_path, Answer(night(0), [posting(1)]), Answer(night(7), repeats=night(0)))
    assert stock(con, 8) == [("board:1", day(7))]


@pytest.mark.parametrize(("apart", "boards"), [(APART, 2), (APART + 1, 1)])
def test_a_board_leaves_the_stock_by_the_newest_reading(
    apart: int, boards: int, con: database.Connection, tmp_path: Path
) -> None:
    other = Answer(night(apart), [posting(5, board="globex")], board="globex")
    read(con, tmp_path, Answer(night(0), [posting(1)]), other)
    assert len(stock(con, apart)) == boards
    assert len(stock(con, apart - 1)) == 1, "a reading that had not been made yet moves nothing"


@pytest.mark.parametrize("later", [1, 30, 200, 400])
def test_days_without_new_readings_leave_the_stock_as_it_is(
    later: int, con: database.Connection, tmp_path: Path
) -> None:
    read(con, tmp_path, Answer(night(0), [posting(1)]), Answer(night(40), [posting(5, board="globex")], board="globex"))
    assert stock(con, 40 + later) == stock(con, 40) != []


def test_of_a_board_that_is_never_read_whole_adverts_stay_until_they_expire(
    con: database.Connection, tmp_path: Path
) -> None:
    read(
        con,
        tmp_path,
        Answer(night(0), [posting(1), posting(2, valid_through=day(40))], is_complete=False),
        Answer(night(EXPIRES_AFTER_DAYS), [posting(3)], is_complete=False),
        Answer(night(EXPIRES_AFTER_DAYS + 1), [posting(3)], is_complete=False),
    )
    last = EXPIRES_AFTER_DAYS
    assert stock(con, last) == [(f"board:{n}", day(last)) for n in (1, 2, 3)]
    assert stock(con, last + 1) == [(f"board:{n}", day(last + 1)) for n in (2, 3)]
    assert stock(con, last + 400) == stock(con, last + 1)


def test_a_board_that_is_read_in_part_alone_for_long_stays_by_what_it_gives(
    con: database.Connection, tmp_path: Path
) -> None:
    parts = [Answer(night(number), [posting(2)], is_complete=False) for number in (20, 40, APART + 1)]
    read(con, tmp_path, Answer(night(0), [posting(1), posting(2)]), *parts)
    assert stock(con, APART) == [("board:1", day(0)), ("board:2", day(0))]
    assert stock(con, APART + 1) == [("board:2", day(APART + 1))], "the other has expired"


def test_an_advert_that_expired_came_back_and_was_closed_is_not_in_the_stock(
    con: database.Connection, tmp_path: Path
) -> None:
    in_part = [Answer(night(number), [posting(1)], is_complete=False) for number in (0, 60)]
    read(con, tmp_path, *in_part, Answer(night(70), [posting(2)]))
    assert stock(con, 70) == [("board:2", day(70))]


def test_an_advert_on_two_boards_is_in_the_stock_while_one_lists_it(con: database.Connection, tmp_path: Path) -> None:
    both = [Answer(night(0), [posting(1, board=board)], board=board) for board in ("acme", "globex")]
    read(con, tmp_path, *both, Answer(night(2), [posting(9)]))
    assert stock(con, 2) == [("board:1", day(0)), ("board:9", day(2))]


def test_the_reference_period_is_from_the_first_to_the_last_reading(con: database.Connection, tmp_path: Path) -> None:
    in_france = Place(place_text="Paris", country="FR", region="Western Europe", continent="Europe", reading="stated")
    read(
        con,
        tmp_path,
        Answer(night(0), [posting(1)]),
        Answer(night(3), [posting(5, board="globex", places=(in_france,))], board="globex"),
    )
    rows = all_rows(con, f"FROM reference_periods(DATE '{day(9)}') ORDER BY ALL")
    assert ("world", "World", day(0), day(3), 2) in rows
    assert ("country", "FR", day(3), day(3), 1) in rows


def test_a_source_none_of_whose_answers_lists_a_board_is_read_as_one(con: database.Connection, tmp_path: Path) -> None:
    """Career pages: an advert is on its site, and each answer is the page of one advert."""
    acme, globex = posting(1, board="jobs.acme.example"), posting(2, board="jobs.globex.example")
    later = EXPIRES_AFTER_DAYS + 1
    pages = [(night(0), [acme, globex]), (night(later), [acme])]
    read(con, tmp_path, *(Answer(at, rows, board=None, is_complete=False) for at, rows in pages))
    assert stock(con, 0) == [("board:1", day(0)), ("board:2", day(0))]
    assert stock(con, later) == [("board:1", day(later))], "the other one has expired"


def test_where_answers_list_boards_an_advert_counts_by_its_own(con: database.Connection, tmp_path: Path) -> None:
    """The page of a single advert, which belongs to no board, keeps no advert of another board."""
    read(
        con,
        tmp_path,
        Answer(night(0), [posting(1)]),
        Answer(night(60), [posting(2, board="globex")], board="globex"),
        Answer(night(61), [posting(2, board="globex")], board=None, is_complete=False),
    )
    assert [name for name, _ in stock(con, 61)] == ["board:2"]


# --- flow -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("unread", "ids"), [(BRIDGE_DAYS.value, ["board:2"]), (BRIDGE_DAYS.value + 1, [])])
def test_new_is_what_a_whole_reading_shortly_before_did_not_list(
    unread: int, ids: list[str], con: database.Connection, tmp_path: Path
) -> None:
    read(con, tmp_path, Answer(night(0), [posting(1)]), Answer(night(unread), [posting(1), posting(2)]))
    assert flow(con, unread) == ids
    assert flow(con, unread - 1) == []
    assert flow(con, unread + 9, window_days=9) == [], "its first day is before the window"


def test_a_reading_in_part_dates_nothing(con: database.Connection, tmp_path: Path) -> None:
    read(con, tmp_path, Answer(night(0), [posting(1)], is_complete=False), Answer(night(1), [posting(1), posting(2)]))
    assert flow(con, 1) == []


def test_an_advert_that_stood_on_another_board_before_is_not_new(con: database.Connection, tmp_path: Path) -> None:
    read(
        con,
        tmp_path,
        Answer(night(0), [posting(1)]),
        Answer(night(0), [], board="globex"),
        Answer(night(1), [posting(1, board="globex"), posting(2, board="globex")], board="globex"),
    )
    assert flow(con, 1) == ["board:2"]


# --- earlier days -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("n_adverts", "numbers"), [(MIN_ADVERTS_LEFT, [0]), (MIN_ADVERTS_LEFT - 1, [])])
def test_the_last_day_of_boards_that_left_the_stock_is_to_be_computed(
    n_adverts: int, numbers: list[int], con: database.Connection, tmp_path: Path
) -> None:
    first = [posting(n) for n in range(n_adverts)]
    read(con, tmp_path, Answer(night(0), first), Answer(night(60), [posting(99, board="globex")], board="globex"))
    days = [day(number) for number in numbers]
    assert find_earlier_days(con, day(60), first_on=day(-400)) == days
    assert find_earlier_days(con, day(45), first_on=day(-400)) == [], "nobody has left yet"
    assert find_earlier_days(con, day(60), first_on=day(1)) == [], "too long ago to be kept"
    con.execute("INSERT INTO mart.days (mart, as_of) VALUES ('mart.salary_bands', ?)", [day(0)])
    assert find_earlier_days(con, day(60), first_on=day(-400)) == [], "it has been computed"


def test_a_board_that_is_read_again_within_the_time_has_no_last_day(con: database.Connection, tmp_path: Path) -> None:
    rows = [posting(n) for n in range(MIN_ADVERTS_LEFT)]
    read(con, tmp_path, *(Answer(night(number), rows) for number in (0, 40, 80, 120)))
    assert find_earlier_days(con, day(120), first_on=day(-400)) == []
