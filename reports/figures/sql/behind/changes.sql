-- Adverts, pairs of amounts, or persons, that the printed rows of a series count, those that pay is compared with included.
-- Parameters: as_of, measure, basis, region, role_group.
WITH printed AS (
    SELECT cell, period, previous FROM ({{pay/changes}}) WHERE status <> 'suppressed'
), counted AS (
    SELECT p.cell, p.period AS printed_period, c.* FROM compared_pay($as_of) AS c
    JOIN printed AS p
        ON p.cell = [c.measure, c.source, c.country, c.role_group] AND (c.period = p.period OR c.period = p.previous)
)
SELECT DISTINCT
    o.cell, o.posting_id, o.job_id, coalesce(o.read_from, o.source) AS source, o.warc, NULL AS fx_source, NULL::DATE AS fx_on, o.period_from, o.period_to
FROM counted AS o
JOIN (
    SELECT cell, printed_period, kind FROM counted GROUP BY ALL HAVING count(DISTINCT (period, is_group)) = 2
) AS matched USING (cell, printed_period, kind)
