-- Pay of one place with what is said beside it: the band from titles alone (s), in local money (l), and the number of
-- jobs that state pay in other money (x), and of employees' pay the band of contractors (w); of pay in a country's own market also the country's money and price level (k). In dollars
-- where the mart has them. `countries` are those of `tables.CountryJobs` with their names.
-- Parameters: as_of, basis, region_level, region, seniority_group, groups (role groups), contract, roles and pay_markets
-- (the first that the mart has).
WITH day AS MATERIALIZED (
    SELECT * FROM $tables.salary_bands AS b
    WHERE as_of = $as_of AND basis = $basis AND region_level = $region_level AND region = $region
        AND list_contains($groups, role_group) AND list_contains($roles, role)
)
SELECT
    b.region, b.basis, b.seniority_group, b.role_group, b.role, coalesce(r.title, b.role) AS role_title, b.pay_market, b.contract, b.currency,
    b.n_jobs, b.n_employers, b.n_effective, b.n_stated, b.n_no_rate, b.n_apart,
    CASE WHEN b.pay_market = 'local' THEN coalesce(x.n_jobs, 0) END AS n_other_money, b.n_even_employers,
    coalesce(b.stated_in, x.stated_in) AS stated_in, coalesce(b.n_employer_here, x.n_employer_here) AS n_employer_here,
    coalesce(b.n_employer_elsewhere, x.n_employer_elsewhere) AS n_employer_elsewhere,
    b.largest_employer_share, b.design_effect, b.relative_standard_error, b.form, b.band_low, b.band_low_lo,
    b.band_low_hi, b.band_high, b.band_high_lo, b.band_high_hi, b.p25, b.p25_lo, b.p25_hi, b.p50, b.p50_lo, b.p50_hi,
    b.p75, b.p75_lo, b.p75_hi, b.p50_by_employer, b.p50_by_employer_lo, b.p50_by_employer_hi,
    b.n_silent, b.p50_bounds_lo, b.p50_bounds_hi,
    b.p50_if_odds_half, b.p50_if_odds_double, b.n_panel_jobs, b.n_panel_employers, b.p50_of_panel, b.p50_of_panel_lo,
    b.p50_of_panel_hi, b.status, b.reason, $since AS since,
    [{'country': c.country, 'name': coalesce(n.names[c.country], c.country), 'n_jobs': c.n_jobs}
        FOR c IN b.countries] AS countries,
    {{pay/local_columns}}, l.n_jobs AS local_n_jobs, k.currency AS place_currency, k.price, k.price_year,
    s.band_low AS stated_low, s.band_low_lo AS stated_low_lo, s.band_low_hi AS stated_low_hi,
    s.band_high AS stated_high, s.band_high_lo AS stated_high_lo, s.band_high_hi AS stated_high_hi,
    s.n_jobs AS stated_n_jobs, s.n_employers AS stated_n_employers, s.status AS stated_status,
    s.reason AS stated_reason, w.band_low AS contractor_low, w.band_low_lo AS contractor_low_lo,
    w.band_low_hi AS contractor_low_hi, w.band_high AS contractor_high, w.band_high_lo AS contractor_high_lo,
    w.band_high_hi AS contractor_high_hi, w.n_jobs AS contractor_n_jobs, w.n_employers AS contractor_n_employers,
    w.status AS contractor_status
FROM day b
CROSS JOIN (SELECT map(list(country), list(name)) AS names FROM core.countries) n
LEFT JOIN core.roles r ON r.role = b.role
LEFT JOIN prices_of(year($as_of)) AS k ON k.country = b.region AND b.region_level = 'country' AND b.pay_market = 'local'
LEFT JOIN day x
    ON x.pay_market = 'cross_border'
    AND (x.region, x.basis, x.seniority_group, x.role_group, x.role, x.contract, x.currency)
        = (b.region, b.basis, b.seniority_group, b.role_group, b.role, b.contract, b.currency)
LEFT JOIN day s
    ON s.seniority_group = b.seniority_group || '_stated'
    AND (s.region, s.basis, s.contract, s.pay_market, s.role_group, s.role, s.currency)
        = (b.region, b.basis, b.contract, b.pay_market, b.role_group, b.role, b.currency)
LEFT JOIN day w
    ON b.contract = 'employee' AND w.contract = 'contractor' AND w.status <> 'suppressed'
    AND (w.region, w.basis, w.seniority_group, w.pay_market, w.role_group, w.role, w.currency)
        = (b.region, b.basis, b.seniority_group, b.pay_market, b.role_group, b.role, b.currency)
LEFT JOIN day l
    ON l.region_level = 'country' AND l.currency <> 'USD' AND l.status <> 'suppressed' AND b.currency = 'USD'
    AND (l.region, l.basis, l.seniority_group, l.contract, l.pay_market, l.role_group, l.role)
        = (b.region, b.basis, b.seniority_group, b.contract, b.pay_market, b.role_group, b.role)
WHERE b.contract IN ($contract, 'all') AND b.seniority_group = $seniority_group AND list_contains($pay_markets, b.pay_market)
    AND (b.currency = 'USD' OR b.basis IN ('reported', 'official'))
QUALIFY row_number() OVER (
    PARTITION BY b.region, b.basis, b.seniority_group
    ORDER BY b.status = 'suppressed', list_position($roles, b.role), list_position($pay_markets, b.pay_market),
        b.currency <> 'USD', b.currency, l.currency
) = 1
