-- dates of a posting are those of its intervals
WITH several AS (
    SELECT posting_id FROM core.posting_boards GROUP BY posting_id HAVING count(*) > 1
), dates AS (  -- the postings of one interval, nearly all, have theirs without a search for gaps
    SELECT posting_id, first_seen_at, last_seen_at, (closed_at AT TIME ZONE 'UTC')::DATE AS closed_on,
        NULL::DATE AS reopened_on
    FROM core.posting_boards ANTI JOIN several USING (posting_id)
    UNION ALL
    $dates_of_several
)
SELECT posting_id FROM core.postings AS p FULL JOIN dates AS d USING (posting_id)
WHERE (p.first_seen_at, p.last_seen_at, p.closed_on, p.reopened_on)
    IS DISTINCT FROM (d.first_seen_at, d.last_seen_at, d.closed_on, d.reopened_on)
