-- Every closing rate that may be printed. Parameter: as_of.
SELECT
    region_level, region, role_group, n_jobs, rate, rate_lo, rate_hi, period_from, period_to, sample, status, reason
FROM mart.closing_rates
WHERE as_of = $as_of AND status <> 'suppressed'
ORDER BY ALL
