-- The complete readings of a board between which each job was listed there, as known at the end of the day `as_of`. A
-- job is listed while any of its adverts is, so it closes with the last. A job that one reading lacks and the next has
-- again was not closed: `lacked_by` has the numbers of such readings. So a closing that one reading saw is provisional
-- until the next. `employer`: of the job's first advert there, as `counted_employer` says. A job whose last advert was old enough for its list to
-- drop it, or whose age is unknown, or that another board lists at that reading, `is_dropped` and not closed.
--
-- $bridge_days: the most days from a reading without a job to the first with it, for its first day to be known.
WITH readings AS (  -- columns by name: DuckDB stores the names of an EXCLUDE in a different order each time
    FROM complete_readings(as_of)
), boards AS (
    SELECT source, board, count(*) AS n_readings FROM readings GROUP BY ALL
), shown AS (
    SELECT p.source, b.board, p.job_id, counted_employer(p.employer_id, p.source, b.board, p.posting_id) AS employer, b.first_seen_at, b.last_seen_at, p.role_group, p.posted_on,
        b.first_seen_at = min(b.first_seen_at) OVER (PARTITION BY p.job_id) AS is_first
    FROM core.posting_boards AS b JOIN core.publishable_postings AS p USING (posting_id)
), begun AS (
    SELECT s.*, r.number AS first_number,
        CASE WHEN s.is_first AND r.read_at - r.read_before_at <= INTERVAL $bridge_days DAYS
            THEN r.read_before_at + (r.read_at - r.read_before_at) / 2 END AS opened_at
    FROM shown AS s ASOF JOIN readings AS r
    ON r.source = s.source AND r.board = s.board AND s.first_seen_at <= r.read_at
), read AS (
    SELECT b.source, b.board, b.job_id, b.employer, b.role_group, b.posted_on, b.first_number, b.opened_at,
        r.number AS last_number
    FROM begun AS b ASOF JOIN readings AS r
    ON r.source = b.source AND r.board = b.board AND b.last_seen_at >= r.read_at
), elsewhere AS (  -- listings of jobs that several boards list
    SELECT job_id, source, board, first_seen_at, last_seen_at FROM shown
    SEMI JOIN (SELECT job_id FROM shown GROUP BY job_id HAVING count(DISTINCT (source, board)) > 1) USING (job_id)
), separate AS (
    SELECT *, max(last_number) OVER (
            PARTITION BY source, board, job_id ORDER BY first_number ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS last_before,
        coalesce(first_number > 2 + last_before, true) AS is_new
    FROM read WHERE first_number <= last_number
), numbered AS (
    SELECT *, count(*) FILTER (is_new) OVER (
        PARTITION BY source, board, job_id ORDER BY first_number
    ) AS listing
    FROM separate
)
SELECT l.source, l.board, l.job_id, l.listing, l.employer, l.role_group, l.first_number, l.last_number, l.opened_at,
    l.lacked_by, l.last_number <= n_readings - 1 AND NOT may_be_dropped AS is_closed,
    l.last_number <= n_readings - 1 AND may_be_dropped AS is_dropped
FROM (
    SELECT source, board, job_id, listing, n_readings,
        min(first_number) AS first_number,
        max(last_number) AS last_number,
        arg_min_null(opened_at, (first_number, opened_at)) AS opened_at,
        arg_min(employer, (first_number, posted_on, employer)) AS employer,
        arg_min(role_group, (first_number, posted_on, role_group)) AS role_group,
        list(first_number - 1 ORDER BY first_number) FILTER (first_number = 2 + last_before) AS lacked_by,
        arg_max_null(posted_on, (last_number, posted_on)) AS posted_on
    FROM numbered JOIN boards USING (source, board)
    GROUP BY source, board, job_id, listing, n_readings
) AS l
LEFT JOIN (
    SELECT source, board, number, max_age_days, read_at FROM readings
) AS r ON r.source = l.source AND r.board = l.board AND r.number = l.last_number + 1,
LATERAL (
    SELECT (
        r.max_age_days IS NOT NULL
        AND coalesce((r.read_at AT TIME ZONE 'UTC')::DATE - l.posted_on >= r.max_age_days, true)
    ) OR EXISTS (
        FROM elsewhere AS e
        WHERE e.job_id = l.job_id AND (e.source, e.board) <> (l.source, l.board)
            AND e.first_seen_at <= r.read_at AND e.last_seen_at >= r.read_at
    ) AS may_be_dropped
)
