-- What each job seen open in the window asks for: a skill once, at its strongest requirement.
-- 1 required, 2 preferred, 3 mentioned. Parameters: $as_of, $window_days.
SELECT
    o.job_id,
    s.skill,
    min(CASE s.requirement WHEN 'required' THEN 1 WHEN 'preferred' THEN 2 ELSE 3 END)::INTEGER AS strength
FROM core.publishable_postings o JOIN core.posting_skills s USING (posting_id)
WHERE o.first_seen_at::DATE <= $as_of AND o.last_seen_at::DATE > $as_of - $window_days::INTEGER
GROUP BY o.job_id, s.skill
ORDER BY o.job_id, s.skill
