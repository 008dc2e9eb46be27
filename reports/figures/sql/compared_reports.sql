SELECT
    p.country, p.role_group, p.role, p.pay_market, p.source || ':' || p.row AS job_id, NULL AS posting_id, p.source,
    NULL AS board, f.warc, p.fx_source, p.fx_on, p.reported_on AS period_from, p.reported_on AS period_to, [] AS items
FROM reported_persons($as_of) AS p JOIN (
    SELECT country, source FROM reported_persons($as_of) GROUP BY country, source
    QUALIFY row_number() OVER (PARTITION BY country ORDER BY count(*) DESC, source) = 1
) AS chosen USING (country, source)
JOIN core.pay_reports AS f ON f.source = p.source AND f.snapshot_on = p.reported_on AND f.row = p.row
WHERE NOT p.is_flagged AND p.gross_usd IS NOT NULL AND (
    p.employment_type = 'FULL_TIME' OR p.employment_type = 'unstated' AND p.source NOT IN (
        SELECT n.source FROM reported_persons($as_of) AS n WHERE n.employment_type = 'FULL_TIME'
    )
)
