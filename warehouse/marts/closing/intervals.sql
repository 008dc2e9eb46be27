-- Makes the table `closing_intervals`: intervals between readings of boards, numbered. `why_not` says why closings
-- cannot be counted in one; NULL: they can. Parameters: as_of, window_days.
CREATE OR REPLACE TEMP TABLE closing_intervals AS
SELECT *, row_number() OVER (ORDER BY source, board, number) - 1 AS interval_number,
    dense_rank() OVER (ORDER BY source, board) - 1 AS board_number,
    (read_at AT TIME ZONE 'UTC')::DATE AS read_on, (read_again_at AT TIME ZONE 'UTC')::DATE AS read_again_on
FROM board_intervals($as_of, $window_days)
