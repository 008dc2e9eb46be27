-- Part of other SELECTs. When each posting was first and last seen, closed and reopened, from its intervals
-- ($intervals: listed_intervals.sql).
SELECT posting_id, min(first_seen_at) AS first_seen_at, max(last_seen_at) AS last_seen_at,
    (arg_max_null(closed_at, number) AT TIME ZONE 'UTC')::DATE AS closed_on,
    (max(first_seen_at) FILTER (number > 1) AT TIME ZONE 'UTC')::DATE AS reopened_on
FROM ($intervals) GROUP BY posting_id
