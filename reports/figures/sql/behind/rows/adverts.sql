-- Adverts whose pay counts in a band, in each place where it counts: of each job the first. `reading` says how the level was read.
SELECT
    c.region_level, c.region, c.seniority, c.role_group, c.role, c.contract, c.pay_market,
    if(c.seniority_inferred, 'inferred', 'stated') AS reading, c.job_id, c.posting_id, p.source, p.board, p.warc,
    if(c.position < 0, p.fx_source, z.fx_source) AS fx_source, if(c.position < 0, p.fx_on, z.fx_on) AS fx_on,
    p.read_on AS period_from, p.read_on AS period_to, if(c.seniority_inferred, [], ['stated']) AS items,
    c.annual_low_usd AS low_usd, c.annual_high_usd AS high_usd
FROM pay_observations($as_of) c
JOIN stock_postings($as_of) p USING (posting_id) LEFT JOIN core.posting_pay z USING (posting_id, position)
WHERE c.region_level <> 'world' AND c.is_first AND c.is_in_band AND c.annual_low_usd IS NOT NULL AND c.annual_high_usd IS NOT NULL
