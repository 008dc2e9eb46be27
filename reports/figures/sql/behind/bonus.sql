-- Adverts whose bonus counts, one per job. Parameter: as_of.
SELECT [level.name, level.place, 'all'] AS cell, {{behind/advert}}, c.fx_source, c.fx_on
FROM ({{mart:pay/bonus_observations}}
) b
JOIN stock_postings($as_of) p USING (posting_id) JOIN core.posting_pay c USING (posting_id, position),
LATERAL (VALUES ('region', b.region), ('country', b.country)) level (name, place)
WHERE level.place IS NOT NULL
