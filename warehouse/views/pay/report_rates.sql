-- US dollars for one unit of each currency in which persons report pay, or in which a collection of adverts has pay
-- without converting it, by source. For the newest wave up to the day `as_of` this is the quote nearest to the day by
-- which half of the answers were in, at most $max_days days away, as a wave takes two months. Sources of quotes rank as
-- in `usd_conversion.RATE_LADDER`.
WITH waves AS (
    SELECT source, max(snapshot_on) AS reported_on
    FROM core.pay_reports
    WHERE basis IN ('reported', 'advertised_third_party') AND snapshot_on <= as_of
        AND source NOT IN (SELECT source FROM core.sources WHERE NOT is_republishable)
    GROUP BY source
), monies AS (
    SELECT DISTINCT w.source, w.reported_on, r.currency
    FROM waves w JOIN core.pay_reports r ON r.source = w.source AND r.snapshot_on = w.reported_on
    WHERE r.basis = 'reported' OR r.basis = 'advertised_third_party' AND r.pay_usd_stated IS NULL
)
SELECT
    m.source, m.reported_on, m.currency, CASE WHEN m.currency = 'USD' THEN 1.0 ELSE q.usd_per_unit END AS usd_per_unit,
    CASE WHEN m.currency = 'USD' THEN NULL ELSE q.source END AS fx_source, CASE WHEN m.currency = 'USD' THEN NULL
        ELSE q.rate_on END AS fx_on
FROM monies m
LEFT JOIN core.usd_rates q
    ON q.currency = m.currency AND q.rate_on <= as_of AND q.rate_on BETWEEN m.reported_on - $max_days
        AND m.reported_on + $max_days
QUALIFY row_number() OVER (
    PARTITION BY m.source, m.currency
    ORDER BY q.source IS DISTINCT FROM 'ecb_rates', abs(q.rate_on - m.reported_on), q.rate_on, q.source
) = 1
