-- Where the adverts in the stock of the day `as_of` count in the frame: one row per place and advert. An advert counts
-- in the World, in each of its places, and in each place that its base pay counts in, whether or not it names that
-- place elsewhere.
SELECT 'world' AS region_level, 'World' AS region, posting_id, job_id, source FROM stock_postings(as_of)
UNION
SELECT level.name, level.region, o.posting_id, o.job_id, o.source
FROM stock_postings(as_of) AS o JOIN core.posting_places AS p USING (posting_id),
    LATERAL (VALUES ('continent', p.continent), ('region', p.region), ('country', p.country)) AS level (name, region)
WHERE level.region IS NOT NULL
UNION
SELECT c.region_level, c.region, o.posting_id, o.job_id, o.source
FROM pay_observations(as_of) AS c JOIN stock_postings(as_of) AS o USING (posting_id)
