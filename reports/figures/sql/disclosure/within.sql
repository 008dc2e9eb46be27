-- Employers with adverts both where a law requiring adverts to state pay is in force and where none that we know of is: which
-- part of each one's jobs states pay, here and there. `n_jobs` are those of both kinds. Parameters: names (words for
-- places), first_group, max_width, as_of.
SELECT
    d.region_level, d.region, d.role_group, coalesce($names[d.region], c.name, d.region) AS place,
    coalesce(d.n_jobs_both + d.n_jobs_other, 0) AS n_jobs, d.n_employers_both AS n_employers, d.n_jobs_both,
    d.n_jobs_other, d.share_both, d.share_other, d.difference, d.difference_lo, d.difference_hi,
    CASE WHEN d.comparison_status = 'published'
        THEN if(d.difference_hi - d.difference_lo <= $max_width, 'point', 'interval') END AS form,
    d.comparison_status AS status, d.comparison_reason AS reason, d.sample
FROM $tables.pay_disclosure AS d LEFT JOIN core.countries AS c ON c.country = d.region
WHERE d.as_of = $as_of AND d.adverts = 'stock' AND d.n_employers_both > 0
ORDER BY d.role_group <> $first_group, d.region_level <> 'world', n_jobs DESC, d.region
