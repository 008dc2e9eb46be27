-- Makes the table `closing_listings`: the readings in these intervals between which each job was listed. A job
-- that its list drops for its age is not at risk in the last interval. Parameter: as_of.
CREATE OR REPLACE TEMP TABLE closing_listings AS
SELECT b.board_number, l.job_id, l.employer, l.role_group, l.is_closed, l.is_dropped, l.opened_at, l.lacked_by,
    l.last_number - l.is_dropped::INTEGER AS last_number,
    greatest(l.first_number, b.first_interval) AS first_number
FROM board_listings($as_of) AS l JOIN (
    SELECT source, board, any_value(board_number) AS board_number, min(number) AS first_interval
    FROM closing_intervals GROUP BY ALL
) AS b USING (source, board)
WHERE l.last_number - l.is_dropped::INTEGER >= greatest(l.first_number, b.first_interval)
