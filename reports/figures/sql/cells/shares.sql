-- Every share that may be printed, of jobs or of employers. Parameters: measures, and those of shares/columns.
SELECT
    list, as_of, region_level, region, measure, item, role_group, category, {{shares/columns}}
FROM published.shares
WHERE status <> 'suppressed' AND text_class IN ('all', 'full_advert') AND list_contains($measures, measure)
    AND region_level IN ('world', 'continent', 'region', 'country')
ORDER BY ALL
