-- The row of an office's table behind official pay (it is no job), and the last exchange rate that converted it.
-- Parameter: as_of.
SELECT
    [{{pay/compared_id}}] AS cell, source, warc, rate_source AS fx_source, rate_on AS fx_on, period_from, period_to
FROM (
    SELECT country, role_group, role, basis, pay_market, rate_source, rate_on FROM pay_comparison($as_of)
    WHERE basis = 'official' AND status <> 'suppressed'
) JOIN (
    SELECT country, role_group, role, source, area, occupation, period_from, period_to FROM official_pay($as_of)
) USING (country, role_group, role) JOIN (
    SELECT source, area, occupation, period_on AS period_from, warc FROM core.official_wages
) USING (source, area, occupation, period_from)
