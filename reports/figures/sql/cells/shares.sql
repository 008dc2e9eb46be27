-- Every share that may be printed.
SELECT
    as_of, region_level, region, measure, item, role_group, n_jobs, n_employers, largest_employer_share, n_unknown,
    n_yes AS n_asking, share, share_lo, share_hi, form, bound_lo, bound_hi, category, category_rank_best AS rank_best,
    category_rank_worst AS rank_worst, sample, platforms, platform, status, reason
FROM published.shares
WHERE status <> 'suppressed' AND text_class IN ('all', 'full_advert')
    AND region_level IN ('world', 'continent', 'region', 'country')
ORDER BY ALL
