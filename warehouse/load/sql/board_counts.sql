-- Boards of the store, attached as `work`, by source and state.
SELECT source, CASE WHEN k.is_test THEN 'test' ELSE coalesce(s.state, 'new') END AS state, count(*),
    count(*) FILTER (d.number < d.chance), coalesce(sum(s.n_adverts), 0)::BIGINT, coalesce(sum(s.n_ai), 0)::BIGINT,
    coalesce(sum(s.n_paid), 0)::BIGINT
FROM work.ops.known_boards AS k
LEFT JOIN $board_states AS s USING (source, board)
LEFT JOIN work.ops.panel_draw AS d USING (source, board)
GROUP BY ALL ORDER BY ALL
