-- Where the jobs in the stock of the day `as_of` count: in the World, and in the continent, M49 region and country of
-- each of their places. A job counts once in each.
SELECT DISTINCT job_id, 'world' AS region_level, 'World' AS region FROM stock_postings(as_of)
UNION
SELECT o.job_id, level.name, level.region
FROM stock_postings(as_of) AS o JOIN core.posting_places AS p USING (posting_id),
    LATERAL (VALUES ('continent', p.continent), ('region', p.region), ('country', p.country)) AS level (name, region)
WHERE level.region IS NOT NULL
