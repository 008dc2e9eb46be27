-- The boards that nights asked.
SELECT source, board, answered_on, asked_on, n_missed, state = 'moved', moved_to_source, moved_to_board
FROM core.board_states WHERE asked_on IS NOT NULL ORDER BY source, board
