-- US dollars for one unit of a currency, by source and day, as implied by the quotes of that day.
WITH dollars AS (
    SELECT source, rate_on, base, rate AS usd FROM core.exchange_rates
    WHERE currency = 'USD' AND base <> 'USD' AND rate > 0
    UNION ALL
    SELECT DISTINCT source, rate_on, 'USD', 1.0 FROM core.exchange_rates WHERE base = 'USD'
), implied AS (
    SELECT q.source, q.currency, q.rate_on, q.base, d.usd / q.rate AS usd_per_unit
    FROM core.exchange_rates AS q JOIN dollars AS d USING (source, rate_on, base)
    WHERE q.rate > 0 AND q.currency <> q.base
    UNION ALL
    SELECT source, base, rate_on, base, usd FROM dollars
)
SELECT source, currency, rate_on, min_by(usd_per_unit, base) AS usd_per_unit
FROM implied GROUP BY source, currency, rate_on
