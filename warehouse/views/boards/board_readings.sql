-- The last reading of each board by the end of the day `as_of` (UTC), and whether its adverts are in the stock: only if
-- it is so close to the newest reading of any board that all readings show about the same time; its distance from
-- `as_of` does not matter. The last reading is the last complete list. If there is none, or partial readings continued
-- for longer than that after it, it is the last answer with rows, or one that repeated a sound answer.
WITH last_readings AS (
    SELECT
        r.source, coalesce(r.board, r.source) AS board, max(r.observed_at) AS any_at,
        max(r.observed_at) FILTER (r.is_complete) AS whole_at,
        coalesce(any_at - whole_at <= INTERVAL $max_apart DAYS, false) AS is_whole,
        CASE WHEN is_whole THEN whole_at ELSE any_at END AS read_at
    FROM ops.responses AS r
    WHERE r.source IN (SELECT DISTINCT source FROM core.postings) AND r.observed_at < $end_of_day
        AND (r.is_complete OR r.n_rows > 0 OR r.refers_to IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM core.broken_answers AS b
            WHERE b.source = r.source AND b.url = r.url AND b.observed_at = r.refers_to
        ))
    GROUP BY ALL
)
SELECT
    source, board, is_whole, read_at, (read_at AT TIME ZONE 'UTC')::DATE AS read_on,
    (max(read_at) OVER () AT TIME ZONE 'UTC')::DATE - read_on <= $max_apart AS is_in_stock
FROM last_readings
