-- Jobs that were merged into a job.
SELECT from_job_id AS job, into_job_id AS became, left_posting_id AS "by the link of", right_posting_id AS "and",
    rule, format('{:.2f}', score) AS score, strftime(merged_at, '%Y-%m-%d %H:%M') AS "on"
FROM core.job_merges WHERE from_job_id IN (SELECT posting_id FROM core.postings WHERE job_id = $job)
ORDER BY merged_at, from_job_id
