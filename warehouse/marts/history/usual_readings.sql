-- For each source the day on which most of the figures in `written` last read it, as a list of structs.
SELECT list({'source': source, 'read_on': read_on} ORDER BY source)
FROM (
    SELECT source, read_on
    FROM (SELECT unnest(behind, max_depth := 2) FROM written)
    WHERE read_on IS NOT NULL
    GROUP BY source, read_on
    QUALIFY row_number() OVER (PARTITION BY source ORDER BY count(*) DESC, read_on DESC) = 1
)
