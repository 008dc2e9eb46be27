UPDATE core.postings AS p SET job_id = a.job_id
FROM assigned AS a WHERE a.posting_id = p.posting_id AND a.job_id <> p.job_id
