-- From which to which complete reading of a board each advert was listed there, known at the end of the day `as_of`.
-- An advert that one reading lacks and the next has again was not closed: a closing is confirmed by a second reading.
--
-- $bridge_days: most days from a reading without an advert to the one that first has it, for its first day to be known.
WITH readings AS (
    FROM complete_readings(as_of)
), boards AS (
    SELECT source, board, count(*) AS n_readings FROM readings GROUP BY ALL
), shown AS (
    SELECT p.source, b.board, b.posting_id, b.first_seen_at, b.last_seen_at, p.role_group,
        b.first_seen_at = min(b.first_seen_at) OVER (PARTITION BY b.posting_id) AS is_first
    FROM core.posting_boards AS b JOIN core.publishable_postings AS p USING (posting_id)
), begun AS (
    SELECT s.*, r.number AS first_number,
        CASE WHEN s.is_first AND r.read_at - r.read_before_at <= INTERVAL $bridge_days DAYS
            THEN r.read_before_at + (r.read_at - r.read_before_at) / 2 END AS opened_at
    FROM shown AS s ASOF JOIN readings AS r
    ON r.source = s.source AND r.board = s.board AND s.first_seen_at <= r.read_at
), read AS (
    SELECT b.* EXCLUDE (first_seen_at, last_seen_at, is_first), r.number AS last_number
    FROM begun AS b ASOF JOIN readings AS r
    ON r.source = b.source AND r.board = b.board AND b.last_seen_at >= r.read_at
), separate AS (
    SELECT *, coalesce(first_number > 2 + max(last_number) OVER (
        PARTITION BY source, board, posting_id ORDER BY first_number ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ), true) AS is_new
    FROM read WHERE first_number <= last_number
), numbered AS (
    SELECT *, count(*) FILTER (is_new) OVER (
        PARTITION BY source, board, posting_id ORDER BY first_number
    ) AS listing
    FROM separate
)
SELECT source, board, posting_id, listing, role_group,
    min(first_number) AS first_number,
    max(last_number) AS last_number,
    arg_min_null(opened_at, first_number) AS opened_at,
    max(last_number) <= n_readings - 2 AS is_closed
FROM numbered JOIN boards USING (source, board)
GROUP BY source, board, posting_id, listing, role_group, n_readings
