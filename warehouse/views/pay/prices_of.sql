-- The money of each country, and what it buys in a year: its units per international dollar (`price`) for the given
-- year; NULL if none is known or inflation is high.
WITH prices AS (
    SELECT country, year, value, abs(value / lag(value) OVER (PARTITION BY country ORDER BY year) - 1) AS change
    FROM core.price_levels WHERE indicator = 'ppp'
)
SELECT n.country, n.currencies[1] AS currency, p.value AS price, p.year AS price_year
FROM core.countries AS n LEFT JOIN prices AS p ON p.country = n.country AND (
    p.year = of_year OR p.year BETWEEN of_year - $max_price_age AND of_year AND p.change <= $max_price_change
)
QUALIFY row_number() OVER (PARTITION BY n.country ORDER BY p.year DESC NULLS LAST) = 1
