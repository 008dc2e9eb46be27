-- Earnings that people report behind a band, of the newest snapshot: a row is one person. Parameters: as_of,
-- members (role groups).
SELECT [level.name, level.place, r.seniority] AS cell, r.source || ':' || r.row AS job_id,
    NULL AS posting_id, r.source, NULL AS board, r.warc, NULL AS fx_source, NULL::DATE AS fx_on,
    r.snapshot_on AS period_from, r.snapshot_on AS period_to, [] AS items
FROM core.pay_reports r, LATERAL (VALUES ('region', r.region), ('country', r.country)) level (name, place)
WHERE r.basis = 'reported' AND list_contains($members, r.role_group) AND level.place IS NOT NULL
    AND r.snapshot_on = (
        SELECT max(n.snapshot_on) FROM core.pay_reports n
        WHERE n.source = r.source AND n.basis = r.basis AND n.snapshot_on <= $as_of
    )
