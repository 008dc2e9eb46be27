-- People who say whether they get a bonus, one row per person, in the cells of the printed rows of a figure.
-- Parameters: as_of, countries, works, widens, members (role groups by group), seniority_group, levels, max_days.
SELECT
    d.cell, p.source || ':' || p.row AS job_id, p.source, f.warc, NULL AS fx_source, NULL::DATE AS fx_on,
    p.reported_on AS period_from, p.reported_on AS period_to
FROM ({{pay/reported_bonus}}) AS d
JOIN reported_persons($as_of) AS p
    ON p.source = d.source AND p.country = d.country AND list_contains($members[d.role_group], p.role_group)
    AND d.role IN ('all', p.role)
JOIN core.pay_reports AS f ON f.source = p.source AND f.snapshot_on = p.reported_on AND f.row = p.row
WHERE d.status <> 'suppressed' AND list_contains($levels, p.seniority) AND p.is_full_time AND NOT p.is_flagged
    AND p.has_bonus IS NOT NULL AND p.gross IS NOT NULL
