-- Jobs of each employer in a country on boards with a complete list in a month and in the month before, in either month:
-- a row for each country, month and employer. A row without an employer has the boards of the month, with how many of
-- them also have a list of the month before, and how many employers all these boards have. Parameter: as_of.
WITH adverts AS MATERIALIZED (
    SELECT a.*, p.country
    FROM monthly_adverts($as_of) AS a
    JOIN (SELECT DISTINCT posting_id, country FROM core.posting_places WHERE country IS NOT NULL) AS p USING (posting_id)
), sides AS (
    SELECT * FROM adverts WHERE is_read_before
    UNION ALL
    SELECT * REPLACE ((month + INTERVAL 1 MONTH)::DATE AS month, false AS is_read_before) FROM adverts WHERE is_read_after
), jobs AS (
    SELECT
        country, month, is_read_before AS is_now, job_id, arg_min(employer, posting_id) AS employer,
        coalesce(arg_min_null(role_group, posting_id) IN $ai_groups, false) AS is_ai
    FROM sides GROUP BY ALL
)
SELECT
    country, month, employer, count(*) FILTER (is_now) AS n_jobs, count(*) FILTER (is_now AND is_ai) AS n_ai,
    count(*) FILTER (NOT is_now) AS n_jobs_before, count(*) FILTER (NOT is_now AND is_ai) AS n_ai_before,
    NULL::BIGINT AS n_boards, NULL::BIGINT AS n_boards_again, NULL::BIGINT AS n_listed, NULL::DATE AS read_to
FROM jobs GROUP BY ALL
UNION ALL
SELECT
    country, month, NULL, NULL, NULL, NULL, NULL, count(DISTINCT (source, board)),
    count(DISTINCT CASE WHEN is_read_before THEN (source, board) END), count(DISTINCT employer), max(read_on)
FROM adverts GROUP BY ALL
ORDER BY ALL
