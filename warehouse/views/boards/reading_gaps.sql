-- Days on which nothing was read from a board (or from a source without boards). What opened and closed in between was
-- never seen, and dates at the ends of a gap may be late by its length.
SELECT source, board, read_on, read_again_on, (read_again_on - read_on - 1)::BIGINT AS days_unread
FROM (
    SELECT source, board, day AS read_again_on, lag(day) OVER (PARTITION BY source, board ORDER BY day) AS read_on
    FROM (
        SELECT DISTINCT source, coalesce(board, source) AS board, (observed_at AT TIME ZONE 'UTC')::DATE AS day
        FROM ops.responses
        WHERE is_complete OR (board IS NULL AND (n_rows > 0 OR refers_to IS NOT NULL))
    )
)
WHERE read_again_on - read_on > 1
