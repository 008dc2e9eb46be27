"""What is due after a night, kind by kind, and what is said of it."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

import pytest

from flows.inputs.guide_preflight import LEFT_OUT
from flows.notification.alerts import (
    FAILURES,
    KINDS,
    MAX_WORDS,
    Night,
    StandingAlerts,
    clean,
    describe_claims,
    describe_night,
    describe_reviews,
    describe_sources,
    find_alerts,
)
from flows.runs.run_log import Alert
from flows.runs.source_health import OUTCOMES
from flows.runtime.settings import Settings
from reports.figures import claims
from reports.figures.claims import load_claims
from tests.builders import open_copy
from tests.reports.conftest import put_rows
from transforms.text.contacts import MASK
from warehouse.ops_tables import Responses, Vintages

DAY = date(2026, 3, 10)
WELL = Night(run_id="one", day=DAY, exit_code=0)


def keys(alerts: object) -> list[tuple[str, str, str]]:
    assert not isinstance(alerts, Alert)
    return [tuple(alert.key) for alert in alerts]  # type: ignore[attr-defined]


# --- the night and its sources ------------------------------------------------------------------------------


def test_a_good_night_has_nothing_due() -> None:
    night = dataclasses.replace(WELL, health={"lever": "ok", "ashby": "unchanged", "reed": "disabled: needs a key"})
    assert [*describe_night(night), *describe_sources(night)] == []


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_source_is_due_that_gave_less_than_it_was_asked_for(outcome: str) -> None:
    night = dataclasses.replace(WELL, health={"lever": f"{outcome}: 3 failed, first: https://a.example/x?key=y: why"})
    due = list(describe_sources(night))
    assert (outcome in FAILURES) == bool(due)
    for alert in due:
        assert alert.key == ("source", "lever", outcome)
        assert alert.words == f"{outcome}: 3 failed, first: a.example/x: why", "the query of an address may hold a key"
        assert "jobmarket sources lever" in alert.remedy


def test_of_a_source_the_first_example_is_said_and_every_count() -> None:
    why = (
        "2 failed, first: https://a.example/1: HTTP 404; 3 answers cannot be read, first: https://a.example/2: JSON "
        'expected; the answer is kept (got \'{"title": "Dr Ada Byron"\'); 1 of 2,000 records refused, first: a title'
    )
    [alert] = describe_sources(dataclasses.replace(WELL, health={"lever": f"partial: {why}"}))
    assert alert.words == (
        "partial: 2 failed, first: a.example/1: HTTP 404; 3 answers cannot be read; 1 of 2,000 records refused"
    )


def test_a_refused_night_says_why_and_is_the_same_alert_with_other_numbers() -> None:
    first, second, other = (
        dataclasses.replace(WELL, exit_code=1, message=message)
        for message in ("12 rows of mart.shares", "13 rows of mart.shares", "the disk is full")
    )
    [alert] = describe_night(first)
    assert alert.words == "nothing was published, and what stood before still stands: 12 rows of mart.shares"
    assert keys(describe_night(first)) == keys(describe_night(second))
    assert keys(describe_night(first)) != keys(describe_night(other))


def test_a_mended_file_and_a_killed_night_are_due() -> None:
    recovery = dataclasses.replace(WELL, exit_code=2, message="work.duckdb is damaged; it was set aside")
    bad_guide = dataclasses.replace(recovery, message=f"{LEFT_OUT}my.md:3: no figure", exit_code=2)
    assert "guide check" in next(describe_night(bad_guide)).remedy
    assert keys(describe_night(recovery)) == [("night", "recovery", "work.duckdb is damaged; it was set aside")]
    assert keys(describe_night(dataclasses.replace(WELL, exit_code=None))) == [("night", "end", "killed")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a title expected (got 'Senior \"ML\" Engineer')", "a title expected (got …)"),
        ('column: ["Ada Byron", "it\\"s"]', "column: […, …]"),
        ("a number expected (got 'cut off he", "a number expected (got …"),
        ("write to ada@byron.example\nor\tcall +49 30 1234567", f"write to {MASK * 17} or call {MASK * 14}"),
        ("red \x1b[31m text \u202e turned", "red \ufffd[31m text \ufffd turned"),
        ("it doesn’t answer, https://a.example/b/?token=c.", "it doesn’t answer, a.example/b."),
        ("x" * 1000, "x" * (MAX_WORDS - 1) + "…"),
    ],
)
def test_what_is_said_has_no_value_of_others_no_address_of_persons_and_one_line(text: str, expected: str) -> None:
    assert clean(text) == expected


# --- claims and reviews ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "state"),
    [(date(2027, 3, 16), None), (date(2027, 3, 17), "near"), (date(2027, 3, 31), "near"), (date(2027, 4, 1), "past")],
)
def test_a_claim_is_due_two_weeks_before_its_day_and_again_after_it(day: date, state: str | None) -> None:
    first = load_claims()[0]
    claim = dataclasses.replace(first, verify_by=date(2027, 3, 31))
    due = keys(describe_claims([claim], day))
    assert due == ([("claim", claim.id, f"2027-03-31 {state}")] if state else [])


def test_without_the_table_of_reviews_none_waits_and_with_it_each_is_due_until_and_after_its_deadline(
    work_template: Path, tmp_path: Path
) -> None:
    with open_copy(work_template, tmp_path) as con:
        assert list(describe_reviews(con, DAY)) == []
        waiting = {"number": 1, "state": "waiting", "why": "jobs fell", "method": "m"}
        for name, day in (("shares.skills.regions", date(2026, 3, 1)), ("disclosure", date(2026, 1, 20))):
            put_rows(con, Vintages, waiting | {"list": name, "offered_on": day, "as_of": day})
        put_rows(con, Vintages, waiting | {"list": "closing_rates", "state": "rejected"})
        reviews = list(describe_reviews(con, DAY))
    assert keys(reviews) == [
        ("review", "disclosure", "2026-01-20 overdue"),
        ("review", "shares.skills.regions", "2026-03-01 waiting"),
    ]
    assert reviews[0].deadline == date(2026, 3, 6)
    assert reviews[1].words == "since 2026-03-01, to be decided by 2026-04-15"


# --- all together ---------------------------------------------------------------------------------------


def test_all_kinds_are_found_in_their_order_and_a_kind_that_cannot_be_read_is_not_taken_for_cleared(
    work_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "load_claims", lambda: [dataclasses.replace(load_claims()[0], verify_by=DAY)])
    config = Settings(data=tmp_path, board_not_found=1)
    night = dataclasses.replace(WELL, exit_code=1, message="no", health={"lever": "failed: why"})
    key = ("board", "lever acme", "gone")
    with open_copy(work_template, tmp_path) as con:
        put_rows(con, Responses, {"source": "lever", "board": "acme", "http_status": 404})
        standing = find_alerts(night, con, config)
        assert [alert.kind for alert in standing.alerts] == ["night", "source", "claim"]
        assert standing.is_cleared(key)
        con.execute("ALTER TABLE ops.responses RENAME COLUMN http_status TO status")
        assert not find_alerts(night, con, config).is_cleared(key)
    assert not find_alerts(night, None, config).is_cleared(key)
    assert set(standing.seen) == set(KINDS)


def test_what_was_not_looked_at_is_not_cleared() -> None:
    alert = Alert(kind="source", subject="lever", state="failed", words="w", remedy="r")
    standing = StandingAlerts(alerts=(alert,), seen={"source": frozenset({"lever", "ashby"}), "claim": None})
    assert not standing.is_cleared(alert.key)
    assert standing.is_cleared(("source", "lever", "partial"))
    assert standing.is_cleared(("source", "ashby", "failed"))
    assert not standing.is_cleared(("source", "reed", "failed")), "it was not asked"
    assert standing.is_cleared(("claim", "a.b", "near"))
    assert not standing.is_cleared(("board", "lever acme", "gone"))
