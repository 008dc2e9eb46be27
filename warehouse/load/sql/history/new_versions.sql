-- Write `versions`: into `superseded` what ended, into `postings` what stands now.

-- Stored versions that end now.
INSERT INTO $superseded BY NAME
SELECT $stored_columns, p.version_from, p.content_hash, p.warc, p.record, v.version_to
FROM versions AS v JOIN core.postings AS p USING (posting_id) WHERE v.warc IS NULL;

CREATE OR REPLACE TEMP TABLE new_versions AS
SELECT r.* EXCLUDE (text, spans, issues, wording_hash, record_hash, file_row_number, filename, observed_at),
    v.version_from, v.version_to, v.content_hash
FROM ($rows) AS r
JOIN versions AS v ON v.warc = r.warc AND v.row_number = r.file_row_number AND v.posting_id = r.posting_id;

-- New versions that had ended when a later one was read.
INSERT INTO $superseded BY NAME
SELECT $new_columns, version_from, content_hash, warc, record, version_to
FROM new_versions WHERE version_to IS NOT NULL;
DELETE FROM new_versions WHERE version_to IS NOT NULL;

MERGE INTO $postings AS t USING new_versions AS s ON t.posting_id = s.posting_id
WHEN MATCHED THEN UPDATE SET $sets, last_seen_at = greatest(t.last_seen_at, s.version_from)
WHEN NOT MATCHED THEN INSERT ($columns) VALUES ($expressions);
