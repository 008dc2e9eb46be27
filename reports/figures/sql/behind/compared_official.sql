-- The row of an office's table behind official pay, which is no job, and the last of the rates that made dollars of it.
-- Parameter: as_of.
SELECT
    [{{pay/compared_id}}] AS cell, NULL AS job_id, NULL AS posting_id, source, NULL AS board, warc, rate_source AS fx_source,
    rate_on AS fx_on, period_from, period_to, [] AS items
FROM (
    SELECT country, role_group, role, basis, pay_market, rate_source, rate_on FROM pay_comparison($as_of)
    WHERE basis = 'official' AND status <> 'suppressed'
) JOIN (
    SELECT country, role_group, role, source, area, occupation, period_from, period_to FROM official_pay($as_of)
) USING (country, role_group, role) JOIN (
    SELECT source, area, occupation, period_on AS period_from, warc FROM core.official_wages
) USING (source, area, occupation, period_from)
