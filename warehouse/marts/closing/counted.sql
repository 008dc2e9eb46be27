-- Intervals of a sample by cell, with the adverts that are open and closed in each.
WITH placed AS MATERIALIZED (
    $placed
)
SELECT n.*, i.days, $weight::DOUBLE AS weight, epoch_us(i.read_again_at) - epoch_us(i.read_at) AS microseconds,
    i.read_on, i.read_again_on
FROM ($count_open) AS n
JOIN closing_intervals AS i USING (interval_number)
WHERE $counts AND n.n_open > 0
