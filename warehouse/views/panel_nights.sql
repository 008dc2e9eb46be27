-- Nights on which boards were asked by plan, known at the end of the day `as_of`, and how many boards known one that was
-- a member then stands for in what its readings from that night on show: a board that is a member of two draws is so by
-- the smaller of its chances, since it keeps its number. NULL: not a member then, or not now, or no statistic rests on
-- the panel (`panel_boards`).
SELECT n.source, n.board, n.planned_on,
    CASE WHEN n.chance IS NOT NULL THEN round(b.weight * greatest(1, b.chance / n.chance), 9) END AS weight
FROM (
    SELECT source, board, planned_on, max(chance) AS chance
    FROM ops.board_nights WHERE planned_on <= as_of::DATE GROUP BY ALL
) AS n LEFT JOIN panel_boards(as_of) AS b ON b.source = n.source AND b.board = n.board
