"""mart.closing_rates: which closings count, which are provisional, and what is left out, on boards made by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tests.builders import BEGIN, Answer, load, night, open_copy, posting, refined
from transforms.records.rows import Place
from warehouse import database
from warehouse.checks import gate
from warehouse.mart_tables import ClosingRates, ClosingsLeftOut
from warehouse.marts.closing.closings import CLOSING_RULES, closing_rates, closings_left_out
from warehouse.marts.compute import compute_marts, write_marts
from warehouse.marts.printing import EMPLOYERS, find_reasons

PLACES = tuple(Place(place_text=c, country=c, region="Western Europe", continent="Europe") for c in ("FR", "DE"))
LAST = (BEGIN + timedelta(days=400)).date()
NEEDED = int(EMPLOYERS.bound)
PROVISIONAL = ("n_closed", "n_provisional", "n_taken_back")


def put_nights(
    con: database.Connection, folder: Path, nights: Mapping[int, Mapping[str, Iterable[Any]]], **fields: Any
) -> None:
    """Load nights, each with what every board lists: ids, or postings. An empty list is one."""
    for number, boards in nights.items():
        answers = [
            Answer(
                night(number),
                [one if not isinstance(one, int | str) else posting(one, board=board, **fields) for one in adverts],
                board,
                is_complete=bool(adverts),
            )
            for board, adverts in ((board, list(rows)) for board, rows in boards.items())
        ]
        load(con, refined(folder, f"{number:04}", *answers))


def cell(con: database.Connection, as_of: date = LAST, **key: str) -> dict[str, Any]:
    """The row of the world, and of the group `data` unless it says another."""
    conditions = {"role_group": "data", "region_level": "world", "region": "World"} | key
    rows = closing_rates(con, as_of)
    for name, value in conditions.items():
        rows = rows[rows[name] == value]
    (row,) = rows.to_dict("records")
    return {str(name): value for name, value in row.items()}


def left_out(con: database.Connection, as_of: date = LAST) -> list[tuple[Any, ...]]:
    rows = closings_left_out(con, as_of)
    return [tuple(row) for row in rows[["board", "read_on", "read_again_on", "n_open", "n_gone", "why"]].values]


def test_a_closing_that_one_reading_saw_is_provisional(con: database.Connection, tmp_path: Path) -> None:
    """Between the first two readings 2 and 3 close, of which 3 is back at the next; between these two 4 closes."""
    put_nights(con, tmp_path, {0: {"acme": [1, 2, 3, 4]}, 1: {"acme": [1, 4]}})
    row = cell(con)
    assert [row[name] for name in PROVISIONAL] == [2, 2, 0]
    put_nights(con, tmp_path, {2: {"acme": [1, 3]}})
    row = cell(con)
    assert [row[name] for name in PROVISIONAL] == [2, 1, 1]  # 2 for good, 4 by one reading, and 3 was taken back
    assert (row["open_days"], row["n_employers"]) == (4 + 3, 1)  # 3 was open while one reading lacked it
    assert (row["period_from"], row["period_to"]) == (night(0).date(), night(2).date())
    put_nights(con, tmp_path, {3: {"acme": [1, 3]}})
    row = cell(con)
    assert [row[name] for name in PROVISIONAL] == [2, 0, 1]


@pytest.mark.parametrize("beside", [{"acme": [2, 9]}, {"acme": [2], "beta": [9]}])
def test_a_job_closes_with_the_last_of_its_adverts(
    con: database.Connection, tmp_path: Path, beside: Mapping[str, list[int]]
) -> None:
    """9 is an advert of 1, on the same board or on another."""
    both = {**beside, "acme": [1, *beside["acme"]]}
    put_nights(con, tmp_path, {0: both, 1: beside, 2: beside})
    con.execute("UPDATE core.postings SET job_id = 'board:1' WHERE posting_id = 'board:9'")
    assert cell(con)["n_closed"] == 0
    after = {board: [id for id in ids if id != 9] or [7] for board, ids in beside.items()}
    put_nights(con, tmp_path, {3: after, 4: after})
    assert cell(con)["n_closed"] == 1


def test_what_was_known_on_a_day_does_not_change_with_later_readings(con: database.Connection, tmp_path: Path) -> None:
    put_nights(con, tmp_path, {0: {"acme": [1, 2, 3]}, 1: {"acme": [1, 3]}, 2: {"acme": [1, 3]}})
    before = closing_rates(con, night(2).date())
    put_nights(con, tmp_path, {3: {"acme": [1]}, 4: {"acme": [1]}})
    pd.testing.assert_frame_equal(closing_rates(con, night(2).date()), before)
    assert cell(con)["n_closed"] == 2


def test_an_interval_has_its_days_and_a_long_one_does_not_count(con: database.Connection, tmp_path: Path) -> None:
    put_nights(con, tmp_path, {0: {"acme": [1, 2]}, 14: {"acme": [1, 3]}, 29: {"acme": [4]}, 30: {"acme": [4]}})
    row = cell(con)
    assert (row["n_closed"], row["open_days"], row["period_to"]) == (1, 2 * 14 + 1, night(30).date())
    assert (row["n_intervals"], row["n_days"]) == (2, 15)


def test_the_days_of_an_interval_are_not_rounded(con: database.Connection, tmp_path: Path) -> None:
    """Runs before and after midnight are 74 minutes apart; lengths of about a day are added up as they are."""
    for board, times in {"acme": (0, 74, 1514), "beta": (0, 1443, 2889, 9999)}.items():
        for number, minutes in enumerate(times):
            rows = [posting(f"{board}-{i}", board=board) for i in range(10 - number)]
            load(con, refined(tmp_path, f"{board}{number}", Answer(night(0) + timedelta(minutes=minutes), rows, board)))
    row = cell(con)
    minutes_open = 10 * 74 + 9 * 1440 + 10 * 1443 + 9 * 1446 + 8 * 7110
    assert row["open_days"] == pytest.approx(minutes_open / 1440, rel=1e-12)
    assert row["n_closed"] == 5


def test_a_second_answer_of_the_same_day_confirms_nothing(con: database.Connection, tmp_path: Path) -> None:
    answers = ((night(0), [1, 2]), (night(1), [1]), (night(1) + timedelta(minutes=20), [1]))
    for number, (at, ids) in enumerate(answers):
        load(con, refined(tmp_path, str(number), Answer(at, [posting(i) for i in ids])))
    assert [cell(con)[name] for name in PROVISIONAL] == [1, 1, 0]


def test_what_leaves_a_list_by_age_is_not_closed(con: database.Connection, tmp_path: Path) -> None:
    """Of adverts of 58, 40 and unknown days, all lacked from the second night on, only the second one is closed."""
    days = {1: 58, 2: 40, 3: None, 4: 1}
    dates = {i: (BEGIN - timedelta(days=age)).date() if age is not None else None for i, age in days.items()}
    lists = {0: (1, 2, 3, 4), 2: (4,), 3: (4,)}
    for number, ids in lists.items():
        rows = [posting(i, posted_on=dates[i]) for i in ids]
        load(con, refined(tmp_path, str(number), Answer(night(number), rows, max_age_days=60)))
    row = cell(con)
    assert (row["n_closed"], row["open_days"]) == (1, 4 + 1)  # 2 and 4 for two days, then 4 for one


def test_a_board_that_is_gone_closes_nothing_and_is_listed(con: database.Connection, tmp_path: Path) -> None:
    put_nights(con, tmp_path, {0: {"acme": [1, 2, 3]}, 1: {"acme": [1, 2]}, 2: {"acme": [1, 2]}, 3: {"acme": []}})
    row = cell(con)
    assert (row["n_closed"], row["open_days"]) == (1, 3 + 2)  # the last two are gone with their board
    assert left_out(con) == [("acme", night(2).date(), night(3).date(), 2, 2, "board_gone")]
    assert left_out(con, night(2).date()) == []
    put_nights(con, tmp_path, {4: {"acme": [1]}, 5: {"acme": [1]}})  # it is there again: an answer had failed
    assert left_out(con) == []
    assert cell(con)["n_closed"] == 2


def test_adverts_count_in_each_region_and_group_of_theirs(con: database.Connection, tmp_path: Path) -> None:
    here = posting(1, role_group="ai_engineering", places=PLACES)
    put_nights(con, tmp_path, {0: {"acme": [here, 2]}, 1: {"acme": [2]}, 2: {"acme": [2]}})
    rows = closing_rates(con, LAST).set_index(["role_group", "region"])["n_closed"].to_dict()
    assert rows == {
        ("data", "World"): 0,
        **{(group, region): 1 for group in ("ai_engineering", "ai_jobs")
           for region in ("World", "Europe")},
    }  # fmt: skip


# --- what is printed, and the same numbers without the SQL ---


@pytest.fixture(scope="module")
def boards_template(work_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("boards")
    with open_copy(work_template, folder) as con:
        put_boards(con, folder)
    return folder


@pytest.fixture
def boards(boards_template: Path, tmp_path: Path) -> Iterator[database.Connection]:
    """Boards of AI and other engineering, read six times; the last board has no AI advert."""
    with open_copy(boards_template, tmp_path) as con:
        yield con


def put_boards(con: database.Connection, folder: Path) -> None:
    draw = np.random.default_rng(5)
    adverts = {
        f"b{board}": [
            (f"{board}-{n}", "ai_engineering" if n % 3 == 0 and board < 23 else "other_engineering", draw.exponential())
            for n in range(12 + board // 2)
        ]
        for board in range(24)
    }
    for number in (0, 7, 14, 20, 35, 36):
        answers = [
            Answer(
                night(number),
                [posting(i, board=board, role_group=group) for i, group, life in rows if life * 80 >= number],
                board,
            )
            for board, rows in adverts.items()
        ]
        load(con, refined(folder, f"{number:04}", *answers))


def test_a_row_is_what_the_method_says(boards: database.Connection) -> None:
    """docs/methods.md, "Closing rates", in plain pandas: from core.posting_boards and ops.responses alone."""
    sightings = boards.execute(
        "SELECT b.board, b.posting_id, p.role_group, b.first_seen_at, b.last_seen_at"
        " FROM core.posting_boards AS b JOIN core.postings AS p USING (posting_id)"
    ).df()
    times = boards.execute("SELECT board, observed_at FROM ops.responses WHERE is_complete ORDER BY ALL").df()
    rows = []
    for board, own in sightings.groupby("board"):
        at = times.loc[times["board"] == board, "observed_at"].tolist()
        there = [own[(own["first_seen_at"] <= t) & (own["last_seen_at"] >= t)] for t in at]
        for k in range(len(at) - 1):
            if (at[k + 1] - at[k]).days > 14:
                continue
            later = {posting for reading in there[k + 1 : k + 3] for posting in reading["posting_id"]}
            for group, its in there[k].groupby("role_group"):
                n_closed = (~its["posting_id"].isin(later)).sum()
                rows.append((group, board, k, (at[k + 1] - at[k]).days, len(its), n_closed))
    counts = pd.DataFrame(rows, columns=["group", "board", "interval", "d", "n", "k"])
    ours = counts[counts["group"] == "ai_engineering"].copy()

    ours["nd"] = ours["n"] * ours["d"]
    pooled = ours.groupby(["board", "d"], as_index=False)[["n", "k", "nd"]].sum()
    pooled["events"] = [n * sum(1 / (n - j) for j in range(k)) for n, k in zip(pooled["n"], pooled["k"], strict=True)]
    events, days = (pooled.groupby("board")[name].sum() for name in ("events", "nd"))
    rate, g = events.sum() / days.sum(), len(days)
    shift = (events - rate * days) / (days.sum() - days)
    error = max(np.sqrt((g - 1) / g * (shift**2).sum()), np.sqrt(ours["k"].sum()) / days.sum())
    even = days.sum() ** 2 / (days**2).sum()
    few = 1 / ((shift**4).sum() / (shift**2).sum() ** 2 - 1 / g)
    reach = np.exp(stats.t.ppf(0.975, min(even - 1, few)) * error / rate)

    counts["t"] = (counts["n"] - counts["k"] / 2) * counts["d"]
    pairs = ours.assign(t=counts["t"]).merge(
        counts[counts["group"] == "other_engineering"], on=["board", "interval"], suffixes=("", "_other")
    )
    a = (pairs["k"] * pairs["t_other"] / (pairs["t"] + pairs["t_other"])).groupby(pairs["board"]).sum()
    b = (pairs["k_other"] * pairs["t"] / (pairs["t"] + pairs["t_other"])).groupby(pairs["board"]).sum()
    without = np.log((a.sum() - a) / (b.sum() - b))
    weight = (pairs["t"] * pairs["t_other"] / (pairs["t"] + pairs["t_other"])).groupby(pairs["board"]).sum()
    freedom = weight.sum() ** 2 / (weight**2).sum() - 1
    both = pairs["t"] + pairs["t_other"]
    poisson = ((pairs["k"] + pairs["k_other"]) * pairs["t"] * pairs["t_other"] / both**2).sum() / (a.sum() * b.sum())
    variance = max((g - 1) / g * ((without - without.mean()) ** 2).sum(), poisson)
    apart = np.exp(stats.t.ppf(0.975, freedom) * np.sqrt(variance))

    row = cell(boards, role_group="ai_engineering")
    assert (row["n_employers"], row["n_closed"], row["open_days"]) == (g, ours["k"].sum(), days.sum())
    assert row["n_even"] == pytest.approx(even)
    assert [row["rate"], row["rate_lo"], row["rate_hi"]] == pytest.approx([rate, rate / reach, rate * reach], rel=1e-5)
    ratio = a.sum() / b.sum()
    assert [row["ratio"], row["ratio_lo"], row["ratio_hi"]] == pytest.approx([ratio, ratio / apart, ratio * apart])
    assert row["compared_with"] == "other_engineering" and row["ratio_status"] == row["status"] == "published"


def test_a_list_of_many_employers_counts_by_employer(con: database.Connection, tmp_path: Path) -> None:
    """The same adverts, first on a board of each employer and then on one list of all."""
    draw = np.random.default_rng(5)
    lives = {f"e{employer}": draw.exponential(60, 15) for employer in range(NEEDED + 5)}
    nights = {
        number: {
            board: [f"{board}-{i}" for i, life in enumerate(its) if life >= number] for board, its in lives.items()
        }
        for number in range(11)
    }
    put_nights(con, tmp_path, nights)
    con.execute("UPDATE core.postings SET employer_id = board")
    of_boards = cell(con)
    con.execute("UPDATE core.posting_boards SET board = 'all'")
    con.execute("DELETE FROM ops.responses WHERE board <> 'e0'")
    con.execute("UPDATE ops.responses SET board = 'all'")
    assert of_boards["status"] == "published" and of_boards["n_employers"] == len(lives)
    pd.testing.assert_series_equal(pd.Series(cell(con)), pd.Series(of_boards))


def test_only_declared_groups_are_compared(boards: database.Connection) -> None:
    row = cell(boards, role_group="other_engineering")
    assert pd.isna(row["compared_with"]) and pd.isna(row["ratio"]) and pd.isna(row["ratio_status"])
    assert row["n_employers"] == 24


def test_a_mart_passes_its_gate(boards: database.Connection) -> None:
    for cls, rows in ((ClosingRates, closing_rates(boards, LAST)), (ClosingsLeftOut, closings_left_out(boards, LAST))):
        assert gate.check(rows, cls, gate="mart", run_id="1").failures == ()
        database.write_mart(boards, cls, rows, as_of=LAST)


RESTS_ON = {
    "n_intervals": 3, "n_days": 7, "open_days": 1_000, "n_employers": NEEDED, "n_even": NEEDED, "largest": 0.5
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, None),
        ({"n_intervals": 1}, "boards were read through too few intervals (1 on average; 3 needed)"),
        ({"n_intervals": 2.99}, "boards were read through too few intervals (2.9 on average; 3 needed)"),
        ({"n_days": 6}, "boards were followed for too few days (6; 7 needed)"),
        ({"open_days": 999}, "not followed for long enough (999 open days; 1,000 needed)"),
        ({"n_employers": NEEDED - 1}, f"not enough employers ({NEEDED - 1}; {NEEDED} needed)"),
        ({"n_even": NEEDED - 1e-12, "largest": 0.5 + 1e-12}, None),
        (
            {"n_even": NEEDED - 0.1},
            f"a few employers hold most of it (as informative as {NEEDED - 0.1} equal ones; {NEEDED} needed)",
        ),
        ({"largest": 0.51}, "one employer is 51 % of it (at most 50 %)"),
        ({"largest": 0.9, "n_employers": 2}, f"not enough employers (2; {NEEDED} needed)"),
    ],
)
def test_a_cell_is_printed_by_what_it_rests_on(change: dict[str, float], reason: str | None) -> None:
    rests_on = {name: np.array([value]) for name, value in (RESTS_ON | change).items()}
    assert list(find_reasons(rests_on, CLOSING_RULES)) == [reason]


def test_an_unchanged_night_computes_nothing(boards: database.Connection) -> None:
    for day, is_new in ((LAST, True), (LAST + timedelta(days=1), False)):
        result = compute_marts(boards, day, run_id="1")
        assert [cls in result.frames for cls in (ClosingRates, ClosingsLeftOut)] == [is_new, is_new]
        write_marts(boards, result)
