-- Makes the table `share_regions`: the regions in which the jobs of `share_jobs` count, numbered in order, one row per
-- region and job. Parameter: as_of.
CREATE OR REPLACE TEMP TABLE share_regions AS
SELECT region_level, region, job_number, dense_rank() OVER (ORDER BY region_level, region) - 1 AS region_number
FROM job_regions($as_of) JOIN share_jobs USING (job_id)
