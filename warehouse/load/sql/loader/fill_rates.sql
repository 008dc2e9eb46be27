-- Note how many of `rows` fill each column.
INSERT INTO ops.fill_rates BY NAME
SELECT $warc AS warc, $source AS source, unnest($names) AS column_name, unnest(counts) AS n_filled, n_rows
FROM (SELECT $counts AS counts, count(*) AS n_rows FROM ($rows)) WHERE n_rows > 0
