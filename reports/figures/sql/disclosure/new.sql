-- Which part of new jobs states pay, by the quarter in which their adverts were first seen (the flow), in all adverts read.
-- Parameters: words (for classes of law), role_group, as_of.
SELECT
    d.adverts, d.region_level, d.region, d.law, d.adverts || ' ' || $words[d.law] AS name,
    d.n_jobs, d.n_employers, 'yes' AS item, d.n_stated AS n_asking, d.share, d.share_lo, d.share_hi, d.form, d.status,
    d.reason, d.sample, d.n_ranges, d.width, d.width_lo, d.width_hi, d.width_form, d.width_status,
    NULL AS law_name, NULL AS in_force_from, NULL AS evidence
FROM $tables.pay_disclosure AS d
WHERE d.as_of = $as_of AND d.adverts <> 'stock' AND d.region_level = 'world' AND d.role_group = $role_group
ORDER BY list_position(map_keys($words), d.law), d.adverts
