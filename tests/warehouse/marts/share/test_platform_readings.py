"""Readings of single platforms: which are compared, and what becomes of a share that has several."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from extractors.source_list import declared_sources
from tests.builders import open_copy
from tests.warehouse.marts.test_marts import AS_OF, NOW, posting, put
from warehouse import database
from warehouse.checks import gate, integrity
from warehouse.mart_tables import Shares
from warehouse.marts.measures import MEASURES
from warehouse.marts.share.shares import shares
from warehouse.tables import Sources


@pytest.fixture
def con(work_template: Path, tmp_path: Path) -> Iterator[database.Connection]:
    with open_copy(work_template, tmp_path) as con:
        database.load_lookup(con, Sources, declared_sources())
        yield con


Market = Mapping[str, tuple[int, int]]
"""By source: its jobs, each of an employer of its own, and how many of these are remote; the others are on site."""


def adverts(market: Market, **fields: Any) -> list[Any]:
    return [
        posting(
            1_000 * number + job, source=source, board=f"{source}{job}", role="ai_researcher",
            workplace="remote" if job < n_remote else "onsite", **fields,
        )
        for number, (source, (n, n_remote)) in enumerate(market.items()) for job in range(n)
    ]  # fmt: skip


def first_number(con: database.Connection, name: str = "workplace", item: str = "remote") -> dict[str, Any]:
    """A row of all AI jobs; `share…` and `form` are of the number printed first, `other_…` of the other."""
    frame = shares(con, AS_OF, measures=[MEASURES[name]])
    assert gate.check(frame, Shares, gate="g", run_id="r").passed
    cell = frame[(frame["role_group"] == "ai_jobs") & (frame["region"] == "World") & (frame["item"] == item)]
    row: dict[Any, Any] = cell.iloc[0].to_dict()
    by, other = ("_by_employer", "") if MEASURES[name].by_employer else ("", "_by_employer")
    row |= {"other_form": row[f"form{other}"], "form": row[f"form{by}"]}
    row |= {f"other_share{end}": row[f"share{other}{end}"] for end in ("", "_lo", "_hi")}
    row |= {f"share{end}": row[f"share{by}{end}"] for end in ("", "_lo", "_hi")}
    return row | {"platform": None if pd.isna(row["platform"]) else row["platform"]}


TWO: Market = {"ashby": (400, 112), "greenhouse": (600, 78)}


def test_28_and_13_percent_stand_side_by_side(con: database.Connection) -> None:
    put(con, adverts(TWO))
    row = first_number(con)
    assert (row["form"], row["platform"], row["share"]) == ("platforms", None, 0.19)
    first, second = row["platforms"]
    assert (first["platform"], first["share"], first["n_jobs"]) == ("Greenhouse job boards", 0.13, 600)
    assert (second["platform"], second["share"], second["n_employers"]) == ("Ashby job boards", 0.28, 400)
    assert first["share_lo"] < 0.13 < first["share_hi"] < second["share_lo"] < 0.28 < second["share_hi"]
    assert row["platforms_chance"] < 1e-6 and {first["form"], second["form"]} == {"point"}
    frame, rule = shares(con, AS_OF, measures=[MEASURES["workplace"]]), "shares in mart.shares follow from their jobs"
    for column, value in (("form", "point"), ("form_by_employer", "point"), ("platforms_by_jobs", None)):
        database.write_mart(con, Shares, frame.assign(**{column: value}), as_of=AS_OF)
        assert con.execute(integrity.COUNTS[rule], {"as_of": AS_OF}).fetchall(), f"not each {column} follows"
    database.write_mart(con, Shares, frame, as_of=AS_OF)
    assert not con.execute(integrity.COUNTS[rule], {"as_of": AS_OF}).fetchall()
    kept = con.execute("SELECT platforms[1].platform, len(platforms) FROM mart.shares WHERE n_yes > 0").fetchall()
    assert ("Greenhouse job boards", 2) in kept


def test_readings_are_of_the_number_that_is_printed_first(con: database.Connection) -> None:
    """On Ashby a large employer has a third of the jobs, all of them remote contracts."""
    rows = adverts(TWO)
    large = [posting(9_000 + job, source="ashby", board="large", employer_id="large", role="ai_researcher",
                     workplace="remote") for job in range(200)]  # fmt: skip
    rows = [dataclasses.replace(row, employment_type="CONTRACTOR" if row.workplace == "remote" else "FULL_TIME")
            for row in (*rows, *large)]  # fmt: skip
    put(con, rows)
    row = first_number(con)
    _, ashby = sorted(row["platforms"], key=lambda one: one["share"])
    assert ashby["share"] == pytest.approx(113 / 401), "the average employer's"
    assert (ashby["n_jobs"], ashby["n_employers"]) == (600, 401)
    of_jobs = row["platforms_by_jobs"]
    assert [one["platform"] for one in of_jobs] == [one["platform"] for one in row["platforms"]], "in the same order"
    row = first_number(con, "employment_type", "CONTRACTOR")
    _, ashby = sorted(row["platforms"], key=lambda one: one["share"])
    assert ashby["share"] == pytest.approx(312 / 600), "of jobs"
    assert (row["form"], row["platforms_by_jobs"]) == ("platforms", None), "no jobs stand beside them"
    assert [{**one, "share_hi": None} for one in of_jobs] == [{**one, "share_hi": None} for one in row["platforms"]]


MIRRORED: Market = {"ashby": (300, 270), "greenhouse": (300, 30)}
"""What Ashby is, Greenhouse is not: half of all jobs are remote."""


def test_of_mirrored_platforms_neither_number_is_a_point(con: database.Connection) -> None:
    put(con, adverts(MIRRORED))
    row = first_number(con)
    assert (row["share"], row["other_share"]) == (0.5, 0.5)
    assert (row["form"], row["other_form"]) == ("platforms", "platforms")
    for ends, readings in (("share", "platforms"), ("other_share", "platforms_by_jobs")):
        assert sorted(one["share"] for one in row[readings]) == [0.1, 0.9]
        low, high = min(one["share_lo"] for one in row[readings]), max(one["share_hi"] for one in row[readings])
        assert (row[f"{ends}_lo"], row[f"{ends}_hi"]) == (low, high), "as far as the readings reach"


def test_bounds_hold_the_widened_interval_and_are_not_printed_where_that_makes_them_too_wide(
    con: database.Connection,
) -> None:
    silent = [posting(7_000 + job, source="ashby", board=f"s{job}", role="ai_researcher") for job in range(450)]
    put(con, [*adverts(MIRRORED), *silent])
    row = first_number(con)
    assert row["n_jobs"] / (row["n_jobs"] + row["n_unknown"]) < 0.6
    assert row["bound_lo"] <= row["other_share_lo"] < 0.1 and row["bound_hi"] >= row["other_share_hi"] > 0.9
    assert (row["form"], row["other_form"]) == ("says", "says")


OTHERS: Mapping[str, dict[str, Any]] = {
    "read more than 35 days before": {
        "first_seen_at": NOW - timedelta(days=40),
        "last_seen_at": NOW - timedelta(days=40),
    },
    "without a text": {"text_state": "none", "text_class": "none", "language": None},
}


@pytest.mark.parametrize("case", OTHERS)
def test_only_readings_of_one_time_and_depth_are_compared(con: database.Connection, case: str) -> None:
    put(con, adverts({"ashby": TWO["ashby"]}))
    greenhouse = [row for row in adverts(TWO, **OTHERS[case]) if row.source == "greenhouse"]
    put(con, greenhouse)
    row = first_number(con)
    assert (row["form"], row["platforms"], row["platform"]) == ("point", None, None), "neither has four fifths"
    assert row["n_jobs"] == 1_000, "all of them count"


def test_a_share_of_one_platform_names_it(con: database.Connection) -> None:
    put(con, adverts({"ashby": (400, 112), "lever": (10, 0)}))
    row = first_number(con)
    assert (row["form"], row["platforms"], row["platform"]) == ("point", None, "Ashby job boards")


def test_an_employer_on_two_platforms_is_of_the_one_with_most_of_its_jobs(con: database.Connection) -> None:
    rows = adverts({"ashby": (100, 30), "greenhouse": (100, 30)})
    more = [
        posting(9_000 + job, source="greenhouse", board=f"g{job}", employer_id=f"e{job % 100}", role="ai_researcher")
        for job in range(200)
    ]
    more = [dataclasses.replace(row, workplace="remote") for row in more]
    put(con, [*rows, *more])
    row = first_number(con)
    assert (row["platforms"], row["platform"]) == (None, "Greenhouse job boards"), "Ashby has no employer of its own"


def test_from_five_platforms_on_the_point_stays_and_the_interval_is_widened(con: database.Connection) -> None:
    four = {"ashby": (200, 40), "greenhouse": (200, 50), "lever": (200, 60), "workable": (200, 70)}
    put(con, adverts(four))
    narrow = first_number(con)
    assert (narrow["form"], len(narrow["platforms"])) == ("platforms", 4)
    put(con, [posting(8_000 + job, source="breezy", board=f"b{job}", role="ai_researcher",
                      workplace="remote" if job < 80 else "onsite") for job in range(200)])  # fmt: skip
    row = first_number(con)
    assert (row["share"], len(row["platforms"])) == (0.3, 5)
    assert row["form"] == "interval" and row["share_hi"] - row["share_lo"] > 0.3, "platforms differ by more than chance"
    assert narrow["share_hi"] - narrow["share_lo"] < 0.3, "as far as the four reach"


@pytest.mark.parametrize(("n_silent", "form"), [(700, "bounds"), (1_000, "says")])
def test_where_few_say_platforms_do_not_decide_what_is_printed(
    con: database.Connection, n_silent: int, form: str
) -> None:
    silent = [posting(7_000 + job, source="ashby", board=f"s{job}", role="ai_researcher") for job in range(n_silent)]
    put(con, [*adverts(TWO), *silent])
    row = first_number(con)
    assert (row["form"], row["other_form"], len(row["platforms"])) == (form, form, 2)
    assert [one["n_jobs"] for one in row["platforms"]] == [600, 400], "readings count jobs that answer"
