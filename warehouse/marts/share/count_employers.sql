-- Jobs of each cell by employer and weight.
SELECT cell, employer_number, weight, count(*) AS n
FROM share_batch JOIN share_jobs USING (job_number)
GROUP BY ALL ORDER BY ALL
