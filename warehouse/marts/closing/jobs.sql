-- Distinct jobs that were followed, by cell. Parameter: groups.
WITH placed AS (
    $placed
), followed AS (
    SELECT p.job_id, p.role_group, p.region_level, p.region
    FROM placed AS p ASOF JOIN (SELECT board_number, number FROM closing_intervals WHERE $counts) AS i
    ON i.board_number = p.board_number AND p.first_number <= i.number
    WHERE i.number <= p.last_number
)
SELECT g.counted_group AS role_group, f.region_level, f.region, count(DISTINCT f.job_id) AS n_jobs
FROM followed AS f JOIN (SELECT unnest($groups, recursive := true)) AS g ON g.member = f.role_group
GROUP BY ALL
