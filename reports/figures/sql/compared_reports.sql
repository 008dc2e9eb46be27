SELECT
    r.country, r.role_group, r.role,
    CASE WHEN list_contains(c.currencies, r.currency) THEN 'local' WHEN len(c.currencies) > 0 THEN 'cross_border' END
        AS pay_market,
    r.source || ':' || r.row AS job_id, NULL AS posting_id, r.source, NULL AS board, r.warc, NULL AS fx_source,
    NULL::DATE AS fx_on, r.snapshot_on AS period_from, r.snapshot_on AS period_to, [] AS items
FROM core.pay_reports r LEFT JOIN core.countries c ON c.country = r.country
WHERE r.basis = 'reported' AND r.country IS NOT NULL AND r.snapshot_on = (
    SELECT max(n.snapshot_on) FROM core.pay_reports n
    WHERE n.source = r.source AND n.basis = r.basis AND n.snapshot_on <= $as_of
)
