-- Adverts of the jobs of which the stock says whether they state pay, place by place and by class of law.
-- Parameters: role_group, as_of.
SELECT
    [d.adverts, d.region, d.law] AS cell, p.job_id, p.posting_id, p.source, p.board, p.warc,
    NULL AS fx_source, NULL::DATE AS fx_on, p.read_on AS period_from, p.read_on AS period_to,
    if(d.states_pay, ['yes'], []) AS items
FROM pay_disclosures($as_of) AS d JOIN stock_postings($as_of) AS p USING (job_id)
WHERE d.adverts = 'stock' AND list_contains(d.counted_in, $role_group)
