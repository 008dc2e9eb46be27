-- The stock of the day `as_of`: adverts that statistics count and that their board listed when it was last read
-- (board_readings); `read_on` is the day of that reading, the last of them where several boards list it. Of boards that
-- are never read whole, adverts that had not expired by then.
--
-- $expires_on: the last day on which an advert counts as open when it is not seen again.
SELECT p.*, l.read_on
FROM core.publishable_postings AS p JOIN (
    SELECT b.posting_id, max(r.read_on) AS read_on
    FROM core.posting_boards AS b
    JOIN core.publishable_postings AS v USING (posting_id)
    LEFT JOIN core.sources AS s USING (source)
    JOIN board_readings(as_of) AS r ON r.source = v.source AND r.board = b.board
    WHERE r.is_in_stock AND (b.first_seen_at AT TIME ZONE 'UTC')::DATE <= r.read_on
        AND (b.closed_at IS NULL OR b.closed_at > r.read_at)
        AND (r.is_whole OR coalesce($expires_on >= r.read_on, true))
    GROUP BY b.posting_id
) AS l USING (posting_id)
