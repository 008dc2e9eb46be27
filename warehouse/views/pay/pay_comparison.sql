-- What each kind of source says about pay for the same work in the same country, as of the day `as_of`: one row for
-- each country, role (compared in `core.near_occupations`), kind of source (`basis`) and pay market, over all levels.
-- The rows are cells of mart.salary_bands, without amounts if suppressed, and official pay, including that of wider
-- groups and means without a median (`statistic`). Pay of both markets together (`all`) appears only if neither can be
-- printed alone. Adverts for contractors have no rows. Amounts belong to each row's own reference period: dollars are
-- at the rate of each advert's day, as the source gives them, or at the average rate of the period; international
-- dollars (`ppp`) use the price level of the period's year, and only for pay in the country's own market.
-- `ratio_to_advertised` compares medians in dollars with those of adverts that we read, if both are medians of the same
-- market and not of a wider group; `n_bases` counts the kinds of source with a value. Pay of one market is never
-- compared with pay of another.
WITH day AS (
    SELECT b.* FROM mart.salary_bands AS b SEMI JOIN (FROM core.near_occupations WHERE is_compared) AS n
        USING (role_group, role)
    WHERE b.as_of = as_of::DATE AND b.region_level = 'country' AND b.seniority_group = 'all'
        AND b.basis IN ('advertised', 'advertised_third_party', 'reported') AND b.contract IN ($employee, 'all')
), cells AS (
    SELECT
        coalesce(d.region, l.region) AS country, coalesce(d.role_group, l.role_group) AS role_group,
        coalesce(d.role, l.role) AS role, coalesce(d.basis, l.basis) AS basis,
        coalesce(d.pay_market, l.pay_market) AS pay_market, coalesce(d.status, l.status) AS status,
        coalesce(d.reason, l.reason) AS reason, coalesce(d.n_jobs, l.n_jobs) AS n_jobs,
        coalesce(d.n_employers, l.n_employers) AS n_employers, d.p50 AS usd, d.p50_lo AS usd_lo, d.p50_hi AS usd_hi,
        l.currency, l.p50 AS local, l.p50_lo AS local_lo, l.p50_hi AS local_hi
    FROM (SELECT * FROM day WHERE currency = 'USD') AS d FULL JOIN (SELECT * FROM day WHERE currency <> 'USD') AS l
        ON (d.region, d.role_group, d.role, d.basis, d.pay_market)
            = (l.region, l.role_group, l.role, l.basis, l.pay_market)
    QUALIFY coalesce(d.pay_market, l.pay_market) <> 'all'
        OR NOT bool_or(
            coalesce(d.pay_market, l.pay_market) <> 'all' AND coalesce(d.status, l.status) <> 'suppressed'
        ) OVER (
            PARTITION BY coalesce(d.region, l.region), coalesce(d.role_group, l.role_group), coalesce(d.role, l.role),
                coalesce(d.basis, l.basis)
        )
), collected AS (
    SELECT
        basis, country, make_date(year(max(snapshot_on))::INTEGER - 1, 1, 1) AS period_from,
        max(snapshot_on) AS period_to
    FROM core.pay_reports
    WHERE snapshot_on <= as_of AND country IS NOT NULL AND basis = 'advertised_third_party'
    GROUP BY basis, country
    UNION ALL
    -- Of several surveys of a country, the one that the bands use.
    SELECT DISTINCT 'reported', country, reported_on, reported_on FROM reported_persons(as_of) WHERE is_main_survey
), periods AS (
    -- Pay may be tied to a country that no place of the advert is in; its period is then that of all adverts.
    SELECT 'advertised' AS basis, CASE WHEN region_level = 'country' THEN region END AS country, period_from, period_to
    FROM reference_periods(as_of) WHERE region_level IN ('country', 'world')
    UNION ALL BY NAME FROM collected
), seen AS (
    SELECT c.*, coalesce(p.period_from, w.period_from) AS period_from, coalesce(p.period_to, w.period_to) AS period_to,
        NULL::DATE AS due_on, 'median' AS statistic, NULL AS nearness,
        NULL AS occupation_text, NULL AS definition, NULL AS source
    FROM cells AS c LEFT JOIN periods AS p USING (basis, country)
    LEFT JOIN periods AS w ON w.basis = c.basis AND w.country IS NULL
    UNION ALL BY NAME
    SELECT
        o.country, o.role_group, o.role, 'official' AS basis, 'local' AS pay_market, 'low' AS status,
        'of an occupation, not of offers, as an office defines them' AS reason, NULL::BIGINT AS n_jobs, o.currency,
        coalesce(o.annual_p50, o.annual_mean) AS local,
        o.period_from, o.period_to, o.due_on, CASE WHEN o.annual_p50 IS NULL THEN 'mean'
        ELSE 'median' END AS statistic, o.nearness,
        o.occupation_text, o.definition, o.source, o.employment
    FROM official_pay(as_of) AS o
    WHERE o.annual_p50 IS NOT NULL OR o.annual_mean IS NOT NULL
), money AS (
    -- The row's own money, or if it has none, the country's for pay of its own market.
    SELECT s.* REPLACE (coalesce(s.currency, CASE WHEN s.pay_market = 'local' THEN n.currencies[1]
        ELSE 'USD' END) AS currency)
    FROM seen AS s LEFT JOIN core.countries AS n USING (country)
), rates AS (
    -- Of several sources of rates, the one with quotes on most days of the period. Sums in order have the same last
    -- digit every night.
    SELECT m.currency, m.period_from, m.period_to, avg(u.usd_per_unit ORDER BY u.rate_on) AS rate,
        u.source AS rate_source,
        max(u.rate_on) AS rate_on
    FROM (SELECT DISTINCT currency, period_from, period_to FROM money) AS m
    JOIN core.usd_rates AS u ON u.currency = m.currency AND u.rate_on BETWEEN m.period_from AND m.period_to
    GROUP BY m.currency, m.period_from, m.period_to, u.source
    QUALIFY row_number() OVER (
        PARTITION BY m.currency, m.period_from, m.period_to ORDER BY count(*) DESC, u.source
    ) = 1
), prices AS (
    SELECT country, year, value, abs(value / lag(value) OVER (PARTITION BY country ORDER BY year) - 1) AS change
    FROM core.price_levels WHERE indicator = 'ppp'
), priced AS (
    SELECT
        m.*, CASE WHEN m.currency = 'USD' THEN 1.0 ELSE r.rate END AS rate, r.rate_source, r.rate_on,
        p.value AS price, p.year AS price_year
    FROM money AS m
    LEFT JOIN rates AS r USING (currency, period_from, period_to)
    LEFT JOIN prices AS p ON p.country = m.country AND m.pay_market = 'local' AND (
        p.year = year(m.period_to)
        OR p.year BETWEEN year(m.period_to) - $max_price_age AND year(m.period_to) AND p.change <= $max_price_change
    )
    QUALIFY row_number() OVER (
        PARTITION BY m.country, m.role_group, m.role, m.basis, m.pay_market ORDER BY p.year DESC NULLS LAST
    ) = 1
), valued AS (
    SELECT
        country, role_group, role, basis, pay_market,
        CASE WHEN usd IS NULL AND local IS NOT NULL AND rate IS NULL THEN 'suppressed' ELSE status END AS status,
        CASE WHEN usd IS NULL AND local IS NOT NULL AND rate IS NULL THEN 'no exchange rate of its period'
            ELSE reason END AS reason, statistic, nearness, occupation_text, definition, source, n_jobs,
        n_employers, employment, period_from, period_to, due_on, currency,
        coalesce(local, usd / rate) AS local, coalesce(local_lo, usd_lo / rate) AS local_lo,
        coalesce(local_hi, usd_hi / rate) AS local_hi,
        coalesce(usd, local * rate) AS usd, coalesce(usd_lo, local_lo * rate) AS usd_lo,
        coalesce(usd_hi, local_hi * rate) AS usd_hi,
        CASE WHEN usd IS NULL AND local IS NULL THEN NULL
            WHEN currency = 'USD' AND basis <> 'advertised_third_party' THEN 'paid in dollars'
            WHEN usd IS NOT NULL AND basis = 'advertised' THEN 'rate of each advert''s day'
            WHEN usd IS NOT NULL THEN 'as the source gives it'
            WHEN rate IS NOT NULL THEN 'average rate of the period' END AS usd_by, rate_source, rate_on,
        price, price_year
    FROM priced
)
SELECT
    country, role_group, role, basis, pay_market, status, reason, statistic, nearness, occupation_text, definition,
    source, n_jobs,
    n_employers, employment, period_from, period_to, due_on, currency, local, local_lo, local_hi, usd, usd_lo, usd_hi,
    usd_by, CASE WHEN usd_by = 'average rate of the period' THEN rate_source END AS rate_source,
    CASE WHEN usd_by = 'average rate of the period' THEN rate_on END AS rate_on, local / price AS ppp,
        local_lo / price AS ppp_lo, local_hi / price AS ppp_hi, price_year,
    CASE WHEN statistic = 'median' AND nearness IS DISTINCT FROM 'broadMatch' AND basis <> 'advertised' THEN usd / max(usd)
        FILTER (
        basis = 'advertised') OVER (PARTITION BY country, role_group, role, pay_market) END AS ratio_to_advertised,
    count(DISTINCT basis) FILTER (status <> 'suppressed') OVER (PARTITION BY country, role_group, role) AS n_bases
FROM valued
