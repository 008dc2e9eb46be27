-- The stock of the day `as_of`: adverts that statistics count and that their board listed when it was last read
-- (board_readings). `read_on` is the day of that reading, the latest if several boards list the advert. On boards
-- without complete readings these are adverts that had not expired by then. Adverts have their current content. A
-- source whose answers never list a board is read as one board.
WITH readings AS MATERIALIZED (FROM board_readings(as_of)), without_boards AS (
    SELECT source FROM readings GROUP BY source HAVING bool_and(board = source)
), listed AS (
    -- For each advert and board, the last listing that began by the time of the reading.
    SELECT b.posting_id, b.last_seen_at, b.closed_at, r.read_at, r.read_on, r.is_whole, v.valid_through, v.source
    FROM core.posting_boards AS b
    JOIN core.publishable_postings AS v USING (posting_id)
    LEFT JOIN without_boards AS w ON w.source = v.source
    JOIN readings AS r ON r.source = v.source AND r.board = CASE WHEN w.source IS NULL THEN b.board ELSE v.source END
    WHERE r.is_in_stock AND (b.first_seen_at AT TIME ZONE 'UTC')::DATE <= r.read_on
    QUALIFY row_number() OVER (PARTITION BY b.posting_id, b.board ORDER BY b.first_seen_at DESC) = 1
)
SELECT p.*, o.read_on
FROM core.publishable_postings AS p JOIN (
    SELECT l.posting_id, max(l.read_on) AS read_on
    FROM listed AS l LEFT JOIN core.sources AS s USING (source)
    WHERE (l.closed_at IS NULL OR l.closed_at > l.read_at)
        AND (l.is_whole OR coalesce($expires_on >= l.read_on, true))
    GROUP BY l.posting_id
) AS o USING (posting_id)
