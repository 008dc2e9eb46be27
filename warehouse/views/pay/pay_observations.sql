-- What jobs in the stock of the day `as_of` offer, by region, with what decides which bands they enter: a row for each
-- job, contract and region that its base pay counts in. If adverts or pay zones of a job offer several ranges in a
-- region, the first row is an advert's own pay (`is_first`), which gives role, level and employer, and if that enters
-- the band, so does each other range of its market that may, in a row of its own: the job counts once, in equal parts.
-- `position` is that of the pay in core.posting_pay, -1 for the advert's own. A row enters the band of its region in US
-- dollars if `is_in_band` and both ends are known in dollars (`annual_low_usd`, `annual_high_usd`); if it is
-- `is_full_time` but enters no band, its pay is as unknown as that of `silent_jobs`. `country` is that of the pay. For
-- work that is neither AI, data nor engineering, only adverts in the random sample count: from others, pay is read only
-- where a field states it.
WITH seen AS (
    SELECT * FROM $adverts WHERE role_group <> $sampled OR is_drawn
), tied AS (
    -- What the advert offers in a specific country or for another contract, whether or not that is the posting's own pay.
    SELECT c.*
    FROM core.posting_pay c JOIN seen USING (posting_id)
    WHERE c.is_headline_in_country AND c.component = 'base'
), rest AS (
    -- Pay without a country counts in those countries of the advert that have no pay of their own.
    SELECT
        l.posting_id,
        CASE WHEN count(DISTINCT l.country) = 1 THEN min(l.country) ELSE 'several' END AS country,
        CASE WHEN count(DISTINCT l.region) = 1 THEN min(l.region) ELSE 'several' END AS region,
        CASE WHEN count(DISTINCT l.continent) = 1 THEN min(l.continent) ELSE 'several' END AS continent
    FROM core.posting_places l
    JOIN core.posting_pay h ON h.posting_id = l.posting_id AND h.is_headline AND h.country IS NULL
    WHERE l.country IS NOT NULL
        AND EXISTS (SELECT 1 FROM tied t WHERE t.posting_id = l.posting_id AND t.country IS NOT NULL)
        AND NOT EXISTS (SELECT 1 FROM tied t WHERE t.posting_id = l.posting_id AND t.country = l.country)
    GROUP BY l.posting_id
), head AS (
    -- The country of own pay where the advert pays apart in several.
    SELECT h.posting_id, c.country, c.region, c.continent
    FROM core.posting_pay h JOIN core.countries c USING (country)
    WHERE h.is_headline
), offers AS (
    SELECT
        p.posting_id, -1 AS position,
        coalesce(rest.country, head.country, p.pay_country) AS country,
        coalesce(rest.region, head.region, p.pay_region) AS region,
        coalesce(rest.continent, head.continent, p.pay_continent) AS continent,
        p.pay_market, p.currency, p.pay_low AS low, p.pay_high AS high, p.period, p.pay_tax AS tax,
        p.pay_flag AS flag, p.pay_contract AS contract, p.annual_low, p.annual_high, p.annual_low_usd, p.annual_high_usd
    FROM seen p
    LEFT JOIN rest ON rest.posting_id = p.posting_id AND p.pay_country = 'several'
    LEFT JOIN head ON head.posting_id = p.posting_id AND p.pay_country = 'several'
    UNION ALL BY NAME
    SELECT
        t.posting_id, t.position, coalesce(t.country, p.pay_country) AS country,
        CASE WHEN t.country IS NULL THEN p.pay_region ELSE c.region END AS region,
        CASE WHEN t.country IS NULL THEN p.pay_continent ELSE c.continent END AS continent, t.currency, t.low, t.high,
        t.period, t.tax, t.flag, t.contract, t.annual_low, t.annual_high, t.annual_low_usd, t.annual_high_usd
    FROM tied t JOIN seen p USING (posting_id) LEFT JOIN core.countries c ON c.country = t.country
    LEFT JOIN head ON head.posting_id = p.posting_id AND p.pay_country = 'several'
    WHERE coalesce(t.country, p.pay_country) IS DISTINCT FROM coalesce(head.country, p.pay_country)
        OR t.contract IS DISTINCT FROM p.pay_contract
), observed AS (
    SELECT
        p.job_id, p.posting_id, o.position,
        counted_employer(p.employer_id, p.source, p.board, p.posting_id) AS employer,
        p.role, p.role_group, p.seniority, p.seniority_inferred, o.country, o.region, o.continent,
        coalesce(
            o.pay_market,
            CASE WHEN list_contains(c.currencies, o.currency) THEN 'local' WHEN len(c.currencies) > 0
                THEN 'cross_border' END
        ) AS pay_market,
        o.currency, list_contains(c.currencies, o.currency) AS is_local_currency,
        o.annual_low, o.annual_high, o.annual_low_usd, o.annual_high_usd,
        $counted_contract AS contract,
        ($not_full_time) IS NULL AS is_full_time,
        is_full_time AND ($not_in_band) IS NULL AS is_in_band
    FROM offers o
    JOIN seen p USING (posting_id)
    LEFT JOIN core.countries c ON c.country = o.country
    WHERE (o.low IS NOT NULL OR o.high IS NOT NULL) AND o.currency IS NOT NULL
), counted AS (
    SELECT
        level.name AS region_level, level.place AS region,
        -- Columns by name: DuckDB stores the names of an EXCLUDE in a different order each time it writes a macro.
        o.job_id, o.posting_id, o.position, first_value(o.employer) OVER here AS employer,
        first_value(o.role) OVER here AS role, first_value(o.role_group) OVER here AS role_group,
        first_value(o.seniority) OVER here AS seniority,
        first_value(o.seniority_inferred) OVER here AS seniority_inferred,
        o.pay_market, o.currency, o.is_local_currency, o.annual_low, o.annual_high, o.annual_low_usd, o.annual_high_usd,
        o.is_full_time, o.is_in_band, o.country, o.contract, row_number() OVER here = 1 AS is_first,
        o.is_in_band AND o.annual_low_usd IS NOT NULL AND o.annual_high_usd IS NOT NULL AS counts
    FROM observed AS o, LATERAL (
        VALUES ('world', 'World'), ('continent', o.continent), ('region', o.region), ('country', o.country)
    ) AS level (name, place)
    WHERE level.place IS NOT NULL
    WINDOW here AS (
        PARTITION BY o.job_id, o.contract, level.name, level.place
        ORDER BY o.position >= 0, o.posting_id, o.position
    )
    QUALIFY is_first OR (
        counts AND first_value(counts) OVER here
        AND o.pay_market IS NOT DISTINCT FROM first_value(o.pay_market) OVER here
        AND row_number() OVER (
            PARTITION BY o.job_id, o.contract, level.name, level.place, o.annual_low, o.annual_high, o.currency
            ORDER BY o.position >= 0, o.posting_id, o.position
        ) = 1
    )
)
SELECT
    region_level, region, c.job_id, c.posting_id, c.position, c.employer, c.role, c.role_group, c.seniority,
    c.seniority_inferred, c.pay_market, c.currency, c.is_local_currency, c.annual_low, c.annual_high, c.annual_low_usd,
    c.annual_high_usd, c.is_full_time, c.is_in_band, c.country, c.contract, c.is_first
FROM counted c
