-- Adverts of the jobs that shares count: all adverts of a job in the stock, since they say
-- together what the job says. `items` are those that the job is in the numerator of.
-- Parameters: answered (a SELECT of jobs and items), groups (role groups, and the one that each counts in),
-- region_levels, as_of.
WITH counted AS (
    SELECT
        region_level, region, $groups[role_group] AS counted_group, job_id, list_distinct(flatten(list(items))) AS items
    FROM ($answered)
    WHERE list_contains($region_levels, region_level) AND $groups[role_group] IS NOT NULL
    GROUP BY ALL
)
SELECT
    [c.region_level, c.region, c.counted_group] AS cell, p.job_id, p.posting_id, p.source, p.board, p.warc,
    NULL AS fx_source, NULL::DATE AS fx_on, p.read_on AS period_from, p.read_on AS period_to, c.items
FROM stock_postings($as_of) p JOIN counted c USING (job_id)
