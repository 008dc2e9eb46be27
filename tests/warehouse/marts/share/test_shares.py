"""Shares of jobs, measure by measure, against a plain oracle."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import open_copy
from tests.warehouse.marts.test_marts import AS_OF, NOW, posting, put
from transforms.records.columns import fields_of
from transforms.text.lookups import taxonomy
from warehouse import database
from warehouse.checks import gate
from warehouse.mart_tables import Shares
from warehouse.marts.measures import MEASURES, SILENCE
from warehouse.marts.rank_sets import FEWEST_DRAWS, MAX_COMPARISONS
from warehouse.marts.share.share_rows import Ranking, ShareCounts, make_share_rows
from warehouse.marts.share.shares import shares
from warehouse.tables import Employers, PostingPay, PostingPlaces, PostingSkills, Skills


@pytest.fixture
def con(work_template: Path, tmp_path: Path) -> Iterator[database.Connection]:
    with open_copy(work_template, tmp_path) as con:
        yield con


def row_of(cls: type, **fields: Any) -> Any:
    values: dict[str, Any] = {f.name: () if f.is_list else None for f in fields_of(cls)}
    return cls(**values | fields)


def found(con: database.Connection, measure: str, group: str = "ai_engineering", region: str = "World") -> Any:
    """Rows of a measure in a cell, by item."""
    frame = shares(con, AS_OF, measures=[MEASURES[measure]])
    return frame[(frame["role_group"] == group) & (frame["region"] == region)].set_index("item")


def counts(con: database.Connection, measure: str, group: str = "ai_engineering") -> dict[str, tuple[int, int, int]]:
    """Yes, no and not known, by item: silent if silence may be either, and otherwise not read."""
    rows = found(con, measure, group)
    unknown = "n_unknown" if MEASURES[measure].silence == "unknown" else "n_unread"
    assert (rows[["n_unknown", "n_unread"]].drop(columns=unknown) == 0).all(axis=None)
    return {str(item): (row.n_yes, row.n_no, row[unknown]) for item, row in rows.iterrows()}


# --- rows out of counts -----------------------------------------------------------------------------------

ANSWERS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 30), st.sets(st.integers(0, 4))), min_size=60, max_size=250
)
"""Jobs: the cell, the employer and the items of each."""
CATEGORIES = np.array([0, 0, 1, 1, 1])
DECLARED = np.array([4])


def count_answers(jobs: list[tuple[int, int, set[int]]]) -> ShareCounts:
    """Counts of jobs in up to four cells, every cell having one at least; 20, 10, 5 and 0 more jobs do not say.

    Half of these are of an employer that says nothing.
    """
    jobs = [*((cell, 99, set()) for cell in range(4)), *jobs]
    sizes = sorted(Counter((cell, employer) for cell, employer, _ in jobs).items())
    yes = sorted(Counter((cell, employer, item) for cell, employer, items in jobs for item in items).items())
    columns = np.array([[*key, n] for key, n in sizes], dtype=np.int64).T
    pairs = np.array([[*key, n] for key, n in yes], dtype=np.int64).reshape(-1, 4).T
    return ShareCounts(
        cell=columns[0], employer=columns[1], jobs=columns[2], yes_cell=pairs[0], yes_employer=pairs[1],
        yes_item=pairs[2], yes=pairs[3], n_unread=np.array([0, 7, 0, 0]),
        silent_cell=np.array([0, 0, 1, 1, 2]), silent_employer=np.array([99, 100, 99, 100, 99]),
        silent=np.array([10, 10, 5, 5, 5]),
    )  # fmt: skip


def rows_of_answers(counts: ShareCounts, cells: Collection[int] = range(4)) -> pd.DataFrame:
    ranking = Ranking(seed=7 + np.array(sorted(cells), dtype=np.int64), by_employer=True)
    return make_share_rows(counts, DECLARED, CATEGORIES, has_bounds=True, ranking=ranking)


FEW = pytest.mark.parametrize("n_examples", [25, pytest.param(100, marks=pytest.mark.long)])


@FEW
def test_neither_order_nor_other_cells_change_a_cell(n_examples: int) -> None:
    cells, order = st.sets(st.integers(0, 3), min_size=1), st.randoms()
    settings(max_examples=n_examples)(given(ANSWERS, cells, order)(change_order_and_cells))()


def change_order_and_cells(jobs: list[tuple[int, int, set[int]]], cells: set[int], chance: random.Random) -> None:
    whole = rows_of_answers(count_answers(jobs))
    order = chance.sample(jobs, len(jobs))
    pd.testing.assert_frame_equal(rows_of_answers(count_answers(order)), whole, check_exact=True)
    some = rows_of_answers(count_answers(jobs).select(np.isin(np.arange(4), list(cells))), cells)
    expected = whole[whole["cell"].isin(cells)].reset_index(drop=True).drop(columns="cell")
    pd.testing.assert_frame_equal(some.drop(columns="cell"), expected, check_exact=True, check_dtype=False)


@FEW
def test_shares_lie_in_their_intervals_and_bounds(n_examples: int) -> None:
    settings(max_examples=n_examples)(given(ANSWERS)(check_ends))()


def check_ends(jobs: list[tuple[int, int, set[int]]]) -> None:
    rows = rows_of_answers(count_answers(jobs))
    assert (rows["share"].isna() == (rows["status"] == "suppressed")).all()
    visible = rows[rows["status"] == "published"]
    assert (visible["share"] - visible["n_yes"] / visible["n_jobs"]).abs().max() < 1e-9 or visible.empty
    assert visible["share"].between(visible["share_lo"], visible["share_hi"]).all()
    by_employer = visible["share_by_employer"]
    assert by_employer.between(visible["share_by_employer_lo"], visible["share_by_employer_hi"]).all()
    for end in ("share_lo", "share_hi"):
        assert visible[end].between(visible["bound_lo"], visible["bound_hi"]).all()
    zeros = visible[visible["n_yes"] == 0]
    for share in ("share", "share_by_employer"):
        assert (zeros[f"{share}_hi"] > 0).all() and (zeros[f"{share}_hi"] == zeros[f"zero_{share}_hi"]).all()
    order = visible.assign(category=CATEGORIES[visible["item"]]).groupby(["cell", "category"])["share_by_employer"]
    by_point = order.rank(ascending=False, method="first")
    assert (visible["category_rank_best"] <= visible["category_rank_worst"]).all()
    assert (visible["category_rank_best"] <= by_point).all(), "a rank by points is never better than the best"


def cells_like(sizes: list[int], n_yes: int, n_unknown: int = 0) -> pd.Series[Any]:
    """The row of one cell: employers of these sizes, whose first jobs say yes; silent jobs are spread evenly."""
    silent = np.bincount(np.arange(n_unknown) % len(sizes), minlength=len(sizes))
    yes = np.clip(n_yes - np.concatenate([[0], np.cumsum(sizes)[:-1]]), 0, sizes)
    counts = ShareCounts(
        cell=np.zeros(len(sizes), dtype=np.int64), employer=np.arange(len(sizes)), jobs=np.array(sizes),
        yes_cell=np.zeros(int((yes > 0).sum()), dtype=np.int64), yes_employer=np.flatnonzero(yes),
        yes_item=np.zeros(int((yes > 0).sum()), dtype=np.int64), yes=yes[yes > 0],
        n_unread=np.array([0]), silent_cell=np.zeros(int((silent > 0).sum()), dtype=np.int64),
        silent_employer=np.flatnonzero(silent), silent=silent[silent > 0],
    )  # fmt: skip
    return make_share_rows(counts, np.array([0]), np.array([0]), has_bounds=n_unknown > 0).iloc[0]


def rows_of_two_items(*, by_employer: bool, n_items: int = 2) -> pd.DataFrame:
    """One cell: five employers of sixteen jobs ask for item 0 in all, sixty of one job for item 1."""
    sizes = np.array([16] * 5 + [1] * 60)
    counts = ShareCounts(
        cell=np.zeros(65, dtype=np.int64), employer=np.arange(65), jobs=sizes, yes_cell=np.zeros(65, dtype=np.int64),
        yes_employer=np.arange(65), yes_item=np.where(sizes > 1, 0, 1), yes=sizes, n_unread=np.array([0]),
    )  # fmt: skip
    ranking = Ranking(seed=np.array([3]), by_employer=by_employer, n_items=np.array([n_items]))
    return make_share_rows(counts, np.array([0, 1]), np.array([0, 0]), has_bounds=False, ranking=ranking)


def test_ranks_are_of_employers_or_of_jobs() -> None:
    of_employers, of_jobs = (rows_of_two_items(by_employer=by_employer) for by_employer in (True, False))
    assert of_employers["category_rank_best"].tolist() == [2, 1]
    assert of_employers["category_rank_worst"].tolist() == [2, 1]
    assert of_jobs["category_rank_best"].tolist() == [1, 1], "five employers do not tell which has more jobs"


def test_items_without_a_row_are_ranked_below_those_that_are_known_to_be_above_them() -> None:
    rows = rows_of_two_items(by_employer=True, n_items=12)
    assert rows["category_rank_best"].tolist() == [2, 1]
    assert rows["category_rank_worst"].tolist() == [12, 1], "five of 65 employers may as well be none"


def test_lists_are_short_enough_to_be_compared_in_pairs() -> None:
    longest = max(Counter(skill.category for skill in taxonomy()).values())
    assert MAX_COMPARISONS // (longest + 1) ** 2 >= FEWEST_DRAWS, "a longer list is refused"


@pytest.mark.parametrize(
    ("sizes", "n_yes", "n_unknown", "status", "form"),
    [
        ([3] * 100, 60, 0, "published", "point"),
        ([2] * 15, 15, 0, "published", "interval"),  # 15 employers: wider than 30 points
        ([3] * 100, 60, 200, "published", "point"),  # 60 % say
        ([3] * 100, 60, 201, "published", "bounds"),
        ([3] * 100, 60, 300, "published", "says"),  # the bounds alone are 50 points wide
        ([1] * 15, 9, 0, "published", "interval"),
        ([40] * 14, 9, 0, "suppressed", None),  # 14 employers
        ([40, *[1] * 40], 9, 0, "published", "interval"),
        ([41, *[1] * 40], 9, 0, "suppressed", None),  # one has over half
        ([3] * 100, 0, 0, "published", "point"),  # nobody, of many, is printed
    ],
)
def test_form_and_status_follow_from_the_sample(
    sizes: list[int], n_yes: int, n_unknown: int, status: str, form: str | None
) -> None:
    row = cells_like(sizes, n_yes, n_unknown)
    assert (row["status"], None if pd.isna(row["form"]) else row["form"]) == (status, form)
    assert (row["n_jobs"], row["n_yes"]) == (sum(sizes), n_yes)


def test_status_never_depends_on_what_was_found() -> None:
    for sizes in ([3] * 12, [8, *[2] * 30], [1] * 31, [4] * 9):
        assert len({cells_like(sizes, n_yes)["status"] for n_yes in range(0, sum(sizes) + 1, 4)}) == 1


# --- the mart ---------------------------------------------------------------------------------------------


def test_rows_add_up_and_pass_their_gate(con: database.Connection) -> None:
    workplaces = ("remote", "onsite", "hybrid", None)
    put(
        con, [posting(i, employer_id=f"e{i % 17}", workplace=workplaces[i % 4], degree_min="master") for i in range(90)]
    )
    frame = shares(con, AS_OF)
    assert (frame["n_yes"] + frame["n_no"] == frame["n_jobs"]).all()
    visible = frame.dropna(subset="share")
    assert len(visible)
    assert visible["share"].between(0, 1).all()
    assert visible["share"].between(visible["share_lo"], visible["share_hi"]).all()
    assert set(frame["measure"]) <= set(MEASURES)
    assert frame[["period_from", "period_to"]].isna().all(axis=None), "the macro reference_periods says it"
    assert gate.check(frame, Shares, gate="g", run_id="r").passed
    database.write_mart(con, Shares, frame, as_of=AS_OF)
    assert con.execute("SELECT count(*) FROM mart.shares").fetchall() == [(len(frame),)]
    assert con.execute("SELECT DISTINCT period_from FROM mart.shares").fetchall() == [(None,)]


def test_neither_the_order_of_adverts_nor_other_measures_change_a_row(
    con: database.Connection, work_template: Path, tmp_path: Path
) -> None:
    workplaces = ("remote", "onsite", "hybrid", None)
    adverts = [posting(i, employer_id=f"e{i * i % 23}", workplace=workplaces[i * i % 7 % 4]) for i in range(90)]
    put(con, adverts)
    whole = shares(con, AS_OF)
    order = ["measure", "region", "role_group", "text_class", "item"]
    with open_copy(work_template, tmp_path / "other") as other:
        put(other, adverts[::-1])
        again = shares(other, AS_OF)
    pd.testing.assert_frame_equal(
        again.sort_values(order, ignore_index=True), whole.sort_values(order, ignore_index=True), check_exact=True
    )
    some = shares(con, AS_OF, measures=[MEASURES["workplace"]])
    expected = whole[whole["measure"] == "workplace"].reset_index(drop=True)
    assert len(some)
    pd.testing.assert_frame_equal(some, expected, check_exact=True)


LISTED: dict[str, Any] = {"source": "list", "text_state": "none", "text_class": "none", "language": None}


@pytest.mark.parametrize(("n_stated", "is_field"), [(18, True), (17, False), (0, False)])
def test_a_list_without_texts_counts_where_nearly_all_of_it_fill_in_the_field(
    con: database.Connection, n_stated: int, is_field: bool
) -> None:
    """Of 20 listed jobs some are remote and the others silent. Where that is our silence, both are left out."""
    put(con, [posting(i, workplace="hybrid" if i < 4 else None) for i in range(6)])
    put(con, [posting(20 + i, workplace="remote" if i < n_stated else None, **LISTED) for i in range(20)])
    row = found(con, "workplace").loc["remote"]
    expected = (4 + n_stated, n_stated, 2 + 20 - n_stated, 0) if is_field else (4, 0, 2, 20)
    assert (row["n_jobs"], row["n_yes"], row["n_unknown"], row["n_unread"]) == expected


def test_where_remote_work_may_be_done_is_a_field_of_lists_that_nearly_all_remote_jobs_fill_in(
    con: database.Connection,
) -> None:
    remote: dict[str, Any] = {"workplace": "remote", **LISTED}
    put(con, [posting(i, remote_scope=("US",), **remote) for i in range(9)])
    put(con, [posting(9, **remote), *(posting(20 + i, **LISTED | {"workplace": "onsite"}) for i in range(50))])
    row = found(con, "remote_scope").loc["US"]
    assert (row["n_jobs"], row["n_unknown"], row["n_unread"]) == (9, 1, 0)
    put(con, [posting(90, **remote)])
    assert found(con, "remote_scope").empty, "nine of eleven are too few"


@pytest.mark.parametrize("text_class", ["truncated", "snippet", "none"])
def test_a_text_that_is_not_whole_tells_nothing_by_its_silence(con: database.Connection, text_class: str) -> None:
    put(con, [posting(i, employment_type="FULL_TIME") for i in range(3)])
    put(con, [posting(9 + i, source="list", text_class=text_class, employment_type=None) for i in range(5)])
    row = found(con, "employment_type").loc["FULL_TIME"]
    assert (row["n_jobs"], row["n_unknown"], row["n_unread"]) == (3, 0, 5)


def test_a_job_could_have_told_in_any_of_its_adverts(con: database.Connection) -> None:
    put(con, [posting(1), posting(2, workplace="remote"), posting(3, job_id="x:0001", **LISTED)])
    assert counts(con, "workplace")["remote"] == (1, 0, 1)


def test_jobs_count_in_each_of_their_regions_and_role_groups(con: database.Connection) -> None:
    put(con, [posting(1), posting(2, role="data_scientist"), posting(3, role="software_engineer")])
    place = {"position": 0, "country": "US", "region": "Northern America", "continent": "Americas", "reading": "stated"}
    put(con, [row_of(PostingPlaces, posting_id="x:0001", **place)])
    frame = shares(con, AS_OF, measures=[MEASURES["pay_stated"]])
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
    fields, item, expected = COLUMNS[measure]
    put(con, [posting(1, **fields), posting(2)])
    assert counts(con, measure, "ai_jobs")[item] == expected


def test_pay_beside_base_pay_is_asked_of_jobs_that_state_pay(con: database.Connection) -> None:
    put(con, [*(posting(i) for i in range(5)), posting(5, seniority="intern"), posting(6, **UNPAID)])
    flags = {"is_headline": False, "is_headline_in_country": False, "reading": "stated"}
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
            row_of(PostingPay, posting_id=f"x:{i:04}", position=k, component=component, **flags)
            for k, (i, component) in enumerate(components)
        ],
    )  # fmt: skip
    offers = {
        name: counts(con, f"{name}_offered")["yes"] for name in ("additional_pay", "equity", "bonus", "commission")
    }
    assert offers == {
        "additional_pay": (2, 3, 0), "equity": (1, 4, 0), "bonus": (1, 4, 0), "commission": (1, 4, 0),
    }  # fmt: skip


def test_the_industry_is_that_of_the_employer(con: database.Connection) -> None:
    common = {
        "names": (),
        "domains": (),
        "boards": (),
        "is_staffing_agency": False,
        "n_postings": 1,
        "name_source": "advert",
    }
    employers = [
        row_of(Employers, employer_id=f"e{i}", employer="E", industry="K" if i else None, **common) for i in range(2)
    ]
    database.load_lookup(con, Employers, employers)
    put(con, [posting(i) for i in range(3)])
    assert counts(con, "industry") == {"K": (1, 0, 2)}


def test_skills_are_asked_of_jobs_with_text(con: database.Connection) -> None:
    requirements = {"Python": "required", "R": "preferred", "Scala": "duty", "Java": "mentioned"}
    taxonomy = [
        row_of(
            Skills, skill=name, category="Programming Languages", kind="technology", case_rule="any", evidence="test"
        )
        for name in requirements
    ]
    database.load_lookup(con, Skills, taxonomy)
    put(con, [posting(1), posting(2), posting(3, text_state="none", text_class="none", language=None)])
    put(
        con,
        [
            PostingSkills(posting_id="x:0001", skill=name, requirement=requirement, start=0, end=1)
            for name, requirement in requirements.items()
        ],
    )
    yes = (1, 1, 1)
    assert counts(con, "skill_required") == {"Python": yes}
    assert counts(con, "skill_preferred") == {"R": yes}
    assert counts(con, "skill_duty") == {"Scala": yes}
    assert counts(con, "skill_mentioned") == {"Java": yes}
    assert counts(con, "skill_asked") == {"Python": yes, "R": yes, "Scala": yes}
    assert counts(con, "skill_any") == {"Java": yes, "Python": yes, "R": yes, "Scala": yes}
    assert set(found(con, "skill_any")["category"]) == {"Programming Languages"}
    assert set(found(con, "skill_any")["text_class"]) == {"full_advert"}


def test_what_texts_ask_for_is_counted_by_class_of_text(con: database.Connection) -> None:
    texts = [("full_advert", "master"), ("full_advert", None), ("forum_comment", None), ("snippet", None)]
    put(con, [posting(i, text_class=name, degree_min=degree) for i, (name, degree) in enumerate(texts)])
    put(con, [posting(9, text_state="none", text_class="none", language=None)])
    rows = found(con, "degree").reset_index()
    positive = rows[rows["n_yes"] > 0]
    answers = {(row.text_class, row.item): (row.n_yes, row.n_jobs, row.n_unread) for row in positive.itertuples()}
    assert answers == {
        ("full_advert", "master"): (1, 2, 1),  # the advert without any text was not read
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


def test_qualifications_are_asked_in_languages_in_which_they_are_read(con: database.Connection) -> None:
    qualifications = {1: ("portfolio", "open_source"), 2: ("open_source",), 3: None}
    put(con, [posting(number, qualifications=names) for number, names in qualifications.items()])
    put(con, [posting(4, language="de")])  # where silence says nothing
    assert counts(con, "qualification") == {
        "portfolio": (1, 2, 1), "certification": (0, 3, 1), "internship": (0, 3, 1), "open_source": (2, 1, 1),
    }  # fmt: skip


@pytest.mark.parametrize("language", ["sv", None])
def test_texts_in_a_language_that_is_not_read_ask_for_nothing_that_is_known(
    con: database.Connection, language: str | None
) -> None:
    put(con, [posting(1), posting(2, language=language)])
    for measure in ("years", "degree"):
        rows = found(con, measure).reset_index()
        assert rows.loc[rows["item"] == "not_asked", ["n_yes", "n_jobs", "n_unread"]].values.tolist() == [[1, 1, 1]]


@pytest.fixture(scope="module")
def opened(work_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[database.Connection]:
    """Eight jobs, for tests that write nothing."""
    some: dict[str, Any] = {"board": "b", "first_seen_at": NOW - timedelta(days=100), "workplace": "remote"}
    more: tuple[dict[str, Any], ...] = ({}, {"degree_min": "master", "remote_scope": ("US",)})
    with open_copy(work_template, tmp_path_factory.mktemp("opened")) as con:
        put(con, [posting(i, **some | more[i % 2]) for i in range(8)])
        yield con


@pytest.fixture(scope="module")
def shares_opened(opened: database.Connection) -> pd.DataFrame:
    return shares(opened, AS_OF)


@pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES)
def test_the_jobs_behind_a_share_are_those_it_counts(
    opened: database.Connection, shares_opened: pd.DataFrame, measure: Any
) -> None:
    rows = shares_opened[shares_opened["measure"] == measure.name]
    values = {"as_of": AS_OF}
    behind = opened.execute(f"SELECT * FROM ({measure.behind()}) WHERE role_group = 'ai_engineering'", values).df()
    for row in rows[rows["role_group"] == "ai_engineering"].itertuples():
        assert row.n_jobs == behind["job_id"].nunique()
        assert row.n_yes == sum(row.item in items for items in behind["items"])


def test_measures_are_declared_whole() -> None:
    for name, measure in MEASURES.items():
        assert measure.name == name and measure.title and measure.role_groups
        assert measure.name_jobs("AI jobs") != measure.name_jobs() and measure.say("x")
        assert measure.silence in SILENCE and bool(measure.known_words) == (measure.silence == "unknown")
