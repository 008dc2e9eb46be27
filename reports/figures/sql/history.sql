-- The last accepted value of a figure before a day. Parameters: figure, rungs, as_of.
SELECT {{history_columns}}
FROM mart.figures
WHERE figure = $figure AND as_of < $as_of AND status <> 'suppressed'
    AND value_json IS NOT NULL AND list_contains($rungs::VARCHAR[], rung)
ORDER BY as_of DESC
LIMIT 1
