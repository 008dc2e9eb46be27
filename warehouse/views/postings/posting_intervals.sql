-- The intervals in which each posting was listed, over all its boards. It closed between `last_seen_at` and
-- `closed_at`. An interval that is not closed counts as expired after `expires_on`, which is not a closing: its own
-- last day, or as long after it was last seen as its source declares.
SELECT i.*, CASE WHEN i.closed_at IS NULL
    THEN $expires_on END AS expires_on
FROM ($intervals) AS i
JOIN core.postings AS p USING (posting_id) LEFT JOIN core.sources AS s USING (source)
