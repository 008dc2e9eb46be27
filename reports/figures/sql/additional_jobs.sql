jobs AS (
    SELECT 'ai_engineering' AS cell, job_id, arg_min(coalesce(employer_id, source || ':' || board, posting_id), posting_id) AS employer FROM core.publishable_postings
    WHERE role_group = 'ai_engineering' AND seniority <> 'intern' AND (pay_low IS NOT NULL OR pay_high IS NOT NULL)
        AND first_seen_at::DATE <= $as_of AND last_seen_at::DATE > $as_of - $window_days
    GROUP BY job_id
),
offered AS (
    SELECT p.job_id, CASE WHEN c.component IN ('equity', 'equity_percent') THEN 'equity'
        WHEN c.component IN ('commission', 'on_target_earnings') THEN 'commission' ELSE c.component END AS item
    FROM core.publishable_postings p JOIN core.posting_pay c USING (posting_id)
    WHERE c.component IN ('bonus', 'commission', 'on_target_earnings', 'equity', 'equity_percent') AND first_seen_at::DATE <= $as_of AND last_seen_at::DATE > $as_of - $window_days
),
hits AS (
    SELECT 'ai_engineering' AS cell, job_id, item FROM offered
    UNION SELECT 'ai_engineering', job_id, 'any' FROM offered
)
