"""The SELECTs behind the figures. `$name` is filled with an SQL literal, so that the result can be pasted and run.

Figures read the marts. Beside each stands a SELECT of the adverts behind it (`BEHIND_…`). The few statistics that have
no mart yet (additional pay, industries, hiring difficulty) are computed here from core, by the rules the marts follow:
jobs, not postings; no employer above `EMPLOYER_CAP` of a cell; and a 95 % interval that takes employers, not adverts,
as the independent units.

That interval is linearised, where the marts draw employers again and again: SQL cannot repeat numpy's draws, and
`explain` promises a SELECT that whoever pastes it gets the printed numbers from. Both estimate the same variance and
are held together by a test; with `MIN_EMPLOYERS` or more they differ by about a point. Whether a share is low is
judged by the one rule of the marts (`statistics.share_doubts`).
"""

from __future__ import annotations

import functools
import textwrap
from collections.abc import Mapping
from datetime import date
from string import Template

from transforms.records.vocabulary import AI_GROUPS
from warehouse.marts import sql_of
from warehouse.marts.measures import MEASURES
from warehouse.marts.statistics import DOUBT_WORDS, EMPLOYER_CAP

MAX_BRIDGE_DAYS = 7
"""A vacancy's first day is known when its board was read, without it, at most this many days before."""
STILL_OPEN_DAYS = 60
"""Hiring difficulty: vacancies still open after this many days (DESIGN, section 6)."""


def literal(value: object) -> str:
    """A value as an SQL literal. Raises `TypeError` for a type that no parameter has."""
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, tuple):
        return "[" + ", ".join(literal(item) for item in value) + "]"
    raise TypeError(f"no SQL literal for {value!r}")


def filled(sql: str, parameters: Mapping[str, object]) -> str:
    """A SELECT with its parameters filled in. Raises `KeyError` when one is missing."""
    return _template(sql).substitute({k: literal(v) for k, v in parameters.items()})


@functools.cache
def _template(sql: str) -> Template:
    return Template(textwrap.dedent(sql).strip())


# --- bands --------------------------------------------------------------------------------------------

_BAND = """
    SELECT
        {cell}b.region, b.basis, b.currency, b.n_jobs, b.n_employers, b.n_effective, b.n_stated, b.n_cross_border,
        b.n_no_rate, b.n_apart, b.band_low, b.band_low_lo, b.band_low_hi, b.band_high, b.band_high_lo,
        b.band_high_hi, b.p50, b.p50_lo, b.p50_hi, b.status, b.reason,
        l.currency AS local_currency, l.band_low AS local_low, l.band_high AS local_high,
        l.n_jobs AS local_n_jobs,
        s.band_low AS stated_low, s.band_high AS stated_high, s.n_jobs AS stated_n_jobs,
        s.n_employers AS stated_n_employers, s.status AS stated_status, s.reason AS stated_reason
    FROM {mart} b
    LEFT JOIN {mart} s
        ON s.seniority_group = b.seniority_group || '_stated'
        AND (s.as_of, s.basis, s.region_level, s.region, s.role_group, s.role, s.pay_market, s.currency)
          = (b.as_of, b.basis, b.region_level, b.region, b.role_group, b.role, b.pay_market, b.currency)
    LEFT JOIN {mart} l
        ON l.region_level = 'country' AND l.currency <> 'USD' AND l.status <> 'suppressed'
        AND (l.as_of, l.basis, l.region_level, l.region, l.seniority_group, l.role_group, l.role, l.pay_market)
          = (b.as_of, b.basis, b.region_level, b.region, b.seniority_group, b.role_group, b.role, b.pay_market)
    WHERE b.as_of = $as_of{is_cell}
        AND b.role_group = 'ai_engineering' AND b.role = 'all'
        AND b.pay_market = 'all' AND b.currency = 'USD'
    {first}
"""
_ONE_CELL = {
    "cell": "",
    "is_cell": """ AND b.basis = $basis
        AND b.region_level = $region_level AND b.region = $region
        AND b.seniority_group = $seniority_group""",
    "first": """ORDER BY l.currency
    LIMIT 1""",
}
BAND = _BAND.format(mart="mart.salary_bands", **_ONE_CELL)
BAND_730 = _BAND.format(mart="mart.salary_bands_730", **_ONE_CELL)


def _every_cell(mart: str) -> str:
    each = _BAND.format(
        mart="day",
        cell="(b.basis, b.region_level, b.region, b.seniority_group) AS cell, ",
        is_cell="",
        first="QUALIFY row_number() OVER (PARTITION BY cell ORDER BY l.currency) = 1",
    )
    joined = "as_of = $as_of AND role_group = 'ai_engineering' AND role = 'all' AND pay_market = 'all'"
    return f"WITH day AS MATERIALIZED (SELECT * FROM {mart} WHERE {joined}){each}"


# What each of the two finds, cell by cell: a night asks once for all.
BANDS = {BAND: _every_cell("mart.salary_bands"), BAND_730: _every_cell("mart.salary_bands_730")}
# --- what stands behind a figure ----------------------------------------------------------------------

# Each figure has a SELECT of the adverts behind it, made of the SQL that chooses its jobs: one row per cell and advert
# with its `job_id`, archive file, exchange rate, and the `items` (skills, roles) that its job counts for. Distinct jobs
# are those that the figure counts. Of a job that is paid stands the one advert whose pay counts in the cell; of other
# figures all adverts of a job that were seen open in the window, since they say together what the job says.
BEHIND_PAY = """
    SELECT [c.region_level, c.region, c.seniority] AS cell, c.job_id, c.posting_id, p.source, p.board, p.warc,
        if(c.position < 0, p.fx_source, z.fx_source) AS fx_source, if(c.position < 0, p.fx_on, z.fx_on) AS fx_on,
        if(c.seniority_inferred, [], ['stated']) AS items
    FROM pay_observations($as_of, $window_days) c
    JOIN core.postings p USING (posting_id) LEFT JOIN core.posting_pay z USING (posting_id, position)
    WHERE c.region_level IN ('region', 'country') AND c.role_group = 'ai_engineering' AND c.is_in_band
        AND c.annual_low_usd IS NOT NULL AND c.annual_high_usd IS NOT NULL
"""
# A pair of amounts is one advert, and one job: what a third party collected knows no other.
BEHIND_PAIRS = f"""
    SELECT [level.name, level.place, p.seniority] AS cell, p.source || ':' || p.pair_row AS job_id,
        NULL AS posting_id, p.source, NULL AS board, f.warc, NULL AS fx_source, NULL::DATE AS fx_on, [] AS items
    FROM ({sql_of("pay_pairs")}
    ) p JOIN (
        SELECT source, pair_row, max_by(warc, snapshot_on) AS warc FROM core.pay_reports
        WHERE snapshot_on <= $as_of AND basis = 'advertised_third_party' GROUP BY ALL
    ) f USING (source, pair_row), LATERAL (VALUES ('region', p.region), ('country', p.country)) level (name, place)
    WHERE p.role_group = 'ai_engineering' AND level.place IS NOT NULL
"""
BEHIND_REPORTS = """
    SELECT [level.name, level.place, r.seniority] AS cell, r.source || ':' || r.row AS job_id,
        NULL AS posting_id, r.source, NULL AS board, r.warc, NULL AS fx_source, NULL::DATE AS fx_on, [] AS items
    FROM core.pay_reports r, LATERAL (VALUES ('region', r.region), ('country', r.country)) level (name, place)
    WHERE r.basis = 'reported' AND r.role_group = 'ai_engineering' AND level.place IS NOT NULL
        AND r.snapshot_on = (
            SELECT max(n.snapshot_on) FROM core.pay_reports n
            WHERE n.source = r.source AND n.basis = r.basis AND n.snapshot_on <= $as_of
        )
"""


def files_of(behind: str) -> str:
    """A SELECT of the archive files of each cell, with the number of adverts in each, from that of its adverts.

    Files that only convert money follow, with the number 0.
    """
    return f"""
    WITH behind AS MATERIALIZED ({behind})
    SELECT cell, source, board, warc, count(*) AS n FROM behind GROUP BY ALL
    UNION ALL
    SELECT DISTINCT b.cell, r.source, NULL, r.warc, 0
    FROM core.exchange_rates r JOIN behind b ON r.source = b.fx_source AND r.rate_on = b.fx_on
    ORDER BY ALL
    """


# Expects jobs (cell, job_id) and hits (cell, job_id, item). Gives counted (cell, job_id, items): what a job counts for.
_COUNTED = """
    counted AS (
        SELECT j.cell, j.job_id, coalesce(list(DISTINCT h.item) FILTER (h.item IS NOT NULL), []) AS items
        FROM (SELECT DISTINCT cell, job_id FROM jobs) j LEFT JOIN hits h USING (cell, job_id) GROUP BY ALL
    )"""
_OPEN = "is_open_in_window(first_seen_at, last_seen_at, $as_of, $window_days)"
_ADVERTS = f"""{_COUNTED}
    SELECT [c.cell] AS cell, p.job_id, p.posting_id, p.source, p.board, p.warc,
        NULL AS fx_source, NULL::DATE AS fx_on, c.items
    FROM core.publishable_postings p JOIN counted c USING (job_id)
    WHERE {_OPEN}"""

# --- skills and roles ---------------------------------------------------------------------------------

RANKING = """
    SELECT
        category_rank AS position, skill, n_jobs, n_employers, n_effective, n_without_text, n_asking,
        n_employers_asking, largest_employer, share, share_lo, share_hi, rank, status, reason
    FROM mart.skill_demand
    WHERE as_of = $as_of AND region_level = 'world' AND region = 'World'
        AND role_group = 'ai_engineering' AND requirement = 'asked' AND category = $category
    ORDER BY category_rank NULLS LAST, n_asking DESC, skill
    LIMIT 10
"""
# A word of the 2026 guide may be several skills of the taxonomy (APIs: APIs, REST APIs). Each spelling is looked up
# among names, then aliases; of the skills found, the one most asked for stands for the word. A skill of the taxonomy
# that no job asks for has no row in the mart and a share of 0, which no employer makes.
NAMED_SKILLS = f"""
    WITH spelled AS (
        SELECT lower(skill) AS spelling, skill, 0 AS distance FROM core.skills
        UNION ALL
        SELECT lower(unnest(aliases)), skill, 1 FROM core.skills
    ), named AS (
        SELECT unnest($words) AS word, unnest($spellings) AS spelling, unnest(range(len($words))) AS preference
    ), candidates AS (
        SELECT word, preference, arg_min(skill, (distance, skill)) AS skill
        FROM named JOIN spelled USING (spelling) GROUP BY word, preference
    ), demand AS (
        SELECT * FROM mart.skill_demand
        WHERE as_of = $as_of AND region_level = 'world' AND region = 'World'
            AND role_group = 'ai_engineering' AND requirement = 'asked'
    ), read AS (
        SELECT word, arg_min(c.skill, (-coalesce(d.n_asking, 0), preference)) AS skill
        FROM candidates c LEFT JOIN demand d ON d.skill = c.skill GROUP BY word
    ), cell AS (
        SELECT max(n_jobs) AS n_jobs, max(n_employers) AS n_employers, max(n_without_text) AS n_without_text,
            min(status) FILTER (status = 'suppressed') IS NULL AND count(*) > 0 AS is_sure,
            min(reason) FILTER (status = 'suppressed') AS reason
        FROM demand
    )
    SELECT
        n.word, read.skill, cell.n_jobs, cell.n_employers, cell.n_without_text,
        CASE WHEN read.skill IS NOT NULL THEN coalesce(d.n_asking, 0) END AS n_asking,
        CASE WHEN read.skill IS NOT NULL THEN coalesce(d.n_employers_asking, 0) END AS n_employers_asking,
        CASE WHEN read.skill IS NULL OR NOT cell.is_sure THEN NULL ELSE coalesce(d.share, 0) END AS share,
        CASE WHEN read.skill IS NULL OR NOT cell.is_sure THEN NULL WHEN d.skill IS NULL THEN 0 ELSE d.share_lo END
            AS share_lo,
        CASE WHEN cell.is_sure THEN d.share_hi END AS share_hi,
        d.rank,
        CASE WHEN NOT cell.is_sure THEN 'suppressed' WHEN read.skill IS NULL THEN 'published'
            ELSE coalesce(d.status, 'low') END AS status,
        CASE WHEN NOT cell.is_sure THEN cell.reason WHEN d.skill IS NOT NULL THEN d.reason
            WHEN read.skill IS NOT NULL THEN {literal(DOUBT_WORDS["few_employers"])} END AS reason
    FROM (SELECT word, min(position) AS position
          FROM (SELECT unnest($words) AS word, unnest(range(len($words))) AS position) GROUP BY word) n
    CROSS JOIN cell
    LEFT JOIN read USING (word)
    LEFT JOIN demand d ON d.skill = read.skill
    ORDER BY n.position
"""
BEHIND_SKILLS = f"""
    WITH asked AS ({MEASURES["skill_asked"].behind()}
            AND r.region_level = 'world' AND j.role_group = 'ai_engineering'
    ),
    jobs AS (SELECT 'ai_engineering' AS cell, job_id FROM asked),
    hits AS (SELECT 'ai_engineering' AS cell, job_id, unnest(items) AS item FROM asked),
    {_ADVERTS}
"""
ROLES = """
    SELECT
        rank() OVER (ORDER BY s.share DESC) AS position, coalesce(r.title, s.role) AS title, s.role, s.role_group,
        s.n_jobs, s.n_employers, s.n_effective, s.n_role AS n_asking, s.n_employers_role AS n_employers_asking,
        s.largest_employer, s.share, s.share_lo, s.share_hi, s.status, s.reason
    FROM mart.role_shares s LEFT JOIN core.roles r USING (role)
    WHERE s.as_of = $as_of AND s.region_level = 'world' AND s.region = 'World' AND s.n_role > 0
    ORDER BY s.share DESC NULLS LAST, s.n_role DESC, s.role
"""
BEHIND_ROLES = f"""
    WITH roles AS ({MEASURES["role"].behind()}
            AND r.region_level = 'world' AND j.role_group IN {AI_GROUPS}
    ),
    jobs AS (SELECT 'AI jobs' AS cell, job_id FROM roles),
    hits AS (SELECT 'AI jobs' AS cell, job_id, unnest(items) AS item FROM roles),
    {_ADVERTS}
"""

# --- statistics over core -----------------------------------------------------------------------------

# Expects jobs (cell, job_id, employer). Gives weighted (cell, employer, size, weight): each job weighs 1 unless
# its employer would pass the cap, as in warehouse/marts/statistics.py.
_WEIGHTED = f"""
    sizes AS (SELECT cell, employer, count(*)::DOUBLE AS size FROM jobs GROUP BY ALL),
    ordered AS (
        SELECT *,
            row_number() OVER (PARTITION BY cell ORDER BY size DESC, employer DESC) - 1 AS n_cut,
            sum(size) OVER (PARTITION BY cell ORDER BY size, employer ROWS UNBOUNDED PRECEDING) AS kept
        FROM sizes
    ),
    ceilings AS (
        SELECT cell, coalesce(
            arg_min(kept / (1 / {EMPLOYER_CAP} - n_cut), n_cut)
                FILTER (n_cut * {EMPLOYER_CAP} < 1 AND size <= kept / (1 / {EMPLOYER_CAP} - n_cut)),
            min(size)
        ) AS ceiling
        FROM ordered GROUP BY cell
    ),
    weighted AS (
        SELECT cell, employer, size, least(size, ceiling) / size AS weight FROM sizes JOIN ceilings USING (cell)
    )"""
# Expects hits (cell, job_id, item) and items (position, cell, item) besides. The variance of a share is that of a
# ratio over clusters, by linearisation (Cochran 1977, "Sampling Techniques", 6.4 and 9A); 1.96 is the normal 97.5 %.
_SHARES = f"""{_WEIGHTED},
    asking AS (
        SELECT h.cell, h.item, j.employer, count(DISTINCT h.job_id) AS n
        FROM hits h JOIN jobs j USING (cell, job_id) GROUP BY ALL
    ),
    by_employer AS (
        SELECT i.position, i.cell, i.item, w.size, w.weight, coalesce(a.n, 0) AS n
        FROM items i JOIN weighted w USING (cell) LEFT JOIN asking a USING (cell, item, employer)
    ),
    shares AS (
        SELECT *, sum(n * weight) OVER same_item / sum(size * weight) OVER same_item AS share FROM by_employer
        WINDOW same_item AS (PARTITION BY cell, item)
    ),
    counted AS (
        SELECT
            cell, item, sum(size)::BIGINT AS n_jobs, count(*) AS n_employers,
            round(sum(size * weight) ** 2 / sum(size * weight ** 2), 2) AS n_effective,
            sum(n)::BIGINT AS n_asking, count(*) FILTER (n > 0) AS n_employers_asking,
            round(max(n * weight) / nullif(sum(n * weight), 0), 6) AS largest_employer, any_value(share) AS share,
            1.96 * sqrt(count(*) / nullif(count(*) - 1, 0) * sum((weight * (n - share * size)) ** 2))
                / sum(size * weight) AS margin
        FROM shares GROUP BY cell, item
    ),
    figured AS (
        SELECT
            i.position, i.cell, i.item, coalesce(c.n_jobs, 0) AS n_jobs, coalesce(c.n_employers, 0) AS n_employers,
            c.n_effective, coalesce(c.n_asking, 0) AS n_asking,
            coalesce(c.n_employers_asking, 0) AS n_employers_asking, c.largest_employer, round(c.share, 6) AS share,
            round(greatest(c.share - c.margin, 0), 6) AS share_lo, round(least(c.share + c.margin, 1), 6) AS share_hi
        FROM items i LEFT JOIN counted c USING (cell, item)
    )"""
_EMPLOYER = "arg_min(counted_employer(employer_id, source, board, posting_id), posting_id)"

_ADDITIONAL = f"""
    jobs AS (
        SELECT 'ai_engineering' AS cell, job_id, {_EMPLOYER} AS employer FROM core.publishable_postings
        WHERE role_group = 'ai_engineering' AND seniority <> 'intern' AND (pay_low IS NOT NULL OR pay_high IS NOT NULL)
            AND {_OPEN}
        GROUP BY job_id
    ),
    offered AS (
        SELECT p.job_id, CASE WHEN c.component IN ('equity', 'equity_percent') THEN 'equity'
            WHEN c.component IN ('commission', 'on_target_earnings') THEN 'commission' ELSE c.component END AS item
        FROM core.publishable_postings p JOIN core.posting_pay c USING (posting_id)
        WHERE c.component IN ('bonus', 'commission', 'on_target_earnings', 'equity', 'equity_percent') AND {_OPEN}
    ),
    hits AS (
        SELECT 'ai_engineering' AS cell, job_id, item FROM offered
        UNION SELECT 'ai_engineering', job_id, 'any' FROM offered
    )"""
ADDITIONAL = f"""
    WITH {_ADDITIONAL},
    items (position, cell, item) AS (
        VALUES (1, 'ai_engineering', 'any'), (2, 'ai_engineering', 'equity'), (3, 'ai_engineering', 'bonus'),
            (4, 'ai_engineering', 'commission')
    ),
    {_SHARES}
    SELECT * EXCLUDE (position, cell) FROM figured ORDER BY position
"""
BEHIND_ADDITIONAL = f"WITH {_ADDITIONAL}, {_ADVERTS}"
_BONUS = f"""
    stated AS (
        SELECT p.job_id, p.posting_id, p.source, p.board, p.employer_id, p.warc, c.fx_source, c.fx_on,
            (coalesce(c.annual_low_usd, c.annual_high_usd) + coalesce(c.annual_high_usd, c.annual_low_usd)) / 2
                AS amount
        FROM core.publishable_postings p JOIN core.posting_pay c USING (posting_id)
        WHERE p.role_group = 'ai_engineering' AND p.seniority <> 'intern' AND c.component = 'bonus' AND {_OPEN}
        QUALIFY row_number() OVER (PARTITION BY p.job_id ORDER BY amount IS NULL, p.posting_id, c.position) = 1
    )"""
BONUS = f"""
    WITH {_BONUS},
    jobs AS (
        SELECT 'ai_engineering' AS cell, job_id, amount, {_EMPLOYER} AS employer
        FROM stated WHERE amount > 0 GROUP BY job_id, amount
    ),
    {_WEIGHTED},
    cumulated AS (
        SELECT amount, size,
            sum(weight) OVER (ORDER BY amount, job_id ROWS UNBOUNDED PRECEDING) / sum(weight) OVER () AS reached
        FROM jobs JOIN weighted USING (cell, employer)
    )
    SELECT
        count(*) AS n_jobs, (SELECT count(*) FROM sizes) AS n_employers,
        round(min(amount) FILTER (reached >= 0.25 - 1e-9), 2) AS p25,
        round(min(amount) FILTER (reached >= 0.50 - 1e-9), 2) AS p50,
        round(min(amount) FILTER (reached >= 0.75 - 1e-9), 2) AS p75
    FROM cumulated
"""
# One advert of each job, as for other pay: the one whose sum counts.
BEHIND_BONUS = f"""
    WITH {_BONUS}
    SELECT ['ai_engineering'] AS cell, job_id, posting_id, source, board, warc, fx_source, fx_on, [] AS items
    FROM stated WHERE amount > 0
"""
_INDUSTRIES = f"""
    everything AS (
        SELECT job_id, {_EMPLOYER} AS employer, min(e.industry) AS industry
        FROM (SELECT * FROM core.publishable_postings WHERE role_group = 'ai_engineering' AND {_OPEN}) p
        LEFT JOIN (SELECT employer_id, industry FROM core.employers) e USING (employer_id)
        GROUP BY job_id
    ),
    jobs AS (SELECT 'ai_engineering' AS cell, job_id, employer FROM everything WHERE industry IS NOT NULL),
    hits AS (SELECT 'ai_engineering' AS cell, job_id, industry AS item FROM everything WHERE industry IS NOT NULL)"""
INDUSTRIES = f"""
    WITH {_INDUSTRIES},
    items AS (
        SELECT row_number() OVER (ORDER BY count(*) DESC, item) AS position, cell, item FROM hits GROUP BY cell, item
    ),
    {_SHARES}
    SELECT f.* EXCLUDE (position, cell), a.n_all, a.n_known
    FROM (SELECT count(*) AS n_all, count(industry) AS n_known FROM everything) a LEFT JOIN figured f ON true
    ORDER BY f.share DESC NULLS LAST, f.item
"""
BEHIND_INDUSTRIES = f"WITH {_INDUSTRIES}, {_ADVERTS}"
# Only vacancies whose first day is known (their board had been read in full without them shortly before) and that
# were watched until they closed or for 60 days: what was open on our first visit is old stock and would mislead.
_DIFFICULTY = f"""
    readings AS (
        SELECT DISTINCT source, board, observed_at::DATE AS read_on FROM ops.responses
        WHERE is_complete AND observed_at::DATE <= $as_of
    ),
    dated AS (
        SELECT
            CASE role_group WHEN 'ai_engineering' THEN 'AI engineering' ELSE 'other engineering' END AS cell,
            p.job_id, p.posting_id, p.source, p.board, p.warc, p.employer_id,
            p.first_seen_at::DATE AS opened_on, p.last_seen_at::DATE AS seen_on,
            CASE WHEN p.closed_on <= $as_of THEN p.closed_on END AS closed_on
        FROM core.publishable_postings p
        WHERE p.role_group IN ('ai_engineering', 'other_engineering')
            AND p.first_seen_at::DATE <= $as_of - $still_open_days
            AND p.first_seen_at::DATE > $as_of - $window_days
            AND EXISTS (
                SELECT 1 FROM readings r
                WHERE r.source = p.source AND r.board = p.board AND r.read_on < p.first_seen_at::DATE
                    AND r.read_on >= p.first_seen_at::DATE - $bridge_days
            )
    ),
    followed AS (
        SELECT cell, job_id, {_EMPLOYER} AS employer, min(opened_on) AS opened_on,
            CASE WHEN count(closed_on) = count(*) THEN max(closed_on) END AS closed_on, max(seen_on) AS seen_on
        FROM dated GROUP BY cell, job_id
    ),
    jobs AS (
        SELECT * FROM followed WHERE closed_on IS NOT NULL OR seen_on >= opened_on + $still_open_days
    ),
    hits AS (
        SELECT cell, job_id, 'open' AS item FROM jobs
        WHERE closed_on IS NULL OR closed_on > opened_on + $still_open_days
    )"""
DIFFICULTY = f"""
    WITH {_DIFFICULTY},
    items (position, cell, item) AS (VALUES (1, 'AI engineering', 'open'), (2, 'other engineering', 'open')),
    {_SHARES}
    SELECT f.* EXCLUDE (position, item), w.watched_since, w.is_watched
    FROM figured f, (
        SELECT min(read_on) AS watched_since,
            coalesce(max(read_on) - min(read_on) > $still_open_days, false) AS is_watched
        FROM readings
    ) AS w
    ORDER BY f.position
"""
BEHIND_DIFFICULTY = f"""
    WITH {_DIFFICULTY}, {_COUNTED}
    SELECT [d.cell] AS cell, d.job_id, d.posting_id, d.source, d.board, d.warc,
        NULL AS fx_source, NULL::DATE AS fx_on, c.items
    FROM dated d JOIN counted c USING (cell, job_id)
"""

# --- the ledger ---------------------------------------------------------------------------------------

# When each board, or each source that has no boards, last gave rows or a whole list.
READ = """
    SELECT source, board, max(observed_at)::DATE AS read_on FROM ops.responses
    WHERE (n_rows > 0 OR is_complete) AND observed_at::DATE <= $as_of
    GROUP BY ALL
"""

_ACCEPTED = "as_of < $as_of AND status <> 'suppressed' AND value_json IS NOT NULL AND rung <> 'last accepted value'"
HISTORY = f"""
    SELECT as_of, value_json, basis, rung, n_jobs, n_employers, window_days, sources, behind, snapshots, read_on
    FROM mart.figures
    WHERE figure = $figure AND {_ACCEPTED}
    ORDER BY as_of DESC
    LIMIT 1
"""
REMEMBERED = f"SELECT DISTINCT figure FROM mart.figures WHERE {_ACCEPTED}"
GATHERED = """
    SELECT figure, value, status, rung, n_jobs, n_employers, reason
    FROM mart.figures
    WHERE as_of = $as_of AND starts_with(figure, $prefix)
    ORDER BY figure
"""
