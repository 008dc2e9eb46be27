-- The figures that a table of figures is made of. Parameters: as_of, prefix.
SELECT figure, value, status, rung, n_jobs, n_employers, reason
FROM mart.figures
WHERE as_of = $as_of AND starts_with(figure, $prefix)
ORDER BY figure
