-- Skills that jobs ask for or mention: one row per job and skill, open or former, from one text of the job's best
-- class. Jobs that were read and name no skill have no row: the denominator of a share are the jobs of analysis.jobs
-- with `is_skill_read`, of one text class. To count parts with their whole, count distinct jobs by coalesce(parent,
-- skill).
WITH job_adverts AS (
    $job_adverts
), named AS (
    $skills
), listed AS (
    SELECT job_id, unnest(required) AS skill, 'required' AS requirement FROM named
    UNION ALL
    SELECT job_id, unnest(preferred), 'preferred' FROM named
    UNION ALL
    SELECT job_id, unnest(duty), 'duty' FROM named
    UNION ALL
    SELECT job_id, unnest(mentioned), 'mentioned' FROM named
)
SELECT
    l.job_id, l.skill, k.category, k.parent, l.requirement, j.text_class, j."language", j.is_skill_read, j.employer_key,
    j.employer,
    j.role_group, j.role, j.seniority, j.countries, j.is_open, j.first_seen_on, j.last_seen_on
FROM listed AS l JOIN core.skills AS k USING (skill) JOIN analysis.jobs_on(as_of) AS j USING (job_id)
