-- a job of several postings is held together by links
SELECT p.job_id FROM core.postings AS p LEFT JOIN (
    SELECT right_posting_id AS posting_id FROM core.job_links WHERE is_followed
    UNION SELECT left_posting_id FROM core.job_links WHERE is_followed
) AS l USING (posting_id)
GROUP BY p.job_id HAVING count(*) > 1 AND count(l.posting_id) < count(*)
