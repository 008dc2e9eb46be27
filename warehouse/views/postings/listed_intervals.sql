-- Part of other SELECTs. The intervals in which each posting was listed on the boards of $boards: core.posting_boards,
-- or some of its rows. A posting is open while any board lists it, so intervals that touch or overlap are merged; the
-- merged interval is closed if the last of them to end is. An interval that a board began again later ended without a
-- closing.
SELECT posting_id, number, min(first_seen_at) AS first_seen_at, max(last_seen_at) AS last_seen_at,
    CASE WHEN max(closed_at) = max(until) THEN max(closed_at) END AS closed_at,
    CASE WHEN max(closed_at) = max(until) THEN max_by(closed_by, closed_at) END AS closed_by
FROM (
    SELECT *, 1 + count(*) FILTER (listed_until < first_seen_at) OVER w AS number
    FROM (
        SELECT *, max(until) OVER (
            PARTITION BY posting_id ORDER BY first_seen_at, board ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS listed_until
        FROM (
            SELECT *, CASE WHEN closed_at IS NOT NULL THEN closed_at
                WHEN lead(board) OVER (PARTITION BY posting_id, board ORDER BY first_seen_at) IS NOT NULL
                    THEN last_seen_at
                ELSE 'infinity'::TIMESTAMPTZ END AS until
            FROM $boards
        )
    )
    WINDOW w AS (PARTITION BY posting_id ORDER BY first_seen_at, board)
)
GROUP BY posting_id, number
