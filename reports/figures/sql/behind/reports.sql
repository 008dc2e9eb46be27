-- People behind reported pay: those counted in the row that the rung takes of their country (pay/band.sql).
-- Parameters: as_of, seniority_group, groups and members (role groups), roles (a list with 'all' takes every one),
-- pay_markets.
WITH chosen_rows AS (
    SELECT region, pay_market FROM $tables.salary_bands
    WHERE as_of = $as_of AND basis = 'reported' AND region_level = 'country' AND list_contains($roles, role)
        AND list_contains($groups, role_group) AND seniority_group = $seniority_group
        AND list_contains($pay_markets, pay_market)
    QUALIFY row_number() OVER (
        PARTITION BY region
        ORDER BY status = 'suppressed', list_position($pay_markets, pay_market), currency <> 'USD', currency
    ) = 1
)
SELECT [p.region_level, p.region, p.seniority] AS cell,
    p.* EXCLUDE (region_level, region, seniority, role_group, role, contract, pay_market, reading)
FROM ({{behind/rows/persons}}) AS p JOIN chosen_rows AS r ON r.region = p.region
WHERE list_contains($members, p.role_group) AND (list_contains($roles, 'all') OR list_contains($roles, p.role))
    AND (r.pay_market = 'all' OR p.pay_market = r.pay_market)
