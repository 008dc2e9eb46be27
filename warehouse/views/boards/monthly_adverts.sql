-- Adverts month by month (UTC) up to the day `as_of`: those on each board's last complete list of the month. A list
-- without adverts has one row, without an advert. `is_read_before` and `is_read_after`: whether the board has a complete
-- list in the month before or after too, so that its adverts may be compared with that month's.
WITH readings AS (
    SELECT
        source, board, date_trunc('month', read_at AT TIME ZONE 'UTC')::DATE AS month, max(read_at) AS read_at
    FROM complete_readings(as_of)
    WHERE source NOT IN (SELECT source FROM core.sources WHERE NOT is_republishable) GROUP BY ALL
), boards AS (
    SELECT
        *, coalesce(lag(month) OVER w = month - INTERVAL 1 MONTH, false) AS is_read_before,
        coalesce(lead(month) OVER w = month + INTERVAL 1 MONTH, false) AS is_read_after
    FROM readings WINDOW w AS (PARTITION BY source, board ORDER BY month)
), listed AS (
    SELECT b.source, b.board, b.month, p.posting_id, p.job_id, p.role_group, p.role, p.warc,
        counted_employer(p.employer_id, p.source, p.board, p.posting_id) AS employer
    FROM boards AS b
    JOIN core.posting_boards AS l ON l.board = b.board AND l.first_seen_at <= b.read_at AND l.last_seen_at >= b.read_at
    JOIN core.publishable_postings AS p ON p.posting_id = l.posting_id AND p.source = b.source
)
SELECT
    month, source, board, (b.read_at AT TIME ZONE 'UTC')::DATE AS read_on, b.is_read_before, b.is_read_after,
    l.posting_id, l.job_id, l.role_group, l.role, l.warc, l.employer
FROM boards AS b LEFT JOIN listed AS l USING (source, board, month)
