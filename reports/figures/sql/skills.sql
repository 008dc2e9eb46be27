SELECT
    category_rank AS position, skill, n_jobs, n_employers, n_effective, n_without_text, n_asking,
    n_employers_asking, largest_employer, share, share_lo, share_hi, rank, status, reason
FROM mart.skill_demand
WHERE as_of = $as_of AND region_level = 'world' AND region = 'World'
    AND role_group = 'ai_engineering' AND requirement = 'asked' AND category = $category
ORDER BY category_rank NULLS LAST, n_asking DESC, skill
LIMIT 10
