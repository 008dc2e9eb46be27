-- Adverts of the jobs that shares count, of the panel alone where the cell rests on it: all adverts of a job in the stock,
-- since they say together what the job says. `items` are those that the job is in the numerator of.
-- Parameters: answered (a SELECT of measures, jobs and items), groups (role groups, and the one that each counts in),
-- region_levels, as_of.
WITH answers AS (
    SELECT measure, region_level, region, $groups[role_group] AS counted_group, job_id, items
    FROM ($answered)
    WHERE list_contains($region_levels, region_level) AND $groups[role_group] IS NOT NULL
), panel_cells AS (
    SELECT DISTINCT measure, region_level, region, role_group AS counted_group
    FROM $tables.shares
    WHERE as_of = $as_of AND text_class IN ('all', 'full_advert') AND sample = 'panel'
), counted AS (
    SELECT a.region_level, a.region, a.counted_group, a.job_id, list_distinct(flatten(list(a.items))) AS items
    FROM answers AS a LEFT JOIN panel_cells AS c USING (measure, region_level, region, counted_group)
    LEFT JOIN panel_jobs($as_of) AS j USING (job_id)
    WHERE c.measure IS NULL OR j.weight IS NOT NULL
    GROUP BY ALL
)
SELECT
    [c.region_level, c.region, c.counted_group] AS cell, p.job_id, p.posting_id, p.source, p.board, p.warc,
    NULL AS fx_source, NULL::DATE AS fx_on, p.read_on AS period_from, p.read_on AS period_to, c.items
FROM stock_postings($as_of) p JOIN counted c USING (job_id)
