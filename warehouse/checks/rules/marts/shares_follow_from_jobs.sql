-- shares of mart.shares are those of their jobs
SELECT format('{}, {} of {}: {}', measure, item, region, share) FROM mart.shares
WHERE as_of = $as_of AND estimand = '$estimand' AND share IS NOT NULL AND (
    share NOT BETWEEN share_lo AND share_hi OR sample IS DISTINCT FROM 'panel' AND (
        abs(share - n_yes / n_jobs) > 1e-9
        OR abs(bound_lo - n_yes / (n_jobs + n_unknown)) > 1e-9
        OR abs(bound_hi - 1 + n_no / (n_jobs + n_unknown)) > 1e-9
        OR form <> CASE
            WHEN bound_lo IS NOT NULL AND n_jobs < $min_known * (n_jobs + n_unknown) THEN 'bounds'
            WHEN $is_wide THEN 'interval' ELSE 'point' END
    )
)
