-- Adverts that were read, by place, source or sector. Parameters: as_of, by (region, source or sector), region_level (of
-- `by`), role_groups ([] takes every one).
SELECT
    [$by, CASE $by WHEN 'region' THEN a.region WHEN 'source' THEN p.source ELSE j.sector END] AS cell,
    {{behind/advert}}
FROM frame_adverts($as_of) AS a JOIN frame_jobs($as_of) AS j USING (region_level, region, job_id)
JOIN stock_postings($as_of) AS p ON p.posting_id = a.posting_id
WHERE a.region_level = $region_level AND (len($role_groups) = 0 OR list_contains($role_groups::VARCHAR[], j.role_group))
    AND ($by <> 'region' OR a.region IN (SELECT unnest([country, region]) FROM core.countries))
