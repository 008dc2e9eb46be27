-- How pay moved in one series: a row for each period, of the source with most jobs in its newest printed period,
-- and how far the same series of our own adverts is (`own_…`).
-- Parameters: as_of, measure, basis, region, role_group.
WITH day AS (
    SELECT * FROM $tables.pay_changes
    WHERE as_of = $as_of AND measure = $measure AND basis = $basis AND region = $region AND role_group = $role_group
), largest AS (
    SELECT arg_max(source, (status <> 'suppressed', period, n_jobs)) AS source FROM day
), own AS (
    SELECT max(period) FILTER (status <> 'suppressed') AS own_printed, arg_max(reason, period) AS own_reason,
        greatest(
            coalesce(max(period_from), date_trunc('quarter', $as_of)::DATE) + INTERVAL 3 MONTH, $as_of + INTERVAL 1 DAY
        )::DATE AS own_earliest
    FROM $tables.pay_changes
    WHERE measure = $measure AND basis = 'advertised' AND region = $region AND role_group = $role_group
        AND as_of = (SELECT max(as_of) FROM $tables.pay_changes WHERE basis = 'advertised' AND as_of <= $as_of)
)
SELECT
    [d.measure, d.source, d.region, d.role_group] AS cell,
    d.measure, d.basis, coalesce(s.title, d.source) AS source_title, d.region, d.role_group, d.period,
    d.period AS name, d.previous, d.chained_from, d.is_break,
    d.period_from AS first_day, d.period_to AS last_day, d.n_jobs,
    CASE WHEN d.basis = 'advertised' THEN d.n_clusters END AS n_employers,
    d.n_compared, d.n_kinds, d.n_clusters, d.roles,
    d.change, d.change_lo, d.change_hi, d.raw_change, d.chain, d.chain_lo, d.chain_hi, d.form, d.status, d.reason,
    o.own_printed, o.own_reason, o.own_earliest
FROM day AS d JOIN largest USING (source) CROSS JOIN own AS o LEFT JOIN core.sources AS s USING (source)
ORDER BY d.period
