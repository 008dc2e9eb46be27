WITH jobs AS (
    SELECT role_group AS cell, job_id FROM ({{mart:jobs}})
    WHERE region_level = 'world' AND role_group = 'ai_engineering' AND has_text
),
hits AS (
    SELECT 'ai_engineering' AS cell, job_id, skill AS item FROM ({{mart:jobs_skills}})
    WHERE strength IN (1, 2)  -- asked for: skill_demand.STRENGTHS
),
{{adverts}}
