-- a job is closed after it was opened
SELECT job_id FROM core.postings
SEMI JOIN (FROM core.postings WHERE closed_on < first_seen_at::DATE) USING (job_id)
GROUP BY job_id HAVING count(closed_on) = count(*) AND max(closed_on) < min(first_seen_at)::DATE
