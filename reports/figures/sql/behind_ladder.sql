-- Adverts of the AI engineering jobs that a ladder starts from, place by place. Parameters: as_of, region_level,
-- role_group.
SELECT
    [a.region_level, a.region, $role_group] AS cell, a.job_id, a.posting_id, p.source, p.board, p.warc,
    NULL AS fx_source, NULL::DATE AS fx_on, p.read_on AS period_from, p.read_on AS period_to, [] AS items
FROM frame_adverts($as_of) AS a JOIN frame_jobs($as_of) AS j USING (region_level, region, job_id)
JOIN stock_postings($as_of) AS p ON p.posting_id = a.posting_id
WHERE a.region_level = $region_level AND j.role_group = $role_group
    AND a.region IN (SELECT unnest([country, region]) FROM core.countries)
