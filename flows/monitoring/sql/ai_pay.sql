-- AI jobs with pay, by the region of the pay and source.
SELECT coalesce(pay_region, 'unknown') AS region, source, count(DISTINCT job_id) AS n FROM core.postings
WHERE role_group = 'ai_engineering' AND (pay_low IS NOT NULL OR pay_high IS NOT NULL) GROUP BY ALL ORDER BY ALL
