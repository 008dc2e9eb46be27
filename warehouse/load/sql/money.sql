-- Dollar columns of the rows in `paid`, which has their keys, yearly amounts, currency (or its lack) and day.
CREATE OR REPLACE TEMP TABLE money AS
WITH paid AS ($paid), rated AS (
    SELECT d.currency, d.day, CASE
        WHEN d.currency = 'USD' THEN {'rate': 1.0, 'day': NULL::DATE, 'source': '$identity'}
        $choice END AS fx
    FROM (SELECT DISTINCT currency, day FROM paid WHERE currency IS NOT NULL) AS d
    $joins
)
SELECT $keys,
    p.annual_low * r.fx.rate AS annual_low_usd,
    p.annual_high * r.fx.rate AS annual_high_usd,
    r.fx.rate AS fx_rate,
    r.fx.day AS fx_on,
    r.fx.source AS fx_source,
    CASE WHEN p.lacks_currency THEN 'no_currency'
        WHEN p.currency IS NOT NULL AND r.fx IS NULL THEN 'no_rate' END AS usd_reason
FROM paid AS p LEFT JOIN rated AS r USING (currency, day)
