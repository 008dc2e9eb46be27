-- Jobs seen open in the window: one row per job and region of its places (level by level, World once).
-- A job counts once in each region of its places. The employer is who advertises: a staffing agency stands for the
-- employers it does not name, since its adverts share its words and its pay as those of one employer do, and so weighs
-- at most a tenth of a cell. Adverts that name nobody are their board's, else each its own. Parameters: $as_of,
-- $window_days, $languages, $role_groups.
WITH open_postings AS (
    SELECT * FROM core.publishable_postings
    WHERE first_seen_at::DATE <= $as_of AND last_seen_at::DATE > $as_of - $window_days::INTEGER
), jobs AS (
    SELECT
        job_id,
        arg_min(coalesce(employer_id, source || ':' || board, posting_id), posting_id) AS employer,
        arg_min(role, posting_id) AS role,
        arg_min(role_group, posting_id) AS role_group,
        bool_or(text_state = 'full' AND list_contains($languages::VARCHAR[], language)) AS has_text
    FROM open_postings GROUP BY job_id HAVING list_contains($role_groups::VARCHAR[], arg_min(role_group, posting_id))
), placed AS (
    SELECT job_id, 'world' AS region_level, 'World' AS region FROM jobs
    UNION
    SELECT o.job_id, level.name, level.region
    FROM open_postings o SEMI JOIN jobs USING (job_id) JOIN core.posting_places p USING (posting_id),
        LATERAL (VALUES ('continent', p.continent), ('region', p.region), ('country', p.country)) level (name, region)
    WHERE level.region IS NOT NULL
)
SELECT region_level, region, job_id, employer, role, role_group, has_text
FROM placed JOIN jobs USING (job_id)
ORDER BY region_level, region, job_id
