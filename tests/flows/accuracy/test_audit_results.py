"""Rolling accuracy from the answers of `jobmarket readers audit`."""

from __future__ import annotations

import doctest
from datetime import date

import pytest

from flows.accuracy import audit_results
from flows.accuracy.audit_results import ALL, Answer, accuracy, wilson


def answer(day: str, posting: str, is_right: bool, reader: str = "pay", weight: float | None = None) -> Answer:
    return Answer(
        audited_on=day, posting_id=posting, reader=reader, source="ashby", language="en", is_right=is_right,
        read={}, right={}, text_hash=None, code_version="", weight=weight,
    )  # fmt: skip


def test_accuracy_rolls_over_a_year_and_counts_the_last_word() -> None:
    answers = [
        answer("2025-01-01", "ashby:0", False),
        answer("2026-01-10", "ashby:1", False),
        answer("2026-01-10", "ashby:2", True),
        answer("2026-02-10", "ashby:1", True),  # thought better of
        answer("2026-02-10", "ashby:3", False, reader="role"),
    ]
    rows = {(row.audited_on, row.reader, row.source): row for row in accuracy(answers)}
    old = rows[date(2025, 1, 1), "pay", ALL]
    assert (old.n_asked, old.n_right) == (1, 0)
    january = rows[date(2026, 1, 10), "pay", ALL]
    assert (january.n_asked, january.n_right) == (2, 1), "what is older than a year no longer counts"
    february = rows[date(2026, 2, 10), "pay", ALL]
    assert (february.n_asked, february.n_right, february.accuracy) == (2, 2, 1.0)
    assert (february.accuracy_lo, february.accuracy_hi) == wilson(2, 2)
    assert rows[date(2026, 2, 10), "role", "ashby"].n_right == 0


def test_answers_count_by_the_questions_they_stand_for() -> None:
    day = "2026-11-26"
    errors = [answer(day, f"ashby:{n}", is_right=False, reader="role", weight=1.0) for n in range(10)]
    rest = [answer(day, f"ashby:1{n}", is_right=True, reader="role", weight=9.0) for n in range(10)]
    (row,) = [row for row in accuracy([*errors, *rest]) if row.source == ALL]
    assert (row.n_asked, row.n_right) == (20, 10)
    assert row.accuracy == pytest.approx(0.9), "ten errors found where errors were looked for are a tenth of all"
    assert (row.accuracy_lo, row.accuracy_hi) == pytest.approx(wilson(0.9 * 100**2 / 820, 100**2 / 820))
    before = answer(day, "ashby:old", is_right=False, reader="role")
    (row,) = [row for row in accuracy([*rest, before]) if row.source == ALL]
    assert row.accuracy == pytest.approx(10 / 11), "one from before there were weights counts like the others"


def test_wilson_is_inside_of_zero_and_one() -> None:
    assert wilson(0, 5)[0] == pytest.approx(0, abs=1e-12)
    assert wilson(5, 5)[1] == pytest.approx(1)
    low, high = wilson(8, 10)
    assert (round(low, 4), round(high, 4)) == (0.4902, 0.9433)  # Wilson's example in textbooks: 8 of 10


def test_docstrings_are_true() -> None:
    assert doctest.testmod(audit_results).failed == 0
