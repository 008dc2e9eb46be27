-- The period that the marts of the day `as_of` cover, by region: the first and the last reading of the boards with
-- adverts in the stock there. A board counts in each place of a job, also in those that only another board names.
WITH stock AS MATERIALIZED (
    SELECT posting_id, job_id, source, board, read_on FROM stock_postings(as_of)
), listed AS (
    SELECT DISTINCT job_id, source, board, read_on FROM stock
), places AS (
    SELECT DISTINCT s.job_id, p.continent, p.region, p.country
    FROM stock AS s JOIN core.posting_places AS p USING (posting_id)
), boards AS (
    SELECT DISTINCT l.source, l.board, l.read_on, p.continent, p.region, p.country
    FROM listed AS l JOIN places AS p USING (job_id)
)
SELECT region_level, region, min(read_on) AS period_from, max(read_on) AS period_to,
    count(DISTINCT (source, board)) AS n_boards
FROM (
    SELECT 'world' AS region_level, 'World' AS region, source, board, read_on FROM listed
    UNION
    SELECT level.name, level.region, b.source, b.board, b.read_on
    FROM boards AS b, LATERAL (
        VALUES ('continent', b.continent), ('region', b.region), ('country', b.country)
    ) AS level (name, region)
    WHERE level.region IS NOT NULL
)
GROUP BY region_level, region
