-- What is published of the figures that a table of figures is made of: of each its last accepted vintage, once for each of
-- the rows behind it (JSON; NULL for none). Parameter: pattern (of ids).
SELECT
    figure, number, as_of, value, content ->> 'bare_value' AS bare_value, n_jobs,
    unnest(coalesce(CAST(content ->> 'value_json' AS JSON[]), [NULL])) AS behind
FROM (
    FROM ops.vintages WHERE regexp_full_match(figure, $pattern) AND state = 'published'
    QUALIFY row_number() OVER (PARTITION BY figure ORDER BY number DESC) = 1
)
ORDER BY figure
