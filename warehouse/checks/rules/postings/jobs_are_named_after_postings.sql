-- a job is named after one of its postings
SELECT DISTINCT p.job_id FROM core.postings AS p LEFT JOIN core.postings AS j ON j.posting_id = p.job_id
WHERE p.job_id <> p.posting_id AND j.job_id IS DISTINCT FROM p.job_id
