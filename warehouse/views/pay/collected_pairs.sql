-- What third parties say that adverts pay, of all years, as of the day `as_of`: pairs of a low and a high amount from
-- each collection's newest snapshot, without duplicates, in the money that they are stated in and in dollars. Employers
-- are unknown. Dollars are the source's own, otherwise at the rate of the snapshot (report_rates). Pay in money that is
-- not the country's may well be an employer's at home: `employer_country` is the source's own. `source` and `pair_row`
-- identify a pair, `warc` and `snapshot_on` its archive file and snapshot.
WITH newest AS (
    SELECT source, max(snapshot_on) AS snapshot_on FROM core.pay_reports
    WHERE snapshot_on <= as_of AND basis = 'advertised_third_party' GROUP BY source
), pairs AS (
    SELECT
        r.source, r.pair_row, r.role, r.role_group, r.seniority, r.currency, r.title, r.employer_country,
        r.employer_size, r.remote_share, r.year,
        r.country, r.region, r.continent,
        CASE WHEN list_contains(c.currencies, r.currency) THEN 'local' WHEN len(c.currencies) > 0
            THEN 'cross_border' END
            AS pay_market,
        max(r.warc) AS warc, snapshot_on,
        min(coalesce(r.pay_usd_stated, r.pay * w.usd_per_unit)) AS low_usd,
        max(coalesce(r.pay_usd_stated, r.pay * w.usd_per_unit)) AS high_usd,
        min(r.pay) AS low, max(r.pay) AS high
    FROM core.pay_reports r JOIN newest USING (source, snapshot_on)
    LEFT JOIN core.countries c ON c.country = r.country
    LEFT JOIN report_rates(as_of) w ON w.source = r.source AND w.reported_on = r.snapshot_on AND w.currency = r.currency
    WHERE r.basis = 'advertised_third_party' AND r.employment_type = 'FULL_TIME' AND r.pay_flag IS NULL
        AND r.seniority <> 'intern' AND r.role <> 'ai_data_trainer'
    GROUP BY ALL HAVING count(*) = 2
)
SELECT DISTINCT ON (
    title, seniority, low_usd, high_usd, country, employer_country, employer_size, remote_share, year, source
)
    role, role_group, seniority, country, region, continent, pay_market, low_usd, high_usd, source, pair_row,
    year, warc, snapshot_on, currency, employer_country, title, low, high
FROM pairs
WHERE low_usd > 0 AND high_usd <= 4 * low_usd
ORDER BY ALL
