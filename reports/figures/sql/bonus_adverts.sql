stated AS (
    SELECT p.job_id, p.posting_id, p.source, p.board, p.employer_id, p.warc, p.read_on, c.fx_source, c.fx_on,
        (coalesce(c.annual_low_usd, c.annual_high_usd) + coalesce(c.annual_high_usd, c.annual_low_usd)) / 2
            AS amount
    FROM stock_postings($as_of) p JOIN core.posting_pay c USING (posting_id)
    WHERE p.role_group = 'ai_engineering' AND p.seniority <> 'intern' AND c.component = 'bonus'
    QUALIFY row_number() OVER (PARTITION BY p.job_id ORDER BY amount IS NULL, p.posting_id, c.position) = 1
)
