-- Periods in which adverts with a known first day were followed, by cell, in days since each was opened: through each
-- run of intervals that count and are confirmed. An advert that closes between two readings does so halfway, like one that opens.
WITH runs AS (
    SELECT board_number, min(number) AS first_interval, max(number) AS last_interval
    FROM (
        SELECT board_number, number, number - row_number() OVER (PARTITION BY board_number ORDER BY number) AS run
        FROM closing_intervals WHERE $counts AND confirmed_at IS NOT NULL
    )
    GROUP BY board_number, run
), followed AS (
    SELECT l.*, greatest(l.first_number, r.first_interval) AS enters, least(l.last_number, r.last_interval) AS leaves,
        l.is_closed AND l.last_number <= r.last_interval AS closes
    FROM ($placed) AS l JOIN runs AS r
    ON r.board_number = l.board_number AND l.first_number <= r.last_interval AND l.last_number >= r.first_interval
    WHERE l.opened_at IS NOT NULL
)
SELECT f.role_group, f.region_level, f.region, f.employer, f.job_id, f.closes AS is_closed,
    a.stands_for AS weight,
    a.read_on, b.read_again_on AS read_to,
    epoch(a.read_at - f.opened_at) / 86400 AS entry,
    epoch(CASE WHEN f.closes THEN b.read_at + (b.read_again_at - b.read_at) / 2 ELSE b.read_again_at END - f.opened_at)
        / 86400 AS "exit"
FROM followed AS f
JOIN (SELECT *, $weight::DOUBLE AS stands_for FROM closing_intervals) AS a
ON a.board_number = f.board_number AND a.number = f.enters
JOIN closing_intervals AS b ON b.board_number = f.board_number AND b.number = f.leaves
ORDER BY ALL
