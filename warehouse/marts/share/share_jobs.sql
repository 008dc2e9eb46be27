-- Makes the table `share_jobs`: jobs in the stock of a day in the order of their ids, with numbers for jobs and
-- employers and their weight in the panel. Parameter: as_of.
CREATE OR REPLACE TEMP TABLE share_jobs AS
WITH jobs AS MATERIALIZED (
    SELECT j.*, coalesce(p.weight, 0) AS panel_weight
    FROM counted_jobs($as_of) AS j LEFT JOIN panel_jobs($as_of) AS p USING (job_id)
), employers AS (
    SELECT employer, row_number() OVER (ORDER BY employer) - 1 AS employer_number
    FROM (SELECT DISTINCT employer FROM jobs)
)
SELECT row_number() OVER () - 1 AS job_number, hash(job_id, employer, panel_weight) AS job_hash, *
FROM (FROM jobs JOIN employers USING (employer) ORDER BY job_id)
