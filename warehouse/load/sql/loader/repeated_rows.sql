-- Rows of earlier answers that the answers in `responses` only repeat.
SELECT coalesce(sum(o.n_rows), 0)::BIGINT FROM read_parquet($responses) AS r JOIN ops.responses AS o
ON o.source = r.source AND o.url = r.url AND o.observed_at = r.refers_to AND o.digest = r.digest
WHERE o.refers_to IS NULL AND r.observed_at <= $end
