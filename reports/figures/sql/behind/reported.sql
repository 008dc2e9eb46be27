-- People who report the pay of a figure, one row per person, in the cells of its printed rows.
-- Parameters: as_of, countries, works, widens, members (role groups by group), seniority_group, levels, split, max_days.
WITH printed AS (
    SELECT cell, role_group, role, currency FROM ({{pay/reported}}) WHERE status <> 'suppressed'
), persons AS (
    SELECT
        [
            source, country,
            CASE WHEN $split = 'money' OR $split = 'market' AND paid_in IS NOT NULL THEN pay_market ELSE 'all' END,
            if($split = 'experience', experience, 'all')
        ] AS cell,
        source || ':' || row AS job_id, source, row, fx_source, fx_on, reported_on, role_group, role, gross_usd
    FROM reported_persons($as_of)
    WHERE list_contains($levels, seniority) AND is_full_time AND NOT is_flagged
)
SELECT
    p.cell, p.job_id, p.source, f.warc, p.fx_source, p.fx_on, p.reported_on AS period_from, p.reported_on AS period_to
FROM persons AS p
JOIN printed AS d
    ON d.cell = p.cell AND list_contains($members[d.role_group], p.role_group) AND d.role IN ('all', p.role)
    AND (d.currency <> 'USD' OR p.gross_usd IS NOT NULL)
JOIN core.pay_reports AS f ON f.source = p.source AND f.snapshot_on = p.reported_on AND f.row = p.row
