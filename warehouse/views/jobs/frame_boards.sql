-- Boards known by the end of the day `as_of` (UTC), by place: one row per place and board. A board counts in the World,
-- in the places of all adverts that it ever listed, and at its employer's head office if known. Known boards are those
-- that were asked, those of employers that we have entered, and a source without boards as one board. `read_on` is the
-- day of its last reading, of the last complete one if there is any; NULL: never read. `sector` is the industry of its
-- employer.
WITH entered AS (
    SELECT split_part(own, ':', 1) AS source, substr(own, instr(own, ':') + 1) AS board, min(industry) AS industry,
        min(country) AS country
    FROM (SELECT unnest(boards) AS own, industry, country FROM core.employers) GROUP BY ALL
), known AS (
    SELECT source, board FROM board_readings(as_of)
    UNION
    SELECT source, board FROM ops.responses
    WHERE board IS NOT NULL AND observed_at < $end_of_day AND source IN (SELECT DISTINCT source FROM core.postings)
    UNION
    SELECT source, board FROM entered
), places AS (
    SELECT DISTINCT v.source, b.board, p.continent, p.region, p.country
    FROM core.posting_boards AS b JOIN core.publishable_postings AS v USING (posting_id)
    JOIN core.posting_places AS p USING (posting_id)
    WHERE b.first_seen_at < $end_of_day
    UNION
    SELECT e.source, e.board, c.continent, c.region, c.country
    FROM entered AS e JOIN core.countries AS c USING (country)
), placed AS (
    SELECT source, board, 'world' AS region_level, 'World' AS region FROM known
    UNION
    SELECT source, board, level.name, level.region
    FROM places, LATERAL (VALUES ('continent', continent), ('region', region), ('country', country))
        AS level (name, region)
    WHERE level.region IS NOT NULL
)
SELECT
    l.region_level, l.region, k.source, k.board, coalesce(e.industry, 'unknown') AS sector,
    coalesce(r.is_whole, false) AS is_read_whole, coalesce(r.is_in_stock, false) AS is_in_stock, r.read_on
FROM known AS k JOIN placed AS l USING (source, board)
LEFT JOIN entered AS e USING (source, board)
LEFT JOIN board_readings(as_of) AS r USING (source, board)
WHERE k.source NOT IN (SELECT source FROM core.sources WHERE NOT is_republishable)
