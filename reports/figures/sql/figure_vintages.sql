-- Every vintage of the list that each figure is read from, with what the figure said.
WITH said AS (
    SELECT figure, list, vintage, arg_min(value, valid_from) AS value, arg_min(n_jobs, valid_from) AS n_jobs,
        -- of figures of one row, whose vintages are drawn
        arg_min(CASE WHEN json_array_length(value_json) = 1 THEN value_json END, valid_from) AS value_json
    FROM mart.figures_history WHERE list IS NOT NULL GROUP BY ALL
), lists AS (
    SELECT DISTINCT figure, list FROM said
)
SELECT l.figure, s.value, s.n_jobs, s.value_json, v.* EXCLUDE (list, n_jobs, n_cells, n_printed, method)
FROM lists AS l JOIN ops.vintages AS v USING (list)
LEFT JOIN said AS s ON (s.figure, s.list, s.vintage) = (l.figure, l.list, v.number)
WHERE v.state <> 'published' OR s.figure IS NOT NULL
ORDER BY figure, offered_on, number
