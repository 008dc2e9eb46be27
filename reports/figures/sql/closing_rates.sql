-- Closing rates of AI engineering and of other engineering in the world, with the comparison within boards.
-- Parameters: as_of.
SELECT
    c.cell, c.role_group, coalesce(r.n_jobs, 0) AS n_jobs, coalesce(r.n_boards, 0) AS n_boards, r.n_even, r.open_days,
    r.n_closed, r.rate, r.rate_lo, r.rate_hi, r.period_from, r.period_to, r.n_boards_both, r.ratio, r.ratio_lo,
    r.ratio_hi, r.ratio_reason, coalesce(r.status, 'suppressed') AS status, r.reason
FROM (
    VALUES (1, 'AI engineering', 'ai_engineering'), (2, 'other engineering', 'other_engineering')
) c (position, cell, role_group)
LEFT JOIN mart.closing_rates r
    ON r.as_of = $as_of AND r.region_level = 'world' AND r.role_group = c.role_group
ORDER BY c.position
