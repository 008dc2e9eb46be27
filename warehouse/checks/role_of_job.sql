SELECT job_id, arg_min(role_group, posting_id) AS role_group FROM stock_postings($as_of) GROUP BY job_id
