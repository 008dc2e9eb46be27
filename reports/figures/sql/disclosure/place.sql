-- Which part of the jobs of one place states pay, where a law has adverts state it or not.
-- Parameters: region_level, region, law, role_group, as_of, names and words (words for places and for classes of law).
SELECT
    adverts, region_level, region, law, coalesce($names[region], region) || ', ' || $words[law] AS name, n_jobs,
    n_employers, 'yes' AS item, n_stated AS n_asking, share, share_lo, share_hi, form, status, reason, n_ranges, width, width_lo, width_hi,
    width_form, width_status, n_even_employers, largest_employer_share, sample
FROM $tables.pay_disclosure
WHERE as_of = $as_of AND adverts = 'stock' AND region_level = $region_level AND region = $region AND law = $law
    AND role_group = $role_group
