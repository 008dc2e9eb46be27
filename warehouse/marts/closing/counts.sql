-- Adverts that are open and closed, by cell and board. Intervals of a board with about the same length are merged into
-- one of their mean length by open adverts, which keeps open days exact. Sums are of whole numbers, so their order does
-- not matter.
SELECT role_group, region_level, region, board_number, weight,
    sum(n_open * microseconds) / (sum(n_open) * 86400e6) AS days, sum(n_open) AS n_open, sum(n_closed) AS n_closed,
    min(read_on) AS read_on, max(read_again_on) AS read_again_on
FROM ($counted)
GROUP BY role_group, region_level, region, board_number, weight, round(days, $length_digits) ORDER BY ALL
