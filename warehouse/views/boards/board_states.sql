-- Every board that was ever known or asked, and what its readings have shown. Each night's plan is made from this.
--
-- $dead_after: nights in a row without being found, or with only redirects, after which a board is dead.
-- $ai_groups: groups of roles that count as AI jobs.
-- $days_of_yield: days of a board's newest readings whose new adverts measure its yield.
-- $last_night: later nights do not count.
WITH answers AS MATERIALIZED (FROM core.board_answers WHERE night <= $last_night), nights AS MATERIALIZED (
    SELECT source, board, night, n_answers, said FROM answers
    UNION ALL  -- nights without an answer: the outcome on record, of two runs a refusal
    SELECT n.source, n.board, n.planned_on, NULL, max(n.outcome)
    FROM ops.board_nights AS n
    ANTI JOIN answers AS a ON a.source = n.source AND a.board = n.board AND a.night = n.planned_on
    WHERE n.outcome IN ('no_answer', 'refused') AND n.planned_on <= $last_night
    GROUP BY ALL
), answered AS (
    SELECT source, board, max(night) AS answered_on
    FROM nights WHERE said IN ('answer', 'empty') GROUP BY ALL
), asked AS (
    SELECT source, board, min(n.night) AS first_asked_on, max(n.night) AS asked_on, max(a.answered_on) AS answered_on,
        count(*) AS n_nights, max_by(n.n_answers, n.night) AS n_requests,
        count(*) FILTER (n.night > a.answered_on IS NOT FALSE) AS n_failed,
        count(*) FILTER (n.night > a.answered_on IS NOT FALSE AND n.said IN ('gone', 'moved')) AS n_missed,
        max_by(n.said, n.night) AS said
    FROM nights AS n LEFT JOIN answered AS a USING (source, board)
    GROUP BY ALL
), targets AS (
    SELECT source, board, arg_max(moved_to_source, planned_on) AS moved_to_source,
        arg_max(moved_to_board, planned_on) AS moved_to_board
    FROM ops.board_nights WHERE moved_to_board IS NOT NULL AND planned_on <= $last_night GROUP BY ALL
), adverts AS (
    SELECT o.source, b.board, b.closed_at IS NULL AS is_listed, b.first_seen_at, o.country,
        o.role_group IN $ai_groups AS is_ai, o.pay_low IS NOT NULL OR o.pay_high IS NOT NULL AS is_paid
    FROM core.posting_boards AS b JOIN core.postings AS o USING (posting_id)
), counted AS (
    SELECT source, board, count(*) FILTER (is_listed) AS n_adverts,
        count(*) FILTER (is_listed AND is_ai) AS n_ai,
        count(*) FILTER (is_listed AND is_paid) AS n_paid,
        count(*) FILTER (is_ai AND is_paid
            AND first_seen_at >= a.asked_on - INTERVAL $days_of_yield DAYS) AS n_ai_paid_seen
    FROM adverts JOIN asked AS a USING (source, board)
    GROUP BY ALL
), named AS (  -- of countries named equally often, the first by code
    SELECT source, board, first(country ORDER BY n DESC, country) AS commonest_country
    FROM (SELECT source, board, country, count(*) AS n FROM adverts SEMI JOIN asked USING (source, board)
        WHERE country IS NOT NULL GROUP BY ALL)
    GROUP BY ALL
)
SELECT
    source, board, k.known_from, k.known_on, a.first_asked_on, a.asked_on, a.answered_on,
    coalesce(a.n_nights, 0) AS n_nights, coalesce(a.n_requests, 1) AS n_requests, coalesce(a.n_failed, 0) AS n_failed,
    coalesce(a.n_missed, 0) AS n_missed,
    CASE WHEN a.answered_on IS NOT NULL THEN coalesce(c.n_adverts, 0) END AS n_adverts,
    coalesce(c.n_ai, 0) AS n_ai, coalesce(c.n_paid, 0) AS n_paid, coalesce(c.n_ai_paid_seen, 0) AS n_ai_paid_seen,
    m.commonest_country,
    CASE
        WHEN k.is_test THEN 'test' WHEN a.asked_on IS NULL THEN 'new' WHEN a.n_failed = 0 THEN 'answers'
        WHEN a.said IN ('moved', 'refused') THEN a.said
        WHEN a.n_missed >= $dead_after THEN 'dead' WHEN a.n_missed > 0 THEN 'missing' ELSE 'fails'
    END AS state,
    CASE WHEN state = 'moved' THEN t.moved_to_source END AS moved_to_source,
    CASE WHEN state = 'moved' THEN t.moved_to_board END AS moved_to_board
FROM ops.known_boards AS k
FULL JOIN asked AS a USING (source, board)
LEFT JOIN counted AS c USING (source, board)
LEFT JOIN named AS m USING (source, board)
LEFT JOIN targets AS t USING (source, board)
