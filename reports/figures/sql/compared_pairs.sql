SELECT
    p.country, p.role_group, p.role, p.pay_market, p.source || ':' || p.pair_row AS job_id, NULL AS posting_id, p.source,
    NULL AS board, p.warc, NULL AS fx_source, NULL::DATE AS fx_on, make_date(p.year::INTEGER, 1, 1) AS period_from,
    least(make_date(p.year::INTEGER, 12, 31), p.snapshot_on) AS period_to, [] AS items
FROM pay_pairs($as_of) AS p
WHERE p.country IS NOT NULL
