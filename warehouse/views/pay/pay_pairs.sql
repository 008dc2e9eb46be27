-- The pairs of `collected_pairs` that count in bands on the day `as_of`, in each country only those of the source with
-- most pairs there. Pay is from the calendar year of the snapshot and the one before, as the source gives years, not
-- days; our own calendar does not matter, so New Year changes nothing.
WITH recent AS (
    FROM collected_pairs(as_of) WHERE year >= year(snapshot_on) - 1
), main_sources AS (
    SELECT country, source FROM recent GROUP BY country, source
    QUALIFY row_number() OVER (PARTITION BY country ORDER BY count(*) DESC, source) = 1
)
SELECT
    t.role, t.role_group, t.seniority, t.country, t.region, t.continent, t.pay_market, t.low_usd, t.high_usd, t.source,
    t.pair_row, t.year, t.warc, t.snapshot_on, t.currency, t.employer_country
FROM recent AS t
JOIN main_sources AS m ON m.source = t.source AND m.country IS NOT DISTINCT FROM t.country
ORDER BY ALL
