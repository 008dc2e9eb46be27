-- Where jobs count that were seen open in the `window_days` days that end with the day `as_of`: the World, and the
-- continent, M49 region and country of each of their places. A job counts once in each.
SELECT DISTINCT job_id, 'world' AS region_level, 'World' AS region FROM open_postings(as_of, window_days)
UNION
SELECT o.job_id, level.name, level.region
FROM open_postings(as_of, window_days) AS o JOIN core.posting_places AS p USING (posting_id),
    LATERAL (VALUES ('continent', p.continent), ('region', p.region), ('country', p.country)) AS level (name, region)
WHERE level.region IS NOT NULL
