-- What was followed, by cell: distinct jobs, when, and through how many intervals and days of its board the average open
-- day was. Parameter: groups.
WITH groups AS (
    SELECT unnest($groups, recursive := true)
), placed AS (
    $placed
), jobs AS (
    SELECT g.counted_group AS role_group, p.region_level, p.region, count(DISTINCT p.job_id) AS n_jobs
    FROM placed AS p JOIN groups AS g ON g.member = p.role_group
    ASOF JOIN (SELECT board_number, number FROM closing_intervals WHERE $counts) AS i
    ON i.board_number = p.board_number AND p.first_number <= i.number
    WHERE i.number <= p.last_number
    GROUP BY ALL
), intervals AS (
    SELECT g.counted_group AS role_group, region_level, region, board_number, read_on, read_again_on,
        sum(n_open * microseconds) AS open
    FROM closing_counts AS c JOIN groups AS g ON g.member = c.role_group GROUP BY ALL
), boards AS (
    SELECT role_group, region_level, region, min(read_on) AS period_from, max(read_again_on) AS period_to,
        count(*) AS n_intervals, sum(read_again_on - read_on) AS n_days, sum(open) AS open
    FROM intervals GROUP BY role_group, region_level, region, board_number
)
SELECT role_group, region_level, region, n_jobs, min(period_from) AS period_from, max(period_to) AS period_to,
    sum(n_intervals * open) / sum(open) AS n_intervals, sum(n_days * open) / sum(open) AS n_days
FROM boards JOIN jobs USING (role_group, region_level, region) GROUP BY ALL ORDER BY ALL
