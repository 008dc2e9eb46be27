-- Makes the table `share_jobs`: jobs in the stock of a day in the order of their ids, with numbers for jobs and
-- employers and their weight in the panel. `platform` is the title of the source that most of the employer's jobs are
-- from, on whichever other platforms it is; `is_near` says whether the job's board was read at most $bridge_days days
-- before the newest reading. Parameter: as_of.
CREATE OR REPLACE TEMP TABLE share_jobs AS
WITH jobs AS MATERIALIZED (
    SELECT j.*, coalesce(p.weight, 0) AS panel_weight
    FROM counted_jobs($as_of) AS j LEFT JOIN panel_jobs($as_of) AS p USING (job_id)
), adverts AS MATERIALIZED (
    SELECT j.job_id, j.employer, p.source, p.read_on
    FROM stock_postings($as_of) AS p JOIN jobs AS j USING (job_id)
), platforms AS (
    SELECT employer, arg_max(source, (n, source)) AS source
    FROM (SELECT employer, source, count(DISTINCT job_id) AS n FROM adverts GROUP BY ALL) GROUP BY employer
), employers AS (
    SELECT employer, coalesce(s.title, source) AS platform, row_number() OVER (ORDER BY employer) - 1 AS employer_number
    FROM platforms LEFT JOIN core.sources AS s USING (source)
), readings AS (
    SELECT job_id, max(max(read_on)) OVER () - max(read_on) <= $bridge_days AS is_near FROM adverts GROUP BY job_id
)
SELECT
    row_number() OVER () - 1 AS job_number,
    hash(job_id, employer, panel_weight, platform, is_near) AS job_hash, *
FROM (FROM jobs JOIN employers USING (employer) JOIN readings USING (job_id) ORDER BY job_id)
