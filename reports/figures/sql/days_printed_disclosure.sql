-- The days before a day on which the share of a place's jobs that state pay could be printed, with its jobs. Parameters:
-- first_on, as_of, region_level, region, role_group, law.
SELECT as_of, n_jobs FROM mart.pay_disclosure
WHERE as_of >= $first_on AND as_of < $as_of AND adverts = 'stock' AND region_level = $region_level AND region = $region
    AND role_group = $role_group AND law = $law AND status <> 'suppressed'
ORDER BY as_of
