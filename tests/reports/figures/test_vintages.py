"""Which vintage of a figure is published: cadence, rounding, review, and a person's word."""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import duckdb
import numpy as np
import pytest

from reports.figures import vintages
from reports.figures.addresses import declare
from reports.figures.catalogue import CLAIMS, KNOWN, declarations
from reports.figures.declaration import Figure
from reports.figures.differences import Overlaps, Sample, is_rounding, jackknife
from reports.wording import notes
from tests.reports.figures.ledger_builders import AS_OF, NORTH, Cell, Put, computed, computed_one, store
from warehouse import mart_tables, tables
from warehouse.mart_tables import Figures, SourceContribution
from warehouse.ops_tables import Vintages

Make = Callable[..., Figures]
FIRST = date(2026, 3, 2)
ID = "pay.us.ai_engineering.mid_senior.advertised_third_party"  # of a kind whose employers nobody knows
FIGURE: Figure = declare(ID)
RUNG = FIGURE.rungs[0].name


class Nights:
    """Nights of one figure, their vintages kept in memory as the warehouse keeps them."""

    def __init__(self, con: duckdb.DuckDBPyConnection, put: Put, figure: Make) -> None:
        self.con, self.put, self.make, self.day = con, put, figure, FIRST

    def row(self, median: float, **changes: Any) -> Figures:
        """A row of the ledger with a median, its interval 4 % to both sides."""
        amounts = {"p50": median, "p50_lo": 0.96 * median, "p50_hi": 1.04 * median, "currency": "USD"}
        fields: dict[str, Any] = {
            "figure": ID, "as_of": self.day, "basis": "advertised_third_party", "rung": RUNG, "n_jobs": 200,
            "value": f"USD {median / 1000:.0f}K", "bare_value": f"USD {median / 1000:.0f}K", "qualifier": None,
            "value_json": json.dumps([amounts]), "period_from": self.day - timedelta(days=90), "period_to": self.day,
            "status": "published", "sources": ("aijobs_salaries",),
        }  # fmt: skip
        return self.make(**fields | changes)

    def night(self, row: Figures, **options: Any) -> list[Vintages]:
        self.con.execute("DELETE FROM mart.figures WHERE as_of = ?", [self.day])
        store(self.con, self.put, [row])
        vintages.forget_undecided(self.con, self.day)
        entries = vintages.revise(self.con, {ID: FIGURE}, [row], self.day, **options)
        self.store(entries)
        return entries

    def store(self, entries: Sequence[Vintages]) -> None:
        for one in entries:
            self.con.execute("DELETE FROM ops.vintages WHERE figure = ? AND number = ?", [one.figure, one.number])
            self.put(Vintages, dataclasses.asdict(one))

    def shown(self, row: Figures) -> Figures:
        (result,) = vintages.published_rows(self.con, {ID: FIGURE}, [row], self.day)
        return result

    def pass_days(self, days: int) -> None:
        self.day += timedelta(days=days)


@pytest.fixture
def nights(con: duckdb.DuckDBPyConnection, put: Put, figure: Make) -> Nights:
    return Nights(con, put, figure)


def test_what_is_frozen_comes_back_whole(figure: Make) -> None:
    row = figure(
        period_from=FIRST, period_to=FIRST, behind=(SourceContribution(source="ashby", n=3, read_on=FIRST),),
        sources=("ashby",), n_jobs=3,
    )  # fmt: skip
    assert vintages.thaw(vintages.freeze(row)) == dataclasses.replace(row, sql=None), "which the ledger keeps"


def test_a_first_value_is_published_and_then_revised_on_the_first_night_of_a_month(nights: Nights) -> None:
    nights.night(nights.row(150_000))
    for median in (150_000, 153_000, 156_000):
        nights.pass_days(5)
        row = nights.row(median)
        assert nights.night(row) == [], "not before the month is over"
        assert nights.shown(row).value == "USD 150K"
    nights.day = date(2026, 4, 1)
    row = nights.row(154_000)
    (vintage,) = nights.night(row)
    assert (vintage.state, vintage.number, vintage.why) == ("published", 2, "revised at its cadence")
    assert nights.shown(row).value == "USD 154K"


def test_nothing_printed_flickers_for_noise_and_a_true_rise_comes_through(nights: Nights) -> None:
    rng = np.random.default_rng(17)
    values = []
    for _ in range(30):
        row = nights.row(150_000 * (1 + 0.01 * rng.standard_normal()))
        nights.night(row)
        values.append(nights.shown(row).value)
        nights.pass_days(1)
    changes = [old != new for old, new in itertools.pairwise(values)]
    assert sum(changes) <= 1, "at most the revision of the new month"
    for month in range(3):
        nights.day = date(2026, 5 + month, 1)
        row = nights.row(150_000 * 1.03 ** (month + 1))
        assert all(one.state == "published" for one in nights.night(row))
        if month == 1:
            assert nights.shown(row).value == row.value, "by the second month"


@pytest.mark.parametrize(
    ("median", "changes", "why"),
    [
        (300_000, {}, "median up 100%"),
        (153_000, {"sources": ("another",)}, "without aijobs_salaries and with another"),
        (155_000, {"n_jobs": 80}, "n fell from 200 to 80"),
        (155_000, {"rung": "another"}, "another rung"),
    ],
)
def test_what_chance_does_not_explain_waits_and_says_so(
    nights: Nights, median: float, changes: dict[str, Any], why: str
) -> None:
    nights.night(nights.row(150_000))
    nights.day = date(2026, 4, 1)
    row = nights.row(median, value=f"USD {median / 1000:.0f}K!", bare_value=None, **changes)
    (vintage,) = nights.night(row)
    assert vintage.state == "waiting" and why in vintage.why
    result = nights.shown(row)
    assert result.value == "USD 150K (under review since 1 April 2026)" and result.status == "published"
    nights.pass_days(15)
    late = nights.shown(row)
    assert late.status == "stale" and "not reviewed since 1 April 2026" in (late.reason or "")


def test_another_method_waits(nights: Nights, monkeypatch: pytest.MonkeyPatch) -> None:
    nights.night(nights.row(150_000))
    monkeypatch.setattr(vintages, "METHODS", {"mart.salary_bands": 2})
    nights.day = date(2026, 4, 1)
    (vintage,) = nights.night(nights.row(156_000))
    assert vintage.state == "waiting" and vintage.why == "another method"


def test_a_change_of_sample_waits_though_the_value_is_the_same(nights: Nights) -> None:
    def row_of(*samples: str | None) -> Figures:
        rows = [{"item": f"i{n}", "share": 0.3, "sample": sample} for n, sample in enumerate(samples)]
        return nights.row(150_000, value_json=json.dumps(rows), basis="postings")

    nights.night(row_of(None))
    nights.day = date(2026, 4, 1)
    (vintage,) = nights.night(row_of("known"))
    assert vintage.state == "published", "a version that did not say was of boards known"
    nights.day = date(2026, 5, 1)
    (vintage,) = nights.night(row_of("panel"))
    assert vintage.state == "waiting"
    assert vintage.why == "another sample: boards known, not sampled, now boards drawn at random"
    both = nights.night(row_of("panel", "known"))
    assert "now boards drawn at random where they are enough, else boards known" in both[0].why


def test_a_person_accepts_or_rejects_and_the_reason_stays(nights: Nights) -> None:
    nights.night(nights.row(150_000))
    nights.day = date(2026, 4, 1)
    row = nights.row(300_000)
    nights.night(row)
    history = vintages.read_vintages(nights.con)
    decision = vintages.decide(history, ID, accepts=False, reason="a board of contracts", on=nights.day)
    nights.store([decision])
    for day in (date(2026, 4, 2), date(2026, 5, 1)):
        nights.day = day
        assert nights.night(nights.row(303_000)) == [], "what was refused is not offered again for a little noise"
        assert nights.shown(row).value == "USD 150K"
    nights.day = date(2026, 6, 1)
    nights.night(nights.row(400_000))
    history = vintages.read_vintages(nights.con)
    nights.store([vintages.decide(history, ID, accepts=True, reason="checked", on=nights.day)])
    assert nights.shown(row).value == "USD 400K"
    states = [(one.state, one.reason) for one in vintages.read_vintages(nights.con)[ID]]
    assert states == [("published", None), ("rejected", "a board of contracts"), ("published", "checked")]
    with pytest.raises(vintages.NotWaitingError, match="what waits: nothing"):
        vintages.decide(vintages.read_vintages(nights.con), ID, accepts=True, reason="again", on=nights.day)


def test_what_made_a_figure_wait_may_go_by_itself(nights: Nights) -> None:
    nights.night(nights.row(150_000))
    nights.day = date(2026, 4, 1)
    nights.night(nights.row(300_000))
    nights.pass_days(1)
    row = nights.row(150_000)
    (vintage,) = nights.night(row)
    assert vintage.state == "withdrawn" and nights.shown(row).value == "USD 150K"


def test_what_may_not_be_printed_any_more_is_withheld_at_once(nights: Nights) -> None:
    nights.night(nights.row(150_000))
    nights.pass_days(3)
    refusal = nights.row(
        1, value=None, bare_value=None, value_json=None, status="suppressed", reason="may not be republished"
    )
    nights.night(refusal)
    assert nights.shown(refusal).value is None
    nights.pass_days(1)
    back = nights.row(151_000)
    nights.night(back)
    assert nights.shown(back).value == "USD 151K"


def test_a_correction_is_published_at_once_with_its_erratum(nights: Nights) -> None:
    nights.night(nights.row(150_000))
    nights.pass_days(1)
    row = nights.row(140_000)
    entries = vintages.correct(
        FIGURE, row, vintages.read_vintages(nights.con)[ID], erratum="hours as years", on=nights.day
    )
    nights.store(entries)
    assert nights.shown(row).value == "USD 140K"
    assert entries[-1].is_correction and entries[-1].reason == "hours as years"


def test_a_night_that_is_run_again_decides_again(nights: Nights) -> None:
    nights.night(nights.row(150_000))
    nights.night(nights.row(400_000))
    assert nights.shown(nights.row(400_000)).value == "USD 400K", "no earlier night says that it waits"
    assert [(one.state, one.value) for one in vintages.read_vintages(nights.con)[ID]] == [
        ("published", "USD 150K"), ("published", "USD 400K"),
    ], "what was published stays"  # fmt: skip


def test_a_vintage_ages_by_its_own_period(nights: Nights) -> None:
    nights.night(nights.row(150_000, basis="advertised"))
    nights.pass_days(60)
    result = nights.shown(nights.row(150_000))
    assert result.status == "stale" and "read" in (result.value or "")
    nights.pass_days(400)
    assert nights.shown(nights.row(150_000)).value is None


def test_tables_are_made_of_what_is_published(con: duckdb.DuckDBPyConnection, put: Put, cell: Cell) -> None:
    put(mart_tables.SalaryBands, cell())
    first = list(computed(con, starts=("pay.", "bands.")).values())
    entries = vintages.revise(con, declarations(con), first, AS_OF)
    assert NORTH in {one.figure for one in entries} and "bands.regions" not in {one.figure for one in entries}
    for one in entries:
        put(Vintages, dataclasses.asdict(one))
    con.execute("UPDATE mart.salary_bands SET band_low = 90000, band_low_lo = 80000")
    ledger = list(computed(con, starts=("pay.", "bands.")).values())
    after = {row.figure: row for row in vintages.published_rows(con, declarations(con), ledger, AS_OF)}
    before = {row.figure: row for row in first}
    assert after[NORTH].value == before[NORTH].value
    assert notes.rows_of(after["bands.regions"])[0]["value"] == before[NORTH].value


SHARES: list[dict[str, Any]] = [{"name": "a", "share": 0.40, "share_lo": 0.35, "share_hi": 0.45}]


@pytest.mark.parametrize(
    ("changes", "is_near"),
    [
        ({}, True),
        ({"share": 0.405}, True),
        ({"share": 0.42}, False),
        ({"name": "b"}, False),
        ({"share": None}, False),
    ],
)
def test_rounding_is_less_than_a_printed_unit_inside_the_interval(changes: dict[str, Any], is_near: bool) -> None:
    assert is_rounding(SHARES, [SHARES[0] | changes]) == is_near


def test_a_difference_keeps_what_the_same_employers_share() -> None:
    rng = np.random.default_rng(5)
    employers = np.repeat(rng.normal(100, 30, 40), 3)
    boards = np.repeat(np.arange(40), 3)

    def adverts(noise: float, rise: float) -> Sample:
        return Sample(boards, employers * rise + noise * rng.normal(size=120))

    def mean(sample: Sample) -> float:
        return float(sample.value.mean())

    same = [jackknife(adverts(5, 1.0), adverts(5, 1.0), mean) for _ in range(200)]
    assert sum(abs(z or 0) > 1.96 for z in same) / 200 == pytest.approx(0.05, abs=0.05)
    rise = jackknife(adverts(5, 1.0), adverts(5, 1.1), mean)
    assert rise is not None and rise > 3, "an interval of each alone would not see it"
    one = Sample(boards[:3], employers[:3])
    assert jackknife(one, one, mean) is None, "one employer says nothing of chance"


def test_low_confidence_stays_with_a_stale_value_in_a_table(
    con: duckdb.DuckDBPyConnection, put: Put, figure: Make
) -> None:
    """Days change the status of a value, and nothing else that is said of it."""
    amounts = {"band_low": 96_000.0, "band_high": 150_000.0, "currency": "USD", "basis": "advertised_third_party"}
    row = figure(
        figure=NORTH, as_of=AS_OF, basis="advertised_third_party", rung="third-party adverts, core AI roles",
        status="low", value="USD 8.0K–12.5K per month (low confidence)", bare_value="USD 8.0K–12.5K per month",
        qualifier="low confidence", value_json=json.dumps([amounts | {"n_jobs": 40, "n_employers": None}]), n_jobs=40,
        period_from=date(2025, 1, 1), period_to=date(2025, 12, 31),
    )  # fmt: skip
    ledger = computed(con, starts=("pay.", "bands.")) | {NORTH: row}
    figures = declarations(con)
    for one in vintages.revise(con, figures, [row], AS_OF):
        put(Vintages, dataclasses.asdict(one))
    cells = []
    for day in (AS_OF, AS_OF + timedelta(days=300)):
        by_id = {one.figure: one for one in vintages.published_rows(con, figures, list(ledger.values()), day)}
        table = notes.table(by_id["bands.regions"])
        assert table is not None
        cells.append(table.rows[0][1])
        status = by_id[NORTH].status
    assert status == "stale"
    assert cells == ["USD 8.0K–12.5K (low confidence)"] * 2


# --- what whole nights showed -----------------------------------------------------------------------------


def test_what_is_within_rounding_on_the_first_waits_for_the_next_month(nights: Nights) -> None:
    nights.night(nights.row(150_000))
    nights.day = date(2026, 4, 1)
    assert nights.night(nights.row(150_500)) == []
    nights.day = date(2026, 4, 9)
    assert nights.night(nights.row(154_000)) == [], "a page must not change on any night of a month"
    nights.day = date(2026, 5, 3)
    assert nights.night(nights.row(154_000)), "the first night of a month need not be its first day"


def test_a_value_that_was_withheld_is_held_against_the_last_that_was_published(nights: Nights) -> None:
    blank = {"value": None, "bare_value": None, "value_json": None, "status": "suppressed", "reason": "12 jobs"}
    nights.night(nights.row(150_000))
    nights.pass_days(1)
    nights.night(nights.row(1, **blank))
    nights.pass_days(1)
    (vintage,) = nights.night(nights.row(300_000))
    assert vintage.state == "waiting" and "median up 100%" in vintage.why
    result = nights.shown(nights.row(300_000))
    assert result.value is None and result.reason == "a new value is under review since 4 March 2026"


def test_why_a_figure_is_withheld_is_revised_with_the_month(nights: Nights) -> None:
    blank = {"value": None, "bare_value": None, "value_json": None, "status": "suppressed"}
    nights.night(nights.row(1, **blank, reason="12 jobs"))
    nights.pass_days(1)
    row = nights.row(1, **blank, reason="14 jobs")
    assert nights.night(row) == [] and nights.shown(row).reason == "12 jobs"
    nights.day = date(2026, 4, 1)
    row = nights.row(1, **blank, reason="15 jobs")
    nights.night(row)
    assert nights.shown(row).reason == "15 jobs"


def test_what_rests_on_a_source_that_may_not_be_shown_goes_the_same_night(nights: Nights) -> None:
    nights.night(nights.row(150_000))
    nights.pass_days(1)
    nights.put(tables.Sources, {"source": "aijobs_salaries", "is_republishable": False})
    row = nights.row(152_000, rung="another", sources=("ashby",))
    (vintage,) = nights.night(row)
    assert vintage.state == "published" and vintage.why == "aijobs_salaries may not be republished"
    assert nights.shown(row).sources == ("ashby",)


def test_a_night_that_is_run_again_finds_what_waited(nights: Nights) -> None:
    nights.night(nights.row(150_000))
    nights.day = date(2026, 4, 1)
    nights.night(nights.row(300_000))
    nights.pass_days(1)
    nights.night(nights.row(150_000))
    assert nights.night(nights.row(301_000)) == [], "it waits since the first night"
    assert "under review since 1 April 2026" in (nights.shown(nights.row(301_000)).value or "")


def test_a_few_adverts_of_a_source_may_come_and_go(nights: Nights) -> None:
    own = {"basis": "advertised", "sources": ("ashby", "lever")}
    behind = (SourceContribution(source="ashby", n=195, read_on=FIRST),)
    few, many = ((*behind, SourceContribution(source="lever", n=n, read_on=FIRST)) for n in (5, 6))
    for parts, reasons in ((few, []), (many, ["other sources: without lever"])):
        then = nights.row(150_000, behind=parts, **own)
        now = nights.row(151_500, behind=behind, **own | {"sources": ("ashby",)})
        method = vintages.digest_method(FIGURE, RUNG)
        assert vintages.find_reasons(FIGURE, then, method, now, Overlaps(nights.con)) == reasons


def test_a_claim_says_at_once_that_it_was_not_verified_in_time(con: duckdb.DuckDBPyConnection, put: Put) -> None:
    figures = {one.id: one for one in CLAIMS}
    (name, claim), *_ = figures.items()
    for day in (date(2026, 3, 2), date(2099, 3, 3)):
        row = computed_one(con, name, day)
        for one in vintages.revise(con, {name: claim}, [row], day):
            put(Vintages, dataclasses.asdict(one))
        (result,) = vintages.published_rows(con, {name: claim}, [row], day)
        assert result.value == row.value, "a person looks claims up, so that none waits"
    assert "not verified again in time" in (result.value or "")


@pytest.mark.parametrize(
    ("then", "now", "is_near"),
    [
        ({"n_adverts": 100}, {"n_adverts": 101}, False),  # counts are no estimates
        ({"share": None, "bound_lo": 0.2, "bound_hi": 0.6}, {"share": None, "bound_lo": 0.2, "bound_hi": 0.605}, True),
        ({"share": None, "bound_lo": 0.2, "bound_hi": 0.6}, {"share": None, "bound_lo": 0.2, "bound_hi": 0.62}, False),
        ({"share": 0.4, "form": "point"}, {"share": 0.4, "form": "interval"}, False),
        ({"status": "suppressed", "reason": "12 jobs"}, {"status": "suppressed", "reason": "13 jobs"}, True),
        ({"status": "suppressed"}, {"status": "published", "share": 0.4}, False),
    ],
)
def test_what_is_rounding(then: dict[str, Any], now: dict[str, Any], is_near: bool) -> None:
    assert is_rounding([{"name": "a", **then}], [{"name": "a", **now}]) == is_near
    assert not is_rounding([{"name": "a"}] * 2, [{"name": "a"}] * 2), "rows that cannot be told apart are not compared"


def test_a_drift_has_as_long_as_it_took(nights: Nights) -> None:
    """Pay that rises by 3 % a month waits for nobody, also where a month was missed: nor does a year's rise."""
    first = nights.row(150_000, value_json=json.dumps([{"p50": 150_000, "p50_lo": 149_000, "p50_hi": 151_000}]))
    for months, median, waits in ((1, 154_500, False), (1, 160_000, True), (2, 160_000, False)):
        nights.day = FIRST + timedelta(days=30 * months)
        now = nights.row(
            median, value_json=json.dumps([{"p50": median, "p50_lo": 0.99 * median, "p50_hi": 1.01 * median}])
        )
        assert bool(Overlaps(nights.con).find_jump(FIGURE, first, now)) == waits, (months, median)


class Adverts:
    """A database that knows the adverts behind a figure on two days, 60 of them on 20 boards."""

    def __init__(self, then: Callable[[int], dict[str, Any]], now: Callable[[int], dict[str, Any]]) -> None:
        self.days = {FIRST: then, date(2026, 4, 1): now}

    def execute(self, sql: str) -> Adverts:
        (self.said,) = (values_of for day, values_of in self.days.items() if f"DATE '{day.isoformat()}'" in sql)
        plain = {"source": "ashby", "cell": ["country", "US", "senior"], "is_edited": False, "now_low": None,
                 "now_high": None, "then_low": None, "then_high": None}  # fmt: skip
        self.rows = [
            {**plain, "posting_id": f"a:{n}", "job_id": f"a:{n}", "board": f"b{n % 20}", **self.said(n)}
            for n in range(60)
        ]
        return self

    @property
    def description(self) -> list[tuple[str, str]]:
        return [(name, "DOUBLE" if name.endswith("_low") else "VARCHAR") for name in self.rows[0]]

    def fetchall(self) -> list[tuple[Any, ...]]:
        return [tuple(row.values()) for row in self.rows]


def offer(n: int, factor: float = 1.0) -> dict[str, float]:
    """Pay of an advert: the median of sixty is 150,000."""
    middle = (90_500 + 2_000 * n + 500) * factor
    return {"low_usd": 0.9 * middle, "high_usd": 1.1 * middle}


def third(n: int) -> float:
    """Every third board pays twice as much."""
    return 2.0 if n % 20 % 3 == 0 else 1.0


@pytest.mark.parametrize(
    ("then", "now", "median", "words"),
    [
        (offer, offer, 150_000, ""),
        (offer, lambda n: offer(n, 1.03), 154_500, ""),
        (offer, lambda n: offer(n, third(n)), 183_000, "adverts of both days pay 27% more on average: 21 of 60"),
        # read otherwise: both days give what only the newer one printed
        (lambda n: offer(n, third(n)), lambda n: offer(n, third(n)), 183_000, "are read otherwise now: median up 21%"),
        # edited since, and what they paid then is known: as if they had been read then
        (
            lambda n: {**offer(n, 1.03), "is_edited": True, "now_low": offer(n, 1.03)["low_usd"],
                       "now_high": offer(n, 1.03)["high_usd"], "then_low": offer(n)["low_usd"],
                       "then_high": offer(n)["high_usd"]},
            lambda n: offer(n, 1.03), 154_500, "",
        ),
        # edited since, and what they paid then is not known: no other reading is proved
        (lambda n: {**offer(n, 1.03), "is_edited": True}, lambda n: offer(n, 1.03), 154_500, ""),
    ],
)  # fmt: skip
def test_adverts_of_both_days_tell_a_drift_from_a_jump_and_from_another_reading(
    nights: Nights, then: Any, now: Any, median: float, words: str
) -> None:
    figure = declare("pay.us.data_scientist.senior")
    own = {"figure": figure.id, "basis": "advertised", "rung": figure.rungs[0].name, "n_jobs": 60}
    amounts = {"currency": "USD", "n_jobs": 60, "band_low": None, "band_high": None}
    before = nights.row(150_000, **own, value_json=json.dumps([amounts | {"p50": 150_000}]))
    nights.day = date(2026, 4, 1)
    row = nights.row(median, **own, value_json=json.dumps([amounts | {"p50": median}]))
    reasons = "; ".join(Overlaps(Adverts(then, now)).find_jump(figure, before, row))
    assert words in reasons and bool(words) == bool(reasons), reasons


def test_the_method_of_every_figure_has_a_version() -> None:
    queries = {rung.sql for figure in KNOWN.values() for rung in figure.rungs if not vintages._versions_in(rung.sql)}
    assert queries == set()


# --- two runs of one day, and days of the past ------------------------------------------------------------


def test_a_run_that_finds_the_same_adds_nothing_to_what_the_day_published(nights: Nights) -> None:
    nights.night(nights.row(150_000))
    nights.day = date(2026, 4, 1)
    nights.night(nights.row(156_000))
    before = vintages.read_vintages(nights.con)
    assert nights.night(nights.row(156_000)) == [] and vintages.read_vintages(nights.con) == before
    nights.night(nights.row(154_000))
    histories = vintages.read_vintages(nights.con)[ID]
    assert histories[:2] == before[ID] and [one.why for one in histories[2:]] == ["revised by a later run of the day"]


def test_a_run_is_held_against_what_stood_before_the_day(nights: Nights) -> None:
    """Else a jump in two steps would wait for nobody."""
    nights.night(nights.row(150_000))
    nights.day = date(2026, 4, 1)
    nights.night(nights.row(156_000))
    row = nights.row(300_000)
    (vintage,) = nights.night(row)
    assert (vintage.number, vintage.state) == (3, "waiting") and "median up 100%" in vintage.why
    assert nights.shown(row).value == "USD 156K (under review since 1 April 2026)"
    assert nights.night(nights.row(156_000)) == [], "and it may go by itself"
    assert [one.state for one in vintages.read_vintages(nights.con)[ID]] == ["published", "published"]


def test_what_is_published_of_a_later_day_is_not_forgotten(nights: Nights) -> None:
    nights.night(nights.row(150_000))
    nights.day = date(2026, 4, 1)
    nights.night(nights.row(156_000))
    before = vintages.read_vintages(nights.con)
    vintages.forget_undecided(nights.con, FIRST - timedelta(days=30))
    vintages.forget_undecided(nights.con, FIRST)
    vintages.forget_undecided(nights.con, nights.day)
    assert vintages.read_vintages(nights.con) == before


def test_a_day_is_settled_by_the_last_that_was_decided(nights: Nights) -> None:
    assert vintages.last_decided_day(nights.con) is None
    store(nights.con, nights.put, [nights.row(150_000)])
    assert vintages.last_decided_day(nights.con) is None, "figures of a version without vintages"
    nights.night(nights.row(150_000))
    assert vintages.last_decided_day(nights.con) == FIRST
    nights.day = date(2026, 4, 1)
    nights.night(nights.row(300_000))
    assert vintages.last_decided_day(nights.con) == nights.day, "offered, and not decided"
    nights.pass_days(3)
    assert nights.night(nights.row(301_000)) == [] and vintages.last_decided_day(nights.con) == nights.day


def test_cells_are_shown_as_of_a_night_and_not_of_a_day_that_was_added_later(nights: Nights) -> None:
    nights.day = date(2026, 4, 3)
    nights.night(nights.row(150_000))
    store(nights.con, nights.put, [dataclasses.replace(nights.row(150_000), as_of=date(2026, 4, 2))])
    assert vintages.revision_day(nights.con, date(2026, 4, 20)) == date(2026, 4, 3)


NEW = "pay.de.data_scientist.senior.reported"


def test_a_figure_that_nobody_decided_on_is_withheld(nights: Nights) -> None:
    """As after an update that brings a figure, where the run that follows is a backfill of older days."""
    new, figures = nights.row(120_000, figure=NEW), {ID: FIGURE, NEW: declare(NEW)}
    (result,) = vintages.published_rows(nights.con, figures, [new], nights.day)
    assert result == new, "before there is any vintage, as in a folder of a past day"
    nights.night(nights.row(150_000))
    result, old = vintages.published_rows(nights.con, figures, [new, nights.row(150_000)], nights.day)
    assert (result.value, result.bare_value, result.value_json) == (None, None, None)
    assert (result.status, result.reason) == ("suppressed", "not decided yet")
    assert old.value == "USD 150K"


def test_a_rebuild_gives_first_vintages_and_changes_no_other(nights: Nights) -> None:
    nights.night(nights.row(150_000))
    rows = [nights.row(400_000), nights.row(120_000, figure=NEW)]
    (first,) = vintages.revise(nights.con, {ID: FIGURE, NEW: declare(NEW)}, rows, nights.day, only_first=True)
    assert (first.figure, first.number, first.state, first.why) == (NEW, 1, "published", "first vintage")
