-- Where the rows stand that the archive file `warc` repeats from files that are not loaded.
CREATE OR REPLACE TEMP TABLE rows_to_judge AS
SELECT r.warc, r.row_number, s.observed_at, s.n_answers
FROM (
    SELECT wording_hash, max(observed_at) AS observed_at, count(*) AS n_answers
    FROM advert_repetitions WHERE warc = $warc GROUP BY wording_hash
) AS s JOIN repetition_rows AS r USING (wording_hash)
WHERE wording_hash NOT IN (SELECT wording_hash FROM repetition_rows SEMI JOIN ops.loads USING (warc))
QUALIFY row_number() OVER (PARTITION BY wording_hash ORDER BY r.warc, r.row_number) = 1
