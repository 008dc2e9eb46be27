-- Closing rates of groups of roles at a place, with the comparison within boards.
-- Parameters: as_of, region_level, region, cells (role groups and their words, in order).
SELECT
    c.cell, c.role_group, coalesce(r.n_jobs, 0) AS n_jobs, r.n_employers, r.n_even, r.open_days,
    r.n_closed, r.n_provisional, r.n_taken_back, r.rate, r.rate_lo, r.rate_hi, r.period_from, r.period_to, r.n_employers_both, r.ratio, r.ratio_lo,
    r.ratio_hi, r.ratio_reason, coalesce(r.status, 'suppressed') AS status, r.reason, r.sample
FROM (
    SELECT unnest(map_keys($cells)) AS role_group, unnest(map_values($cells)) AS cell,
        unnest(range(cardinality($cells)::BIGINT)) AS position
) AS c
LEFT JOIN $tables.closing_rates r
    ON r.as_of = $as_of AND r.region_level = $region_level AND r.region = $region AND r.role_group = c.role_group
ORDER BY c.position
