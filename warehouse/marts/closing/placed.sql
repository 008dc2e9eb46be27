-- Listings on boards with an interval that counts, once for each place where closings are counted.
WITH listed AS (
    SELECT l.* FROM closing_listings AS l
    SEMI JOIN (SELECT board_number FROM closing_intervals WHERE $counts) AS i USING (board_number)
)
SELECT l.*, r.region_level, r.region FROM listed AS l JOIN (
    SELECT posting_id, 'world' AS region_level, 'World' AS region FROM listed
    UNION
    SELECT posting_id, level.name, level.region
    FROM core.posting_places AS p SEMI JOIN listed USING (posting_id),
        LATERAL (VALUES ('continent', p.continent), ('region', p.region)) AS level (name, region)
    WHERE level.region IS NOT NULL
) AS r USING (posting_id)
