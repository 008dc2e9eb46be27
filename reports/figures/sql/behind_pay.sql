-- Adverts behind a band: those that the mart counts in it. Parameters: as_of, members (role groups), roles (of them; all), pay_markets, readings (of
-- the level: stated by the title, inferred).
SELECT
    [c.region_level, c.region, c.seniority] AS cell, c.job_id, c.posting_id, p.source, p.board, p.warc,
    if(c.position < 0, p.fx_source, z.fx_source) AS fx_source, if(c.position < 0, p.fx_on, z.fx_on) AS fx_on,
    p.read_on AS period_from, p.read_on AS period_to, if(c.seniority_inferred, [], ['stated']) AS items,
    c.annual_low_usd AS low_usd, c.annual_high_usd AS high_usd
FROM pay_observations($as_of) c
JOIN stock_postings($as_of) p USING (posting_id) LEFT JOIN core.posting_pay z USING (posting_id, position)
WHERE c.region_level <> 'world' AND list_contains($members, c.role_group) AND (list_contains($roles, 'all') OR list_contains($roles, c.role))
    AND (list_contains($pay_markets, 'all') OR list_contains($pay_markets, c.pay_market)) AND c.is_in_band
    AND list_contains($readings, if(c.seniority_inferred, 'inferred', 'stated'))
    AND c.annual_low_usd IS NOT NULL AND c.annual_high_usd IS NOT NULL
