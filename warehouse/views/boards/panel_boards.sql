-- Boards in the panel's draw on the day `as_of`, members and others. A member has answered if it was asked as a member
-- and its last reading is in the stock or shows that it has no jobs (not found, only redirects, or an empty list).
-- `weight`: how many known boards such a member stands for: the inverse of its chance, raised so that the members of
-- its stratum that answered also stand for those that did not. NULL: not such a member, or no statistic is based on the
-- panel that day because too few members answered or every board is a member.
--
-- In the first $rhythm nights of a draw not all members have had their turn, and those that were asked were chosen by
-- yield or waiting time. By then only members of the previous draw have answered: boards whose numbers are below both
-- chances.
-- $bridge_days: days since a source was last planned after which it counts as off and its boards are left out. This is
-- less than its last readings stay in the stock, so that its members do not count as silent before.
-- $min_answered: least part of the known boards that members stand for which must have answered.
WITH drawn AS (
    SELECT source, board, stratum, chance, number < chance AS is_member, drawn_on
    FROM ops.panel_draw WHERE drawn_on <= as_of::DATE AND source IN (  -- others are off, and never answer
        SELECT source FROM ops.board_nights
        WHERE planned_on BETWEEN as_of::DATE - $bridge_days AND as_of::DATE
    )
), nights AS (
    SELECT source, board, planned_on, max(chance) AS chance FROM ops.board_nights GROUP BY ALL
), looked AS (
    SELECT source, board, read_on AS looked_on FROM board_readings(as_of) WHERE is_in_stock
    UNION ALL
    SELECT source, board, max(night) FROM core.board_answers WHERE night <= as_of::DATE
    GROUP BY source, board
    HAVING arg_max(said, night) IN ('gone', 'moved', 'empty')
), settled AS (
    SELECT source, board FROM drawn WHERE drawn_on <= as_of::DATE - $rhythm
    UNION
    SELECT d.source, d.board FROM drawn AS d JOIN nights AS n ON n.source = d.source AND n.board = d.board
    WHERE n.chance IS NOT NULL AND n.planned_on < d.drawn_on
), answered AS (
    SELECT DISTINCT l.source, l.board
    FROM looked AS l ASOF JOIN nights AS n
    ON n.source = l.source AND n.board = l.board AND l.looked_on >= n.planned_on
    JOIN settled AS s ON s.source = l.source AND s.board = l.board
    WHERE n.chance IS NOT NULL
), judged AS (
    SELECT d.source, d.board, d.stratum, d.chance, d.is_member, d.is_member AND a.board IS NOT NULL AS is_answered
    FROM drawn AS d LEFT JOIN answered AS a ON a.source = d.source AND a.board = d.board
), strata AS (  -- in the order of boards, so that sums are the same each time
    SELECT source, stratum, sum(1 / chance ORDER BY board) AS n_boards,
        coalesce(sum(1 / chance ORDER BY board) FILTER (is_answered), 0) AS n_answered
    FROM judged WHERE is_member GROUP BY source, stratum
), in_use AS (
    SELECT sum(n_answered) >= $min_answered * sum(n_boards) AND (SELECT min(chance) FROM drawn) < 1 AS is_used
    FROM strata
)
SELECT j.source, j.board, j.stratum, j.chance, j.is_member, j.is_answered,
    CASE WHEN j.is_answered AND (SELECT is_used FROM in_use)
        THEN round(s.n_boards / s.n_answered / j.chance, 9) END AS weight
FROM judged AS j LEFT JOIN strata AS s ON s.source = j.source AND s.stratum = j.stratum
