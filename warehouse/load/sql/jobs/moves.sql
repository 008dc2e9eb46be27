-- Postings whose job differs from the published one. Parameter: moved_on.
INSERT INTO ops.job_moves BY NAME
SELECT p.posting_id, $moved_on::DATE AS moved_on, b.job_id AS from_job_id, p.job_id AS to_job_id
FROM core.postings AS p JOIN published_jobs AS b USING (posting_id)
WHERE p.job_id <> b.job_id AND NOT EXISTS (
    FROM ops.job_moves AS m
    WHERE (m.posting_id, m.from_job_id, m.to_job_id) = (p.posting_id, b.job_id, p.job_id)
)
