-- Adverts whose bonus counts, one of each job. Parameter: as_of.
SELECT
    [level.name, level.place, 'all'] AS cell, b.job_id, b.posting_id, p.source, p.board, p.warc, c.fx_source, c.fx_on,
    p.read_on AS period_from, p.read_on AS period_to, [] AS items
FROM ({{mart:pay/bonus_observations}}
) b
JOIN stock_postings($as_of) p USING (posting_id) JOIN core.posting_pay c USING (posting_id, position),
LATERAL (VALUES ('region', b.region), ('country', b.country)) level (name, place)
WHERE level.place IS NOT NULL
