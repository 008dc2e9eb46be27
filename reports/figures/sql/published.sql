-- What is published of a figure: its last accepted vintage, once for each of the rows behind it (JSON; NULL for none).
-- Parameter: figure.
SELECT
    figure, number, as_of, value, content ->> 'bare_value' AS bare_value, n_jobs,
    unnest(coalesce(CAST(content ->> 'value_json' AS JSON[]), [NULL])) AS behind
FROM (
    FROM ops.vintages WHERE figure = $figure AND state = 'published' ORDER BY number DESC LIMIT 1
)
