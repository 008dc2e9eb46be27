-- What cells of a place rest on, by kind of source: sources and reference period of all roles together.
-- Parameter: as_of (day of the cells of a list).
WITH frame AS (
    SELECT region_level, region, source, sector, n_adverts FROM mart.frame_coverage WHERE as_of = $as_of
), adverts AS (  -- of that day; the published frame may be of a newer one, read from other sources
    SELECT region_level, region, list(DISTINCT source ORDER BY source) AS sources
    FROM (
        FROM frame
        UNION ALL
        SELECT region_level, region, source, sector, n_adverts FROM published.frame_coverage
        WHERE NOT EXISTS (FROM frame)
    )
    WHERE source <> 'all' AND sector = 'all' AND n_adverts > 0
    GROUP BY region_level, region
), collected AS (
    SELECT level.name AS region_level, level.place AS region, p.source, p.snapshot_on, p.year
    FROM pay_pairs($as_of) AS p, LATERAL (
        VALUES ('country', p.country), ('region', p.region), ('continent', p.continent)
    ) AS level (name, place)
    WHERE level.place IS NOT NULL
)
SELECT region_level, region, 'advertised' AS basis, a.sources, r.period_from, r.period_to
FROM adverts AS a LEFT JOIN reference_periods($as_of) AS r USING (region_level, region)
UNION ALL
SELECT region_level, region, 'advertised_third_party', list(DISTINCT source ORDER BY source), make_date(min(year)::INTEGER, 1, 1),
    least(make_date(max(year)::INTEGER, 12, 31), max(snapshot_on))
FROM collected GROUP BY region_level, region
UNION ALL
SELECT 'country', b.region, 'reported', list(DISTINCT p.source ORDER BY p.source), min(p.reported_on), max(p.reported_on)
FROM published.salary_bands AS b JOIN published.reported_pay AS p
    ON p.country = b.region AND starts_with(b.reason, p.source || ' ')
WHERE b.as_of = $as_of AND b.basis = 'reported' AND b.status <> 'suppressed'
GROUP BY b.region
UNION ALL
SELECT 'country', country, 'official', list(DISTINCT source ORDER BY source), min(period_from), max(period_to)
FROM official_pay($as_of) GROUP BY country
ORDER BY ALL
