-- What persons report to earn before tax in full-time work, or work whose time the survey does not ask for: by survey and
-- country, and within them by `split`: "all", "money" (paid in the country's own or in foreign money), "market" (the same,
-- but everybody where a survey does not ask) or "experience". In dollars, with the median in the country's own money (l)
-- of those who are paid in it; by "market" also in that money alone, where no rate is near enough for dollars. Of each survey and country, rows are of the first of `works` (pairs of a group of roles
-- and a role) with a printed row; with `widens`, persons of a survey that asks for no role come last. Persons behind a
-- withheld row are `n_persons`, and none behind the figure. `stated_currency`: the money of their answers; NULL: several.
-- Parameters: as_of, countries (["all"] for every one), works, widens, seniority_group, split, max_days.
WITH day AS MATERIALIZED (
    SELECT
        *, coalesce(
            nullif(list_position($works, [role_group, role]), 0),
            CASE WHEN $widens AND role = 'all' AND n_persons > 0 AND n_without_role = n_persons THEN 99 END
        ) AS step
    FROM $tables.reported_pay
    WHERE as_of = $as_of AND seniority_group = $seniority_group
        AND pay_tax = 'gross' AND list_has_any($countries, ['all', country])
        AND reported_on >= $as_of::DATE - $max_days
        AND (source, employment_type) IN (
            SELECT (source, employment_type) FROM reported_persons($as_of) WHERE is_full_time
        )
), answers AS (
    SELECT source, country, coalesce(pay_market, 'all') AS pay_market, any_value(currency) AS currency
    FROM reported_persons($as_of) GROUP BY ALL HAVING count(DISTINCT currency) = 1
)
SELECT
    [d.source, d.country, d.pay_market, d.experience] AS cell,
    d.source, d.country, c.name AS country_name, coalesce(s.title, d.source) AS survey, s.restriction,
    d.role_group, d.role, d.year, d.reported_on, d.pay_market, d.experience,
    d.currency, a.currency AS stated_currency, d.n_persons, if(d.status = 'suppressed', 0, d.n_persons) AS n_jobs,
    NULL::BIGINT AS n_employers, d.n_flagged,
    d.n_no_rate, d.p25, d.p25_lo, d.p25_hi,
    d.p50, d.p50_lo, d.p50_hi, d.p75, d.p75_lo, d.p75_hi, d.form, d.status, d.reason, d.n_data_scientists,
    d.n_without_role, d.n_dollars, d.n_foreign, d.dollars_share, d.dollars_share_lo, d.dollars_share_hi,
    l.currency AS local_currency, l.n_persons AS local_n, l.p50 AS local_p50, l.p50_lo AS local_p50_lo,
    l.p50_hi AS local_p50_hi
FROM day d
JOIN core.countries c USING (country)
LEFT JOIN core.sources s USING (source)
LEFT JOIN answers a USING (source, country, pay_market)
LEFT JOIN day l
    ON (l.source, l.country, l.role_group, l.role, l.employment_type, l.experience)
        = (d.source, d.country, d.role_group, d.role, d.employment_type, d.experience)
    AND l.pay_market = 'local' AND l.currency <> 'USD' AND d.pay_market <> 'cross_border'
WHERE (d.currency = 'USD' OR $split = 'market' AND d.pay_market = 'local' AND NOT EXISTS (
        FROM day u WHERE (u.source, u.country, u.role_group, u.role, u.employment_type, u.experience, u.pay_market)
            = (d.source, d.country, d.role_group, d.role, d.employment_type, d.experience, d.pay_market)
            AND u.currency = 'USD' AND u.n_persons > 0
    )) AND d.n_persons > 0 AND d.step IS NOT NULL
    AND (d.pay_market = 'all') = CASE $split WHEN 'money' THEN false WHEN 'market' THEN d.n_local IS NULL ELSE true END
    AND (d.experience = 'all') = ($split <> 'experience')
QUALIFY d.step = coalesce(
    min(CASE WHEN d.status <> 'suppressed' THEN d.step END) OVER (PARTITION BY d.source, d.country),
    min(d.step) OVER (PARTITION BY d.source, d.country)
)
ORDER BY d.status = 'suppressed', c.name, d.source, d.experience, d.pay_market DESC
