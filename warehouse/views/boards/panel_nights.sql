-- Nights up to the day `as_of` on which each board was asked by plan, with the weight of its readings from that night
-- on: its weight in `panel_boards` at the smaller of its chance that night and its chance now, as a board keeps its
-- number and is in both draws only by the smaller chance. NULL: not a member then or now, or no statistic is based on
-- the panel.
SELECT n.source, n.board, n.planned_on,
    CASE WHEN n.chance IS NOT NULL THEN round(b.weight * greatest(1, b.chance / n.chance), 9) END AS weight
FROM (
    SELECT source, board, planned_on, max(chance) AS chance
    FROM ops.board_nights WHERE planned_on <= as_of::DATE GROUP BY ALL
) AS n LEFT JOIN panel_boards(as_of) AS b ON b.source = n.source AND b.board = n.board
