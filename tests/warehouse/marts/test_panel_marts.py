"""Marts that rest on the panel: who counts, with which weight, and what stays as it is without one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.builders import BEGIN, night
from tests.warehouse.marts.closing.test_closings import put_nights
from tests.warehouse.marts.test_marts import AS_OF, NOW, SOME_COUNTRIES, cell, posting, put
from transforms.records.columns import fields_of, table_of
from transforms.records.definitions import BRIDGE_DAYS
from transforms.records.vocabulary import MEMBER_RHYTHM
from warehouse import database
from warehouse.checks import gate
from warehouse.mart_tables import ClosingRates, PayDisclosure, SalaryBands, Shares, TimeListed
from warehouse.marts.closing.closing_rates import Readings, estimate_closing_rates
from warehouse.marts.closing.closings import closing_rates
from warehouse.marts.closing.time_listed import Spells, estimate_listed, time_listed
from warehouse.marts.compute import compute_marts, write_marts
from warehouse.marts.measures import MEASURES
from warehouse.marts.pay.disclosure import pay_disclosure
from warehouse.marts.pay.pay_quantiles import PANEL_COLUMNS
from warehouse.marts.pay.salary_bands import salary_bands
from warehouse.marts.share.shares import shares
from warehouse.ops_tables import BoardNights, PanelDraw, Rejects, Responses
from warehouse.schema import arrow_table
from warehouse.tables import Countries

DRAWN_ON = AS_OF - timedelta(days=20)
NOT_COMPARED = ["sample", "inputs"]
ORDER = ["measure", "region_level", "region", "role_group", "text_class", "item"]


def draw(
    con: database.Connection,
    boards: Iterable[tuple[str, float, bool]],
    *,
    source: str = "x",
    stratum: str = "1:US",
    on: date = DRAWN_ON,
) -> None:
    """Boards with their chance, and whether each is a member; these were asked as such from the day of the draw on."""
    boards = list(boards)
    database.put(
        con,
        PanelDraw,
        [
            PanelDraw(source=source, board=board, drawn_on=on, stratum=stratum, chance=chance,
                      number=0.0 if is_member else chance)
            for board, chance, is_member in boards
        ],
    )  # fmt: skip
    database.put(
        con,
        BoardNights,
        [
            BoardNights(run_id=f"{on}", source=source, board=board, planned_on=on,
                        why="panel" if is_member else "yield", chance=chance if is_member else None)
            for board, chance, is_member in boards
        ],
    )  # fmt: skip


def plan_again(con: database.Connection, days: Iterable[int], *, source: str = "board") -> None:
    """The members of a source are asked again, so many days after their draw."""
    for day in days:
        con.execute(
            "INSERT INTO ops.board_nights BY NAME"
            " SELECT run_id || ' ' || $day AS run_id, n.source, board, planned_on + $day AS planned_on, why, n.chance"
            " FROM ops.board_nights AS n JOIN ops.panel_draw AS d USING (source, board)"
            " WHERE n.source = $source AND planned_on = drawn_on AND n.chance IS NOT NULL",
            {"day": day, "source": source},
        )


def put_boards(
    con: database.Connection, name: str, n: int, *, jobs: int = 1, begin: int = 0, **fields: Any
) -> list[str]:
    """Boards of an employer each, and so many jobs on each; gives their names."""
    boards = [f"{name}{i}" for i in range(n)]
    put(
        con,
        [
            posting(begin + i * jobs + j, board=board, employer_id=f"e {board}", **fields)
            for i, board in enumerate(boards)
            for j in range(jobs)
        ],
    )
    return boards


def put_two_strata(con: database.Connection, *, n_silent: int = 0) -> None:
    """30 members drawn one in two, all of their jobs remote; 30 that are sure, on site; 5 yield boards of ten on site.

    `n_silent` more members of the first stratum were never read.
    """
    half = put_boards(con, "half", 30, workplace="remote")
    sure = put_boards(con, "sure", 30, begin=100, workplace="onsite")
    rich = put_boards(con, "rich", 5, jobs=10, begin=200, workplace="onsite")
    silent = [f"silent{i}" for i in range(n_silent)]
    draw(con, [*((board, 0.5, True) for board in (*half, *silent)), *((board, 0.5, False) for board in rich)])
    draw(con, ((board, 1.0, True) for board in sure), stratum="2:US")


def put_answers(
    con: database.Connection,
    boards: Iterable[str],
    *answers: int | tuple[int, str],
    at: datetime = NOW,
    refers_to: datetime | None = None,
) -> None:
    """What each of these boards answered, in this order, without a row: a status, or a status and what was wrong.

    What is left out "by a rule of ours" is no fault of the answer.
    """
    nothing: dict[type, dict[str, Any]] = {cls: {f.name: None for f in fields_of(cls)} for cls in (Responses, Rejects)}
    responses, rejects = [], []
    for board in boards:
        for number, answer in enumerate(answers):
            status, rule = answer if isinstance(answer, tuple) else (answer, "HTTP 200 expected" * (answer >= 400))
            read_at = at + timedelta(seconds=number)
            place = {"warc": f"x/{board} {read_at}", "record": 0}
            values = {
                "source": "x", "board": board, "url": f"https://x.example/{board}", "observed_at": read_at,
                "http_status": status, "digest": "sha1:X", "refers_to": refers_to, "is_complete": False, "n_rows": 0,
                "n_rejects": int(bool(rule)),
            }  # fmt: skip
            responses.append(Responses(**nothing[Responses] | place | values))
            if rule:
                why = {"source": "x", "rule": rule, "column_name": "response", "value": ""}
                is_deliberate = rule.endswith("by a rule of ours")
                rejects.append(Rejects(**nothing[Rejects] | place | why | {"is_deliberate": is_deliberate}))
    database.put(con, Responses, responses)
    database.insert_into(con, table_of(Rejects).name, arrow_table(Rejects, rejects))


def rows_in(frame: pd.DataFrame) -> list[Any]:
    return list(frame.itertuples())


def row_of(frame: pd.DataFrame, measure: str = "workplace", item: str = "remote", region: str = "World") -> Any:
    mask = (frame["measure"] == measure) & (frame["item"] == item) & (frame["region"] == region)
    (row,) = rows_in(frame[mask & (frame["role_group"] == "ai_jobs")])
    return row


def shares_of(con: database.Connection, measure: str = "workplace") -> pd.DataFrame:
    return shares(con, AS_OF, measures=[MEASURES[measure]])


def without_sample(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.drop(columns=NOT_COMPARED).sort_values(ORDER, ignore_index=True)


# --- shares -----------------------------------------------------------------------------------------------


def test_jobs_of_members_count_by_the_inverse_of_their_chance(con: database.Connection) -> None:
    put_two_strata(con)
    frame = shares_of(con)
    row = row_of(frame)
    assert (row.sample, row.n_jobs, row.n_yes, row.n_no) == ("panel", 60, 30, 30), "as many as were counted"
    assert row.share == pytest.approx(30 * 2 / (30 * 2 + 30))
    assert row.n_even_employers == pytest.approx(90**2 / (30 * 2**2 + 30))
    assert row.share_by_employer == pytest.approx(2 / 3), "an employer that stands for two counts twice"
    assert row.largest_employer_share == pytest.approx(2 / 90)
    assert row.share_lo < row.share < row.share_hi
    assert gate.check(frame, Shares, gate="g", run_id="r").passed


def test_members_that_do_not_answer_are_stood_for_by_those_of_their_stratum(con: database.Connection) -> None:
    """30 of 40 drawn one in two have answered: 90 of 110 boards known are stood for."""
    put_two_strata(con, n_silent=10)
    weights = "SELECT stratum, weight, count(*) FROM panel_boards($day) WHERE is_answered GROUP BY ALL ORDER BY ALL"
    rows = con.execute(weights, {"day": AS_OF}).fetchall()
    assert rows == [("1:US", pytest.approx(80 / 30), 30), ("2:US", 1.0, 30)]
    assert row_of(shares_of(con)).share == pytest.approx(80 / 110)


def test_where_too_few_answer_all_boards_known_count(con: database.Connection) -> None:
    put_two_strata(con, n_silent=15)
    row = row_of(shares_of(con))
    assert (row.sample, row.n_jobs, row.share) == ("known", 110, pytest.approx(30 / 110))
    put_answers(con, [f"silent{i}" for i in range(5)], 404)
    row = row_of(shares_of(con))
    assert (row.sample, row.n_jobs) == ("panel", 60), "a board that is gone has answered: it has no jobs"


NONE = "SELECT sum(weight), count(*) FILTER (is_answered) FROM panel_boards($day) WHERE stratum = '1:US'"


@pytest.mark.parametrize(
    ("answers", "has_answered"),
    [
        ([404], True),
        ([410], True),
        ([301], True),
        ([302, 302], True),
        ([302, 404], True),
        ([200], True),
        ([301, 200], True),
        ([(200, "left out by a rule of ours")], True),
        ([500], False),
        ([301, 500], False),
        ([200, 500], False),
        ([403], False),
        ([(200, "no JSON")], False),
        ([200, (200, "no JSON")], False),
    ],
)
def test_a_list_without_adverts_and_a_redirect_answer_as_a_board_that_is_gone(
    con: database.Connection, answers: list[int | tuple[int, str]], has_answered: bool
) -> None:
    """Ten of 40 members say so."""
    put_two_strata(con, n_silent=10)
    put_answers(con, [f"silent{i}" for i in range(10)], *answers)
    n_answered = 40 if has_answered else 30
    assert con.execute(NONE, {"day": AS_OF}).fetchall() == [(pytest.approx(80), n_answered)]


def test_the_last_night_decides_whether_a_board_has_jobs(con: database.Connection) -> None:
    put_two_strata(con, n_silent=10)
    silent = [f"silent{i}" for i in range(10)]
    put_answers(con, silent, 200, at=NOW - timedelta(days=2))
    put_answers(con, silent, 500)
    assert con.execute(NONE, {"day": AS_OF - timedelta(days=1)}).fetchall()[0][1] == 10, "as known on that day"
    assert con.execute(NONE, {"day": AS_OF}).fetchall()[0][1] == 30


@pytest.mark.parametrize(("first", "has_answered"), [(200, True), ((200, "no JSON"), False)])
def test_what_repeats_an_answer_says_what_that_said(
    con: database.Connection, first: int | tuple[int, str], has_answered: bool
) -> None:
    """A page that is no list is none when it comes unchanged once more."""
    put_two_strata(con, n_silent=10)
    silent = [f"silent{i}" for i in range(10)]
    put_answers(con, silent, first, at=NOW - timedelta(days=2))
    put_answers(con, silent, 304, refers_to=NOW - timedelta(days=2))
    assert con.execute(NONE, {"day": AS_OF}).fetchall()[0][1] == (40 if has_answered else 30)


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM ops.board_nights",
        "UPDATE ops.board_nights SET planned_on = planned_on + 30",
        "UPDATE ops.panel_draw SET drawn_on = drawn_on + 30",
    ],
    ids=["read without a chance on record", "planned after the reading", "drawn after the day"],
)
def test_readings_without_a_recorded_chance_are_of_boards_known(con: database.Connection, change: str) -> None:
    put_two_strata(con)
    con.execute(change)
    assert set(shares_of(con)["sample"]) == {"known"}


def test_in_the_week_after_a_draw_only_members_of_the_one_before_have_answered(con: database.Connection) -> None:
    """50 members stay, ten come in: five of them are rich and asked at once, the others wait for their day."""
    stay = put_boards(con, "stay", 50, workplace="remote")
    rich, rest = put_boards(con, "rich", 5, begin=100), put_boards(con, "rest", 5, begin=200)
    drawn_on = AS_OF - timedelta(days=3)
    draw(con, [*((board, 0.5, True) for board in stay), *((board, 0.5, False) for board in (*rich, *rest))])
    draw(con, ((board, 0.9, True) for board in (*stay, *rich, *rest)), on=drawn_on)
    con.execute("DELETE FROM ops.board_nights WHERE board LIKE 'rest%' AND planned_on = $day", {"day": drawn_on})
    query = "SELECT count(*), min(weight), max(weight) FROM panel_boards($day) WHERE is_answered"
    weight = pytest.approx(60 / 0.9 / 50)
    assert con.execute(query, {"day": AS_OF}).fetchall() == [(50, weight, weight)]
    assert con.execute(query, {"day": drawn_on + timedelta(days=MEMBER_RHYTHM)}).fetchall()[0][0] == 55


def silent_source(con: database.Connection, planned_on: date) -> None:
    """A source of as many boards as all others, of which none ever answered, and the last day it was planned."""
    draw(con, ((f"s{i}", 0.5, True) for i in range(60)), source="silent", on=planned_on)


def test_a_source_that_is_off_does_not_count_as_one_that_does_not_answer(con: database.Connection) -> None:
    put_two_strata(con)
    ours = shares_of(con)
    silent_source(con, AS_OF - timedelta(days=BRIDGE_DAYS.value + 1))
    pd.testing.assert_frame_equal(shares_of(con), ours, check_exact=True)


def test_a_source_that_is_asked_and_never_answers_counts(con: database.Connection) -> None:
    put_two_strata(con)
    silent_source(con, AS_OF - timedelta(days=BRIDGE_DAYS.value))
    assert set(shares_of(con)["sample"]) == {"known"}


def test_a_source_drawn_and_never_planned_is_no_part_of_the_panel(con: database.Connection) -> None:
    put_two_strata(con)
    silent_source(con, DRAWN_ON)
    con.execute("DELETE FROM ops.board_nights WHERE source = 'silent'")
    assert set(shares_of(con)["sample"]) == {"panel"}


def test_weights_that_are_all_alike_change_no_figure_to_the_bit(con: database.Connection) -> None:
    """Every board happens to be a member, each by a chance of one in two."""
    boards = put_boards(con, "a", 40, jobs=2, workplace="remote")
    boards += put_boards(con, "b", 25, begin=100, workplace="onsite", pay_low=None, pay_high=None)
    boards += put_boards(con, "c", 11, jobs=3, begin=200, workplace=None, degree_min="master")
    before, disclosure = shares(con, AS_OF), pay_disclosure(con, AS_OF)
    draw(con, ((board, 0.5, True) for board in boards))
    after, by_law = shares(con, AS_OF), pay_disclosure(con, AS_OF)
    assert "panel" in set(after["sample"]) and set(by_law["sample"]) == {"panel"}
    pd.testing.assert_frame_equal(without_sample(after), without_sample(before), check_exact=True)
    pd.testing.assert_frame_equal(
        by_law.drop(columns=NOT_COMPARED[:1]), disclosure.drop(columns=NOT_COMPARED[:1]), check_exact=True
    )


def test_no_cell_is_of_both_samples(con: database.Connection) -> None:
    """Sweden is on few boards of the panel, and in a feed that has no boards: all boards known count there."""
    put_two_strata(con)
    swedish = put_boards(con, "se", 5, begin=300, country="SE", workplace="hybrid")
    draw(con, ((board, 0.5, True) for board in swedish))
    feed = [posting(400 + i, source="feed", country="SE", employer_id=f"f{i}", workplace="hybrid") for i in range(40)]
    put(con, feed)
    frame = shares(con, AS_OF)
    key = ["measure", "region_level", "region", "role_group", "text_class"]
    assert (frame.groupby(key)["sample"].nunique() == 1).all()
    world = row_of(frame, item="hybrid")
    assert (world.sample, world.n_jobs, world.n_yes) == ("panel", 65, 5), "the feed is in no panel"
    assert world.share == pytest.approx(5 * 2 / (60 + 30 + 10))


def test_a_job_belongs_to_the_board_of_its_first_advert_on_a_board(con: database.Connection) -> None:
    second, third = (posting(n, job_id="x:0001", board=board) for n, board in ((2, "out"), (3, "in")))
    put(con, [posting(1, source="feed"), second, third, posting(4, board="in")])
    draw(con, [("in", 0.5, True), ("out", 0.5, False)])
    select = "SELECT job_id, weight FROM panel_jobs($day) ORDER BY ALL"
    assert con.execute(select, {"day": AS_OF}).fetchall() == [("x:0004", 2.0)]


def test_silent_jobs_weigh_as_much_as_their_boards(con: database.Connection) -> None:
    """Of 60 boards stood for by half as many, 20 do not say: bounds are of what all weigh."""
    says = put_boards(con, "says", 40, workplace="remote")
    silent = put_boards(con, "silent", 20, begin=100, workplace=None)
    draw(con, ((board, 0.5, True) for board in says))
    draw(con, ((board, 0.25, True) for board in silent), stratum="2:US")
    row = row_of(shares_of(con))
    assert (row.sample, row.n_jobs, row.n_unknown) == ("panel", 40, 20)
    n_even = (40 * 2 + 20 * 4) ** 2 / (40 * 2**2 + 20 * 4**2)  # of 60 boards by their weights
    assert row.bound_lo == pytest.approx(0.5 - 1.645 * np.sqrt(0.25 / n_even), abs=0.02), "at least half of the weight"
    assert (row.bound_hi, row.form) == (1.0, "says")


def test_a_night_on_which_nothing_was_read_adds_no_row_and_a_draw_does(con: database.Connection) -> None:
    put_two_strata(con)

    def compute_on(day: date) -> set[str]:
        result = compute_marts(con, day, run_id="r")
        assert not result.problems
        with database.transaction(con):
            write_marts(con, result)
        return {cls.__name__ for cls in result.frames}

    assert "Shares" in compute_on(AS_OF)
    assert compute_on(AS_OF + timedelta(days=1)) == set()
    con.execute("UPDATE ops.panel_draw SET chance = 0.4 WHERE chance = 0.5")
    assert {"Shares", "PayDisclosure", "SalaryBands"} <= compute_on(AS_OF + timedelta(days=2))


# --- disclosure -------------------------------------------------------------------------------------------


def test_disclosure_rests_on_the_panel_and_widths_on_all_boards(con: database.Connection) -> None:
    half = put_boards(con, "half", 30, pay_low=None, pay_high=None)
    sure = put_boards(con, "sure", 30, begin=100)
    rich = put_boards(con, "rich", 5, jobs=10, begin=200)
    draw(con, [*((board, 0.5, True) for board in half), *((board, 0.5, False) for board in rich)])
    draw(con, ((board, 1.0, True) for board in sure), stratum="2:US")
    frame = pay_disclosure(con, AS_OF)
    (row,) = rows_in(frame[(frame["region"] == "World") & (frame["role_group"] == "all")])
    assert (row.sample, row.n_jobs, row.n_stated) == ("panel", 60, 30)
    assert row.share == pytest.approx(30 / 90)
    assert row.n_ranges == 80, "ranges of all boards known"
    assert gate.check(frame, PayDisclosure, gate="g", run_id="r").passed


# --- pay --------------------------------------------------------------------------------------------------


def put_paid(
    con: database.Connection, name: str, pays: Iterable[float], *, begin: int = 0, boards: int = 0, **fields: Any
) -> list[str]:
    """Jobs that pay so much, each on a board and of an employer of its own, or spread over so many of them."""
    pays = list(pays)
    names = [f"{name}{i % (boards or len(pays))}" for i in range(len(pays))]
    rows = [
        posting(begin + i, board=board, employer_id=f"e {board}", annual_low_usd=pay, annual_high_usd=pay, **fields)
        for i, (board, pay) in enumerate(zip(names, pays, strict=True))
    ]
    put(con, rows)
    return sorted(set(names))


def put_paying_market(con: database.Connection, *, chance: float = 0.5) -> None:
    """30 members drawn by `chance` that pay 100 to 129 thousand, 30 that are sure and pay 200 to 229; five yield boards
    of ten jobs that pay 300."""
    half = put_paid(con, "half", (100e3 + 1e3 * i for i in range(30)))
    sure = put_paid(con, "sure", (200e3 + 1e3 * i for i in range(30)), begin=100)
    rich = put_paid(con, "rich", [300e3] * 50, begin=200, boards=5)
    draw(con, [*((board, chance, True) for board in half), *((board, chance, False) for board in rich)])
    draw(con, ((board, 1.0, True) for board in sure), stratum="2:US")


def test_the_median_of_the_panel_stands_beside_that_of_all_boards_which_yield_boards_raise(
    con: database.Connection,
) -> None:
    """Of 90 that members stand for, half are below the middle of the 23rd job of those that stand for two."""
    put_paying_market(con)
    frame = salary_bands(con, AS_OF)
    band = cell(frame)
    assert (band.n_jobs, band.p50) == (110, 224.5e3), "between the 55th and the 56th job of all"
    assert (band.n_panel_jobs, band.n_panel_employers, band.p50_of_panel) == (60, 60, 122e3)
    assert band.p50_of_panel_lo < 122e3 < band.p50_of_panel_hi < band.p50
    assert band.n_employers == 65
    assert gate.check(frame, SalaryBands, gate="g", run_id="r").passed
    empty = cell(frame, role_group="data")
    assert (empty.n_jobs, pd.isna(empty.n_panel_jobs)) == (0, True)


def test_without_a_draw_or_where_too_few_answer_nothing_is_said_of_a_panel(con: database.Connection) -> None:
    put_paid(con, "half", (100e3 + 1e3 * i for i in range(40)))
    before = salary_bands(con, AS_OF)
    assert before[list(PANEL_COLUMNS)].isna().all(axis=None)
    draw(con, [*((f"half{i}", 0.5, True) for i in range(5)), *((f"silent{i}", 0.5, True) for i in range(5))])
    pd.testing.assert_frame_equal(salary_bands(con, AS_OF), before, check_exact=True)


def test_alike_chances_say_of_members_what_all_boards_say_to_the_bit(con: database.Connection) -> None:
    boards = put_paid(con, "a", (100e3 + 1e3 * (i % 37) for i in range(120)), boards=50)
    draw(con, ((board, 0.3, True) for board in boards))
    frame = salary_bands(con, AS_OF)
    same = {"n_panel_jobs": "n_jobs", "n_panel_employers": "n_employers"}
    same |= {f"p50_of_panel{end}": f"p50{end}" for end in ("", "_lo", "_hi")}
    rows = frame[frame["status"] == "published"]
    assert len(rows)
    for of_panel, of_all in same.items():
        assert rows[of_panel].tolist() == rows[of_all].tolist(), of_panel


@pytest.mark.parametrize(
    ("members", "n_jobs", "n_employers"),
    [
        ({"few": 14}, 45, 14),
        ({"many": 40, "heavy": 1}, 41, 41),
    ],
)
def test_a_panel_that_alone_breaks_a_rule_is_counted_and_its_median_withheld(
    con: database.Connection, members: dict[str, int], n_jobs: int, n_employers: int
) -> None:
    """45 jobs of 14 employers, and one whose only job stands for more than the others together."""
    put_paid(con, "yield", [300e3] * 60, begin=500)
    for number, (name, n) in enumerate(members.items()):
        jobs = 45 if name == "few" else n
        boards = put_paid(con, name, [150e3] * jobs, begin=100 * number, boards=n)
        draw(con, ((board, 0.02 if name == "heavy" else 0.9, True) for board in boards), stratum=f"{number}:US")
    band = cell(salary_bands(con, AS_OF))
    assert (band.status, band.n_panel_jobs, band.n_panel_employers) == ("published", n_jobs, n_employers)
    assert band[["p50_of_panel", "p50_of_panel_lo", "p50_of_panel_hi"]].isna().all()


def test_a_cell_that_is_withheld_says_nothing_of_its_panel_but_how_many(con: database.Connection) -> None:
    put_paid(con, "giant", [300e3] * 200, begin=500, boards=1)
    boards = put_paid(con, "a", [150e3] * 40)
    draw(con, ((board, 0.5, True) for board in boards))
    band = cell(salary_bands(con, AS_OF))
    assert (band.status, band.n_panel_jobs) == ("suppressed", 40)
    assert pd.isna(band.p50_of_panel)


def test_in_dollars_a_country_s_panel_is_judged_on_its_own_money(con: database.Connection) -> None:
    """Of 28 members in Brazil 14 pay in dollars, so that the panel has 14 employers in the country's own money."""
    database.load_lookup(con, Countries, SOME_COUNTRIES)
    own: dict[str, Any] = {"country": "BR", "currency": "BRL", "annual_low": 5e5, "annual_high": 5e5}
    put_paid(con, "yield", [100e3] * 40, begin=500, **own)
    local = put_paid(con, "local", [90e3] * 14, **own)
    dollars = put_paid(con, "usd", [95e3] * 14, begin=100, country="BR")
    draw(con, ((board, 0.5, True) for board in (*local, *dollars)))
    frame = salary_bands(con, AS_OF)
    at = {"region_level": "country", "region": "BR"}
    ours, in_dollars = cell(frame, currency="BRL", **at), cell(frame, **at)
    assert (ours.n_panel_jobs, in_dollars.n_panel_jobs) == (14, 28)
    assert pd.isna(ours.p50_of_panel) and pd.isna(in_dollars.p50_of_panel)
    assert cell(frame).p50_of_panel == pytest.approx(92.5e3)


# --- openings and closings --------------------------------------------------------------------------------


def test_a_board_of_weight_two_counts_in_rates_as_two_like_it() -> None:
    rng = np.random.default_rng(3)
    board, days = np.repeat(np.arange(30), 3), np.tile([7.0, 7.0, 14.0], 30)
    n_open = rng.integers(5, 60, len(board)).astype(float)
    n_closed = rng.binomial(n_open.astype(int), np.repeat(rng.uniform(0, 0.4, 30), 3)).astype(float)
    zeros = np.zeros(len(board), dtype=np.int64)
    plain = Readings(zeros, board, days, n_open, n_closed)
    twice = board < 10
    rates = estimate_closing_rates(replace(plain, weight=np.where(twice, 2.0, 1.0)), 1)
    again = [np.concatenate([column, column[twice]]) for column in (zeros, days, n_open, n_closed)]
    copies = Readings(again[0], np.concatenate([board, board[twice] + 30]), *again[1:])
    assert rates.rate == pytest.approx(estimate_closing_rates(copies, 1).rate, rel=1e-9)
    assert rates.n_employers[0] == 30
    assert rates.open_days[0] == pytest.approx((n_open * days).sum())
    same = estimate_closing_rates(replace(plain, weight=np.ones(len(board))), 1)
    usual = estimate_closing_rates(plain, 1)
    for name in ("rate", "low", "high", "n_even", "open_days"):
        assert getattr(same, name) == getattr(usual, name), name


def test_an_advert_of_weight_two_counts_as_two_in_time_listed() -> None:
    rng = np.random.default_rng(4)
    entry = rng.uniform(0, 20, 200)
    leave, is_closed = entry + rng.integers(1, 60, 200), rng.random(200) < 0.6
    board, twice = np.arange(200) % 20, np.arange(200) % 20 < 7
    part = estimate_listed(Spells(board, entry, leave, is_closed, np.where(twice, 2.0, 1.0)), 30, 20)
    again = [np.concatenate([column, column[twice]]) for column in (board, entry, leave, is_closed)]
    assert part.share == pytest.approx(estimate_listed(Spells(*again), 30, 20).share, rel=1e-12)
    assert part.low < part.share < part.high


def test_closing_rates_rest_on_intervals_that_began_as_a_members(con: database.Connection, tmp_path: Path) -> None:
    """24 members and 6 yield boards, read weekly; the first week was before the draw."""
    members = {f"m{i:02}": 0.5 if i < 12 else 1.0 for i in range(24)}
    others = [f"y{i}" for i in range(6)]

    def listed(board: str, number: int) -> list[Any]:
        n_left = 40 - number // 7 * (2 if board < "m12" else 6)
        return [f"{board}-{i}" for i in range(n_left)]

    weeks = (0, 7, 14, 21, 28)
    put_nights(con, tmp_path, {n: {board: listed(board, n) for board in (*members, *others)} for n in weeks})
    as_of, drawn_on = night(28).date(), night(7).date()
    for chance in (0.5, 1.0):
        own = [(board, chance, True) for board, its in members.items() if its == chance]
        draw(con, own, source="board", on=drawn_on, stratum=str(chance))
    draw(con, ((board, 0.5, False) for board in others), source="board", on=drawn_on, stratum="0.5")
    frame = closing_rates(con, as_of)
    assert gate.check(frame, ClosingRates, gate="g", run_id="r").passed
    (row,) = rows_in(frame[(frame["role_group"] == "data") & (frame["region"] == "World")])
    assert (row.sample, row.n_employers, row.period_from, row.period_to) == ("panel", 24, drawn_on, night(28).date())
    first, then = (
        np.array([len(listed(board, week)) for week in of for board in members], float)
        for of in (weeks[1:-1], weeks[2:])
    )
    weight = np.array([1 / chance for chance in members.values()] * 3)
    rates = estimate_closing_rates(
        Readings(np.zeros(72, dtype=np.int64), np.tile(np.arange(24), 3), np.full(72, 7.0), first, first - then,
                 weight), 1,
    )  # fmt: skip
    assert (row.rate, row.rate_lo, row.n_even) == pytest.approx((rates.rate[0], rates.low[0], rates.n_even[0]))
    assert (row.n_closed, row.open_days) == ((first - then).sum(), (first * 7).sum())
    con.execute("UPDATE ops.panel_draw SET chance = 1 WHERE number < chance")
    con.execute("UPDATE ops.panel_draw SET chance = 0.9, number = 0.9 WHERE number > 0")
    (again,) = rows_in(closing_rates(con, as_of).query("role_group == 'data' and region == 'World'"))
    assert again.rate == pytest.approx(row.rate), "of two draws the smaller chance decides"


def test_time_listed_rests_on_the_panel_where_it_is_enough(con: database.Connection, tmp_path: Path) -> None:
    boards = [f"m{i:02}" for i in range(30)]

    def listed(board: str, week: int) -> list[str]:
        """Three adverts are opened each week; they stand for eight weeks on half of the boards, else for three."""
        life = 8 if board < "m15" else 3
        return [f"{board}-{first}-{k}" for first in range(max(0, week - life), week + 1) for k in range(3)]

    put_nights(con, tmp_path, {7 * week: {board: listed(board, week) for board in boards} for week in range(14)})
    as_of = night(7 * 13).date()
    earlier = time_listed(con, as_of)
    draw(con, ((b, 0.5, True) for b in boards[:15]), source="board", on=BEGIN.date(), stratum="1")
    draw(con, ((b, 1.0, True) for b in boards[15:]), source="board", on=BEGIN.date(), stratum="2")
    plan_again(con, range(7, 7 * 14, 7))
    ours = time_listed(con, as_of)
    assert gate.check(ours, TimeListed, gate="g", run_id="r").passed
    key = "role_group == 'data' and region == 'World' and days == 30"
    (before,), (after,) = (rows_in(frame.query(key)) for frame in (earlier, ours))
    assert (before.sample, after.sample, before.status) == ("known", "panel", "published")
    assert (before.n_adverts, before.open_days) == (after.n_adverts, pytest.approx(after.open_days))
    assert before.share + 0.1 < after.share, "those that stand for long are on boards that stand for two"
