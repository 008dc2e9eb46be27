-- The countries that ever had a cell of pay.
SELECT region FROM mart.salary_bands WHERE region_level = 'country'
UNION
SELECT region FROM published.salary_bands WHERE region_level = 'country'
ORDER BY region
