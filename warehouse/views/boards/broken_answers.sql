-- Complete answers with HTTP 200 that gave no row and are not what their source promises: they say nothing about a
-- board.
SELECT r.source, r.url, r.observed_at, r.warc, r.record
FROM ops.responses AS r SEMI JOIN (
    SELECT warc, record FROM ops.rejects WHERE posting_id IS NULL AND NOT is_deliberate
) AS b ON b.warc = r.warc AND b.record = r.record
WHERE r.http_status = 200 AND r.refers_to IS NULL AND r.n_rows = 0 AND r.n_rejects > 0
