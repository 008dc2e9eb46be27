-- Shares of one measure in the world: in the order of order, else the largest first.
-- Parameters: measure, role_group, names (words for items), order (items), as_of.
SELECT
    rank() OVER (ORDER BY share DESC NULLS LAST) AS position, item, coalesce($names[item], item) AS name, n_jobs,
    n_employers, n_effective, n_unknown, n_yes AS n_asking, n_employers_yes AS n_employers_asking, largest_employer,
    share, share_lo, share_hi, status, reason
FROM mart.shares
WHERE as_of = $as_of AND text_class IN ('all', 'full_advert')
    AND measure = $measure AND region_level = 'world' AND role_group = $role_group AND n_yes > 0
ORDER BY list_position($order::VARCHAR[], item) NULLS LAST, share DESC NULLS LAST, n_yes DESC, item
