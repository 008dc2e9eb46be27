-- What persons report to earn before tax in full-time work, or work whose time the survey does not ask for: by survey and
-- country, and within them by `split`: "all", "money" (paid in the country's own or in foreign money), "market" (the same,
-- but everybody where a survey does not ask) or "experience". In dollars, with the median in the country's own money (l)
-- of those who are paid in it. Persons behind a withheld row are `n_persons`, and none behind the figure.
-- Parameters: as_of, country (or "all"), role_group, role, seniority_group, split, max_days.
WITH day AS MATERIALIZED (
    SELECT * FROM $tables.reported_pay
    WHERE as_of = $as_of AND role_group = $role_group AND role = $role AND seniority_group = $seniority_group
        AND pay_tax = 'gross' AND $country IN ('all', country)
        AND reported_on >= $as_of::DATE - $max_days
        AND (source, employment_type) IN (
            SELECT (source, employment_type) FROM reported_persons($as_of) WHERE is_full_time
        )
)
SELECT
    [d.source, d.country, d.pay_market, d.experience] AS cell,
    c.name AS country_name, coalesce(s.title, d.source) AS survey, d.year, d.reported_on, d.pay_market, d.experience,
    d.currency, d.n_persons, if(d.status = 'suppressed', 0, d.n_persons) AS n_jobs, NULL::BIGINT AS n_employers, d.n_flagged,
    d.n_no_rate, d.p25, d.p25_lo, d.p25_hi,
    d.p50, d.p50_lo, d.p50_hi, d.p75, d.p75_lo, d.p75_hi, d.form, d.status, d.reason, d.n_data_scientists,
    d.n_without_role, d.n_dollars, d.n_foreign, d.dollars_share, d.dollars_share_lo, d.dollars_share_hi, l.currency AS local_currency, l.n_persons AS local_n, l.p50 AS local_p50,
    l.p50_lo AS local_p50_lo, l.p50_hi AS local_p50_hi
FROM day d
JOIN core.countries c USING (country)
LEFT JOIN core.sources s USING (source)
LEFT JOIN day l
    ON (l.source, l.country, l.employment_type, l.experience) = (d.source, d.country, d.employment_type, d.experience)
    AND l.pay_market = 'local' AND l.currency <> 'USD' AND d.pay_market <> 'cross_border'
WHERE d.currency = 'USD' AND d.n_persons > 0
    AND (d.pay_market = 'all') = CASE $split WHEN 'money' THEN false WHEN 'market' THEN d.n_local IS NULL ELSE true END
    AND (d.experience = 'all') = ($split <> 'experience')
ORDER BY d.status = 'suppressed', c.name, d.source, d.experience, d.pay_market DESC
