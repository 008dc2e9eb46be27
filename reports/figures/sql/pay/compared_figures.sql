-- What there is to compare: roles of a country of which two kinds of source or more ever had a value.
WITH printed AS (
    SELECT DISTINCT region AS country, role_group, role, basis, pay_market
    FROM (
        SELECT region, role_group, role, basis, pay_market, region_level, seniority_group, contract, status FROM mart.salary_bands
        UNION ALL
        SELECT region, role_group, role, basis, pay_market, region_level, seniority_group, contract, status
        FROM published.salary_bands
    ) SEMI JOIN (FROM core.near_occupations WHERE is_compared) USING (role_group, role)
    WHERE region_level = 'country' AND seniority_group = 'all' AND contract IN ('employee', 'all')
        AND status <> 'suppressed'
        AND basis IN ('advertised', 'advertised_third_party', 'reported')
    UNION ALL
    SELECT country, role_group, role, 'official', 'local' FROM official_pay(DATE '9999-12-31')
)
SELECT {{pay/compared_id}} AS compared, c.name AS place, basis
FROM printed JOIN core.countries AS c USING (country)
QUALIFY count(DISTINCT basis) OVER (PARTITION BY country, role_group, role) > 1
    AND (pay_market <> 'all' OR NOT bool_or(pay_market <> 'all') OVER (PARTITION BY country, role_group, role, basis))
ORDER BY compared
