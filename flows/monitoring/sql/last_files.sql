-- The last file with rows of each source, and the rows of the file before it.
SELECT source, observed_to, n_seen, lag(n_seen) OVER (PARTITION BY source ORDER BY observed_to) AS before
FROM ops.loads WHERE n_seen > 0
QUALIFY row_number() OVER (PARTITION BY source ORDER BY observed_to DESC) = 1
