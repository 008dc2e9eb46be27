-- Shares of jobs with pay that offer something beside base pay, of any kind and of each. Parameter: as_of.
SELECT
    c.item, coalesce(s.n_jobs, 0) AS n_jobs, coalesce(s.n_employers, 0) AS n_employers, s.n_even_employers,
    coalesce(s.n_yes, 0) AS n_asking, coalesce(s.n_employers_yes, 0) AS n_employers_asking, s.share, s.share_lo,
    s.share_hi, s.form, coalesce(s.status, 'suppressed') AS status, s.reason, s.sample
FROM (
    VALUES (1, 'any', 'additional_pay_offered'), (2, 'equity', 'equity_offered'), (3, 'bonus', 'bonus_offered'),
        (4, 'commission', 'commission_offered')
) c (position, item, measure)
LEFT JOIN $tables.shares s
    ON s.as_of = $as_of AND s.measure = c.measure AND s.region_level = 'world' AND s.role_group = 'ai_engineering'
ORDER BY c.position
