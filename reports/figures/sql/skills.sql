-- The ten skills of a category that AI engineering adverts ask for most. Parameters: category, as_of.
SELECT
    category_rank AS position, item AS skill, n_jobs, n_employers, n_effective, n_unknown AS n_without_text,
    n_yes AS n_asking, n_employers_yes AS n_employers_asking, largest_employer, share, share_lo, share_hi, rank, status,
    reason
FROM mart.shares
WHERE as_of = $as_of AND text_class IN ('all', 'full_advert')
    AND measure = 'skill_asked' AND region_level = 'world' AND role_group = 'ai_engineering'
    AND category = $category
ORDER BY category_rank NULLS LAST, n_yes DESC, item
LIMIT 10
