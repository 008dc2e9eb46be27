"""One printed cell of mart.shares from the core tables in plain pandas, by the text of docs/methods.md alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from tests.builders import open_copy
from tests.warehouse.marts.test_marts import AS_OF, NOW, posting, put
from transforms.records.vocabulary import AI_GROUPS
from warehouse import database
from warehouse.marts.measures import MEASURES
from warehouse.marts.printing import EMPLOYERS
from warehouse.marts.share.shares import shares

WORKPLACES = ("remote", "hybrid", "onsite")
SIZES = [20, 12, 9, 7, 6, 5, 5, 4, 4, 3, 3, 3, 2, 2, 2, 2, *[1] * 25]


@pytest.fixture
def con(work_template: Path, tmp_path: Path) -> Iterator[database.Connection]:
    """Jobs of uneven employers, whose habits differ; some have a second advert, some are silent, old, or not of AI."""
    with open_copy(work_template, tmp_path) as con:
        chance = np.random.default_rng(5)
        number, rows = 0, []
        for employer, size in enumerate(SIZES):
            habit = chance.choice(3, size, p=chance.dirichlet([0.7, 0.7, 0.7]))
            for kind in habit:
                workplace = None if chance.random() < 0.2 else WORKPLACES[kind]
                who = {"employer_id": f"E{employer}"} if employer else {"employer_id": None, "board": "acme"}
                rows.append(posting(number, workplace=workplace, **who))
                if number % 6 == 0:  # the job's second advert, which answers only where the first is silent
                    second = {"workplace": WORKPLACES[number % 3], "employer_id": f"E{(employer + 1) % 9}"}
                    rows.append(posting(1000 + number, job_id=f"x:{number:04}", **second))
                number += 1
        rows += [posting(3000 + i, role="software_engineer", workplace="remote") for i in range(9)]
        spell = {"first_seen_at": NOW - timedelta(days=9), "last_seen_at": NOW - timedelta(days=2)}
        closed_on = NOW.date() - timedelta(days=1)
        rows += [posting(4000 + i, workplace="remote", closed_on=closed_on, **spell) for i in range(9)]
        put(con, rows)
        yield con


def first_stated(values: pd.Series) -> object:
    answers = values.dropna()
    return answers.iloc[0] if len(answers) else None


def read_jobs(con: database.Connection, as_of: date) -> pd.DataFrame:
    """Jobs of AI roles in the stock of the day, all boards having been read then: employer and workplace."""
    adverts = con.execute("FROM core.postings").df().sort_values("posting_id")
    adverts = adverts[adverts["closed_on"].isna() | (adverts["closed_on"].dt.date > as_of)]
    board = adverts["source"] + ":" + adverts["board"]
    adverts = adverts.assign(employer=adverts["employer_id"].fillna(board).fillna(adverts["posting_id"]))
    jobs = adverts.groupby("job_id").agg(
        employer=("employer", "first"), role_group=("role_group", "first"), workplace=("workplace", first_stated)
    )
    return pd.DataFrame(jobs[jobs["role_group"].isin(AI_GROUPS)])


def bound(jobs: pd.DataFrame, name: str) -> tuple[float, float]:
    """The ends of the share of all jobs, whatever the silent ones would say."""
    m = jobs.groupby("employer").size().astype(float)
    n, g, even = len(jobs), len(m), m.sum() ** 2 / (m**2).sum()
    silent = jobs["workplace"].isna()

    def estimate(answers: dict[str, pd.Series]) -> tuple[float, float]:
        """Share and design effect of `name`, where `answers` are those of all rows."""
        counts = {row: flags.groupby(jobs["employer"]).sum() for row, flags in answers.items()}
        p = {row: y.sum() / n for row, y in counts.items()}
        between = np.mean([(m * (y / m - p[row]) ** 2).sum() / (g - 1) for row, y in counts.items()])
        within = np.mean([(y * (1 - y / m)).sum() / (n - g) for y in counts.values()])
        k = (n - (m**2).sum() / n) / (g - 1)
        rho = np.clip((between - within) / (between + (k - 1) * within), 0, 1)
        share, y = p[name], counts[name]
        own = (g - 1) / g * (((share * m - y) / (n - m)) ** 2).sum() / (share * (1 - share) / n)
        return share, max(own, np.sqrt(own * (1 + ((m**2).sum() / n - 1) * rho)), 1)

    least = {row: jobs["workplace"] == row for row in WORKPLACES}
    most = {row: flags | silent for row, flags in least.items()}
    (low, low_effect), (high, high_effect) = estimate(least), estimate(most)
    error = max(np.sqrt(effect * p * (1 - p) / n) for p, effect in ((low, low_effect), (high, high_effect)))
    c = optimize.brentq(lambda c: stats.norm.cdf(c + (high - low) / error) - stats.norm.cdf(-c) - 0.95, 1, 3)
    tail = stats.norm.cdf(-c)
    factor = (stats.t.ppf(1 - tail, n - 1) / stats.t.ppf(1 - tail, even - 1)) ** 2
    n_low, n_high = n / low_effect * factor, n / high_effect * factor
    return (
        stats.beta.ppf(tail, low * n_low, (1 - low) * n_low + 1),
        stats.beta.ppf(1 - tail, high * n_high + 1, (1 - high) * n_high),
    )


def test_a_printed_cell_is_what_the_method_says(con: database.Connection) -> None:
    frame = shares(con, AS_OF, measures=[MEASURES["workplace"]])
    cell = (frame["role_group"] == "ai_jobs") & (frame["region"] == "World")
    rows = frame[cell].set_index("item")
    jobs = read_jobs(con, AS_OF)
    answers = jobs.dropna(subset="workplace")
    n, of_employer = len(answers), answers.groupby("employer")
    m = of_employer.size().astype(float)
    g, even = len(m), m.sum() ** 2 / (m**2).sum()
    y = pd.DataFrame({name: (answers["workplace"] == name).groupby(answers["employer"]).sum() for name in WORKPLACES})
    p = y.sum() / n
    between = np.mean([(m * (y[name] / m - p[name]) ** 2).sum() / (g - 1) for name in WORKPLACES])
    within = np.mean([(y[name] * (1 - y[name] / m)).sum() / (n - g) for name in WORKPLACES])
    k = (n - (m**2).sum() / n) / (g - 1)
    rho = np.clip((between - within) / (between + (k - 1) * within), 0, 1)
    kish = 1 + ((m**2).sum() / n - 1) * rho
    assert 0 < rho < 1 and n < len(jobs), "the cell has silent jobs, and employers that are alike"
    for name in WORKPLACES:
        share = p[name]
        variance = (g - 1) / g * (((share * m - y[name]) / (n - m)) ** 2).sum()
        own = variance / (share * (1 - share) / n)
        effect = max(own, np.sqrt(own * kish), 1)
        effective = n / effect * (stats.t.ppf(0.975, n - 1) / stats.t.ppf(0.975, even - 1)) ** 2
        low = stats.beta.ppf(0.025, share * effective, (1 - share) * effective + 1)
        high = stats.beta.ppf(0.975, share * effective + 1, (1 - share) * effective)
        least, most = bound(jobs, name)
        expected = {
            "n_jobs": n, "n_yes": y[name].sum(), "n_unknown": len(jobs) - n, "n_employers": g,
            "n_even_employers": even, "largest_employer_share": m.max() / n, "share": share, "share_lo": low,
            "share_hi": high, "design_effect": effect, "share_by_employer": (y[name] / m).mean(),
            "relative_standard_error": np.sqrt(effect * (1 - share) / share / n),
            "n_employers_yes": (y[name] > 0).sum(), "largest_employer": y[name].max() / y[name].sum(),
            "n_unread": 0, "bound_lo": min(least, low), "bound_hi": max(most, high),
        }  # fmt: skip
        values = {column: rows.loc[name, column] for column in expected}
        assert values == pytest.approx(expected, rel=1e-9), name
        assert rows.loc[name, "n_single_employers"] == (m == 1).sum()
        assert rows.loc[name, "share_of_single"] == pytest.approx((y[name] / m)[m == 1].mean())
        is_told = bool(rows["share_of_large"].notna()[name])
        assert is_told == ((m >= 6).sum() >= EMPLOYERS.bound), "a class of employers is told from so many on"
        is_wide = high - low > 0.30
        assert rows.loc[name, "status"] == "published"
        assert rows.loc[name, "form"] == ("interval" if is_wide else "point")


def test_an_employers_share_is_what_the_method_says(con: database.Connection) -> None:
    frame = shares(con, AS_OF, measures=[MEASURES["workplace"]])
    cell = (frame["role_group"] == "ai_jobs") & (frame["region"] == "World")
    rows = frame[cell].set_index("item")
    answers = read_jobs(con, AS_OF).dropna(subset="workplace")
    m = answers.groupby("employer").size().astype(float)
    y = pd.DataFrame({name: (answers["workplace"] == name).groupby(answers["employer"]).sum() for name in WORKPLACES})
    n, g = m.sum(), len(m)
    p = y.sum() / n
    between = np.mean([(m * (y[name] / m - p[name]) ** 2).sum() / (g - 1) for name in WORKPLACES])
    within = np.mean([(y[name] * (1 - y[name] / m)).sum() / (n - g) for name in WORKPLACES])
    k = (n - (m**2).sum() / n) / (g - 1)
    rho = np.clip((between - within) / (between + (k - 1) * within), 0, 1)
    parts = y.div(m, axis=0)
    for name in WORKPLACES:
        mean = parts[name].mean()
        own = parts[name].var(ddof=1) / g / (mean * (1 - mean))
        implied = (rho + (1 - rho) / m).sum() / g**2
        ratio = max(own, np.sqrt(own * implied), (1 / m).sum() / g**2)
        effective = 1 / ratio
        effective *= min((stats.t.ppf(0.975, effective - 1) / stats.t.ppf(0.975, g - 1)) ** 2, 1)
        low = stats.beta.ppf(0.025, mean * effective, (1 - mean) * effective + 1)
        high = stats.beta.ppf(0.975, mean * effective + 1, (1 - mean) * effective)
        row = rows.loc[name]
        ends = [row.share_by_employer, row.share_by_employer_lo, row.share_by_employer_hi]
        assert ends == pytest.approx([mean, low, high], rel=1e-9), name
        assert row.form_by_employer == ("interval" if high - low > 0.30 else "point")
        others = m.drop(m.idxmax())
        without = y[name][others.index].sum() / others.sum()
        is_moved = abs(without - row["share"]) > (high - low) / 2
        assert pd.notna(row.share_without_largest) == is_moved
    order = rows["share_by_employer"].rank(ascending=False).astype(int)
    assert (rows["rank"] == order).all()
    assert (rows["category_rank_best"] <= order).all() and (rows["category_rank_worst"] >= order).all()
