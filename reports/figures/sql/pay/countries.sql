-- The countries that ever had a cell of pay, and whether one was of contractors.
SELECT region, bool_or(contract = 'contractor') AS has_contractors
FROM (
    SELECT region, contract FROM mart.salary_bands WHERE region_level = 'country'
    UNION
    SELECT region, contract FROM published.salary_bands WHERE region_level = 'country'
)
GROUP BY region
ORDER BY region
