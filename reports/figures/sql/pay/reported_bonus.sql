-- What persons report of a yearly bonus: a row for each survey and country that asks for it, of everybody whatever money
-- they are paid in. Works and persons without a role are chosen as in pay/reported.sql.
-- Parameters: as_of, countries (["all"] for every one), works, widens, seniority_group, max_days.
WITH day AS (
    SELECT
        *, coalesce(
            nullif(list_position($works, [role_group, role]), 0),
            CASE WHEN $widens AND role = 'all' AND n_persons > 0 AND n_without_role = n_persons THEN 99 END
        ) AS step
    FROM $tables.reported_pay
    WHERE as_of = $as_of AND seniority_group = $seniority_group AND experience = 'all'
        AND pay_tax = 'gross' AND pay_market = 'all' AND currency = 'USD' AND n_bonus_asked > 0
        AND list_has_any($countries, ['all', country]) AND reported_on >= $as_of::DATE - $max_days
        AND (source, employment_type) IN (
            SELECT (source, employment_type) FROM reported_persons($as_of) WHERE is_full_time
        )
)
SELECT
    [d.source, d.country] AS cell, d.source, d.country, c.name AS country_name, c.name AS name,
    coalesce(s.title, d.source) AS survey, s.restriction, d.role_group, d.role, d.reported_on, d.n_bonus_asked AS n_persons,
    if(d.bonus_share IS NULL, 0, d.n_bonus_asked) AS n_jobs, NULL::BIGINT AS n_employers, d.n_data_scientists,
    d.n_without_role, d.n_bonus, d.n_bonus_under_one, d.n_bonus_one, d.n_bonus_one_to_three, d.n_bonus_over_three,
    d.n_bonus_of_base, d.bonus_share, d.bonus_share_lo, d.bonus_share_hi, d.bonus_of_base, d.bonus_of_base_lo,
    d.bonus_of_base_hi, if(d.bonus_share IS NULL, 'suppressed', 'low') AS status, d.reason
FROM day d
JOIN core.countries c USING (country)
LEFT JOIN core.sources s USING (source)
WHERE d.step IS NOT NULL
QUALIFY d.step = coalesce(
    min(CASE WHEN d.bonus_share IS NOT NULL THEN d.step END) OVER (PARTITION BY d.source, d.country),
    min(d.step) OVER (PARTITION BY d.source, d.country)
)
ORDER BY status = 'suppressed', c.name, d.source
