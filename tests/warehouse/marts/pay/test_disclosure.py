"""mart.pay_disclosure: which class of law a job is of, what is counted, and one cell without the SQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import special, stats

from tests.builders import Answer, load, night, open_copy, refined
from tests.builders import posting as refined_posting
from tests.warehouse.marts.coverage.test_frame import NO_PAY
from tests.warehouse.marts.test_marts import AS_OF, NOW, posting, put
from transforms.records.columns import fields_of
from transforms.records.rows import Place
from transforms.text.lookups import countries
from warehouse import database
from warehouse.checks import gate
from warehouse.mart_tables import PayDisclosure
from warehouse.marts.compute import compute_marts, write_marts
from warehouse.marts.pay.disclosure import pay_disclosure
from warehouse.marts.share.shares import shares
from warehouse.tables import Countries, DisclosureLaws, PostingPlaces

LAWS = {
    "US-CO": ("required", date(2021, 1, 1)),
    "US-MA": ("required", date(2025, 10, 29)),
    "AT": ("required", date(2011, 3, 1)),
    "SK": ("unclear", None),
    "PL": ("not_required", date(2025, 12, 24)),
}
ALL = ("world", "World")


@pytest.fixture
def con(con: database.Connection) -> database.Connection:
    """With countries and laws."""
    put_places(con)
    return con


def put_places(con: database.Connection) -> None:
    database.load_lookup(con, Countries, [one for one in countries() if one.country in ("US", "DE", *LAWS)])
    put_laws(con)


def put_laws(con: database.Connection, **fields: Any) -> None:
    nothing: dict[str, Any] = dict.fromkeys(f.name for f in fields_of(DisclosureLaws))
    values = {"must_state": "range", "evidence": "third_party", "source": "a summary"} | fields
    rows = [
        DisclosureLaws(
            **nothing | values | {"jurisdiction": where, "law": where, "adverts": adverts, "in_force_from": on}
        )
        for where, (adverts, on) in LAWS.items()
    ]
    database.load_lookup(con, DisclosureLaws, rows)


def put_jobs(con: database.Connection, *jobs: tuple[Any, list[str]]) -> None:
    """Postings with their places, as codes of countries or subdivisions."""
    put(con, [row for row, _ in jobs])
    nothing: dict[str, Any] = dict.fromkeys(f.name for f in fields_of(PostingPlaces))
    rows = [
        PostingPlaces(**nothing | {
            "posting_id": row.posting_id, "position": position, "country": place[:2], "reading": "stated",
            "subdivision": place if "-" in place else None,
        })
        for row, places in jobs for position, place in enumerate(places)
    ]  # fmt: skip
    if rows:
        put(con, rows)


def classes(con: database.Connection, as_of: date = AS_OF) -> dict[tuple[str, str], str]:
    """The class of law by job and place, of the stock."""
    query = "SELECT job_id, region, law FROM pay_disclosures($as_of) WHERE adverts = 'stock' ORDER BY ALL"
    return {(job, region): law for job, region, law in con.execute(query, {"as_of": as_of}).fetchall()}


def cell(frame: pd.DataFrame, law: str, region: str = "World", group: str = "all", adverts: str = "stock") -> Any:
    key = {"law": law, "region": region, "role_group": group, "adverts": adverts}
    (row,) = frame[(frame[list(key)] == pd.Series(key)).all(axis=1)].itertuples()
    return row


REMOTE: dict[str, Any] = {"workplace": "remote"}


@pytest.mark.parametrize(
    ("places", "fields", "expected"),
    [
        (["US-CO"], {}, "in_force"),
        (["US-TX"], {}, "none"),
        (["US"], {}, "unknown"),
        ([], {}, "unknown"),
        (["US-TX", "US-CO"], {}, "in_force"),
        (["US-TX", "US"], {}, "unknown"),
        (["US-TX", "DE"], {}, "none"),
        (["AT-9"], {}, "in_force"),
        (["AT"], {}, "in_force"),
        (["DE"], {}, "none"),
        (["PL"], {}, "none"),
        (["SK"], {}, "unknown"),
        (["US-TX"], REMOTE, "unknown"),  # may be done in all of the country
        (["US-CO"], REMOTE, "in_force"),
        (["DE"], REMOTE, "none"),
        (["DE"], {**REMOTE, "remote_scope": ("DE",)}, "none"),
        (["DE"], {**REMOTE, "remote_scope": ("AT", "DE")}, "unknown"),  # Austria is not named as its place
        (["DE"], {**REMOTE, "remote_scope": ("EU",)}, "unknown"),
        (["DE"], {"remote_scope": ("EU",)}, "none"),  # no remote work
    ],
)
def test_the_class_of_a_job_follows_from_its_places(
    con: database.Connection, places: list[str], fields: dict[str, Any], expected: str
) -> None:
    put_jobs(con, (posting(1, **fields), places))
    assert classes(con)["x:0001", "World"] == expected


def test_a_job_is_judged_in_each_country_by_its_places_there(con: database.Connection) -> None:
    put_jobs(con, (posting(1), ["US-CO", "US-TX", "DE", "AT-9"]), (posting(2), ["US", "DE"]))
    assert classes(con) == {
        ("x:0001", "World"): "in_force", ("x:0001", "US"): "in_force", ("x:0001", "US-CO"): "in_force",
        ("x:0001", "DE"): "none", ("x:0001", "AT"): "in_force",
        ("x:0002", "World"): "unknown", ("x:0002", "US"): "unknown", ("x:0002", "DE"): "none",
    }  # fmt: skip


@pytest.mark.parametrize(("read_on", "expected"), [(date(2025, 10, 28), "none"), (date(2025, 10, 29), "in_force")])
def test_a_law_counts_from_its_first_day_by_the_day_of_the_reading(
    con: database.Connection, read_on: date, expected: str
) -> None:
    at = datetime(read_on.year, read_on.month, read_on.day, 23, tzinfo=UTC)
    put_jobs(con, (posting(1, first_seen_at=at, last_seen_at=at), ["US-MA"]))
    for later in (0, 1, 40, 400):
        assert classes(con, read_on + timedelta(days=later))["x:0001", "World"] == expected


def test_a_law_that_is_repealed_counts_up_to_that_day(con: database.Connection) -> None:
    put_jobs(con, (posting(1), ["US-CO"]))
    for until, expected in ((AS_OF, "none"), (AS_OF + timedelta(days=1), "in_force")):
        put_laws(con, in_force_until=until)
        assert classes(con)["x:0001", "World"] == expected


def test_only_full_adverts_are_asked_and_any_advert_of_a_job_answers(con: database.Connection) -> None:
    comment = {"text_class": "forum_comment"}
    put_jobs(
        con,
        (posting(1, **NO_PAY), ["DE"]),
        (posting(2, job_id="x:0001", pay_low=90.0, pay_high=110.0), ["DE"]),
        (posting(3, **comment), ["DE"]),
        (posting(4, pay_low=5.0, pay_high=5.0), ["DE"]),
        (posting(5, pay_low=5.0, pay_high=50.0, pay_flag="high_over_4x_low"), ["DE"]),
    )
    query = "SELECT job_id, states_pay, width FROM pay_disclosures($as_of) WHERE region = 'World' ORDER BY ALL"
    rows = con.execute(query, {"as_of": AS_OF}).fetchall()
    assert rows == [("x:0001", True, 0.2), ("x:0004", True, None), ("x:0005", True, None)]


def test_new_adverts_are_counted_by_the_quarter_in_which_they_were_first_seen(
    con: database.Connection, tmp_path: Path
) -> None:
    """A board's first reading is in no flow; a law that came later than the advert is not in force."""

    def advert(number: int, place: str) -> Any:
        places = (Place(place_text=place, country="US", subdivision=place),)
        return refined_posting(number, text_state="full", text="Be kind.", places=places)

    nights = {0: [1], 20: [1, 2], 95: [1, 2, 3], 110: [1, 2, 3, 4]}
    for number, ids in nights.items():
        rows = [advert(one, "US-CO" if one % 2 else "US-TX") for one in ids]
        load(con, refined(tmp_path, f"{number:04}", Answer(night(number), rows)))
    con.execute("UPDATE core.disclosure_laws SET in_force_from = DATE '2030-01-01' WHERE jurisdiction = 'US-CO'")
    frame = pay_disclosure(con, night(110).date())
    world = frame[(frame["region"] == "World") & (frame["role_group"] == "all")]
    counts = world.set_index(["adverts", "law"])["n_jobs"].to_dict()
    # the third came with a reading 75 days after the one before it: nobody knows when
    assert counts == {("stock", "none"): 4, ("2026Q1", "none"): 1, ("2026Q2", "none"): 1}
    assert gate.check(frame, PayDisclosure, gate="mart", run_id="1").failures == ()


# --- what is printed, and the same numbers without the SQL ---

PLACES = (["US-CO"], ["US-CO", "DE"], ["US-TX"], ["US"], ["DE"], ["SK"], ["AT-9", "US-MA"])


@pytest.fixture(scope="module")
def market_template(work_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """600 jobs of 40 uneven employers, which state pay where a law is in force more often."""
    folder = tmp_path_factory.mktemp("market")
    with open_copy(work_template, folder) as con:
        put_places(con)
        put_market(con)
    return folder


@pytest.fixture
def market(market_template: Path, tmp_path: Path) -> Iterator[database.Connection]:
    with open_copy(market_template, tmp_path) as con:
        yield con


def put_market(con: database.Connection) -> None:
    draw = np.random.default_rng(8)
    jobs = []
    for number in range(600):
        employer = int(40 * draw.random() ** 1.5)
        places = PLACES[draw.integers(len(PLACES))]
        chance = (0.8 if "US-CO" in places else 0.45) - 0.2 * (employer % 3 == 0)
        low = 1e3 * draw.integers(90, 110)
        pay = {"pay_low": low, "pay_high": low + 1e3 * draw.integers(0, 60)} if draw.random() < chance else NO_PAY
        role = "data_engineer" if number % 3 == 0 else "ai_engineer"
        jobs.append((posting(number, role=role, employer_id=f"e{employer:02}", **pay), places))
    put_jobs(con, *jobs)


def test_a_row_is_what_the_method_says(market: database.Connection) -> None:
    """docs/methods.md, "Pay disclosure", in plain pandas: from the postings, places and laws of core alone."""
    jobs = market.execute("FROM core.postings").df()
    places = market.execute("FROM core.posting_places").df()
    laws = market.execute("FROM core.disclosure_laws").df()
    jurisdictions = set(laws.loc[laws["adverts"] == "required", "jurisdiction"])
    places["is_required"] = places["subdivision"].isin(jurisdictions) | places["country"].isin(jurisdictions)
    federations = {place[:2] for place in jurisdictions if "-" in place}
    unclear = set(laws.loc[laws["adverts"] == "unclear", "jurisdiction"])
    places["is_unknown"] = places["country"].isin(unclear) | (
        places["country"].isin(federations) & places["subdivision"].isna()
    )
    by_job = places.groupby("posting_id")[["is_required", "is_unknown"]].any()
    jobs = jobs.join(by_job, on="posting_id")
    jobs["law"] = np.where(jobs["is_required"], "in_force", np.where(jobs["is_unknown"], "unknown", "none"))
    jobs["states_pay"] = jobs["pay_low"].notna()

    ours = jobs[jobs["law"] == "in_force"]
    m, y = (ours.groupby("employer_id")["states_pay"].agg(name) for name in ("size", "sum"))
    n, g, p = m.sum(), len(m), y.sum() / m.sum()
    even = n**2 / (m**2).sum()
    jackknife = (g - 1) / g * (((p * m - y) / (n - m)) ** 2).sum() * n / (p * (1 - p))
    between = (m * (y / m - p) ** 2).sum() / (g - 1)
    within = (y * (1 - y / m)).sum() / (n - g)
    k = (n - (m**2).sum() / n) / (g - 1)
    rho = np.clip((between - within) / (between + (k - 1) * within), 0, 1)
    kish = 1 + ((m**2).sum() / n - 1) * rho
    effect = max(jackknife, np.sqrt(jackknife * kish))
    effective = n / effect * (stats.t.ppf(0.975, n - 1) / stats.t.ppf(0.975, even - 1)) ** 2
    low = special.betaincinv(p * effective, (1 - p) * effective + 1, 0.025)
    high = special.betaincinv(p * effective + 1, (1 - p) * effective, 0.975)
    ranges = ours[ours["pay_low"] < ours["pay_high"]]
    widths = 2 * (ranges["pay_high"] - ranges["pay_low"]) / (ranges["pay_high"] + ranges["pay_low"])

    both = jobs[jobs["law"] != "unknown"].groupby(["employer_id", "law"])["states_pay"].mean().unstack().dropna()
    d = both["in_force"] - both["none"]
    pseudo = np.concatenate([d, [0, 0]])  # half an employer at each end adds 1 to the sum of squares
    spread = np.sqrt(((pseudo**2).sum() + 1) / len(pseudo) - pseudo.mean() ** 2)
    reach = stats.t.ppf(0.975, len(d) - 1) * spread / np.sqrt(len(pseudo))

    row = cell(pay_disclosure(market, AS_OF), "in_force")
    assert (row.n_jobs, row.n_employers, row.n_stated, row.n_ranges) == (n, g, y.sum(), len(ranges))
    assert [row.share, row.share_lo, row.share_hi] == pytest.approx([p, low, high])
    assert row.n_even_employers == pytest.approx(even) and row.design_effect == pytest.approx(effect)
    assert row.width == pytest.approx(widths.median(), abs=0.01) and row.width_lo < row.width < row.width_hi
    assert (row.n_employers_both, row.n_jobs_both + row.n_jobs_other) == (
        len(d), jobs[jobs["employer_id"].isin(d.index) & (jobs["law"] != "unknown")].shape[0],
    )  # fmt: skip
    assert [row.share_both, row.share_other] == pytest.approx([both["in_force"].mean(), both["none"].mean()])
    ends = [pseudo.mean() - reach, pseudo.mean() + reach]
    assert [row.difference, row.difference_lo, row.difference_hi] == pytest.approx([d.mean(), *ends])
    assert row.status == row.width_status == row.comparison_status == "published"


def test_the_classes_of_the_world_are_the_jobs_that_pay_stated_counts(market: database.Connection) -> None:
    rows = shares(market, AS_OF)
    rows = rows[(rows["measure"] == "pay_stated") & (rows["region"] == "World")]
    (expected,) = rows[rows["role_group"] == "ai_jobs"].itertuples()
    frame = pay_disclosure(market, AS_OF)
    world = frame[(frame["region"] == "World") & (frame["role_group"] == "ai_jobs") & (frame["adverts"] == "stock")]
    assert (world["n_jobs"].sum(), world["n_stated"].sum()) == (expected.n_jobs, expected.n_yes)
    assert set(world["law"]) == {"in_force", "none", "unknown"}


def test_cells_are_printed_by_how_they_were_sampled(con: database.Connection) -> None:
    """14 employers, and 15 of which 14 state a range; employers with jobs in both, 14 and 15."""
    few = "not enough employers (14; 15 needed)"
    for country, n in (("AT", 15), ("DE", 14)):
        rows = [posting(1_000 * n + i, employer_id=f"e{i}", **(NO_PAY if i == 0 else {})) for i in range(n)]
        put_jobs(con, *((row, [country]) for row in rows))
    frame = pay_disclosure(con, AS_OF)
    ours, other = cell(frame, "in_force"), cell(frame, "none")
    assert (ours.status, ours.n_stated, ours.form) == ("published", 14, "interval")
    assert (ours.width_status, ours.width_reason) == ("suppressed", few)
    assert (other.status, other.reason) == ("suppressed", few)
    assert (ours.comparison_status, ours.comparison_reason) == ("suppressed", few)
    assert (ours.n_employers_both, ours.n_jobs_both, ours.n_jobs_other) == (14, 14, 14)
    assert pd.isna(ours.difference) and pd.isna(other.comparison_status) and pd.isna(other.n_employers_both)
    put_jobs(con, (posting(99_999, employer_id="e14", **NO_PAY), ["DE"]))
    ours = cell(pay_disclosure(con, AS_OF), "in_force")
    assert ours.comparison_status == "published" and ours.difference_lo < ours.difference < ours.difference_hi


def test_where_every_place_has_a_law_nothing_is_compared(con: database.Connection) -> None:
    put_jobs(con, *((posting(n), ["AT"]) for n in range(40)))
    row = cell(pay_disclosure(con, AS_OF), "in_force", region="AT")
    assert row.status == "published" and pd.isna(row.comparison_status) and pd.isna(row.n_jobs_other)


def test_an_empty_stock_gives_an_empty_mart(con: database.Connection) -> None:
    assert pay_disclosure(con, AS_OF).empty


def test_a_mart_passes_its_gate(market: database.Connection) -> None:
    rows = pay_disclosure(market, AS_OF)
    assert gate.check(rows, PayDisclosure, gate="mart", run_id="1").failures == ()
    assert set(rows["region_level"]) == {"world", "country", "subdivision"}
    assert set(rows.loc[rows["region_level"] == "subdivision", "region"]) == {"US-CO", "US-MA"}


def test_an_unchanged_night_computes_and_stores_nothing(market: database.Connection) -> None:
    sizes = []
    for day, is_new in ((AS_OF, True), (AS_OF + timedelta(days=1), False), (AS_OF + timedelta(days=500), False)):
        result = compute_marts(market, day, run_id="1")
        assert (PayDisclosure in result.frames) == is_new
        write_marts(market, result)
        sizes.append(market.execute("SELECT count(*) FROM mart.pay_disclosure_history").fetchall()[0][0])
    assert sizes[0] > 0 and sizes == sizes[:1] * 3


def test_another_reading_under_a_new_law_computes_the_mart_anew(con: database.Connection) -> None:
    """Nothing of the advert changed but the day on which its board was read."""
    before = datetime(2025, 10, 28, 2, tzinfo=UTC)
    put_jobs(con, (posting(1, first_seen_at=before, last_seen_at=before), ["US-MA"]))
    laws = []
    for at in (before, NOW):
        con.execute("UPDATE core.postings SET last_seen_at = ?", [at])
        con.execute("UPDATE core.posting_boards SET last_seen_at = ?", [at])
        con.execute("UPDATE ops.responses SET observed_at = ?", [at])
        result = compute_marts(con, at.date(), run_id="1")
        laws += result.frames[PayDisclosure].query("region == 'World' and role_group == 'all'")["law"].tolist()
        write_marts(con, result)
    assert laws == ["none", "in_force"]
