-- Every closing rate that may be printed.
SELECT
    list, as_of, region_level, region, role_group, n_jobs, n_employers, n_closed, n_provisional, n_taken_back, rate, rate_lo, rate_hi,
    period_from, period_to, sample, status, reason
FROM published.closing_rates
WHERE status <> 'suppressed'
ORDER BY ALL
