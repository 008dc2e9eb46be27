-- The panel from one day to another: boards that were read whole in every quarter of a year between them, the first and
-- the last included. What is compared over time within it is not moved by boards that come and go.
SELECT r.source, coalesce(r.board, r.source) AS board
FROM ops.responses AS r
WHERE r.is_complete AND r.source IN (SELECT DISTINCT source FROM core.postings)
    AND (r.observed_at AT TIME ZONE 'UTC')::DATE BETWEEN from_day::DATE AND to_day::DATE
GROUP BY ALL
HAVING count(DISTINCT date_trunc('quarter', r.observed_at AT TIME ZONE 'UTC'))
    = date_diff('quarter', from_day::DATE, to_day::DATE) + 1
