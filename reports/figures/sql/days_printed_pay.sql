-- The days before a day on which the cell of a rung of pay could be printed, with its jobs. Parameters: first_on, as_of,
-- basis, region_level, region, seniority_group, groups, roles, pay_markets.
SELECT region, as_of, max(n_jobs) AS n_jobs FROM mart.salary_bands
WHERE as_of >= $first_on AND as_of < $as_of AND basis = $basis AND region_level = $region_level AND region = $region
    AND seniority_group = $seniority_group AND list_contains($groups, role_group) AND list_contains($roles, role)
    AND list_contains($pay_markets, pay_market) AND status <> 'suppressed'
GROUP BY region, as_of ORDER BY as_of
