-- Pairs of amounts of a third party behind a band: a pair is one advert, and one job. Parameters: as_of,
-- members (role groups), roles (of them; all), pay_markets.
SELECT [level.name, level.place, p.seniority] AS cell, p.source || ':' || p.pair_row AS job_id,
    NULL AS posting_id, p.source, NULL AS board, p.warc, NULL AS fx_source, NULL::DATE AS fx_on,
    make_date(p.year::INTEGER, 1, 1) AS period_from,
    least(make_date(p.year::INTEGER, 12, 31), p.snapshot_on) AS period_to, [] AS items
FROM pay_pairs($as_of) AS p, LATERAL (
    VALUES ('continent', p.continent), ('region', p.region), ('country', p.country)
) level (name, place)
WHERE list_contains($members, p.role_group) AND (list_contains($roles, 'all') OR list_contains($roles, p.role)) AND (list_contains($pay_markets, 'all') OR list_contains($pay_markets, p.pay_market))
    AND level.place IS NOT NULL
