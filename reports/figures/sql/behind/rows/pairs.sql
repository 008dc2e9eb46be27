-- Pairs of amounts that a third party collected, in each place where they count: a pair is one advert, and one job.
SELECT
    level.name AS region_level, level.place AS region, p.seniority, p.role_group, p.role, 'employee' AS contract, p.pay_market,
    'stated' AS reading, p.source || ':' || p.pair_row AS job_id, NULL AS posting_id, p.source, NULL AS board, p.warc,
    NULL AS fx_source, NULL::DATE AS fx_on, make_date(p.year::INTEGER, 1, 1) AS period_from,
    least(make_date(p.year::INTEGER, 12, 31), p.snapshot_on) AS period_to, [] AS items
FROM pay_pairs($as_of) AS p, LATERAL (
    VALUES ('continent', p.continent), ('region', p.region), ('country', p.country)
) level (name, place)
WHERE level.place IS NOT NULL
