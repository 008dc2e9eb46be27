"""Why figures moved: what the nights of a made warehouse keep of their vintages, and to what they attribute changes."""

from __future__ import annotations

import functools
import itertools
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from reports.figures import causes, compute, vintages
from reports.figures.catalogue import KNOWN
from reports.figures.declaration import Figure
from reports.figures.explain import explain_figure
from reports.wording.causes import say_all, say_of_vintage
from tests.reports.conftest import insert, put_rows
from tests.reports.figures.ledger_builders import NORTH, US, Put, paid, posting, store
from transforms.records.columns import table_of
from warehouse import mart_tables, ops_tables, tables
from warehouse.mart_tables import Figures
from warehouse.marts.pay import pay_quantiles
from warehouse.marts.pay.salary_bands import salary_bands
from warehouse.marts.share.shares import shares
from warehouse.marts.vintages import published

FIRST, SECOND = date(2026, 3, 2), date(2026, 4, 1)
ROLES, REMOTE = "roles.shares", "workplace.remote"
FIGURES: Mapping[str, Figure] = {name: KNOWN[name] for name in (NORTH, ROLES, REMOTE)}
N_BOARDS, N_ADVERTS = 24, 4


class Market:
    """Boards with four adverts each, on nights that compute marts, decide on vintages and record why figures moved."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con, self.put, self.second = con, functools.partial(put_rows, con), SECOND

    def open(self, boards: Iterable[int], numbers: Iterable[int], day: date) -> None:
        """Adverts that boards have from a day on, on which they are read."""
        rows = []
        for board, number in itertools.product(boards, numbers):
            low = 90_000.0 + 1_700 * board + 3_000 * number
            ends = {"annual_low": low, "annual_high": 1.3 * low, "annual_low_usd": low, "annual_high_usd": 1.3 * low}
            rows.append(posting(
                100 * board + number, board=f"b{board}", employer_id=f"e{board}", first_seen_at=at(day),
                last_seen_at=at(day), role=("ai_engineer", "mlops_engineer")[board * number % 3 == 1],
                workplace="onsite" if (board + number) % 5 else "remote", **paid(**ends),
            ))  # fmt: skip
        self.put(tables.Postings, *rows)
        place = {"country": "US", "region": "Northern America", "continent": "Americas"}
        self.put(tables.PostingPlaces, *({"posting_id": row["posting_id"], **place} for row in rows))

    def read(self, day: date) -> None:
        """All boards are read whole."""
        answers = "SELECT * REPLACE (? AS observed_at, board || ? AS warc) FROM ops.responses WHERE observed_at = ?"
        self.con.execute(f"INSERT INTO ops.responses BY NAME {answers}", [at(day), str(day), at(FIRST)])

    def close(self, numbers: Iterable[int], day: date) -> None:
        ids = [f"ashby:{number}" for number in numbers]
        self.con.execute(
            "UPDATE core.posting_boards SET closed_at = ?, closed_by = 'list' WHERE posting_id IN (SELECT unnest(?))",
            [at(day), ids],
        )

    def change(self, assignments: str, where: str = "true") -> None:
        self.con.execute(f"UPDATE core.postings SET {assignments} WHERE {where}")

    def night(self, day: date) -> dict[str, Figures]:
        """A night that revises every list; a vintage that must wait waits."""
        for mart, rows in (
            (mart_tables.SalaryBands, salary_bands(self.con, day)),
            (mart_tables.Shares, shares(self.con, day)),
        ):
            insert(self.con, mart, rows)
            self.put(mart_tables.Days, {"mart": table_of(mart).name, "as_of": day})
        vintages.revise(self.con, FIGURES, day, is_monthly=False)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(compute, "declarations", lambda con, also: FIGURES)
            standing = vintages.read_standing(self.con)
            ledger = compute.compute_figures(self.con, day, code_version="1", standing=standing)
        causes.record(self.con, FIGURES, ledger, day)
        store(self.con, self.put, ledger)
        return {row.figure: row for row in ledger}

    def moved(self, figure: str) -> dict[str, float]:
        """By how much each cause moved the median or the share of AI engineers; they add up."""
        rows = [
            row for row in vintages.read_causes(self.con).get(figure, ())
            if (row.name, row.number) in (("", "p50"), ("AI engineer", "share"), ("US and Canada", "share"))
        ]  # fmt: skip
        if rows:
            total = sum(row.difference for row in rows)
            assert total == pytest.approx(rows[0].after - rows[0].before, abs=1e-9)
        return {row.cause: row.difference for row in rows}


def at(day: date) -> datetime:
    return datetime.combine(day, time(6))


@pytest.fixture(scope="module")
def first_night(tables_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse after its first night."""
    path = tmp_path_factory.mktemp("first") / "night.duckdb"
    with duckdb.connect(shutil.copy(tables_template, path)) as con:
        market = Market(con)
        market.put(tables.Countries, US)
        market.open(range(N_BOARDS), range(N_ADVERTS), FIRST)
        ledger = market.night(FIRST)
        assert all(row.value for row in ledger.values())
        places = ("region.Northern America", "world.World")
        counts = [NORTH, "role.world.World.ai_jobs", *(f"workplace.{place}.ai_jobs" for place in places)]
        kept = con.execute("SELECT counts, count(*) FROM ops.kept_adverts GROUP BY 1 ORDER BY 1").fetchall()
        assert kept == [(name, N_BOARDS * N_ADVERTS) for name in counts]
    return path


@pytest.fixture
def market(first_night: Path, tmp_path: Path) -> Iterator[Market]:
    with duckdb.connect(shutil.copy(first_night, tmp_path / "night.duckdb")) as con:
        yield Market(con)


# --- one thing happens between two nights -----------------------------------------------------------------------


def leave_boards(market: Market) -> None:
    """Some boards are read no longer, so that they leave the stock."""
    market.con.execute(
        "DELETE FROM ops.responses WHERE board IN ('b3', 'b6', 'b9') AND observed_at::DATE = ?", [market.second]
    )


def move_rates(market: Market) -> None:
    market.change("annual_low_usd = 1.2 * annual_low", "board < 'b2'")


def open_boards(market: Market) -> None:
    market.open(range(N_BOARDS, N_BOARDS + 3), (0, 2, 4, 6, 8), market.second)


def merge(market: Market) -> None:
    """Two employers turn out to be one, and adverts of theirs to be for one job."""
    market.change("employer_id = 'e0', job_id = 'one'", "board IN ('b5', 'b6') AND role = 'ai_engineer'")


def close(market: Market) -> None:
    market.close((100 * board for board in range(10)), market.second)


def open_adverts(market: Market) -> None:
    market.open(range(12, 18), (9, 12), market.second)


def read_otherwise(market: Market) -> None:
    market.change(
        "annual_low = 1e5, annual_low_usd = 1e5, role = 'mlops_engineer', workplace = 'onsite'", "board < 'b2'"
    )


def edit(market: Market) -> None:
    read_otherwise(market)
    market.change(f"version_from = '{market.second}', last_seen_at = '{market.second}'", "board < 'b2'")


HAPPENINGS: Mapping[str, Callable[[Market], None]] = {
    "rates": move_rates, "boards_gone": leave_boards, "boards_new": open_boards, "merges": merge, "closed": close,
    "new": open_adverts, "changed": edit, "reading": read_otherwise,
}  # fmt: skip


@pytest.mark.parametrize("cause", HAPPENINGS)
def test_what_alone_happened_between_two_nights_is_the_cause(market: Market, cause: str) -> None:
    market.second = date(2026, 5, 1) if cause == "boards_gone" else SECOND
    market.read(market.second)
    HAPPENINGS[cause](market)
    market.night(market.second)
    for figure in FIGURES:
        expected = set() if cause == "rates" and figure != NORTH else {cause}
        assert market.moved(figure).keys() - {"rounding"} == expected, figure


def test_the_last_two_vintages_are_kept_and_a_repeated_night_says_the_same(market: Market) -> None:
    for number, day in enumerate((SECOND, date(2026, 5, 1)), 2):
        market.read(day)
        market.open(range(10, 14), (10 * number,), day)
        ledger = market.night(day)
        kept = market.con.execute("SELECT DISTINCT list, vintage FROM ops.kept_adverts ORDER BY ALL").fetchall()
        names = ("pay.advertised.regions", "shares.role.regions", "shares.workplace.regions")
        assert kept == [(name, vintage) for name in names for vintage in (number - 1, number)]
        causes_then = vintages.read_causes(market.con)
        assert causes_then.keys() == FIGURES.keys()
        causes.record(market.con, FIGURES, list(ledger.values()), day)
        assert vintages.read_causes(market.con) == causes_then


def test_lists_of_which_no_figure_is_shown_move_without_causes(market: Market) -> None:
    causes.record(market.con, {}, [], FIRST)
    assert vintages.read_causes(market.con) == {}


def test_explain_says_why_a_figure_moved(market: Market) -> None:
    market.read(SECOND)
    open_adverts(market)
    market.change("annual_low_usd = 1.1 * annual_low", "board < 'b2'")
    market.night(SECOND)
    (line,) = (line for line in explain_figure(market.con, NORTH).splitlines() if "moved       median" in line)
    assert "since 2 March 2026: rates +" in line and ", adverts new +" in line
    newest = vintages.read_vintages(market.con)["pay.advertised.regions"][-1]
    (first, *_) = say_of_vintage(vintages.read_causes(market.con), newest)
    assert first.startswith(f"{NORTH}: median USD 131,000 → "), "the reviewer reads the same"


# --- what cannot be separated -------------------------------------------------------------------------------------


def estimate_more(monkeypatch: pytest.MonkeyPatch, more: float) -> None:
    """Code by which medians in dollars are so much higher: in the mart, and in the estimator that both share."""
    points, bands = pay_quantiles.estimate_points, salary_bands

    def more_points(jobs: pay_quantiles.PaidJobs) -> dict[str, float]:
        return points(jobs) | {"p50": points(jobs)["p50"] + more}

    def more_bands(con: duckdb.DuckDBPyConnection, day: date) -> pd.DataFrame:
        rows = bands(con, day)
        return rows.assign(p50=rows["p50"].astype(float) + more)

    monkeypatch.setattr(pay_quantiles, "estimate_points", more_points)
    monkeypatch.setitem(globals(), "salary_bands", more_bands)
    monkeypatch.setattr(published, "METHODS", {**published.METHODS, "pay.advertised": 99})


def test_a_change_of_method_is_the_difference_of_both_codes_on_the_last_day(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    market.read(SECOND)
    estimate_more(monkeypatch, 2_000.0)
    open_adverts(market)
    read_otherwise(market)
    market.night(SECOND)
    moved = market.moved(NORTH)
    assert moved["method"] == 2_000 and {"new", "reading"} <= moved.keys()
    (waiting,) = (one for one in vintages.read_vintages(market.con)["pay.advertised.regions"] if one.number == 2)
    assert waiting.state == "waiting", "its causes are there for the reviewer"


def test_without_what_the_last_vintage_counted_a_method_is_not_separable(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    market.read(SECOND)
    estimate_more(monkeypatch, 2_000.0)
    open_adverts(market)
    market.con.execute("DELETE FROM ops.kept_adverts")
    market.night(SECOND)
    (line,) = (line for line in say_all(vintages.read_causes(market.con)[NORTH]) if line.startswith("median"))
    assert "(method changed, not separable)" in line and market.moved(NORTH).keys() == {"method"}


def test_what_was_not_kept_is_read_again_if_it_gives_the_same_numbers(market: Market) -> None:
    market.read(SECOND)
    open_adverts(market)
    market.con.execute("DELETE FROM ops.kept_adverts")
    market.night(SECOND)
    assert market.moved(NORTH).keys() - {"rounding"} == {"new"}


def test_what_was_not_kept_and_is_read_otherwise_now_is_not_separable(market: Market) -> None:
    market.read(SECOND)
    read_otherwise(market)
    market.con.execute("DELETE FROM ops.kept_adverts")
    market.night(SECOND)
    assert market.moved(NORTH).keys() == {"rest"}


def test_another_rung_is_a_cause_of_its_own(market: Market) -> None:
    """Too few AI engineers are left, so that data scientists count with them; some of these paid more all along."""
    scientist = "role = 'data_scientist', role_group = 'ai_science', annual_low = {0}, annual_low_usd = {0}"
    market.open(range(40, 46), range(3), FIRST)
    market.change(scientist.format("annual_high"), "board[2:]::INTEGER >= 40")
    market.change(scientist.format("annual_low - 9000"), "board[2:]::INTEGER BETWEEN 10 AND 39")
    market.change(f"version_from = '{SECOND}', last_seen_at = '{SECOND}'", "board[2:]::INTEGER BETWEEN 10 AND 39")
    market.read(SECOND)
    ledger = market.night(SECOND)
    assert "with AI science" in (ledger[NORTH].rung or "")
    moved = market.moved(NORTH)
    assert moved.keys() - {"rounding"} == {"rung", "changed"} and moved["rung"] > 0 > moved["changed"]


def test_another_wave_is_another_window(
    con: duckdb.DuckDBPyConnection, put: Put, figure: Callable[..., Figures]
) -> None:
    """What others collect has a reference period of its own, and shares no adverts with the one before."""
    name, place = "pay.reported.countries", "pay.us.ai_engineering.mid_senior"
    rung = next(rung for rung in KNOWN[place].rungs if rung.basis == "reported")
    vintage = {"list": name, "state": "published", "method": "m", "why": "w"}
    rows = [
        figure(
            as_of=day, figure=place, basis="reported", rung=rung.name, list=name, vintage=number, period_to=day,
            value_json=json.dumps([{"region": "US", "p50": p50}]),
        )
        for number, day, p50 in ((1, FIRST, 100_000.0), (2, SECOND, 104_000.0))
    ]  # fmt: skip
    for number, day in ((1, FIRST), (2, SECOND)):
        put(ops_tables.Vintages, vintage | {"number": number, "as_of": day, "offered_on": day, "decided_on": day})
    store(con, put, rows[:1])
    for later, cause in ((rows[1], "window"), (replace(rows[1], period_to=FIRST), "rest")):
        causes.record(con, {place: KNOWN[place]}, [later], SECOND)
        ((row,),) = vintages.read_causes(con).values()
        assert (row.cause, row.difference, row.before, row.after) == (cause, 4_000, 100_000, 104_000)
