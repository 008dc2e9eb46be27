-- Adverts that are open, closed, gone and taken back (lacked by the reading that ends the interval alone) in each
-- interval, by columns of the listings (within: a comma before each).
-- The number of open adverts is the running sum of first listings, less last listings one reading later.
SELECT i.interval_number, i.board_number$within,
    sum(coalesce(e.opened, 0)) OVER w AS n_open, coalesce(e.closed, 0) AS n_closed, coalesce(e.gone, 0) AS n_gone,
    coalesce(e.back, 0) AS n_taken_back
FROM (SELECT DISTINCT board_number$within FROM $listings) AS c JOIN closing_intervals AS i USING (board_number)
LEFT JOIN (
    SELECT board_number$within, number, sum(opened) AS opened, sum(closed) AS closed, sum(gone) AS gone,
        sum(back) AS back
    FROM (
        SELECT board_number$within, first_number AS number, 1 AS opened, 0 AS closed, 0 AS gone, 0 AS back FROM $listings
        UNION ALL
        SELECT board_number$within, last_number + 1, -1, 0, 0, 0 FROM $listings
        UNION ALL
        SELECT board_number$within, last_number, 0, is_closed::INTEGER, (NOT is_dropped)::INTEGER, 0 FROM $listings
        UNION ALL
        SELECT board_number$within, unnest(lacked_by) - 1, 0, 0, 0, 1 FROM $listings
    )
    GROUP BY ALL
) AS e USING (board_number, number$within)
WINDOW w AS (PARTITION BY i.board_number$within ORDER BY i.number)
