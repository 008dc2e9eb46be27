-- Part of other SELECTs. The adverts that each job is counted from: those in the stock of a day (`is_open`) if it has
-- any, otherwise all that it ever had.
SELECT p.*, s.posting_id IS NOT NULL AS is_open
FROM core.publishable_postings AS p
LEFT JOIN (SELECT posting_id FROM stock_postings($day)) AS s USING (posting_id)
QUALIFY bool_or(s.posting_id IS NOT NULL) OVER (PARTITION BY p.job_id) = is_open
