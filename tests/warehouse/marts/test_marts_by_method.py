"""One cell of each mart from the core tables in plain pandas, by the text of docs/methods.md alone.

Written as by somebody who has read that page and `warehouse/DICTIONARY.md`: no SQL of ours, nothing of the marts but
the rows that are checked. Shares and closing rates have theirs beside their tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tests.builders import night, open_copy
from tests.warehouse.marts.closing.test_closings import LAST, put_nights
from tests.warehouse.marts.coverage.test_frame import employer
from tests.warehouse.marts.test_marts import AS_OF, NOW, REGION, SOME_COUNTRIES, posting, put, report
from transforms.records.columns import fields_of
from transforms.records.definitions import BAND
from transforms.records.vocabulary import AI_GROUPS, SOC
from transforms.text.lookups import near_occupations, roles
from warehouse import database
from warehouse.marts.closing.closings import closings_left_out
from warehouse.marts.closing.time_listed import time_listed
from warehouse.marts.coverage.frame import frame_coverage, pay_ladder
from warehouse.marts.pay.salary_bands import salary_bands
from warehouse.tables import Countries, NearOccupations, OfficialWages, PostingPay, PostingPlaces, Roles

HERE = "Northern America"
LEVELS = ("mid", "senior")
NO_PAY: dict[str, Any] = dict.fromkeys(
    ("pay_low", "pay_high", "currency", "period", "pay_source", "annual_low", "annual_high", "annual_low_usd",
     "annual_high_usd", "pay_country", "pay_region", "pay_continent", "pay_market")
)  # fmt: skip
ODDITIES: tuple[dict[str, Any], ...] = (
    *[{}] * 30,
    *({"pay_tax": "net"}, {"pay_flag": "high_over_4x_low"}, {"period": "hour", "employment_type": None}),
    {"annual_high": None, "annual_high_usd": None, "pay_high": None},
    {"annual_low_usd": None, "annual_high_usd": None, "currency": "SEK"},
    {"currency": None, "annual_low_usd": None, "annual_high_usd": None},
)
"""What may be the matter with pay that is stated."""


def fill_market(con: database.Connection, n_adverts: int = 900) -> None:
    """Adverts of uneven employers that differ in whatever decides a cell; the boards are read on two days."""
    chance = np.random.default_rng(11)
    database.load_lookup(con, Countries, SOME_COUNTRIES)
    database.load_lookup(con, Roles, roles())
    adverts: list[Any] = []
    places, bonuses = [], []
    for number in range(n_adverts):
        source, board = ("x", "y")[int(chance.random() < 0.3)], int(chance.integers(9))
        at = NOW - timedelta(days=3 * (board == 0))
        fields: dict[str, Any] = {
            "source": source, "board": f"b{board}", "first_seen_at": at - timedelta(days=9), "last_seen_at": at,
            "employer_id": None if chance.random() < 0.05 else f"e{int(8 * chance.pareto(2)) % 60}",
            "role": chance.choice(("ai_engineer", "machine_learning_engineer", "ai_researcher", "data_engineer")),
            "seniority": chance.choice(("mid", "senior", "staff", "unstated", "intern"), p=(0.4, 0.4, 0.1, 0.05, 0.05)),
            "seniority_inferred": bool(chance.random() < 0.3),
            "employment_type": ("FULL_TIME", None, "PART_TIME")[chance.choice(3, p=(0.6, 0.3, 0.1))],
            "text_class": chance.choice(("full_advert", "snippet", "none"), p=(0.8, 0.1, 0.1)),
        }  # fmt: skip
        if number % 5 == 0 and number:
            fields["job_id"] = adverts[-1].job_id
        if chance.random() < 0.1:
            fields["last_seen_at"] = at - timedelta(days=2)
            fields["closed_on"] = (at - timedelta(days=1)).date()
        codes = list(dict.fromkeys(chance.choice(("US", "BR", "DE"), size=2, p=(0.85, 0.05, 0.1))))
        fields |= only_values(codes)
        pay_codes = codes if chance.random() < 0.9 else ["DE"]
        if chance.random() < 0.3:
            fields |= NO_PAY
        else:
            low = float(np.round(np.exp(chance.normal(11.9, 0.3)), -2))
            amounts = dict.fromkeys(("pay_low", "annual_low", "annual_low_usd"), low)
            amounts |= dict.fromkeys(("pay_high", "annual_high", "annual_high_usd"), low + 4e4)
            place = {f"pay_{name}": value or "several" for name, value in only_values(pay_codes).items()}
            fields |= amounts | place | ODDITIES[chance.integers(len(ODDITIES))]
        adverts.append(posting(number, **{"country": "US", **fields}))
        nothing: dict[str, Any] = dict.fromkeys(f.name for f in fields_of(PostingPlaces))
        for position, country in enumerate(codes):
            region, continent = REGION[country]
            own = {"posting_id": adverts[-1].posting_id, "position": position, "country": country, "region": region}
            places.append(PostingPlaces(**nothing | own | {"continent": continent, "reading": "stated"}))
        if chance.random() < 0.4:
            ends: dict[str, Any] = {"annual_low_usd": float(chance.integers(5, 50)) * 1e3, "annual_high_usd": None}
            bonuses.append(PostingPay(posting_id=adverts[-1].posting_id, position=5, component="bonus", **ends))
    put(con, [employer(f"e{i}", industry=("finance", "retail", None)[i % 3]) for i in range(60)])
    put(con, places)
    put(con, bonuses)
    put(con, adverts)


def only_values(codes: list[str]) -> dict[str, str | None]:
    """Country, region and continent that all these countries share, None where they differ."""
    columns = zip(*((country, *REGION[country]) for country in codes), strict=True)
    groups = (set(values) for values in columns)
    return {
        name: next(iter(values)) if len(values) == 1 else None
        for name, values in zip(("country", "region", "continent"), groups, strict=True)
    }


@pytest.fixture(scope="module")
def market(work_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[database.Connection]:
    """For tests that write nothing."""
    with open_copy(work_template, tmp_path_factory.mktemp("market")) as con:
        fill_market(con)
        yield con


# --- the core tables, as the page reads them ------------------------------------------------------------


def read(con: database.Connection, select: str) -> Any:
    return con.execute(select).df()


def read_stock(con: database.Connection) -> Any:
    """Adverts that the last reading of their board lists, in the order of their ids, with who counts for them."""
    adverts = read(con, "FROM core.postings")
    adverts = adverts[adverts["closed_on"].isna()].sort_values("posting_id", ignore_index=True)
    board = adverts["source"] + ":" + adverts["board"]
    adverts["employer"] = adverts["employer_id"].fillna(board).fillna(adverts["posting_id"])
    amounts = adverts["pay_low"].notna() | adverts["pay_high"].notna()
    adverts["states"] = amounts
    adverts["pays"] = amounts & adverts["currency"].notna()
    is_hourly = adverts["period"].isin(["hour", "day", "week"])
    full_time = adverts["employment_type"].eq("FULL_TIME") | (adverts["employment_type"].isna() & ~is_hourly)
    adverts["full_time"] = full_time & adverts["seniority"].ne("intern")
    ends = adverts[["annual_low", "annual_high", "annual_low_usd", "annual_high_usd"]].notna().all(axis=1)
    adverts["in_band"] = (
        adverts["full_time"] & ends & adverts["pay_flag"].isna() & adverts["pay_tax"].ne("net") & adverts["pays"]
    )
    adverts["in_dollars"] = adverts["annual_low_usd"].notna() | adverts["annual_high_usd"].notna()
    return adverts


def read_jobs(adverts: Any) -> Any:
    """What is a job's own: of its adverts, in the order of their ids, the first that says something."""
    return adverts.groupby("job_id").agg(
        employer=("employer", "first"), role_group=("role_group", "first"), seniority=("seniority", "first"),
        employment_type=("employment_type", lambda types: next(iter(types.dropna()), None)),
        states=("states", "any"), pays=("pays", "any"),
        is_read=("text_class", lambda classes: classes.eq("full_advert").any()),
    )  # fmt: skip


def first_paid(adverts: Any, region: str | None = None) -> Any:
    """Of each job the first advert whose pay counts in a region, or anywhere."""
    candidates = adverts[adverts["pays"] & (True if region is None else adverts["pay_region"].eq(region))]
    return candidates.drop_duplicates("job_id").set_index("job_id")


def read_here(con: database.Connection, adverts: Any) -> Any:
    """Adverts of the region: those that name it, and those whose pay counts there."""
    places = read(con, "FROM core.posting_places")
    ids = set(places.loc[places["region"] == HERE, "posting_id"])
    return adverts[adverts["posting_id"].isin(ids) | (adverts["pays"] & adverts["pay_region"].eq(HERE))]


# --- what was read --------------------------------------------------------------------------------------


def test_a_ladder_is_what_the_method_says(market: database.Connection) -> None:
    adverts = read_stock(market)
    jobs, here = read_jobs(adverts), read_here(market, adverts)
    pay, anywhere = first_paid(adverts, HERE), first_paid(adverts)
    rest = jobs.loc[sorted(set(here["job_id"]))]
    for name in ("role_group", "seniority"):  # of the advert whose pay counts, else the job's own
        rest[name] = pay[name].reindex(rest.index).fillna(rest[name])
    rest["in_dollars"] = pay["in_dollars"].reindex(rest.index).fillna(anywhere["in_dollars"].reindex(rest.index))
    rest["in_band"] = pay["in_band"].reindex(rest.index)
    steps = {"adverts": len(here), "jobs": len(rest)}
    conditions = {
        "ai_engineering": rest["role_group"].eq("ai_engineering"), "readable": rest["is_read"] | rest["states"],
        "pay_stated": rest["states"], "in_dollars": rest["in_dollars"].eq(True),
        "level_known": rest["seniority"].ne("unstated"), "at_level": rest["seniority"].isin(LEVELS),
        "paid_here": pd.Series(rest.index.isin(pay.index), rest.index), "in_band": rest["in_band"].eq(True),
    }  # fmt: skip
    mask = pd.Series(True, rest.index)
    for name, passes in conditions.items():
        mask &= passes
        steps[name] = int(mask.sum())
    rows = pay_ladder(market, AS_OF)
    rows = rows[(rows["region"] == HERE) & (rows["seniority_group"] == "mid_senior")].sort_values("position")
    assert dict(zip(rows["step"], rows["n"], strict=True)) == steps
    assert rows["n_lost"].tolist() == [0, *(-np.diff(list(steps.values())))]
    assert len(set(steps.values())) == len(steps), "each step loses somebody"


def test_coverage_is_what_the_method_says(market: database.Connection) -> None:
    """The cell of Northern America, source x and finance; of all sources another one."""
    adverts = read_stock(market)
    industry = read(market, "SELECT employer_id, industry FROM core.employers").set_index("employer_id")
    adverts["industry"] = adverts["employer_id"].map(industry["industry"])
    jobs, here = read_jobs(adverts), read_here(market, adverts)
    jobs["sector"] = adverts.groupby("job_id")["industry"].min().fillna("unknown")
    pay = first_paid(adverts, HERE)
    listings = read(
        market,
        "SELECT DISTINCT p.source, b.board, l.region, p.posting_id FROM core.posting_boards AS b"
        " JOIN core.postings AS p USING (posting_id) JOIN core.posting_places AS l USING (posting_id)",
    )
    boards = listings[listings["region"] == HERE].drop_duplicates(["source", "board"])  # no board's industry is known
    coverage = frame_coverage(market, AS_OF)
    for source, sector in (("x", "finance"), ("all", "retail"), ("y", "all"), ("all", "all")):
        own = adverts if source == "all" else adverts[adverts["source"] == source]
        own_here = here[here["job_id"].isin(jobs.index if sector == "all" else jobs.index[jobs["sector"] == sector])]
        own_here = own_here if source == "all" else own_here[own_here["source"] == source]
        cell = jobs.loc[sorted(set(own_here["job_id"]))]
        says = read_jobs(own[own["job_id"].isin(cell.index)])
        is_ai = cell["role_group"].isin(AI_GROUPS)
        its = pay.reindex(cell.index)
        in_band = its["in_band"].eq(True) & (True if source == "all" else its["source"].eq(source))
        n_boards = len(boards if source == "all" else boards[boards["source"] == source]) if sector == "all" else 0
        expected = {
            "n_boards": n_boards, "n_boards_read_whole": n_boards, "n_boards_in_stock": n_boards,
            "n_adverts": len(own_here), "n_jobs": len(cell), "n_ai_jobs": is_ai.sum(),
            "n_read_in_full": (is_ai & says["is_read"]).sum(), "n_paid": (is_ai & says["states"]).sum(),
            "n_in_band": (is_ai & in_band).sum(),
        }  # fmt: skip
        row = coverage[(coverage["region"] == HERE) & (coverage["source"] == source) & (coverage["sector"] == sector)]
        assert row[list(expected)].to_dict("records") == [expected], (source, sector)
        assert expected["n_in_band"] > 0


# --- pay ------------------------------------------------------------------------------------------------


def one(rows: Any, **key: str) -> Any:
    usual = {"seniority_group": "mid_senior", "role_group": "ai_engineering", "role": "all", "pay_market": "all",
             "currency": "USD", "region": HERE}  # fmt: skip
    for column, value in (usual | key).items():
        rows = rows[rows[column] == value]
    (row,) = rows.to_dict("records")
    return pd.Series(row)


def quantile(values: np.ndarray[Any, Any], p: float, even: float) -> float:
    """The value at the level p + (p - 1/2) / (3 G*), the i-th of n standing at (i - 1/2) / n."""
    at = p + (p - 0.5) / (3 * even)
    return float(np.interp(at, (np.arange(len(values)) + 0.5) / len(values), np.sort(values)))


def interval(values: Any, employers: Any, p: float, level: float) -> tuple[float, float]:
    """Amounts at which the share of jobs at or below does not differ from p by more than t standard errors."""
    m = employers.value_counts().sort_index().astype(float)
    n, g, even = m.sum(), len(m), m.sum() ** 2 / (m**2).sum()
    amounts = np.sort(values.unique())

    def below(amount: float) -> Any:
        return (values <= amount).groupby(employers).sum().reindex(m.index).astype(float)

    y = below(amounts[np.searchsorted(np.array([below(a).sum() for a in amounts]) / n, p)])  # at the quantile
    f = y.sum() / n
    between, within = (m * (y / m - f) ** 2).sum() / (g - 1), (y * (1 - y / m)).sum() / (n - g)
    k = (n - (m**2).sum() / n) / (g - 1)
    kish = 1 + ((m**2).sum() / n - 1) * np.clip((between - within) / (between + (k - 1) * within), 0, 1)
    t = stats.t.ppf(0.5 + level / 2, even - 1)
    moves = (y - f * m) / (n - m)
    skewness, usual = (moves**3).sum() / (moves**2).sum() ** 1.5, (1 - 2 * f) / np.sqrt(n * f * (1 - f))
    if usual * skewness > 0:
        skewness = np.sign(skewness) * max(abs(skewness) - abs(usual), 0)
    shift = np.clip(skewness * (2 * min(t, 2.5) ** 2 + 1) / 6, -t, t)
    refused_below, refused_above = [], []
    for amount in amounts:
        y = below(amount)
        f = y.sum() / n
        v = (g - 1) / g * ((((y.sum() - y) / (n - m)) - f) ** 2).sum()
        v = max(v, np.sqrt(v * kish * f * (1 - f) / n), f * (1 - f) / n)
        v *= max(1.0, p * (1 - p) / (f * (1 - f))) if 0 < f < 1 else 1.0
        refused_below.append(f + (t + max(shift, 0)) * np.sqrt(v) < p)
        refused_above.append(f - (t - min(shift, 0)) * np.sqrt(v) > p)
    low = amounts[int(np.argmin(refused_below))]
    high = amounts[min(int(np.flatnonzero(~np.array(refused_above)).max()) + 1, len(amounts) - 1)]
    return float(low), float(high)


def test_what_silence_may_change_of_a_median_is_what_the_method_says(market: database.Connection) -> None:
    adverts = read_stock(market)
    jobs, pay = read_jobs(adverts), first_paid(adverts, HERE)
    of_cell = pay[pay["role_group"].eq("ai_engineering") & pay["seniority"].isin(LEVELS)]
    band = of_cell[of_cell["in_band"]]
    unclear = of_cell[of_cell["full_time"] & ~of_cell["in_band"]]
    alone = set(adverts.loc[adverts["region"] == HERE, "job_id"])  # all places of an advert lie there
    mute = jobs[~jobs["pays"] & jobs["role_group"].eq("ai_engineering") & jobs["seniority"].isin(LEVELS)]
    mute = mute[mute["employment_type"].fillna("FULL_TIME").eq("FULL_TIME") & mute.index.isin(alone)]
    employers = pd.concat([band["employer"], unclear["employer"], mute["employer"]], ignore_index=True)
    middle = (band["annual_low_usd"] + band["annual_high_usd"]) / 2
    n_silent = len(unclear) + len(mute)
    m = employers.value_counts().astype(float)
    even = m.sum() ** 2 / (m**2).sum()
    less, more = (
        pd.Series(np.concatenate([middle, np.full(n_silent, amount)])) for amount in (1.0, 1e12)
    )  # an amount below all and above all others
    ends = [quantile(values.to_numpy(), 0.5, even) for values in (less, more)]
    low, high = interval(less, employers, 0.5, 0.95)[0], interval(more, employers, 0.5, 0.95)[1]

    def at_odds(odds: float) -> float:
        z = (np.log(middle) - np.log(middle).mean()) / np.log(middle).std(ddof=0)
        tilt = odds**-z
        weight = (1 + n_silent * tilt / tilt.sum()).sort_index(key=middle.reindex)
        is_reached = weight.cumsum() >= weight.sum() / 2
        return float(middle.reindex(weight.index)[is_reached].iloc[0])

    row = one(salary_bands(market, AS_OF), basis="advertised")
    expected = {
        "n_jobs": len(band), "n_silent": n_silent, "p50_if_less": ends[0], "p50_if_more": ends[1],
        "p50_bounds_lo": low, "p50_bounds_hi": high, "p50_if_odds_half": at_odds(0.5),
        "p50_if_odds_double": at_odds(2.0),
    }  # fmt: skip
    assert {name: row[name] for name in expected} == pytest.approx(expected, abs=0.01)
    assert row["status"] == "published" and len(unclear) > 3 and len(mute) > 20


def test_a_band_of_bonuses_is_what_the_method_says(market: database.Connection) -> None:
    adverts = read_stock(market)
    bonus = read(market, "FROM core.posting_pay")
    bonus = bonus[bonus["component"] == "bonus"].merge(adverts, on="posting_id", suffixes=("_bonus", ""))
    bonus = bonus[bonus["role_group"].eq("ai_engineering") & bonus["seniority"].ne("intern")]
    low, high = bonus["annual_low_usd_bonus"], bonus["annual_high_usd_bonus"]
    bonus["amount"] = (low.fillna(high) + high.fillna(low)) / 2
    bonus = bonus.sort_values("posting_id").drop_duplicates("job_id")
    bonus = bonus[bonus["pay_region"].fillna(bonus["region"]).eq(HERE)]
    m = bonus["employer"].value_counts().astype(float)
    even = m.sum() ** 2 / (m**2).sum()
    row = one(salary_bands(market, AS_OF), basis="advertised_bonus", seniority_group="all")
    low, high = interval(bonus["amount"], bonus["employer"], 0.5, 0.95)
    expected = {
        "n_jobs": len(bonus), "n_employers": len(m), "n_even_employers": even,
        "p25": quantile(bonus["amount"].to_numpy(), 0.25, even), "p50": quantile(bonus["amount"].to_numpy(), 0.5, even),
        "p50_lo": low, "p50_hi": high,
    }  # fmt: skip
    assert {name: row[name] for name in expected} == pytest.approx(expected, abs=0.01)
    assert pd.isna(row["band_low"])


def test_a_band_of_a_third_party_is_what_the_method_says(con: database.Connection) -> None:
    """Pairs of two snapshots and three years, some twice, some with one end, of part-time work or too far apart."""
    database.load_lookup(con, Countries, SOME_COUNTRIES)
    chance = np.random.default_rng(3)
    rows = []
    for pair in range(1, 121):
        low = float(chance.integers(80, 200)) * 1e3
        fields: dict[str, Any] = {
            "title": f"t{pair % 90}", "year": int(chance.choice((2024, 2025, 2026))),
            "seniority": str(chance.choice(("mid", "senior", "intern"), p=(0.4, 0.5, 0.1))),
            "employment_type": str(chance.choice(("FULL_TIME", "PART_TIME"), p=(0.9, 0.1))),
            "snapshot_on": date(2026, 8, 1) if pair > 10 else date(2026, 7, 1),
        }  # fmt: skip
        amounts = [low, low * chance.choice((1.2, 1.5, 5.0), p=(0.5, 0.4, 0.1))][: 1 + int(chance.random() < 0.95)]
        rows += [report(2 * pair + k, amount, 2 * pair, **fields) for k, amount in enumerate(amounts)]
    put(con, [*rows, *(report(5_000 + k, 1e5 + k, 5_000, title="same") for k in range(2)),
              *(report(6_000 + k, 1e5 + k, 6_000, title="same") for k in range(2))])  # fmt: skip
    reports = read(con, "FROM core.pay_reports")
    reports = reports[
        reports["snapshot_on"].eq(reports["snapshot_on"].max()) & reports["employment_type"].eq("FULL_TIME")
    ]
    reports = reports[reports["year"].ge(2025) & reports["seniority"].isin(LEVELS)]
    pairs = reports.groupby("pair_row").agg(
        n=("row", "size"), low=("pay_usd_stated", "min"), high=("pay_usd_stated", "max"),
        title=("title", "first"), seniority=("seniority", "first"), year=("year", "first"),
    )  # fmt: skip
    pairs = pairs[pairs["n"].eq(2) & (pairs["high"] <= 4 * pairs["low"])]
    pairs = pairs.drop_duplicates(["title", "seniority", "low", "high", "year"])
    n = len(pairs)
    middle = ((pairs["low"] + pairs["high"]) / 2).to_numpy()
    row = one(salary_bands(con, AS_OF), basis="advertised_third_party")
    expected = {
        "n_jobs": n, "band_low": quantile(pairs["low"].to_numpy(), BAND.low, n),
        "band_high": quantile(pairs["high"].to_numpy(), BAND.high, n), "p50": quantile(middle, 0.5, n),
        "p90": quantile(middle, 0.9, n),
    }  # fmt: skip
    assert {name: row[name] for name in expected} == pytest.approx(expected, abs=0.01)
    assert (row["status"], row["form"]) == ("low", "point") and pd.isna(row["p50_lo"]) and n >= 30


def test_an_official_row_is_what_the_method_says(con: database.Connection) -> None:
    """The newest month of the whole country, as the office printed it."""
    database.load_lookup(con, Roles, roles())
    database.load_lookup(con, NearOccupations, near_occupations())
    nothing: dict[str, Any] = dict.fromkeys(f.name for f in fields_of(OfficialWages))
    wages = []
    for year, area, p50 in ((2023, "99", 90e3), (2024, "99", 100e3), (2024, "0001", 70e3), (2027, "99", 200e3)):
        quartiles = {f"annual_p{p}": p50 * (1 + (p - 50) / 100) for p in (10, 25, 50, 75, 90)}
        wages.append(OfficialWages(**nothing | quartiles | {
            "source": "bls", "area": area, "area_title": "t", "country": "US", "occupation": "15-2051", "warc": "b/1",
            "occupation_title": "Data Scientists", "period_on": date(year, 5, 1), "currency": "USD", "record": 0,
            "period_to": date(year, 5, 31), "employment": 1_000.0, "top_coded": (), "is_national": area == "99",
            **dict.fromkeys(("earnings", "coverage", "annual_from"), "said"), "scheme": SOC, "stated_period": "year",
            "periods_per_year": 1.0, "due_on": date(year + 2, 5, 1),
        }))  # fmt: skip
    put(con, wages)
    newest = read(con, "FROM core.official_wages")
    newest = newest[newest["area"].eq("99") & (newest["period_on"].dt.date <= AS_OF)].sort_values("period_on").iloc[-1]
    bands = salary_bands(con, AS_OF)
    row = one(
        bands, basis="official", region="US", role_group="ai_science", role="data_scientist", seniority_group="all"
    )
    names = ("p10", "p25", "p50", "p75", "p90")
    assert [row[name] for name in names] == [newest[f"annual_{name}"] for name in names]
    assert (row["n_jobs"], row["status"]) == (newest["employment"], "low") and pd.isna(row["band_low"])


# --- what closes ----------------------------------------------------------------------------------------


def read_intervals(con: database.Connection) -> tuple[Any, Any]:
    """Intervals between complete readings of each board, and which adverts each reading lists."""
    times = read(con, "SELECT board, observed_at AS at, is_complete FROM ops.responses ORDER BY ALL")
    listings = read(con, "SELECT board, posting_id, first_seen_at, last_seen_at FROM core.posting_boards")
    rows, there = [], []
    for board, its in times.groupby("board"):
        at = its.loc[its["is_complete"], "at"].tolist()
        misses = its.loc[~its["is_complete"], "at"].tolist()
        own = listings[listings["board"] == board]
        lists = [set(own.loc[(own["first_seen_at"] <= t) & (own["last_seen_at"] >= t), "posting_id"]) for t in at]
        there += [(board, k, posting_id) for k, ids in enumerate(lists) for posting_id in ids]
        for k, t in enumerate(at):
            again = at[k + 1] if k + 1 < len(at) else next(iter(misses), None)
            if again is not None:
                is_confirmed = k + 2 < len(at)
                n_lost = len(lists[k].difference(*lists[k + 1 : k + 3]))
                rows.append(
                    (board, k, t, again, (again - t).days, len(lists[k]), n_lost, is_confirmed, k + 1 == len(at))
                )
    columns = ["board", "number", "at", "again", "d", "n", "k", "is_confirmed", "is_gone"]
    return pd.DataFrame(rows, columns=columns), pd.DataFrame(there, columns=["board", "number", "posting_id"])


def find_rate(its: Any) -> float:
    """The closing rate, as under "How" of closing rates."""
    pooled = its.assign(nd=its["n"] * its["d"]).groupby(["board", "d"])[["n", "k", "nd"]].sum()
    events = [n * sum(1 / (n - i) for i in range(k)) for n, k in zip(pooled["n"], pooled["k"], strict=True)]
    return float(sum(events) / pooled["nd"].sum())


def find_own_rate(intervals: Any, row: Any) -> float:
    """The rate of a board's other intervals, all pooled."""
    others = intervals[(intervals["board"] == row["board"]) & (intervals["number"] != row["number"])]
    n, k = others["n"].sum(), others["k"].sum()
    return float(n * sum(1 / (n - i) for i in range(k)) / (others["n"] * others["d"]).sum()) if n else 0.0


def test_closings_left_out_are_what_the_method_says(con: database.Connection, tmp_path: Path) -> None:
    """Boards that lose a few, one that loses most in a night, one that does within weeks, and one that is gone."""
    chance = np.random.default_rng(7)
    lives = {f"b{board}": chance.exponential(60, 15) for board in range(12)}
    nights: dict[int, dict[str, list[str]]] = {
        number: {
            board: [f"{board}-{i}" for i, life in enumerate(its) if life >= number] for board, its in lives.items()
        }
        for number in (0, 1, 2, 16, 30, 31, 32)
    }
    for number, its in nights.items():
        its["mass"] = [f"mass-{i}" for i in range(20 if number < 1 else 9)]
        its["gone"] = [f"gone-{i}" for i in range(5)] if number < 31 else []
        its["slow"] = [f"slow-{i}" for i in range(10 if number < 16 else 4)]
    nights[32].pop("gone")
    put_nights(con, tmp_path, nights)
    intervals, _ = read_intervals(con)
    usable = intervals[~intervals["is_gone"] & intervals["n"].gt(0) & intervals["d"].between(1, 14)]
    is_many = usable["n"].ge(10) & (usable["k"] > usable["n"] / 2)
    rate = find_rate(usable[~is_many])
    many = usable[is_many]
    rates = [max(rate, find_own_rate(usable, row)) for _, row in many.iterrows()]
    rare = [
        stats.binom.sf(row["k"] - 1, row["n"], 1 - np.exp(-2 * r * row["d"])) < 0.001
        for r, (_, row) in zip(rates, many.iterrows(), strict=True)
    ]
    expected = {
        (row["board"], row["at"].date(), row["n"], row["k"], "mass_closing") for _, row in many[rare].iterrows()
    }
    departures = intervals[intervals["is_gone"]]
    expected |= {(row["board"], row["at"].date(), row["n"], row["n"], "board_gone") for _, row in departures.iterrows()}
    frame = closings_left_out(con, LAST)
    rows = {tuple(row) for row in frame[["board", "read_on", "n_open", "n_gone", "why"]].values}
    assert rows == expected
    assert {row[0] for row in rows} >= {"mass", "gone"} and "slow" in set(many["board"])


def test_time_listed_is_what_the_method_says(con: database.Connection, tmp_path: Path) -> None:
    """Boards with old adverts and new ones that last for weeks, read every six days."""
    chance = np.random.default_rng(5)
    lives = {f"b{board}": (chance.uniform(1, 40, 16), chance.exponential(45, 16)) for board in range(20)}
    nights = {
        number: {
            board: [f"{board}-old", *(f"{board}-{i}" for i in range(16) if begin[i] <= number <= begin[i] + life[i])]
            for board, (begin, life) in lives.items()
        }
        for number in range(0, 85, 6)
    }
    put_nights(con, tmp_path, nights)
    intervals, there = read_intervals(con)
    certain = intervals[intervals["is_confirmed"]]
    last_number = certain.groupby("board")["number"].max()
    spells = []
    at = {(row.board, row.number): row.at for row in intervals.itertuples()}
    at |= {(row.board, row.number + 1): row.again for row in intervals.itertuples()}
    for (board, _), numbers in there.groupby(["board", "posting_id"])["number"]:
        first, last = numbers.min(), numbers.max()
        if first == 0 or first > last_number[board]:
            continue  # the first day is not known, or no interval that counts lists it
        birth = at[board, first - 1] + (at[board, first] - at[board, first - 1]) / 2
        is_closed = last <= last_number[board]
        end = (
            at[board, last] + (at[board, last + 1] - at[board, last]) / 2
            if is_closed
            else at[board, last_number[board] + 1]
        )
        spells.append(
            (board, (at[board, first] - birth) / timedelta(days=1), (end - birth) / timedelta(days=1), is_closed)
        )
    its: Any = pd.DataFrame(spells, columns=["board", "entry", "exit", "closed"])
    days = (its["exit"] - its["entry"]).groupby(its["board"]).sum()
    even, g = days.sum() ** 2 / (days**2).sum(), len(days)
    share, greenwood, surplus = 1.0, 0.0, dict.fromkeys(days.index, 0.0)
    for time in sorted(its.loc[its["closed"] & its["exit"].le(30), "exit"].unique()):
        at_risk = its[(its["entry"] < time) & (its["exit"] >= time)]
        closing = at_risk[at_risk["closed"] & at_risk["exit"].eq(time)]
        share *= 1 - len(closing) / len(at_risk)
        greenwood += len(closing) / (len(at_risk) * (len(at_risk) - len(closing)))
        for board in surplus:
            events = (closing["board"] == board).sum() - (at_risk["board"] == board).sum() * len(closing) / len(at_risk)
            surplus[board] += events / len(at_risk)
    error = np.sqrt(max(g / (g - 1) * sum(value**2 for value in surplus.values()), greenwood))
    reach = np.exp(stats.t.ppf(0.975, even - 1) * error / -np.log(share))
    rows = time_listed(con, LAST)
    (row,) = rows[(rows["days"] == 30) & (rows["region"] == "World")].to_dict("records")
    expected = {
        "n_adverts": len(its), "n_closed": its["closed"].sum(), "n_employers": g, "n_even": even,
        "open_days": days.sum(),
        "n_at_risk": (its["entry"].lt(30) & its["exit"].ge(30)).sum(), "share": share,
        "share_lo": share**reach, "share_hi": share ** (1 / reach),
    }  # fmt: skip
    assert {name: row[name] for name in expected} == pytest.approx(expected)
    assert row["status"] == "published" and night(0).date() < row["period_from"]
