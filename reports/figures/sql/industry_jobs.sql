everything AS (
    SELECT job_id, arg_min(coalesce(employer_id, source || ':' || board, posting_id), posting_id) AS employer, min(e.industry) AS industry
    FROM (SELECT * FROM core.publishable_postings WHERE role_group = 'ai_engineering' AND first_seen_at::DATE <= $as_of AND last_seen_at::DATE > $as_of - $window_days) p
    LEFT JOIN (SELECT employer_id, industry FROM core.employers) e USING (employer_id)
    GROUP BY job_id
),
jobs AS (SELECT 'ai_engineering' AS cell, job_id, employer FROM everything WHERE industry IS NOT NULL),
hits AS (SELECT 'ai_engineering' AS cell, job_id, industry AS item FROM everything WHERE industry IS NOT NULL)
