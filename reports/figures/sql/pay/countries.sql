-- The countries that ever had a cell of pay, and whether a band of contractors was ever printed there.
SELECT region, bool_or(contract = 'contractor' AND status <> 'suppressed') AS has_contractors
FROM (
    SELECT region, contract, status FROM mart.salary_bands WHERE region_level = 'country'
    UNION
    SELECT region, contract, status FROM published.salary_bands WHERE region_level = 'country'
)
GROUP BY region
ORDER BY region
