-- The most frequent reasons for rejects.
SELECT source, column_name, rule, count(*) AS n, any_value(value) AS example FROM ops.rejects
WHERE NOT is_deliberate GROUP BY ALL ORDER BY n DESC, source, column_name, rule LIMIT 25
