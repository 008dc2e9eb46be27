-- What stands behind a band: the adverts or pairs of amounts that the mart counts in it. Parameters: rows (SELECT of all
-- of them), members (role groups), roles and pay_markets (a list with 'all' takes every one), readings (of the level),
-- contract, as_of.
SELECT [region_level, region, seniority] AS cell,
    * EXCLUDE (region_level, region, seniority, role_group, role, contract, pay_market, reading)
FROM ($rows)
WHERE contract = $contract AND list_contains($members, role_group) AND (list_contains($roles, 'all') OR list_contains($roles, role))
    AND (list_contains($pay_markets, 'all') OR list_contains($pay_markets, pay_market))
    AND list_contains($readings, reading)
