WITH jobs AS (
    SELECT 'AI jobs' AS cell, job_id, role AS item FROM ({{mart:jobs}}) WHERE region_level = 'world'
),
hits AS (FROM jobs),
{{adverts}}
