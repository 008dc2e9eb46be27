"""Adverts whose text was not read count in nothing that is read from texts: no numerator, no denominator, no bound."""

from __future__ import annotations

from typing import Any

import pytest

from tests.warehouse.marts.pay.test_disclosure import put_jobs, put_laws
from tests.warehouse.marts.share.test_shares import found, row_of
from tests.warehouse.marts.test_marts import AS_OF, bands, con, posting, put  # noqa: F401  # con is a fixture
from warehouse import database
from warehouse.checks import integrity
from warehouse.marts.compute import compute_marts, write_marts
from warehouse.marts.coverage.reading_depth import describe_depth, measure_depth
from warehouse.marts.pay.disclosure import pay_disclosure
from warehouse.tables import PostingSkills, Skills
from warehouse.views.analysis_views import MACROS, VIEWS

NO_PAY = dict.fromkeys(("pay_low", "pay_high", "currency", "period", "pay_source", "annual_low", "annual_high"))
UNREAD: dict[str, Any] = {
    "role": "other", "is_drawn": False, "text_state": "unread", "text_class": "unread", "language": None,
}  # fmt: skip
FOR_WORDS: dict[str, Any] = {"role": "other", "is_drawn": False, "told_by": "words"}
"""Read for what its text says, so that it tells nothing of those that say else."""
DRAWN: dict[str, Any] = {"role": "other", "is_drawn": True}


def put_skills(con: database.Connection, *numbers: int) -> None:  # noqa: F811
    if not con.execute("FROM core.skills").fetchall():
        taxonomy = {"category": "Programming Languages", "kind": "technology", "case_rule": "any", "evidence": "test"}
        database.load_lookup(con, Skills, [row_of(Skills, skill="Python", **taxonomy)])
    mention: dict[str, Any] = {"skill": "Python", "requirement": "required", "start": 0, "end": 1}
    put(con, [PostingSkills(posting_id=f"x:{number:04}", **mention) for number in numbers])


def test_of_other_work_the_random_share_alone_says_what_is_asked_for(con: database.Connection) -> None:  # noqa: F811
    """Of 40 jobs 10 are drawn, 4 of which ask for Python; all 6 that were read for their words do."""
    put(con, [posting(n, **DRAWN) for n in range(10)])
    put(con, [posting(10 + n, **FOR_WORDS) for n in range(6)])
    put(con, [posting(20 + n, **UNREAD) for n in range(24)])
    put_skills(con, *range(4), *range(10, 16))
    row = found(con, "skill_required", "other").loc["Python"]
    assert (row["n_yes"], row["n_jobs"], row["n_unknown"]) == (4, 10, 0)


def test_of_ai_work_every_text_counts_drawn_or_not(con: database.Connection) -> None:  # noqa: F811
    put(con, [posting(n, is_drawn=n < 3, told_by="title") for n in range(10)])
    put_skills(con, 0, 9)
    row = found(con, "skill_required").loc["Python"]
    assert (row["n_yes"], row["n_jobs"], row["n_unknown"]) == (2, 10, 0)


def test_a_job_is_drawn_where_its_first_advert_is(con: database.Connection) -> None:  # noqa: F811
    """Else a job of many adverts would be drawn more often than one of one."""
    put(con, [posting(1, **UNREAD), posting(2, job_id="x:0001", **DRAWN), posting(3, **DRAWN)])
    put(con, [posting(4, job_id="x:0003", **UNREAD)])
    classes = con.execute("SELECT job_id, text_class FROM counted_jobs($as_of) ORDER BY ALL", {"as_of": AS_OF})
    assert classes.fetchall() == [("x:0001", "unread"), ("x:0003", "full_advert")]


def test_disclosure_of_all_jobs_is_that_of_the_random_share(con: database.Connection) -> None:  # noqa: F811
    put_laws(con)
    jobs = [
        *(posting(n, **DRAWN | (NO_PAY if n % 2 else {})) for n in range(4)),
        *(posting(10 + n, **FOR_WORDS) for n in range(5)),
        *(posting(20 + n, **UNREAD) for n in range(6)),
        *(posting(30 + n, is_drawn=n < 2, **(NO_PAY if n else {})) for n in range(10)),
    ]
    put_jobs(con, *((job, ["DE"]) for job in jobs))
    frame = pay_disclosure(con, AS_OF)
    world = frame[(frame["adverts"] == "stock") & (frame["region"] == "World")].set_index("role_group")
    assert world["n_jobs"].to_dict() == {"all": 4 + 2, "ai_jobs": 10}
    assert world["n_stated"].to_dict() == {"all": 2 + 1, "ai_jobs": 1}


def test_pay_of_other_work_is_that_of_the_random_share(con: database.Connection) -> None:  # noqa: F811
    """Of an unread text nobody knows whether it states pay: it is neither in the band nor silent."""
    put(con, [posting(n, **DRAWN) for n in range(3)])
    put(con, [posting(10 + n, **UNREAD | (NO_PAY if n % 2 else {})) for n in range(20)])
    put(con, [posting(40, **DRAWN | NO_PAY)])
    rows = bands(con)
    mask = (rows["role_group"] == "other") & (rows["region_level"] == "world") & (rows["seniority_group"] == "all")
    row = rows[mask & (rows["pay_market"] == "all") & (rows["role"] == "all") & (rows["currency"] == "USD")].iloc[0]
    assert (row["n_jobs"], row["n_silent"]) == (3, 1)


def test_what_is_read_for_analysts_leaves_them_out(con: database.Connection) -> None:  # noqa: F811
    assert "unread" in VIEWS["analysis.remote_share"][1]
    assert "unread" in MACROS["analysis.jobs_on"][1]


def test_marts_over_unread_texts_are_sound(con: database.Connection) -> None:  # noqa: F811
    put(con, [posting(n, **DRAWN) for n in range(12)])
    put(con, [posting(20 + n, **FOR_WORDS) for n in range(5)])
    put(con, [posting(30 + n, **UNREAD) for n in range(20)])
    put(con, [posting(60 + n, is_drawn=n % 3 == 0) for n in range(12)])
    put_skills(con, 1, 2, 20, 21, 61)
    write_marts(con, compute_marts(con, AS_OF, run_id="1"))
    verdict = integrity.judge(con, as_of=AS_OF, run_id="1")
    rules = {check.expectation: check.is_met for check in verdict.checks if check.expectation in integrity.COUNTS}
    assert rules == dict.fromkeys(integrity.COUNTS, True), verdict.failures


# --- what was missed ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n_drawn", "n_missed", "n_unread", "words"),
    [
        (300, 0, 1200, "at most 1.22% of the rest are, and at least 87.2%"),
        (300, 3, 1200, "at most 2.89% of the rest are"),
        (0, 0, 50, "at most 100.00% of the rest are"),
        (10, 0, 0, "110, each read whole"),
    ],
)
def test_what_is_missed_is_measured_on_the_random_share(
    con: database.Connection,  # noqa: F811
    n_drawn: int,
    n_missed: int,
    n_unread: int,
    words: str,
) -> None:
    """Bounds are Clopper and Pearson's: of none of 300, 1 - 0.025 ^ (1 / 300)."""
    put(con, [posting(n, told_by="title") for n in range(100)])
    labels = ["builds_ai"] * n_missed + ["none"] * (n_drawn - n_missed)
    if labels:
        put(con, [posting(1000 + n, **DRAWN, ai_label=label) for n, label in enumerate(labels)])
    if n_unread:
        put(con, [posting(5000 + n, **UNREAD) for n in range(n_unread)])
    depth = measure_depth(con)
    assert (depth.n_rest_read, depth.n_missed, depth.n_unread, depth.n_ai) == (n_drawn, n_missed, n_unread, 100)
    assert words in describe_depth(depth)
    low, high = depth.recall
    assert 0 <= low <= high <= 1
