-- When each board, or each source that has no boards, last gave rows or a whole list. Parameter: as_of.
SELECT source, board, max(observed_at)::DATE AS read_on FROM ops.responses
WHERE (n_rows > 0 OR is_complete) AND observed_at::DATE <= $as_of
GROUP BY ALL
