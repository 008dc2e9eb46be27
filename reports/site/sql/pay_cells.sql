-- Published pay of every cell of the place's own market, with the money and price level of the country, and of cells
-- without a value the jobs that they have. Amounts in dollars first. A place that is nearly all one country is left
-- out: that country stands for it. Parameters: as_of, max_country_share.
WITH kept AS MATERIALIZED (
    FROM published.salary_bands
    WHERE region_level IN ('country', 'region', 'continent') AND role_group <> 'ai_jobs'
        AND (pay_market = 'local' OR (pay_market = 'all' AND basis IN ('reported', 'official')))
        AND (region_level = 'country'
            OR coalesce(list_max([one.n_jobs FOR one IN countries])
                <= $max_country_share * list_sum([one.n_jobs FOR one IN countries]), true))
), chosen AS (
    FROM kept
    WHERE (status <> 'suppressed' OR (basis = 'advertised' AND n_jobs > 0))
        AND (currency = 'USD' OR basis IN ('reported', 'official'))
    QUALIFY row_number() OVER (
        PARTITION BY region_level, region, role_group, "role", seniority_group, basis
        ORDER BY status = 'suppressed', pay_market <> 'local', currency <> 'USD', currency
    ) = 1
)
SELECT
    c.region_level, c.region, c.role_group, c."role", c.seniority_group, c.basis, c.as_of AS day, c.currency, c.form,
    c.status, c.reason,
    c.n_jobs, c.n_employers, c.band_low, c.band_low_lo, c.band_low_hi, c.band_high, c.band_high_lo, c.band_high_hi,
    c.p25, c.p25_lo, c.p25_hi, c.p50, c.p50_lo, c.p50_hi, c.p75, c.p75_lo, c.p75_hi,
    c.n_panel_jobs, c.n_panel_employers, c.p50_of_panel, c.p50_of_panel_lo, c.p50_of_panel_hi,
    l.currency AS local_currency, l.band_low AS local_low, l.band_low_lo AS local_low_lo,
    l.band_low_hi AS local_low_hi, l.band_high AS local_high, l.band_high_lo AS local_high_lo,
    l.band_high_hi AS local_high_hi, l.p25 AS local_p25, l.p25_lo AS local_p25_lo, l.p25_hi AS local_p25_hi,
    l.p50 AS local_p50, l.p50_lo AS local_p50_lo, l.p50_hi AS local_p50_hi, l.p75 AS local_p75,
    l.p75_lo AS local_p75_lo, l.p75_hi AS local_p75_hi, l.n_panel_jobs AS local_n_panel_jobs,
    l.n_panel_employers AS local_n_panel_employers, l.p50_of_panel AS local_p50_of_panel,
    l.p50_of_panel_lo AS local_p50_of_panel_lo, l.p50_of_panel_hi AS local_p50_of_panel_hi, k.currency AS place_currency, k.price, k.price_year
FROM chosen AS c
LEFT JOIN prices_of(year($as_of)) AS k ON c.region_level = 'country' AND k.country = c.region
LEFT JOIN kept AS l
    ON c.region_level = 'country' AND c.currency = 'USD' AND l.currency = k.currency AND l.currency <> 'USD'
    AND l.status <> 'suppressed'
    AND (l.region_level, l.region, l.pay_market, l.role_group, l."role", l.seniority_group, l.basis)
        = (c.region_level, c.region, c.pay_market, c.role_group, c."role", c.seniority_group, c.basis)
ORDER BY ALL
