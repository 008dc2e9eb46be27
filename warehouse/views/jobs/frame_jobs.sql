-- How far each job that was read at a place is from a band of pay there, on the day `as_of`: one row per place and job.
-- As in the bands, an advert whose pay counts at the place determines role and level.
WITH pay AS MATERIALIZED (
    -- Of a job with pay for several contracts, what employees are paid counts: the bands of the frame are theirs.
    SELECT * REPLACE (is_in_band AND contract = $employee AS is_in_band) FROM pay_observations(as_of)
    WHERE is_first QUALIFY row_number() OVER (
        PARTITION BY region_level, region, job_id ORDER BY contract <> $employee, contract
    ) = 1
), placed AS (
    SELECT region_level, region, job_id, count(*) AS n_adverts FROM frame_adverts(as_of) GROUP BY ALL
)
SELECT
    f.region_level, f.region, f.job_id, f.n_adverts,
    coalesce(o.role_group, j.role_group) AS role_group,
    coalesce(o.seniority, j.seniority) AS seniority,
    coalesce(j.industry, 'unknown') AS sector,
    j.text_class = $full_advert AS is_read_in_full,
    j.states_pay OR w.job_id IS NOT NULL AS states_pay,
    CASE WHEN o.job_id IS NULL THEN coalesce(w.annual_low_usd, w.annual_high_usd)
        ELSE coalesce(o.annual_low_usd, o.annual_high_usd) END IS NOT NULL AS is_in_dollars,
    o.job_id IS NOT NULL AS is_paid_here,
    coalesce(o.is_in_band AND o.annual_low_usd IS NOT NULL AND o.annual_high_usd IS NOT NULL, false) AS is_in_band,
    o.posting_id AS paid_by
FROM placed AS f
JOIN counted_jobs(as_of) AS j USING (job_id)
LEFT JOIN pay AS o ON (o.region_level, o.region, o.job_id) = (f.region_level, f.region, f.job_id)
LEFT JOIN pay AS w ON w.region_level = 'world' AND w.job_id = f.job_id
