-- Jobs that boards listed, month by month: on each board's last complete list of the month. A month without a complete
-- list has no row, and boards without one in a month do not count in it, so `n_jobs` of two months must not be
-- compared; `n_jobs_again` and `n_jobs_before` are for the same boards and may be.
WITH adverts AS (
    FROM monthly_adverts($newest)
), covered AS (
    SELECT
        month, count(*) AS n_boards_read, min(read_on) AS read_from, max(read_on) AS read_to,
        count(*) FILTER (is_read_before) AS n_boards_again
    FROM (SELECT DISTINCT month, source, board, read_on, is_read_before FROM adverts) GROUP BY month
), listed AS (
    FROM adverts WHERE posting_id IS NOT NULL
), jobs AS (
    SELECT
        month, job_id, arg_min(role_group, posting_id) AS role_group, arg_min(role, posting_id) AS role,
        arg_min(employer, posting_id) AS employer_key, bool_or(is_read_before) AS is_again,
        bool_or(is_read_after) AS is_before
    FROM listed GROUP BY month, job_id
), places AS (
    SELECT DISTINCT month, job_id, 'world' AS region_level, 'World' AS region FROM listed
    UNION
    SELECT l.month, l.job_id, 'country', p.country
    FROM listed AS l JOIN core.posting_places AS p USING (posting_id) WHERE p.country IS NOT NULL
), cells AS (
    SELECT
        p.month, p.region_level, p.region, j.role_group, j.role, count(*) AS n_jobs,
        count(DISTINCT j.employer_key) AS n_employers, count(*) FILTER (j.is_again) AS n_jobs_again,
        count(*) FILTER (j.is_before) AS n_before
    FROM places AS p JOIN jobs AS j USING (month, job_id) GROUP BY ALL
), earlier AS (
    SELECT (month + INTERVAL 1 MONTH)::DATE AS month, region_level, region, role_group, role, n_before
    FROM cells WHERE n_before > 0
)
SELECT
    month, region_level, region, role_group, role, coalesce(c.n_jobs, 0) AS n_jobs,
    coalesce(c.n_employers, 0) AS n_employers,
    v.n_boards_read, v.read_from, v.read_to, v.n_boards_again, coalesce(c.n_jobs_again, 0) AS n_jobs_again,
    coalesce(e.n_before, 0) AS n_jobs_before
FROM (SELECT * EXCLUDE (n_before) FROM cells) AS c
FULL JOIN earlier AS e USING (month, region_level, region, role_group, role)
JOIN covered AS v USING (month)
