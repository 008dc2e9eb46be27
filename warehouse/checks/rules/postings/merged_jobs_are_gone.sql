-- a job that was merged is named no more
SELECT DISTINCT m.from_job_id FROM core.job_merges AS m JOIN core.postings AS p ON p.job_id = m.from_job_id
