-- Every night (UTC) on which a board was planned or answered: why it was asked, the outcome, and what it listed at the
-- end of that day, as far as was read by then. Whether an advert is for an AI job, and whether it states pay, is as
-- read today. Nights before plans were recorded have no reason.
WITH planned AS (
    SELECT source, board, planned_on AS night, arg_max(why, run_id) AS why, max(chance) AS chance,
        CASE WHEN bool_or(outcome = 'refused') THEN 'refused' WHEN bool_or(outcome = 'no_answer') THEN 'no_answer'
            WHEN bool_and(outcome = 'not_asked') THEN 'not_asked' END AS outcome
    FROM ops.board_nights GROUP BY ALL
), nights AS (
    SELECT source, board, night, p.why, p.chance, coalesce(a.n_answers, 0) AS n_answers,
        coalesce(a.said, p.outcome) AS said
    FROM planned AS p FULL JOIN core.board_answers AS a USING (source, board, night)
    JOIN core.sources AS s USING (source)
    WHERE s.kind = 'employer board' AND s.is_republishable
), listed AS (
    SELECT p.source, b.board, (b.first_seen_at AT TIME ZONE 'UTC')::DATE AS begins_on,
        (b.closed_at AT TIME ZONE 'UTC')::DATE AS closed_on, (b.last_seen_at AT TIME ZONE 'UTC')::DATE AS last_on,
        lead(begins_on) OVER w AS again_on, row_number() OVER w = 1 AS is_first,
        p.role_group IN $ai_groups AS is_ai,
        p.role_group IN $ai_groups AND (p.pay_low IS NOT NULL OR p.pay_high IS NOT NULL) AS is_ai_paid
    FROM core.posting_boards AS b JOIN core.publishable_postings AS p USING (posting_id)
    WINDOW w AS (PARTITION BY p.posting_id, b.board ORDER BY b.first_seen_at)
), changes AS (
    SELECT source, board, begins_on AS day, 1 AS n, is_ai::INT AS n_ai, is_ai_paid::INT AS n_ai_paid,
        is_first::INT AS n_first, (is_first AND is_ai_paid)::INT AS n_ai_paid_first
    FROM listed
    UNION ALL
    SELECT source, board, coalesce(closed_on, least(last_on + 1, again_on)), -1, -is_ai::INT, -is_ai_paid::INT, 0, 0
    FROM listed WHERE closed_on IS NOT NULL OR again_on IS NOT NULL
), days AS (
    SELECT source, board, day, sum(sum(n)) OVER w AS n_adverts, sum(sum(n_ai)) OVER w AS n_ai,
        sum(sum(n_ai_paid)) OVER w AS n_ai_paid, sum(n_first) AS n_first, sum(n_ai_paid_first) AS n_ai_paid_first
    FROM changes GROUP BY source, board, day
    WINDOW w AS (PARTITION BY source, board ORDER BY day)
)
SELECT
    n.source, n.board, n.night, n.why, n.chance, n.n_answers, n.said,
    max(n.night) FILTER (n.said IN ('answer', 'empty')) OVER (
        PARTITION BY n.source, n.board ORDER BY n.night
    ) AS answered_on,
    CASE WHEN answered_on IS NOT NULL THEN coalesce(d.n_adverts, 0)::BIGINT END AS n_adverts,
    CASE WHEN answered_on IS NOT NULL THEN coalesce(d.n_ai, 0)::BIGINT END AS n_ai,
    CASE WHEN answered_on IS NOT NULL THEN coalesce(d.n_ai_paid, 0)::BIGINT END AS n_ai_paid,
    CASE WHEN d.day = n.night THEN d.n_first ELSE 0 END::BIGINT AS n_first_seen,
    CASE WHEN d.day = n.night THEN d.n_ai_paid_first ELSE 0 END::BIGINT AS n_ai_paid_first_seen
FROM nights AS n ASOF LEFT JOIN days AS d ON d.source = n.source AND d.board = n.board AND n.night >= d.day
