-- Makes the table `closing_counts`: intervals of a sample by cell and employer, with the adverts that are open, closed
-- and taken back in each.
CREATE OR REPLACE TEMP TABLE closing_counts AS
WITH placed AS MATERIALIZED (
    $placed
)
SELECT n.*, i.days, $weight::DOUBLE AS weight, epoch_us(i.read_again_at) - epoch_us(i.read_at) AS microseconds,
    i.read_on, i.read_again_on, i.confirmed_at IS NULL AS is_provisional
FROM ($count_open) AS n
JOIN closing_intervals AS i USING (interval_number)
WHERE $counts AND n.n_open > 0
