-- Adverts of the jobs of which the stock says whether they state pay, place by place and by class of law.
-- Of the panel alone where the row rests on it. Parameters: role_group, as_of.
SELECT
    [d.adverts, d.region, d.law] AS cell, p.job_id, p.posting_id, p.source, p.board, p.warc,
    NULL AS fx_source, NULL::DATE AS fx_on, p.read_on AS period_from, p.read_on AS period_to,
    if(d.states_pay, ['yes'], []) AS items
FROM pay_disclosures($as_of) AS d JOIN stock_postings($as_of) AS p USING (job_id)
LEFT JOIN $tables.pay_disclosure AS m
    ON m.as_of = $as_of AND m.adverts = d.adverts AND m.region_level = d.region_level AND m.region = d.region
    AND m.law = d.law AND m.role_group = $role_group AND m.sample = 'panel'
WHERE d.adverts = 'stock' AND list_contains(d.counted_in, $role_group) AND (m.sample IS NULL OR d.weight IS NOT NULL)
