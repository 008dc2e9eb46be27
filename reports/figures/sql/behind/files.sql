-- Archive files of each cell with the number of adverts in each; those that only convert money have the number 0.
-- Parameter: behind, a SELECT of adverts.
WITH behind AS MATERIALIZED ($behind)
SELECT cell, source, board, warc, count(*) AS n, min(period_from) AS period_from, max(period_to) AS period_to
FROM behind GROUP BY ALL
UNION ALL
SELECT DISTINCT b.cell, r.source, NULL, r.warc, 0, NULL, NULL
FROM core.exchange_rates r JOIN behind b ON r.source = b.fx_source AND r.rate_on = b.fx_on
ORDER BY ALL
