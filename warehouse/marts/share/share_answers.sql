-- Answers of jobs to a measure, table `share_answers`. DuckDB hashes NULL and [] alike, so both enter the hash.
-- answers: the SELECT of the measure.
CREATE OR REPLACE TEMP TABLE share_answers AS
SELECT job_number, employer_number, items, items IS NOT NULL AS is_known,
    hash(job_hash, items, items IS NULL) AS answer_hash
FROM ($answers)
