-- Bring core.posting_boards forward by `seen`, `lists` and `removals` of `source`. `age`: days after which an unseen
-- posting of the source has expired, or NULL.

-- A list that drops adverts by age may lack a posting for its age; a posting without a date of its own may be old.
CREATE OR REPLACE TEMP MACRO may_lack(max_age_days, listed_at, posted_on) AS
    max_age_days IS NOT NULL AND coalesce(listed_at::DATE - posted_on >= max_age_days, true);

-- When boards listed the postings that are seen, before the intervals know of what came later (for versions.sql).
CREATE OR REPLACE TEMP TABLE sighted AS
SELECT * FROM (
    SELECT posting_id, board, observed_at AS sighted_at FROM seen
    UNION
    SELECT posting_id, board, last_seen_at FROM core.posting_boards SEMI JOIN seen USING (posting_id)
) WHERE $age IS NOT NULL;

-- A fast path for nearly all postings on most nights: those that the only complete list of their board shows again.
-- The general case below would find the same at three times the cost.
CREATE OR REPLACE TEMP TABLE extensions AS
SELECT s.posting_id, s.board, b.first_seen_at, s.observed_at
FROM (
    SELECT posting_id, board, min(observed_at) AS observed_at FROM seen GROUP BY ALL HAVING count(*) = 1
) AS s
JOIN (SELECT board, min(observed_at) AS observed_at FROM lists GROUP BY board HAVING count(*) = 1) AS l
ON l.board = s.board AND l.observed_at = s.observed_at
JOIN core.posting_boards AS b ON b.posting_id = s.posting_id AND b.board = s.board AND b.closed_at IS NULL
    AND coalesce(s.observed_at::DATE - b.last_seen_at::DATE <= $age, true)
WHERE s.posting_id NOT IN (SELECT posting_id FROM removals);

UPDATE core.posting_boards AS b SET last_seen_at = e.observed_at FROM extensions AS e
WHERE e.posting_id = b.posting_id AND e.board = b.board AND e.first_seen_at = b.first_seen_at;

UPDATE core.postings AS p SET last_seen_at = e.observed_at
FROM (SELECT posting_id, max(observed_at) AS observed_at FROM extensions GROUP BY posting_id) AS e
WHERE e.posting_id = p.posting_id AND p.last_seen_at < e.observed_at;

CREATE OR REPLACE TEMP TABLE moving AS SELECT * FROM seen ANTI JOIN extensions USING (posting_id, board);

-- The intervals of `moving`. Between two sightings an interval ends if a complete list without the posting, its own 404
-- or its removal came between them, or if they are further apart than the source says an advert may stay unseen.
-- Complete lists know better than an age: a posting that such a list shows again, and none lacked, was there while
-- nobody looked.
CREATE OR REPLACE TEMP TABLE moved AS
WITH newest AS (
    SELECT b.* FROM core.posting_boards AS b SEMI JOIN moving AS s USING (posting_id, board)
    QUALIFY row_number() OVER (PARTITION BY posting_id, board ORDER BY first_seen_at DESC) = 1
), sightings AS (
    SELECT posting_id, board, first_seen_at AS since, last_seen_at AS seen_at, closed_at, closed_by FROM newest
    UNION ALL
    SELECT posting_id, board, observed_at, observed_at, NULL, NULL FROM moving
), followed AS (
    SELECT s.posting_id, s.board, s.since, s.seen_at, shown.board IS NOT NULL AS is_in_complete_list,
        CASE WHEN NOT may_lack(l.max_age_days, l.observed_at, p.posted_on) THEN l.observed_at END AS lacked_at,
        coalesce(s.closed_at, least(lacked_at, n.observed_at)) AS gone_at,
        coalesce(s.closed_by, CASE
            WHEN n.observed_at < lacked_at OR lacked_at IS NULL AND n.observed_at IS NOT NULL THEN n.how
            WHEN lacked_at IS NOT NULL THEN 'list' END) AS gone_by
    FROM sightings AS s LEFT JOIN core.postings AS p USING (posting_id)
    LEFT JOIN lists AS shown ON shown.board = s.board AND shown.observed_at = s.since
    ASOF LEFT JOIN lists AS l ON l.board = s.board AND s.seen_at < l.observed_at
    ASOF LEFT JOIN removals AS n ON n.posting_id = s.posting_id AND s.seen_at < n.observed_at
), apart AS (
    SELECT *, coalesce(
        lag(gone_at) OVER w < seen_at
            OR NOT is_in_complete_list AND since::DATE - (lag(seen_at) OVER w)::DATE > $age,
        false) AS is_new
    FROM followed WINDOW w AS (PARTITION BY posting_id, board ORDER BY seen_at, since)
), numbered AS (
    SELECT *, count(*) FILTER (is_new) OVER (PARTITION BY posting_id, board ORDER BY seen_at, since) AS number
    FROM apart
)
SELECT posting_id, board, min(since) AS first_seen_at, max(seen_at) AS last_seen_at,
    arg_max_null(gone_at, seen_at) AS closed_at, arg_max_null(gone_by, seen_at) AS closed_by
FROM numbered GROUP BY posting_id, board, number;

-- An interval that ends by expiry is followed by another: only what was gone before that is a closing of it.
UPDATE moved AS m SET closed_at = NULL, closed_by = NULL
FROM moved AS next
WHERE next.posting_id = m.posting_id AND next.board = m.board AND m.last_seen_at < next.first_seen_at
    AND m.closed_at >= next.first_seen_at;

-- Open intervals of postings that were not seen, and that a complete list lacks or an answer removed.
INSERT INTO moved
SELECT b.posting_id, b.board, b.first_seen_at, b.last_seen_at,
    least(lacked_at, n.observed_at),
    CASE WHEN n.observed_at < coalesce(lacked_at, 'infinity'::TIMESTAMPTZ) THEN n.how ELSE 'list' END
FROM (
    SELECT p.*,
        CASE WHEN NOT may_lack(l.max_age_days, l.observed_at, p.posted_on) THEN l.observed_at END AS lacked_at
    FROM (
        SELECT b.*, p.posted_on FROM core.posting_boards AS b JOIN core.postings AS p USING (posting_id)
        WHERE p.source = $source
            AND (b.board IN (SELECT board FROM lists) OR b.posting_id IN (SELECT posting_id FROM removals))
            AND NOT EXISTS (SELECT 1 FROM seen AS s WHERE s.posting_id = b.posting_id AND s.board = b.board)
        QUALIFY row_number() OVER (PARTITION BY b.posting_id, b.board ORDER BY b.first_seen_at DESC) = 1
            AND b.closed_at IS NULL
    ) AS p
    ASOF LEFT JOIN lists AS l ON l.board = p.board AND p.last_seen_at < l.observed_at
) AS b
ASOF LEFT JOIN removals AS n ON n.posting_id = b.posting_id AND b.last_seen_at < n.observed_at
WHERE lacked_at IS NOT NULL OR n.observed_at IS NOT NULL;

MERGE INTO core.posting_boards AS b USING moved AS m
ON b.posting_id = m.posting_id AND b.board = m.board AND b.first_seen_at = m.first_seen_at
WHEN MATCHED THEN UPDATE SET last_seen_at = m.last_seen_at, closed_at = m.closed_at, closed_by = m.closed_by
WHEN NOT MATCHED THEN INSERT (posting_id, board, first_seen_at, last_seen_at, closed_at, closed_by)
    VALUES (m.posting_id, m.board, m.first_seen_at, m.last_seen_at, m.closed_at, m.closed_by);
