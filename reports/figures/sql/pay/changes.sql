-- How pay moved in one series: a row for each period, of the source with most jobs in its newest printed period.
-- Parameters: as_of, measure, basis, region, role_group.
WITH day AS (
    SELECT * FROM $tables.pay_changes
    WHERE as_of = $as_of AND measure = $measure AND basis = $basis AND region = $region AND role_group = $role_group
), largest AS (
    SELECT arg_max(source, (period, n_jobs)) FILTER (status <> 'suppressed') AS source FROM day
)
SELECT
    [d.measure, d.source, d.region, d.role_group] AS cell,
    d.measure, d.basis, coalesce(s.title, d.source) AS source_title, d.region, d.role_group, d.period,
    d.period AS name, d.previous, d.chained_from, d.is_break,
    d.period_from AS first_day, d.period_to AS last_day, d.n_jobs, NULL::BIGINT AS n_employers,
    d.n_compared, d.n_kinds, d.n_clusters, d.roles,
    d.change, d.change_lo, d.change_hi, d.raw_change, d.chain, d.chain_lo, d.chain_hi, d.form, d.status, d.reason
FROM day AS d JOIN largest USING (source) LEFT JOIN core.sources AS s USING (source)
ORDER BY d.period
