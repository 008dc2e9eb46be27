-- Persons behind what people report on a rung: those whom the row that the rung takes of their country counts
-- (band.sql), a row each. Parameters: as_of, seniority_group, groups and members (role groups), roles (of them; all), pay_markets.
WITH chosen_rows AS (
    SELECT region AS country, pay_market FROM $tables.salary_bands
    WHERE as_of = $as_of AND basis = 'reported' AND region_level = 'country' AND list_contains($roles, role)
        AND list_contains($groups, role_group) AND seniority_group = $seniority_group
        AND list_contains($pay_markets, pay_market)
    QUALIFY row_number() OVER (
        PARTITION BY region
        ORDER BY status = 'suppressed', list_position($pay_markets, pay_market), currency <> 'USD', currency
    ) = 1
)
SELECT
    ['country', p.country, p.seniority] AS cell, p.source || ':' || p.row AS job_id, NULL AS posting_id, p.source,
    NULL AS board, f.warc, p.fx_source, p.fx_on, p.reported_on AS period_from, p.reported_on AS period_to, [] AS items
FROM reported_persons($as_of) AS p JOIN chosen_rows AS r USING (country)
JOIN core.pay_reports AS f ON f.source = p.source AND f.snapshot_on = p.reported_on AND f.row = p.row
WHERE list_contains($members, p.role_group) AND (list_contains($roles, 'all') OR list_contains($roles, p.role))
    AND p.is_main_survey AND p.is_full_time AND NOT p.is_flagged AND p.gross_usd IS NOT NULL
    AND (r.pay_market = 'all' OR p.pay_market = r.pay_market)
