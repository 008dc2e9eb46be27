-- mart.salary_bands counts the jobs of core with pay
SELECT format('{} jobs, {} in core', m.n, c.n) FROM (
    SELECT coalesce(sum(n_jobs + n_no_rate + n_apart), 0) AS n FROM mart.salary_bands
    WHERE as_of = $as_of AND basis = 'advertised' AND region_level = 'world' AND role = 'all'
        AND seniority_group = 'all' AND pay_market = 'all' AND currency = 'USD'
        AND role_group IN $role_groups
) AS m, (
    SELECT count(DISTINCT job_id) AS n
    FROM (SELECT * FROM stock_postings($as_of) WHERE role_group <> '$sampled_group' OR is_drawn) AS p
    WHERE currency IS NOT NULL AND (pay_low IS NOT NULL OR pay_high IS NOT NULL) OR EXISTS (
        SELECT 1 FROM core.posting_pay AS c
        WHERE c.posting_id = p.posting_id AND c.component = 'base' AND c.is_headline_in_country
            AND c.currency IS NOT NULL AND (c.low IS NOT NULL OR c.high IS NOT NULL)
    )
) AS c
WHERE m.n <> c.n
