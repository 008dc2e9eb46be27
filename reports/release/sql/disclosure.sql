-- Every share of jobs that state pay, by law, that may be printed. Parameter: as_of.
SELECT
    region_level, region, role_group, law, n_jobs, n_employers, share, share_lo, share_hi, form, sample, status, reason
FROM mart.pay_disclosure
WHERE as_of = $as_of AND adverts = 'stock' AND status <> 'suppressed'
ORDER BY ALL
