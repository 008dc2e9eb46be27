-- The figures that a table of figures is made of. Parameters: as_of, pattern (of ids).
SELECT figure, value, status, rung, n_jobs, n_employers, reason
FROM mart.figures
WHERE as_of = $as_of AND regexp_full_match(figure, $pattern)
ORDER BY figure
