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
    SELECT cell, job_id, arg_min(coalesce(employer_id, source || ':' || board, posting_id), posting_id) AS employer, min(opened_on) AS opened_on,
        CASE WHEN count(closed_on) = count(*) THEN max(closed_on) END AS closed_on, max(seen_on) AS seen_on
    FROM dated GROUP BY cell, job_id
),
jobs AS (
    SELECT * FROM followed WHERE closed_on IS NOT NULL OR seen_on >= opened_on + $still_open_days
),
hits AS (
    SELECT cell, job_id, 'open' AS item FROM jobs
    WHERE closed_on IS NULL OR closed_on > opened_on + $still_open_days
)
