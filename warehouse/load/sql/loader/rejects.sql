-- Note what was rejected in `file`, a refined file of the archive file `warc`.
INSERT INTO ops.rejects BY NAME
SELECT * EXCLUDE (issue), issue.column_name, issue."value", issue."rule", issue.is_deliberate FROM (
    SELECT source, $warc AS warc, record, $posting_id::VARCHAR AS posting_id, unnest(issues) AS issue
    FROM read_parquet($file) WHERE coalesce(observed_at <= $end, true)
)
