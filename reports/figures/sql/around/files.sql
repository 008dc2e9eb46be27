-- Archive files of each cell with the number of adverts in each; files that only convert money have the number 0.
-- Parameter: behind (SELECT of adverts; it may lack the board and the exchange rate).
WITH behind AS MATERIALIZED (
    SELECT NULL::VARCHAR AS board, NULL::VARCHAR AS fx_source, NULL::DATE AS fx_on WHERE false
    UNION ALL BY NAME ($behind)
)
SELECT cell, source, board, warc, count(*) AS n, min(period_from) AS period_from, max(period_to) AS period_to
FROM behind GROUP BY ALL
UNION ALL
SELECT DISTINCT b.cell, r.source, NULL, r.warc, 0, NULL, NULL
FROM core.exchange_rates r JOIN behind b ON r.source = b.fx_source AND r.rate_on = b.fx_on
ORDER BY ALL
