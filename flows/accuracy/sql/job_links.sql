-- Links between the adverts of a job, and of these to other adverts.
SELECT left_posting_id AS posting, right_posting_id AS "and", rule, format('{:.2f}', score) AS score,
    strftime(linked_at, '%Y-%m-%d %H:%M') AS since, if(is_followed, '', 'not followed: contradicts') AS "remark"
FROM core.job_links
WHERE left_posting_id IN (SELECT posting_id FROM core.postings WHERE job_id = $job)
    OR right_posting_id IN (SELECT posting_id FROM core.postings WHERE job_id = $job)
ORDER BY linked_at, left_posting_id, right_posting_id
