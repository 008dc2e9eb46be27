-- How fast open adverts close, by place and group of roles, as published.
SELECT
    as_of, region_level, region, role_group, n_jobs, n_employers, open_days, n_closed AS n_closings, n_provisional,
    rate, rate_lo, rate_hi, period_from, period_to, sample, status, reason
FROM published.closing_rates
