-- The last accepted vintage of each figure, in a folder without vintages of lists.
SELECT figure, as_of, decided_on, content ->> 'rung' AS rung FROM ops.figure_vintages
WHERE state = 'published' AND value IS NOT NULL AND NOT EXISTS (FROM ops.vintages)
QUALIFY row_number() OVER (PARTITION BY figure ORDER BY number DESC) = 1
