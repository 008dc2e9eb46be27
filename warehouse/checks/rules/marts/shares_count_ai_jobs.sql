-- mart.shares counts the AI jobs of core, region by region
WITH seen AS MATERIALIZED (  -- postings of jobs with a posting of an AI role: only such jobs can count as AI jobs
    SELECT job_id, posting_id, role_group FROM stock_postings($as_of)
    SEMI JOIN (FROM stock_postings($as_of) WHERE role_group IN $ai_groups) USING (job_id)
), of_job AS (
    SELECT job_id FROM seen GROUP BY job_id HAVING arg_min(role_group, posting_id) IN $ai_groups
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
    FROM placed JOIN (
        SELECT job_id, arg_min(coalesce(employer_id, source || ':' || board, posting_id), posting_id) AS employer
        FROM stock_postings($as_of) GROUP BY job_id
    ) USING (job_id) GROUP BY ALL
), of_core AS (
    SELECT region_level, region, sum(m) AS n, count(*) AS n_employers,
        pow(sum(m), 2) / sum(m * m) AS n_even, max(m) / sum(m) AS largest
    FROM of_employers GROUP BY ALL
)
SELECT format('{}: {} jobs, {} of roles, {} in core', region, m.n_jobs, m.n_of_roles, c.n) FROM (
    SELECT region_level, region, max(n_jobs) AS n_jobs, sum(n_yes) AS n_of_roles,
        max(n_employers) AS n_employers, max(n_even_employers) AS n_even,
        max(largest_employer_share) AS largest, max(sample) AS sample
    FROM mart.shares WHERE as_of = $as_of AND measure = 'role' GROUP BY ALL
) AS m FULL JOIN of_core AS c USING (region_level, region)
WHERE m.sample IS DISTINCT FROM 'panel' AND (
    (m.n_jobs, m.n_of_roles, m.n_employers) IS DISTINCT FROM (c.n, c.n, c.n_employers)
    OR abs(m.n_even - c.n_even) > 1e-9 OR abs(m.largest - c.largest) > 1e-9
)
