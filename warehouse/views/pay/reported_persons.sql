-- Pay that persons report in the newest wave of each survey up to the day `as_of`: one row per person who names the
-- country, without interns. `seniority` is the level that the title or the answer names, else that of the years of
-- experience. `gross_high` and `gross_high_usd`: the high end, if the person chose a bracket, infinite if it is open.
-- `has_role`: the survey asks for the role; otherwise its persons are developers of all kinds. `gross_usd` and `net_usd` use the person's own rate if there is one, otherwise that of the
-- wave (`report_rates`); NULL: no rate. `is_flagged`: the amount cannot be right and enters no quantile. `pay_market`
-- is NULL if the survey does not ask for the currency, or the person is paid in both. `is_main_survey`: of the
-- surveys that ask for the role, the one with most persons of the country, which alone represents it in bands and comparisons. `is_full_time`: in full-time work, or
-- in a survey that does not ask for hours and counts as a whole. `has_bonus`: gets a yearly bonus, as the person says or as
-- a year's income above a year's base pay shows; NULL: not known. `bonus_of_base`: what comes beside base pay, as a part of it.
WITH persons AS (
    SELECT
        p.source, p.row, w.reported_on, p.year, p.country, p.role, p.role_group, p.title <> '' AS has_role,
        CASE WHEN p.seniority <> 'unstated' THEN p.seniority $experience_levels ELSE 'unstated' END AS seniority,
        CASE $experience_bands END AS experience,
        coalesce(p.employment_type, 'unstated') AS employment_type,
        p.paid_in,
        CASE WHEN p.paid_in IN ('local', 'dollar_linked') THEN 'local' WHEN p.paid_in IN ('dollars', 'foreign')
            THEN 'cross_border' END
            AS pay_market,
        p.currency, p.pay AS gross, p.pay_net AS net,
        coalesce(p.pay_usd_stated, p.pay * w.usd_per_unit) AS gross_usd,
        p.pay_high AS gross_high, p.pay_high * w.usd_per_unit AS gross_high_usd,
        coalesce(p.pay_net * p.pay_usd_stated / nullif(p.pay, 0), p.pay_net * w.usd_per_unit) AS net_usd,
        CASE WHEN p.bonus IS NOT NULL THEN p.bonus <> 'none'
            WHEN p.pay_months IS NULL AND p.pay_total >= p.pay THEN p.pay_total > p.pay END AS has_bonus,
        CASE WHEN p.bonus IS NULL AND p.pay_months IS NULL AND p.pay_total > p.pay THEN p.pay_total / p.pay - 1 END
            AS bonus_of_base,
        p.bonus, p.pay_flag IS NOT NULL AS is_flagged,
        CASE WHEN p.pay_usd_stated IS NULL THEN w.fx_source END AS fx_source,
        CASE WHEN p.pay_usd_stated IS NULL THEN w.fx_on END AS fx_on
    FROM core.pay_reports p
    JOIN report_rates(as_of) w ON w.source = p.source AND w.reported_on = p.snapshot_on AND w.currency = p.currency
    WHERE p.basis = 'reported' AND p.country IS NOT NULL AND p.seniority <> 'intern'
), main_surveys AS (
    SELECT country, source FROM persons WHERE has_role GROUP BY country, source
    QUALIFY row_number() OVER (PARTITION BY country ORDER BY count(*) DESC, source) = 1
)
SELECT
    p.*, m.source IS NOT NULL AS is_main_survey,
    p.employment_type = 'FULL_TIME' OR p.employment_type = 'unstated'
        AND NOT bool_or(p.employment_type = 'FULL_TIME') OVER (PARTITION BY p.source) AS is_full_time
FROM persons AS p LEFT JOIN main_surveys AS m USING (country, source)
