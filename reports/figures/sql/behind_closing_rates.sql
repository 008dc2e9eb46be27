-- Adverts that closing rates follow: listed at a reading of their board that begins an interval which counts.
-- Parameters: as_of, window_days.
WITH intervals AS (
    SELECT i.source, i.board, i.number
    FROM board_intervals($as_of, $window_days) i
    ANTI JOIN mart.closings_left_out o
        ON o.as_of = $as_of AND o.source = i.source AND o.board = i.board
        AND o.read_on = (i.read_at AT TIME ZONE 'UTC')::DATE
    WHERE i.why_not IS NULL
),
followed AS (
    SELECT DISTINCT l.posting_id, l.role_group
    FROM board_listings($as_of) l ASOF JOIN intervals i
    ON i.source = l.source AND i.board = l.board AND l.first_number <= i.number
    WHERE i.number <= l.last_number - l.is_dropped::INTEGER
)
SELECT
    ['world', 'World', f.role_group] AS cell, p.job_id, p.posting_id, p.source, p.board, p.warc,
    NULL AS fx_source, NULL::DATE AS fx_on, [] AS items
FROM followed f JOIN core.postings p USING (posting_id)
WHERE f.role_group IN ('ai_engineering', 'other_engineering')
