-- Every cell of pay, with the country's own money and price level. Of amounts in several currencies, dollars win.
-- `is_of_one`: one country has nearly all jobs of the place. Withheld cells are only those of our own adverts with jobs.
-- Parameters: as_of (of the prices), max_country_share.
WITH cells AS MATERIALIZED (
    FROM published.salary_bands
    WHERE region_level IN ('country', 'region', 'continent') AND role_group <> 'ai_jobs'
        AND basis IN ('advertised', 'advertised_third_party', 'reported', 'official')
        AND (status <> 'suppressed' OR (basis = 'advertised' AND n_jobs > 0))
)
SELECT
    b.list, b.as_of, b.region_level, b.region, b.contract, b.pay_market, b.role_group, b.role, b.seniority_group, b.basis, b.currency, b.form,
    b.n_jobs, b.n_employers, b.band_low, b.band_low_lo, b.band_low_hi, b.band_high, b.band_high_lo, b.band_high_hi,
    b.p25, b.p25_lo, b.p25_hi, b.p50, b.p50_lo, b.p50_hi, b.p75, b.p75_lo, b.p75_hi, b.status, b.reason,
    b.n_panel_jobs, b.n_panel_employers, b.p50_of_panel, b.p50_of_panel_lo, b.p50_of_panel_hi,
    {{pay/local_columns}},
    k.currency AS place_currency, k.price, k.price_year,
    b.region_level <> 'country' AND coalesce(
        list_max([one.n_jobs FOR one IN b.countries]) > $max_country_share * list_sum([one.n_jobs FOR one IN b.countries]),
        false
    ) AS is_of_one
FROM cells AS b LEFT JOIN prices_of(year($as_of)) AS k ON b.region_level = 'country' AND k.country = b.region
LEFT JOIN cells AS l
    ON b.region_level = 'country' AND b.currency = 'USD' AND l.currency <> 'USD' AND l.status <> 'suppressed'
    AND l.currency = coalesce(k.currency, l.currency)
    AND (l.region_level, l.region, l.contract, l.pay_market, l.role_group, l.role, l.seniority_group, l.basis)
        = (b.region_level, b.region, b.contract, b.pay_market, b.role_group, b.role, b.seniority_group, b.basis)
WHERE b.currency = 'USD' OR b.basis IN ('reported', 'official')
QUALIFY row_number() OVER (
    PARTITION BY b.region_level, b.region, b.contract, b.pay_market, b.role_group, b.role, b.seniority_group, b.basis
    ORDER BY b.status = 'suppressed', b.currency <> 'USD', b.currency, l.currency
) = 1
ORDER BY ALL
