-- What figures said on an earlier day, in their last vintage before those in the table `asked_vintages` (figure, list, vintage).
-- Parameter: as_of.
WITH last_days AS (
    SELECT h.figure, max(h.valid_from) AS as_of
    FROM mart.figures_history AS h JOIN asked_vintages AS n USING (figure)
    WHERE h.value_json IS NOT NULL AND h.vintage IS NOT NULL AND h.valid_from < $as_of
        AND (h.list, h.vintage) <> (n.list, n.vintage)
    GROUP BY h.figure
)
FROM mart.figures SEMI JOIN last_days USING (figure, as_of)
