-- Adverts that the newest printed month of a country counts, and the answer with Indeed's share beside it.
-- Parameters: as_of, region.
WITH newest AS (
    SELECT cell, period::DATE AS month, indeed FROM ({{adverts/months}}) WHERE status <> 'suppressed'
    QUALIFY period = max(period) OVER ()
)
SELECT n.cell, a.posting_id, a.job_id, a.source, a.board, a.warc, NULL AS fx_source, NULL::DATE AS fx_on,
    a.read_on AS period_from, a.read_on AS period_to
FROM newest AS n JOIN monthly_adverts($as_of) AS a USING (month)
WHERE a.is_read_before AND a.posting_id IN (SELECT posting_id FROM core.posting_places WHERE country = $region)
UNION ALL BY NAME
SELECT DISTINCT n.cell, s.source, s.warc, s."day" AS period_from, s."day" AS period_to
FROM newest AS n JOIN core.ai_posting_shares AS s ON s."day" = last_day(n.month)
WHERE n.indeed IS NOT NULL AND s.measure = 'ai' AND s.country = $region
