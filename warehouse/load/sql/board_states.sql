-- What is known of the boards of `sources` before the night of `as_of`.
SELECT
    source, s.board, s.commonest_country, coalesce($as_of - s.asked_on, 'infinity'::DOUBLE) AS nights_since,
    coalesce(s.asked_on - s.first_asked_on, 0)::DOUBLE AS nights_followed, s.n_ai_paid_seen::DOUBLE AS n_ai_paid_seen,
    coalesce(s.n_adverts, 'nan'::DOUBLE)::DOUBLE AS jobs,
    CASE WHEN s.state = 'refused' THEN $dead_after ELSE s.n_missed END AS misses,
    s.n_requests::DOUBLE AS requests_per_reading,
    d.drawn_on, d.stratum, coalesce(d.number, 'nan'::DOUBLE) AS number, coalesce(d.chance, 'nan'::DOUBLE) AS chance
FROM ($board_states) AS s
JOIN ops.known_boards AS k USING (source, board)
LEFT JOIN (FROM ops.panel_draw WHERE drawn_on <= $as_of) AS d USING (source, board)
WHERE list_contains($sources, source) AND NOT k.is_test
ORDER BY source, board
