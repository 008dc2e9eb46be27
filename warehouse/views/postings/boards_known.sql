-- Part of postings_as_of.sql: core.posting_boards as known at the end of a day ($end_of_day: the first moment after it,
-- UTC).
SELECT b.posting_id, b.board, b.first_seen_at,
    CASE WHEN b.last_seen_at < $end_of_day THEN b.last_seen_at
        ELSE coalesce(greatest(b.first_seen_at, r.observed_at), b.first_seen_at) END AS last_seen_at,
    CASE WHEN b.closed_at < $end_of_day THEN b.closed_at END AS closed_at,
    CASE WHEN b.closed_at < $end_of_day THEN b.closed_by END AS closed_by
FROM core.posting_boards AS b JOIN core.postings AS p USING (posting_id)
LEFT JOIN (
    SELECT source, board, max(observed_at) AS observed_at FROM ops.responses
    WHERE is_complete AND observed_at < $end_of_day GROUP BY ALL
) AS r ON r.source = p.source AND r.board = b.board
WHERE b.first_seen_at < $end_of_day
