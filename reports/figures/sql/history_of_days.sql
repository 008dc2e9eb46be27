-- The accepted values of some days, of all figures (see history.sql, of which it gives the rows). Parameter: days.
SELECT figure, {{history_columns}}
FROM mart.figures
WHERE list_contains($days, as_of) AND status <> 'suppressed' AND value_json IS NOT NULL
