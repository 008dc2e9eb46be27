-- What figures of shares said on the last day of each earlier vintage of their list that was estimated by the method of
-- the one that stands. Parameter: as_of.
WITH standing AS (
    FROM ops.vintages WHERE state = 'published' QUALIFY row_number() OVER (PARTITION BY list ORDER BY number DESC) = 1
), last_days AS (
    SELECT h.figure, max(h.valid_from) AS as_of
    FROM mart.figures_history AS h
    JOIN ops.vintages AS v ON (v.list, v.number) = (h.list, h.vintage)
    JOIN standing AS s ON (s.list, s.method) = (v.list, v.method) AND s.number > v.number
    WHERE h.value_json IS NOT NULL AND h.basis = 'postings' AND h.valid_from < $as_of
    GROUP BY h.figure, h.vintage
)
FROM mart.figures SEMI JOIN last_days USING (figure, as_of) ORDER BY as_of DESC
