-- What adverts offer: one row per job and contract
-- with base pay, open or former. `why_not` says why its pay enters no salary band
-- of today. If several of its adverts state pay, the first counts, as in the bands. Pay zones of one advert are
-- alternatives: core.posting_pay has them all.
WITH job_adverts AS (
    $job_adverts
), observed AS (
    SELECT * FROM ($observations) WHERE region_level = 'world' AND is_first
), stated AS (
    SELECT
        o.job_id, o.posting_id, o.position, o.role_group, o.role, o.seniority, o.seniority_inferred, o.country,
        o.pay_market, o.contract AS counted_contract,
        o.currency, o.annual_low, o.annual_high, o.annual_low_usd, o.annual_high_usd, p.employment_type, p.city,
        p.pay_region,
        CASE WHEN o.position < 0 THEN p.pay_low ELSE z.low END AS low,
        CASE WHEN o.position < 0 THEN p.pay_high ELSE z.high END AS high,
        CASE WHEN o.position < 0 THEN p.period ELSE z.period END AS period,
        CASE WHEN o.position < 0 THEN p.pay_source ELSE z.reading END AS pay_source,
        CASE WHEN o.position < 0 THEN p.pay_flag ELSE z.flag END AS flag,
        CASE WHEN o.position < 0 THEN p.pay_tax ELSE z.tax END AS tax,
        CASE WHEN o.position < 0 THEN p.pay_contract ELSE z.contract END AS contract,
        CASE WHEN o.position < 0 THEN p.usd_reason ELSE z.usd_reason END AS usd_reason,
        CASE WHEN o.position < 0 THEN p.fx_on ELSE z.fx_on END AS fx_on
    FROM observed AS o JOIN core.postings AS p USING (posting_id)
    LEFT JOIN core.posting_pay AS z ON z.posting_id = o.posting_id AND z.position = o.position
)
SELECT
    s.job_id, s.posting_id, j.employer_key, j.employer, s.role_group, s.role, s.seniority, s.seniority_inferred,
    s.country, coalesce(c.region, s.pay_region) AS region, s.city, j.workplace, 'advertised' AS basis,
    s.counted_contract AS contract, s.pay_market,
    s.annual_low_usd AS low_usd, s.annual_high_usd AS high_usd, (s.annual_low_usd + s.annual_high_usd) / 2 AS mid_usd,
    s.currency, s.annual_low AS low_local, s.annual_high AS high_local, (s.annual_low + s.annual_high) / 2 AS mid_local,
    s.low AS low_as_stated, s.high AS high_as_stated, s.period, s.pay_source, s.fx_on,
    coalesce(
        $not_full_time,
        $not_in_band,
        CASE WHEN s.annual_low_usd IS NULL OR s.annual_high_usd IS NULL THEN coalesce(s.usd_reason, 'no_rate') END,
        CASE WHEN NOT j.is_open THEN 'not_open' END
    ) AS why_not,
    why_not IS NULL AS is_in_band,
    j.is_open, j.first_seen_on, j.last_seen_on, j.closed_on, j.last_seen_on - j.first_seen_on + 1 AS days_seen
FROM stated AS s JOIN analysis.jobs_on(as_of) AS j USING (job_id) LEFT JOIN core.countries AS c ON c.country = s.country
