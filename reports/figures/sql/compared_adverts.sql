SELECT
    c.region AS country, c.role_group, c.role, c.pay_market, c.job_id, c.posting_id, p.source, p.board, p.warc,
    if(c.position < 0, p.fx_source, z.fx_source) AS fx_source, if(c.position < 0, p.fx_on, z.fx_on) AS fx_on,
    p.read_on AS period_from, p.read_on AS period_to, [] AS items
FROM pay_observations($as_of) c
JOIN stock_postings($as_of) p USING (posting_id) LEFT JOIN core.posting_pay z USING (posting_id, position)
WHERE c.region_level = 'country' AND c.is_in_band AND c.annual_low_usd IS NOT NULL AND c.annual_high_usd IS NOT NULL
