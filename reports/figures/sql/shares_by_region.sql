-- The share of one item of a measure in the world and in each region, the largest first.
-- Parameters: measure, item, role_group, names (words for regions), as_of.
SELECT
    region_level, region, coalesce($names[region], region) AS place, item, n_jobs, n_employers, n_effective, n_unknown,
    n_yes AS n_asking, n_employers_yes AS n_employers_asking, largest_employer, share, share_lo, share_hi, status,
    reason
FROM mart.shares
WHERE as_of = $as_of AND text_class IN ('all', 'full_advert')
    AND measure = $measure AND item = $item AND role_group = $role_group
    AND region_level IN ('world', 'region')
ORDER BY region_level <> 'world', share DESC NULLS LAST, n_jobs DESC, region
