-- The days before a day on which the closing rate of a place's first group could be printed, with its jobs. Parameters:
-- first_on, as_of, region_level, region, cells.
SELECT as_of, n_jobs FROM mart.closing_rates
WHERE as_of >= $first_on AND as_of < $as_of AND region_level = $region_level AND region = $region
    AND role_group = map_keys($cells)[1] AND status <> 'suppressed'
ORDER BY as_of
