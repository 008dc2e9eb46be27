-- Adds to `closing_intervals` the adverts of the board that are open and gone in each interval.
CREATE OR REPLACE TEMP TABLE closing_intervals AS
SELECT i.*, coalesce(n.n_open, 0)::BIGINT AS n_open, coalesce(n.n_gone, 0)::BIGINT AS n_gone
FROM closing_intervals AS i LEFT JOIN ($count_open) AS n USING (interval_number)
