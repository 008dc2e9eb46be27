-- Listings on boards with an interval that counts, once for each place where closings are counted.
WITH listed AS (
    SELECT l.* FROM closing_listings AS l
    SEMI JOIN (SELECT board_number FROM closing_intervals WHERE $counts) AS i USING (board_number)
)
SELECT l.*, r.region_level, r.region FROM listed AS l JOIN (
    SELECT job_id, 'world' AS region_level, 'World' AS region FROM listed
    UNION
    SELECT job_id, level.name, level.region
    FROM core.posting_places AS p JOIN core.postings USING (posting_id) SEMI JOIN listed USING (job_id),
        LATERAL (VALUES ('continent', p.continent), ('region', p.region)) AS level (name, region)
    WHERE level.region IS NOT NULL
) AS r USING (job_id)
