-- What the answers to requests for a board's list said, for each night (UTC) on which it was asked and answered at all.
WITH answers AS (
    SELECT r.source, r.board, r.observed_at, (r.observed_at AT TIME ZONE 'UTC')::DATE AS night,
        r.http_status IN (200, 304) AS is_answer, r.http_status IN (404, 410) AS is_gone,
        r.http_status IN (301, 302, 303, 307, 308) AS is_redirect,
        r.http_status = 200 AND r.refers_to IS NULL AND r.n_rows = 0 AND b.warc IS NULL AS is_empty
    FROM ops.responses AS r LEFT JOIN core.broken_answers AS b ON b.warc = r.warc AND b.record = r.record
    WHERE r.board IS NOT NULL AND r.http_status IS NOT NULL AND r.posting_id IS NULL
)
SELECT source, board, night, max(observed_at) AS answered_at, count(*) AS n_answers,
    CASE
        WHEN bool_or(is_answer) THEN CASE WHEN bool_and(is_empty OR is_redirect) THEN 'empty' ELSE 'answer' END
        WHEN bool_or(is_gone) THEN 'gone' WHEN bool_and(is_redirect) THEN 'moved' ELSE 'failure'
    END AS said
FROM answers GROUP BY source, board, night
