-- The published adverts of each country, for the map.
SELECT region AS country, n_ai_jobs, n_jobs, n_paid, as_of
FROM published.frame_coverage
WHERE region_level = 'country' AND source = 'all' AND sector = 'all' AND n_jobs > 0
ORDER BY n_ai_jobs DESC, region
