-- Of `staged`, the rows that `table` lacks or has an older version of.
CREATE OR REPLACE TEMP TABLE newest AS
SELECT s.* FROM staged AS s LEFT JOIN $table AS t USING ($keys)
LEFT JOIN ops.responses AS r ON r.warc = t.warc AND r.record = t.record
WHERE t.warc IS NULL OR (s.observed_at, s.warc, s.record) > (r.observed_at, t.warc, t.record)
