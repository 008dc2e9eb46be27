-- The days before a day on which the shares of a cell could be printed, with its jobs. Parameters: first_on, as_of,
-- measure, region_level, region, role_group.
SELECT as_of, max(n_jobs) AS n_jobs FROM mart.shares
WHERE as_of >= $first_on AND as_of < $as_of AND text_class IN ('all', 'full_advert') AND measure = $measure
    AND region_level = $region_level AND region = $region AND role_group = $role_group AND status <> 'suppressed'
GROUP BY as_of ORDER BY as_of
