-- The days before a day on which the cell of a rung of pay could be printed, with its jobs. Parameters: first_on, as_of,
-- basis, region_level, region, seniority_group, groups, roles, pay_markets.
SELECT b.region, b.basis, b.seniority_group, b.as_of, max(b.n_jobs) AS n_jobs FROM mart.salary_bands AS b
WHERE b.as_of >= $first_on AND b.as_of < $as_of AND b.basis = $basis AND b.region_level = $region_level
    AND b.region = $region AND b.seniority_group = $seniority_group AND list_contains($groups, b.role_group)
    AND list_contains($roles, b.role) AND list_contains($pay_markets, b.pay_market) AND b.status <> 'suppressed'
GROUP BY ALL ORDER BY b.as_of
