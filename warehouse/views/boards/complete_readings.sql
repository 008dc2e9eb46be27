-- Complete readings of each board (of the one list of a source without boards) by the end of the day `as_of`, numbered
-- in order of time. Of several on one day (UTC) only the last counts, as a restarted run reads nothing new.
--
-- `max_age_days`: the age from which the list may lack adverts that are not closed.
SELECT source, board, read_at, max_age_days,
    row_number() OVER w AS number,
    lag(read_at) OVER w AS read_before_at,
    lead(read_at) OVER w AS read_again_at,
    lead(read_at, 2) OVER w AS confirmed_at
FROM (
    SELECT source, board, max(observed_at) AS read_at, arg_max_null(max_age_days, observed_at) AS max_age_days
    FROM ops.responses
    WHERE is_complete AND board IS NOT NULL AND (observed_at AT TIME ZONE 'UTC')::DATE <= as_of::DATE
    GROUP BY source, board, (observed_at AT TIME ZONE 'UTC')::DATE
)
WINDOW w AS (PARTITION BY source, board ORDER BY read_at)
