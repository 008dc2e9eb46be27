-- The flow of the `window_days` days that end with the day `as_of`: adverts that statistics count and that were first seen
-- then, on a board that had been read whole, without them, a short time before; `bridge_days` is how many days that is
-- at most. What stood on a board when it was first read is in no flow: nobody knows since when.
--
SELECT p.*
FROM core.publishable_postings AS p SEMI JOIN (
    SELECT b.posting_id
    FROM (
        SELECT posting_id, board, min(first_seen_at) AS first_seen_at
        FROM core.posting_boards GROUP BY ALL
    ) AS b
    JOIN core.publishable_postings AS v USING (posting_id)
    JOIN ops.responses AS r ON r.source = v.source AND coalesce(r.board, r.source) = b.board
    WHERE r.is_complete AND r.observed_at < b.first_seen_at AND b.first_seen_at = v.first_seen_at
        AND (b.first_seen_at AT TIME ZONE 'UTC')::DATE - (r.observed_at AT TIME ZONE 'UTC')::DATE <= $bridge_days
        AND (b.first_seen_at AT TIME ZONE 'UTC')::DATE BETWEEN as_of::DATE - window_days::INTEGER + 1 AND as_of::DATE
) AS n USING (posting_id)
