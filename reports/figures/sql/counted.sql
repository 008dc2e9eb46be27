counted AS (
    SELECT j.cell, j.job_id, coalesce(list(DISTINCT h.item) FILTER (h.item IS NOT NULL), []) AS items
    FROM (SELECT DISTINCT cell, job_id FROM jobs) j LEFT JOIN hits h USING (cell, job_id) GROUP BY ALL
)
