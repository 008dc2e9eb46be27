-- The last accepted value of a figure before a day. Parameters: figure, rungs, as_of.
SELECT as_of, value_json, basis, rung, status, period_from, coalesce(period_to, read_on, as_of) AS period_to,
    n_jobs, n_employers, sources, behind, snapshots, read_on
FROM mart.figures
WHERE figure = $figure AND as_of < $as_of AND status <> 'suppressed'
    AND value_json IS NOT NULL AND list_contains($rungs::VARCHAR[], rung)
ORDER BY as_of DESC
LIMIT 1
