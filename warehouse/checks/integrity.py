"""Cross-table integrity checks, run before publishing.

Gates judge the rows of one file or one mart before they are written (`gate`); this one asks the finished tables
whether keys are unique and references lead somewhere (both read from the declarations), whether the history
of postings makes sense, and whether marts count what core holds. Each rule is a SELECT of what breaks it, so a rule
that is not met names its first offenders. A warehouse that is not sound is not published.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import duckdb

from transforms.records.columns import fields_of, table_of
from transforms.records.definitions import MIN_KNOWN
from transforms.records.vocabulary import (
    AI_GROUPS,
    ALL_TEXTS,
    CELL_GROUPS,
    FORUM_COMMENT,
    FULL_ADVERT,
    NO_TEXT,
    ROLE_GROUPS,
    SAMPLED_GROUP,
    SNIPPET,
    TRUNCATED,
)
from warehouse.checks.gate import GateResult, check_rules
from warehouse.mart_tables import HISTORIES
from warehouse.marts.measures import ESTIMAND, MEASURES
from warehouse.marts.printing import RULES, WIDE_SHARE
from warehouse.schema import database_tables, dates_of, day_of, ident, key_of, schema_of

SEEN = "FROM stock_postings($as_of)"
"""Postings that the marts of a day count."""
ROLE_OF_JOB = f"SELECT job_id, arg_min(role_group, posting_id) AS role_group FROM ({SEEN}) GROUP BY job_id"
TEXTS_OF_JOB = f"""
    SELECT job_id, unnest([
        CASE WHEN bool_or(text_class = '{FULL_ADVERT}') OR bool_and(text_class = '{NO_TEXT}') THEN '{FULL_ADVERT}'
            WHEN bool_or(text_class = '{TRUNCATED}') THEN '{TRUNCATED}'
            WHEN bool_or(text_class = '{SNIPPET}') THEN '{SNIPPET}'
            WHEN bool_or(text_class = '{FORUM_COMMENT}') THEN '{FORUM_COMMENT}' END,
        '{ALL_TEXTS}'
    ]) AS text_class
    FROM ({SEEN}) GROUP BY job_id
    HAVING arg_min(role_group, posting_id) <> '{SAMPLED_GROUP}' OR arg_min(is_drawn, posting_id)
"""
"""The classes of texts in whose cells each job is: of its best text, and of all; without any text, of full adverts.
Jobs of other work are in some where their first advert is of the random share."""
OF_AI_JOBS = f"FROM ({SEEN}) SEMI JOIN (FROM ({SEEN}) WHERE role_group IN {AI_GROUPS}) USING (job_id)"
"""Postings of jobs with a posting of an AI role: those among which the jobs are that count as AI jobs."""

EMPLOYER_OF_JOB = f"""
    SELECT job_id, arg_min(coalesce(employer_id, source || ':' || board, posting_id), posting_id) AS employer
    FROM ({SEEN}) GROUP BY job_id
"""

WIDE = WIDE_SHARE.format(share="share", low="share_lo", high="share_hi")
TINY = 1e-9
"""Difference of two ways to compute a number that is rounding."""
CELL_COLUMNS = {
    "n_jobs": "n_jobs", "n_employers": "n_employers", "n_even": "n_even_employers", "largest": "largest_employer_share",
}  # fmt: skip
"""Columns of mart.shares that the rules of printing look at, by their names there."""
IS_PRINTED = " AND ".join(
    f"round({CELL_COLUMNS[rule.column]}, 9) {'>=' if rule.is_minimum else '<='} {rule.bound}" for rule in RULES
)

OF_ALL_JOBS = tuple(name for name, measure in MEASURES.items() if measure.asks_all_jobs)
"""Measures that ask every job of their role groups."""
GROUPS = " UNION ALL ".join(
    f"SELECT '{name}' AS name, unnest({list(groups)}) AS role_group" for name, groups in CELL_GROUPS.items()
)
"""The role groups that each group of cells takes together."""

SEVERAL = "(SELECT posting_id FROM core.posting_boards GROUP BY posting_id HAVING count(*) > 1)"
"""Postings of several intervals. Of the others, nearly all, the rules about intervals are simpler, and cheaper."""
DATES = f"""
    SELECT posting_id, first_seen_at, last_seen_at, {day_of("closed_at")} AS closed_on,
        NULL::DATE AS reopened_on
    FROM core.posting_boards ANTI JOIN {SEVERAL} USING (posting_id)
    UNION ALL
    {dates_of(f"(FROM core.posting_boards SEMI JOIN {SEVERAL} USING (posting_id))")}
"""

LIFE = {
    "intervals of a posting on a board do not overlap": f"""
        SELECT posting_id || ' on ' || board FROM core.posting_boards SEMI JOIN {SEVERAL} USING (posting_id)
        WINDOW w AS (PARTITION BY posting_id, board ORDER BY first_seen_at)
        QUALIFY coalesce(closed_at > lead(first_seen_at) OVER w, last_seen_at >= lead(first_seen_at) OVER w)""",
    "versions of a posting follow one another": """
        SELECT posting_id FROM core.posting_versions SEMI JOIN core.superseded_versions USING (posting_id)
        QUALIFY version_to IS DISTINCT FROM lead(version_from) OVER (PARTITION BY posting_id ORDER BY version_from)""",
    "dates of a posting are those of its intervals": f"""
        SELECT posting_id FROM core.postings AS p FULL JOIN ({DATES}) AS d USING (posting_id)
        WHERE (p.first_seen_at, p.last_seen_at, p.closed_on, p.reopened_on)
            IS DISTINCT FROM (d.first_seen_at, d.last_seen_at, d.closed_on, d.reopened_on)""",
    "a job is closed after it was opened": """
        SELECT job_id FROM core.postings
        SEMI JOIN (FROM core.postings WHERE closed_on < first_seen_at::DATE) USING (job_id)
        GROUP BY job_id HAVING count(closed_on) = count(*) AND max(closed_on) < min(first_seen_at)::DATE""",
    "a job is named after one of its postings": """
        SELECT DISTINCT p.job_id FROM core.postings AS p LEFT JOIN core.postings AS j ON j.posting_id = p.job_id
        WHERE p.job_id <> p.posting_id AND j.job_id IS DISTINCT FROM p.job_id""",
    "links that were followed lie within one job": """
        SELECT l.left_posting_id || ' and ' || l.right_posting_id FROM core.job_links AS l
        LEFT JOIN core.postings AS a ON a.posting_id = l.left_posting_id
        LEFT JOIN core.postings AS b ON b.posting_id = l.right_posting_id
        WHERE l.is_followed AND a.job_id IS DISTINCT FROM b.job_id""",
    "a job of several postings is held together by links": """
        SELECT p.job_id FROM core.postings AS p LEFT JOIN (
            SELECT right_posting_id AS posting_id FROM core.job_links WHERE is_followed
            UNION SELECT left_posting_id FROM core.job_links WHERE is_followed
        ) AS l USING (posting_id)
        GROUP BY p.job_id HAVING count(*) > 1 AND count(l.posting_id) < count(*)""",
    "a job that was merged is named no more": """
        SELECT DISTINCT m.from_job_id FROM core.job_merges AS m JOIN core.postings AS p ON p.job_id = m.from_job_id""",
    "an employer has the postings that name it": """
        SELECT employer_id FROM (SELECT employer_id, count(*) AS n FROM core.postings GROUP BY employer_id) AS p
        FULL JOIN core.employers AS e USING (employer_id)
        WHERE employer_id IS NOT NULL AND coalesce(p.n, 0) IS DISTINCT FROM e.n_postings""",
    "postings are placed in countries that there are": """
        SELECT posting_id || ': ' || country FROM core.posting_places
        WHERE country NOT IN (SELECT country FROM core.countries)""",
}
"""Rules about life, jobs and places: the SELECT gives what breaks them."""

COUNTS = {
    "mart.shares counts the AI jobs of core, region by region": f"""
        WITH seen AS MATERIALIZED (SELECT job_id, posting_id, role_group {OF_AI_JOBS}), of_job AS (
            SELECT job_id FROM seen GROUP BY job_id HAVING arg_min(role_group, posting_id) IN {AI_GROUPS}
        ), placed AS (
            SELECT 'world' AS region_level, 'World' AS region, job_id FROM of_job
            UNION
            SELECT level.name, level.region, o.job_id
            FROM of_job AS o JOIN seen USING (job_id) JOIN core.posting_places AS l USING (posting_id),
                LATERAL (VALUES ('continent', l.continent), ('region', l.region), ('country', l.country))
                    AS level (name, region)
            WHERE level.region IS NOT NULL
        ), of_employers AS (
            SELECT region_level, region, employer, count(*) AS m
            FROM placed JOIN ({EMPLOYER_OF_JOB}) USING (job_id) GROUP BY ALL
        ), of_core AS (
            SELECT region_level, region, sum(m) AS n, count(*) AS n_employers,
                pow(sum(m), 2) / sum(m * m) AS n_even, max(m) / sum(m) AS largest
            FROM of_employers GROUP BY ALL
        )
        SELECT format('{{}}: {{}} jobs, {{}} of roles, {{}} in core', region, m.n_jobs, m.n_of_roles, c.n) FROM (
            SELECT region_level, region, max(n_jobs) AS n_jobs, sum(n_yes) AS n_of_roles,
                max(n_employers) AS n_employers, max(n_even_employers) AS n_even,
                max(largest_employer_share) AS largest, max(sample) AS sample
            FROM mart.shares WHERE as_of = $as_of AND measure = 'role' GROUP BY ALL
        ) AS m FULL JOIN of_core AS c USING (region_level, region)
        WHERE m.sample IS DISTINCT FROM 'panel' AND (
            (m.n_jobs, m.n_of_roles, m.n_employers) IS DISTINCT FROM (c.n, c.n, c.n_employers)
            OR abs(m.n_even - c.n_even) > {TINY} OR abs(m.largest - c.largest) > {TINY}
        )""",
    "a cell of mart.shares that rests on the panel counts its AI jobs": f"""
        SELECT format('{{}} jobs, {{}} of the panel', m.n_jobs, c.n) FROM (
            SELECT DISTINCT n_jobs FROM mart.shares
            WHERE as_of = $as_of AND measure = 'role' AND region_level = 'world' AND sample = 'panel'
        ) AS m CROSS JOIN (
            SELECT count(*) AS n FROM panel_jobs($as_of) JOIN ({ROLE_OF_JOB}) USING (job_id)
            WHERE role_group IN {AI_GROUPS}
        ) AS c WHERE m.n_jobs <> c.n""",
    "no cell of mart.shares is of two samples": """
        SELECT DISTINCT format('{}, {} of {}', measure, role_group, region) FROM mart.shares WHERE as_of = $as_of
        GROUP BY measure, region_level, region, role_group, seniority_group, text_class, estimand
        HAVING count(DISTINCT coalesce(sample, 'known')) > 1""",
    "mart.shares prints what the rules of printing admit": f"""
        SELECT format('{{}}, {{}} of {{}}: {{}}', measure, item, region, status) FROM mart.shares
        WHERE as_of = $as_of AND estimand = '{ESTIMAND}' AND (status = 'published') <> ({IS_PRINTED})""",
    "shares of mart.shares are those of their jobs": f"""
        SELECT format('{{}}, {{}} of {{}}: {{}}', measure, item, region, share) FROM mart.shares
        WHERE as_of = $as_of AND estimand = '{ESTIMAND}' AND share IS NOT NULL AND (
            share NOT BETWEEN share_lo AND share_hi OR sample IS DISTINCT FROM 'panel' AND (
                abs(share - n_yes / n_jobs) > {TINY}
                OR abs(bound_lo - n_yes / (n_jobs + n_unknown)) > {TINY}
                OR abs(bound_hi - 1 + n_no / (n_jobs + n_unknown)) > {TINY}
                OR form <> CASE
                    WHEN bound_lo IS NOT NULL AND n_jobs < {MIN_KNOWN.value} * (n_jobs + n_unknown) THEN 'bounds'
                    WHEN {WIDE} THEN 'interval' ELSE 'point' END
            )
        )""",
    "mart.shares counts the jobs of core, whether they answer or not": f"""
        SELECT format('{{}}, {{}}: {{}} jobs, others in core', measure, role_group, n) FROM (
            SELECT DISTINCT measure, role_group, text_class, n_jobs + n_unknown AS n FROM mart.shares
            WHERE as_of = $as_of AND region_level = 'world' AND seniority_group = 'all' AND measure IN {OF_ALL_JOBS}
                AND sample IS DISTINCT FROM 'panel'
        ) ANTI JOIN (
            SELECT g.name AS role_group, text_class, count(*) AS n
            FROM ({ROLE_OF_JOB}) AS j JOIN ({TEXTS_OF_JOB}) USING (job_id) JOIN ({GROUPS}) AS g USING (role_group)
            GROUP BY g.name, text_class
        ) USING (role_group, text_class, n)""",
    "mart.shares has every skill that core has": f"""
        SELECT DISTINCT format('{{}} of {{}}', skill, j.role_group)
        FROM ({SEEN}) AS p JOIN core.posting_skills USING (posting_id) SEMI JOIN core.skills USING (skill)
        JOIN ({ROLE_OF_JOB}) AS j USING (job_id)
        SEMI JOIN ({TEXTS_OF_JOB}) AS t ON t.job_id = p.job_id AND t.text_class = p.text_class
        WHERE p.text_class = '{FULL_ADVERT}' AND p.language = 'en' AND j.role_group NOT IN (
            SELECT role_group FROM mart.shares
            WHERE as_of = $as_of AND measure = 'skill_any' AND region_level = 'world' AND sample = 'panel'
        ) AND NOT EXISTS (
            SELECT 1 FROM mart.shares AS m
            WHERE m.as_of = $as_of AND m.measure = 'skill_any' AND m.region_level = 'world'
                AND m.text_class = p.text_class
                AND m.role_group = j.role_group AND m.item = skill
        )""",
    "mart.salary_bands counts the jobs of core with pay": f"""
        SELECT format('{{}} jobs, {{}} in core', m.n, c.n) FROM (
            SELECT coalesce(sum(n_jobs + n_no_rate + n_apart), 0) AS n FROM mart.salary_bands
            WHERE as_of = $as_of AND basis = 'advertised' AND region_level = 'world' AND role = 'all'
                AND seniority_group = 'all' AND pay_market = 'all' AND currency = 'USD'
                AND role_group IN ({", ".join(f"'{group}'" for group in ROLE_GROUPS)})
        ) AS m, (
            SELECT count(DISTINCT job_id) AS n
            FROM (SELECT * {SEEN} WHERE role_group <> '{SAMPLED_GROUP}' OR is_drawn) AS p
            WHERE currency IS NOT NULL AND (pay_low IS NOT NULL OR pay_high IS NOT NULL) OR EXISTS (
                SELECT 1 FROM core.posting_pay AS c
                WHERE c.posting_id = p.posting_id AND c.component = 'base' AND c.is_headline_in_country
                    AND c.currency IS NOT NULL AND (c.low IS NOT NULL OR c.high IS NOT NULL)
            )
        ) AS c
        WHERE m.n <> c.n""",
}
"""Rules about what marts count of core: the SELECT gives what breaks them."""


def judge(con: duckdb.DuckDBPyConnection, *, as_of: date, run_id: str) -> GateResult:
    """Ask the warehouse, with the marts of the day in it, whether it is sound; one check per rule."""
    breaches = {name: _read_broken(con, select, as_of) for name, select in _rules()}
    return check_rules(breaches, gate="warehouse", run_id=run_id)


def _rules() -> Iterator[tuple[str, str]]:
    for cls in database_tables():
        if schema_of(cls) == "ops":
            continue
        name = table_of(cls).name
        if key_of(cls):
            yield f"keys of {name} are unique", _select_doubled(cls, "true")
        for field in fields_of(cls):
            if field.column.references and not field.is_list:
                table, _, column = field.column.references.rpartition(".")
                yield (
                    f"{name}.{field.name} is in {field.column.references}",
                    f"SELECT DISTINCT t.{ident(field.name)} FROM {name} AS t ANTI JOIN {table} AS r"
                    f" ON r.{ident(column)} = t.{ident(field.name)} WHERE t.{ident(field.name)} IS NOT NULL",
                )
    for mart in HISTORIES:
        yield f"keys of {table_of(mart).name} are unique", _select_doubled(mart, "as_of = $as_of")
    yield from LIFE.items()
    yield from COUNTS.items()


def _select_doubled(cls: type, which: str) -> str:
    keys = ", ".join(map(ident, key_of(cls)))
    return f"SELECT concat_ws(' ', {keys}) FROM {table_of(cls).name} WHERE {which} GROUP BY {keys} HAVING count(*) > 1"


def _read_broken(con: duckdb.DuckDBPyConnection, select: str, as_of: date) -> list[Any]:
    params = {"as_of": as_of} if "$as_of" in select else {}
    return [row[0] for row in con.execute(select, params).fetchall()]
