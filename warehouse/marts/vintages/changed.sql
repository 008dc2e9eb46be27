-- Lists with other cells in a mart on a day than the cells that stand.
WITH here AS (
    SELECT $list AS list, $columns FROM ($rows)
), published AS (
    SELECT list, $columns FROM $table
)
SELECT DISTINCT list FROM ((FROM here EXCEPT FROM published) UNION ALL (FROM published EXCEPT FROM here))
