-- The days before a day on which pay of one role in one country by one kind of source could be printed, with its jobs;
-- official pay, which has no cell by kind, is of every day or none. Parameters: first_on, as_of, basis, compared.
SELECT compared, as_of, max(n_jobs) AS n_jobs
FROM (SELECT {{compared_id}} AS compared, * FROM (SELECT region AS country, * FROM mart.salary_bands))
WHERE as_of >= $first_on AND as_of < $as_of AND basis = $basis AND compared = $compared
    AND region_level = 'country' AND seniority_group = 'all' AND status <> 'suppressed'
GROUP BY compared, as_of ORDER BY as_of
