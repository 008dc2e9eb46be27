-- What a mart has of each list on a day: jobs (of each place by its largest cell), cells, and cells with a value.
SELECT list, sum(n), sum(n_cells), sum(n_printed)
FROM (
    SELECT $list AS list, max($size) AS n, count(*) AS n_cells, count(*) FILTER ($has_value) AS n_printed
    FROM ($rows) GROUP BY list, $place
)
GROUP BY list ORDER BY list
