SELECT as_of, value_json, basis, rung, n_jobs, n_employers, window_days, sources, behind, snapshots, read_on
FROM mart.figures
WHERE figure = $figure AND {{accepted}}
ORDER BY as_of DESC
LIMIT 1
