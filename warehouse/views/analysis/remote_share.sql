-- How many open jobs are remote, by place, role and day. Rows with the role `all` are the published cells of
-- mart.shares, of employers and of jobs, with interval, bounds and status; what may not be printed is NULL: the share
-- unless its form is a point, share, interval and readings where few say, and bounds that are too wide. Rows of single roles are
-- counts of the same day without them, as `status` says.
WITH counted AS (
    SELECT
        r.region_level, r.region, j.role_group, j.role,
        count(*) FILTER (j.tells_workplace AND j.workplace = 'remote') AS n_remote,
        count(*) FILTER (j.tells_workplace AND j.workplace <> 'remote') AS n_not_remote,
        count(*) FILTER (j.tells_workplace AND j.workplace IS NULL) AS n_unknown,
        count(*) FILTER (NOT j.tells_workplace) AS n_unread
    FROM counted_jobs($day) AS j JOIN job_regions($day) AS r USING (job_id)
    WHERE j.text_class <> $unread GROUP BY ALL
)
SELECT
    as_of, region_level, region, role_group, 'all' AS role, n_yes AS n_remote, n_no AS n_not_remote, n_unknown, n_unread,
    n_jobs / nullif(n_jobs + n_unknown, 0) AS known_share,
    CASE WHEN coalesce(form_by_employer, 'point') = 'point' THEN share_by_employer END AS share_by_employer,
    CASE WHEN is_open THEN NULL ELSE share_by_employer_lo END AS share_by_employer_lo,
    CASE WHEN is_open THEN NULL ELSE share_by_employer_hi END AS share_by_employer_hi, form_by_employer,
    CASE WHEN is_open THEN NULL ELSE platforms END AS platforms,
    CASE WHEN coalesce(form, 'point') = 'point' THEN share END AS share,
    CASE WHEN is_open THEN NULL ELSE share_lo END AS share_lo,
    CASE WHEN is_open THEN NULL ELSE share_hi END AS share_hi, form,
    CASE WHEN is_open THEN NULL ELSE platforms_by_jobs END AS platforms_by_jobs,
    CASE WHEN form = 'says' THEN NULL ELSE bound_lo END AS bound_lo,
    CASE WHEN form = 'says' THEN NULL ELSE bound_hi END AS bound_hi,
    status, reason, period_from, period_to
FROM (SELECT *, form IN ('bounds', 'says') AS is_open FROM published.shares)
WHERE measure = 'workplace' AND item = 'remote'
UNION ALL BY NAME
SELECT
    $day AS as_of, c.region_level, c.region, c.role_group, c.role, c.n_remote, c.n_not_remote, c.n_unknown, c.n_unread,
    (n_remote + n_not_remote) / nullif(n_remote + n_not_remote + n_unknown, 0) AS known_share,
    n_remote / nullif(n_remote + n_not_remote, 0) AS share,
    'count' AS status, 'a count without an interval: not to be printed' AS reason, p.period_from, p.period_to
FROM counted AS c LEFT JOIN reference_periods($day) AS p USING (region_level, region)
