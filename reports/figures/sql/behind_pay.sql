WITH observed AS ({{mart:pay_observations}}
), placed AS (
    SELECT o.*, level.name AS region_level, level.place
    FROM observed o, LATERAL (VALUES ('region', o.region), ('country', o.country)) level (name, place)
    WHERE level.place IS NOT NULL
    QUALIFY row_number() OVER (
        PARTITION BY o.job_id, level.name, level.place ORDER BY o.position >= 0, o.posting_id, o.position
    ) = 1
)
SELECT [c.region_level, c.place, c.seniority] AS cell, c.job_id, c.posting_id, p.source, p.board, p.warc,
    if(c.position < 0, p.fx_source, z.fx_source) AS fx_source, if(c.position < 0, p.fx_on, z.fx_on) AS fx_on,
    if(c.seniority_inferred, [], ['stated']) AS items
FROM placed c JOIN core.postings p USING (posting_id) LEFT JOIN core.posting_pay z USING (posting_id, position)
WHERE c.role_group = 'ai_engineering' AND c.is_in_band
    AND c.annual_low_usd IS NOT NULL AND c.annual_high_usd IS NOT NULL
