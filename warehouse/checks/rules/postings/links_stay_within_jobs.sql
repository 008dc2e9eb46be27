-- links that were followed lie within one job
SELECT l.left_posting_id || ' and ' || l.right_posting_id FROM core.job_links AS l
LEFT JOIN core.postings AS a ON a.posting_id = l.left_posting_id
LEFT JOIN core.postings AS b ON b.posting_id = l.right_posting_id
WHERE l.is_followed AND a.job_id IS DISTINCT FROM b.job_id
