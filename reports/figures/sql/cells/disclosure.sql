-- Every share of jobs that state pay, by law, that may be printed.
SELECT
    list, as_of, region_level, region, role_group, law, n_jobs, n_employers, share, share_lo, share_hi, form,
    width, width_lo, width_hi, width_form, width_status, sample, status, reason
FROM published.pay_disclosure
WHERE adverts = 'stock' AND status <> 'suppressed'
ORDER BY ALL
