"""Shares of jobs, measure by measure, against a plain oracle."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.warehouse.marts.test_marts import AS_OF, NOW, posting, put
from transforms.records.columns import fields_of
from warehouse import database
from warehouse.checks import gate
from warehouse.marts.measures import MEASURES
from warehouse.marts.shares import shares
from warehouse.marts.statistics import cap_weights, estimate_shares
from warehouse.ops_tables import Responses
from warehouse.tables import Employers, PostingPay, PostingPlaces, PostingSkills, Shares, Skills

JOBS = st.lists(st.tuples(st.integers(0, 25), st.booleans()), min_size=1, max_size=120)


@pytest.fixture
def con(tmp_path: Path) -> Iterator[database.Connection]:
    with database.open_work(tmp_path) as opened:
        yield opened


def row_of(cls: type, **said: Any) -> Any:
    values: dict[str, Any] = {f.name: () if f.is_list else None for f in fields_of(cls)}
    return cls(**values | said)


def found(con: database.Connection, measure: str, group: str = "ai_engineering", region: str = "World") -> Any:
    """Rows of a measure in a cell, by item."""
    frame = shares(con, AS_OF)
    chosen = (frame["measure"] == measure) & (frame["role_group"] == group) & (frame["region"] == region)
    return frame[chosen].set_index("item")


def counts(con: database.Connection, measure: str, group: str = "ai_engineering") -> dict[str, tuple[int, int, int]]:
    """Yes, no and not known, by item."""
    rows = found(con, measure, group)
    return {str(item): (row.n_yes, row.n_no, row.n_unknown) for item, row in rows.iterrows()}


# --- the estimate -----------------------------------------------------------------------------------------


def oracle(jobs: list[tuple[int, bool]]) -> tuple[float, float, float]:
    """Share and ends by their definition, employer by employer."""
    sizes = Counter(employer for employer, _ in jobs)
    yes = Counter(employer for employer, has in jobs if has)
    m, ceiling = len(sizes), float(min(sizes.values()))
    if m > 10:  # the largest c with c <= a tenth of all that is left when no employer has more than c
        low, high = ceiling, float(max(sizes.values()))
        for _ in range(200):
            middle = (low + high) / 2
            fits = middle <= 0.1 * sum(min(size, middle) for size in sizes.values()) + 1e-12
            low, high = (middle, high) if fits else (low, middle)
        ceiling = high if high <= 0.1 * sum(sizes.values()) else low
    weight = {employer: min(size, ceiling) / size for employer, size in sizes.items()}
    whole = sum(weight[e] * sizes[e] for e in sizes)
    share = sum(weight[e] * yes[e] for e in sizes) / whole
    if m == 1:
        return share, math.nan, math.nan
    squares = sum((weight[e] * (yes[e] - share * sizes[e])) ** 2 for e in sizes)
    margin = 1.96 * math.sqrt(m / (m - 1) * squares) / whole
    return share, max(share - margin, 0), min(share + margin, 1)


@given(JOBS)
def test_share_and_ends_are_those_of_the_definition(jobs: list[tuple[int, bool]]) -> None:
    weights = cap_weights([f"{employer:02}" for employer, _ in jobs])
    job = np.flatnonzero([has for _, has in jobs])
    estimates = estimate_shares(weights, job, np.zeros(len(job), dtype=np.int64), 1)
    measured = (estimates.share[0], estimates.low[0], estimates.high[0])
    assert measured == pytest.approx(oracle(jobs), abs=1e-6, nan_ok=True)
    assert estimates.n_yes[0] == sum(has for _, has in jobs)
    assert estimates.n_employers[0] == len({employer for employer, has in jobs if has})


@given(st.lists(st.tuples(st.integers(0, 25), st.sets(st.integers(0, 3))), min_size=1, max_size=120))
def test_ends_hold_the_share_and_stay_within_0_and_1(jobs: list[tuple[int, set[int]]]) -> None:
    pairs = [(number, item) for number, (_, items) in enumerate(jobs) for item in items]
    job, item = (np.array([pair[side] for pair in pairs], dtype=np.int64) for side in (0, 1))
    weights = cap_weights([str(employer) for employer, _ in jobs])
    estimates = estimate_shares(weights, job, item, 4)
    assert ((estimates.share >= 0) & (estimates.share <= 1)).all()
    if weights.n_employers > 1:
        assert (estimates.low <= estimates.share).all() and (estimates.share <= estimates.high).all()
        assert ((estimates.low >= 0) & (estimates.high <= 1)).all()
        surely = (estimates.share > 0) & (estimates.share < 1)
        assert (np.isfinite(estimates.design_effect) == surely).all()


def test_jobs_of_employers_of_one_job_have_no_design_effect_beyond_chance() -> None:
    """As many independent jobs: a variance of p (1 - p) / (n - 1), over one of p (1 - p) / n."""
    estimates = estimate_shares(cap_weights(np.arange(200)), np.arange(50), np.zeros(50, dtype=np.int64), 1)
    assert estimates.design_effect[0] == pytest.approx(200 / 199)
    alike = estimate_shares(cap_weights(np.arange(200) // 5), np.arange(50), np.zeros(50, dtype=np.int64), 1)
    assert alike.design_effect[0] == pytest.approx(5 * 40 / 39), "jobs of an employer that are all alike count as one"


# --- the mart ---------------------------------------------------------------------------------------------


def test_rows_add_up_and_pass_their_gate(con: database.Connection) -> None:
    workplaces = ("remote", "onsite", "hybrid", None)
    put(
        con, [posting(i, employer_id=f"e{i % 17}", workplace=workplaces[i % 4], degree_min="master") for i in range(90)]
    )
    frame = shares(con, AS_OF)
    assert (frame["n_yes"] + frame["n_no"] == frame["n_jobs"]).all()
    judged = frame.dropna(subset="share")
    assert len(judged)
    assert judged["share"].between(0, 1).all()
    assert judged["share"].between(judged["share_lo"], judged["share_hi"]).all()
    assert set(frame["measure"]) <= set(MEASURES)
    assert set(frame["period_to"]) == {AS_OF} and set(frame["period_from"]) == {AS_OF - timedelta(days=364)}
    assert gate.check(frame, Shares, gate="g", run_id="r").passed
    database.write_mart(con, Shares, frame, as_of=AS_OF)
    assert con.execute("SELECT count(*) FROM mart.shares").fetchall() == [(len(frame),)]
    assert con.execute("SELECT DISTINCT period_from FROM mart.shares").fetchall() == [(AS_OF - timedelta(days=364),)]


def test_who_does_not_say_is_not_in_the_denominator(con: database.Connection) -> None:
    put(con, [posting(i, workplace="remote" if i < 12 else "onsite" if i < 40 else None) for i in range(70)])
    rows = found(con, "workplace")
    assert rows.loc["remote", ["n_jobs", "n_yes", "n_no", "n_unknown", "share"]].tolist() == [40, 12, 28, 30, 0.3]
    assert rows.loc["hybrid", ["n_yes", "share"]].tolist() == [0, 0], "an answer that nobody gives is a share of 0"


def test_of_several_adverts_of_a_job_the_first_that_says_something_is_taken(con: database.Connection) -> None:
    adverts = [
        posting(1),
        posting(2, job_id="x:0001", workplace="hybrid"),
        posting(3, job_id="x:0001", workplace="remote"),
    ]
    put(con, adverts)
    assert counts(con, "workplace") == {"hybrid": (1, 0, 0), "onsite": (0, 1, 0), "remote": (0, 1, 0)}


def test_jobs_count_in_each_of_their_regions_and_role_groups(con: database.Connection) -> None:
    put(con, [posting(1), posting(2, role="data_scientist"), posting(3, role="software_engineer")])
    place = {"position": 0, "country": "US", "region": "Northern America", "continent": "Americas", "reading": "stated"}
    put(con, [row_of(PostingPlaces, posting_id="x:0001", **place)])
    frame = shares(con, AS_OF).query("measure == 'pay_stated'")
    assert frame.groupby(["region", "role_group"])["n_jobs"].max().to_dict() == {
        ("World", "ai_engineering"): 1, ("World", "ai_jobs"): 2, ("US", "ai_engineering"): 1, ("US", "ai_jobs"): 1,
        ("Americas", "ai_engineering"): 1, ("Americas", "ai_jobs"): 1, ("Northern America", "ai_engineering"): 1,
        ("Northern America", "ai_jobs"): 1,
    }  # fmt: skip


UNPAID = {"pay_low": None, "pay_high": None, "currency": None, "period": None, "pay_source": None}
COLUMNS: dict[str, tuple[dict[str, Any], str, tuple[int, int, int]]] = {
    "role": ({"role": "mlops_engineer"}, "mlops_engineer", (1, 1, 0)),
    "workplace": ({"workplace": "remote"}, "remote", (1, 0, 1)),
    "remote_scope": ({"workplace": "remote", "remote_scope": ("US", "CA")}, "CA", (1, 0, 0)),
    "degree": ({"degree_min": "none"}, "none", (1, 1, 0)),
    "years": ({"years_min": 3.5}, "2-3", (1, 1, 0)),
    "employment_type": ({"employment_type": "CONTRACTOR"}, "CONTRACTOR", (1, 1, 0)),
    "pay_stated": (UNPAID, "yes", (1, 1, 0)),
}
"""What one of two jobs says, and what comes of it: item, and jobs of which it is true, not true, not known."""


@pytest.mark.parametrize("measure", COLUMNS)
def test_what_an_advert_states_is_counted(con: database.Connection, measure: str) -> None:
    said, item, expected = COLUMNS[measure]
    put(con, [posting(1, **said), posting(2)])
    assert counts(con, measure, "ai_jobs")[item] == expected


def test_pay_beside_base_pay_is_asked_of_jobs_that_state_pay(con: database.Connection) -> None:
    put(con, [*(posting(i) for i in range(5)), posting(5, seniority="intern"), posting(6, **UNPAID)])
    unused = {"is_headline": False, "is_headline_in_country": False, "reading": "stated"}
    components = [
        (0, "equity_percent"),
        (0, "bonus"),
        (1, "on_target_earnings"),
        (2, "base"),
        (5, "bonus"),
        (6, "equity"),
    ]
    put(
        con,
        [
            row_of(PostingPay, posting_id=f"x:{i:04}", position=k, component=component, **unused)
            for k, (i, component) in enumerate(components)
        ],
    )  # fmt: skip
    offered = {
        name: counts(con, f"{name}_offered")["yes"] for name in ("additional_pay", "equity", "bonus", "commission")
    }
    assert offered == {
        "additional_pay": (2, 3, 0), "equity": (1, 4, 0), "bonus": (1, 4, 0), "commission": (1, 4, 0),
    }  # fmt: skip


def test_the_industry_is_that_of_the_employer(con: database.Connection) -> None:
    common = {"names": (), "domains": (), "boards": (), "is_staffing_agency": False, "n_postings": 1}
    known = [
        row_of(Employers, employer_id=f"e{i}", employer="E", industry="K" if i else None, **common) for i in range(2)
    ]
    database.load_lookup(con, Employers, known)
    put(con, [posting(i) for i in range(3)])
    assert counts(con, "industry") == {"K": (1, 0, 2)}


def test_skills_are_asked_of_jobs_with_text(con: database.Connection) -> None:
    named = {"Python": "required", "R": "preferred", "Java": "mentioned"}
    taxonomy = [
        row_of(
            Skills, skill=name, category="Programming Languages", kind="technology", case_rule="any", evidence="test"
        )
        for name in named
    ]
    database.load_lookup(con, Skills, taxonomy)
    put(con, [posting(1), posting(2), posting(3, text_state="none", text_class="none", language=None)])
    put(
        con,
        [
            PostingSkills(posting_id="x:0001", skill=name, requirement=requirement, start=0, end=1)
            for name, requirement in named.items()
        ],
    )
    yes = (1, 1, 1)
    assert counts(con, "skill_required") == {"Python": yes}
    assert counts(con, "skill_preferred") == {"R": yes}
    assert counts(con, "skill_mentioned") == {"Java": yes}
    assert counts(con, "skill_asked") == {"Python": yes, "R": yes}
    assert counts(con, "skill_any") == {"Java": yes, "Python": yes, "R": yes}
    assert set(found(con, "skill_any")["category"]) == {"Programming Languages"}
    assert set(found(con, "skill_any")["text_class"]) == {"full_advert"}


def test_what_texts_ask_for_is_counted_by_class_of_text(con: database.Connection) -> None:
    said = [("full_advert", "master"), ("full_advert", None), ("forum_comment", None), ("snippet", None)]
    put(con, [posting(i, text_class=name, degree_min=degree) for i, (name, degree) in enumerate(said)])
    put(con, [posting(9, text_state="none", text_class="none", language=None)])
    rows = found(con, "degree").reset_index()
    shown = rows[rows["n_yes"] > 0]
    answers = {(row.text_class, row.item): (row.n_yes, row.n_jobs, row.n_unknown) for row in shown.itertuples()}
    assert answers == {
        ("full_advert", "master"): (1, 2, 1),  # the advert without any text is not known
        ("full_advert", "not_asked"): (1, 2, 1),
        ("forum_comment", "not_asked"): (1, 1, 0),
        ("snippet", "not_asked"): (1, 1, 0),
    }
    assert set(found(con, "pay_stated")["text_class"]) == {"all"}


def test_no_comment_answers_for_an_advert_of_the_same_job(con: database.Connection) -> None:
    advert = posting(1, job_id="one", years_min=None)
    comment = posting(0, job_id="one", years_min=7.0, degree_min="doctorate", text_class="forum_comment")
    put(con, [advert, comment])
    for measure in ("years", "degree"):
        rows = found(con, measure).reset_index()
        assert rows[rows["n_yes"] > 0][["item", "text_class"]].values.tolist() == [["not_asked", "full_advert"]]


@pytest.mark.parametrize("language", ["sv", None])
def test_texts_in_a_language_that_is_not_read_ask_for_nothing_that_is_known(
    con: database.Connection, language: str | None
) -> None:
    put(con, [posting(1), posting(2, language=language)])
    for measure in ("years", "degree"):
        rows = found(con, measure).reset_index()
        assert rows.loc[rows["item"] == "not_asked", ["n_yes", "n_jobs", "n_unknown"]].values.tolist() == [[1, 1, 1]]


def answer(day: date) -> Responses:
    at = datetime.combine(day, NOW.time(), NOW.tzinfo)
    said = {"observed_at": at, "source": "x", "board": "b", "is_complete": True, "n_rows": 1, "n_rejects": 0}
    return row_of(Responses, warc=str(day), record=0, **said)  # type: ignore[no-any-return]


def test_vacancies_are_followed_from_their_first_day(con: database.Connection) -> None:
    put(con, [answer(AS_OF - timedelta(days=101))])
    new, old = NOW - timedelta(days=100), NOW - timedelta(days=120)
    put(
        con,
        [
            posting(1, board="b", first_seen_at=new),  # still there
            posting(2, board="b", first_seen_at=new, last_seen_at=new, closed_on=(new + timedelta(days=5)).date()),
            posting(3, board="b", first_seen_at=old),  # its board had not been read before
            posting(4, board="b", first_seen_at=new, last_seen_at=new + timedelta(days=9)),  # lost sight of
            posting(5, board="b", first_seen_at=NOW - timedelta(days=30)),  # not 60 days yet
        ],
    )
    assert counts(con, "still_open") == {"yes": (1, 1, 2)}
    assert set(found(con, "still_open")["period_to"]) == {AS_OF - timedelta(days=60)}


@pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES)
def test_the_jobs_behind_a_share_are_those_it_counts(con: database.Connection, measure: Any) -> None:
    put(con, [answer(AS_OF - timedelta(days=101))])
    some: dict[str, Any] = {"board": "b", "first_seen_at": NOW - timedelta(days=100), "workplace": "remote"}
    put(
        con,
        [posting(i, **some | ({"degree_min": "master", "remote_scope": ("US",)} if i % 2 else {})) for i in range(8)],
    )
    rows = shares(con, AS_OF, measures=[measure])
    given = {"as_of": AS_OF, "window_days": 365}
    behind = con.execute(f"SELECT * FROM ({measure.behind()}) WHERE role_group = 'ai_engineering'", given).df()
    for row in rows[rows["role_group"] == "ai_engineering"].itertuples():
        assert row.n_jobs == behind["job_id"].nunique()
        assert row.n_yes == sum(row.item in items for items in behind["items"])


def test_measures_are_declared_whole() -> None:
    for name, measure in MEASURES.items():
        assert measure.name == name and measure.title and measure.jobs_title and measure.role_groups
