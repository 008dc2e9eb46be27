-- AI jobs among the jobs that boards list in a country, by month, each month beside the adverts on Indeed that name AI:
-- the mean of its days, if all are published. Parameters: as_of, region.
WITH indeed AS (
    {{adverts/indeed_months}}
)
SELECT
    ['country', m.region, m.month::VARCHAR] AS cell, m.region_level, m.region,
    m.month::VARCHAR AS period, m.month::VARCHAR AS name, m.read_to AS last_day, m.n_boards_again AS n_boards, m.n_jobs,
    m.n_ai, m.n_employers, m.n_jobs_before, m.n_ai_before, m.share, m.share_lo, m.share_hi, m.share_before,
    m.change AS difference, m.change_lo AS difference_lo, m.change_hi AS difference_hi, i.indeed, b.indeed AS indeed_before, m.form, m.is_break, m.status, m.reason
FROM $tables.advert_months AS m LEFT JOIN indeed AS i USING (month)
LEFT JOIN indeed AS b ON b.month = m.month - INTERVAL 1 MONTH
WHERE m.as_of = $as_of AND m.region = $region
ORDER BY m.month
