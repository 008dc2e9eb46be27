-- What was read by place, source or sector: boards and adverts of each, those of most adverts first. The last reading is
-- that of any of its boards. Parameters: as_of, by (region, source or sector), region_level (of `by`), names (words for
-- regions).
WITH read AS (
    SELECT CASE $by WHEN 'region' THEN region WHEN 'source' THEN source ELSE sector END AS item, max(read_on) AS read_on
    FROM frame_boards($as_of) WHERE region_level = $region_level GROUP BY 1
), counted AS (
    SELECT CASE $by WHEN 'region' THEN region WHEN 'source' THEN source ELSE sector END AS item, COLUMNS('^n_')
    FROM $tables.frame_coverage
    WHERE as_of = $as_of AND region_level = $region_level AND (source = 'all') = ($by <> 'source')
        AND (sector = 'all') = ($by <> 'sector')
)
SELECT
    [$by, item] AS cell, coalesce($names[item], s.title, item) AS name, 'published' AS status, NULL AS reason,
    n_boards, n_boards_read_whole, n_boards_in_stock, n_adverts, n_jobs, n_ai_jobs, n_read_in_full, n_paid, read_on
FROM counted LEFT JOIN read USING (item) LEFT JOIN core.sources AS s ON $by = 'source' AND s.source = item
WHERE $by <> 'region' OR item IN (SELECT region FROM core.countries)  -- pay may be of no place, or of several
ORDER BY n_adverts DESC, n_boards DESC, name
