"""What the marts of a million jobs cost: time and memory at 10,000, 100,000 and 1,000,000 synthetic jobs.

`make long`, or `python -m tests.bench.million`. Jobs are made in SQL: two readings of each board a day apart, employers
with the sizes of the whole market (tests/known_truth/employer_sizes.csv, drawn again and again), five skills of 471
each, pay in every third, places in 60 countries, a tenth of the jobs gone at the second reading. Each size is a process
of its own, so that its peak of memory is its own.
"""

from __future__ import annotations

import csv
import math
import resource
import sys
import tempfile
import time
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from transforms.records.columns import table_of
from warehouse import database
from warehouse.load.lookups import load_lookups
from warehouse.marts import staging
from warehouse.marts.compute import MARTS, compute_marts, write_marts

SIZES = (10_000, 100_000, 1_000_000)
AS_OF, NEXT_DAY, EDITED_DAY = date(2026, 8, 17), date(2026, 8, 18), date(2026, 8, 19)
EDIT = """
UPDATE core.postings SET pay_low = pay_low + 1, annual_low = annual_low + 1, annual_low_usd = annual_low_usd + 1,
    workplace = 'hybrid'
WHERE hash(posting_id, 1) % 100 = 0
"""
"""What one job in a hundred says otherwise."""
MAX_OVER_N_LOG_N = 1.5
"""How many times n log n the time may grow from one size to the next."""
EMPLOYER_SIZES = Path(__file__).parents[1] / "known_truth" / "employer_sizes.csv"
CELL = "ai_market"
POSTINGS = """
INSERT INTO core.postings BY NAME
WITH places AS (
    SELECT country, region, continent, row_number() OVER (ORDER BY country) - 1 AS place
    FROM core.countries WHERE region IS NOT NULL
), job_roles AS (
    SELECT role, role_group, row_number() OVER (ORDER BY role) - 1 AS number FROM core.roles
), numbers AS (
    SELECT i, (hash(i) >> 1)::BIGINT AS h, (SELECT count(*) FROM job_roles) AS n_roles FROM range($n) AS r (i)
), employers AS (
    SELECT i, employer FROM numbers ASOF JOIN sizes ON numbers.i >= sizes.first_job
)
SELECT
    'x:' || lpad(n.i::VARCHAR, 8, '0') AS posting_id, posting_id AS job_id, 'x' AS source,
    'b' || e.employer % 3000 AS board, 't' AS title, 't' AS title_key, [] AS vacancy_places,
    'e' || e.employer AS employer_id, r.role, r.role_group,
    ['mid', 'senior', 'junior', 'staff'][1 + (n.h // 7) % 4] AS seniority, false AS seniority_inferred,
    'full' AS text_state, 'full_advert' AS text_class, true AS is_drawn, 'en' AS language,
    'FULL_TIME' AS employment_type,
    ['remote', 'hybrid', 'onsite', NULL][1 + (n.h // 11) % 4] AS workplace,
    CASE WHEN n.h % 3 = 0 THEN 9e4 + (n.h // 13) % 90 * 1e3 END AS pay_low, pay_low + 4e4 AS pay_high,
    pay_low AS annual_low, pay_high AS annual_high, pay_low AS annual_low_usd, pay_high AS annual_high_usd,
    CASE WHEN n.h % 3 = 0 THEN 'USD' END AS currency, CASE WHEN n.h % 3 = 0 THEN 'year' END AS period,
    CASE WHEN n.h % 3 = 0 THEN 'stated' END AS pay_source, p.country AS pay_country, p.region AS pay_region,
    p.continent AS pay_continent, 'local' AS pay_market, p.country, p.region, p.continent,
    TIMESTAMPTZ '2026-08-16 02:00:00+00' AS first_seen_at, first_seen_at AS version_from,
    first_seen_at + INTERVAL 1 DAY AS last_seen_at, 'w' AS warc, 0 AS record, repeat('0', 32) AS content_hash
FROM numbers AS n JOIN employers AS e USING (i)
JOIN places AS p ON p.place = (n.h // 17) % 60 JOIN job_roles AS r ON r.number = (n.h // 19) % n.n_roles
"""
OTHERS = (
    "INSERT INTO core.posting_places BY NAME SELECT posting_id, 0 AS position, country, region, continent,"
    " 'stated' AS reading FROM core.postings",
    """INSERT INTO core.posting_skills BY NAME
    SELECT DISTINCT posting_id, skill, 'required' AS requirement, 0 AS start, 1 AS "end"
    FROM (SELECT posting_id, unnest(range(5)) AS k FROM core.postings) AS p
    JOIN (SELECT skill, row_number() OVER (ORDER BY skill) - 1 AS number FROM core.skills) AS s
    ON s.number = hash(posting_id, k) % (SELECT count(*) FROM core.skills)""",
    """INSERT INTO core.posting_boards BY NAME
    SELECT posting_id, board, first_seen_at,
        if(hash(posting_id) % 10 = 0, first_seen_at, last_seen_at) AS last_seen_at,
        if(hash(posting_id) % 10 = 0, first_seen_at + INTERVAL 1 DAY, NULL) AS closed_at,
        if(hash(posting_id) % 10 = 0, 'list', NULL) AS closed_by
    FROM core.postings""",
    """INSERT INTO ops.responses BY NAME
    SELECT 'x' AS source, board, seen_at AS observed_at, 'sha1:X' AS digest, 'w' || board || seen_at AS warc,
        0 AS record, 200 AS http_status, true AS is_complete, 1 AS n_rows, 0 AS n_rejects
    FROM (SELECT DISTINCT board FROM core.postings),
        (VALUES (TIMESTAMPTZ '2026-08-16 02:00:00+00'), (TIMESTAMPTZ '2026-08-17 02:00:00+00')) AS t (seen_at)""",
)
"""Places, skills, listings and readings of the postings."""


def make_jobs(con: database.Connection, n_jobs: int) -> None:
    """Fill core with so many jobs."""
    con.execute("SET enable_progress_bar = false")
    load_lookups(con, [])
    with EMPLOYER_SIZES.open(encoding="utf-8") as file:
        sizes = [
            int(row["jobs"])
            for row in csv.DictReader(file)
            if row["cell"] == CELL
            for _ in range(int(row["employers"]))
        ]
    first, firsts = 0, list[int]()
    while first < n_jobs:
        firsts.append(first)
        first += sizes[(len(firsts) * 7919) % len(sizes)]
    con.execute(
        "CREATE TEMP TABLE sizes AS SELECT unnest(range(len($firsts))) AS employer, unnest($firsts) AS first_job",
        {"firsts": firsts},
    )
    con.execute(POSTINGS, {"n": n_jobs})
    for statement in OTHERS:
        con.execute(statement)


class Cost(NamedTuple):
    """What marts cost, in CPU seconds: each and all, the next night, and one on which one job in a hundred is edited.

    `n_again`: how many marts the next night computed. `peak`: of memory, in bytes.
    """

    of_each: dict[str, float]
    first: float
    again: float
    n_again: int
    edited: float
    peak: int


def measure(n_jobs: int) -> Cost:
    """What the marts of so many jobs cost."""
    with tempfile.TemporaryDirectory() as folder, database.open_work(Path(folder)) as con:
        make_jobs(con, n_jobs)
        begin = time.process_time()
        of_each = {}
        with staging.stage_macros(con, [AS_OF]):
            for cls, mart in MARTS.items():
                before = time.process_time()
                mart.compute(con, AS_OF)
                of_each[table_of(cls).name] = time.process_time() - before
        first = time.process_time() - begin
        _night(con, AS_OF)
        again, n_again = _night(con, NEXT_DAY)
        con.execute(EDIT)
        edited, _ = _night(con, EDITED_DAY)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return Cost(of_each, first, again, n_again, edited, peak)


def _night(con: database.Connection, day: date) -> tuple[float, int]:
    """CPU seconds of computing and storing the marts of a day, and how many were computed."""
    begin = time.process_time()
    with staging.stage_macros(con, [day]):
        marts = compute_marts(con, day, run_id="bench")
        with database.transaction(con):
            write_marts(con, marts)
    return time.process_time() - begin, len(marts.frames)


def main(sizes: tuple[int, ...] = SIZES) -> int:
    """Print the table; 1 where time grows faster than n log n, else 0."""
    slow = []
    before: tuple[int, float] | None = None
    for n_jobs in sizes:
        with get_context("spawn").Pool(1) as pool:
            cost = pool.apply(measure, (n_jobs,))
        parts = ", ".join(f"{name.removeprefix('mart.')} {seconds:.1f}" for name, seconds in cost.of_each.items())
        print(
            f"{n_jobs:>9,} jobs: {cost.first:6.1f} CPU s ({parts}), next night {cost.again:5.1f} s,"
            f" with 1 % edited {cost.edited:.1f} s, {cost.peak / 1e9:.2f} GB",
            flush=True,
        )
        if before is not None:
            n, seconds = before
            limit = MAX_OVER_N_LOG_N * n_jobs * math.log(n_jobs) / (n * math.log(n))
            if cost.first / seconds > limit:
                slow.append(f"{n:,} to {n_jobs:,}: {cost.first / seconds:.1f} times, {limit:.1f} allowed")
        before = n_jobs, cost.first
    for line in slow:
        print(line)
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
