-- Makes the table `share_answers`: the answers of jobs to a measure, and whether they could have told. DuckDB hashes NULL
-- and [] alike, so whether an answer is NULL enters the hash as well. answers: the SELECT of the measure.
CREATE OR REPLACE TEMP TABLE share_answers AS
SELECT job_number, employer_number, items, items IS NOT NULL AS is_known, is_told,
    hash(job_hash, items, items IS NULL, is_told) AS answer_hash
FROM ($answers)
