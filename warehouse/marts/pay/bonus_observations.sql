-- Yearly bonuses in AI engineering for which an advert states a sum, in dollars: one row per job, with the advert, the
-- position of the amount in core.posting_pay, and the place it counts in: the bonus's own country, otherwise that of
-- the job's pay, otherwise that of the job. The amount is the middle of the stated range, or its only stated end.
-- Parameter: as_of.
WITH stated AS (
    SELECT
        p.job_id, p.posting_id, c.position,
        counted_employer(p.employer_id, p.source, p.board, p.posting_id) AS employer,
        coalesce(c.country, p.pay_country, p.country) AS country,
        if(c.country IS NULL, coalesce(p.pay_region, p.region), NULL) AS region,
        if(c.country IS NULL, coalesce(p.pay_continent, p.continent), NULL) AS continent,
        (coalesce(c.annual_low_usd, c.annual_high_usd) + coalesce(c.annual_high_usd, c.annual_low_usd)) / 2 AS amount
    FROM stock_postings($as_of) p JOIN core.posting_pay c USING (posting_id)
    WHERE p.role_group = 'ai_engineering' AND p.seniority <> 'intern' AND c.component = 'bonus'
    QUALIFY row_number() OVER (PARTITION BY p.job_id ORDER BY amount IS NULL, p.posting_id, c.position) = 1
)
SELECT
    s.job_id, s.posting_id, s.position, s.employer, s.country, s.amount,
    coalesce(s.region, n.region) AS region, coalesce(s.continent, n.continent) AS continent
FROM stated s LEFT JOIN core.countries n ON n.country = s.country
WHERE s.amount > 0
ORDER BY s.job_id
