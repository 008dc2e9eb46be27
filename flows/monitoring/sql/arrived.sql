-- Files, answers and rows of each source.
SELECT l.source, count(DISTINCT l.warc) AS files, sum(l.n_responses) AS answers, sum(l.n_rows) AS rows
FROM ops.loads AS l GROUP BY ALL ORDER BY ALL
