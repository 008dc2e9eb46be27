SELECT
    p.country, p.role_group, p.role, p.pay_market, p.source || ':' || p.pair_row AS job_id, NULL AS posting_id, p.source,
    NULL AS board, f.warc, NULL AS fx_source, NULL::DATE AS fx_on, make_date(p.year::INTEGER, 1, 1) AS period_from,
    least(make_date(p.year::INTEGER, 12, 31), f.snapshot_on) AS period_to, [] AS items
FROM ({{mart:pay_pairs}}
) p JOIN (
    SELECT source, pair_row, max_by(warc, snapshot_on) AS warc, max(snapshot_on) AS snapshot_on FROM core.pay_reports
    WHERE snapshot_on <= $as_of AND basis = 'advertised_third_party' GROUP BY ALL
) f USING (source, pair_row)
WHERE p.country IS NOT NULL
