-- All adverts in the stock of the jobs that shares count, because they state together what the job asks for; only boards
-- of the panel if the cell rests on it. `items` are the items for which the job counts.
-- Parameters: answered (SELECT of measures, jobs and items), groups (map from role groups to the group each counts in),
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
SELECT [c.region_level, c.region, c.counted_group] AS cell, {{behind/advert}}, c.items
FROM stock_postings($as_of) p JOIN counted c USING (job_id)
