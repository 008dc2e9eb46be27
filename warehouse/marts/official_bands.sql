-- Wages of statistical offices beside our midpoints. The occupations are near our roles, not the same, so the
-- rows stay `low`; only occupations that are near one role alone are shown. A quartile of wages is no end of a band, so
-- that these have none. Parameter: $as_of.
WITH newest AS (
    SELECT source, area, occupation, max(period_on) AS period_on FROM core.official_wages
    WHERE period_on <= $as_of GROUP BY ALL
), near (occupation, role) AS (
    VALUES ('15-2051', 'data_scientist'), ('15-1221', 'ai_researcher'), ('15-1252', 'software_engineer')
)
SELECT
    $as_of::DATE AS as_of, 'official' AS basis, 'country' AS region_level, w.country AS region,
    'all' AS seniority_group, r.role_group, r.role, 'all' AS pay_market, w.currency, 0 AS window_days,
    w.employment::BIGINT AS n_jobs, NULL::BIGINT AS n_employers, NULL::DOUBLE AS n_effective,
    CASE WHEN w.annual_p50 IS NULL THEN 'suppressed' ELSE 'low' END AS status,
    CASE WHEN w.annual_p50 IS NULL THEN 'not published by ' || w.source
         ELSE w.occupation || ' ' || w.occupation_title || ', ' || strftime(w.period_on, '%B %Y')
              || ': an occupation near the role, not the role itself' END AS reason,
    CASE WHEN w.annual_p50 IS NOT NULL THEN 'point' END AS form,
    w.annual_p10 AS p10, w.annual_p25 AS p25, w.annual_p50 AS p50, w.annual_p75 AS p75, w.annual_p90 AS p90
FROM core.official_wages w
JOIN newest USING (source, area, occupation, period_on)
JOIN near USING (occupation)
JOIN core.roles r ON r.role = near.role
WHERE w.area = '99'
ORDER BY ALL
