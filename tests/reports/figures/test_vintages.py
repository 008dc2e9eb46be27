"""Which vintage of a list is published: cadence, thin nights, review, and a person's decision."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any, cast

import duckdb
import numpy as np
import pytest

from reports.cells.of_figure import cells_of
from reports.cells.published import read_cells
from reports.figures import compute, vintages
from reports.figures.addresses import declare
from reports.figures.catalogue import KNOWN
from reports.figures.declaration import Figure
from reports.figures.differences import Pair, Sample, find_disjoint, find_jumps, jackknife
from reports.release import quality
from reports.site import figure_rows, words
from reports.wording import notes
from reports.wording.parts import PartFormat
from tests.builders import share_row
from tests.reports.figures.ledger_builders import Put
from transforms.records.definitions import MAX_STALE_DAYS
from warehouse import mart_tables
from warehouse.mart_tables import Figures, SourceContribution
from warehouse.marts.measures import MEASURES
from warehouse.marts.vintages import published
from warehouse.ops_tables import Vintages

Make = Callable[..., Figures]
FIRST = date(2026, 3, 2)
ROLES = "roles.shares"
LIST = "shares.role.regions"
FIGURES: Mapping[str, Figure] = {ROLES: KNOWN[ROLES]}


class Nights:
    """Nights of one list: shares of two roles among AI jobs, with intervals of `width`."""

    def __init__(self, con: duckdb.DuckDBPyConnection, put: Put) -> None:
        self.con, self.put, self.day = con, put, FIRST

    def night(
        self, share: float, *, n_jobs: int = 1_000, width: float = 0.06, figures: Mapping[str, Figure] = FIGURES,
        **options: Any,
    ) -> list[Vintages]:  # fmt: skip
        """Decisions of a night with this share of engineers, before its figures are stored."""
        for table in ("mart.shares", "mart.days", "mart.figures"):
            of_world = " AND region_level = 'world'" if table == "mart.shares" else ""
            self.con.execute(f"DELETE FROM {table} WHERE as_of = ?{of_world}", [self.day])
        sample = options.pop("sample", "known")
        readings, platform = options.pop("readings", None), options.pop("platform", None)
        for item, one in (("ai_engineer", share), ("data_scientist", 0.5)):
            ends = {"share": one, "share_lo": one - width / 2, "share_hi": one + width / 2, "form": "point"}
            ends |= {"platform": platform}
            if readings and item == "ai_engineer":
                ends |= {"share_lo": 0.1, "share_hi": 0.32, "form": "platforms", "platforms": readings}
                ends |= {"platforms_chance": 1e-7}
            row = share_row(
                self.day, "role", item, n_jobs, round(one * n_jobs), role_group="ai_jobs", text_class="all",
                n_employers=90, status="published", reason=None, sample=sample, **ends,
            )  # fmt: skip
            self.put(mart_tables.Shares, row)
        self.put(mart_tables.Days, {"mart": "mart.shares", "as_of": self.day})
        rows = vintages.revise(self.con, figures, self.day, **options)
        self.put(mart_tables.Figures, {"figure": "any", "as_of": self.day})
        return rows

    def row(self) -> Figures:
        """The figure as published on the day."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(compute, "declarations", lambda con, also: FIGURES)
            standing = vintages.read_standing(self.con)
            (row,) = compute.compute_figures(self.con, self.day, code_version="1", standing=standing)
        return row

    def share(self) -> float:
        """The published share of engineers."""
        return float(next(row["share"] for row in notes.rows_of(self.row()) if row["item"] == "ai_engineer"))

    def decide(self, *, accepts: bool, reason: str) -> None:
        history = vintages.read_vintages(self.con)
        decision = vintages.decide(self.con, history, LIST, accepts=accepts, reason=reason, on=self.day)
        vintages.store(self.con, [decision])

    def states(self) -> list[str]:
        return [one.state for one in vintages.read_vintages(self.con)[LIST]]

    def pass_days(self, days: int) -> None:
        self.day += timedelta(days=days)


@pytest.fixture
def nights(con: duckdb.DuckDBPyConnection, put: Put) -> Nights:
    return Nights(con, put)


def test_a_first_vintage_is_published_and_then_revised_on_the_first_night_of_a_month(nights: Nights) -> None:
    (first,) = nights.night(0.30)
    assert (first.list, first.number, first.state, first.why) == (LIST, 1, "published", "first vintage")
    assert (first.n_jobs, first.n_cells, first.n_printed) == (1_000, 2, 2)
    for share in (0.31, 0.32, 0.33):
        nights.pass_days(5)
        assert nights.night(share) == [], "not before the month is over"
        assert nights.share() == 0.30
    nights.day = date(2026, 4, 3)  # the first night of a month need not be its first day
    (second,) = nights.night(0.31)
    assert (second.state, second.number, second.why) == ("published", 2, "revised at its cadence")
    assert nights.share() == 0.31 and (nights.row().list, nights.row().vintage) == (LIST, 2)
    nights.day = date(2026, 5, 1)
    assert nights.night(0.31) == [], "the same cells are no new vintage"


def test_nothing_printed_flickers_for_noise_and_a_true_rise_comes_through(nights: Nights) -> None:
    rng = np.random.default_rng(17)
    shares = set()
    for _ in range(10):
        nights.night(0.3 + 0.01 * rng.standard_normal())
        shares.add(nights.share())
        nights.pass_days(3)
    assert len(shares) == 1
    for month in (4, 5, 6):
        nights.day = date(2026, month, 1)
        (one,) = nights.night(0.3 + 0.02 * (month - 3))
        assert one.state == "published", one.why
    assert nights.share() == pytest.approx(0.36)


@pytest.mark.parametrize(
    ("share", "options", "why"),
    [
        (0.60, {}, "roles.shares: share up 30 points"),
        (0.31, {"n_jobs": 400}, "jobs fell from 1,000 to 400"),
        (0.31, {"sample": "panel"}, "another sample: boards known, not sampled, now boards drawn at random"),
    ],
)
def test_what_chance_does_not_explain_waits_and_is_said_after_a_fortnight(
    nights: Nights, share: float, options: dict[str, Any], why: str
) -> None:
    nights.night(0.30)
    nights.day = date(2026, 4, 1)
    (one,) = nights.night(share, **options)
    assert one.state == "waiting" and why in one.why
    cells = nights.con.execute("SELECT DISTINCT vintage, waits_since, waits_because FROM published.shares").fetchall()
    assert cells == [(1, nights.day, one.why)], "who reads the cells is told at once"
    nights.pass_days(14)
    assert nights.share() == 0.30 and "review" not in (nights.row().value or "")
    nights.pass_days(1)
    assert (nights.row().qualifier or "").endswith("under review since 1 April 2026")


def test_another_method_waits(nights: Nights, monkeypatch: pytest.MonkeyPatch) -> None:
    nights.night(0.30)
    monkeypatch.setattr(published, "METHODS", {**published.METHODS, "shares": 99})
    nights.day = date(2026, 4, 1)
    (one,) = nights.night(0.31)
    assert one.state == "waiting" and one.why == "another method"


def test_a_person_accepts_or_rejects_and_the_reason_stays(nights: Nights) -> None:
    nights.night(0.30)
    nights.day = date(2026, 4, 1)
    nights.night(0.60)
    nights.decide(accepts=False, reason="a board of trainers")
    for day in (date(2026, 4, 2), date(2026, 5, 1)):
        nights.day = day
        assert nights.night(0.61) == [], "what was refused is not offered again for a little noise"
        assert nights.share() == 0.30
    nights.day = date(2026, 6, 1)
    nights.night(0.61, n_jobs=400)
    nights.decide(accepts=True, reason="checked")
    assert nights.share() == 0.61
    assert [(one.state, one.reason) for one in vintages.read_vintages(nights.con)[LIST]] == [
        ("published", None), ("rejected", "a board of trainers"), ("published", "checked"),
    ]  # fmt: skip
    with pytest.raises(vintages.NotWaitingError, match="what waits: nothing"):
        nights.decide(accepts=True, reason="again")


def test_what_made_a_list_wait_may_go_by_itself(nights: Nights) -> None:
    nights.night(0.30)
    nights.day = date(2026, 4, 1)
    nights.night(0.60)
    nights.pass_days(1)
    (one,) = nights.night(0.31)
    assert (one.state, one.reason) == (
        "withdrawn", "the cells of 2026-04-02 differ from those that stand by no more than chance explains",
    )  # fmt: skip
    assert nights.share() == 0.30


def test_a_thin_night_changes_nothing_and_withdraws_nothing(nights: Nights) -> None:
    nights.night(0.28)
    nights.day = date(2026, 4, 1)
    nights.night(0.60)
    nights.pass_days(1)
    assert nights.night(0.05, n_jobs=20) == [] and nights.share() == 0.28
    assert nights.states() == ["published", "waiting"], "a nearly empty night decides nothing"


def test_what_is_left_waits_when_nights_have_been_thin_for_long(nights: Nights) -> None:
    nights.night(0.30)
    for days in (20, 20, 20):
        nights.pass_days(days)
        assert nights.night(0.05, n_jobs=20) == [], nights.day
    nights.pass_days(6)
    (one,) = nights.night(0.05, n_jobs=20)
    assert one.state == "waiting" and one.why == "of 1,000 jobs 20 are left, and so few since 22 March 2026"
    nights.pass_days(60)
    assert nights.night(0.05, n_jobs=20) == [] and nights.share() == 0.30, (
        "it is another thing, which a person decides on"
    )
    nights.pass_days(1)
    replaced, one = nights.night(0.6)
    assert (replaced.state, one.state) == ("withdrawn", "waiting"), "boards are read again"


def test_what_is_left_is_published_when_what_stands_is_too_old(nights: Nights) -> None:
    nights.night(0.30)
    for days in (60, 60):
        nights.pass_days(days)
        nights.night(0.05, n_jobs=20)
    nights.day = FIRST + timedelta(days=401)
    (one,) = nights.night(0.05, n_jobs=20)
    assert (one.state, one.is_reviewed) == ("published", False)


def test_a_list_without_declared_figures_waits_with_its_kin(nights: Nights) -> None:
    def of_countries(day: date) -> None:
        row = share_row(day, "role", "ai_engineer", 300, 90, role_group="ai_jobs", region_level="country", region="US",
                        status="published", share=0.3, share_lo=0.25, share_hi=0.3 + day.day / 100)  # fmt: skip
        nights.put(mart_tables.Shares, row)

    of_countries(FIRST)
    nights.night(0.30)
    nights.day = date(2026, 4, 1)
    of_countries(nights.day)
    lists = {one.list: one for one in nights.night(0.60)}
    assert {one.state for one in lists.values()} == {"waiting"}
    assert lists["shares.role.countries"].why.startswith("with shares.role.regions: roles.shares: share up")


def test_what_nobody_decides_on_is_published_as_not_reviewed_when_what_stands_is_stale(nights: Nights) -> None:
    """28 % in autumn and 13 % in winter, of the same platforms: the one that stands is printed, with its period."""
    nights.day = date(2025, 10, 28)
    nights.night(0.28, n_jobs=538)
    nights.day = date(2026, 1, 22)
    (one,) = nights.night(0.13, n_jobs=4_352, width=0.02)
    assert one.state == "waiting" and "share down 15 points" in one.why
    nights.day = date(2026, 3, 1)
    assert nights.night(0.20, n_jobs=40) == [] and nights.share() == 0.28, "40 days"
    nights.day = date(2026, 3, 8)
    (one,) = nights.night(0.20, n_jobs=40)
    assert (one.state, one.is_reviewed, one.as_of) == ("published", False, date(2026, 1, 22))
    assert nights.share() == 0.13 and "not reviewed" in (nights.row().value or "")
    cells = [cell for cell in read_cells(nights.con, nights.day) if cell.kind in ("share", "skill")]
    assert cells and {cell.row["review"] for cell in cells} == {"not reviewed"}, "also of cells that are no figure"
    address = "share.role.ai_engineer.all.ai_jobs"
    standing = vintages.read_standing(nights.con)
    (row,) = compute.compute_asked(nights.con, [address], nights.day, code_version="1", standing=standing)
    assert notes.rows_of(row)[0]["share"] == 0.13 and row.vintage == nights.row().vintage == 2


READINGS = [
    {"platform": f"{brand} job boards", "n_jobs": n, "n_employers": 60, "share": share, "share_lo": low,
     "share_hi": high, "form": "point"}
    for brand, n, share, low, high in (("Ashby", 538, 0.28, 0.24, 0.32), ("Greenhouse", 462, 0.13, 0.1, 0.16))
]  # fmt: skip
BOTH = "28% on Ashby boards and 13% on Greenhouse boards"


def test_28_and_13_of_two_platforms_are_both_printed_and_all_surfaces_agree(nights: Nights) -> None:
    nights.night(0.21, readings=READINGS)
    address = "share.role.ai_engineer.all.ai_jobs"
    standing = vintages.read_standing(nights.con)
    (row,) = compute.compute_asked(nights.con, [address], nights.day, code_version="1", standing=standing)
    assert row.value == BOTH, "the ledger, which guide, MCP and explain print"
    assert "95% intervals 24–32% and 10–16%" in notes.note(row)
    assert f"AI engineer {BOTH} (24–32% and 10–16%)" in (nights.row().value or ""), "a list"
    assert notes.part(row, PartFormat(part="share")) == BOTH, "a part of it in a guide"
    (cell,) = (cell for cell in read_cells(nights.con, nights.day) if cell.id == address)
    assert cell.text == BOTH and cell.numbers["share"].value is None, "the release"
    assert cells_of(row)[0].sentence == cell.sentence == (
        "28% of AI jobs on Ashby boards and 13% on Greenhouse boards are for the role AI engineer"
    )  # fmt: skip
    share = cell.numbers["share"]
    assert (share.form, share.ends) == ("platforms", (0.1, 0.32)), "charts draw how far all readings reach"
    (drawn,) = figure_rows.to_rows(figure_rows.SHARE, cells_of(row))
    assert drawn.value == "13–28%" and BOTH in drawn.spoken, "the site"
    apart = quality.compare_platforms([row, nights.row()])
    assert (apart["n_compared"], apart["apart"]) == (1, [cell.sentence]), "the quality page, once"


def test_a_share_of_one_platform_is_headed_by_it(nights: Nights) -> None:
    nights.night(0.21, platform="Ashby job boards")
    row = nights.row()
    assert row.title.endswith(", on Ashby boards") and notes.find_platforms(row, {}) == ["Ashby job boards"]
    assert "Ashby" not in (row.value or ""), "once, in the title"
    cell = next(cell for cell in cells_of(row) if cell.item == "ai_engineer")
    assert cell.sentence == "21% of AI jobs on Ashby boards are for the role AI engineer"
    compared = quality.compare_platforms([row])
    assert (compared["n_compared"], compared["n_beside"], compared["apart"]) == (0, 0, [])


def test_beside_a_share_of_one_platform_stands_what_an_earlier_vintage_said_of_another(nights: Nights) -> None:
    nights.day = date(2025, 10, 28)
    nights.night(0.31, platform="Ashby job boards")
    earlier = dataclasses.replace(nights.row(), period_from=nights.day, period_to=nights.day)
    nights.put(mart_tables.Figures, dataclasses.asdict(earlier))
    nights.day = date(2026, 1, 22)
    nights.night(0.13, platform="Greenhouse job boards")
    assert not any(line.get("elsewhere") for line in notes.rows_of(nights.row())), "the one that stands is Ashby's"
    nights.decide(accepts=True, reason="read on Greenhouse")
    row = nights.row()
    assert "AI engineer 13% (10–16%)" in (row.value or "") and row.title.endswith(", on Greenhouse boards")
    assert "on Ashby boards, read 28 October 2025: Data scientist 50% (47–53%), AI engineer 31% (28–34%)" in (
        row.value or ""
    )
    table = notes.table(row)
    assert table is not None and table.columns[-1] == "On Ashby boards, read 28 October 2025"
    assert [cells[-1] for cells in table.rows] == ["50% (47–53%)", "31% (28–34%)"]
    assert quality.compare_platforms([row])["n_beside"] == 2, "shares that stand beside those of other days"
    drawn = figure_rows.draw(row)
    assert drawn is not None and drawn.key == "On Ashby boards, read 28 October 2025."
    assert [line.beneath for line in drawn.rows] == ["on Ashby boards 50% (47–53%)", "on Ashby boards 31% (28–34%)"]
    nights.day += timedelta(days=MAX_STALE_DAYS.value)
    assert "Ashby" not in (nights.row().value or "Ashby"), "what would be withheld by its age is not said"


def test_a_value_that_was_not_reviewed_is_told_apart_from_the_one_that_waits() -> None:
    day, since = date(2026, 8, 17), date(2026, 7, 19)
    reviewed, not_reviewed = (cast("Vintages", SimpleNamespace(is_reviewed=value)) for value in (True, False))
    said = [notes.say_review(standing, waits, day) for standing in (reviewed, not_reviewed) for waits in (None, since)]
    assert said == [
        None, "under review since 19 July 2026",
        "not reviewed", "not reviewed, with a newer value under review since 19 July 2026",
    ]  # fmt: skip
    assert [words.find_review(f"read 6 January 2026; {text}") for text in said[1:]] == said[1:]
    assert notes.say_review(reviewed, day, day) is None, "not on the first days"


def test_two_readings_that_contradict_each_other_are_listed(nights: Nights) -> None:
    nights.night(0.28)
    nights.day = date(2026, 4, 1)
    nights.night(0.13)
    (conflict,) = vintages.find_conflicts(nights.con, FIGURES, nights.day)
    assert (conflict.list, conflict.figure) == (LIST, ROLES)
    assert conflict.stands.endswith("share: 28%") and conflict.tonight == "13%"


def test_a_correction_is_published_at_once_with_its_erratum(nights: Nights) -> None:
    nights.night(0.30)
    nights.pass_days(1)
    nights.night(0.25)
    history = vintages.read_vintages(nights.con)[LIST]
    vintages.store(nights.con, vintages.correct(nights.con, LIST, history, erratum="trainers counted", on=nights.day))
    last = vintages.read_vintages(nights.con)[LIST][-1]
    assert nights.share() == 0.25 and last.is_correction and last.reason == "trainers counted"
    with pytest.raises(ValueError, match="have no cell of frame"):
        vintages.correct(nights.con, "frame", [], erratum="none", on=nights.day)


# --- two runs of one day ------------------------------------------------------------------------------------


def test_a_run_of_the_same_day_is_held_against_what_stood_before_it(nights: Nights) -> None:
    """Otherwise a jump in two steps would never wait for review."""
    nights.night(0.30, width=0.02)
    nights.day = date(2026, 4, 1)
    nights.night(0.34, width=0.02)
    assert nights.night(0.34, width=0.02) == [], "the same again adds nothing"
    nights.night(0.33, width=0.02)
    assert nights.share() == 0.33, "a later run revises"
    (one,) = nights.night(0.38, width=0.02)
    assert one.state == "waiting" and "share up 8 points" in one.why and nights.share() == 0.33
    (gone,) = nights.night(0.33, width=0.02)
    assert gone.state == "withdrawn" and nights.states() == ["published", "published", "published", "withdrawn"]


def test_a_rebuild_gives_first_vintages_and_changes_no_other(nights: Nights) -> None:
    nights.night(0.30)
    workplace = share_row(nights.day, "workplace", "remote", 100, 30, role_group="ai_jobs", status="published")
    nights.put(mart_tables.Shares, workplace)
    (one,) = vintages.revise(nights.con, FIGURES, nights.day, only_first=True)
    assert (one.list, one.why) == ("shares.workplace.regions", "first vintage")


def test_a_day_is_settled_by_the_last_that_was_decided(nights: Nights) -> None:
    assert vintages.last_decided_day(nights.con) is None
    nights.night(0.30)
    assert vintages.last_decided_day(nights.con) == FIRST
    nights.day = date(2026, 4, 1)
    nights.night(0.60)
    assert vintages.last_decided_day(nights.con) == nights.day, "offered, and not decided"


# --- cells ---------------------------------------------------------------------------------------------------


def test_published_cells_are_frozen_and_say_since_when_they_have_a_value(nights: Nights) -> None:
    nights.night(0.30)
    nights.con.execute("UPDATE mart.shares SET share = share_lo")
    assert nights.share() == 0.30, "a mart that is computed anew changes nothing that is published"
    nights.day = date(2026, 4, 1)
    nights.night(0.31)
    few = "status = 'suppressed', reason = 'few', form = NULL, share = NULL, share_lo = NULL, share_hi = NULL"
    nights.con.execute(f"UPDATE mart.shares SET {few} WHERE item = 'data_scientist'")
    cells = "SELECT item, since, published_on FROM published.shares ORDER BY item"
    assert nights.con.execute(cells).fetchall() == [
        ("ai_engineer", FIRST, nights.day), ("data_scientist", FIRST, nights.day),
    ]  # fmt: skip
    nights.pass_days(1)
    history = vintages.read_vintages(nights.con)[LIST]
    nights.con.execute("UPDATE mart.shares SET as_of = ? WHERE as_of = ?", [nights.day, date(2026, 4, 1)])
    vintages.store(nights.con, vintages.correct(nights.con, LIST, history, erratum="e", on=nights.day))
    assert nights.con.execute(cells).fetchall() == [
        ("ai_engineer", FIRST, nights.day), ("data_scientist", None, nights.day),
    ]  # fmt: skip


def test_cells_that_stand_and_were_lost_come_from_the_marts_of_their_day_else_from_tonight(nights: Nights) -> None:
    nights.night(0.30)
    nights.con.execute("DELETE FROM published.shares")
    nights.pass_days(1)
    assert nights.night(0.60) == [] and nights.share() == 0.30, "the vintage that stands"
    nights.con.execute("DELETE FROM published.shares")
    nights.con.execute("DELETE FROM mart.shares WHERE as_of = ?", [FIRST])
    nights.pass_days(1)
    (one,) = nights.night(0.40)
    assert (one.number, one.state, nights.share()) == (2, "published", 0.40)
    assert one.why == "the cells that stood were lost with the databases and their record"


def test_cells_that_were_lost_cannot_be_accepted(nights: Nights) -> None:
    nights.night(0.30)
    nights.day = date(2026, 4, 1)
    nights.night(0.60)
    nights.con.execute("DELETE FROM mart.shares WHERE as_of = ?", [nights.day])
    with pytest.raises(vintages.NotWaitingError, match="were lost with the databases"):
        nights.decide(accepts=True, reason="checked")
    nights.pass_days(1)
    (one,) = nights.night(0.60)
    assert (one.state, one.reason) == ("withdrawn", "its cells were lost with the databases")


def test_the_lists_that_figures_name_are_those_of_the_marts(con: duckdb.DuckDBPyConnection) -> None:
    """SQL names the list of a cell; the declaration of a figure names the list that it reads."""
    for measure in MEASURES:
        shares = mart_tables.LISTS[mart_tables.Shares].name
        row = f"SELECT {shares} FROM (SELECT '{measure}' AS measure, 'country' AS region_level)"
        assert con.execute(row).fetchall() == [(f"{MEASURES[measure].list_name}.countries",)]
    for name in {figure.list_of(rung) for figure in KNOWN.values() for rung in figure.rungs}:
        assert published.digest_method(name), "each has a version of its method"


# --- chance, and another reading -------------------------------------------------------------------------------


def pay_row(make: Make, median: float, day: date, **changes: Any) -> Figures:
    """A row of the ledger with a median and an interval of ±4 %."""
    amounts = {"p50": median, "p50_lo": 0.96 * median, "p50_hi": 1.04 * median, "currency": "USD"}
    fields: dict[str, Any] = {"as_of": day, "value_json": json.dumps([amounts]), "n_jobs": 200, "basis": "reported"}
    return make(**fields | changes)


def test_a_few_adverts_of_a_source_may_come_and_go(figure: Make) -> None:
    behind = (SourceContribution(source="ashby", n=195, read_on=FIRST),)
    now = figure(sources=("ashby",), behind=behind)
    for n, said in ((5, ""), (6, "without lever")):
        parts = (*behind, SourceContribution(source="lever", n=n, read_on=FIRST))
        then = figure(sources=("ashby", "lever"), behind=parts)
        pair = Pair(figure=KNOWN[ROLES], stands=then, tonight=now)
        assert vintages._say_sources([pair]) == said


def test_numbers_whose_intervals_do_not_overlap_are_named(figure: Make) -> None:
    def row(low: float, high: float) -> Figures:
        cells = [{"item": "a", "share": (low + high) / 2, "share_lo": low, "share_hi": high}]
        return figure(value_json=json.dumps(cells))

    assert list(find_disjoint(row(0.25, 0.31), row(0.12, 0.14))) == [("a, share", "28%", "13%")]
    assert list(find_disjoint(row(0.12, 0.14), row(0.25, 0.31))) == [("a, share", "13%", "28%")]
    assert list(find_disjoint(row(0.12, 0.26), row(0.25, 0.31))) == []


def test_chance_is_shared_among_all_figures_of_a_list(con: duckdb.DuckDBPyConnection, figure: Make) -> None:
    """Three standard errors are news for a single number, not for one of many."""
    day = date(2026, 4, 1)
    one = declare("pay.us.ai_engineering.mid_senior.reported")
    jump = Pair(one, pay_row(figure, 100_000, FIRST), pay_row(figure, 109_500, day))
    calm = Pair(one, pay_row(figure, 100_000, FIRST), pay_row(figure, 100_100, day))
    assert "median up 9%, 3.1" in "; ".join(find_jumps(con, [jump], {}))
    assert find_jumps(con, [jump, *[calm] * 80], {}) == []


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


def test_a_drift_has_as_long_as_it_took(con: duckdb.DuckDBPyConnection, figure: Make) -> None:
    """Pay that rises by 3 % a month never waits for review, even over a missed month or a year."""

    def row(median: float, day: date) -> Figures:
        ends = {"p50": median, "p50_lo": 0.99 * median, "p50_hi": 1.01 * median}
        return pay_row(figure, median, day, value_json=json.dumps([ends]))

    one = declare("pay.us.ai_engineering.mid_senior.reported")
    for months, median, waits in ((1, 154_500, False), (1, 160_000, True), (2, 160_000, False)):
        pair = Pair(one, row(150_000, FIRST), row(median, FIRST + timedelta(days=30 * months)))
        assert bool(find_jumps(con, [pair], {})) == waits, (months, median)


class Adverts:
    """A database with the adverts behind a figure on two days: 60 adverts on 20 boards."""

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
    """Pay of an advert; the median of sixty is 150,000."""
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
    figure: Make, then: Any, now: Any, median: float, words: str
) -> None:
    declared = declare("pay.us.data_scientist.senior")
    own = {"figure": declared.id, "basis": "advertised", "rung": declared.rungs[0].name, "n_jobs": 60}
    amounts = {"currency": "USD", "n_jobs": 60, "band_low": None, "band_high": None}
    before = pay_row(figure, 150_000, FIRST, **own, value_json=json.dumps([amounts | {"p50": 150_000}]))
    row = pay_row(figure, median, date(2026, 4, 1), **own, value_json=json.dumps([amounts | {"p50": median}]))
    reasons = "; ".join(find_jumps(Adverts(then, now), [Pair(declared, before, row)], {}))
    assert words in reasons and bool(words) == bool(reasons), reasons
