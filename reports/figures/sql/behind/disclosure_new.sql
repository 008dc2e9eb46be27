-- Adverts of new jobs, by the quarter in which they were first seen and by class of law; of the panel alone where the row
-- rests on it. Parameters: role_group, all_days (a window that holds every flow), as_of.
SELECT
    [d.adverts, d.region, d.law] AS cell, p.job_id, p.posting_id, p.source, p.board, p.warc,
    NULL AS fx_source, NULL::DATE AS fx_on, p.seen_on AS period_from, p.seen_on AS period_to,
    if(d.states_pay, ['yes'], []) AS items
FROM pay_disclosures($as_of) AS d JOIN (
    SELECT *, (first_seen_at AT TIME ZONE 'UTC')::DATE AS seen_on,
        strftime(seen_on, '%Y') || 'Q' || quarter(seen_on) AS quarter
    FROM new_postings($as_of, $all_days)
) AS p ON p.job_id = d.job_id AND p.quarter = d.adverts
LEFT JOIN $tables.pay_disclosure AS m
    ON m.as_of = $as_of AND m.adverts = d.adverts AND m.region_level = d.region_level AND m.region = d.region
    AND m.law = d.law AND m.role_group = $role_group AND m.sample = 'panel'
WHERE d.adverts <> 'stock' AND d.region = 'World' AND list_contains(d.counted_in, $role_group)
    AND (m.sample IS NULL OR d.weight IS NOT NULL)
