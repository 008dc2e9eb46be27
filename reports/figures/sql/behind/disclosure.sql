-- Adverts of jobs that count in pay disclosure, by class of law: those of the stock by place, or (`is_new`) new ones by
-- quarter of first sight; only boards of the panel if the row rests on it. Parameters: is_new, role_group, all_days (a
-- window that holds every flow), as_of.
WITH listed AS (
    SELECT 'stock' AS adverts, {{behind/advert}} FROM stock_postings($as_of) AS p
    UNION ALL
    SELECT strftime(seen_on, '%Y') || 'Q' || quarter(seen_on), job_id, posting_id, source, board, warc, seen_on, seen_on
    FROM (SELECT *, (first_seen_at AT TIME ZONE 'UTC')::DATE AS seen_on FROM new_postings($as_of, $all_days))
)
SELECT [adverts, d.region, d.law] AS cell, p.* EXCLUDE (adverts), if(d.states_pay, ['yes'], []) AS items
FROM pay_disclosures($as_of) AS d JOIN listed AS p USING (adverts, job_id)
LEFT JOIN $tables.pay_disclosure AS m
    ON m.as_of = $as_of AND m.adverts = d.adverts AND m.region_level = d.region_level AND m.region = d.region
    AND m.law = d.law AND m.role_group = $role_group AND m.sample = 'panel'
WHERE if($is_new, d.adverts <> 'stock' AND d.region = 'World', d.adverts = 'stock')
    AND list_contains(d.counted_in, $role_group) AND (m.sample IS NULL OR d.weight IS NOT NULL)
