-- Which part of jobs states pay, and how wide the stated ranges are: where a law that has adverts state it is in force,
-- where none that we know of is, and where that is not known; then by each place with a law; and the countries of most jobs.
-- Parameters: names (words for places), words (for classes of law), role_group, as_of.
SELECT
    d.adverts, d.region_level, d.region, d.law,
    if(l.jurisdiction IS NULL, if(d.region_level = 'world', '', coalesce(c.name, d.region) || ': ') || $words[d.law],
        coalesce($names[d.region], c.name, d.region)) AS name,
    d.n_jobs, d.n_employers, 'yes' AS item, d.n_stated AS n_asking, d.share, d.share_lo, d.share_hi, d.form, d.status,
    d.reason, d.sample, d.n_ranges, d.width, d.width_lo, d.width_hi, d.width_form, d.width_status,
    (
        SELECT list({'country': n.name, 'n_jobs': m.n} ORDER BY m.n DESC, n.name)[:3]
        FROM (
            SELECT region, sum(n_jobs)::BIGINT AS n FROM $tables.pay_disclosure
            WHERE as_of = $as_of AND adverts = 'stock' AND role_group = $role_group AND region_level = 'country'
                AND coalesce(sample, 'known') = (
                    SELECT coalesce(max(sample), 'known') FROM $tables.pay_disclosure
                    WHERE as_of = $as_of AND adverts = 'stock' AND role_group = $role_group AND region_level = 'world'
                )
            GROUP BY region
        ) AS m JOIN core.countries AS n ON n.country = m.region
    ) AS countries,
    (sum(d.n_jobs) FILTER (d.region_level = 'world') OVER ())::BIGINT AS n_all_places,
    l.law AS law_name, strftime(l.in_force_from, '%-d %B %Y') AS in_force_from, l.evidence
FROM $tables.pay_disclosure AS d
LEFT JOIN core.countries AS c ON c.country = d.region
LEFT JOIN (
    SELECT jurisdiction, arg_max(law, in_force_from) AS law, max(in_force_from) AS in_force_from,
        arg_max(evidence, in_force_from) AS evidence
    FROM core.disclosure_laws WHERE adverts = 'required' AND in_force_from <= $as_of GROUP BY jurisdiction
) AS l ON l.jurisdiction = d.region AND d.law = 'in_force'
WHERE d.as_of = $as_of AND d.adverts = 'stock' AND d.role_group = $role_group
    AND (d.region_level = 'world' OR l.jurisdiction IS NOT NULL OR EXISTS (
        SELECT 1 FROM core.disclosure_laws AS o  -- a country that has places with a law and others
        WHERE o.adverts = 'required' AND starts_with(o.jurisdiction, d.region || '-')
    ))
ORDER BY l.jurisdiction IS NOT NULL, d.region_level <> 'world',
    if(l.jurisdiction IS NULL, d.region, ''), if(l.jurisdiction IS NULL, list_position(map_keys($words), d.law), 0),
    d.share DESC NULLS LAST, d.n_jobs DESC, d.region
