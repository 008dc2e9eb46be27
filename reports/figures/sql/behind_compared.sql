-- What stands behind pay that is compared: of each role and pay market what counts there. Parameters: basis, rows (a
-- SELECT of all that may count), groups (role groups by the group that holds them).
SELECT [{{compared_id}}] AS cell, * EXCLUDE (country, role_group, role, basis, pay_market)
FROM (
    SELECT
        r.* EXCLUDE (role_group, role, pay_market), n.role_group, n.role, $basis AS basis, m.pay_market
    FROM ($rows) AS r
    JOIN (SELECT DISTINCT role_group, role FROM core.near_occupations) AS n
        ON n.role = r.role OR n.role = 'all' AND list_contains($groups[n.role_group], r.role_group),
    LATERAL (SELECT DISTINCT unnest(['all', r.pay_market]) AS pay_market) AS m
    WHERE m.pay_market IS NOT NULL
)
