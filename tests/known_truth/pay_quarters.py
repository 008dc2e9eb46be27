"""Boards read through five quarters, on which a job counts once, pay rises by a known part a year, the mix changes.

What `pay_changes` does not try: which adverts a quarter counts. The made adverts stand in the tables of a work file,
and `mart.pay_changes` reads them as it reads ours: a market is a country of its own. Written before it was run; seed
as in `markets`. Employers have real sizes, one board each, and `N_TITLES_OF_EMPLOYER` titles that they advertise again.

- Adverts open at any time and stay open for `DAYS_OPEN` on average, so many of a quarter's are still listed in the
  next. `AGAIN` of the jobs get a second advert, at the same pay, in the quarter after the first.
- A board is first read at the start of a quarter, with all that is open then: `LATE` of them after the first quarter.
  All but `UNDATED` of the adverts state on which day they were first listed.
  Each quarter `UNREAD` of the boards give no list; what is still open afterwards is first seen then.
- Log odds of titles and of levels drift each quarter. Titles move by themselves, at all employers alike, and employers
  do, each as much in a year as `pay_changes.SD_MOVE` says. Pay rises by the day.

The estimand is the rise of pay of new adverts for the same title and level at the same employer, from quarter to
quarter and over a year.
"""

from __future__ import annotations

import string
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise, product
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from tests.builders import Answer, load, paid, refined
from tests.known_truth.markets import SEED, Floats, Ints, read_generators
from tests.known_truth.pay_changes import (
    LEVEL_DRIFT,
    LEVEL_STEP,
    N_LEVELS,
    N_TITLES,
    PAY_CORRELATION,
    RISES,
    SD_DRIFT,
    SD_JOB,
    SD_MOVE,
    SD_TITLE,
    ZIPF,
)
from tests.known_truth.scoring import Line, Score, find_misses
from transforms.records.rows import Place
from warehouse import database
from warehouse.marts.pay.pay_changes import pay_changes

QUARTERS = tuple(date(2025 + (3 + n) // 4, 1 + 3 * ((3 + n) % 4), 1) for n in range(6))
"""First days of the five quarters, Q4 2025 to Q4 2026, and of the one after."""
AS_OF = QUARTERS[-1] - timedelta(days=1)
STOCK = 400
"""Adverts open on a day on all boards of a market."""
DAYS_OPEN, AGAIN = 60.0, 0.1
LATE, UNREAD, UNDATED = 0.25, 0.05, 0.2
N_TITLES_OF_EMPLOYER = 3
MARKETS = 600
"""Markets of a row: a coverage of 95 % is then within 1.8 points of itself."""
LEVELS = ("junior", "mid", "senior", "staff")
COUNTRIES = tuple(map("".join, product(string.ascii_uppercase, repeat=2)))
FIRST = datetime(QUARTERS[0].year, QUARTERS[0].month, QUARTERS[0].day, 3, tzinfo=UTC)
STARTS = np.array([(day - QUARTERS[0]).days for day in QUARTERS])


def draw_adverts(rng: np.random.Generator, rise: float, *, stock: int = STOCK) -> pd.DataFrame:
    """Draw a market's adverts that were ever read: employer, title, level, days first and last seen, job and pay."""
    generator = read_generators()[1]
    sizes = rng.choice(generator.sizes, stock, p=generator.chances)
    sizes = np.minimum(sizes[np.cumsum(sizes) - sizes < stock], stock // 4)
    n_employers, days = len(sizes), int(STARTS[-1])
    opened_before = 4 * DAYS_OPEN
    n = rng.poisson(sizes * (days + opened_before) / DAYS_OPEN)
    employer = np.repeat(np.arange(n_employers), n)
    opened = rng.uniform(-opened_before, days, len(employer))
    closed = opened + rng.exponential(DAYS_OPEN, len(employer))
    quarter = np.clip(np.searchsorted(STARTS, opened, side="right") - 1, 0, len(STARTS) - 2)
    title = _draw_titles(rng, n_employers, employer, quarter)
    part = np.exp(LEVEL_DRIFT / 4 * quarter[:, None] * np.arange(N_LEVELS))
    level = (rng.random(len(employer))[:, None] > np.cumsum(part / part.sum(axis=1, keepdims=True), axis=1)).sum(axis=1)
    pay = _draw_pay(rng, employer, title, level, quarter) + rise * opened / 365.25
    first, last = _find_seen(rng, n_employers, employer, opened, closed)
    drawn = pd.DataFrame(
        {"employer": employer, "title": title, "level": level, "first": first, "last": last, "pay": pay}
    ).assign(job=np.arange(len(employer)), posted=np.floor(opened))
    drawn.loc[rng.random(len(drawn)) < UNDATED, "posted"] = np.nan
    again = drawn[rng.random(len(drawn)) < AGAIN]
    again = again.assign(first=again["first"] + 91, last=again["last"] + 91, posted=again["posted"] + 91)
    seen = pd.concat([drawn, again[again["first"] < days]], ignore_index=True)
    return seen[seen["first"].notna()]


def _draw_titles(rng: np.random.Generator, n_employers: int, employer: Ints, quarter: Ints) -> Ints:
    """Titles of the adverts: each employer has its own few, of which the odds drift in the whole market."""
    odds = -ZIPF * np.log(np.arange(1, N_TITLES + 1))
    of_employer = np.argsort(-(odds + rng.gumbel(size=(n_employers, N_TITLES))), axis=1)[:, :N_TITLES_OF_EMPLOYER]
    drift = np.cumsum(SD_DRIFT / 2 * rng.standard_normal((len(STARTS) - 1, N_TITLES)), axis=0)
    choice = (odds + drift)[quarter[:, None], of_employer[employer]] + rng.gumbel(
        size=(len(employer), N_TITLES_OF_EMPLOYER)
    )
    return np.asarray(of_employer[employer, choice.argmax(axis=1)])


def _draw_pay(rng: np.random.Generator, employer: Ints, title: Ints, level: Ints, quarter: Ints) -> Floats:
    """Log pay without its rise: titles and employers differ, and move by themselves from quarter to quarter."""
    n_quarters, of_employers = len(STARTS) - 1, SD_JOB * np.sqrt(PAY_CORRELATION)
    moves, employers_move = (
        np.cumsum(SD_MOVE / 2 * rng.standard_normal((n_quarters, n)), axis=0) for n in (N_TITLES, employer.max() + 1)
    )
    titles, employers = SD_TITLE * rng.standard_normal(N_TITLES), of_employers * rng.standard_normal(employer.max() + 1)
    noise = SD_JOB * np.sqrt(1 - PAY_CORRELATION) * rng.standard_normal(len(employer))
    moved = moves[quarter, title] + employers_move[quarter, employer]
    return np.asarray(np.log(1e5) + titles[title] + LEVEL_STEP * level + employers[employer] + moved + noise)


def _find_seen(
    rng: np.random.Generator, n_employers: int, employer: Ints, opened: Floats, closed: Floats
) -> tuple[Floats, Floats]:
    """Days on which adverts are first and last seen, from the first; NaN for those never seen."""
    start = np.where(rng.random(n_employers) < LATE, rng.integers(1, len(STARTS) - 1, n_employers), 0)
    is_read = rng.random((n_employers, len(STARTS) - 1)) >= UNREAD
    is_read &= np.arange(len(STARTS) - 1) >= start[:, None]
    first, last = np.full(len(employer), np.nan), np.full(len(employer), np.nan)
    for quarter, (begin, end) in enumerate(pairwise(STARTS)):
        at, until = np.maximum(opened, begin), np.minimum(closed, end)
        is_seen = is_read[employer, quarter] & (np.ceil(at) < until)
        first = np.where(is_seen & np.isnan(first), np.ceil(at), first)
        last = np.where(is_seen, np.ceil(until) - 1, last)
    return first, last


def write_markets(con: database.Connection, folder: Path, markets: list[pd.DataFrame]) -> None:
    """Put each market's adverts into the tables of an empty work file, as those of a country, with its readings."""
    example = paid(
        1e5, "USD", title="x", employer="Example", board="b", role="software_engineer", role_group="other_engineering",
        pay_high=1e5, annual_high=1e5, country="US", pay_country="US", employment_type="FULL_TIME", text_state="full",
        text="x", places=(Place(place_text="Boston", country="US", continent="Americas"),),
    )  # fmt: skip
    load(con, refined(folder, "example", Answer(FIRST, [example], board="b")))
    adverts = pd.concat([one.assign(market=COUNTRIES[n]) for n, one in enumerate(markets)], ignore_index=True)
    con.register(
        "made",
        adverts.assign(
            name=np.arange(len(adverts)),
            level=np.array(LEVELS)[adverts["level"]],
            posted=adverts["posted"].astype("Int64"),
        ),
    )
    con.execute("CREATE TEMP TABLE example AS FROM core.postings")
    con.execute("CREATE TEMP TABLE response AS FROM ops.responses")
    con.execute("DELETE FROM core.posting_boards; DELETE FROM ops.responses; DELETE FROM core.postings")
    con.execute(f"""
        CREATE TEMP VIEW dated AS SELECT *, market || '-' || name AS id, market || '-' || employer AS made_board,
            {_at("first")} AS seen_from, {_at("last")} AS seen_to, ({_at("posted")})::DATE AS posted_on
        FROM made""")
    con.execute("""
        INSERT INTO core.postings SELECT e.* REPLACE (id AS posting_id, made_board AS board, made_board AS employer_id,
            'Title ' || m.title AS title, level AS seniority, market || '-' || job AS job_id, market AS pay_country,
            exp(pay) AS annual_low, exp(pay) AS annual_high, seen_from AS first_seen_at, seen_from AS version_from,
            seen_to AS last_seen_at, m.posted_on AS posted_on)
        FROM example AS e, dated AS m""")
    con.execute("""
        INSERT INTO core.posting_boards BY NAME
        SELECT id AS posting_id, made_board AS board, seen_from AS first_seen_at, seen_to AS last_seen_at FROM dated""")
    con.execute("""
        INSERT INTO ops.responses SELECT r.* REPLACE (r.record + row_number() OVER () AS record, made_board AS board,
            read_at AS observed_at)
        FROM response AS r, (SELECT DISTINCT made_board, unnest([seen_from, seen_to]) AS read_at FROM dated)""")
    con.execute("DELETE FROM core.countries")
    con.execute("""
        INSERT INTO core.countries BY NAME
        SELECT DISTINCT market AS country, market || 'A' AS alpha3, market AS name, '000' AS m49, 'Made' AS region,
            'Made' AS continent, ['USD'] AS currencies FROM made""")


def _at(column: str) -> str:
    return f"TIMESTAMPTZ '{FIRST.isoformat()}' + to_days(CAST({column} AS INTEGER))"


def score_quarters(n_markets: int = MARKETS, *, stock: int = STOCK) -> list[Line]:
    """Changes from quarter to quarter, and over the year, as the mart gives them."""
    return [line for rise in RISES for line in score_rise(rise, n_markets, stock=stock)]


def find_changes(rise: float, n_markets: int, *, stock: int = STOCK, seed: int = SEED) -> pd.DataFrame:
    """Rows of `mart.pay_changes` of so many markets."""
    rng = np.random.default_rng([seed, *b"quarters", stock])
    markets = [draw_adverts(rng, rise, stock=stock) for _ in range(n_markets)]
    with TemporaryDirectory() as folder:
        con = database.open_work(Path(folder))
        write_markets(con, Path(folder), markets)
        rows = pay_changes(con, AS_OF)
        con.close()
    return rows[rows["basis"] == "advertised"]


def score_rise(rise: float, n_markets: int, *, stock: int = STOCK) -> Iterator[Line]:
    """The lines of one rise."""
    rows = find_changes(rise, n_markets, stock=stock)
    shown = rows[rows["change"].notna()]
    whole = shown[(shown["period"] == "2026-Q4") & (shown["chained_from"] == "2025-Q4")]
    quarter, kind = rise / 4, f"truth {100 * np.expm1(rise):.1f} % a year"
    parts = (
        ("quarter", shown, "change", quarter),
        ("first quarter", shown[shown["previous"] == "2025-Q4"], "change", quarter),
        ("year, in a chain", whole, "chain", rise),
    )
    for name, part, column, truth in parts:
        value, low, high = (np.log1p(part[column + end].to_numpy(float)) for end in ("", "_lo", "_hi"))
        covers = float(((low <= truth) & (truth <= high)).mean())
        width = float(np.median(high - low)) / (3.92 * float(value.std()))
        result = Score(
            len(part), 0, len(part), covers, covers, float((low > truth).mean()), float((high < truth).mean()), width,
            width, float(value.mean()) - truth,
        )  # fmt: skip
        yield Line("changes", "boards", stock, kind, name, result, find_misses(result))
