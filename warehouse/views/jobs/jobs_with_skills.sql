-- Skills that each job in the stock of the day `as_of` asks for. A job speaks by one of its texts of the best class,
-- drawn by a digest of the ids, so that over jobs the share is the mean over their adverts, and a job with many adverts
-- does not ask for more. `asked` is required, preferred or named in duties; `any` also includes mentioned.
WITH jobs AS (
    FROM $jobs
), speaking AS (
    SELECT o.job_id, arg_min(o.posting_id, md5(o.posting_id)) AS posting_id
    FROM $adverts AS o SEMI JOIN jobs AS b ON b.job_id = o.job_id AND b.text_class = o.text_class
    GROUP BY o.job_id
), named AS (
    SELECT
        o.job_id,
        list(skill ORDER BY skill) FILTER (requirement = 'required') AS required,
        list(skill ORDER BY skill) FILTER (requirement = 'preferred') AS preferred,
        list(skill ORDER BY skill) FILTER (requirement = 'duty') AS duty,
        list(skill ORDER BY skill) FILTER (requirement = 'mentioned') AS mentioned,
        list(skill ORDER BY skill) FILTER (requirement <> 'mentioned') AS asked,
        list(skill ORDER BY skill) AS "any"
    FROM speaking AS o JOIN core.posting_skills AS s USING (posting_id) SEMI JOIN core.skills AS k USING (skill)
    GROUP BY o.job_id
)
SELECT
    j.job_id, j.text_class, j."language",
    coalesce(n.required, []) AS required, coalesce(n.preferred, []) AS preferred,
    coalesce(n.duty, []) AS duty, coalesce(n.mentioned, []) AS mentioned, coalesce(n.asked, []) AS asked,
    coalesce(n."any", []) AS "any"
FROM jobs AS j LEFT JOIN named AS n USING (job_id)
