-- Countries for which Indeed publishes how many adverts name AI, or in which a month of ours was ever printed.
SELECT DISTINCT region
FROM (
    SELECT country AS region FROM core.ai_posting_shares
    UNION ALL SELECT region FROM mart.advert_months WHERE status <> 'suppressed'
    UNION ALL SELECT region FROM published.advert_months WHERE status <> 'suppressed'
)
ORDER BY ALL
