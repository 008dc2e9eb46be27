-- core.postings as it was at the end of a day (UTC), as far as was read by then, and whether each posting was open:
-- listed, and not expired. Dollars and `employer_id` are as known today. For a posting that was seen again later,
-- `last_seen_at` is that of the last complete list by then, or for sources without such lists, the first sighting in
-- the interval.
WITH known AS (
    SELECT * FROM ($dates)
), lasting AS (
    -- Without complete lists, sightings in an interval are never further apart than the age that its source declares,
    -- so on a day within the interval the posting had not expired, whenever it had last been seen by then.
    SELECT DISTINCT b.posting_id FROM core.posting_boards AS b JOIN core.postings AS p USING (posting_id)
    WHERE b.first_seen_at < $end_of_day AND b.last_seen_at >= $end_of_day AND NOT EXISTS (
        SELECT 1 FROM ops.responses AS r
        WHERE r.source = p.source AND r.board = b.board AND r.is_complete AND r.observed_at < $end_of_day
    )
), said AS (
    SELECT * FROM core.posting_versions
    WHERE version_from < $end_of_day AND (version_to IS NULL OR version_to >= $end_of_day)
)
SELECT v.* EXCLUDE (version_to), p.job_id, p.employer_id,
    k.first_seen_at, k.last_seen_at, k.closed_on, k.reopened_on,
    k.closed_on IS NULL AND (
        coalesce(as_of::DATE <= $expires_on, true)
        OR (l.posting_id IS NOT NULL AND coalesce(v.valid_through >= as_of::DATE, true))
    ) AS is_open
FROM known AS k
JOIN said AS v USING (posting_id)
JOIN (SELECT posting_id, job_id, employer_id FROM core.postings) AS p USING (posting_id)
LEFT JOIN lasting AS l USING (posting_id)
LEFT JOIN core.sources AS s USING (source)
