-- What the answers of `warcs`, archive files of `source`, say of boards and postings, before their rows are read.

-- Answers that only repeat an earlier one, with that one, whose completeness they inherit. `is_news`: another answer
-- came between them (in a late file), so the repetition restores what that answer had changed.
CREATE OR REPLACE TEMP TABLE repeat_answers AS
SELECT r.warc, r.record, r.observed_at, o.warc AS first_warc, o.record AS first_record, o.is_complete,
    EXISTS (
        SELECT 1 FROM ops.responses AS x
        WHERE x.source = r.source AND x.url = r.url AND x.refers_to IS NULL AND x.n_rows > 0
            AND x.observed_at > r.refers_to AND x.observed_at < r.observed_at
    ) AS is_news
FROM ops.responses AS r JOIN ops.responses AS o
ON o.source = r.source AND o.url = r.url AND o.observed_at = r.refers_to AND o.digest = r.digest
WHERE r.source = $source AND list_contains($warcs, r.warc) AND o.refers_to IS NULL;

UPDATE ops.responses AS r SET is_complete = s.is_complete FROM repeat_answers AS s
WHERE r.warc = s.warc AND r.record = s.record;

-- Complete lists by board and time.
CREATE OR REPLACE TEMP TABLE lists AS
SELECT board, observed_at, max(max_age_days) AS max_age_days FROM ops.responses
WHERE source = $source AND is_complete AND list_contains($warcs, warc) GROUP BY board, observed_at;

-- Postings that answers say are gone: when, and how that is known.
CREATE OR REPLACE TEMP TABLE removals AS
WITH answers AS (
    SELECT posting_id, observed_at, http_status, removed FROM ops.responses
    WHERE source = $source AND list_contains($warcs, warc)
)
SELECT posting_id, observed_at, min(how) AS how FROM (
    SELECT posting_id, observed_at, 'not_found' AS how FROM answers
    WHERE posting_id IS NOT NULL AND http_status IN (404, 410)
    UNION ALL
    SELECT unnest(removed), observed_at, 'removed' FROM answers
) GROUP BY ALL;
