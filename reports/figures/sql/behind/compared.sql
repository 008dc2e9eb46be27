-- What stands behind pay that is compared, by role and pay market. Parameters: basis, rows (SELECT of all that may
-- count), groups (map from each role group to the groups that it holds), as_of.
WITH counted AS MATERIALIZED (
    SELECT region AS country, role_group, role, pay_market, job_id, posting_id, source, board, warc, fx_source, fx_on,
        period_from, period_to, [] AS items
    FROM ($rows)
    WHERE region_level = 'country' AND contract IN ('employee', 'all')
), works AS (
    -- What each role of a row counts as, so that the rows are joined by equality.
    SELECT DISTINCT r.role_group AS of_group, r.role AS of_role, n.role_group, n.role
    FROM (SELECT DISTINCT role_group, role FROM counted) AS r
    JOIN core.near_occupations AS n
        ON n.is_compared
        AND (n.role = r.role OR n.role = 'all' AND list_contains($groups[n.role_group], r.role_group))
)
SELECT [{{pay/compared_id}}] AS cell, * EXCLUDE (country, role_group, role, basis, pay_market)
FROM (
    SELECT
        r.* EXCLUDE (role_group, role, pay_market), w.role_group, w.role, $basis AS basis,
        unnest(list_distinct(['all', r.pay_market])) AS pay_market
    FROM counted AS r JOIN works AS w ON (w.of_group, w.of_role) = (r.role_group, r.role)
)
