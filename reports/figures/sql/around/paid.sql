-- What a band counts: every range of pay of the jobs behind it, with what decides how it counts.
-- Parameters: behind (SELECT of the first advert of each job), contract, as_of.
SELECT
    b.cell, o.posting_id, o.position, o.job_id, o.employer, 1.0 AS weight, o.currency, o.annual_low AS low,
    o.annual_high AS high, o.annual_low_usd AS low_usd, o.annual_high_usd AS high_usd, [] AS items
FROM ($behind) AS b JOIN pay_observations($as_of) AS o
    ON o.job_id = b.job_id AND o.region_level = b.cell[1] AND o.region = b.cell[2] AND o.contract = $contract
WHERE o.is_in_band AND o.annual_low_usd IS NOT NULL AND o.annual_high_usd IS NOT NULL
