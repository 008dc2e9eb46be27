-- Jobs in the stock of the day `as_of` without any known base pay that would be in a band of employees with it: not
-- known to be other than full-time employment. One row per job and region that all places of one of its adverts are in,
-- as its pay would count there. Role and level are the job's own. A job that was not read may state pay, so it does not
-- count as silent.
SELECT DISTINCT
    level.name AS region_level, level.place AS region, j.job_id, j.employer, j.role, j.role_group, j.seniority,
    j.seniority_inferred
FROM counted_jobs(as_of) AS j JOIN stock_postings(as_of) AS o USING (job_id), LATERAL (
    VALUES ('world', 'World'), ('continent', o.continent), ('region', o.region), ('country', o.country)
) AS level (name, place)
WHERE level.place IS NOT NULL AND j.text_class <> $unread
    AND coalesce(j.employment_type, 'FULL_TIME') = 'FULL_TIME' AND coalesce(j.contract NOT IN ($contractor, $agency), true)
    AND j.seniority <> 'intern'
    AND j.role <> 'ai_data_trainer'
    AND j.job_id NOT IN (SELECT job_id FROM pay_observations(as_of))
