-- Wages of statistical offices, beside our midpoints. They are for all employees of an occupation, not for offers, so
-- the rows stay `low`. Occupations that are a wider group than the role appear only in comparisons. A quartile of wages
-- is not the end of a band, so these rows have none. Parameter: as_of.
SELECT
    $as_of::DATE AS as_of, 'official' AS basis, 'country' AS region_level, w.country AS region,
    'all' AS seniority_group, w.role_group, w.role, 'employee' AS contract, 'all' AS pay_market, w.currency, 0 AS window_days,
    w.employment::BIGINT AS n_jobs, NULL::BIGINT AS n_employers, NULL::DOUBLE AS n_effective,
    CASE WHEN w.annual_p50 IS NULL THEN 'suppressed' ELSE 'low' END AS status,
    CASE WHEN w.annual_p50 IS NULL THEN 'no median published by ' || w.source ELSE w.occupation_text END AS reason,
    CASE WHEN w.annual_p50 IS NOT NULL THEN 'point' END AS form,
    w.annual_p10 AS p10, w.annual_p25 AS p25, w.annual_p50 AS p50, w.annual_p75 AS p75, w.annual_p90 AS p90
FROM official_pay($as_of) AS w
WHERE w.nearness <> 'broadMatch'
ORDER BY ALL
