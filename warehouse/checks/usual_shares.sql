-- Median of `part` / `total` by `item`, over the last `n_files` files of the history with at least `min_rows` rows.
SELECT $item, median($part / $total) FROM (
    SELECT t.* FROM $table AS t JOIN ($history
) AS h USING (warc) WHERE $total >= $min_rows
    QUALIFY row_number() OVER (PARTITION BY $item ORDER BY h.observed_to DESC) <= $n_files
) GROUP BY ALL HAVING count(*) >= $min_files ORDER BY ALL
