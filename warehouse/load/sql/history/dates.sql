-- When the postings of `moved` were seen, closed and reopened, from their intervals on all boards.
UPDATE core.postings AS p SET
    first_seen_at = d.first_seen_at, last_seen_at = d.last_seen_at, closed_on = d.closed_on,
    reopened_on = d.reopened_on
FROM ($dates) AS d
WHERE d.posting_id = p.posting_id
    AND (d.first_seen_at, d.last_seen_at, d.closed_on, d.reopened_on)
        IS DISTINCT FROM (p.first_seen_at, p.last_seen_at, p.closed_on, p.reopened_on)
