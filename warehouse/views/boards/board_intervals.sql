-- Intervals between consecutive complete readings of a board, as known at the end of the day `as_of`: those that begin
-- in the `window_days` days up to the newest reading, whenever that was. `is_gone`: on a later night the board was not
-- found, only redirected, or listed nothing, and no list followed. `why_not` says why closings cannot be counted in an
-- interval; NULL: they can. Closings are provisional until the board is read once more (`confirmed_at`). `days` is the
-- exact time between the two readings, which may be an hour apart. `weight`: how many known boards the board stands for
-- in the panel; NULL: it was not read as a member.
WITH readings AS (
    FROM complete_readings(as_of)
), missing AS (
    SELECT a.source, a.board, min(a.answered_at) AS gone_at
    FROM core.board_answers AS a JOIN readings AS r
    ON r.source = a.source AND r.board = a.board AND r.read_again_at IS NULL AND a.answered_at > r.read_at
    WHERE a.night <= as_of::DATE AND a.said IN ('gone', 'moved', 'empty')
    GROUP BY a.source, a.board
)
SELECT i.*, n.weight, CASE WHEN is_gone THEN 'board_gone'
    WHEN days > $closing_days THEN 'too_long' END AS why_not
FROM (
    SELECT r.source, r.board, r.number, r.read_at,
        coalesce(r.read_again_at, m.gone_at) AS read_again_at,
        r.confirmed_at,
        epoch(coalesce(r.read_again_at, m.gone_at) - r.read_at) / 86400 AS days,
        r.read_again_at IS NULL AS is_gone
    FROM readings AS r LEFT JOIN missing AS m ON m.source = r.source AND m.board = r.board
    WHERE (r.read_again_at IS NOT NULL OR m.gone_at IS NOT NULL)
        AND r.read_at > (SELECT max(read_at) FROM readings) - to_days(window_days::INTEGER)
) AS i ASOF LEFT JOIN panel_nights(as_of) AS n
ON n.source = i.source AND n.board = i.board AND (i.read_at AT TIME ZONE 'UTC')::DATE >= n.planned_on
