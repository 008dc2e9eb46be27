-- Adverts that are open, closed and taken back, by cell, board and employer. Intervals of about the same length are
-- merged into one of their mean length by open adverts, which keeps open days exact. Sums are of whole numbers, so their
-- order does not matter.
SELECT role_group, region_level, region, board_number, employer, weight,
    sum(n_open * microseconds) / (sum(n_open) * 86400e6) AS days, sum(n_open) AS n_open, sum(n_closed) AS n_closed,
    sum(n_closed) FILTER (is_provisional) AS n_provisional, sum(n_taken_back) AS n_taken_back
FROM closing_counts
GROUP BY role_group, region_level, region, board_number, employer, weight, round(days, $length_digits) ORDER BY ALL
