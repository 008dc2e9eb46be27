UPDATE core.postings AS p SET job_id = w.job_id
FROM (
    SELECT p.posting_id, coalesce(j.job_id, p.posting_id) AS job_id
    FROM core.postings AS p LEFT JOIN other_job_ids AS j USING (posting_id)
) AS w
WHERE w.posting_id = p.posting_id AND w.job_id <> p.job_id
