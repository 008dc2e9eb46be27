-- People whose answers to a survey count in reported pay, one row per person.
SELECT
    'country' AS region_level, p.country AS region, p.seniority, p.role_group, p.role, 'all' AS contract, p.pay_market, 'stated' AS reading,
    p.source || ':' || p.row AS job_id, NULL AS posting_id, p.source, NULL AS board, f.warc, p.fx_source, p.fx_on,
    p.reported_on AS period_from, p.reported_on AS period_to, [] AS items
FROM reported_persons($as_of) AS p
JOIN core.pay_reports AS f ON f.source = p.source AND f.snapshot_on = p.reported_on AND f.row = p.row
WHERE p.is_main_survey AND p.is_full_time AND NOT p.is_flagged AND p.gross_usd IS NOT NULL
