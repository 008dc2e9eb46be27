-- Skills that each job in the stock of the day `as_of` asks for: each skill once, with its strongest requirement, from
-- the job's texts of the best class. `asked` is required, preferred or named in duties; `any` also includes mentioned.
WITH jobs AS (
    FROM $jobs
), strongest AS (
    SELECT
        o.job_id, s.skill,
        min(CASE s.requirement WHEN 'required' THEN 1 WHEN 'preferred' THEN 2 WHEN 'duty' THEN 3 ELSE 4 END) AS strength
    FROM $adverts AS o
    SEMI JOIN jobs AS b ON b.job_id = o.job_id AND b.text_class = o.text_class
    JOIN core.posting_skills AS s USING (posting_id)
    SEMI JOIN core.skills AS k ON k.skill = s.skill
    GROUP BY o.job_id, s.skill
), named AS (
    SELECT
        job_id,
        list(skill ORDER BY skill) FILTER (strength = 1) AS required,
        list(skill ORDER BY skill) FILTER (strength = 2) AS preferred,
        list(skill ORDER BY skill) FILTER (strength = 3) AS duty,
        list(skill ORDER BY skill) FILTER (strength = 4) AS mentioned,
        list(skill ORDER BY skill) FILTER (strength <= 3) AS asked,
        list(skill ORDER BY skill) AS "any"
    FROM strongest GROUP BY job_id
)
SELECT
    j.job_id, j.text_class, j."language",
    coalesce(n.required, []) AS required, coalesce(n.preferred, []) AS preferred,
    coalesce(n.duty, []) AS duty, coalesce(n.mentioned, []) AS mentioned, coalesce(n.asked, []) AS asked,
    coalesce(n."any", []) AS "any"
FROM jobs AS j LEFT JOIN named AS n USING (job_id)
