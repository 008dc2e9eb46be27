-- How many open jobs are remote, by place, role and day. Rows with the role `all` are the published cells of
-- mart.shares, with interval and status. Rows of single roles are counts of the same day without an interval, as
-- `status` says. Bounds are the lowest and highest share of all jobs, including those that do not say.
WITH counted AS (
    SELECT
        r.region_level, r.region, j.role_group, j.role, count(*) FILTER (j.workplace = 'remote') AS n_remote,
        count(*) FILTER (j.workplace <> 'remote') AS n_not_remote, count(*) FILTER (j.workplace IS NULL) AS n_unknown
    FROM analysis.jobs_on($day) AS j JOIN job_regions($day) AS r USING (job_id)
    WHERE j.is_open AND j.text_class <> $unread GROUP BY ALL
)
SELECT
    as_of, region_level, region, role_group, 'all' AS role, n_yes AS n_remote, n_no AS n_not_remote, n_unknown,
    n_jobs / nullif(n_jobs + n_unknown, 0) AS known_share, share, share_lo, share_hi, bound_lo, bound_hi, form,
    status, reason,
    period_from, period_to
FROM published.shares WHERE measure = 'workplace' AND item = 'remote'
UNION ALL BY NAME
SELECT
    $day AS as_of, c.region_level, c.region, c.role_group, c.role, c.n_remote, c.n_not_remote, c.n_unknown,
    (n_remote + n_not_remote) / (n_remote + n_not_remote + n_unknown) AS known_share,
    n_remote / nullif(n_remote + n_not_remote, 0) AS share,
    n_remote / (n_remote + n_not_remote + n_unknown) AS bound_lo,
    (n_remote + n_unknown) / (n_remote + n_not_remote + n_unknown) AS bound_hi,
    'count' AS status, 'a count without an interval: not to be printed' AS reason, p.period_from, p.period_to
FROM counted AS c LEFT JOIN reference_periods($day) AS p USING (region_level, region)
