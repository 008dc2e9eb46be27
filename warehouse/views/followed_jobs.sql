-- Vacancies that were first seen in the `window_days` days that end with the day `as_of`, `days` days or more before it,
-- and whether they were still open after `days` days. NULL: the first day is not known, or it was not followed until it
-- closed or for so long.
--
-- The first day is known when the board was read, without the vacancy, at most $bridge_days days before it: what was
-- open on our first visit is old stock and would mislead.
WITH readings AS (
    SELECT DISTINCT source, board, observed_at::DATE AS read_on FROM ops.responses
    WHERE is_complete AND observed_at::DATE <= as_of
), eligible AS (
    SELECT
        p.job_id, p.first_seen_at::DATE AS opened_on, p.last_seen_at::DATE AS seen_on,
        CASE WHEN p.closed_on <= as_of THEN p.closed_on END AS closed_on,
        EXISTS (
            SELECT 1 FROM readings AS r
            WHERE r.source = p.source AND r.board = p.board AND r.read_on < p.first_seen_at::DATE
                AND r.read_on >= p.first_seen_at::DATE - $bridge_days
        ) AS is_dated
    FROM core.publishable_postings AS p
    WHERE p.first_seen_at::DATE <= as_of::DATE - days::INTEGER
        AND p.first_seen_at::DATE > as_of::DATE - window_days::INTEGER
), dated AS (
    SELECT job_id, min(opened_on) AS opened_on, max(seen_on) AS seen_on,
        CASE WHEN count(closed_on) = count(*) THEN max(closed_on) END AS closed_on
    FROM eligible WHERE is_dated GROUP BY job_id
)
SELECT
    e.job_id,
    CASE
        WHEN d.closed_on IS NOT NULL THEN d.closed_on > d.opened_on + days::INTEGER
        WHEN d.seen_on >= d.opened_on + days::INTEGER THEN true
    END AS was_open_after
FROM (SELECT DISTINCT job_id FROM eligible) AS e LEFT JOIN dated AS d USING (job_id)
