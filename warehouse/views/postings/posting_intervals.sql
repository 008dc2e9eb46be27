-- The intervals in which each posting was listed, over all its boards. It closed between `last_seen_at` and
-- `closed_at`. An interval that is not closed counts as expired after `expires_on`, which is not a closing: its own
-- last day, or as long after it was last seen as its source declares.
--
-- $intervals: listed_intervals.sql over core.posting_boards.
-- $expires_on: its last day (valid_through), otherwise the day it was last seen plus expires_after_days of its source.
SELECT i.*, CASE WHEN i.closed_at IS NULL
    THEN $expires_on END AS expires_on
FROM ($intervals) AS i
JOIN core.postings AS p USING (posting_id) LEFT JOIN core.sources AS s USING (source)
