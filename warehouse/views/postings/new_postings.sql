-- The flow of the `window_days` days up to the day `as_of`: adverts that statistics count and that were first seen in
-- them, on a board that had been read completely, without them, at most `bridge_days` days before. Adverts that were on
-- a board when it was first read are in no flow, as nobody knows since when.
WITH first_listed AS (
    SELECT b.posting_id, v.source, b.board, min(b.first_seen_at) AS first_seen_at
    FROM core.posting_boards AS b JOIN core.publishable_postings AS v USING (posting_id)
    WHERE (v.first_seen_at AT TIME ZONE 'UTC')::DATE BETWEEN as_of::DATE - window_days::INTEGER + 1 AND as_of::DATE
    GROUP BY b.posting_id, v.source, b.board, v.first_seen_at
    HAVING min(b.first_seen_at) = v.first_seen_at
)
SELECT p.*
FROM core.publishable_postings AS p SEMI JOIN (
    SELECT b.posting_id
    FROM first_listed AS b ASOF JOIN (
        SELECT source, coalesce(board, source) AS board, observed_at FROM ops.responses WHERE is_complete
    ) AS r  -- the last complete reading before
    ON r.source = b.source AND r.board = b.board AND b.first_seen_at > r.observed_at
    WHERE (b.first_seen_at AT TIME ZONE 'UTC')::DATE - (r.observed_at AT TIME ZONE 'UTC')::DATE <= $bridge_days
) AS n USING (posting_id)
