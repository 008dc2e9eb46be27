-- Adverts on Indeed that name AI, by month: the mean of its days, if all are published, of the newest 25 months, and how
-- far our own series of the same country is. Parameters: as_of, region.
WITH own AS (
    SELECT max(month) FILTER (status <> 'suppressed') AS own_printed, arg_max(month, n_boards) AS own_month,
        max(n_boards) AS own_boards, max(n_boards_again) AS own_again
    FROM $tables.advert_months
    WHERE region = $region AND as_of = (SELECT max(as_of) FROM $tables.advert_months WHERE as_of <= $as_of)
), months AS (
    {{adverts/indeed_months}}
)
SELECT
    ['country', $region, m.month::VARCHAR] AS cell, m.month::VARCHAR AS period, m.month::VARCHAR AS name,
    $region || ':' || m.month AS job_id, source, warc, m.month AS period_from, last_day(max(m.month) OVER ()) AS period_to,  -- of the file
    last_day(m.month) AS last_day, (max(m.month) OVER () + INTERVAL 3 MONTH)::DATE AS due_on, NULL::BIGINT AS n_jobs,
    m.indeed, o.own_printed, o.own_month, o.own_boards, o.own_again,
    (date_trunc('month', $as_of) + INTERVAL 1 MONTH)::DATE AS own_earliest, false AS is_break, 'published' AS status, NULL AS reason
FROM months AS m CROSS JOIN own AS o
QUALIFY m.month > max(m.month) OVER () - INTERVAL 25 MONTH
ORDER BY m.month DESC
