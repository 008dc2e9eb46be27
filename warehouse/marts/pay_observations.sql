-- Jobs with advertised pay seen open in the window: one row per posting, with what decides its cells.
-- Parameters: $as_of, $window_days.
SELECT
    p.job_id,
    p.posting_id,
    coalesce(lower(p.employer), p.source || ':' || p.board, p.posting_id) AS employer,
    p.role,
    p.role_group,
    p.seniority,
    p.seniority_inferred,
    p.pay_country AS country,
    p.pay_region AS region,
    p.pay_continent AS continent,
    p.pay_market,
    p.currency,
    list_contains(c.currencies, p.currency) AS is_local_currency,
    p.annual_low,
    p.annual_high,
    p.annual_low_usd,
    p.annual_high_usd,
    -- Full-time, gross, base, both ends known. Employment that is not stated counts as full-time only when
    -- pay is stated for a month or a year: hourly and daily pay is how contracts are offered.
    coalesce(
        p.annual_low IS NOT NULL
        AND p.annual_high IS NOT NULL
        AND p.pay_flag IS NULL
        AND p.pay_tax IS DISTINCT FROM 'net'
        AND p.seniority <> 'intern'
        AND p.role <> 'ai_data_trainer'
        AND (p.employment_type = 'FULL_TIME' OR (p.employment_type IS NULL AND p.period IN ('month', 'year'))),
        false
    ) AS is_in_band
FROM core.postings p
LEFT JOIN core.countries c ON c.country = p.pay_country
WHERE (p.pay_low IS NOT NULL OR p.pay_high IS NOT NULL)
    AND p.currency IS NOT NULL
    AND p.first_seen_at::DATE <= $as_of
    AND p.last_seen_at::DATE > $as_of - $window_days::INTEGER
ORDER BY p.job_id, p.posting_id
